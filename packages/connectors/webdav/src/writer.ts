import type {
  Candidate,
  Container,
  CreateOp,
  FidelityNote,
  InventoryItem,
  Op,
  PlaceOp,
  RemoveOp,
  ReplaceOp,
  Result,
  Writer,
} from '@sterna/connector-kit';
import { asSternaError, SternaError } from '@sterna/core';
import { asRefusal, contentDiffers, folderGone } from './errors.ts';
import type { Facts } from './facts.ts';
import { ensureFolder, removeFolder } from './folders.ts';
import { lookAt } from './listing.ts';
import { containerId, pathOf, type Tree } from './paths.ts';
import type { Traits } from './probe.ts';
import type { WebdavReader } from './reader.ts';
import type { Remote } from './remote.ts';
import { type Place, RollCall } from './roll-call.ts';
import { holdsWhatComes, holdsWhatPassed } from './same-content.ts';
import { Source } from './source.ts';
import type { Sent, Upload, Uploader } from './upload.ts';

/** Apache compares no ETag of a file that is younger than a second. */
const YOUNG_MS = 1_100;
const YOUNG_TRIES = 2;

export interface WriterParts {
  readonly remote: Remote;
  readonly tree: Tree;
  readonly traits: Traits;
  readonly uploader: Uploader;
  readonly reader: WebdavReader;
  readonly isCloud: boolean;
}

export class WebdavWriter implements Writer {
  readonly #remote: Remote;
  readonly #tree: Tree;
  readonly #traits: Traits;
  readonly #uploader: Uploader;
  readonly #reader: WebdavReader;
  readonly #isCloud: boolean;
  readonly #busy = new Map<string, Promise<void>>();
  /** Folders that hold far more than one batch. */
  readonly #large = new Set<string>();

  constructor(parts: WriterParts) {
    this.#remote = parts.remote;
    this.#tree = parts.tree;
    this.#traits = parts.traits;
    this.#uploader = parts.uploader;
    this.#reader = parts.reader;
    this.#isCloud = parts.isCloud;
  }

  async ensureContainer(
    path: readonly string[],
  ): Promise<{ readonly container: Container; readonly notes: readonly FidelityNote[] }> {
    await ensureFolder(this.#remote, this.#tree, path);
    return { container: { id: containerId(path), path, kind: 'file' }, notes: [] };
  }

  reserve(_container: string, _key: string, name?: string): string {
    if (name === undefined) throw new SternaError('bug', 'internal', 'A file without a name.');
    return name;
  }

  removeContainer(container: string): Promise<'done' | 'missing' | 'not-empty'> {
    return removeFolder(this.#remote, this.#tree, pathOf(container));
  }

  async mark(): Promise<string> {
    return '';
  }

  apply(ops: readonly Op[]): Promise<readonly Result[]> {
    const places = this.#together(ops);
    return Promise.all(
      ops.map(async (op) => {
        const place = places.get(op);
        try {
          return await this.#apply(op, place);
        } finally {
          place?.leave();
        }
      }),
    );
  }

  async confirm(): Promise<void> {
    // Nothing here carries a mark.
  }

  async *candidates(): AsyncGenerator<Candidate> {}

  async *inventory(
    container: string,
    facets: { readonly matchKey?: boolean; readonly size?: boolean },
  ): AsyncGenerator<InventoryItem> {
    for (const { name, facts } of (await this.#reader.files(container)) ?? [])
      yield {
        targetId: name,
        name,
        size: facts.size,
        version: facts.version,
        ...(facts.date === undefined ? {} : { date: facts.date }),
        ...(facets.matchKey === true ? { matchKey: this.#reader.matchKey(name) } : {}),
      };
  }

  /** Small files for one folder wait for each other. Two of one name don't: the second one waits for the first. */
  #together(ops: readonly Op[]): ReadonlyMap<Op, Place> {
    const calls = new Map<string, RollCall>();
    const places = new Map<Op, Place>();
    const names = new Set<string>();
    for (const op of ops) {
      if (op.verb !== 'create' || !Buffer.isBuffer(op.body)) continue;
      const key = `${op.container}/${op.reservedId ?? op.name}`;
      if (names.has(key)) continue;
      names.add(key);
      const call =
        calls.get(op.container) ??
        new RollCall(this.#remote.http, this.#tree.folder(pathOf(op.container)), this.#large);
      calls.set(op.container, call);
      places.set(op, call.place());
    }
    return places;
  }

  #apply(op: Op, place: Place | undefined): Promise<Result> {
    switch (op.verb) {
      case 'create':
        return this.#safely(op, this.#sourceOf(op), (source) => this.#create(op, source, place));
      case 'replace':
        return this.#safely(op, this.#sourceOf(op), (source) => this.#replace(op, source));
      case 'place':
        return this.#safely(op, undefined, () => this.#place(op));
      case 'remove':
        return this.#safely(op, undefined, () => this.#remove(op));
      case 'state':
        return Promise.resolve({ op: op.op, outcome: 'refused', error: noFlags() });
      case 'access':
        throw new SternaError('bug', 'no-such-verb', 'WebDAV has no rights to be written.');
    }
  }

  async #create(op: CreateOp, source: Source, together: Place | undefined): Promise<Result> {
    const name = op.reservedId ?? op.name;
    if (name === undefined) throw new SternaError('bug', 'internal', 'A file without a name.');
    const { url, folder } = this.#urlsOf(op.container, name);
    return this.#alone(url, () => this.#createAt(op, source, name, { url, folder, together }));
  }

  async #createAt(
    op: CreateOp,
    source: Source,
    name: string,
    where: Pick<Upload, 'url' | 'folder' | 'together'>,
  ): Promise<Result> {
    const { url } = where;
    if (source.whole === undefined) {
      const there = await this.#look(url);
      if (there !== undefined) return existing(op, name, there);
    }
    const sent = await this.#uploader.send({ ...where, source, date: op.date, stamp: op.stamp, over: undefined });
    const { answer } = sent;
    if (answer.status < 300) return this.#landed(op, name, url, source, sent);
    const there = await this.#look(url);
    if (there === undefined) throw answer.status === 412 ? unsettled() : folderGone();
    // The answer to an earlier try of this very request was lost.
    if (answer.repeated && !there.isFolder) {
      const isOurs = sent.version === there.version || (await holdsWhatPassed(this.#remote.http, url, source));
      if (isOurs) return done(op, name, there.version);
    }
    if (answer.status === 404) throw folderGone();
    return existing(op, name, there);
  }

  async #replace(op: ReplaceOp, source: Source): Promise<Result> {
    const { url, folder } = this.#urlsOf(op.container, op.targetId);
    return this.#alone(url, () => this.#replaceAt(op, source, url, folder));
  }

  async #replaceAt(op: ReplaceOp, source: Source, url: URL, folder: URL): Promise<Result> {
    for (let tries = 0; ; tries += 1) {
      const there = await this.#look(url);
      if (there === undefined || there.isFolder) return { op: op.op, outcome: 'missing' };
      if (op.ifVersion !== undefined && there.version !== op.ifVersion) {
        // An earlier try of this replacement, by a pass that died.
        const isOurs = there.size === source.size && (await holdsWhatComes(this.#remote.http, url, source));
        return isOurs ? done(op, op.targetId, there.version) : changed(op, there);
      }
      // A condition that doesn't hold for a file that is what it should be is none that this server understands.
      const etag = tries < YOUNG_TRIES ? there.etag : undefined;
      const sent = await this.#uploader.send({
        url,
        folder,
        source,
        date: op.date,
        stamp: op.stamp,
        over: { etag },
      });
      const { answer } = sent;
      if (answer.status < 300) return this.#landed(op, op.targetId, url, source, sent);
      const now = await this.#look(url);
      if (now === undefined || now.isFolder) return { op: op.op, outcome: 'missing' };
      if (now.version !== there.version) {
        const isOurs = answer.repeated && (await holdsWhatPassed(this.#remote.http, url, source));
        return isOurs ? done(op, op.targetId, now.version) : changed(op, now);
      }
      if (tries >= YOUNG_TRIES || source.isBegun) throw unsettled();
      await this.#remote.http.pause(YOUNG_MS);
    }
  }

  async #place(op: PlaceOp): Promise<Result> {
    const name = op.name ?? op.targetId;
    const from = this.#urlsOf(op.container, op.targetId).url;
    const to = this.#urlsOf(op.to, name).url;
    return this.#alone(to, () => this.#placeAt(op, name, from, to));
  }

  async #placeAt(op: PlaceOp, name: string, from: URL, to: URL): Promise<Result> {
    const here = await this.#look(from);
    if (here === undefined || here.isFolder) return { op: op.op, outcome: 'missing' };
    // What people made of it stays known: then no version is told.
    const told = (version: string | undefined): string | undefined =>
      op.ifVersion === undefined || op.ifVersion === here.version ? version : undefined;
    if (from.href === to.href) return done(op, name, told(here.version));
    if (!this.#traits.moveKeeps) {
      const there = await this.#look(to);
      if (there !== undefined) return existing(op, name, there);
    }
    const answer = await this.#remote.move(from, to, { overwrite: false });
    const there = await this.#look(to);
    if (answer.status < 300) return done(op, name, told(there?.version));
    if (answer.status === 412 && there !== undefined) return existing(op, name, there);
    // The first try moved it, and its answer was lost.
    if (answer.repeated && answer.status === 404 && there?.size === here.size)
      return done(op, name, told(there.version));
    if (answer.status === 404) return { op: op.op, outcome: 'missing' };
    throw folderGone();
  }

  /** Looked at first: to remove a folder of that name would remove all that is in it. */
  async #remove(op: RemoveOp): Promise<Result> {
    const { url } = this.#urlsOf(op.container, op.targetId);
    for (let tries = 0; ; tries += 1) {
      const there = await this.#look(url);
      if (there === undefined || there.isFolder) return { op: op.op, outcome: 'missing' };
      if (op.ifVersion !== undefined && there.version !== op.ifVersion) return changed(op, there);
      const isAsked = op.ifVersion !== undefined && this.#traits.matches && tries < YOUNG_TRIES;
      const answer = await this.#remote.remove(url, isAsked ? there.etag : undefined);
      if (answer.status < 300) return { op: op.op, outcome: 'done' };
      if (answer.status !== 412)
        return answer.repeated ? { op: op.op, outcome: 'done' } : { op: op.op, outcome: 'missing' };
      await this.#remote.http.pause(YOUNG_MS);
    }
  }

  /** What the target made of it: its size, its version. */
  async #landed(
    op: CreateOp | ReplaceOp,
    name: string,
    url: URL,
    source: Source,
    { answer, version }: Sent,
  ): Promise<Result> {
    if (version !== undefined) return done(op, name, version);
    // Nextcloud and ownCloud check the length, and tell the version that a listing will have.
    const told = this.#isCloud ? answer.header('oc-etag') : undefined;
    if (told !== undefined) return done(op, name, told);
    const there = await this.#look(url);
    if (there === undefined || there.isFolder) throw unsettled();
    if (there.size !== source.size) {
      // A server that shows whole files alone has counted the bytes: what is there came from somebody else since.
      if (!this.#traits.atomicPut) await this.#remote.remove(url, this.#traits.matches ? there.etag : undefined);
      return { op: op.op, outcome: 'refused', error: contentDiffers() };
    }
    return done(op, name, there.version);
  }

  /** What this session does under one name happens one after the other: servers look and write in two steps. */
  async #alone<T>(url: URL, work: () => Promise<T>): Promise<T> {
    const before = this.#busy.get(url.href) ?? Promise.resolve();
    const own = before.then(work);
    const settled = own.then(
      () => {},
      () => {},
    );
    this.#busy.set(url.href, settled);
    try {
      return await own;
    } finally {
      if (this.#busy.get(url.href) === settled) this.#busy.delete(url.href);
    }
  }

  #look(url: URL): Promise<Facts | undefined> {
    return lookAt(this.#remote.http, url);
  }

  #urlsOf(container: string, name: string): { readonly url: URL; readonly folder: URL } {
    const path = pathOf(container);
    return { url: this.#tree.file(path, name), folder: this.#tree.folder(path) };
  }

  #sourceOf(op: CreateOp | ReplaceOp): Source {
    // The version tells a new file of ours where it is known: then nothing is hashed that the engine hashes anyway.
    const isHashed = this.#isCloud || op.verb === 'replace' || !this.#traits.moveKeepsVersion;
    return new Source(op.body, op.size, this.#isCloud ? 'sha1' : 'sha256', isHashed);
  }

  /** A file's own refusal is its result; what concerns the endpoint as a whole, or the source, is thrown. */
  async #safely<S extends Source | undefined>(
    op: Op,
    source: S,
    write: (source: S) => Promise<Result>,
  ): Promise<Result> {
    try {
      return await write(source);
    } catch (thrown) {
      if (source?.failure !== undefined) {
        const { thrown: own } = source.failure;
        if (own instanceof SternaError && own.class === 'object') return { op: op.op, outcome: 'refused', error: own };
        throw own;
      }
      const error = asRefusal(asSternaError(thrown));
      if (error.class === 'object') return { op: op.op, outcome: 'refused', error };
      if (error.class === 'transient') return { op: op.op, outcome: 'unknown', error };
      throw thrown;
    }
  }
}

const done = (op: Op, targetId: string, version: string | undefined): Result => ({
  op: op.op,
  outcome: 'done',
  targetId,
  ...(version === undefined ? {} : { version }),
});

const existing = (op: Op, name: string, there: Facts): Result =>
  there.isFolder
    ? { op: op.op, outcome: 'exists', targetId: '' }
    : { op: op.op, outcome: 'exists', targetId: name, version: there.version };

const changed = (op: Op, there: Facts): Result => ({ op: op.op, outcome: 'changed', version: there.version });

const unsettled = (): SternaError =>
  new SternaError('transient', 'not-there-after-write', 'The server took the file, and doesn’t have it.', {
    fix: 'Nothing to do: Sterna looks again. If it stays so, look at the server’s log.',
  });

const noFlags = (): SternaError =>
  new SternaError('object', 'no-flags', 'Files have no flags.', { fix: 'Nothing to do.' });
