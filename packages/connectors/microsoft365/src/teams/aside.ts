import type { Aside } from '@sterna/connector-kit';
import type { Channels } from './channels.ts';

/** https://learn.microsoft.com/en-us/microsoftteams/limits-specifications-teams#channel-names */
const LONGEST_NAME = 50;
const SET_ASIDE = /\(until \d{4}-\d\d-\d\d(, \d+)?\)$/;

/**
 * A channel whose posts are to make room for others is renamed, not removed: Teams keeps the name of a removed one reserved for
 * as long as it can be restored, 30 days, and what was said in it would be gone. Its folder keeps its name, so the new channel
 * has it as well.
 */
export class ChannelsAside implements Aside {
  readonly #channels: Channels;

  constructor(channels: Channels) {
    this.#channels = channels;
  }

  /** The first channel of a team keeps its name, and so does one that is archived: it can't be changed. */
  async nameOf(channelId: string): Promise<string | undefined> {
    const all = await this.#channels.list(true);
    const channel = all.find(({ id }) => id === channelId);
    if (channel === undefined || channel.isArchived === true || channelId === (await this.#channels.primary()))
      return undefined;
    if (SET_ASIDE.test(channel.displayName)) return undefined;
    const day = new Date(this.#channels.context.client.clock.now()).toISOString().slice(0, 10);
    const taken = new Set(all.map(({ displayName }) => displayName.toLowerCase()));
    for (let n = 1; ; n += 1) {
      const suffix = ` (until ${day}${n === 1 ? '' : `, ${n}`})`;
      const name = `${channel.displayName.slice(0, LONGEST_NAME - suffix.length).trimEnd()}${suffix}`;
      if (!taken.has(name.toLowerCase())) return name;
    }
  }

  rename(channelId: string, name: string): Promise<'done' | 'missing'> {
    return this.#channels.rename(channelId, name);
  }
}
