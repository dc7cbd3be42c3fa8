import type { Container } from '@sterna/connector-kit';
import { SternaError } from '@sterna/core';
import type { Bucket } from './bucket.ts';
import { isPrecondition } from './errors.ts';
import { isOurs, isPlainName, type KeySpace, pathOf } from './keys.ts';
import { filesOf } from './listing.ts';
import type { Facts } from './probe.ts';

/** Pages of a listing after which each name is asked for by itself. */
const MAX_PAGES = 10;
const MARKER_TYPE = 'application/x-directory';

/** The folders of a target: prefixes, and the empty objects that keep them where nothing else does. */
export class Folders {
  readonly #bucket: Bucket;
  readonly #keys: KeySpace;
  readonly #facts: Facts;
  /** Folders that have a marker, by container. */
  readonly #marked = new Map<string, Promise<void>>();
  /** Folders in a folder; `many`: too many files to look for them. */
  readonly #inside = new Map<string, Promise<Set<string> | 'many'>>();

  constructor(bucket: Bucket, keys: KeySpace, facts: Facts) {
    this.#bucket = bucket;
    this.#keys = keys;
    this.#facts = facts;
  }

  /**
   * Makes a folder and those above it, each with a marker.
   *
   * @throws SternaError config `file-in-the-way`
   */
  async ensure(path: readonly string[]): Promise<Container> {
    for (const name of path)
      if (!isPlainName(name))
        throw new SternaError('object', 'name-impossible', 'A folder can’t have such a name here.', {
          fix: 'Rename it at the source.',
        });
    for (let depth = 0; depth <= path.length; depth += 1) await this.#mark(path.slice(0, depth));
    return { id: path.join('/'), path: [...path], kind: 'file' };
  }

  /** Whether a file of this name would stand beside a folder of the same name. */
  async isFolder(container: string, name: string): Promise<boolean> {
    const inside = await this.#foldersIn(container);
    return inside === 'many' ? this.#hasAny(`${this.#keys.prefixOf(container)}${name}/`) : inside.has(name);
  }

  /** Only an empty folder. What we left in it ourselves goes with it. */
  async remove(container: string, discard: (key: string) => Promise<void>): Promise<'done' | 'missing' | 'not-empty'> {
    if (container === '') return 'not-empty';
    const prefix = this.#keys.prefixOf(container);
    const leftovers: string[] = [];
    let marker: string | undefined;
    for await (const page of this.#bucket.pages(prefix))
      for (const { key, size } of page.objects)
        if (key === prefix && size === 0) marker = key;
        else if (isOurs(key.slice(prefix.length))) leftovers.push(key);
        else return 'not-empty';
    if (marker === undefined && leftovers.length === 0) return 'missing';
    for (const key of leftovers) await discard(key);
    if (marker !== undefined) await this.#bucket.remove(marker);
    this.#marked.delete(container);
    const path = pathOf(container);
    const siblings = await this.#inside.get(path.slice(0, -1).join('/'));
    if (siblings instanceof Set) siblings.delete(path.at(-1) ?? '');
    return 'done';
  }

  #mark(path: readonly string[]): Promise<void> {
    const container = path.join('/');
    const earlier = this.#marked.get(container);
    if (earlier !== undefined) return earlier;
    const made = this.#make(container, path);
    this.#marked.set(container, made);
    made.catch(() => this.#marked.delete(container));
    return made;
  }

  async #make(container: string, path: readonly string[]): Promise<void> {
    const prefix = this.#keys.prefixOf(container);
    // The bucket itself needs none.
    if (prefix === '') return;
    if (
      container !== '' &&
      (await this.#bucket.head(prefix.slice(0, -1))) !== undefined &&
      !(await this.#hasAny(prefix))
    )
      throw new SternaError(
        'config',
        'file-in-the-way',
        `The target has a file where the folder ${container} belongs.`,
        {
          field: 'folderMap',
          fix: 'Rename that file in the target, or map the folder to another name.',
        },
      );
    // An object of that key may hold something: it stays as it is.
    if (this.#facts.createsOnlyNew || (await this.#bucket.head(prefix)) === undefined)
      try {
        await this.#bucket.put(prefix, Buffer.alloc(0), {
          contentType: MARKER_TYPE,
          ...(this.#facts.createsOnlyNew ? { absent: true } : {}),
        });
      } catch (error) {
        if (!(error instanceof SternaError && isPrecondition(error))) throw error;
      }
    const siblings = await this.#inside.get(path.slice(0, -1).join('/'));
    if (container !== '' && siblings instanceof Set) siblings.add(path.at(-1) ?? '');
  }

  #foldersIn(container: string): Promise<Set<string> | 'many'> {
    const earlier = this.#inside.get(container);
    if (earlier !== undefined) return earlier;
    const asked = this.#ask(container);
    this.#inside.set(container, asked);
    asked.catch(() => this.#inside.delete(container));
    return asked;
  }

  async #ask(container: string): Promise<Set<string> | 'many'> {
    const found = new Set<string>();
    let pages = 0;
    for await (const { folders, isLast } of filesOf(this.#bucket, this.#keys, container)) {
      for (const name of folders) found.add(name);
      pages += 1;
      if (pages >= MAX_PAGES && !isLast) return 'many';
    }
    return found;
  }

  async #hasAny(prefix: string): Promise<boolean> {
    const { objects } = await this.#bucket.list({ prefix, max: 1 });
    return objects.length > 0;
  }
}
