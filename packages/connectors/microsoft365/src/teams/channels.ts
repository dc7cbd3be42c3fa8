import { Budget } from '@sterna/cloud-http';
import type { Container, FidelityNote, Finished } from '@sterna/connector-kit';
import type { ChannelDefinition } from '@sterna/content';
import { SternaError } from '@sterna/core';
import { channelAddress } from '../addresses.ts';
import { segment } from '../graph/client.ts';
import { codeOf, statusOf } from '../graph/errors.ts';
import type { GroupContext } from '../groups/group.ts';
import { makeTeam, teamPath } from '../groups/team.ts';
import { containerGone } from '../outlook/gone.ts';
import { CHANNEL_RIGHTS, type GraphChannel, MESSAGE_RIGHTS } from './graph-teams.ts';
import { IMPORT_LIMITS, TEAMS_LIMITS } from './limits.ts';

const PROPERTIES = 'id,displayName,description,membershipType,createdDateTime,migrationMode,isArchived,webUrl';
/** How often, and how long after another, it is looked whether a channel is made. */
const MOST_LOOKS = 60;
const LOOK_MS = 1_000;
const MEMBERSHIPS = ['standard', 'private', 'shared'] as const;

/**
 * The channels of a team. What was said in the past can be written only while a channel is in migration mode, in which its
 * people can't use it, and some of it shows only when that has ended. So it begins with the first post and ends with the
 * session, or when somebody wants to see what is there.
 */
export class Channels {
  readonly context: GroupContext;
  readonly budget: Budget;
  readonly #lanes = new Map<string, Budget>();
  /** Channels in migration mode, and since when nothing older may be written. */
  readonly #open = new Map<string, number>();
  /** Since when a channel is there, as far as this session has moved that into the past: a listing may be of before. */
  readonly #moved = new Map<string, number>();
  #listed: Promise<readonly GraphChannel[]> | undefined;
  #primary: Promise<string> | undefined;

  constructor(context: GroupContext) {
    this.context = context;
    this.budget = new Budget(TEAMS_LIMITS, context.client.clock);
  }

  pathOf(channelId: string): string {
    return `${teamPath(this.context.id)}/channels/${segment(channelId)}`;
  }

  /** Posts of one channel follow each other, so many a second. */
  lane(channelId: string): Budget {
    const lane = this.#lanes.get(channelId) ?? new Budget(IMPORT_LIMITS, this.context.client.clock);
    this.#lanes.set(channelId, lane);
    return lane;
  }

  /** @param anew Somebody else may have made or changed some */
  list(anew = false): Promise<readonly GraphChannel[]> {
    if (anew || this.#listed === undefined) this.#listed = this.#list();
    return this.#listed;
  }

  /** Those with members of their own. */
  async closed(): Promise<readonly GraphChannel[]> {
    return (await this.list(true)).filter(({ membershipType }) => membershipOf(membershipType) !== 'standard');
  }

  async containers(): Promise<readonly Container[]> {
    const channels = await this.list(true);
    if (channels.length === 0) return [];
    const primary = await this.primary();
    return channels.map((channel) => containerOf(channel, channel.id === primary));
  }

  /**
   * Finds a channel by id, as the one that every team has, or by name; else makes it.
   *
   * @throws SternaError config `team-without-owner`
   */
  async ensure(
    path: readonly string[],
    options: {
      readonly existing?: string;
      readonly isDefault?: true;
      readonly description?: string;
      readonly definition?: unknown;
    },
  ): Promise<{ readonly container: Container; readonly notes: readonly FidelityNote[] }> {
    const name = path.join('/');
    // Every team has a channel.
    if ((await this.list()).length === 0) {
      await makeTeam(this.context);
      this.#listed = undefined;
    }
    const primary = await this.primary();
    const found = (await this.list()).find(({ id, displayName }) => {
      if (options.existing !== undefined) return id === options.existing;
      if (options.isDefault === true) return id === primary;
      return displayName.toLowerCase() === name.toLowerCase();
    });
    if (found !== undefined) return { container: containerOf(found, found.id === primary), notes: [] };
    const definition = (options.definition ?? { membership: 'standard' }) as ChannelDefinition;
    const made = await this.#make(name, definition.membership, options.description);
    this.#listed = undefined;
    return { container: containerOf(made, false), notes: [] };
  }

  /** https://learn.microsoft.com/en-us/graph/api/channel-patch */
  async rename(channelId: string, displayName: string): Promise<'done' | 'missing'> {
    const { status } = await this.context.client.send({
      method: 'PATCH',
      path: this.pathOf(channelId),
      body: { displayName },
      doing: `renaming a channel to “${displayName}”`,
      right: CHANNEL_RIGHTS.rename,
      budget: this.budget,
      expected: [404],
      repeatable: true,
    });
    this.#listed = undefined;
    return status === 404 ? 'missing' : 'done';
  }

  /**
   * Puts a channel into migration mode, so that a post of that moment can be written.
   *
   * @param at Milliseconds since 1970
   */
  async start(channelId: string, at: number): Promise<void> {
    const since = this.#open.get(channelId);
    if (since !== undefined && at > since) return;
    // It goes back in time only from the outside.
    if (since !== undefined) await this.complete(channelId);
    const channel = (await this.list()).find(({ id }) => id === channelId);
    if (channel === undefined) throw containerGone('channel', undefined);
    const created = Date.parse(channel.createdDateTime ?? '');
    // Each time further back than the time before: it is never moved forward.
    const from = Math.min(Number.isNaN(created) ? at : created, this.#moved.get(channelId) ?? at, at) - 1;
    try {
      await this.#post(
        `${this.pathOf(channelId)}/startMigration`,
        'opening the channel for what was said in the past',
        {
          conversationCreationDateTime: new Date(from).toISOString(),
        },
      );
    } catch (thrown) {
      // A process that was killed left it so, or another app has it.
      if (!isWrongMode(thrown)) throw thrown;
      await this.#end(channelId);
      await this.#post(
        `${this.pathOf(channelId)}/startMigration`,
        'opening the channel for what was said in the past',
        {
          conversationCreationDateTime: new Date(from).toISOString(),
        },
      );
    }
    this.#open.set(channelId, from);
    this.#moved.set(channelId, from);
  }

  /** So that all of it can be seen, by its people too. */
  async complete(channelId: string): Promise<void> {
    if (!this.#open.has(channelId)) return;
    await this.#end(channelId);
    this.#open.delete(channelId);
  }

  /** Before a target’s posts are looked at: a killed process may have left the channel in migration mode. */
  async reveal(channelId: string): Promise<void> {
    if (this.context.role !== 'write') return;
    if (this.#open.has(channelId)) return this.complete(channelId);
    const channel = (await this.list()).find(({ id }) => id === channelId);
    if (channel?.migrationMode !== 'inProgress') return;
    await this.#end(channelId);
    this.#listed = undefined;
  }

  /** Gives all channels back to their people, those too that a killed process left in migration mode. */
  async release(): Promise<Finished> {
    const [finished, refused]: [string[], string[]] = [[], []];
    if (this.context.role !== 'write') return { finished, refused };
    for (const { id, displayName, migrationMode } of await this.list(true))
      if (migrationMode === 'inProgress') ((await this.#end(id)) ? finished : refused).push(displayName);
    this.#open.clear();
    return { finished, refused };
  }

  async #list(): Promise<readonly GraphChannel[]> {
    const { client } = this.context;
    const { status, body } = await client.send<{ readonly value?: readonly GraphChannel[] }>({
      method: 'GET',
      path: `${teamPath(this.context.id)}/channels`,
      query: { $select: PROPERTIES },
      doing: 'listing the channels',
      right: CHANNEL_RIGHTS.read,
      budget: this.budget,
      // A group without a team.
      expected: [404],
    });
    return status === 404 ? [] : (body.value ?? []);
  }

  /** Id of the channel that every team has. */
  primary(): Promise<string> {
    this.#primary ??= this.context.client
      .send<GraphChannel>({
        method: 'GET',
        path: `${teamPath(this.context.id)}/primaryChannel`,
        query: { $select: 'id' },
        doing: 'looking for the team’s first channel',
        right: CHANNEL_RIGHTS.read,
        budget: this.budget,
      })
      .then(({ body }) => body.id);
    return this.#primary;
  }

  async #make(
    displayName: string,
    membershipType: ChannelDefinition['membership'],
    description: string | undefined,
  ): Promise<GraphChannel> {
    const { client } = this.context;
    const owners = membershipType === 'standard' ? {} : { members: [await this.#owner()] };
    const { body, header } = await client.send<GraphChannel | undefined>({
      method: 'POST',
      path: `${teamPath(this.context.id)}/channels`,
      body: { displayName, membershipType, ...(description === undefined ? {} : { description }), ...owners },
      doing: 'making a channel',
      right: CHANNEL_RIGHTS.write,
      budget: this.budget,
    });
    if (body?.id !== undefined) return body;
    // A shared channel is made while nobody waits for it.
    await this.#finished(header('location'));
    const made = (await this.list(true)).find((one) => one.displayName.toLowerCase() === displayName.toLowerCase());
    if (made !== undefined) return made;
    throw new SternaError('transient', 'channel-not-ready', `The channel ${displayName} isn’t there yet.`, {
      fix: 'Nothing to do: Sterna looks again by itself.',
    });
  }

  async #finished(operation: string | undefined): Promise<void> {
    if (operation === undefined) return;
    const { client } = this.context;
    for (let tries = 0; tries < MOST_LOOKS; tries += 1) {
      const { body } = await client.send<{ readonly status?: string }>({
        method: 'GET',
        path: operation,
        doing: 'waiting for a channel',
        budget: this.budget,
      });
      if (body.status === 'succeeded' || body.status === 'failed') return;
      await client.clock.sleep(LOOK_MS, client.signal);
    }
  }

  /** A private or shared channel is made with the one who owns it. */
  async #owner(): Promise<object> {
    const { client, path, directory, address } = this.context;
    const query = { $select: 'id', $top: 1 };
    const doing = 'listing the owners of the group';
    const [owner] = await client.all<{ readonly id: string }>({
      method: 'GET',
      path: `${path}/owners`,
      query,
      doing,
      budget: directory,
    });
    if (owner === undefined)
      throw new SternaError('config', 'team-without-owner', `The team ${address} has no owner.`, {
        field: 'address',
        fix: 'Make somebody its owner: private and shared channels can’t be made without one.',
      });
    return {
      '@odata.type': '#microsoft.graph.aadUserConversationMember',
      roles: ['owner'],
      'user@odata.bind': `${client.graph}/v1.0/users('${owner.id}')`,
    };
  }

  /** @returns false where it isn’t in migration mode any more, or another app has put it there */
  async #end(channelId: string): Promise<boolean> {
    try {
      await this.#post(`${this.pathOf(channelId)}/completeMigration`, 'giving the channel back to its people');
      return true;
    } catch (thrown) {
      if (!isWrongMode(thrown)) throw thrown;
      return false;
    }
  }

  async #post(path: string, doing: string, body?: object): Promise<void> {
    await this.context.client.send({
      method: 'POST',
      path,
      ...(body === undefined ? {} : { body }),
      doing,
      right: MESSAGE_RIGHTS.write,
      budget: this.budget,
      // Told twice, the second is refused for its mode.
      repeatable: true,
    });
  }
}

const isWrongMode = (thrown: unknown): boolean =>
  [400, 409].includes(statusOf(thrown) ?? 0) || (statusOf(thrown) === 403 && codeOf(thrown) !== undefined);

export const membershipOf = (type: string | null | undefined): ChannelDefinition['membership'] =>
  MEMBERSHIPS.find((one) => one === type) ?? 'standard';

export const definitionOf = ({ membershipType, createdDateTime }: GraphChannel): ChannelDefinition => ({
  membership: membershipOf(membershipType),
  ...(createdDateTime ? { created: createdDateTime } : {}),
});

function containerOf(channel: GraphChannel, isPrimary: boolean): Container {
  const address = channelAddress(channel.webUrl);
  return {
    ...(address === undefined ? {} : { address }),
    id: channel.id,
    path: [channel.displayName],
    kind: 'post',
    ...(isPrimary ? { isDefault: true as const } : {}),
    ...(channel.description ? { description: channel.description } : {}),
    definition: definitionOf(channel),
  };
}
