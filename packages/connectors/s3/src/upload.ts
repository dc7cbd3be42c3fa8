import { createHash } from 'node:crypto';
import { asSternaError, SternaError } from '@sterna/core';
import { type Bucket, type Condition, type Head, isOfParts, md5Of, type Part } from './bucket.ts';
import { isPrecondition, statusOf } from './errors.ts';
import { type KeySpace, noteName } from './keys.ts';
import { Slots } from './slots.ts';

/** A stream up to this many bytes is gathered and put whole. */
export const WHOLE_BYTES = 16 * 1024 * 1024;
const MIB = 1024 * 1024;
const PART_BYTES = 8 * MIB;
const MAX_PARTS = 10_000;
/** Of one upload. */
const PARTS_IN_FLIGHT = 4;
/** Parts of all uploads of a session that are in memory. */
const BUFFER_BYTES = 64 * MIB;

/** What threw was the stream that we were given, not the storage. */
export class BodyFailure extends Error {
  readonly thrown: unknown;

  constructor(thrown: unknown) {
    super('The body failed.');
    this.thrown = thrown;
  }
}

export interface UploadRequest {
  readonly container: string;
  readonly name: string;
  /** Hex; what is half written is found again by it. */
  readonly stamp: string | undefined;
  readonly size: number;
  readonly body: AsyncIterable<Buffer>;
  readonly metadata: Readonly<Record<string, string>>;
  /** The condition where the storage keeps it; else what is there is looked at right before. */
  readonly condition: Condition;
  /** A replacement that finds its own content there has been written by an earlier try, perhaps just now. */
  readonly isReplacement?: true;
  /** Looks whether it may be completed; undefined: it may. */
  readonly objection: () => Promise<Head | undefined | 'missing'>;
}

export type UploadResult =
  | { readonly is: 'written'; readonly version: string }
  /** It wasn't written: this is there instead, or (missing) not there any more. */
  | { readonly is: 'objected'; readonly now: Head | 'missing' };

/** What is kept in the note of an upload: which it is, and how it is cut into parts. */
interface Note {
  /** Empty while it is about to begin. */
  readonly upload: string;
  readonly name: string;
  readonly partBytes: number;
  /** What was under way for this key before, by others. */
  readonly others?: readonly string[];
}

interface Found {
  readonly note: Note;
  readonly versionId: string | undefined;
}

/** Smallest parts that such a file has: all but the last are of this size. */
export const partBytesOf = (size: number): number => Math.max(PART_BYTES, Math.ceil(size / MAX_PARTS / MIB) * MIB);

/** ETag that most storages give an object of several parts: the MD5 of their MD5s, and how many they are. */
function joinedEtag(md5s: readonly Buffer[]): string {
  const hash = createHash('md5');
  for (const md5 of md5s) hash.update(md5);
  return `${hash.digest('hex')}-${md5s.length}`;
}

/**
 * Large files: uploads of several parts, few in memory at a time. S3 keeps nothing with an upload that its list would show,
 * so which one is ours is written into a small object beside the file, `.sterna-STAMP.part`. A later try finds it, and the
 * parts that arrived: it reads the file again and compares them, and sends only what is missing.
 */
export class Uploads {
  readonly #bucket: Bucket;
  readonly #keys: KeySpace;
  readonly #buffers = new Slots(BUFFER_BYTES);

  constructor(bucket: Bucket, keys: KeySpace) {
    this.#bucket = bucket;
    this.#keys = keys;
  }

  async send(request: UploadRequest): Promise<UploadResult> {
    const { container, name, stamp } = request;
    const key = this.#keys.keyOf(container, name);
    const found = stamp === undefined ? undefined : await this.#note(container, stamp);
    const early = await request.objection();
    if (early !== undefined) {
      const isWritten = await this.#isWritten(request, early, found?.note.partBytes);
      await this.#settle(container, stamp, found);
      return isWritten && early !== 'missing' ? { is: 'written', version: early.etag } : { is: 'objected', now: early };
    }
    const begun = await this.#begin(key, request, found);
    const { upload, partBytes, versionId } = begun;
    try {
      const sent = await this.#sendParts(key, upload, partBytes, begun.parts, request);
      const result = await this.#complete(key, upload, sent, request);
      await this.#settle(container, stamp, { note: { upload, name, partBytes }, versionId }, result.is === 'written');
      return result;
    } catch (thrown) {
      const error = thrown instanceof BodyFailure ? asSternaError(thrown.thrown) : asSternaError(thrown);
      // The object is settled, and nothing of it stays. Anything else goes on with the next try.
      const isOver = error.class === 'object' || (!(thrown instanceof BodyFailure) && statusOf(error) === 404);
      if (isOver || stamp === undefined)
        await this.#settle(container, stamp, { note: { upload, name, partBytes }, versionId }).catch(() => undefined);
      throw thrown;
    }
  }

  /** Reads the file for the ETag that its parts would have. */
  async #isWritten(
    request: UploadRequest,
    now: Head | 'missing',
    partBytes = partBytesOf(request.size),
  ): Promise<boolean> {
    if (request.isReplacement !== true || now === 'missing' || now.size !== request.size) return false;
    const md5s: Buffer[] = [];
    for await (const { bytes, release } of cutInto(request.body, partBytes, this.#buffers, request.size)) {
      md5s.push(md5Of(bytes));
      release();
    }
    return joinedEtag(md5s) === now.etag;
  }

  /** Gives up what the note of this key names, and removes the note. */
  async discard(key: string): Promise<void> {
    const found = await this.#read(key);
    const folder = key.slice(0, key.lastIndexOf('/') + 1);
    if (found !== undefined) await this.#giveUp(`${folder}${found.note.name}`, found.note);
    await this.#bucket.remove(key, found?.versionId);
  }

  /** What an earlier try of this stamp left, when the object has been settled without it. */
  async forget(container: string, stamp: string | undefined): Promise<void> {
    if (stamp !== undefined) await this.#settle(container, stamp, await this.#note(container, stamp));
  }

  async #begin(
    key: string,
    { container, name, stamp, size, metadata }: UploadRequest,
    found: Found | undefined,
  ): Promise<{ upload: string; partBytes: number; versionId: string | undefined; parts: ReadonlyMap<number, Part> }> {
    if (found !== undefined) {
      const { upload, partBytes } = found.note;
      const parts = found.note.name === name && upload !== '' ? await this.#bucket.parts(key, upload) : undefined;
      if (parts !== undefined && partBytes >= PART_BYTES && Math.ceil(size / partBytes) <= MAX_PARTS)
        return { upload, partBytes, versionId: found.versionId, parts: new Map(parts.map((one) => [one.number, one])) };
      await this.#settle(container, stamp, found);
    }
    const partBytes = partBytesOf(size);
    if (stamp === undefined)
      return {
        upload: await this.#bucket.createUpload(key, metadata),
        partBytes,
        versionId: undefined,
        parts: new Map(),
      };
    const noteKey = this.#keys.keyOf(container, noteName(stamp));
    const keep = async (note: Note): Promise<string | undefined> => {
      const body = Buffer.from(JSON.stringify(note));
      return (await this.#bucket.put(noteKey, body, { contentType: 'application/json' })).versionId;
    };
    // Its id is known only once it has begun: a crash right then must leave a trace of it.
    const others = await this.#bucket.uploadsOf(key);
    const about: Note = { upload: '', name, partBytes, ...(others === undefined ? {} : { others }) };
    const earlier = others === undefined ? undefined : await keep(about);
    const upload = await this.#createOnce(key, metadata, about);
    const versionId = await keep({ upload, name, partBytes });
    if (earlier !== undefined) await this.#bucket.remove(noteKey, earlier);
    return { upload, partBytes, versionId, parts: new Map() };
  }

  /** An upload whose answer was lost is given up before there is another one. */
  async #createOnce(key: string, metadata: Readonly<Record<string, string>>, about: Note): Promise<string> {
    for (let tries = 0; ; tries += 1)
      try {
        return await this.#bucket.createUpload(key, metadata, undefined, { once: true });
      } catch (thrown) {
        const delay = this.#bucket.retryDelaysMs[tries];
        if (asSternaError(thrown).class !== 'transient' || delay === undefined || this.#bucket.isEnded) throw thrown;
        await this.#bucket.pause(delay);
        await this.#giveUp(key, about);
      }
  }

  /** One that nobody knows the id of has no parts, and wasn't there before. */
  async #giveUp(key: string, { upload, others }: Note): Promise<void> {
    if (upload !== '') return this.#bucket.abortUpload(key, upload);
    if (others === undefined) return;
    for (const one of (await this.#bucket.uploadsOf(key)) ?? [])
      if (!others.includes(one) && (await this.#bucket.parts(key, one))?.length === 0)
        await this.#bucket.abortUpload(key, one);
  }

  /** @throws BodyFailure; SternaError object `size-differs` */
  async #sendParts(
    key: string,
    upload: string,
    partBytes: number,
    there: ReadonlyMap<number, Part>,
    request: UploadRequest,
  ): Promise<{ readonly parts: readonly Part[]; readonly etag: string }> {
    const parts: Part[] = [];
    const md5s: Buffer[] = [];
    const inFlight = new Set<Promise<void>>();
    let failure: { readonly thrown: unknown } | undefined;
    const stop = (): void => {
      if (failure !== undefined) throw failure.thrown;
    };
    let total = 0;
    const source = cutInto(request.body, partBytes, this.#buffers, request.size);
    try {
      for await (const { bytes, release } of source) {
        total += bytes.length;
        if (total > request.size) {
          release();
          break;
        }
        const number = md5s.length + 1;
        const md5 = md5Of(bytes);
        md5s.push(md5);
        const known = there.get(number);
        if (known !== undefined && known.size === bytes.length && known.etag === md5.toString('hex')) {
          parts.push(known);
          release();
          continue;
        }
        const sending = this.#bucket
          .uploadPart(key, upload, number, bytes, md5)
          .then(
            (part) => {
              parts.push(part);
            },
            (thrown: unknown) => {
              failure ??= { thrown };
            },
          )
          .finally(() => {
            inFlight.delete(sending);
            release();
          });
        inFlight.add(sending);
        if (inFlight.size >= PARTS_IN_FLIGHT) await Promise.race(inFlight);
        stop();
      }
    } finally {
      // No part is on its way any more when the upload is completed, or given up.
      await Promise.all(inFlight);
    }
    stop();
    if (total !== request.size)
      throw new SternaError('object', 'size-differs', `The file has ${total} bytes instead of ${request.size}.`, {
        fix: 'It was changed while it was being read: start a delta pass.',
      });
    parts.sort((a, b) => a.number - b.number);
    return { parts, etag: joinedEtag(md5s) };
  }

  async #complete(
    key: string,
    upload: string,
    sent: { readonly parts: readonly Part[]; readonly etag: string },
    { condition, objection, size, isReplacement }: UploadRequest,
  ): Promise<UploadResult> {
    let isConditional = condition.absent === true || condition.etag !== undefined;
    for (let tries = 0; ; tries += 1) {
      const now = isConditional ? undefined : await objection();
      // An earlier request of this loop may have taken effect though its answer was lost.
      const isOurs = (there: Head | 'missing' | undefined): boolean =>
        (tries > 0 || isReplacement === true) &&
        there !== undefined &&
        there !== 'missing' &&
        there.etag === sent.etag &&
        there.size === size;
      if (now !== undefined && now !== 'missing' && isOurs(now)) return { is: 'written', version: now.etag };
      if (now !== undefined) return { is: 'objected', now };
      try {
        await this.#bucket.completeUpload(key, upload, sent.parts, { ...(isConditional ? condition : {}), once: true });
        const written = await this.#bucket.head(key);
        if (written?.size === size) return { is: 'written', version: written.etag };
        throw new SternaError(
          'object',
          'content-differs',
          `The target stored ${written?.size ?? 0} bytes of ${size}.`,
          { fix: 'Look at the storage’s log, then start a delta pass.' },
        );
      } catch (thrown) {
        const error = asSternaError(thrown);
        if (isPrecondition(error) || (tries > 0 && statusOf(error) === 404)) {
          const there = await this.#bucket.head(key);
          if (there !== undefined && isOurs(there)) return { is: 'written', version: there.etag };
          // Swift compares with the ETag that it doesn't tell: what is of parts is never as it was, so we look ourselves.
          const isSame = isConditional && there !== undefined && there.etag === condition.etag && isOfParts(there.etag);
          if (isPrecondition(error) && isSame) {
            isConditional = false;
            continue;
          }
          if (isPrecondition(error)) return { is: 'objected', now: there ?? 'missing' };
        }
        const delay = this.#bucket.retryDelaysMs[tries];
        if (error.class !== 'transient' || delay === undefined || this.#bucket.isEnded) throw error;
        await this.#bucket.pause(delay);
      }
    }
  }

  async #settle(
    container: string,
    stamp: string | undefined,
    found: Found | undefined,
    isComplete = false,
  ): Promise<void> {
    if (found === undefined) return;
    const key = this.#keys.keyOf(container, found.note.name);
    if (!isComplete) await this.#giveUp(key, found.note);
    if (stamp !== undefined) await this.#bucket.remove(this.#keys.keyOf(container, noteName(stamp)), found.versionId);
  }

  #note(container: string, stamp: string): Promise<Found | undefined> {
    return this.#read(this.#keys.keyOf(container, noteName(stamp)));
  }

  async #read(key: string): Promise<Found | undefined> {
    const got = await this.#bucket.get(key);
    if (got === undefined) return undefined;
    const chunks: Buffer[] = [];
    for await (const chunk of got.body as AsyncIterable<Buffer>) chunks.push(chunk);
    try {
      const note = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Partial<Note>;
      const { upload, name, partBytes, others } = note;
      const isNote = typeof upload === 'string' && typeof name === 'string' && Number.isSafeInteger(partBytes);
      if (isNote && (others === undefined || Array.isArray(others)))
        return { note: note as Note, versionId: got.versionId };
    } catch {
      // Cut off, or somebody else's: it names no upload.
    }
    return undefined;
  }
}

/** Pieces of `size` bytes, the last one shorter. A piece takes up room among `buffers` until it is released. */
async function* cutInto(
  body: AsyncIterable<Buffer>,
  size: number,
  buffers: Slots,
  expected: number,
): AsyncGenerator<{ readonly bytes: Buffer; readonly release: () => void }> {
  let left = expected;
  let piece: { bytes: Buffer; used: number; release: () => void } | undefined;
  try {
    for await (const chunk of marked(body)) {
      for (let at = 0; at < chunk.length; ) {
        if (piece === undefined) {
          const release = await buffers.take(size);
          piece = { bytes: Buffer.allocUnsafeSlow(Math.max(1, Math.min(size, left))), used: 0, release };
        }
        const taken = chunk.copy(piece.bytes, piece.used, at);
        piece.used += taken;
        at += taken;
        if (piece.used < piece.bytes.length) continue;
        left = Math.max(0, left - piece.used);
        const { bytes, release } = piece;
        piece = undefined;
        yield { bytes, release };
      }
    }
    if (piece !== undefined) {
      const { bytes, used, release } = piece;
      piece = undefined;
      yield { bytes: bytes.subarray(0, used), release };
    }
  } finally {
    piece?.release();
  }
}

/** Tells failures of the stream from those of the storage. */
export async function* marked(body: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const chunks = body[Symbol.asyncIterator]();
  let isOpen = true;
  try {
    for (;;) {
      let next: IteratorResult<Buffer>;
      try {
        next = await chunks.next();
      } catch (thrown) {
        isOpen = false;
        throw new BodyFailure(thrown);
      }
      if (next.done === true) {
        isOpen = false;
        return;
      }
      yield next.value;
    }
  } finally {
    if (isOpen) await chunks.return?.();
  }
}
