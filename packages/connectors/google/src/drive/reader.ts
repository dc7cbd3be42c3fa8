import {
  type AccessOf,
  ahead,
  type Change,
  type ChangeFacets,
  type ChangePage,
  type Container,
  type Content,
  type FidelityNote,
  INLINE_LIMIT,
  type Reader,
  readOrTell,
  SHORTCUT_BODY,
  type ShortcutTarget,
  type Unreadable,
  type Vanished,
} from '@sterna/connector-kit';
import { pivotOf } from '@sterna/content';
import { asSternaError, nameKey, SternaError } from '@sterna/core';
import { statusOf } from '../api/errors.ts';
import { readAccess } from './access.ts';
import { NAME_RULES } from './capabilities.ts';
import { changedWhileRead, FileBody, type Stored, wholeContent } from './download.ts';
import { type DriveApi, filePath, inFolder, isGone, SCOPES, UNITS } from './drive-api.ts';
import {
  accessVersionOf,
  createdOf,
  type DriveFile,
  dateOf,
  isFolder,
  isNative,
  isShortcut,
  sizeOf,
  versionOf,
} from './drive-file.ts';
import { type NamedFile, namedFiles, nameOutside, namesBehind } from './names.ts';
import { exportOf } from './native.ts';
import { placeOf } from './place.ts';
import { walkDrive } from './tree.ts';
import { earlierContents } from './versions.ts';

/** Files read at once. */
const IN_FLIGHT = 8;
const TRIES = 3;
/** So many files of one folder are looked for by one listing of it; fewer, by their names. */
const WORTH_LISTING = 100;

export interface DriveReaderOptions {
  readonly root: DriveFile;
}

export class DriveReader implements Reader {
  readonly #api: DriveApi;
  readonly #options: DriveReaderOptions;
  /** Containers by the ids of their folders, as the drive was walked last. */
  #folders: ReadonlyMap<string, string> | undefined;
  #walking: Promise<unknown> | undefined;
  /** As the drive was walked last: a listing is of later, so what came in between is seen by the next walk. */
  #glances: ReadonlyMap<string, string | undefined> = new Map();

  constructor(api: DriveApi, options: DriveReaderOptions) {
    this.#api = api;
    this.#options = options;
  }

  /** One request where nothing changed since the position that the known ones have. */
  async containers(options: { readonly known?: readonly Container[] } = {}): Promise<readonly Container[]> {
    const { known = [] } = options;
    const position = known.find((one) => one.position !== undefined)?.position;
    const isKnown = position !== undefined && (await this.#api.isSame(position));
    const containers = isKnown ? known.map(asKnown) : await walkDrive(this.#api, this.#options.root);
    this.#glances = new Map(containers.map(({ id, glance }) => [id, glance]));
    this.#folders = new Map(containers.map(({ id }) => [placeOf(id).folderId, id]));
    return containers;
  }

  /** Always the whole folder: the log tells what changed, not where it was before. */
  async *changes(container: string, _cursor: string | undefined, facets: ChangeFacets): AsyncGenerator<ChangePage> {
    const files = await this.files(container);
    const changes = files.map((file) => this.#changeOf(file, facets));
    const glance = this.#glances.get(container);
    yield {
      changes,
      mode: 'full',
      next: { cursor: '=', total: changes.length, ...(glance === undefined ? {} : { glance }) },
    };
  }

  async *read(container: string, ids: readonly string[]): AsyncGenerator<Content | Vanished | Unreadable> {
    const { folderId } = placeOf(container);
    const listed = await this.find(folderId, ids);
    for await (const [, one] of ahead(ids, IN_FLIGHT, (id) => this.#one(folderId, id, listed.get(id)))) yield one;
  }

  async *versions(container: string, id: string, depth: number): AsyncGenerator<Content> {
    const found = (await this.find(placeOf(container).folderId, [id])).get(id);
    // Revisions of Google documents are merged, and can't be read one by one.
    if (found === undefined || isNative(found.file)) return;
    yield* earlierContents(this.#api, id, found.name, found.file, depth);
  }

  access(container: string, ids: readonly string[]): AsyncGenerator<AccessOf> {
    return readAccess(this.#api, this, placeOf(container).folderId, ids);
  }

  /** What is in the folder, but for folders. @throws SternaError transient `container-gone` */
  async files(container: string): Promise<readonly NamedFile[]> {
    const { folderId, path } = placeOf(container);
    const items = await this.#api.all(inFolder(folderId)).catch((thrown: unknown) => {
      throw isGone(thrown) ? containerGone(path) : thrown;
    });
    // An empty list is what Drive says of a folder that isn't there, too.
    if (items.length === 0 && (await this.#api.look(folderId)) === undefined) throw containerGone(path);
    return namedFiles(items);
  }

  /** Those of these files that are in the folder. */
  async find(folderId: string, ids: readonly string[]): Promise<ReadonlyMap<string, NamedFile>> {
    if (ids.length === 0) return new Map();
    const items =
      ids.length < WORTH_LISTING
        ? await this.#api.named(folderId, [...new Set(ids.flatMap(namesBehind))])
        : await this.#api.all(inFolder(folderId));
    const wanted = new Set(ids);
    return new Map(namedFiles(items).flatMap((one) => (wanted.has(one.id) ? [[one.id, one] as const] : [])));
  }

  matchKey(name: string): Buffer {
    return pivotOf('file').matchKey(Buffer.alloc(0), nameKey(name, NAME_RULES));
  }

  #changeOf({ id, name, file }: NamedFile, facets: ChangeFacets): Change {
    const date = dateOf(file);
    return {
      id,
      name,
      version: versionOf(file),
      accessVersion: accessVersionOf(file),
      ...(isNative(file) ? {} : { size: sizeOf(file) }),
      ...(date === undefined ? {} : { date }),
      ...(facets.matchKey === true ? { matchKey: this.matchKey(name) } : {}),
    };
  }

  async #one(folderId: string, id: string, listed: NamedFile | undefined): Promise<Content | Vanished | Unreadable> {
    return readOrTell(id, async () => {
      for (let tries = 1, known = listed; ; tries += 1) {
        try {
          return await this.#tried(id, known);
        } catch (thrown) {
          const { code } = asSternaError(thrown);
          // A transfer that broke begins anew: it is small. What changed meanwhile is read as it is now.
          if (tries >= TRIES || (code !== 'google-connection-lost' && code !== 'changed-while-read')) throw thrown;
          known = (await this.find(folderId, [id])).get(id);
        }
      }
    });
  }

  async #tried(id: string, found: NamedFile | undefined): Promise<Content | Vanished | Unreadable> {
    if (found === undefined) return { id, vanished: true };
    const { file, name } = found;
    const created = createdOf(file);
    const common = {
      ...{ id, name, flags: [], version: versionOf(file), date: dateOf(file) },
      ...(created === undefined ? {} : { created }),
    };
    if (isShortcut(file)) {
      const shortcut = await this.#leadsTo(file);
      if (shortcut === undefined) return { id, isSkipped: true, error: shortcutElsewhere() };
      return { ...common, size: SHORTCUT_BODY.length, body: SHORTCUT_BODY, shortcut };
    }
    if (isNative(file)) {
      const format = exportOf(file);
      if (format === undefined) return { id, isSkipped: true, error: notExportable(file.mimeType ?? '') };
      const body = await this.#exported(file, format.mimeType);
      return { ...common, size: body.length, body, notes: [exportedNote(format.extension)] };
    }
    const size = sizeOf(file);
    const stored: Stored = { path: filePath(file.id), size, md5: file.md5Checksum };
    if (size > INLINE_LIMIT) {
      const body = new FileBody(this.#api, { ...stored, fileId: file.id });
      return { ...common, size, body, detached: true };
    }
    return { ...common, size, body: await wholeContent(this.#api, stored) };
  }

  /** What a shortcut leads to; undefined where that isn't in this drive, or is gone. */
  async #leadsTo({ shortcutDetails }: DriveFile): Promise<ShortcutTarget | undefined> {
    const found = shortcutDetails?.targetId === undefined ? undefined : await this.#api.look(shortcutDetails.targetId);
    if (found === undefined || isShortcut(found)) return undefined;
    // Of a session that only reads, for all shortcuts that are read at once.
    if (this.#folders === undefined) {
      this.#walking ??= this.containers().finally(() => {
        this.#walking = undefined;
      });
      await this.#walking;
    }
    if (isFolder(found)) {
      const container = this.#folders?.get(found.id);
      return container === undefined ? undefined : { container, id: '' };
    }
    const container = this.#folders?.get(found.parents?.[0] ?? '');
    if (container === undefined) return undefined;
    const name = nameOutside(found);
    const beside = namedFiles(await this.#api.named(placeOf(container).folderId, namesBehind(name)));
    const own = beside.find(({ file }) => file.id === found.id);
    return own === undefined ? undefined : { container, id: own.id };
  }

  /** @throws SternaError object `export-too-large` */
  async #exported({ id }: DriveFile, mimeType: string): Promise<Buffer> {
    try {
      const stream = await this.#api.client.open({
        method: 'GET',
        path: `${filePath(id)}/export`,
        query: { mimeType },
        headers: { accept: '*/*' },
        doing: 'exporting a Google document',
        right: SCOPES.read[0],
        units: UNITS.download,
      });
      const chunks: Buffer[] = [];
      for await (const chunk of stream.body) chunks.push(chunk);
      return Buffer.concat(chunks);
    } catch (thrown) {
      const error = asSternaError(thrown);
      if (statusOf(thrown) === 404) throw changedWhileRead();
      if (error.details?.code === 'exportSizeLimitExceeded') throw exportTooLarge();
      throw thrown;
    }
  }
}

/** The position goes on: nothing changed. */
const asKnown = (container: Container): Container => container;

const containerGone = (path: readonly string[]): SternaError =>
  new SternaError('transient', 'container-gone', `The folder ${path.at(-1) ?? '/'} is no more.`, {
    fix: 'Nothing to do: the next pass lists the folders afresh.',
  });

const shortcutElsewhere = (): SternaError =>
  new SternaError('object', 'shortcut-not-migrated', 'It is a shortcut to something that isn’t in this drive.', {
    fix: 'Migrate what it leads to with the drive that it lies in; make the shortcut again in the target.',
  });

const notExportable = (mimeType: string): SternaError =>
  new SternaError(
    'object',
    'document-not-exportable',
    `It is a document of Google’s own (${mimeType.replace(/^application\/vnd\.google-apps\./, '')}), which can’t be exported.`,
    { fix: 'Save it by hand in a format that the target knows.' },
  );

const exportTooLarge = (): SternaError =>
  new SternaError('object', 'export-too-large', 'Google exports no document that becomes larger than 10 MB.', {
    fix: 'Download it by hand from Google Drive in the browser, or take it out of Google Takeout.',
  });

const exportedNote = (extension: string): FidelityNote => ({
  code: 'document-exported',
  text: `It is a document of Google’s own, which has no bytes: it was exported (${extension}). Comments, versions and what only Google shows stay behind.`,
});
