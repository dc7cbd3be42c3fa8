import { SternaError } from '@sterna/core';
import { type Bucket, type Condition, type Head, isOfParts, type Part } from './bucket.ts';
import { isPrecondition } from './errors.ts';
import type { Facts } from './probe.ts';
import { MTIME } from './times.ts';

/** Largest object that one request copies (Amazon's limit, which others share). */
const COPY_BYTES = 5 * 1024 * 1024 * 1024;
const COPY_PART_BYTES = 512 * 1024 * 1024;
const MAX_PARTS = 10_000;
const PARTS_IN_FLIGHT = 4;
/** Metadata of a copy whose ETag can't be its source's, as one of them is of parts: the source's. */
const COPIED_FROM = 'sterna-copied-from';

export type MoveResult =
  | { readonly is: 'moved'; readonly version: string }
  | { readonly is: 'missing' }
  | { readonly is: 'exists'; readonly now: Head };

/** Limits, for tests with small objects. */
export interface CopyLimits {
  readonly copyBytes: number;
  readonly partBytes: number;
}
const LIMITS: CopyLimits = { copyBytes: COPY_BYTES, partBytes: COPY_PART_BYTES };

/**
 * S3 has no move: a copy, looked at, and then the source is removed. A try that died in between left both; the next one
 * knows its copy by content and times, and finishes. What else has the new key stays.
 */
export async function moveObject(
  bucket: Bucket,
  facts: Facts,
  from: string,
  to: string,
  limits: CopyLimits = LIMITS,
): Promise<MoveResult> {
  for (let tries = 0; ; tries += 1) {
    const [source, target] = await Promise.all([bucket.head(from), bucket.head(to)]);
    if (source === undefined) {
      // Our own removal, whose answer was lost.
      return tries > 0 && target !== undefined ? { is: 'moved', version: target.etag } : { is: 'missing' };
    }
    if (target !== undefined && !isCopy(source, target)) return { is: 'exists', now: target };
    try {
      const copied = target ?? (await copyOf(bucket, facts, from, source, to, limits));
      await removeSource(bucket, from, source, to);
      return { is: 'moved', version: copied.etag };
    } catch (thrown) {
      const error = bucket.errorOf(thrown, 'moving an object');
      // Somebody was faster with the new key, or changed the source: look again.
      const isWorthIt = isPrecondition(error) || (error.class === 'transient' && error.code !== 'changed-while-moved');
      const delay = bucket.retryDelaysMs[tries];
      if (!isWorthIt || delay === undefined || bucket.isEnded) throw error;
      await bucket.pause(delay);
    }
  }
}

function isCopy(source: Head, target: Head): boolean {
  const hasContent =
    source.size === target.size && (source.etag === target.etag || target.metadata[COPIED_FROM] === source.etag);
  const isLater = (target.modified?.getTime() ?? 0) >= (source.modified?.getTime() ?? 0);
  return hasContent && isLater && source.metadata[MTIME] === target.metadata[MTIME];
}

async function copyOf(
  bucket: Bucket,
  facts: Facts,
  from: string,
  source: Head,
  to: string,
  limits: CopyLimits,
): Promise<Head> {
  if (source.size > limits.copyBytes) await copyInParts(bucket, facts, from, source, to, limits.partBytes);
  else {
    const { etag, contentType } = source;
    const metadata = { ...source.metadata, [COPIED_FROM]: etag };
    const condition: Condition = facts.copiesOnlyNew ? { absent: true } : {};
    await bucket.copy(from, etag, to, condition, isOfParts(etag) ? { metadata, contentType } : undefined);
  }
  const copied = await bucket.head(to);
  if (copied !== undefined && isCopy(source, copied)) return copied;
  // The source became another one under our hands.
  await bucket.remove(to);
  throw changed();
}

async function copyInParts(
  bucket: Bucket,
  facts: Facts,
  from: string,
  source: Head,
  to: string,
  wanted: number,
): Promise<void> {
  const { size, etag } = source;
  const partBytes = Math.max(wanted, Math.ceil(size / MAX_PARTS));
  const upload = await bucket.createUpload(to, { ...source.metadata, [COPIED_FROM]: etag }, source.contentType);
  try {
    const count = Math.ceil(size / partBytes);
    const parts: Part[] = [];
    let next = 0;
    const worker = async (): Promise<void> => {
      for (let at = next++; at < count; at = next++) {
        const start = at * partBytes;
        const part = { from, etag, to, upload, number: at + 1, start, size: Math.min(partBytes, size - start) };
        parts.push(await bucket.copyPart(part));
      }
    };
    await Promise.all(Array.from({ length: Math.min(PARTS_IN_FLIGHT, count) }, worker));
    parts.sort((a, b) => a.number - b.number);
    const condition: Condition = facts.completesOnlyNew ? { absent: true } : {};
    await bucket.completeUpload(to, upload, parts, { ...condition, once: true });
  } catch (error) {
    await bucket.abortUpload(to, upload).catch(() => undefined);
    throw error;
  }
}

/** What was changed after it was copied is not removed: the copy goes instead. */
async function removeSource(bucket: Bucket, from: string, source: Head, to: string): Promise<void> {
  const now = await bucket.head(from);
  if (now !== undefined && now.etag !== source.etag) {
    await bucket.remove(to);
    throw changed();
  }
  await bucket.remove(from);
}

const changed = (): SternaError =>
  new SternaError('transient', 'changed-while-moved', 'The file was changed while it was being moved.', {
    fix: 'Nothing to do: the next pass moves it.',
  });
