import { link, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Candidate,
  type Container,
  type CreateOp,
  type FidelityNote,
  type RemoveOp,
  type ReplaceOp,
  type Result,
  wholeBodyOf,
} from '@sterna/connector-kit';
import { pivotOf } from '@sterna/content';
import { type ContentKind, SternaError } from '@sterna/core';
import { asArchiveError, errnoOf, noSuchContainer } from '../errors.ts';
import { syncDirectory } from '../maildir/folder.ts';
import { shown } from '../names.ts';
import { eachOf } from '../parallel.ts';
import type { ContainerOptions, WritableStore } from '../store.ts';
import { identify } from './body.ts';
import { type CollectionFolder, FolderCatalog, roleIn } from './folder-catalog.ts';
import type { FileIndex, FileObject } from './object-file.ts';
import { containerOf, ObjectStore } from './object-store.ts';
import { refusedBy, splice } from './splice.ts';
import { isObjectFile, type Syntax } from './syntax.ts';
import { makeCollection, writeDefinition } from './vdir.ts';
import { placed } from './write-file.ts';

/** What has the natural key of one that is to be created, or is about to have it. */
type Held = Map<string, string>;

/**
 * Collections as folders (vdir.ts), one file per object. A create takes a name of our choice and never one that is
 * taken, so a second try of it finds the first; a replacement looks at the version before it renames. As with CalDAV, a
 * collection holds one object of a UID.
 */
export class FolderStore extends ObjectStore implements WritableStore {
  readonly #catalog: FolderCatalog;
  readonly #syntax: Syntax;
  /** Natural keys by container, once something was created in it. */
  readonly #held = new Map<string, Held>();
  readonly #folders = new Map<string, CollectionFolder>();

  constructor(root: string, syntax: Syntax, kinds: readonly ContentKind[] = syntax.kinds) {
    const catalog = new FolderCatalog(root, syntax, { kinds });
    super(catalog);
    this.#catalog = catalog;
    this.#syntax = syntax;
  }

  async ensureContainer(
    path: readonly string[],
    options: ContainerOptions,
  ): Promise<{ container: Container; notes: readonly FidelityNote[] }> {
    const kind = kindHeld(options.kind, this.#catalog.kinds);
    // A name in several parts is one name here, as it is on a CalDAV server.
    const asked = path.join(' / ');
    // A file of UTF-8 holds no half of a surrogate pair: what is read back later is to be the name that is looked for.
    const name = asked.toWellFormed().trim() || kind;
    const notes: FidelityNote[] = [];
    if (!asked.isWellFormed())
      notes.push({
        code: 'folder-renamed',
        text: `The collection ${shown(asked)} is called ${shown(name)}: its name is no Unicode text`,
      });
    const { color, description, definition } = options;
    const look = {
      name,
      ...(color === undefined ? {} : { color }),
      ...(description === undefined ? {} : { description }),
      ...(definition === undefined ? {} : { definition }),
    };
    const folders = await this.#catalog.folders();
    const known = folders.find((one) =>
      options.existing === undefined
        ? one.path.join(' / ') === name
        : this.#catalog.idOf(one.id, kind) === options.existing,
    );
    if (known !== undefined && definition !== undefined) await writeDefinition(known.dir, definition);
    const place =
      known?.id ??
      (await makeCollection(this.#catalog.root, look, new Set(folders.map((one) => one.id.toLowerCase())), notes));
    const id = this.#catalog.idOf(place, kind);
    this.#catalog.ensure(id);
    const made = await this.#catalog.collection(id);
    if (made === undefined) throw new SternaError('bug', 'folder-not-made', 'A new collection is not listed');
    return { container: containerOf(made), notes };
  }

  reserve(_container: string, key: string): string {
    if (!/^[0-9a-f]{8,128}$/.test(key)) throw new SternaError('bug', 'bad-reserve-key', 'A reserve key is hex');
    return `s${key}${this.#syntax.extension}`;
  }

  async mark(): Promise<string> {
    return '-';
  }

  async create(container: string, ops: readonly CreateOp[]): Promise<readonly Result[]> {
    const folder = await this.#folder(container);
    const [, kind] = this.#catalog.parseId(container);
    const held = await this.#heldIn(container);
    const results = new Map<string, Result>();
    const drafts: { op: CreateOp; id: string; body: Buffer; version: string }[] = [];
    for (const op of ops) {
      const id = op.reservedId;
      if (id === undefined || !Buffer.isBuffer(op.body) || !isName(id, this.#syntax))
        throw new SternaError('bug', 'no-reserved-id', 'A create needs a reserved id, and is whole');
      try {
        const { key, version } = identify(op.body, kind, this.#syntax);
        // Of other kinds two that say the same are two.
        const rival = pivotOf(kind).hasNaturalKey ? held.get(key) : undefined;
        if (rival !== undefined && rival !== id) {
          const theirs = (await this.#locate(folder, rival))?.object.version;
          results.set(op.op, { op: op.op, outcome: 'exists', targetId: rival, ...(theirs ? { version: theirs } : {}) });
          continue;
        }
        held.set(key, id);
        drafts.push({ op, id, body: op.body, version });
      } catch (thrown) {
        results.set(op.op, refusedBy(op, thrown));
      }
    }
    await eachOf(drafts, async ({ op, id, body, version }) => {
      results.set(op.op, await this.#created(folder, op.op, { id, body, version }));
    });
    if (drafts.length > 0) await syncDirectory(folder.dir);
    return ops.map((op) => results.get(op.op) as Result);
  }

  async #created(
    folder: CollectionFolder,
    op: string,
    { id, body, version }: { id: string; body: Buffer; version: string },
  ): Promise<Result> {
    const path = join(folder.dir, id);
    try {
      return await placed(join(folder.dir, `.${id}.tmp`), body, async (draft): Promise<Result> => {
        try {
          // A link, not a rename: it fails where the name is taken, and then it is by an earlier try of this create.
          await link(draft, path);
          return { op, outcome: 'done', targetId: id, version };
        } catch (thrown) {
          if (errnoOf(thrown) !== 'EEXIST') throw thrown;
        }
        if ((await this.#locate(folder, id))?.object.version === version)
          return { op, outcome: 'done', targetId: id, version };
        // What was made then is older than what the source holds now.
        await rename(draft, path);
        return { op, outcome: 'done', targetId: id, version };
      });
    } catch (thrown) {
      return { op, outcome: 'unknown', error: asArchiveError(thrown, 'the folder') };
    }
  }

  async replace(op: ReplaceOp): Promise<Result> {
    const folder = await this.#folder(op.container);
    const [, kind] = this.#catalog.parseId(op.container);
    const found = await this.#locate(folder, op.targetId);
    if (found === undefined) return { op: op.op, outcome: 'missing' };
    const { index, object } = found;
    const body = wholeBodyOf(op);
    let version: string;
    try {
      version = identify(body, kind, this.#syntax).version;
    } catch (thrown) {
      return refusedBy(op, thrown);
    }
    // The first try of this very replacement took effect, and its answer was lost.
    if (object.version === version) return { op: op.op, outcome: 'done', targetId: op.targetId, version };
    if (op.ifVersion !== undefined && op.ifVersion !== object.version)
      return { op: op.op, outcome: 'changed', version: object.version };
    try {
      if (object.isWhole)
        await placed(join(folder.dir, `.${op.targetId}.tmp`), body, (draft) => rename(draft, index.path));
      else await splice(index.path, this.#syntax, [{ object, body }]);
    } catch (thrown) {
      return { op: op.op, outcome: 'unknown', error: asArchiveError(thrown, 'the folder') };
    }
    await syncDirectory(folder.dir);
    this.#held.delete(op.container);
    return { op: op.op, outcome: 'done', targetId: op.targetId, version };
  }

  async remove(container: string, ops: readonly RemoveOp[]): Promise<readonly Result[]> {
    const folder = await this.#folder(container);
    const results: Result[] = [];
    for (const op of ops) {
      const found = await this.#locate(folder, op.targetId);
      if (found === undefined) results.push({ op: op.op, outcome: 'missing' });
      else if (op.ifVersion !== undefined && op.ifVersion !== found.object.version)
        results.push({ op: op.op, outcome: 'changed', version: found.object.version });
      else {
        const { index, object } = found;
        if (object.isWhole || object.own.length === 0) await unlink(index.path).catch(rethrow);
        else await splice(index.path, this.#syntax, [{ object, body: undefined }]);
        results.push({ op: op.op, outcome: 'done' });
      }
    }
    await syncDirectory(folder.dir);
    this.#held.delete(container);
    return results;
  }

  state(): never {
    throw noSuchVerb('state');
  }

  place(): never {
    throw noSuchVerb('place');
  }

  /** A reserved id needs none. */
  async *candidates(): AsyncIterable<Candidate> {}

  async #folder(container: string): Promise<CollectionFolder> {
    const [place] = this.#catalog.parseId(container);
    let folder = this.#folders.get(place);
    if (folder === undefined) {
      // Found by looking, never by joining paths: an id can't lead out of the archive.
      folder = (await this.#catalog.folders()).find((one) => one.id === place);
      if (folder === undefined) throw noSuchContainer();
      this.#folders.set(place, folder);
    }
    return folder;
  }

  async #heldIn(container: string): Promise<Held> {
    let held = this.#held.get(container);
    if (held === undefined) {
      held = new Map();
      const [place] = this.#catalog.parseId(container);
      this.#folders.delete(place);
      const folder = await this.#folder(container);
      for (const name of folder.files)
        for (const object of (await this.#index(folder, name))?.objects ?? [])
          if (object.key !== '') held.set(object.key, object.isWhole ? name : `${name}#${object.key}`);
      this.#held.set(container, held);
    }
    return held;
  }

  /** Undefined for a file that is a calendar of its own. */
  async #index(folder: CollectionFolder, name: string): Promise<FileIndex | undefined> {
    const index = await this.#catalog.index(join(folder.dir, name), roleIn(folder));
    return index?.isCollection === true ? undefined : index;
  }

  /** The object as it is now: its own file, or its place in a file of several. */
  async #locate(folder: CollectionFolder, id: string): Promise<{ index: FileIndex; object: FileObject } | undefined> {
    const inFile = async (name: string, key?: string) => {
      if (!isName(name, this.#syntax)) return undefined;
      const index = await this.#index(folder, name);
      const object = index?.objects.find((one) =>
        key === undefined ? one.isWhole || one.key === '' : one.key === key,
      );
      return index === undefined || object === undefined ? undefined : { index, object };
    };
    const at = id.lastIndexOf('#');
    return (await inFile(id)) ?? (at === -1 ? undefined : await inFile(id.slice(0, at), id.slice(at + 1)));
  }
}

/** @throws SternaError config `kind-not-held` */
export function kindHeld(kind: ContentKind | undefined, kinds: readonly ContentKind[]): ContentKind {
  const wanted = kind ?? 'message';
  if (kinds.includes(wanted)) return wanted;
  throw new SternaError('config', 'kind-not-held', `The target holds no objects of the kind ${wanted}.`, {
    field: `kinds.${wanted}`,
    fix: 'Switch this kind off, or choose another target: archive:PATH holds all kinds.',
  });
}

/** A file name, and not a path: ids come back from the engine's ledger, but nothing is joined unchecked. */
const isName = (id: string, syntax: Syntax): boolean =>
  isObjectFile(id, syntax) && !id.includes('/') && !id.includes('\0');

const noSuchVerb = (verb: string): SternaError =>
  new SternaError('bug', 'no-such-verb', `Objects of calendars and address books have no ${verb}`);

const rethrow = (thrown: unknown): void => {
  if (errnoOf(thrown) !== 'ENOENT') throw asArchiveError(thrown, 'the folder');
};
