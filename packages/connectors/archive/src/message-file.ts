import { closeSync, constants, createReadStream, fstatSync, open, type ReadStream, read, type Stats } from 'node:fs';
import { promisify } from 'node:util';
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

const openFile = promisify(open);
const readFile = promisify(read);

/**
 * An open message file. To open and to read it may take a disk's time; what is known of an open file, and to close one
 * that was only read, doesn't: a hop to another thread and back would cost more than those do.
 */
interface OpenFile {
  readonly fd: number;
  readonly stat: Stats;
}

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
  const { fd, stat } = file;
  let keep = false;
  try {
    const mtime = fileDate(stat.mtimeMs);
    if (stat.size > INLINE_LIMIT) {
      keep = true;
      return { size: stat.size, mtime, body: streamOf(fd, stat.size) };
    }
    const body = Buffer.allocUnsafe(stat.size);
    const length = await readFully(fd, body);
    if (length < stat.size) throw cutShort();
    refuseCompressed(body);
    return { size: stat.size, mtime, body };
  } catch (thrown) {
    throw asObjectError(thrown);
  } finally {
    if (!keep) closeSync(fd);
  }
}

/** Size, mtime and match key, reading no more than the header. Undefined if there is no such file. */
export async function fileFacts(path: Buffer, matchKey: boolean): Promise<Facts | undefined> {
  const file = await openRegular(path);
  if (file === undefined) return undefined;
  const { fd, stat } = file;
  try {
    const facts = { size: stat.size, date: fileDate(stat.mtimeMs) };
    if (!matchKey) return facts;
    return { ...facts, matchKey: messageMatchKey(await readHeader(fd, stat.size)) };
  } catch (thrown) {
    throw asObjectError(thrown);
  } finally {
    closeSync(fd);
  }
}

/** The header block (and perhaps some body) of a file; undefined if there is no such file. */
export async function fileHead(path: Buffer): Promise<Buffer | undefined> {
  const file = await openRegular(path);
  if (file === undefined) return undefined;
  try {
    return await readHeader(file.fd, file.stat.size);
  } finally {
    closeSync(file.fd);
  }
}

/** The header block (and perhaps some body), at most 256 kB. */
async function readHeader(fd: number, size: number): Promise<Buffer> {
  let want = Math.min(size, 8 * 1024);
  for (;;) {
    const buffer = Buffer.allocUnsafe(want);
    const head = buffer.subarray(0, await readFully(fd, buffer));
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

async function openRegular(path: Buffer): Promise<OpenFile | undefined> {
  let fd: number;
  try {
    fd = await openFile(path, READ);
  } catch (thrown) {
    if (errnoOf(thrown) === 'ENOENT') return undefined;
    throw asObjectError(thrown);
  }
  const stat = fstatSync(fd);
  if (stat.isFile()) return { fd, stat };
  closeSync(fd);
  throw new SternaError('object', 'not-a-file', 'Where a message file is expected there is something else', {
    fix: 'Look at the folder on disk: only regular files can be messages.',
  });
}

async function readFully(fd: number, into: Buffer): Promise<number> {
  let at = 0;
  while (at < into.length) {
    const { bytesRead } = await readFile(fd, into, at, into.length - at, at);
    if (bytesRead === 0) break;
    at += bytesRead;
  }
  return at;
}

/**
 * Not an async generator: one that is never started never runs its `finally`, and the file would stay open. A stream
 * that isn't wanted is ended by `return()`.
 */
function streamOf(fd: number, size: number): AsyncIterable<Buffer> {
  const stream: ReadStream = createReadStream('', { fd, start: 0, end: size - 1, highWaterMark: CHUNK });
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
