import { constants, type ReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { INLINE_LIMIT, type Unreadable, type Vanished } from '@sterna/connector-kit';
import { messageMatchKey } from '@sterna/content';
import { SternaError } from '@sterna/core';
import { fileDate } from './dates.ts';
import { asObjectError, errnoOf } from './errors.ts';
import type { Facts } from './store.ts';

/** Never follow a link, never block on a FIFO that somebody put among the messages. */
const READ = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
/** messageMatchKey looks no further. */
const MAX_HEADER = 256 * 1024;
const CHUNK = 256 * 1024;

export interface FileContent {
  readonly size: number;
  readonly mtime: Date;
  readonly body: Buffer | AsyncIterable<Buffer>;
}

/**
 * One message file, whole up to INLINE_LIMIT, else as a stream that closes the file when it ends or is left early.
 * @returns undefined if there is no such file
 * @throws SternaError object
 */
export async function readMessageFile(path: Buffer): Promise<FileContent | undefined> {
  const file = await openRegular(path);
  if (file === undefined) return undefined;
  let keep = false;
  try {
    const stat = await file.stat();
    const mtime = fileDate(stat.mtimeMs);
    if (stat.size > INLINE_LIMIT) {
      keep = true;
      return { size: stat.size, mtime, body: streamOf(file, stat.size) };
    }
    const body = Buffer.allocUnsafe(stat.size);
    const read = await readFully(file, body);
    if (read < stat.size) throw cutShort();
    refuseCompressed(body);
    return { size: stat.size, mtime, body };
  } catch (thrown) {
    throw asObjectError(thrown);
  } finally {
    if (!keep) await file.close();
  }
}

/** Size, mtime and match key, reading no more than the header. Undefined if there is no such file. */
export async function fileFacts(path: Buffer, matchKey: boolean): Promise<Facts | undefined> {
  const file = await openRegular(path);
  if (file === undefined) return undefined;
  try {
    const stat = await file.stat();
    const facts = { size: stat.size, date: fileDate(stat.mtimeMs) };
    if (!matchKey) return facts;
    return { ...facts, matchKey: messageMatchKey(await readHeader(file, stat.size)) };
  } catch (thrown) {
    throw asObjectError(thrown);
  } finally {
    await file.close();
  }
}

/** The header block (and perhaps some body) of a file; undefined if there is no such file. */
export async function fileHead(path: Buffer): Promise<Buffer | undefined> {
  const file = await openRegular(path);
  if (file === undefined) return undefined;
  try {
    return await readHeader(file, (await file.stat()).size);
  } finally {
    await file.close();
  }
}

/** The header block (and perhaps some body), at most 256 kB. */
async function readHeader(file: FileHandle, size: number): Promise<Buffer> {
  let want = Math.min(size, 8 * 1024);
  for (;;) {
    const buffer = Buffer.allocUnsafe(want);
    const head = buffer.subarray(0, await readFully(file, buffer));
    if (want >= size || want >= MAX_HEADER || head.includes('\n\n') || head.includes('\r\n\r\n')) return head;
    want = Math.min(size, MAX_HEADER, want * 4);
  }
}

/** Shapes a read error: an id that can't be read is a failure in the books, the others go on. */
export async function guarded<T>(id: string, read: () => Promise<T | undefined>): Promise<T | Vanished | Unreadable> {
  try {
    return (await read()) ?? { id, vanished: true };
  } catch (thrown) {
    return { id, error: asObjectError(thrown) };
  }
}

async function openRegular(path: Buffer): Promise<FileHandle | undefined> {
  let file: FileHandle;
  try {
    file = await open(path, READ);
  } catch (thrown) {
    if (errnoOf(thrown) === 'ENOENT') return undefined;
    throw asObjectError(thrown);
  }
  const stat = await file.stat();
  if (stat.isFile()) return file;
  await file.close();
  throw new SternaError('object', 'not-a-file', 'Where a message file is expected there is something else', {
    fix: 'Look at the folder on disk: only regular files can be messages.',
  });
}

async function readFully(file: FileHandle, into: Buffer): Promise<number> {
  let at = 0;
  while (at < into.length) {
    const { bytesRead } = await file.read(into, at, into.length - at, at);
    if (bytesRead === 0) break;
    at += bytesRead;
  }
  return at;
}

/**
 * Not an async generator: one that is never started never runs its `finally`, and the file would stay open. A stream
 * that isn't wanted is ended by `return()`.
 */
function streamOf(file: FileHandle, size: number): AsyncIterable<Buffer> {
  const stream: ReadStream = file.createReadStream({ start: 0, end: size - 1, highWaterMark: CHUNK });
  return {
    [Symbol.asyncIterator]: async function* () {
      let seen = 0;
      try {
        for await (const chunk of stream) {
          if (seen === 0) refuseCompressed(chunk as Buffer);
          seen += (chunk as Buffer).length;
          yield chunk as Buffer;
        }
      } catch (thrown) {
        throw asObjectError(thrown);
      } finally {
        stream.destroy();
      }
      if (seen < size) throw cutShort();
    },
    // Read by `release` when the consumer never started.
    [RELEASE]: () => stream.destroy(),
  } as AsyncIterable<Buffer>;
}

const RELEASE = Symbol('release');

/** Frees what a body holds, whether or not anybody read it. Safe to call twice. */
export function release(body: Buffer | AsyncIterable<Buffer>): void {
  const free = (body as { [RELEASE]?: () => void })[RELEASE];
  if (free !== undefined) free();
}

/** Dovecot's zlib plugin stores gzip, bzip2, xz or zstd under ordinary names; copying those bytes would be no message. */
function refuseCompressed(head: Buffer): void {
  const magic = head.subarray(0, 4).toString('hex');
  if (magic.startsWith('1f8b08') || magic === '28b52ffd' || magic === 'fd377a58' || magic.startsWith('425a68'))
    throw new SternaError('object', 'message-compressed', 'The message file is compressed', {
      fix: 'Decompress the Maildir first, or read the mailbox over IMAP from the server that wrote it.',
    });
}

const cutShort = (): SternaError =>
  new SternaError('transient', 'file-changed', 'The message file became shorter while it was read');
