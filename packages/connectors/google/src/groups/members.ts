import type { Listed, ListedObjects, ListedWriting } from '@sterna/cloud-http';
import type { Container, FidelityNote } from '@sterna/connector-kit';
import { lastOwnerKept, type Member, readMember, writeMember } from '@sterna/content';
import { SternaError } from '@sterna/core';
import { segment } from '../api/client.ts';
import { containerGone } from '../items/gone.ts';
import {
  addMember,
  changeRole,
  type DirectoryMember,
  directMembers,
  domainOf,
  googleRole,
  memberAt,
  roleOf,
} from './directory-members.ts';
import { GROUP_SCOPES, groupPath } from './find-group.ts';
import type { GroupContext } from './group.ts';

const MEMBERS: Container = { id: 'members', path: ['Members'], kind: 'member' };

/** Who is in the group: people, other groups, and people from elsewhere. Each is asked for by name: a group may be large. */
export class Members implements ListedObjects, ListedWriting {
  readonly kind = 'member';
  readonly #context: GroupContext;

  constructor(context: GroupContext) {
    this.#context = context;
  }

  async containers(): Promise<readonly Container[]> {
    return [MEMBERS];
  }

  async list(container: string): Promise<readonly Listed[]> {
    if (container !== MEMBERS.id) throw containerGone('list of members', undefined);
    const { directory, id } = this.#context;
    return (await directMembers(directory, id)).map((one) => this.#listed(one));
  }

  async find(_container: string, id: string): Promise<Listed | undefined> {
    return this.#at(id);
  }

  async rivalOf(_container: string, body: Buffer): Promise<Listed | undefined> {
    return this.#at(readMember(body).who.address);
  }

  async ensureContainer(path: readonly string[]) {
    if (path.join('/') === MEMBERS.path.join('/')) return { container: MEMBERS, notes: [] };
    throw new SternaError('config', 'kind-not-held', `The target has no members called ${path.join('/')}.`, {
      field: 'kinds.member',
      fix: 'Switch members off.',
    });
  }

  async create(_container: string, body: Buffer) {
    const { directory, id } = this.#context;
    const wanted = readMember(body);
    const added = await addMember(directory, id, wanted.who.address, googleRole(wanted.role));
    if (added.outcome === 'nobody') throw unknown(wanted);
    if (added.outcome === 'refused') throw this.#notTaken(wanted);
    if (added.outcome === 'there' && roleOf(added.member) !== wanted.role)
      await changeRole(directory, id, added.member.id, googleRole(wanted.role));
    return { id: added.member.id, version: wanted.role, notes: notesOf(added.member) };
  }

  async replace(_container: string, now: Listed, body: Buffer) {
    const { directory, id } = this.#context;
    await changeRole(directory, id, now.id, googleRole(readMember(body).role));
    return [];
  }

  /** The last owner stays: a group that nobody owns is nobody's to look after. */
  async remove(_container: string, now: Listed): Promise<void> {
    const { directory, id } = this.#context;
    if (now.version === 'owner' && (await directMembers(directory, id, 'OWNER')).length <= 1) throw lastOwnerKept();
    await directory.send({
      method: 'DELETE',
      path: `${groupPath(id)}/members/${segment(now.id)}`,
      doing: 'removing a member from the group',
      right: GROUP_SCOPES.write[0],
      expected: [404],
    });
  }

  async #at(key: string): Promise<Listed | undefined> {
    const { directory, id } = this.#context;
    const found = await memberAt(directory, id, key);
    return found && this.#listed(found);
  }

  #listed(one: DirectoryMember): Listed {
    const role = roleOf(one);
    const { email, type } = one;
    if (email === undefined || type === 'CUSTOMER')
      return { id: one.id, version: role, body: Buffer.alloc(0), passedOver: everybody() };
    const member: Member = {
      type: 'member',
      who: { address: email.toLowerCase() },
      role,
      ...(type === 'GROUP' ? { isGroup: true as const } : {}),
      ...(type !== 'GROUP' && this.#isStranger(email) ? { isExternal: true as const } : {}),
    };
    return { id: one.id, version: role, body: writeMember(member) };
  }

  #isStranger = (address: string): boolean => domainOf(address) !== domainOf(this.#context.email);

  #notTaken({ who, isGroup }: Member): SternaError {
    if (isGroup === true) return circle(who.address);
    return this.#isStranger(who.address) ? strangerNotTaken(who.address) : notTaken(who.address);
  }
}

/** Who may not sign in gets no mail of the group either. */
const notesOf = ({ status, email }: DirectoryMember): readonly FidelityNote[] =>
  status === 'SUSPENDED'
    ? [
        {
          code: 'member-suspended',
          text: `${email ?? 'This member'} is suspended in the target: they are in the group, and get nothing of it until they are activated.`,
        },
      ]
    : [];

const everybody = (): SternaError =>
  new SternaError(
    'object',
    'member-without-address',
    'This member is everybody of the organization, which is no person and no group.',
    { fix: 'Add everybody of the target’s organization to the group there by hand, if that is wanted.' },
  );

const unknown = ({ who: { address }, isGroup }: Member): SternaError =>
  isGroup === true
    ? new SternaError('object', 'group-not-in-target', `The target has no group ${address}, which is in this one.`, {
        fix: 'Migrate that group as well, or name its target in the mapping table; the next delta pass adds it.',
      })
    : new SternaError('object', 'person-not-in-target', `The target’s directory has nobody called ${address}.`, {
        fix: 'Create this person there, or name the right one in the mapping table; the next delta pass adds them.',
      });

const circle = (address: string): SternaError =>
  new SternaError(
    'object',
    'nested-group',
    `The group ${address} can’t be a member: this group is in it, or it is of another organization.`,
    { fix: 'Take one of the two out of the other, or add the people of that group; then start a delta pass.' },
  );

const strangerNotTaken = (address: string): SternaError =>
  new SternaError('object', 'stranger-not-taken', `The group takes nobody from outside, and ${address} is.`, {
    fix: 'Allow members outside of the organization in the group’s settings in the target (the Admin console may have to allow that first), or name somebody of the target in the mapping table; the next delta pass adds them.',
  });

const notTaken = (address: string): SternaError =>
  new SternaError('object', 'not-allowed-there', `The group doesn’t take ${address} as a member.`, {
    fix: 'Add them in the Admin console, which says why not.',
  });
