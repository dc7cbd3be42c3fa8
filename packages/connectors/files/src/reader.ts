import {
  type AccessOf,
  ahead,
  type Change,
  type ChangeFacets,
  type ChangePage,
  type Container,
  type Content,
  INLINE_LIMIT,
  inParallel,
  type Reader,
  type Unreadable,
  type Vanished,
} from '@sterna/connector-kit';
import { asSternaError, SternaError } from '@sterna/core';
import { accessOf } from './access.ts';
import { type AccessLists, readLists } from './access-lists.ts';
import { dateOf, describe, type Entry, Glance, lookAt, unreadable, versionOf } from './entry.ts';
import { aborted, asFilesError, asObjectError, changedWhileRead, errnoOf } from './errors.ts';
import { bytesOf } from './names.ts';
import type { OpenDir } from './open-dir.ts';
import { People } from './people.ts';
import { bodyOf, openFile, readWhole } from './read-file.ts';
import type { Root } from './root.ts';
import { below, HERE, sortedNames, walk } from './walk.ts';

const PAGE = 1_000;
/** Names looked at, and files read, at once. */
const AHEAD = 8;
const TRIES = 3;

/**
 * Folders are containers, what else is in them is an object. Cursors: `1 GLANCE` after a listing, `1 GLANCE NAME` after the
 * page that ends with that name (base64 of its bytes), the glance being that of the pages so far.
 */
export class FilesReader implements Reader {
  readonly #root: Root;
  readonly #signal: AbortSignal;
  #lists: Promise<AccessLists> | undefined;
  #people: Promise<People> | undefined;

  constructor(root: Root, signal: AbortSignal) {
    this.#root = root;
    this.#signal = signal;
  }

  async containers(): Promise<readonly Container[]> {
    this.#alive();
    // Anew for each walk, since they may have changed.
    this.#lists = readLists(this.#root.path, this.#signal);
    return walk(this.#root, await this.#lists, this.#signal);
  }

  async *changes(container: string, cursor: string | undefined, facets: ChangeFacets): AsyncIterable<ChangePage> {
    this.#alive();
    let dir: OpenDir | undefined;
    try {
      dir = await this.#root.openFolder(container);
      await dir.checkSearchable();
      yield* this.#pages(dir, container, cursor);
    } catch (thrown) {
      if (errnoOf(thrown) !== 'EACCES') throw asFilesError(thrown, 'a folder of the drive');
      // Nobody may look, so nothing is known to be gone. Its parent tells of it.
      yield { changes: [], mode: 'delta', next: { cursor: '', total: facets.known ?? 0 } };
    } finally {
      await dir?.release();
    }
  }

  async *#pages(dir: OpenDir, container: string, cursor: string | undefined): AsyncGenerator<ChangePage> {
    const lists = await this.#accessLists();
    const names = await sortedNames(dir);
    const [, sum = '', after] = /^1 (\S+) ([\w-]+)$/.exec(cursor ?? '') ?? [];
    const sofar = after === undefined ? undefined : Glance.from(sum);
    const glance = sofar ?? new Glance();
    const start = sofar === undefined ? 0 : indexAfter(names, Buffer.from(after ?? '', 'base64url'));
    for (let at = start; ; at += PAGE) {
      this.#alive();
      const slice = names.slice(at, at + PAGE);
      const entries = await inParallel(slice, AHEAD, (name) =>
        describe(dir, name, (segment) => lists.get(below(container, segment))),
      );
      const changes: Change[] = [];
      for (const entry of entries) {
        if (entry === undefined || entry === 'folder') continue;
        glance.add(entry);
        changes.push(changeOf(entry));
      }
      if (at + PAGE >= names.length) {
        const whole = glance.toString();
        yield { changes, mode: 'full', next: { cursor: `1 ${whole}`, glance: whole, total: glance.count } };
        return;
      }
      yield { changes, mode: 'full', resume: `1 ${glance} ${slice.at(-1)?.toString('base64url')}` };
    }
  }

  async *read(container: string, ids: readonly string[]): AsyncIterable<Content | Vanished | Unreadable> {
    this.#alive();
    const dir = await this.#root.openFolder(container).catch((thrown: unknown) => asFilesError(thrown, 'the folder'));
    if (dir instanceof SternaError) {
      // The folder is gone with all that was in it, or may not be looked at any more.
      if (dir.code !== 'container-not-found' && dir.class !== 'auth') throw dir;
      const isGone = dir.code === 'container-not-found';
      for (const id of ids) yield isGone ? { id, vanished: true } : { id, error: unreadable('locked') };
      return;
    }
    try {
      for await (const [, one] of ahead(ids, AHEAD, (id) => this.#readOne(dir, container, id))) {
        this.#alive();
        yield one;
      }
    } finally {
      await dir.release();
    }
  }

  async *access(container: string, ids: readonly string[]): AsyncIterable<AccessOf> {
    this.#alive();
    this.#people ??= People.ofThisMachine();
    const [lists, people] = await Promise.all([this.#accessLists(), this.#people]);
    const dir = await this.#root.openFolder(container).catch((thrown: unknown) => {
      throw asFilesError(thrown, 'the folder');
    });
    try {
      for (const id of ids) {
        this.#alive();
        const name = id === '' ? HERE : bytesOf(id);
        const stat = name === undefined ? undefined : await lookAt(dir, name);
        if (stat === undefined) continue;
        yield accessOf(id, stat, lists, id === '' ? container : below(container, id), people);
      }
    } finally {
      await dir.release();
    }
  }

  #accessLists(): Promise<AccessLists> {
    this.#lists ??= readLists(this.#root.path, this.#signal);
    return this.#lists;
  }

  async #readOne(dir: OpenDir, container: string, id: string): Promise<Content | Vanished | Unreadable> {
    const bytes = bytesOf(id);
    if (bytes === undefined) return { id, vanished: true };
    try {
      for (let tried = 0; tried < TRIES; tried += 1) {
        this.#alive();
        const content = await this.#tryToRead(dir, container, id, bytes);
        if (content !== undefined) return content;
      }
      return { id, error: changedWhileRead('The file was changed each time it was read') };
    } catch (thrown) {
      const error = asSternaError(thrown);
      if (error.class !== 'object') throw thrown;
      return { id, error };
    }
  }

  /** @returns undefined where it was changed meanwhile */
  async #tryToRead(
    dir: OpenDir,
    container: string,
    id: string,
    bytes: Buffer,
  ): Promise<Content | Vanished | Unreadable | undefined> {
    // What isn't a file isn't even opened: that may rewind a tape.
    const entry = await describe(dir, bytes).catch((thrown: unknown) => {
      throw asObjectError(thrown);
    });
    if (entry === undefined || entry === 'folder') return { id, vanished: true };
    if (entry.kind === 'locked') return { id, error: unreadable('locked') };
    if (entry.kind !== 'file') return { id, error: unreadable(entry.kind), isSkipped: true };
    const file = await openFile(dir, bytes);
    if (file === undefined) return { id, vanished: true };
    try {
      const { stat } = file;
      const content = {
        id,
        name: entry.name,
        flags: [],
        version: versionOf(stat),
        date: dateOf(stat),
        size: Number(stat.size),
      };
      if (content.size > INLINE_LIMIT) {
        const reopen = (): ReturnType<typeof openFile> => this.#reopen(container, bytes);
        return { ...content, body: bodyOf(content.version, reopen, this.#signal), detached: true };
      }
      const body = await readWhole(file);
      return body === undefined ? undefined : { ...content, body };
    } catch (thrown) {
      throw asObjectError(thrown);
    } finally {
      await file.handle.close();
    }
  }

  async #reopen(container: string, bytes: Buffer): ReturnType<typeof openFile> {
    this.#alive();
    try {
      return await this.#root.within(container, (dir) => openFile(dir, bytes));
    } catch (thrown) {
      const error = asObjectError(thrown, 'the folder of the file');
      if (error.code === 'container-not-found') return undefined;
      throw error;
    }
  }

  #alive(): void {
    if (this.#signal.aborted) throw aborted();
  }
}

const changeOf = ({ segment, name, date, size, version, accessVersion }: Entry): Change => ({
  id: segment,
  name,
  date,
  size,
  version,
  accessVersion,
});

/** Index of the first name behind this one; names are sorted. */
function indexAfter(names: readonly Buffer[], after: Buffer): number {
  let low = 0;
  let high = names.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (Buffer.compare(names[middle] as Buffer, after) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
