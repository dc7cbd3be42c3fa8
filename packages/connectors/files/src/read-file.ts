import { type BigIntStats, constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { unreadable, versionOf } from './entry.ts';
import { aborted, asObjectError, changedWhileRead, errnoOf } from './errors.ts';
import type { OpenDir } from './open-dir.ts';

/** One read; a slow consumer holds up two of them. */
const CHUNK = 256 * 1024;
const ZEROS = Buffer.alloc(CHUNK);
/** Chunks after which a streamed file is looked at again: nobody waits for 20 GB to learn that they are worthless. */
const LOOK_EVERY = 256;
/** Longest time between two ticks of a kernel's clock for files, doubled. Later writes have another time. */
const TICK_MS = 20;

/** Non-blocking, so that a pipe that was put there since doesn't hold us up. */
const READ = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

export interface OpenFile {
  readonly handle: FileHandle;
  readonly stat: BigIntStats;
}

/**
 * @returns undefined where it isn't there
 * @throws SternaError object `symlink-not-migrated`, `special-file`, `path-not-allowed`; transient
 */
export async function openFile(dir: OpenDir, name: Buffer): Promise<OpenFile | undefined> {
  let handle: FileHandle;
  try {
    handle = await open(dir.at(name), READ);
  } catch (thrown) {
    const errno = errnoOf(thrown);
    if (errno === 'ENOENT') return undefined;
    if (errno === 'ELOOP') throw unreadable('symlink');
    // A socket.
    if (errno === 'ENXIO') throw unreadable('special');
    throw asObjectError(thrown);
  }
  try {
    const stat = await settled(handle);
    if (!stat.isFile()) throw unreadable('special');
    return { handle, stat };
  } catch (thrown) {
    await handle.close();
    throw asObjectError(thrown);
  }
}

/** Whoever writes to the file from now on gives it another time than this. */
async function settled(handle: FileHandle): Promise<BigIntStats> {
  const stat = await handle.stat({ bigint: true });
  const age = Date.now() - Number(stat.mtimeMs);
  if (age < 0 || age >= TICK_MS) return stat;
  await delay(TICK_MS - age);
  return handle.stat({ bigint: true });
}

/** All of it; undefined where it was changed meanwhile. */
export async function readWhole({ handle, stat }: OpenFile): Promise<Buffer | undefined> {
  // A byte more, to see whether it has grown.
  const buffer = Buffer.allocUnsafe(Number(stat.size) + 1);
  let length = 0;
  while (length < buffer.length) {
    const { bytesRead } = await handle.read(buffer, length, buffer.length - length, length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return length === Number(stat.size) && (await isStill(handle, stat)) ? buffer.subarray(0, length) : undefined;
}

/** Whether the file that is read is of this version. */
const isStill = async (
  handle: FileHandle,
  { size, mtimeNs }: Pick<BigIntStats, 'size' | 'mtimeNs'>,
): Promise<boolean> => {
  const now = await handle.stat({ bigint: true });
  return now.size === size && now.mtimeNs === mtimeNs;
};

/**
 * The bytes of one version of a file, each time anew.
 *
 * @param reopen Opens it under its name; undefined where it isn't there
 * @throws SternaError object `changed-while-read`, while it is iterated
 */
export function bodyOf(
  version: string,
  reopen: () => Promise<OpenFile | undefined>,
  signal: AbortSignal,
): AsyncIterable<Buffer> {
  return {
    async *[Symbol.asyncIterator]() {
      const file = await reopen();
      if (file === undefined) throw changedWhileRead('The file was removed before it was read');
      const { handle, stat } = file;
      try {
        if (versionOf(stat) !== version) throw changedWhileRead('The file was changed after it was listed');
        yield* chunksOf(file, signal);
      } catch (thrown) {
        throw asObjectError(thrown);
      } finally {
        await handle.close();
      }
    },
  };
}

async function* chunksOf({ handle, stat }: OpenFile, signal: AbortSignal): AsyncGenerator<Buffer> {
  const size = Number(stat.size);
  let at = 0;
  let buffer = Buffer.allocUnsafeSlow(Math.min(CHUNK, size));
  for (let count = 1; at < size; count += 1) {
    if (signal.aborted) throw aborted();
    const { bytesRead } = await handle.read(buffer, 0, Math.min(CHUNK, size - at), at);
    if (bytesRead === 0) throw changedWhileRead('The file was cut off while it was read');
    at += bytesRead;
    if (at === size || count % LOOK_EVERY === 0) if (!(await isStill(handle, stat))) throw changedWhileRead();
    // A hole costs no memory: its bytes are in a chunk that is never written to, and the buffer is filled again.
    if (buffer.compare(ZEROS, 0, bytesRead, 0, bytesRead) === 0) yield ZEROS.subarray(0, bytesRead);
    else {
      yield buffer.subarray(0, bytesRead);
      buffer = Buffer.allocUnsafeSlow(Math.min(CHUNK, size - at));
    }
  }
  // While the consumer had the last one.
  if (!(await isStill(handle, stat))) throw changedWhileRead();
}
