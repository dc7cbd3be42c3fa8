import type { Listed, ListedObjects, ListedWriting } from '@sterna/cloud-http';
import type { Container } from '@sterna/connector-kit';
import { lastOwnerKept, type Member, readMember, writeMember } from '@sterna/content';
import { SternaError } from '@sterna/core';
import { segment } from '../graph/client.ts';
import { codeOf, statusOf } from '../graph/errors.ts';
import { containerGone } from '../outlook/gone.ts';
import { GROUP_RIGHTS } from './find-group.ts';
import type { GroupContext } from './group.ts';
import { isGuest, personOf } from './people.ts';
import { type DirectoryObject, eachOnce, isGroup, objectsOf } from './people-of-group.ts';

export const MEMBERS: Container = { id: 'members', path: ['Members'], kind: 'member' };

/** Who is in the group. Owners needn't be members, and are told once, as owners. */
export class Members implements ListedObjects {
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
    const [owners, members] = await Promise.all([this.objects('owners'), this.objects('members')]);
    return eachOnce({ owners, members }).map(({ one, role }) => listed(one, role));
  }

  async objects(of: 'owners' | 'members'): Promise<readonly DirectoryObject[]> {
    const found = await objectsOf(this.#context, this.#context.id, of);
    for (const one of found) if (!isGroup(one)) this.#context.people.remember(one);
    return found;
  }
}

/** Adds people to the group, and makes owners of them. */
export class MemberWriting implements ListedWriting {
  readonly #context: GroupContext;
  readonly #members: Members;

  constructor(context: GroupContext, members: Members) {
    this.#context = context;
    this.#members = members;
  }

  async ensureContainer(path: readonly string[]) {
    if (path.join('/') === MEMBERS.path.join('/')) return { container: MEMBERS, notes: [] };
    throw new SternaError('config', 'kind-not-held', `The target has no members called ${path.join('/')}.`, {
      field: 'kinds.member',
      fix: 'Switch members off.',
    });
  }

  async create(_container: string, body: Buffer) {
    const member = readMember(body);
    const id = await this.#idOf(member);
    await this.#add('members', id);
    if (member.role !== 'member') await this.#add('owners', id);
    return { id };
  }

  async replace(_container: string, now: Listed, body: Buffer) {
    // Never out of both: who is in neither is gone, should this break off.
    await this.#add('members', now.id);
    if (readMember(body).role === 'member') await this.#take('owners', now.id);
    else await this.#add('owners', now.id);
    return [];
  }

  /** Who owns the group alone stays in it, as a member too: of owners who are no members no private channel can be made. */
  async remove(_container: string, now: Listed): Promise<void> {
    await this.#take('members', now.id);
    try {
      await this.#take('owners', now.id);
    } catch (thrown) {
      if (statusOf(thrown) !== 400 || !(await this.#has('owners', now.id))) throw thrown;
      await this.#add('members', now.id);
      throw lastOwnerKept();
    }
  }

  async #idOf({ who, isGroup: nested }: Member): Promise<string> {
    if (nested === true) throw nestedGroup(who.address);
    const user = await this.#context.people.withAddress(who.address);
    if (user === undefined) throw unknownPerson(who.address);
    return user.id;
  }

  async #add(to: 'owners' | 'members', id: string): Promise<void> {
    const { client, path, directory } = this.#context;
    try {
      await client.send({
        method: 'POST',
        path: `${path}/${to}/$ref`,
        body: { '@odata.id': `${client.graph}/v1.0/directoryObjects/${id}` },
        doing: `adding to the ${to} of the group`,
        right: GROUP_RIGHTS.write,
        budget: directory,
        // Somebody who is there already is refused, so this can be sent again.
        repeatable: true,
      });
    } catch (thrown) {
      const isRefused = statusOf(thrown) === 400 && codeOf(thrown) === 'Request_BadRequest';
      if (!isRefused || !(await this.#has(to, id))) throw thrown;
    }
  }

  async #take(from: 'owners' | 'members', id: string): Promise<void> {
    const { client, path, directory } = this.#context;
    await client.send({
      method: 'DELETE',
      path: `${path}/${from}/${segment(id)}/$ref`,
      doing: `removing from the ${from} of the group`,
      right: GROUP_RIGHTS.write,
      budget: directory,
      expected: [404],
    });
  }

  #has = async (list: 'owners' | 'members', id: string): Promise<boolean> =>
    (await this.#members.objects(list)).some((one) => one.id === id);
}

function listed(one: DirectoryObject, role: 'owner' | 'member'): Listed {
  const who = isGroup(one) ? groupOf(one) : personOf(one);
  const version = role;
  if (who === undefined) return { id: one.id, version, body: Buffer.alloc(0), passedOver: withoutAddress() };
  const member: Member = {
    type: 'member',
    who,
    role,
    ...(isGroup(one) ? { isGroup: true as const } : {}),
    ...(!isGroup(one) && isGuest(one) ? { isExternal: true as const } : {}),
  };
  return { id: one.id, version, body: writeMember(member) };
}

const groupOf = ({ mail, displayName }: DirectoryObject) =>
  mail ? { address: mail.toLowerCase(), ...(displayName ? { name: displayName } : {}) } : undefined;

export const withoutAddress = (): SternaError =>
  new SternaError(
    'object',
    'member-without-address',
    'This member is a device, an app or a group without an address.',
    {
      fix: 'Add its like to the group in the target by hand.',
    },
  );

export const unknownPerson = (address: string): SternaError =>
  new SternaError('object', 'person-not-in-target', `The target’s directory has nobody called ${address}.`, {
    fix: 'Create or invite this person there, or name the right one in the mapping table; the next delta pass adds them.',
  });

const nestedGroup = (address: string): SternaError =>
  new SternaError(
    'object',
    'nested-group',
    `The member ${address} is a group, which a Microsoft 365 group can’t hold.`,
    {
      fix: 'Add the people of that group in the target.',
    },
  );
