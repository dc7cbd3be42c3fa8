import { asSternaError, SternaError } from '@sterna/core';
import type { Bucket, Got } from './bucket.ts';
import { changedWhileRead, isPrecondition } from './errors.ts';

/** Chunks of a stream are gathered to at least this many bytes. */
const CHUNK_BYTES = 64 * 1024;
/** Breaks of a transfer in a row, without a byte in between, after which it is given up. */
const MAX_BREAKS = 4;

/** All of an answer's body, which must be as long as its header says. */
export async function wholeOf(bucket: Bucket, got: Got): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of got.body as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
    }
  } catch (thrown) {
    throw broken(bucket, thrown);
  }
  if (size !== got.size - got.offset) throw broken(bucket, undefined);
  return Buffer.concat(chunks, size);
}

/**
 * A file's bytes, anew each time they are asked for, and always those of this ETag, and of this version where one is given. A transfer that breaks goes on where
 * it broke.
 *
 * @throws while iterating: SternaError object `changed-while-read`, transient
 */
export function bodyOf(
  bucket: Bucket,
  key: string,
  etag: string,
  size: number,
  versionId?: string,
): AsyncIterable<Buffer> {
  return { [Symbol.asyncIterator]: () => gathered(transfer(bucket, key, etag, size, versionId)) };
}

async function* transfer(
  bucket: Bucket,
  key: string,
  etag: string,
  size: number,
  versionId: string | undefined,
): AsyncGenerator<Buffer> {
  let at = 0;
  let breaks = 0;
  while (at < size || (size === 0 && breaks === 0)) {
    let got: Got | undefined;
    try {
      // A version is never another one, and not every server knows it by the ETag that it tells.
      got = await bucket.get(key, versionId === undefined ? { etag, offset: at } : { versionId, offset: at });
    } catch (thrown) {
      const error = asSternaError(thrown);
      throw isPrecondition(error) ? changedWhileRead() : error;
    }
    // Not every server minds If-Match.
    if (got === undefined || got.etag !== etag || got.size !== size) {
      got?.body.destroy();
      throw changedWhileRead();
    }
    const before = at;
    let skip = at - got.offset;
    try {
      for await (const chunk of got.body as AsyncIterable<Buffer>) {
        const rest = skip === 0 ? chunk : chunk.subarray(Math.min(skip, chunk.length));
        skip -= chunk.length - rest.length;
        at += rest.length;
        if (rest.length > 0) yield rest;
      }
      if (size === 0) return;
      if (at >= size) return;
    } catch (thrown) {
      breaks = at > before ? 0 : breaks + 1;
      if (breaks >= MAX_BREAKS || bucket.isEnded) throw broken(bucket, thrown);
    } finally {
      // Whoever leaves the loop early closes the transfer.
      got.body.destroy();
    }
    if (at < size) await bucket.pause(bucket.retryDelaysMs[Math.min(breaks, bucket.retryDelaysMs.length - 1)] ?? 0);
  }
}

async function* gathered(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let held: Buffer[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    held.push(chunk);
    size += chunk.length;
    if (size < CHUNK_BYTES) continue;
    yield held.length === 1 ? chunk : Buffer.concat(held, size);
    held = [];
    size = 0;
  }
  if (size > 0) yield Buffer.concat(held, size);
}

function broken(bucket: Bucket, thrown: unknown): SternaError {
  if (thrown instanceof SternaError) return thrown;
  const error = bucket.errorOf(
    Object.assign(new Error('the transfer broke', { cause: thrown }), { code: 'ECONNRESET' }),
    'reading an object',
  );
  return error;
}
