import type { Container, FidelityNote } from '@sterna/connector-kit';
import { type NameRules, nameKey, SternaError } from '@sterna/core';
import { sharePointAddress } from '../addresses.ts';
import { statusOf } from '../graph/errors.ts';
import { type DriveApi, isGone } from './drive-api.ts';
import { type DriveItem, isFolder } from './item.ts';
import { folderNameOf, isOurs } from './names.ts';
import { containerId, placeOf } from './place.ts';
import { folderGone } from './upload.ts';

interface Known {
  readonly itemId: string;
  /** As the drive has it. */
  readonly path: readonly string[];
}

/** The folders of the target, found or made; each is asked for once. */
export class Folders {
  readonly #api: DriveApi;
  readonly #rules: NameRules;
  readonly #known = new Map<string, Known>();
  readonly #root: Known;
  readonly #webUrl: string | undefined;

  constructor(api: DriveApi, rules: NameRules, rootId: string, webUrl: string | undefined) {
    this.#webUrl = webUrl;
    this.#api = api;
    this.#rules = rules;
    this.#root = { itemId: rootId, path: [] };
  }

  /**
   * Makes a folder and those above it that are missing.
   *
   * @throws SternaError config `file-in-the-way`; object `name-not-allowed`
   */
  async ensure(
    path: readonly string[],
  ): Promise<{ readonly container: Container; readonly notes: readonly FidelityNote[] }> {
    const notes: FidelityNote[] = [];
    const names = path.map((given, at) => {
      const { name, notes: own } = folderNameOf(given, this.#rules, at === 0);
      if (at === path.length - 1) notes.push(...own);
      return name;
    });
    const { itemId, path: actual } = await this.#ensured(names, true);
    const address = sharePointAddress(this.#webUrl, actual);
    return {
      container: {
        id: containerId({ itemId, path: actual }),
        path: actual,
        kind: 'file',
        ...(address === undefined ? {} : { address }),
      },
      notes,
    };
  }

  async remove(container: string): Promise<'done' | 'missing' | 'not-empty'> {
    const { itemId, path } = placeOf(container);
    if (path.length === 0) return 'not-empty';
    const before = await this.#inside(itemId);
    if (before === undefined) return 'missing';
    if (before.some(({ name = '' }) => !isOurs(name))) return 'not-empty';
    for (const { id } of before)
      await this.#api.write(this.#api.pathOf(id), {
        method: 'DELETE',
        doing: 'removing a temporary file',
        expected: [404],
      });
    // A folder goes with all that is in it: what came meanwhile must not.
    if (before.length > 0) {
      const now = await this.#inside(itemId);
      if (now === undefined) return 'missing';
      if (now.length > 0) return 'not-empty';
    }
    const { status } = await this.#api.write(this.#api.pathOf(itemId), {
      method: 'DELETE',
      doing: 'removing a folder',
      expected: [404],
    });
    this.#forget(path);
    return status === 404 ? 'missing' : 'done';
  }

  /** @param isNew Most folders that are asked for are new, and those above them are there */
  async #ensured(path: readonly string[], isNew: boolean): Promise<Known> {
    const name = path.at(-1);
    if (name === undefined) return this.#root;
    const known = this.#known.get(this.#keyOf(path));
    if (known !== undefined && !isNew) return known;
    for (let tries = 0; ; tries += 1) {
      const parent = await this.#ensured(path.slice(0, -1), false);
      const item = await this.#inParent(parent, name, isNew);
      if (item !== undefined) {
        const found = { itemId: item.id, path: [...parent.path, item.name ?? name] };
        this.#known.set(this.#keyOf(path), found);
        return found;
      }
      // Somebody removed what was there a moment ago.
      if (tries > 0) throw folderGone();
      this.#forget(path.slice(0, -1));
    }
  }

  /** Undefined where the folder above is gone. */
  async #inParent(parent: Known, name: string, isNew: boolean): Promise<DriveItem | undefined> {
    if (!isNew) {
      const there = await this.#folderNamed(parent, name);
      if (there !== undefined) return there;
    }
    const made = await this.#api.makeFolder(parent.itemId, name);
    if (made === 'no-parent') return undefined;
    if (made !== 'taken') return made;
    return this.#folderNamed(parent, name);
  }

  async #folderNamed(parent: Known, name: string): Promise<DriveItem | undefined> {
    const there = await this.#api.look(parent.itemId, name);
    if (there === undefined || isFolder(there)) return there;
    throw new SternaError(
      'config',
      'file-in-the-way',
      `In the target a file is called ${[...parent.path, name].join('/')}, where a folder must be.`,
      { fix: 'Rename that file in the target, or map the folder to another name.' },
    );
  }

  async #inside(itemId: string): Promise<readonly DriveItem[] | undefined> {
    const found: DriveItem[] = [];
    try {
      for await (const page of this.#api.children(itemId)) found.push(...page.value);
    } catch (thrown) {
      if (isGone(thrown) || statusOf(thrown) === 404) return undefined;
      throw thrown;
    }
    return found;
  }

  /** The folder and what is below it. */
  #forget(path: readonly string[]): void {
    const key = this.#keyOf(path);
    for (const known of this.#known.keys()) if (known === key || known.startsWith(`${key}/`)) this.#known.delete(known);
  }

  #keyOf = (path: readonly string[]): string => path.map((name) => nameKey(name, this.#rules)).join('/');
}
