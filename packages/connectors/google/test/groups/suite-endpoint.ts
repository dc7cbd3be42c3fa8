import type { Op, Writer } from '@sterna/connector-kit';
import type { FoundMessage, SuiteEndpoint } from '@sterna/connector-suite';
import { readMember, writeMember } from '@sterna/content';
import { accessOf, type Google, type Group } from '@sterna/simulator-google';
import { googleConnector } from '../../src/index.ts';
import { simulated } from '../items/direct-google.ts';

const DOMAIN = 'nordwind.example';
const ADMIN = `alice@${DOMAIN}`;

export const groupSystem = (server: Google, more: object = {}) =>
  simulated(server, ADMIN, { admin: ADMIN, ...more }).system;

export function makeGroup(server: Google, localPart: string): Group {
  const domain = server.domain(DOMAIN);
  const group: Group = {
    id: `0${server.cloud.ids.base32hex(14)}`,
    email: `${localPart}@${domain.name}`,
    name: localPart,
    description: '',
    aliases: [],
    members: [],
  };
  domain.groups.set(group.id, group);
  return group;
}

/** A group keeps its last owner, so while anything is written there is one more, whom the suite doesn't see. */
const withKeeper = (writer: Writer, { members }: Group): Writer =>
  new Proxy(writer, {
    get(of, name) {
      const value: unknown = Reflect.get(of, name);
      if (typeof value !== 'function') return value;
      if (name !== 'apply') return value.bind(of);
      return async (ops: readonly Op[]) => {
        const keeper = { id: 'keeper', email: 'keeper@elsewhere.example', role: 'OWNER', type: 'USER' } as const;
        members.push(keeper);
        try {
          return await of.apply(ops);
        } finally {
          members.splice(members.indexOf(keeper), 1);
        }
      };
    },
  });

/** Members of a group that takes anybody. */
export function memberEndpoint(server: Google): SuiteEndpoint {
  const group = makeGroup(server, 'suite');
  accessOf(group).allowExternalMembers = 'true';
  const at = (raw: Buffer): number => group.members.findIndex(({ email }) => email === readMember(raw).who.address);
  const put = (raw: Buffer): void => {
    const { who, role } = readMember(raw);
    const known = group.members[at(raw)];
    const member = { id: known?.id ?? server.cloud.ids.digits(21), email: who.address, type: 'USER' } as const;
    group.members.splice(known === undefined ? group.members.length : at(raw), known === undefined ? 0 : 1, {
      ...member,
      role: role === 'owner' ? 'OWNER' : 'MEMBER',
    });
  };
  return {
    connector: {
      ...googleConnector,
      async open(request) {
        const session = await googleConnector.open({ ...request, itemType: 'group', kinds: ['member'] });
        const { writer } = session;
        return writer === undefined ? session : { ...session, writer: withKeeper(writer, group) };
      },
    },
    system: groupSystem(server),
    address: group.email,
    async seed(objects) {
      for (const { raw } of objects) put(raw);
    },
    dump: async () =>
      group.members.map(
        ({ email, role }): FoundMessage => ({
          folder: ['Members'],
          raw: writeMember({
            type: 'member',
            who: { address: email },
            role: role === 'OWNER' ? 'owner' : 'member',
          }),
          flags: [],
          date: undefined,
        }),
      ),
    folders: async () => [['Members']],
    remove: async ({ raw }) => void group.members.splice(at(raw), 1),
    replace: async (_, raw) => put(raw),
    dispose: async () => undefined,
  };
}
