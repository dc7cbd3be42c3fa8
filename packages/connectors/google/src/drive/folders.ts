import type { Container, FidelityNote } from '@sterna/connector-kit';
import { SternaError } from '@sterna/core';
import { folderAddress } from './addresses.ts';
import { type DriveApi, inFolder } from './drive-api.ts';
import { accessVersionOf, type DriveFile, isFolder } from './drive-file.ts';
import { byAge, checkName, isOurs } from './names.ts';
import { containerId, placeOf } from './place.ts';
import { namedFolders } from './tree.ts';

/** The folders of the drive that is written to. */
export class Folders {
  readonly #api: DriveApi;
  readonly #root: DriveFile;
  /** By path: what was found or made in this session. */
  readonly #known = new Map<string, Promise<DriveFile>>();

  constructor(api: DriveApi, root: DriveFile) {
    this.#api = api;
    this.#root = root;
  }

  /** Finds or makes it, with all above it. @throws SternaError object `name-not-allowed` */
  async ensure(
    path: readonly string[],
  ): Promise<{ readonly container: Container; readonly notes: readonly FidelityNote[] }> {
    for (const name of path) checkName(name);
    const folder = await this.#folder(path);
    const accessVersion = path.length === 0 ? '-' : accessVersionOf(folder);
    return {
      container: {
        ...{ id: containerId({ folderId: folder.id, path }), path, kind: 'file' },
        ...{ address: folderAddress(folder.id), accessVersion },
      },
      notes: [],
    };
  }

  /** To the trash, when nothing is in it. */
  async remove(container: string): Promise<'done' | 'missing' | 'not-empty'> {
    const { folderId, path } = placeOf(container);
    if (path.length === 0) return 'not-empty';
    const folder = await this.#api.look(folderId);
    if (folder === undefined) return 'missing';
    const inside = await this.#api.all(inFolder(folderId));
    if (inside.some(({ name = '' }) => !isOurs(name))) return 'not-empty';
    await this.#api.change(folderId, { trashed: true }, { doing: 'removing a folder', expected: [404] });
    this.#forget(path);
    return 'done';
  }

  #folder(path: readonly string[]): Promise<DriveFile> {
    if (path.length === 0) return Promise.resolve(this.#root);
    const key = JSON.stringify(path);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const found = this.#found(path);
    this.#known.set(key, found);
    // What failed is tried again when it is asked for again.
    found.catch(() => this.#known.delete(key));
    return found;
  }

  async #found(path: readonly string[]): Promise<DriveFile> {
    const parent = await this.#folder(path.slice(0, -1));
    const name = path.at(-1) ?? '';
    const folders = (await this.#api.all(`${inFolder(parent.id)} and mimeType = 'application/vnd.google-apps.folder'`))
      .filter(isFolder)
      .sort(byAge);
    const there = namedFolders(folders).find(([given]) => given === name);
    if (there !== undefined) return there[1];
    try {
      return await this.#api.makeFolder(parent.id, name);
    } catch (thrown) {
      if (thrown instanceof SternaError && thrown.code === 'not-there') this.#forget(path.slice(0, -1));
      throw thrown;
    }
  }

  /** The folder and what is below it. */
  #forget(path: readonly string[]): void {
    for (const key of this.#known.keys()) {
      const known = JSON.parse(key) as string[];
      if (path.every((name, at) => known[at] === name)) this.#known.delete(key);
    }
  }
}
