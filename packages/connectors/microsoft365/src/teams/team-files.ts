import { encodeName } from '@sterna/core';
import { RIGHTS } from '../drive/drive-api.ts';
import { nameRulesOf } from '../drive/names.ts';
import { segment } from '../graph/client.ts';
import type { GroupContext } from '../groups/group.ts';
import type { ChannelFolders } from './channel-folders.ts';

export interface TargetFile {
  /** GUID of the file in its library, by which posts name it. */
  readonly uniqueId: string;
  readonly url: string;
}

interface Item {
  readonly webUrl?: string | null;
  readonly eTag?: string | null;
}

/** A library or folder, by its address, and the names that its files have before their own. */
interface Root {
  readonly url: string;
  readonly path: readonly string[];
}

/** The files of a team, as posts speak of them: by their addresses. */
export class TeamFiles {
  readonly #context: GroupContext;
  readonly #folders: ChannelFolders;
  #roots: readonly Root[] | undefined;

  constructor(context: GroupContext, folders: ChannelFolders) {
    this.#context = context;
    this.#folders = folders;
  }

  /** Before `fileAt` is asked. */
  async ready(): Promise<void> {
    this.#roots ??= [
      ...(await this.#folders.all()).map(({ webUrl, path }) => ({ url: plainUrl(webUrl), path })),
      { url: await this.#library(), path: [] },
    ];
  }

  /** Names of the file or folder among the team's; undefined where the URL leads elsewhere. */
  fileAt(url: string): readonly string[] | undefined {
    const plain = plainUrl(url);
    const root = this.#roots?.find((one) => one.url !== '' && isWithin(plain, one.url));
    if (root === undefined) return undefined;
    const rest = plain.slice(root.url.length + 1).replace(/\/$/, '');
    const names = rest === '' ? [] : rest.split('/');
    return names.includes('') ? undefined : [...root.path, ...names];
  }

  async file(path: readonly string[]): Promise<TargetFile | undefined> {
    const { client, path: group, drive: budget } = this.#context;
    const folder = await this.#folders.at(path);
    const root =
      folder === undefined
        ? `${group}/drive/root`
        : `/drives/${segment(folder.driveId)}/items/${segment(folder.itemId)}`;
    const inner = path.slice(folder?.path.length ?? 0).map(segment);
    const { status, body } = await client.send<Item>({
      method: 'GET',
      path: inner.length === 0 ? root : `${root}:/${inner.join('/')}`,
      query: { $select: 'id,eTag,webUrl' },
      doing: 'looking for a file that a post names',
      budget,
      cost: { units: 1 },
      expected: [404],
    });
    return status === 404 ? undefined : asTarget(body);
  }

  /**
   * Writes a small file among those of a channel, or over what has its name; undefined where it has no place for files yet.
   * https://learn.microsoft.com/en-us/graph/api/driveitem-put-content
   */
  async put(channelId: string, name: string, contentType: string, bytes: Buffer): Promise<TargetFile | undefined> {
    const place = await this.#folders.placeOf(channelId);
    if (place === undefined) return undefined;
    const { client, drive: budget } = this.#context;
    const { name: called } = encodeName(name, nameRulesOf(''));
    const { body } = await client.send<Item>({
      method: 'PUT',
      path: `/drives/${segment(place.driveId)}/items/${segment(place.itemId)}:/${segment(called)}:/content`,
      headers: { 'content-type': contentType },
      body: bytes,
      doing: 'writing what was uploaded with a post',
      right: RIGHTS.write,
      budget,
      cost: { units: 2 },
    });
    return asTarget(body);
  }

  /** The address of the team's own library; empty where there is none yet. */
  async #library(): Promise<string> {
    const { client, path, drive: budget } = this.#context;
    const { status, body } = await client.send<Item>({
      method: 'GET',
      path: `${path}/drive`,
      query: { $select: 'webUrl' },
      doing: 'looking for the files of the team',
      budget,
      cost: { units: 1 },
      expected: [404],
    });
    return status === 404 ? '' : plainUrl(body.webUrl ?? '');
  }
}

function asTarget({ eTag, webUrl }: Item): TargetFile | undefined {
  const uniqueId = /\{?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\}?/i.exec(eTag ?? '')?.[1];
  return uniqueId === undefined || !webUrl ? undefined : { uniqueId: uniqueId.toLowerCase(), url: webUrl };
}

const isWithin = (url: string, root: string): boolean => `${url.toLowerCase()}/`.startsWith(`${root.toLowerCase()}/`);

/** Decoded, without query. */
function plainUrl(url: string): string {
  const bare = url.split(/[?#]/)[0] ?? '';
  try {
    return decodeURIComponent(bare);
  } catch {
    return bare;
  }
}
