import { encodeName, SternaError } from '@sterna/core';
import { RIGHTS } from '../drive/drive-api.ts';
import { nameRulesOf } from '../drive/names.ts';
import { type Channels, membershipOf } from './channels.ts';
import type { GraphChannel } from './graph-teams.ts';

/** The first name in the paths of files that aren't in the team's own library, but in the site of a channel. */
const SHELVES = { private: 'Private channels', shared: 'Shared channels' } as const;
type Closed = keyof typeof SHELVES;

/** How often, and how long after another, it is looked whether a new channel has a site. */
const MOST_LOOKS = 30;
const LOOK_MS = 2_000;

/** Where the files of a channel with members of its own are. */
export interface ChannelFolder {
  readonly channelId: string;
  /** `Private channels`, and what it is called. */
  readonly path: readonly [string, string];
  readonly driveId: string;
  readonly itemId: string;
  readonly webUrl: string;
}

interface FolderItem {
  readonly id: string;
  readonly webUrl?: string | null;
  readonly parentReference?: { readonly driveId?: string | null } | null;
}

/** The folders of private and shared channels: each of these has a site of its own. */
export class ChannelFolders {
  readonly #channels: Channels;
  #known: Promise<readonly ChannelFolder[]> | undefined;

  constructor(channels: Channels) {
    this.#channels = channels;
  }

  /** Of a channel whose files nobody has opened yet there is none. @param anew Somebody else may have made some */
  all(anew = false): Promise<readonly ChannelFolder[]> {
    if (anew || this.#known === undefined) {
      this.#known = this.#list();
      this.#known.catch(() => {
        this.#known = undefined;
      });
    }
    return this.#known;
  }

  /** The one that a path of files leads into; its channel is there. */
  async at(path: readonly string[]): Promise<ChannelFolder | undefined> {
    return (await this.all()).find((one) => leadsInto(one, path));
  }

  /**
   * The same of a target: a channel that isn't there is made.
   *
   * @returns undefined where the path leads into the team's own library
   * @throws SternaError transient `channel-files-not-ready`
   */
  async into(path: readonly string[]): Promise<ChannelFolder | undefined> {
    const [shelf, name] = path;
    const membership = (Object.keys(SHELVES) as Closed[]).find((one) => SHELVES[one] === shelf);
    if (membership === undefined || name === undefined) return undefined;
    const found = (await this.at(path)) ?? (await this.all(true)).find((one) => leadsInto(one, path));
    if (found !== undefined) return found;
    const there = (await this.#channels.closed()).find((one) => leadsInto({ path: pathOf(one) }, path));
    const { clock, signal } = this.#channels.context.client;
    if (there === undefined) await this.#channels.ensure([name], { definition: { membership } });
    // The site of a channel is made some time after the channel.
    for (let looks = 1; ; looks += 1) {
      const made = (await this.all(true)).find((one) => leadsInto(one, path));
      if (made !== undefined) return made;
      if (looks === MOST_LOOKS) throw notReady(name);
      await clock.sleep(LOOK_MS, signal);
    }
  }

  async #list(): Promise<readonly ChannelFolder[]> {
    const found = await Promise.all(
      (await this.#channels.closed()).map(async (channel) => {
        const place = await this.placeOf(channel.id);
        return place === undefined ? [] : [{ channelId: channel.id, path: pathOf(channel), ...place }];
      }),
    );
    return found.flat();
  }

  /**
   * Of any channel; undefined where nobody has opened its files yet.
   *
   * https://learn.microsoft.com/en-us/graph/api/channel-get-filesfolder, which takes no query.
   */
  async placeOf(channelId: string): Promise<Pick<ChannelFolder, 'driveId' | 'itemId' | 'webUrl'> | undefined> {
    const { client, drive: budget } = this.#channels.context;
    const { status, body } = await client.send<FolderItem>({
      method: 'GET',
      path: `${this.#channels.pathOf(channelId)}/filesFolder`,
      doing: 'looking for the files of a channel',
      right: RIGHTS.read,
      budget,
      cost: { units: 1 },
      expected: [404],
    });
    const driveId = status === 404 ? undefined : body.parentReference?.driveId;
    if (!driveId) return undefined;
    return { driveId, itemId: body.id, webUrl: body.webUrl ?? '' };
  }
}

const pathOf = ({ displayName, membershipType }: GraphChannel): readonly [string, string] => [
  membershipOf(membershipType) === 'private' ? SHELVES.private : SHELVES.shared,
  displayName,
];

/** A channel may have a name that no folder can have: then its files come under the one that stands for it. */
function leadsInto({ path: [shelf, name] }: Pick<ChannelFolder, 'path'>, path: readonly string[]): boolean {
  const wanted = path[1]?.toLowerCase();
  if (path[0] !== shelf || wanted === undefined) return false;
  return name.toLowerCase() === wanted || encodeName(name, nameRulesOf('')).name.toLowerCase() === wanted;
}

const notReady = (name: string): SternaError =>
  new SternaError('transient', 'channel-files-not-ready', `The channel ${name} has no place for files yet.`, {
    fix: 'Open its tab Files in Teams once, or wait: Sterna tries again by itself.',
  });
