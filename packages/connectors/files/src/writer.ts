import type { BigIntStats } from 'node:fs';
import { link, rename, rmdir, unlink } from 'node:fs/promises';
import {
  type AccessOp,
  type Candidate,
  type Container,
  type CreateOp,
  type FidelityNote,
  type InventoryItem,
  inParallel,
  type Op,
  type PlaceOp,
  type RemoveOp,
  type ReplaceOp,
  type Result,
  type Writer,
} from '@sterna/connector-kit';
import { pivotOf } from '@sterna/content';
import { encodeName, isNameAllowed, type NameRules, nameKey, SternaError } from '@sterna/core';
import { applyAccess } from './access.ts';
import { type AccessLists, readLists } from './access-lists.ts';
import { BodyError } from './body-error.ts';
import { dateOf, describe, lookAt, versionOf } from './entry.ts';
import { aborted, asFilesError, asObjectError, errnoOf } from './errors.ts';
import { bytesOf, diskName, isLeftover, segmentsOf } from './names.ts';
import type { OpenDir } from './open-dir.ts';
import { People } from './people.ts';
import { openFile } from './read-file.ts';
import { makeFolder, type Root } from './root.ts';
import { sameContent } from './same-content.ts';
import { NO_LINK, removeIfThere, TempFile, take } from './temp-file.ts';
import { below, HERE } from './walk.ts';

/** Files written at once. */
const PARALLEL = 8;

export class FilesWriter implements Writer {
  readonly #root: Root;
  readonly #rules: NameRules;
  readonly #signal: AbortSignal;
  #people: Promise<People> | undefined;
  #lists: Promise<AccessLists> | undefined;

  constructor(root: Root, rules: NameRules, signal: AbortSignal) {
    this.#root = root;
    this.#rules = rules;
    this.#signal = signal;
  }

  async ensureContainer(
    path: readonly string[],
  ): Promise<{ readonly container: Container; readonly notes: readonly FidelityNote[] }> {
    this.#alive();
    const notes: FidelityNote[] = [];
    const names = path.map((name) => {
      if (isNameAllowed(name, this.#rules) && !isLeftover(name)) return name;
      const encoded = isLeftover(name) ? `^2E${name.slice(1)}` : encodeName(name, this.#rules).name;
      notes.push({
        code: 'folder-renamed',
        text: `A folder is called “${encoded}”: its own name is not possible there`,
      });
      return encoded;
    });
    for (let depth = 0; depth < names.length; depth += 1) {
      const parent = names.slice(0, depth).join('/');
      await this.#in(parent, (dir) => this.#ensureChild(dir, names, depth));
    }
    return { container: { id: names.join('/'), path: names, kind: 'file' }, notes };
  }

  async #ensureChild(dir: OpenDir, names: readonly string[], depth: number): Promise<void> {
    const name = Buffer.from(names[depth] as string);
    await makeFolder(dir, name);
    const stat = await lookAt(dir, name);
    if (stat === undefined || stat.isDirectory()) return;
    const what = stat.isSymbolicLink() ? 'A symbolic link' : 'A file';
    throw new SternaError('config', 'file-in-the-way', `${what} is where a folder has to be: ${shown(names, depth)}`, {
      fix: 'Rename or remove it in the target, or map the folder to another name.',
    });
  }

  reserve(_container: string, _key: string, name = ''): string {
    return name;
  }

  /** Names are all that is needed to find a file again. */
  async mark(): Promise<string> {
    return '';
  }

  async confirm(): Promise<void> {}

  /** A name is looked at: nothing has to be searched for. */
  async *candidates(): AsyncIterable<Candidate> {}

  async discard(container: string, stamp: string): Promise<void> {
    this.#alive();
    await this.#in(container, (dir) => new TempFile(dir, stamp).discard());
  }

  async removeContainer(container: string): Promise<'done' | 'missing' | 'not-empty'> {
    this.#alive();
    if (container === '') return 'not-empty';
    const segments = segmentsOf(container);
    const last = segments.pop() as string;
    const parent = segments.join('/');
    const name = bytesOf(last);
    if (name === undefined) return 'missing';
    try {
      return await this.#root.within(parent, async (dir) => {
        const leftovers: Buffer[] = [];
        const inside = await dir.child(name);
        try {
          for await (const one of inside.names()) {
            if (!isLeftover(diskName(one).name)) return 'not-empty';
            leftovers.push(one);
          }
          for (const one of leftovers) await removeIfThere(inside, one);
        } finally {
          await inside.release();
        }
        await rmdir(dir.at(name));
        await dir.sync();
        return 'done';
      });
    } catch (thrown) {
      const errno = errnoOf(thrown) ?? '';
      if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes(errno)) return 'missing';
      if (thrown instanceof SternaError && thrown.code === 'container-not-found') return 'missing';
      if (['ENOTEMPTY', 'EEXIST', 'EBUSY', 'EISDIR'].includes(errno)) return 'not-empty';
      throw asObjectError(thrown, 'the folder');
    }
  }

  async apply(ops: readonly Op[]): Promise<readonly Result[]> {
    this.#alive();
    const outcomes = await inParallel(ops, PARALLEL, async (op) => {
      try {
        this.#alive();
        return await this.#applyOne(op);
      } catch (thrown) {
        return { op, thrown };
      }
    });
    const failed = outcomes.filter((one) => 'thrown' in one);
    // What concerns all of them is thrown only while nothing is written; what a body threw has no neighbours.
    if (failed[0] !== undefined && failed.length === ops.length) throw failed[0].thrown;
    return outcomes.map((one) =>
      'thrown' in one ? { op: one.op.op, outcome: 'unknown', error: asFilesError(one.thrown, 'the file') } : one,
    );
  }

  async #applyOne(op: Op): Promise<Result> {
    try {
      switch (op.verb) {
        case 'create':
          return await this.#in(op.container, (dir) => this.#create(dir, op));
        case 'replace':
          return await this.#in(op.container, (dir) => this.#replace(dir, op));
        case 'place':
          return await this.#in(op.container, (from) => this.#in(op.to, (to) => this.#place(from, to, op)));
        case 'remove':
          return await this.#in(op.container, (dir) => this.#remove(dir, op));
        case 'access':
          return await this.#in(op.container, (dir) => this.#access(dir, op));
        case 'state':
          return {
            op: op.op,
            outcome: 'refused',
            error: new SternaError('object', 'no-flags', 'Files have no flags.'),
          };
      }
    } catch (thrown) {
      // The folder is gone: with it what was in it.
      if (thrown instanceof SternaError && thrown.code === 'container-not-found' && op.verb !== 'create')
        return { op: op.op, outcome: 'missing' };
      if (thrown instanceof BodyError) {
        if (isObjectError(thrown.original)) return { op: op.op, outcome: 'refused', error: thrown.original };
        throw thrown.original;
      }
      const error = asObjectError(thrown, 'the file or its folder');
      if (error.class !== 'object') throw error;
      return { op: op.op, outcome: 'refused', error };
    }
  }

  async #access(dir: OpenDir, op: AccessOp): Promise<Result> {
    this.#people ??= People.ofThisMachine();
    this.#lists ??= readLists(this.#root.path, this.#signal);
    const name = op.targetId === '' ? HERE : bytesOf(op.targetId);
    const stat = name === undefined ? undefined : await lookAt(dir, name);
    if (name === undefined || stat === undefined || stat.isSymbolicLink()) return { op: op.op, outcome: 'missing' };
    const path = op.targetId === '' ? op.container : below(op.container, op.targetId);
    const hasList = (await this.#lists).has(path);
    const full = path === '' ? this.#root.path : `${this.#root.path}/${path}`;
    return applyAccess(op, { dir, name, path: full, stat, hasList }, await this.#people, this.#signal);
  }

  async #create(dir: OpenDir, op: CreateOp): Promise<Result> {
    const name = this.#nameFor(op.name ?? op.reservedId ?? '');
    const temp = new TempFile(dir, op.stamp);
    await temp.settle(name);
    const there = await exists(dir, name, op.op);
    if (there !== undefined) {
      await temp.discard();
      return there;
    }
    return this.#write(
      dir,
      temp,
      op,
      async () => {
        if (await temp.publish(name)) return undefined;
        await temp.discard();
        return (await exists(dir, name, op.op)) ?? unknown(op);
      },
      name,
    );
  }

  async #replace(dir: OpenDir, op: ReplaceOp): Promise<Result> {
    const name = bytesOf(op.targetId);
    const before = name === undefined ? undefined : await lookAt(dir, name);
    if (name === undefined || before === undefined || before.isDirectory()) return { op: op.op, outcome: 'missing' };
    if (!before.isFile())
      throw new SternaError('object', 'not-a-file', 'A symbolic link or a device has the name of the file.', {
        fix: 'Remove it in the target, or put the real file there.',
      });
    const isOther = (now: BigIntStats): boolean => op.ifVersion !== undefined && versionOf(now) !== op.ifVersion;
    if (isOther(before)) {
      const isOurs = await sameContent(await openFile(dir, name), op);
      return { op: op.op, outcome: isOurs ? 'done' : 'changed', targetId: op.targetId, version: versionOf(before) };
    }
    const temp = new TempFile(dir, op.stamp);
    return this.#write(
      dir,
      temp,
      op,
      async () => {
        // Writing may have taken hours. What is left is the moment between this look and the next line.
        const now = await lookAt(dir, name);
        if (now === undefined || !now.isFile() || isOther(now)) {
          await temp.discard();
          return now === undefined
            ? { op: op.op, outcome: 'missing' }
            : { op: op.op, outcome: 'changed', version: versionOf(now) };
        }
        await temp.takeOver(now);
        await temp.replace(name);
        return undefined;
      },
      name,
    );
  }

  /** Writes the content, lets `publish` give it its name, and says what is there then. */
  async #write(
    dir: OpenDir,
    temp: TempFile,
    op: CreateOp | ReplaceOp,
    publish: () => Promise<Result | undefined>,
    name: Buffer,
  ): Promise<Result> {
    let written: BigIntStats;
    try {
      written = await temp.fill(op);
      const instead = await publish();
      if (instead !== undefined) return instead;
    } catch (thrown) {
      // A stream that broke is gone on with by the next try.
      const isGoneOnWith = !Buffer.isBuffer(op.body) && op.stamp !== undefined;
      const isOver = isObjectError(thrown instanceof BodyError ? thrown.original : thrown);
      if (isOver || !isGoneOnWith) await temp.discard().catch(() => undefined);
      throw thrown;
    }
    await dir.sync();
    const now = await lookAt(dir, name);
    // Somebody may have put another one there already.
    const ours = now?.ino === written.ino && now.dev === written.dev ? now : written;
    return { op: op.op, outcome: 'done', targetId: diskName(name).segment, version: versionOf(ours) };
  }

  async #place(from: OpenDir, to: OpenDir, op: PlaceOp): Promise<Result> {
    const source = bytesOf(op.targetId);
    const before = source === undefined ? undefined : await lookAt(from, source);
    if (source === undefined || before === undefined || before.isDirectory()) return { op: op.op, outcome: 'missing' };
    const target = op.name === undefined ? source : this.#nameFor(op.name);
    const there = await lookAt(to, target);
    const isSame = there !== undefined && there.ino === before.ino && there.dev === before.dev;
    if (there !== undefined && !isSame) return (await exists(to, target, op.op)) ?? unknown(op);
    // The same file under both names: where case is ignored it has one name and gets another; else an earlier try
    // was interrupted between its two steps.
    if (isSame && before.nlink === 1n) await rename(from.at(source), to.at(target));
    else if (isSame) await unlink(from.at(source));
    else if (!(await this.#move(from, source, to, target))) return (await exists(to, target, op.op)) ?? unknown(op);
    await to.sync();
    await from.sync();
    const now = await lookAt(to, target);
    const isOther = op.ifVersion !== undefined && versionOf(before) !== op.ifVersion;
    return {
      op: op.op,
      outcome: 'done',
      targetId: diskName(target).segment,
      ...(now === undefined || isOther ? {} : { version: versionOf(now) }),
    };
  }

  /** @returns false where something has the name */
  async #move(from: OpenDir, source: Buffer, to: OpenDir, target: Buffer): Promise<boolean> {
    try {
      await link(from.at(source), to.at(target));
    } catch (thrown) {
      const errno = errnoOf(thrown) ?? '';
      if (errno === 'EEXIST') return false;
      if (errno === 'EXDEV') return this.#carry(from, source, to, target);
      if (!NO_LINK.includes(errno)) throw thrown;
      if (!(await take(to, target))) return false;
      await rename(from.at(source), to.at(target)).catch(async (failed: unknown) => {
        await removeIfThere(to, target);
        throw failed;
      });
      return true;
    }
    await unlink(from.at(source));
    return true;
  }

  /** Onto another disk that is mounted within the drive. */
  async #carry(from: OpenDir, source: Buffer, to: OpenDir, target: Buffer): Promise<boolean> {
    const file = await openFile(from, source);
    if (file === undefined) return false;
    const temp = new TempFile(to, undefined);
    try {
      const body = file.handle.createReadStream({ autoClose: false, start: 0 });
      await temp.fill({ body, size: Number(file.stat.size), date: dateOf(file.stat) });
      if (!(await temp.publish(target))) return false;
      await unlink(from.at(source));
      return true;
    } finally {
      await temp.discard();
      await file.handle.close();
    }
  }

  async #remove(dir: OpenDir, op: RemoveOp): Promise<Result> {
    const name = bytesOf(op.targetId);
    const now = name === undefined ? undefined : await lookAt(dir, name);
    if (name === undefined || now === undefined || now.isDirectory()) return { op: op.op, outcome: 'missing' };
    if (op.ifVersion !== undefined && versionOf(now) !== op.ifVersion)
      return { op: op.op, outcome: 'changed', version: versionOf(now) };
    await removeIfThere(dir, name);
    await dir.sync();
    return { op: op.op, outcome: 'done', targetId: op.targetId };
  }

  async *inventory(container: string, facets: { readonly matchKey?: boolean }): AsyncIterable<InventoryItem> {
    this.#alive();
    const dir = await this.#root.openFolder(container).catch((thrown: unknown) => {
      throw asFilesError(thrown, 'a folder of the drive');
    });
    try {
      for await (const names of dir.slices()) {
        this.#alive();
        for (const entry of await inParallel(names, PARALLEL, (bytes) => describe(dir, bytes))) {
          if (entry === undefined || entry === 'folder' || entry.kind === 'locked') continue;
          const { segment, name, size, date, version } = entry;
          const matchKey = pivotOf('file').matchKey(Buffer.alloc(0), nameKey(name, this.#rules));
          yield { targetId: segment, name, size, date, version, ...(facets.matchKey === true ? { matchKey } : {}) };
        }
      }
    } finally {
      await dir.release();
    }
  }

  /** @throws SternaError object `name-impossible` */
  #nameFor(name: string): Buffer {
    const bytes = bytesOf(name);
    if (bytes === undefined || !isNameAllowed(name, this.#rules) || isLeftover(name))
      throw new SternaError('object', 'name-impossible', 'The target can’t hold a file of that name.', {
        fix: 'Rename it at the source.',
      });
    return bytes;
  }

  async #in<T>(container: string, work: (dir: OpenDir) => Promise<T>): Promise<T> {
    return this.#root.within(container, work);
  }

  #alive(): void {
    if (this.#signal.aborted) throw aborted();
  }
}

async function exists(dir: OpenDir, name: Buffer, op: string): Promise<Result | undefined> {
  const stat = await lookAt(dir, name);
  if (stat === undefined) return undefined;
  return stat.isDirectory()
    ? { op, outcome: 'exists', targetId: '' }
    : { op, outcome: 'exists', targetId: diskName(name).segment, version: versionOf(stat) };
}

const isObjectError = (thrown: unknown): thrown is SternaError =>
  thrown instanceof SternaError && thrown.class === 'object';

/** Something had the name, and had it no more when it was looked at. */
const unknown = ({ op }: Op): Result => ({
  op,
  outcome: 'unknown',
  error: new SternaError('transient', 'file-system', 'Somebody else works on files of this name right now.'),
});

/** A path in words: what is in it may be anything, so it is shown as JSON, and not all of it. */
const shown = (names: readonly string[], depth: number): string =>
  JSON.stringify(
    names
      .slice(0, depth + 1)
      .join('/')
      .slice(-120),
  );
