import {
  type Candidate,
  type Container,
  type CreateOp,
  type FidelityNote,
  INLINE_LIMIT,
  type InventoryItem,
  type Op,
  type PlaceOp,
  type RemoveOp,
  type ReplaceOp,
  type Result,
  type Writer,
} from '@sterna/connector-kit';
import { pivotOf } from '@sterna/content';
import { asSternaError, type NameRules, nameKey, SternaError } from '@sterna/core';
import { wholeOf } from './body.ts';
import { type Bucket, type Condition, type Head, md5Of } from './bucket.ts';
import { isPrecondition } from './errors.ts';
import { Folders } from './folders.ts';
import { isPlainName, type KeySpace } from './keys.ts';
import { filesOf } from './listing.ts';
import { type CopyLimits, moveObject } from './move.ts';
import type { Facts } from './probe.ts';
import { MTIME, mtimeText } from './times.ts';
import { BodyFailure, marked, Uploads, WHOLE_BYTES } from './upload.ts';

type Body = Buffer | AsyncIterable<Buffer>;
const EMPTY = Buffer.alloc(0);
const STAMP = /^[0-9a-f]{1,128}$/;

/**
 * An object appears whole or not at all, so files are written straight to their keys: with conditions where the storage
 * keeps them, else after a look.
 */
export class S3Writer implements Writer {
  readonly #bucket: Bucket;
  readonly #keys: KeySpace;
  readonly #facts: Facts;
  readonly #rules: NameRules;
  readonly #folders: Folders;
  readonly #uploads: Uploads;
  readonly #limits: CopyLimits | undefined;
  /** The last write of each key: a look and what follows it must not overlap with another one's. */
  readonly #turns = new Map<string, Promise<unknown>>();

  constructor(bucket: Bucket, keys: KeySpace, facts: Facts, rules: NameRules, limits?: CopyLimits) {
    this.#bucket = bucket;
    this.#keys = keys;
    this.#facts = facts;
    this.#rules = rules;
    this.#folders = new Folders(bucket, keys, facts);
    this.#uploads = new Uploads(bucket, keys);
    this.#limits = limits;
  }

  async ensureContainer(
    path: readonly string[],
  ): Promise<{ readonly container: Container; readonly notes: readonly FidelityNote[] }> {
    return { container: await this.#folders.ensure(path), notes: [] };
  }

  reserve(_container: string, _key: string, name?: string): string {
    if (name === undefined) throw new SternaError('bug', 'internal', 'A file without a name.');
    return name;
  }

  async discard(container: string, stamp: string): Promise<void> {
    await this.#uploads.forget(container, stamp);
  }

  removeContainer(container: string): Promise<'done' | 'missing' | 'not-empty'> {
    return this.#folders.remove(container, (key) => this.#uploads.discard(key));
  }

  async mark(): Promise<string> {
    return '';
  }

  async confirm(): Promise<void> {
    // Nothing here carries a mark.
  }

  async *candidates(): AsyncGenerator<Candidate> {}

  async *inventory(container: string, facets: { readonly matchKey?: boolean }): AsyncGenerator<InventoryItem> {
    for await (const { files } of filesOf(this.#bucket, this.#keys, container))
      for (const { id, size, modified, etag } of files) {
        const name = this.#keys.nameOf(container, id);
        yield {
          targetId: id,
          name,
          size,
          date: modified,
          version: etag,
          ...(facets.matchKey === true
            ? { matchKey: pivotOf('file').matchKey(EMPTY, nameKey(name, this.#rules)) }
            : {}),
        };
      }
  }

  async apply(ops: readonly Op[]): Promise<readonly Result[]> {
    const settled = await Promise.allSettled(ops.map((op) => this.#safely(op)));
    const failed = settled.find((one) => one.status === 'rejected');
    if (failed === undefined) return settled.map((one) => (one as PromiseFulfilledResult<Result>).value);
    const hasWritten = settled.some((one) => one.status === 'fulfilled' && one.value.outcome === 'done');
    // A stream is alone in its batch, and its failure is the engine's own.
    if (failed.reason instanceof BodyFailure) throw failed.reason.thrown;
    if (!hasWritten) throw failed.reason;
    // What was written has to be said; the others are told again by their next try.
    return settled.map((one, at) =>
      one.status === 'fulfilled'
        ? one.value
        : { op: ops[at]?.op ?? '', outcome: 'unknown', error: asSternaError(one.reason) },
    );
  }

  async #safely(op: Op): Promise<Result> {
    try {
      switch (op.verb) {
        case 'create':
          return await this.#create(op);
        case 'replace':
          return await this.#replace(op);
        case 'place':
          return await this.#place(op);
        case 'remove':
          return await this.#remove(op);
        case 'state':
          throw new SternaError('object', 'no-flags', 'Files have no flags.');
        case 'access':
          throw new SternaError('bug', 'no-such-verb', 'Objects of S3 have no rights of their own.');
      }
    } catch (thrown) {
      const isBody = thrown instanceof BodyFailure;
      const error = asSternaError(isBody ? thrown.thrown : thrown);
      if (error.class === 'object') return { op: op.op, outcome: 'refused', error };
      if (isBody) throw thrown;
      if (error.class === 'transient') return { op: op.op, outcome: 'unknown', error };
      throw error;
    }
  }

  async #inTurn<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#turns.get(key);
    const mine = (before ?? Promise.resolve()).then(work, work);
    this.#turns.set(key, mine);
    try {
      return await mine;
    } finally {
      if (this.#turns.get(key) === mine) this.#turns.delete(key);
    }
  }

  async #create(op: CreateOp): Promise<Result> {
    const name = op.reservedId ?? op.name;
    if (name === undefined) throw new SternaError('bug', 'internal', 'A file without a name.');
    const key = this.#keyFor(op.container, name);
    return this.#inTurn(key, () => this.#createAt(op, key, name));
  }

  async #createAt(op: CreateOp, key: string, name: string): Promise<Result> {
    const { container } = op;
    if (await this.#folders.isFolder(container, name)) {
      await this.#uploads.forget(container, stampOf(op));
      const file = await this.#bucket.head(key);
      return exists(op.op, file === undefined ? '' : name, file);
    }
    // Nothing is read for what is there already.
    const there = Buffer.isBuffer(op.body) ? undefined : await this.#bucket.head(key);
    if (there !== undefined) {
      await this.#uploads.forget(container, stampOf(op));
      return exists(op.op, name, there);
    }
    const metadata = this.#metadata(op.date);
    const whole = await gatheredBody(op.body, op.size);
    if (whole !== undefined) return this.#createWhole(op.op, key, name, whole, metadata);
    const result = await this.#uploads.send({
      container,
      name,
      stamp: stampOf(op),
      size: op.size,
      body: op.body as AsyncIterable<Buffer>,
      metadata,
      condition: this.#facts.completesOnlyNew ? { absent: true } : {},
      objection: () => this.#bucket.head(key),
    });
    if (result.is === 'written') return done(op.op, name, result.version);
    return exists(op.op, name, result.now === 'missing' ? undefined : result.now);
  }

  async #createWhole(
    op: string,
    key: string,
    name: string,
    body: Buffer,
    metadata: Readonly<Record<string, string>>,
  ): Promise<Result> {
    const isConditional = this.#facts.createsOnlyNew;
    const outcome = await this.#putWhole(key, body, metadata, isConditional ? { absent: true } : {}, () =>
      isConditional ? Promise.resolve(undefined) : this.#bucket.head(key),
    );
    return outcome.is === 'written'
      ? done(op, name, outcome.version)
      : exists(op, name, outcome.now === 'missing' ? undefined : outcome.now);
  }

  async #replace(op: ReplaceOp): Promise<Result> {
    const { container, targetId, ifVersion } = op;
    // The marker of the folder is no file.
    if (targetId === '') return { op: op.op, outcome: 'missing' };
    const key = this.#keys.keyOf(container, targetId);
    const objection = async (): Promise<Head | undefined | 'missing'> => {
      const now = await this.#bucket.head(key);
      if (now === undefined) return 'missing';
      return ifVersion === undefined || now.etag === ifVersion ? undefined : now;
    };
    const early = Buffer.isBuffer(op.body) ? undefined : await objection();
    if (early === 'missing') return { op: op.op, outcome: 'missing' };
    const metadata = this.#metadata(op.date);
    const whole = await gatheredBody(op.body, op.size);
    const etag = ifVersion === undefined ? {} : { etag: ifVersion };
    const outcome =
      whole === undefined
        ? await this.#uploads.send({
            container,
            name: targetId,
            stamp: stampOf(op),
            size: op.size,
            body: op.body as AsyncIterable<Buffer>,
            metadata,
            isReplacement: true,
            condition: this.#facts.completesOnlySame ? etag : {},
            objection,
          })
        : await this.#putWhole(key, whole, metadata, this.#facts.replacesOnlySame ? etag : {}, objection);
    if (outcome.is === 'written') return done(op.op, targetId, outcome.version);
    if (outcome.now === 'missing') return { op: op.op, outcome: 'missing' };
    // An earlier try that took effect though nobody heard of it.
    if (whole !== undefined && (await this.#holds(key, outcome.now, whole)))
      return done(op.op, targetId, outcome.now.etag);
    return { op: op.op, outcome: 'changed', version: outcome.now.etag };
  }

  /**
   * Puts an object whole. `objection` looks before each try; with a condition the storage looks itself, at the very moment.
   */
  async #putWhole(
    key: string,
    body: Buffer,
    metadata: Readonly<Record<string, string>>,
    condition: Condition,
    objection: () => Promise<Head | undefined | 'missing'>,
  ): Promise<
    { readonly is: 'written'; readonly version: string } | { readonly is: 'objected'; readonly now: Head | 'missing' }
  > {
    for (let tries = 0; ; tries += 1) {
      const now = await objection();
      if (now !== undefined) return this.#objected(key, now, tries > 0, body);
      try {
        const written = await this.#bucket.put(key, body, { metadata, ...condition, once: true });
        if (this.#facts.etagIsMd5 && written.etag !== '' && written.etag !== md5Of(body).toString('hex')) {
          await this.#bucket.remove(key, written.versionId);
          throw new SternaError('object', 'content-differs', 'The target stored other bytes than it was given.', {
            fix: 'Look at the storage’s log, then start a delta pass.',
          });
        }
        return { is: 'written', version: written.etag };
      } catch (thrown) {
        const error = asSternaError(thrown);
        if (isPrecondition(error)) {
          const there = await this.#bucket.head(key);
          if (there !== undefined) return this.#objected(key, there, tries > 0, body);
          if (condition.etag !== undefined) return { is: 'objected', now: 'missing' };
          // It was there and is gone: once more.
        } else if (error.class !== 'transient') throw error;
        const delay = this.#bucket.retryDelaysMs[tries];
        if (delay === undefined || this.#bucket.isEnded) throw error;
        await this.#bucket.pause(delay);
      }
    }
  }

  async #objected(
    key: string,
    now: Head | 'missing',
    wasSent: boolean,
    body: Buffer,
  ): Promise<{ is: 'written'; version: string } | { is: 'objected'; now: Head | 'missing' }> {
    if (wasSent && now !== 'missing' && (await this.#holds(key, now, body)))
      return { is: 'written', version: now.etag };
    return { is: 'objected', now };
  }

  /** Whether what is there are these bytes. */
  async #holds(key: string, now: Head, body: Buffer): Promise<boolean> {
    if (now.size !== body.length) return false;
    if (now.etag === md5Of(body).toString('hex')) return true;
    // Another MD5 is another content; what is no MD5 says nothing.
    if (this.#facts.etagIsMd5 && /^[0-9a-f]{32}$/.test(now.etag)) return false;
    const got = await this.#bucket.get(key);
    return got !== undefined && got.etag === now.etag && (await wholeOf(this.#bucket, got)).equals(body);
  }

  async #place(op: PlaceOp): Promise<Result> {
    const name = op.name ?? op.targetId;
    if (op.targetId === '') return { op: op.op, outcome: 'missing' };
    const from = this.#keys.keyOf(op.container, op.targetId);
    const to = this.#keyFor(op.to, name);
    // What people made of it stays known: then no version is told.
    const before = from === to || op.ifVersion !== undefined ? await this.#bucket.head(from) : undefined;
    const isOther = op.ifVersion !== undefined && before !== undefined && before.etag !== op.ifVersion;
    const told = (version: string): Result =>
      isOther ? { op: op.op, outcome: 'done', targetId: name } : done(op.op, name, version);
    if (from === to) return before === undefined ? { op: op.op, outcome: 'missing' } : told(before.etag);
    if (await this.#folders.isFolder(op.to, name)) return exists(op.op, '', undefined);
    const result = await this.#inTurn(to, () => moveObject(this.#bucket, this.#facts, from, to, this.#limits));
    if (result.is === 'missing') return { op: op.op, outcome: 'missing' };
    if (result.is === 'exists') return exists(op.op, name, result.now);
    return told(result.version);
  }

  /** Where the bucket keeps versions, a delete marker hides the object: that is the trash. */
  async #remove(op: RemoveOp): Promise<Result> {
    const key = this.#keys.keyOf(op.container, op.targetId);
    const now = op.targetId === '' ? undefined : await this.#bucket.head(key);
    if (now === undefined) return { op: op.op, outcome: 'missing' };
    const isSame =
      op.ifVersion === undefined || now.etag === op.ifVersion || (await this.#listedAs(key)) === op.ifVersion;
    if (!isSame) return { op: op.op, outcome: 'changed', version: now.etag };
    await this.#bucket.remove(key);
    return { op: op.op, outcome: 'done' };
  }

  /** Swift lists some copies under another ETag than it gives them out with; what was listed is what was looked at. */
  async #listedAs(key: string): Promise<string | undefined> {
    const { objects } = await this.#bucket.list({ prefix: key, max: 1 });
    return objects.find((one) => one.key === key)?.etag;
  }

  #metadata(date: Date | undefined): Readonly<Record<string, string>> {
    return date === undefined ? {} : { [MTIME]: mtimeText(date) };
  }

  #keyFor(container: string, name: string): string {
    if (!isPlainName(name))
      throw new SternaError('object', 'name-impossible', 'A file can’t have such a name here.', {
        fix: 'Rename it at the source.',
      });
    return this.#keys.keyOf(container, name);
  }
}

function stampOf(op: CreateOp | ReplaceOp): string | undefined {
  if (op.stamp !== undefined && !STAMP.test(op.stamp)) throw new SternaError('bug', 'internal', 'A stamp is hex.');
  return op.stamp;
}

/** What is small enough to be put whole; undefined for what goes in parts. */
async function gatheredBody(body: Body, size: number): Promise<Buffer | undefined> {
  if (Buffer.isBuffer(body)) return body;
  if (size > WHOLE_BYTES) return undefined;
  const chunks: Buffer[] = [];
  let total = 0;
  for await (const chunk of marked(body)) {
    total += chunk.length;
    if (total > Math.max(size, INLINE_LIMIT)) break;
    chunks.push(chunk);
  }
  if (total !== size)
    throw new SternaError('object', 'size-differs', `The file has ${total} bytes instead of ${size}.`, {
      fix: 'It was changed while it was being read: start a delta pass.',
    });
  return Buffer.concat(chunks, total);
}

const done = (op: string, targetId: string, version: string): Result => ({ op, outcome: 'done', targetId, version });

const exists = (op: string, targetId: string, now: Head | undefined): Result => ({
  op,
  outcome: 'exists',
  targetId,
  ...(now === undefined ? {} : { version: now.etag }),
});
