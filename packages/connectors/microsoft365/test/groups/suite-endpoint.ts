import type { Connector, Op, OpenRequest } from '@sterna/connector-kit';
import type { FoundMessage, SuiteEndpoint } from '@sterna/connector-suite';
import { readMember, readPost, writeMember, writePost } from '@sterna/content';
import type { ContentKind } from '@sterna/core';
import { DirectGroup, DirectTeam, groupsOf, type Microsoft365, teamsOf } from '@sterna/simulator-microsoft365';
import { microsoft365Connector } from '../../src/index.ts';
import { simulated } from '../mail/suite-endpoint.ts';

const DOMAIN = 'contoso.example';
const ADDRESS = `suite@${DOMAIN}`;
const SOMEBODY = 'somebody';
/** Who says what the suite has said. */
export const AUTHOR = `alice@${DOMAIN}`;

const only = (itemType: 'group' | 'team', kind: ContentKind): Connector => ({
  ...microsoft365Connector,
  open: (request) => microsoft365Connector.open({ ...request, itemType, kinds: [kind] }),
});

const found = (folder: readonly string[], raw: Buffer): FoundMessage => ({ folder, raw, flags: [], date: undefined });

/** Members of a group of nobody's. Whoever is to be added is in the directory: the administrator has seen to that. */
export function memberEndpoint(server: Microsoft365): SuiteEndpoint {
  const { group } = DirectGroup.create(server, ADDRESS, 'Suite', []);
  // A group keeps its last owner: this one is nobody that the suite sees.
  group.owners.add(SOMEBODY);
  const tenant = server.tenant(DOMAIN);
  const groups = groupsOf(tenant);
  const userOf = (raw: Buffer): string => {
    const { address } = readMember(raw).who;
    const there = tenant.user(address);
    if (there !== undefined) return there.id;
    const alice = tenant.user(`alice@${DOMAIN}`);
    if (alice === undefined) throw new Error('no Alice');
    const id = groups.ids.guid();
    tenant.users.set(id, { ...alice, id, mail: address, userPrincipalName: address, displayName: address } as never);
    return id;
  };
  const put = (raw: Buffer): void => {
    const id = userOf(raw);
    groups.addMember(group, id, server.clock.now());
    if (readMember(raw).role === 'owner') group.owners.add(id);
    else group.owners.delete(id);
  };
  const connector = only('group', 'member');
  return {
    ...simulated({ baseUrl: server.baseUrl } as Parameters<typeof simulated>[0], ADDRESS, { tenant: DOMAIN }),
    connector: {
      ...connector,
      async open(request: OpenRequest) {
        const session = await connector.open(request);
        const { writer } = session;
        if (writer === undefined) return session;
        const known = new Proxy(writer, {
          get(of, name) {
            const value: unknown = Reflect.get(of, name);
            if (typeof value !== 'function') return value;
            if (name !== 'apply') return value.bind(of);
            return (ops: readonly Op[]) => {
              for (const op of ops) if (op.verb === 'create' && Buffer.isBuffer(op.body)) userOf(op.body);
              return of.apply(ops);
            };
          },
        });
        return { ...session, writer: known };
      },
    },
    async seed(objects) {
      for (const { raw } of objects) put(raw);
    },
    dump: async () =>
      [...new Set([...group.members, ...group.owners])]
        .filter((id) => id !== SOMEBODY)
        .map((id) => {
          const address = tenant.users.get(id)?.mail ?? id;
          const role = group.owners.has(id) ? 'owner' : 'member';
          return found(['Members'], writeMember({ type: 'member', who: { address }, role }));
        }),
    folders: async () => [['Members']],
    remove: async ({ raw }) => {
      const id = userOf(raw);
      group.members.delete(id);
      group.owners.delete(id);
    },
    replace: async (_, raw) => put(raw),
    dispose: async () => undefined,
  };
}

/** What is said in the channels of a team, by Alice. */
export function postEndpoint(server: Microsoft365): SuiteEndpoint {
  const { group } = DirectGroup.create(server, ADDRESS, 'Suite', [AUTHOR]);
  teamsOf(server.tenant(DOMAIN)).create(group, server.clock.now());
  const team = new DirectTeam(server, AUTHOR, 'Suite');
  const names = (): string[] => [...team.team.channels.values()].map(({ displayName }) => displayName);
  const ensured = (name: string): string => {
    if (!names().includes(name)) team.makeChannel(name);
    return name;
  };
  const idOf = (name: string, raw: Buffer): string => {
    const at = Date.parse(readPost(raw).at);
    const one = team.messages(name).find(({ createdAt }) => createdAt === at);
    if (one === undefined) throw new Error(`nothing was said in ${name} at ${at}`);
    return one.id;
  };
  return {
    ...simulated({ baseUrl: server.baseUrl } as Parameters<typeof simulated>[0], ADDRESS, { tenant: DOMAIN }),
    connector: only('team', 'post'),
    async seed(objects) {
      for (const { folder, raw } of objects) {
        const { html, at, subject, importance } = readPost(raw);
        team.say(
          ensured(folder.join(' - ')),
          html,
          { subject: subject ?? null, importance: importance ?? 'normal' },
          Date.parse(at),
        );
      }
    },
    dump: async () =>
      names().flatMap((name) =>
        team.messages(name).flatMap(({ createdAt, from = '', subject, importance, content, isDeleted }) =>
          isDeleted
            ? []
            : found(
                [name],
                writePost({
                  type: 'post',
                  at: new Date(createdAt).toISOString(),
                  by: { address: from },
                  html: content,
                  ...(subject === null ? {} : { subject }),
                  ...(importance === 'normal' ? {} : { importance: importance as 'high' }),
                }),
              ),
        ),
      ),
    folders: async () => names().map((name) => [name]),
    makeFolder: async (path) => void ensured(path.join(' - ')),
    async remove({ folder: [name = ''], raw }) {
      team.remove(name, idOf(name, raw));
    },
    async replace({ folder: [name = ''], raw: before }, raw) {
      team.edit(name, idOf(name, before), readPost(raw).html);
    },
    dispose: async () => undefined,
  };
}
