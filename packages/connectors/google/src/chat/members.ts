import type { Listed, ListedObjects, ListedWriting } from '@sterna/cloud-http';
import type { Container, Writer } from '@sterna/connector-kit';
import { type Member, readMember, writeMember } from '@sterna/content';
import { SternaError } from '@sterna/core';
import { containerGone } from '../items/gone.ts';
import { CHAT_SCOPES, type ChatMembership, lastPart } from './chat.ts';
import type { Spaces, TeamSpace } from './spaces.ts';

const MEMBERS: Container = {
  id: 'members',
  path: ['Members'],
  kind: 'member',
  // So that each pass tells which spaces have others.
  definition: { membership: 'standard' },
};
const WRITE = CHAT_SCOPES.admin.write[1];

const ROLES = { owner: 'ROLE_MANAGER', manager: 'ROLE_ASSISTANT_MANAGER', member: 'ROLE_MEMBER' } as const;
const roleOf = ({ role }: ChatMembership): Member['role'] =>
  role === ROLES.owner ? 'owner' : role === ROLES.manager ? 'manager' : 'member';

/**
 * Who is in the spaces of a team. Those of the first one are everybody's; a space with others is like a private channel.
 * Nobody can be added while a space is being imported, so members come last, and the first of them completes it.
 */
export class SpaceMembers implements ListedObjects, ListedWriting {
  readonly kind = 'member';
  readonly #spaces: Spaces;
  /** Of a target: spaces with members of their own. */
  readonly #own = new Set<string>();

  constructor(spaces: Spaces) {
    this.#spaces = spaces;
  }

  async containers(): Promise<readonly Container[]> {
    const found: Container[] = [MEMBERS];
    for (const one of await this.#spaces.list()) {
      if (one.channel === undefined) continue;
      const definition = await this.#spaces.definitionOf(one);
      if (definition.membership === 'private' || this.#own.has(one.id)) found.push(containerOf(one, definition));
    }
    return found;
  }

  async list(container: string): Promise<readonly Listed[]> {
    const [space] = await this.#of(container);
    if (space === undefined || this.#isHidden(container, space)) return [];
    return Promise.all((await this.#spaces.members(space.id, true)).map((one) => this.#listed(one)));
  }

  async ensureContainer(
    path: readonly string[],
    options: Parameters<Writer['ensureContainer']>[1],
  ): ReturnType<Writer['ensureContainer']> {
    const [, channel] = path;
    if (channel === undefined) {
      await this.#spaces.ensure(undefined);
      return { container: MEMBERS, notes: [] };
    }
    const { space, notes } = await this.#spaces.ensure(channel, {
      ...(options.description === undefined ? {} : { description: options.description }),
      ...(options.definition === undefined ? {} : { definition: options.definition }),
    });
    this.#own.add(space.id);
    return { container: containerOf(space, options.definition), notes };
  }

  /** Into all spaces that have no others. The first one comes last, which tells who is there: then it was all done. */
  async create(container: string, body: Buffer) {
    const { who, role, isGroup } = readMember(body);
    if (isGroup === true) throw nestedGroup(who.address);
    const user = await this.#spaces.context.people.find(who.address);
    if (user === undefined) throw unknownPerson(who.address);
    for (const { id } of (await this.#of(container)).toReversed()) {
      await this.#open(id);
      await this.#spaces.context.client.send({
        method: 'POST',
        path: `/v1/${id}/members`,
        query: { useAdminAccess: true },
        body: { member: { name: `users/${user.id}`, type: 'HUMAN' } },
        doing: 'adding somebody to a space',
        right: WRITE,
        // Who is there already is answered with 409, so this can be sent again.
        repeatable: true,
        expected: [409],
      });
      this.#spaces.joined(id);
      if (role !== 'member') await this.#give(id, user.id, role);
    }
    return { id: user.id, version: role };
  }

  async replace(container: string, now: Listed, body: Buffer) {
    const { role } = readMember(body);
    for (const { id } of (await this.#of(container)).toReversed()) await this.#give(id, now.id, role);
    return [];
  }

  async remove(container: string, now: Listed): Promise<void> {
    for (const { id } of (await this.#of(container)).toReversed())
      await this.#spaces.context.client.send({
        method: 'DELETE',
        path: `/v1/${id}/members/${now.id}`,
        query: { useAdminAccess: true },
        doing: 'removing somebody from a space',
        right: WRITE,
        expected: [404],
      });
  }

  async #give(space: string, user: string, role: Member['role']): Promise<void> {
    await this.#spaces.context.client.send({
      method: 'PATCH',
      path: `/v1/${space}/members/${user}`,
      query: { useAdminAccess: true, updateMask: 'role' },
      body: { role: ROLES[role] },
      doing: 'changing somebody’s role in a space',
      right: WRITE,
      repeatable: true,
    });
  }

  /** What was said before is in it by now: members come after all else. */
  async #open(space: string): Promise<void> {
    if (!this.#spaces.context.settings.keepImporting) {
      await this.#spaces.complete(space);
      return;
    }
    if (await this.#spaces.isImporting(space)) throw stillImporting();
  }

  /** The first one, as long as it is being imported and this session hasn't come to it: nobody is in it. */
  #isHidden(container: string, { channel }: TeamSpace): boolean {
    return container === MEMBERS.id && channel !== undefined && this.#spaces.context.role === 'write';
  }

  async #of(container: string): Promise<readonly TeamSpace[]> {
    const spaces = await this.#spaces.list();
    if (container === MEMBERS.id) return spaces.filter(({ id }) => !this.#own.has(id));
    const space = spaces.find(({ id }) => container === idOf(id));
    if (space === undefined) throw containerGone('space', undefined);
    return [space];
  }

  async #listed(one: ChatMembership): Promise<Listed> {
    const id = lastPart(one.name);
    const role = roleOf(one);
    const who = one.member === undefined ? undefined : await this.#spaces.context.people.personOf(one.member);
    if (who === undefined) return { id, version: role, body: Buffer.alloc(0), passedOver: withoutAddress() };
    const external =
      one.affiliation === undefined || one.affiliation === 'INTERNAL' ? {} : { isExternal: true as const };
    return { id, version: role, body: writeMember({ type: 'member', who, role, ...external }) };
  }
}

const idOf = (space: string): string => `members-of-${lastPart(space)}`;

const containerOf = ({ id, channel, space }: TeamSpace, definition: unknown): Container => ({
  id: idOf(id),
  path: [...MEMBERS.path, channel ?? ''],
  kind: 'member',
  ...(space.spaceDetails?.description ? { description: space.spaceDetails.description } : {}),
  definition,
});

const withoutAddress = (): SternaError =>
  new SternaError(
    'object',
    'member-without-address',
    'This member is a group, an app, or somebody without an address.',
    {
      fix: 'Add its like to the space in the target by hand.',
    },
  );

const unknownPerson = (address: string): SternaError =>
  new SternaError('object', 'person-not-in-target', `The target’s directory has nobody called ${address}.`, {
    fix: 'Create this person there, or name the right one in the mapping table; the next delta pass adds them.',
  });

const nestedGroup = (address: string): SternaError =>
  new SternaError('object', 'nested-group', `The member ${address} is a group, which an administrator can’t add.`, {
    fix: 'Let a manager of the space add it.',
  });

const stillImporting = (): SternaError =>
  new SternaError('object', 'space-importing', 'Nobody can be added to a space that is being imported.', {
    fix: 'Switch keepImporting off in the system’s settings and start a delta pass: it completes the space and adds them.',
  });
