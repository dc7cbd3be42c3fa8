import {
  ahead,
  type Change,
  type ChangeFacets,
  type ChangePage,
  type Container,
  type Content,
  INLINE_LIMIT,
  type Reader,
  type Unreadable,
  type Vanished,
} from '@sterna/connector-kit';
import { pivotOf } from '@sterna/content';
import { asSternaError, type NameRules, nameKey, SternaError } from '@sterna/core';
import type { DavHttp } from '@sterna/dav';
import { asUnreadable, changedWhileRead } from './errors.ts';
import { FileBody, openFile } from './file-body.ts';
import { Glance } from './glance.ts';
import { type Entry, listFolder, lookAt } from './listing.ts';
import { isPossibleName, pathOf, type Tree } from './paths.ts';
import { changesSince, recall } from './sync.ts';
import { walk } from './walk.ts';

const PAGE = 1_000;
const TRIES = 3;
/** Whole files above this are looked at once more after they were read. */
const LOOK_AGAIN = 256 * 1024;

export interface ReaderOptions {
  readonly rules: NameRules;
  /** Files read, and folders listed, at once. */
  readonly inFlight: number;
  /** Pauses before each new try to go on with a transfer, in milliseconds. */
  readonly resumeDelays: readonly number[];
  /** Where the server's log of changes is; undefined where it has none that can be asked. */
  readonly syncToken: string | undefined;
}

export class WebdavReader implements Reader {
  readonly #http: DavHttp;
  readonly #tree: Tree;
  readonly #rules: NameRules;
  readonly #inFlight: number;
  readonly #resumeDelays: readonly number[];
  #syncToken: string | undefined;

  constructor(http: DavHttp, tree: Tree, options: ReaderOptions) {
    this.#http = http;
    this.#tree = tree;
    this.#rules = options.rules;
    this.#inFlight = options.inFlight;
    this.#resumeDelays = options.resumeDelays;
    this.#syncToken = options.syncToken;
  }

  /** Where the server tells what changed since the position that the known ones have, only those folders are listed. */
  async containers(options: { readonly known?: readonly Container[] } = {}): Promise<readonly Container[]> {
    const { known = [] } = options;
    const since = this.#tokenIn(known.find(({ position }) => position !== undefined)?.position);
    const told = since === undefined ? undefined : await changesSince(this.#http, this.#tree, since);
    // Always one of before the listing: what changes meanwhile is told next time.
    const token = told?.token ?? this.#syncToken;
    this.#syncToken = token;
    const found = await walk(
      this.#http,
      this.#tree,
      this.#inFlight,
      told === undefined ? undefined : recall(known, told),
    );
    if (token === undefined) return found;
    return found.map((one) => (one.path.length > 0 ? one : { ...one, position: `${this.#tree.root.href} ${token}` }));
  }

  /** Of a position in the log of this very folder. */
  #tokenIn(position: string | undefined): string | undefined {
    const own = `${this.#tree.root.href} `;
    return this.#syncToken !== undefined && position?.startsWith(own) ? position.slice(own.length) : undefined;
  }

  /** Always the whole folder, which tells how many there are too. In order of names, so that it can be resumed. */
  async *changes(container: string, cursor: string | undefined, facets: ChangeFacets): AsyncGenerator<ChangePage> {
    const files = await this.files(container);
    if (files === undefined) throw containerGone(container);
    const glance = new Glance();
    for (const file of files) glance.add(file);
    const after = resumedAfter(cursor);
    const left = after === undefined ? files : files.filter(({ name }) => cursorOf(name) > after);
    for (let at = 0; ; at += PAGE) {
      const page = left.slice(at, at + PAGE);
      const changes = page.map((file) => this.#changeOf(file, facets));
      const last = page.at(-1);
      if (at + PAGE >= left.length) {
        yield {
          changes,
          mode: 'full',
          next: { cursor: `=${glance.value}`, glance: glance.value, total: files.length },
        };
        return;
      }
      yield { changes, mode: 'full', resume: `>${cursorOf((last as Entry).name)}` };
    }
  }

  async *read(container: string, ids: readonly string[]): AsyncGenerator<Content | Vanished | Unreadable> {
    const path = pathOf(container);
    for await (const [, one] of ahead(ids, this.#inFlight, (id) => this.#one(path, id))) yield one;
  }

  /** The files of a folder, in order of their names; undefined where there is no such folder. */
  async files(container: string): Promise<readonly Entry[] | undefined> {
    const entries = await listFolder(this.#http, this.#tree.folder(pathOf(container)));
    return entries
      ?.filter(({ name, facts }) => !facts.isFolder || !isPossibleName(name))
      .map((entry) => ({ entry, key: cursorOf(entry.name) }))
      .sort((a, b) => (a.key < b.key ? -1 : 1))
      .map(({ entry }) => entry);
  }

  matchKey(name: string): Buffer {
    return pivotOf('file').matchKey(Buffer.alloc(0), nameKey(name, this.#rules));
  }

  #changeOf({ name, facts: { size, date, version } }: Entry, facets: ChangeFacets): Change {
    return {
      id: name,
      name,
      size,
      version,
      ...(date === undefined ? {} : { date }),
      ...(facets.matchKey === true ? { matchKey: this.matchKey(name) } : {}),
    };
  }

  async #one(path: readonly string[], id: string): Promise<Content | Vanished | Unreadable> {
    try {
      const url = this.#tree.file(path, id);
      for (let tries = 1; ; tries += 1) {
        const content = await this.#tried(url, id).catch((thrown: unknown) => {
          // A transfer that broke begins anew: it is small.
          if (tries < TRIES && asSternaError(thrown).code === 'dav-connection-lost') return 'changed' as const;
          throw thrown;
        });
        if (content === 'changed' && tries >= TRIES) throw changedWhileRead();
        if (content !== 'changed') return content;
      }
    } catch (thrown) {
      const error = asUnreadable(asSternaError(thrown));
      if (error === undefined) throw thrown;
      return { id, error };
    }
  }

  async #tried(url: URL, id: string): Promise<Content | Vanished | 'changed'> {
    const opened = await openFile(this.#http, url);
    if (opened === undefined) return { id, vanished: true };
    const { facts, answer } = opened;
    const common = { id, name: id, flags: [], version: facts.version, date: facts.date };
    if (facts.size > INLINE_LIMIT) {
      answer.leave();
      const body = new FileBody(this.#http, url, facts, this.#resumeDelays);
      return { ...common, size: facts.size, body, detached: true };
    }
    // It may have grown beyond what may be whole in memory.
    const body = await answer.whole(INLINE_LIMIT).catch((thrown: unknown) => {
      if (asSternaError(thrown).code === 'dav-answer-invalid') return undefined;
      throw thrown;
    });
    if (body === undefined || body.length !== facts.size) return 'changed';
    const size = body.length;
    if (size > LOOK_AGAIN && (await lookAt(this.#http, url))?.version !== facts.version) return 'changed';
    return { ...common, size, body };
  }
}

const containerGone = (container: string): SternaError =>
  new SternaError('transient', 'container-gone', `The folder ${pathOf(container).at(-1) ?? '/'} is no more.`, {
    fix: 'Nothing to do: the next pass lists the folders afresh.',
  });

/** Names as cursors hold them: plain ASCII, whatever the name is. */
const cursorOf = (name: string): string => Buffer.from(name, 'utf16le').swap16().toString('hex');

const resumedAfter = (cursor: string | undefined): string | undefined =>
  /^>((?:[0-9a-f]{4})+)$/.exec(cursor ?? '')?.[1];
