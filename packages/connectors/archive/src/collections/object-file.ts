import { createHash } from 'node:crypto';
import { type BigIntStats, constants } from 'node:fs';
import { type FileHandle, lstat, open } from 'node:fs/promises';
import { basename } from 'node:path';
import { INLINE_LIMIT } from '@sterna/connector-kit';
import { pivotOf } from '@sterna/content';
import { type ContentKind, SternaError } from '@sterna/core';
import { asArchiveError, errnoOf } from '../errors.ts';
import { LineScanner } from './scan/lines.ts';
import type { Range, Scanned, ScannedObject } from './scan/scanned.ts';
import type { Syntax } from './syntax.ts';

/** Never follow a link, never block on a FIFO. */
const READ = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
const CHUNK = 256 * 1024;

export interface FileObject extends Omit<ScannedObject, 'problem'> {
  /** 32 hex digits of its kind and UID, the same in every file; of two with the same one the later has `~2`. */
  readonly key: string;
  /** Equal only if nothing of it changed that means something. */
  readonly version: string;
  readonly size: number;
  /** The file is this object, byte by byte, and nothing else. */
  readonly isWhole: boolean;
  /** Why it can't be understood. */
  readonly error: SternaError | undefined;
}

export interface FileIndex extends Omit<Scanned, 'objects'> {
  readonly path: string;
  /** A calendar or address book by itself, not a part of its folder's. */
  readonly isCollection: boolean;
  /** Equal only while nobody wrote the file. */
  readonly stamp: string;
  readonly objects: readonly FileObject[];
}

/** What a file is: a collection; one where it has a name for it; or always a part of its folder's. */
export type FileRole = 'collection' | 'by-name' | 'part';

/**
 * What a file holds, by one look through it; of its content nothing stays in memory. A file that can't be read is one
 * object that can't be read.
 *
 * @returns undefined if there is no such file
 * @throws SternaError transient | throttled where the file system fails
 */
export async function indexFile(path: string, syntax: Syntax, role: FileRole): Promise<FileIndex | undefined> {
  try {
    return await opened(path, async (file) => {
      const stats = await file.stat({ bigint: true });
      const stamp = stampOf(stats);
      const size = Number(stats.size);
      const scan = syntax.scan();
      const lines = new LineScanner((line) => scan.line(line));
      const whole = size <= INLINE_LIMIT ? await readRange(file, { start: 0, end: size }) : undefined;
      if (whole !== undefined) lines.push(whole);
      else
        for (let at = 0; at < size; at += CHUNK)
          lines.push(await readRange(file, { start: at, end: Math.min(size, at + CHUNK) }));
      lines.end();
      const { objects, ...look } = scan.end();
      const isCollection = role === 'collection' || (role === 'by-name' && look.name !== undefined);
      const isWhole = !isCollection && objects.length === 1 && objects[0]?.problem === undefined;
      const found: FileObject[] = [];
      const taken = new Map<string, number>();
      for (const { problem, ...scanned } of objects) {
        const object = isWhole ? { ...scanned, parts: [{ start: 0, end: size }] } : scanned;
        const body = await assemble(object.parts, (range) => slice(file, whole, range));
        const key = keyOf(object.kind, object.uid, body);
        const nth = (taken.get(key) ?? 0) + 1;
        taken.set(key, nth);
        found.push({
          ...object,
          key: nth === 1 ? key : `${key}~${nth}`,
          version: versionOf(object.kind, body),
          size: body.length,
          isWhole,
          error: problem === undefined ? undefined : invalidIn(path, object.kind, problem.line, problem.what),
        });
      }
      if (!isCollection && found.length === 0)
        found.push(unreadable(syntax, invalidIn(path, syntax.kinds[0], 1, `the file holds no ${syntax.holds}`)));
      return { path, stamp, isCollection, objects: found, ...look };
    });
  } catch (thrown) {
    const error = asArchiveError(thrown, `the file ${basename(path)}`);
    if (error.class === 'transient' || error.class === 'throttled' || error.class === 'bug') throw error;
    return { path, stamp: error.code, isCollection: false, objects: [unreadable(syntax, error)], isForeign: false };
  }
}

/** The stamp that an index of the file as it is now would have; undefined if there is no such file. */
export const currentStamp = (path: string): Promise<string | undefined> =>
  lstat(path, { bigint: true }).then(stampOf, () => undefined);

/**
 * The bytes of one object of an indexed file, and a look whether its kind can make sense of them.
 *
 * @returns undefined where the file changed since it was indexed
 * @throws SternaError object, naming the file and the line
 */
export async function loadObject(index: FileIndex, object: FileObject): Promise<Buffer | undefined> {
  if (object.error !== undefined) throw object.error;
  const body = await opened(index.path, async (file) =>
    stampOf(await file.stat({ bigint: true })) === index.stamp
      ? assemble(object.parts, (range) => readRange(file, range))
      : undefined,
  );
  if (body === undefined) return undefined;
  try {
    pivotOf(object.kind).digest(body);
  } catch (thrown) {
    // Lines are counted from the file's beginning, not from the object's.
    const what = thrown instanceof SternaError ? thrown.message.replace(/^[^:]*: |\bline \d+: |\.$/g, '') : 'unclear';
    throw invalidIn(index.path, object.kind, object.line, what, thrown);
  }
  return body;
}

/**
 * 32 hex digits: the digest of what it means, so that a program which only writes the file in its own way (another
 * PRODID, other folds) changes nothing; of its bytes where they can't be understood.
 */
export function versionOf(kind: ContentKind, body: Buffer): string {
  try {
    return pivotOf(kind).digest(body).toString('hex');
  } catch {
    return createHash('sha256').update(body).digest('hex').slice(0, 32);
  }
}

/** Kinds whose objects are known by what they say, where they have no UID. */
const HAS_KEY: ReadonlySet<ContentKind> = new Set(['contact', 'setting', 'member', 'page', 'post']);

/** By UID; without one by what makes it one and the same to its pivot, so that it is the same in every pass. */
export function keyOf(kind: ContentKind, uid: string | undefined, body: Buffer): string {
  const of = (seed: string | Buffer): string =>
    createHash('sha256').update(`${kind}\0`).update(seed).digest('hex').slice(0, 32);
  if (uid !== undefined) return of(`uid\0${uid.replace(/^urn:uuid:/i, '')}`);
  try {
    return of(HAS_KEY.has(kind) ? pivotOf(kind).matchKey(body) : pivotOf(kind).digest(body));
  } catch {
    return of(body);
  }
}

export function invalidIn(
  path: string,
  kind: ContentKind | undefined,
  line: number,
  what: string,
  cause?: unknown,
): SternaError {
  const word = kind === 'listItem' ? 'list-item' : (kind ?? 'event');
  return new SternaError('object', `invalid-${word}`, `${basename(path)}, line ${line}: ${what}.`, {
    fix: `Correct the ${word} in the file, or take it out; then start a delta pass.`,
    ...(cause === undefined ? {} : { cause }),
  });
}

function unreadable({ kinds: [kind = 'event'] }: Syntax, error: SternaError): FileObject {
  return {
    kind,
    uid: undefined,
    line: 1,
    parts: [],
    own: [],
    key: '',
    version: error.code,
    size: 0,
    isWhole: false,
    error: new SternaError('object', error.code, error.message.replace(/\.?$/, '.'), {
      ...(error.fix === undefined ? {} : { fix: error.fix }),
      cause: error,
    }),
  };
}

async function opened<T>(path: string, use: (file: FileHandle) => Promise<T>): Promise<T | undefined> {
  let file: FileHandle;
  try {
    file = await open(path, READ);
  } catch (thrown) {
    if (errnoOf(thrown) === 'ENOENT') return undefined;
    throw thrown;
  }
  try {
    if (!(await file.stat()).isFile())
      throw new SternaError(
        'object',
        'not-a-file',
        `Where the file ${basename(path)} is expected there is something else`,
      );
    return await use(file);
  } finally {
    await file.close();
  }
}

const stampOf = ({ size, mtimeNs, ino }: BigIntStats): string => `${size}.${mtimeNs}.${ino}`;

export async function assemble(
  parts: readonly (Range | string)[],
  read: (range: Range) => Promise<Buffer> | Buffer,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for (const part of parts) {
    const last = chunks.at(-1)?.at(-1);
    // The last line of a file may lack its end.
    if (last !== undefined && last !== 10 && last !== 13) chunks.push(Buffer.from('\r\n'));
    chunks.push(typeof part === 'string' ? Buffer.from(part) : await read(part));
  }
  return Buffer.concat(chunks);
}

const slice = (file: FileHandle, whole: Buffer | undefined, range: Range): Promise<Buffer> | Buffer =>
  whole === undefined ? readRange(file, range) : whole.subarray(range.start, range.end);

async function readRange(file: FileHandle, { start, end }: Range): Promise<Buffer> {
  const bytes = Buffer.alloc(end - start);
  for (let at = 0; at < bytes.length; ) {
    const { bytesRead } = await file.read(bytes, at, bytes.length - at, start + at);
    if (bytesRead === 0) return bytes.subarray(0, at);
    at += bytesRead;
  }
  return bytes;
}
