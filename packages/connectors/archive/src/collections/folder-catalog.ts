import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ahead } from '@sterna/connector-kit';
import type { ContentKind } from '@sterna/core';
import { asArchiveError } from '../errors.ts';
import { currentStamp, type FileIndex, type FileObject, type FileRole, indexFile, loadObject } from './object-file.ts';
import type { Catalog, StoredCollection, StoredObject } from './object-store.ts';
import { isObjectFile, type Syntax } from './syntax.ts';
import { type Look, readLook } from './vdir.ts';

const MAX_DEPTH = 32;
const FILES_AHEAD = 8;
const ROOT = '.';

/** A folder that holds object files, or says by `displayname` and the like that it is a collection. */
export interface CollectionFolder {
  /** Path below the root with `/`; `.` is the root itself. */
  readonly id: string;
  readonly dir: string;
  readonly path: readonly string[];
  readonly look: Look | undefined;
  readonly files: readonly string[];
}

/**
 * Collections in files: one file is one collection; of a folder, searched in depth, each folder that holds some is one,
 * and a file in it that names its calendar (X-WR-CALNAME, as exports do) is one of its own, unless its folder is a vdir.
 * One that holds events and tasks is a container for each kind: `FOLDER#event`.
 */
export class FolderCatalog implements Catalog {
  readonly root: string;
  readonly syntax: Syntax;
  readonly kinds: readonly ContentKind[];
  readonly #isFile: boolean;
  readonly #eachFile: boolean;
  readonly #indexes = new Map<string, { role: FileRole; index: FileIndex }>();
  /** Containers that were asked for and have nothing in them yet. */
  readonly #ensured = new Set<string>();

  /**
   * `isFile`: the root is one file, or is to become one. `eachFile`: every file of a folder is a collection of its own,
   * whether or not it has a name for it.
   */
  constructor(
    root: string,
    syntax: Syntax,
    options: { kinds?: readonly ContentKind[]; isFile?: boolean; eachFile?: boolean } = {},
  ) {
    this.root = root;
    this.syntax = syntax;
    this.kinds = options.kinds ?? syntax.kinds;
    this.#isFile = options.isFile ?? false;
    this.#eachFile = options.eachFile ?? false;
  }

  async collections(): Promise<readonly StoredCollection[]> {
    if (this.#isFile) return this.#ofFile(ROOT, this.root, 'collection');
    const found: StoredCollection[] = [];
    for (const folder of await this.folders()) found.push(...(await this.#ofFolder(folder)));
    return found;
  }

  async collection(id: string): Promise<StoredCollection | undefined> {
    const [place, kind] = this.parseId(id);
    // Found by looking, never by joining: an id leads to nothing that isn't listed.
    const near = this.#isFile
      ? await this.collections()
      : await Promise.all(
          (await this.folders())
            .filter((one) => one.id === place || one.id === ROOT || place.startsWith(`${one.id}/`))
            .map((one) => this.#ofFolder(one)),
        ).then((lists) => lists.flat());
    const found = near.find((one) => one.id === id);
    if (found !== undefined || this.kinds.length === 1) return found;
    // It holds nothing of this kind any more, or yet.
    const other = near.find((one) => this.parseId(one.id)[0] === place);
    return other === undefined ? undefined : { ...other, id, kind, objects: [] };
  }

  async folders(): Promise<readonly CollectionFolder[]> {
    const found: CollectionFolder[] = [];
    const look = async (id: string, path: readonly string[], depth: number): Promise<void> => {
      const dir = id === ROOT ? this.root : join(this.root, id);
      const entries = await readdir(dir, { withFileTypes: true }).catch((thrown: unknown) => {
        if (id === ROOT) throw asArchiveError(thrown, 'the archive');
        return [];
      });
      const files = entries.filter((one) => !one.isDirectory() && isObjectFile(one.name, this.syntax)).map(nameOf);
      const own = await readLook(dir);
      const named = own?.name ?? basename(id === ROOT ? this.root : id);
      const here = id === ROOT ? [named] : [...path.slice(0, -1), named];
      if (files.length > 0 || own !== undefined) found.push({ id, dir, path: here, look: own, files: files.sort() });
      if (depth >= MAX_DEPTH) return;
      for (const { name } of entries.filter((one) => one.isDirectory() && !one.name.startsWith('.')))
        await look(id === ROOT ? name : `${id}/${name}`, [...(id === ROOT ? [] : here), name], depth + 1);
    };
    await look(ROOT, [], 1);
    return found.sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  /** Where a container is and which kind of it is meant. */
  parseId(id: string): readonly [place: string, kind: ContentKind] {
    const [first] = this.kinds as [ContentKind];
    if (this.kinds.length === 1) return [id, first];
    const at = id.lastIndexOf('#');
    const kind = this.kinds.find((one) => one === id.slice(at + 1));
    return at === -1 || kind === undefined ? [id, first] : [id.slice(0, at), kind];
  }

  idOf(place: string, kind: ContentKind): string {
    return this.kinds.length === 1 ? place : `${place}#${kind}`;
  }

  /** From now on the container is listed, whether or not anything is in it. */
  ensure(id: string): void {
    this.#ensured.add(id);
  }

  /** What a file holds; read again only when somebody wrote it. */
  async index(path: string, role: FileRole): Promise<FileIndex | undefined> {
    const known = this.#indexes.get(path);
    if (known?.role === role && known.index.stamp === (await currentStamp(path))) return known.index;
    const index = await indexFile(path, this.syntax, role);
    if (index === undefined) this.#indexes.delete(path);
    else this.#indexes.set(path, { role, index });
    return index;
  }

  async #ofFile(id: string, path: string, role: FileRole): Promise<StoredCollection[]> {
    const index = await this.index(path, role);
    if (index === undefined) return [];
    return this.#byKind(
      id,
      [index.name ?? basename(path).slice(0, -this.syntax.extension.length)],
      index,
      index.objects.map((object) => [object.kind, stored(object.key, index, object)]),
      true,
    );
  }

  async #ofFolder(folder: CollectionFolder): Promise<StoredCollection[]> {
    const found: StoredCollection[] = [];
    const objects: [ContentKind, StoredObject][] = [];
    const role = this.#eachFile ? 'collection' : roleIn(folder);
    const indexed = ahead(folder.files, FILES_AHEAD, (name) => this.index(join(folder.dir, name), role));
    for await (const [name, index] of indexed) {
      if (index === undefined) continue;
      if (index.isCollection) {
        const place = folder.id === ROOT ? name : `${folder.id}/${name}`;
        const parent = folder.id === ROOT ? [] : folder.path;
        for (const one of await this.#ofFile(place, join(folder.dir, name), role))
          found.push({ ...one, path: [...parent, ...one.path] });
        continue;
      }
      for (const object of index.objects)
        objects.push([
          object.kind,
          stored(object.isWhole || object.key === '' ? name : `${name}#${object.key}`, index, object),
        ]);
    }
    const own = this.#byKind(folder.id, folder.path, folder.look ?? {}, objects, folder.look !== undefined);
    return [...own, ...found];
  }

  /** @param isOne it is a collection even where it is empty */
  #byKind(
    place: string,
    path: readonly string[],
    { color, description, definition }: Look,
    objects: readonly [ContentKind, StoredObject][],
    isOne: boolean,
  ): StoredCollection[] {
    const [first] = this.kinds as [ContentKind];
    // Another kind than this place is for: nobody's, and said so by whoever reads it.
    const kinds = new Set(objects.map(([kind]) => (this.kinds.includes(kind) ? kind : first)));
    for (const kind of this.kinds) if (this.#ensured.has(this.idOf(place, kind))) kinds.add(kind);
    if (isOne && kinds.size === 0) kinds.add(first);
    return [...kinds].sort().map((kind) => ({
      id: this.idOf(place, kind),
      path,
      kind,
      color,
      description,
      definition,
      objects: objects
        .filter(([own]) => own === kind || (kind === first && !this.kinds.includes(own)))
        .map(([, object]) => object),
    }));
  }
}

/** A vdir's files are its objects, whatever else they say. */
export const roleIn = ({ look }: CollectionFolder): FileRole => (look === undefined ? 'by-name' : 'part');

const nameOf = ({ name }: { readonly name: string }): string => name;

const stored = (id: string, index: FileIndex, object: FileObject): StoredObject => ({
  id,
  version: object.version,
  size: object.size,
  load: () => loadObject(index, object),
});
