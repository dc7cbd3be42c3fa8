import { CONNECTION_LOST } from '@sterna/cloud-http';
import {
  type AccessOf,
  ahead,
  type Change,
  type ChangeFacets,
  type ChangePage,
  type Container,
  type Content,
  INLINE_LIMIT,
  type Reader,
  readOrTell,
  type Unreadable,
  type Vanished,
} from '@sterna/connector-kit';
import { pivotOf } from '@sterna/content';
import { asSternaError, type NameRules, nameKey, SternaError } from '@sterna/core';
import { sharePointAddress } from '../addresses.ts';
import { statusOf } from '../graph/errors.ts';
import { readAccess } from './access.ts';
import { changedWhileRead, FileBody, foundIn, originOf, wholeContent } from './download.ts';
import { type DriveApi, isGone } from './drive-api.ts';
import { accessVersionOf, createdOf, type DriveItem, dateOf, isFolder, isSpecial, versionOf } from './item.ts';
import { isOurs } from './names.ts';
import { containerId, placeOf } from './place.ts';
import { asKnown, isSame, walkDrive } from './tree.ts';
import { earlierContents } from './versions.ts';

/** Files read at once. */
const IN_FLIGHT = 8;
const TRIES = 3;
/** So many files of one folder are looked for by one listing; fewer, one by one. */
const WORTH_LISTING = 4;
/** A listing is given up where it has so many times as many items as are looked for: a large folder, a small batch. */
const MOST_OTHERS = 10;

export interface DriveReaderOptions {
  readonly rootId: string;
  /** `webUrl` of the drive. */
  readonly webUrl: string | undefined;
  readonly rules: NameRules;
  /** Of the user: links for the whole organization are for this one. */
  readonly domain: string;
}

export class DriveReader implements Reader {
  readonly #api: DriveApi;
  readonly #options: DriveReaderOptions;
  /** As the drive was walked last: a listing is of later, so what came in between is seen by the next walk. */
  #glances: ReadonlyMap<string, string | undefined> = new Map();

  constructor(api: DriveApi, options: DriveReaderOptions) {
    this.#api = api;
    this.#options = options;
  }

  /** One request where the drive is as it was at the position that the known ones have. */
  async containers(options: { readonly known?: readonly Container[] } = {}): Promise<readonly Container[]> {
    const { rootId } = this.#options;
    const { known = [] } = options;
    const position = known.find((one) => one.position !== undefined)?.position;
    const isKnown = position !== undefined && (await isSame(this.#api, rootId, position));
    const containers = isKnown
      ? known.map(asKnown)
      : (await walkDrive(this.#api, rootId)).map((one) => this.#addressed(one));
    this.#glances = new Map(containers.map(({ id, glance }) => [id, glance]));
    return containers;
  }

  #addressed(container: Container): Container {
    const address = sharePointAddress(this.#options.webUrl, container.path);
    return address === undefined ? container : { ...container, address };
  }

  /** A folder by its name, without a walk through the drive; undefined where there is none. */
  async folderInRoot(name: string): Promise<Pick<Container, 'id' | 'path'> | undefined> {
    const item = await this.#api.look(this.#options.rootId, name);
    if (item === undefined || !isFolder(item)) return undefined;
    const path = [item.name ?? name];
    return { id: containerId({ itemId: item.id, path }), path };
  }

  /** Always the whole folder: the drive tells what changed in it, not where it was before. */
  async *changes(container: string, cursor: string | undefined, facets: ChangeFacets): AsyncGenerator<ChangePage> {
    const { itemId, path } = placeOf(container);
    const resumed = resumedAt(cursor);
    let total = resumed?.total ?? 0;
    try {
      for await (const page of this.#api.children(itemId, resumed === undefined ? {} : { from: resumed.link })) {
        const changes = filesIn(page.value).map((file) => this.#changeOf(file, facets));
        total += changes.length;
        const link = page['@odata.nextLink'];
        if (link === undefined) yield { changes, mode: 'full', next: this.#next(container, total) };
        else yield { changes, mode: 'full', resume: `${total} ${link}` };
      }
    } catch (thrown) {
      if (isGone(thrown)) throw containerGone(path);
      // A link from long ago: all of it is listed.
      if (resumed === undefined || (statusOf(thrown) !== 400 && statusOf(thrown) !== 410)) throw thrown;
      yield* this.changes(container, undefined, facets);
    }
  }

  async *read(container: string, ids: readonly string[]): AsyncGenerator<Content | Vanished | Unreadable> {
    const { itemId } = placeOf(container);
    const listed = await this.#listed(itemId, ids);
    for await (const [, one] of ahead(ids, IN_FLIGHT, (id) => this.#one(itemId, id, listed.get(id)))) yield one;
  }

  async *versions(container: string, id: string, depth: number): AsyncGenerator<Content> {
    yield* earlierContents(this.#api, placeOf(container).itemId, id, depth);
  }

  access(container: string, ids: readonly string[]): AsyncGenerator<AccessOf> {
    return readAccess(this.#api, placeOf(container).itemId, ids, this.#options.domain);
  }

  /** @throws SternaError transient `container-gone` */
  async *files(container: string): AsyncGenerator<NamedItem> {
    const { itemId, path } = placeOf(container);
    try {
      for await (const page of this.#api.children(itemId)) yield* filesIn(page.value);
    } catch (thrown) {
      throw isGone(thrown) ? containerGone(path) : thrown;
    }
  }

  matchKey(name: string): Buffer {
    return pivotOf('file').matchKey(Buffer.alloc(0), nameKey(name, this.#options.rules));
  }

  #next(container: string, total: number): NonNullable<ChangePage['next']> {
    const glance = this.#glances.get(container);
    return { cursor: '=', total, ...(glance === undefined ? {} : { glance }) };
  }

  #changeOf(item: NamedItem, facets: ChangeFacets): Change {
    const date = dateOf(item);
    return {
      id: item.name,
      name: item.name,
      size: item.size ?? 0,
      version: versionOf(item),
      accessVersion: accessVersionOf(item),
      ...(date === undefined ? {} : { date }),
      ...(facets.matchKey === true ? { matchKey: this.matchKey(item.name) } : {}),
    };
  }

  /** Where many files of a folder are wanted, one listing finds the URLs of all. What it doesn't is looked for by itself. */
  async #listed(folderId: string, ids: readonly string[]): Promise<ReadonlyMap<string, DriveItem>> {
    const found = new Map<string, DriveItem>();
    if (ids.length < WORTH_LISTING) return found;
    const wanted = new Set(ids);
    let others = 0;
    try {
      for await (const page of this.#api.children(folderId, { toRead: true })) {
        for (const item of page.value)
          if (item.name !== undefined && wanted.has(item.name)) found.set(item.name, item);
          else others += 1;
        if (found.size === wanted.size || others > wanted.size * MOST_OTHERS) break;
      }
    } catch (thrown) {
      if (!isGone(thrown)) throw thrown;
    }
    return found;
  }

  async #one(folderId: string, id: string, listed: DriveItem | undefined): Promise<Content | Vanished | Unreadable> {
    return readOrTell(id, async () => {
      for (let tries = 1, known = listed; ; tries += 1, known = undefined) {
        const item = known ?? (await this.#api.lookToRead(folderId, id));
        const content = await this.#tried(item, folderId, id).catch((thrown: unknown) => {
          // A transfer that broke begins anew: it is small.
          if (tries < TRIES && asSternaError(thrown).code === CONNECTION_LOST) return 'changed' as const;
          throw thrown;
        });
        if (content !== 'changed') return content;
        if (tries > TRIES) throw changedWhileRead();
      }
    });
  }

  async #tried(
    item: DriveItem | undefined,
    folderId: string,
    id: string,
  ): Promise<Content | Vanished | Unreadable | 'changed'> {
    if (item === undefined || isFolder(item)) return { id, vanished: true };
    const special = isSpecial(item);
    if (special !== undefined) return { id, isSkipped: true, error: notMigrated(special) };
    const found = foundIn(item);
    if (found === undefined) return { id, error: withoutContent() };
    const { size } = found;
    const created = createdOf(item);
    const common = {
      ...{ id, name: id, flags: [], version: versionOf(item), date: dateOf(item), size },
      ...(created === undefined ? {} : { created }),
    };
    if (size > INLINE_LIMIT) {
      const body = new FileBody(this.#api.client, originOf(this.#api, folderId, id), found);
      return { ...common, body, detached: true };
    }
    const body = await wholeContent(this.#api.client, found, this.#api.budget);
    return body === 'changed' ? 'changed' : { ...common, body };
  }
}

type NamedItem = DriveItem & { readonly name: string };

const filesIn = (items: readonly DriveItem[]): NamedItem[] =>
  items.flatMap((item) =>
    item.name === undefined || isFolder(item) || isOurs(item.name) ? [] : { ...item, name: item.name },
  );

/** `1000 https://…`: files listed so far, and the link to what comes then. */
function resumedAt(cursor: string | undefined): { readonly total: number; readonly link: string } | undefined {
  const [, total, link] = /^(\d+) (.+)$/s.exec(cursor ?? '') ?? [];
  if (total === undefined || link === undefined || !URL.canParse(link)) return undefined;
  return { total: Number(total), link };
}

const containerGone = (path: readonly string[]): SternaError =>
  new SternaError('transient', 'container-gone', `The folder ${path.at(-1) ?? '/'} is no more.`, {
    fix: 'Nothing to do: the next pass lists the folders afresh.',
  });

const notMigrated = (what: 'notebook' | 'shortcut'): SternaError =>
  what === 'notebook'
    ? new SternaError('object', 'notebook-not-migrated', 'It is a OneNote notebook, which Graph gives no content of.', {
        fix: 'Export it from OneNote, or move it by hand.',
      })
    : new SternaError('object', 'shortcut-not-migrated', 'It is a shortcut to something that lies in another drive.', {
        fix: 'Migrate the drive that it leads to.',
      });

const withoutContent = (): SternaError =>
  new SternaError('object', 'file-not-readable', 'OneDrive gives no content of this file.', {
    fix: 'Look at it in the browser: it may be blocked as malware, or by a policy.',
  });
