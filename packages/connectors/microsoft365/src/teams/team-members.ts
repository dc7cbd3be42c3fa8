import type { Listed, ListedObjects, ListedWriting } from '@sterna/cloud-http';
import type { Container, Writer } from '@sterna/connector-kit';
import { type Member, readMember, writeMember } from '@sterna/content';
import { segment } from '../graph/client.ts';
import type { GroupContext } from '../groups/group.ts';
import { MEMBERS, type Members, type MemberWriting, unknownPerson, withoutAddress } from '../groups/members.ts';
import { type Channels, definitionOf } from './channels.ts';
import { CHANNEL_MEMBER_RIGHTS, type GraphChannel } from './graph-teams.ts';

/** https://learn.microsoft.com/en-us/graph/api/resources/aaduserconversationmember */
interface ConversationMember {
  readonly id: string;
  readonly userId?: string | null;
  readonly roles?: readonly string[] | null;
}

/** Who is in a team, and who in those of its channels that have members of their own. */
export class TeamMembers implements ListedObjects, ListedWriting {
  readonly kind = 'member';
  readonly #context: GroupContext;
  readonly #channels: Channels;
  readonly #members: Members;
  readonly #writing: MemberWriting;

  constructor(context: GroupContext, channels: Channels, members: Members, writing: MemberWriting) {
    this.#context = context;
    this.#channels = channels;
    this.#members = members;
    this.#writing = writing;
  }

  async containers(): Promise<readonly Container[]> {
    return [MEMBERS, ...(await this.#channels.closed()).map(containerOf)];
  }

  async list(container: string): Promise<readonly Listed[]> {
    if (container === MEMBERS.id) return this.#members.list(container);
    const { client, people } = this.#context;
    const found = await client.all<ConversationMember>({
      method: 'GET',
      path: `${this.#channels.pathOf(container)}/members`,
      doing: 'listing the members of a channel',
      right: CHANNEL_MEMBER_RIGHTS.read,
      budget: this.#channels.budget,
    });
    return Promise.all(
      found.map(async ({ id, userId, roles }): Promise<Listed> => {
        const role: Member['role'] = roles?.includes('owner') === true ? 'owner' : 'member';
        const who = userId ? await people.withId(userId) : undefined;
        if (who === undefined) return { id, version: role, body: Buffer.alloc(0), passedOver: withoutAddress() };
        return { id, version: role, body: writeMember({ type: 'member', who, role }) };
      }),
    );
  }

  /** A channel that isn’t there yet is made. */
  async ensureContainer(
    path: readonly string[],
    options: Parameters<Writer['ensureContainer']>[1],
  ): ReturnType<Writer['ensureContainer']> {
    const [, channel] = path;
    if (channel === undefined) return this.#writing.ensureContainer(path);
    const { container, notes } = await this.#channels.ensure([channel], {
      ...(options.existing === undefined ? {} : { existing: options.existing }),
      ...(options.description === undefined ? {} : { description: options.description }),
      ...(options.definition === undefined ? {} : { definition: options.definition }),
    });
    const { id, definition } = container;
    const members: Container = { id, path: [...MEMBERS.path, ...container.path], kind: 'member', definition };
    return { container: members, notes };
  }

  async create(container: string, body: Buffer) {
    if (container === MEMBERS.id) return this.#writing.create(container, body);
    const { client, people } = this.#context;
    const { who, role } = readMember(body);
    const user = await people.withAddress(who.address);
    if (user === undefined) throw unknownPerson(who.address);
    const made = await client.send<ConversationMember>({
      method: 'POST',
      path: `${this.#channels.pathOf(container)}/members`,
      body: {
        '@odata.type': '#microsoft.graph.aadUserConversationMember',
        roles: rolesOf(role),
        'user@odata.bind': `${client.graph}/v1.0/users('${user.id}')`,
      },
      doing: 'adding somebody to a channel',
      right: CHANNEL_MEMBER_RIGHTS.write,
      budget: this.#channels.budget,
    });
    return { id: made.body.id };
  }

  async replace(container: string, now: Listed, body: Buffer) {
    if (container === MEMBERS.id) return this.#writing.replace(container, now, body);
    await this.#context.client.send({
      method: 'PATCH',
      path: `${this.#channels.pathOf(container)}/members/${segment(now.id)}`,
      body: {
        '@odata.type': '#microsoft.graph.aadUserConversationMember',
        roles: rolesOf(readMember(body).role),
      },
      doing: 'changing somebody’s role in a channel',
      right: CHANNEL_MEMBER_RIGHTS.write,
      budget: this.#channels.budget,
    });
    return [];
  }

  async remove(container: string, now: Listed): Promise<void> {
    if (container === MEMBERS.id) return this.#writing.remove(container, now);
    await this.#context.client.send({
      method: 'DELETE',
      path: `${this.#channels.pathOf(container)}/members/${segment(now.id)}`,
      doing: 'removing somebody from a channel',
      right: CHANNEL_MEMBER_RIGHTS.write,
      budget: this.#channels.budget,
      expected: [404],
    });
  }
}

const rolesOf = (role: Member['role']): string[] => (role === 'member' ? [] : ['owner']);

const containerOf = (channel: GraphChannel): Container => ({
  id: channel.id,
  path: [...MEMBERS.path, channel.displayName],
  kind: 'member',
  // Who makes the channel by its members knows what it is about, too.
  ...(channel.description ? { description: channel.description } : {}),
  definition: definitionOf(channel),
});
