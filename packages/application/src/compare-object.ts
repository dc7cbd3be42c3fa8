import type { Content, Reader } from '@sterna/connector-kit';
import { pivotOf } from '@sterna/content';
import { asSternaError, type ContentKind, formatFolderPath, SternaError } from '@sterna/core';
import { type EntryRow, inOrganization, objectOfNote, type SystemRow } from '@sterna/store';
import { found, requireSomewhere } from './access.ts';
import type { Actor, Context } from './context.ts';
import { systemsOfEntry } from './endpoints.ts';
import { openSession } from './live-look.ts';
import { listedEntry } from './reach.ts';

/** One side's version of an object as it is now. */
export interface ObjectVersion {
  /** `none`: by the books it never was there. */
  readonly state: 'present' | 'absent' | 'unreadable' | 'none';
  /** Why it can't be shown. */
  readonly words: string | undefined;
  readonly folder: string | undefined;
  readonly flags: readonly string[];
  readonly date: Date | undefined;
  /** Of the whole object, in bytes. */
  readonly size: number | undefined;
  /**
   * Hex digits, equal for faithful copies (of a message: whatever stores do to line ends). Undefined where the object is
   * too large or too slow to be read whole for this, or can't be understood.
   */
  readonly digest: string | undefined;
  /** Of a message; in order, unfolded; up to `MAX_HEADER` bytes of them. */
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  /** The first bytes (of a message: after the headers), as text; what is no text shows as �. */
  readonly body: string;
  /** There is more than is shown. */
  readonly truncated: boolean;
}

export interface Comparison {
  readonly code: string;
  readonly subject: string | undefined;
  readonly source: ObjectVersion;
  readonly target: ObjectVersion;
  /** Of the content when it was migrated, by the books: tells which side has changed since. */
  readonly migratedDigest: string | undefined;
  /** Header names that only one side has, or with other values. Undefined where a side can't be shown. */
  readonly differentHeaders: readonly string[] | undefined;
  /** Of the bytes that were fetched from both sides; undefined where one has none, -1 where they are equal. */
  readonly firstDifference: number | undefined;
}

/** Headers alone may be this long; what follows is cut. */
export const MAX_HEADER = 64 * 1024;
/** The most of a body that is shown. */
export const MAX_BODY = 64 * 1024;
const DEFAULT_BODY = 4 * 1024;
/** Larger objects are not read whole for their digest. */
const MAX_HASHED = 32 * 1024 * 1024;
/** Systems are waited for no longer than this, in milliseconds. */
const PATIENCE = 30_000;

/**
 * Source and target version of the object that a note (a failure, a finding of verify) speaks of, side by side,
 * fetched live with the connectors' readers. It shows people's mail, so it needs the right to operate and is written
 * to the audit trail before anything is fetched; nothing of it is kept or logged.
 *
 * @param input.bytes of the body: 0 to 65,536, default 4,096
 * @throws SternaError config `not-found` | `object-unnamed` where the note speaks of no single object
 */
export async function compareObject(
  context: Context,
  actor: Actor,
  input: { entryId: number; noteId: number; bytes?: number | undefined; signal?: AbortSignal | undefined },
): Promise<Comparison> {
  requireSomewhere(actor, 'operate');
  const entry = await listedEntry(context.db, actor, 'operate', input.entryId);
  const object = found(await objectOfNote(context.db, entry.id, input.noteId), 'note', input.noteId);
  if (object.src_id === null || object.source_key === null)
    throw new SternaError('config', 'object-unnamed', 'This note speaks of no single object.', {
      fix: 'Look into the folder that it names.',
    });
  const bytes = Math.min(Math.max(0, Math.trunc(input.bytes ?? DEFAULT_BODY)), MAX_BODY);
  await inOrganization(context.db, actor.organizationId, actor.name, async (tx) => {
    tx.audit('entry.view-content', `entry/${entry.id}`, {
      note: input.noteId,
      folder: formatFolderPath(object.source_path ?? []),
    });
  });
  const systems = await systemsOfEntry(context.db, actor, entry);
  const patience = AbortSignal.timeout(PATIENCE);
  const signal = input.signal === undefined ? patience : AbortSignal.any([patience, input.signal]);
  const kind = object.content_kind;
  const [source, target] = await Promise.all([
    fetchVersion(context, entry, 'source', systems.source, {
      kind,
      key: object.source_key,
      path: object.source_path,
      id: object.src_id,
      bytes,
      signal,
    }),
    object.target_key === null || object.target_id === null
      ? nothing({ state: 'none', words: 'It was never written to the target.' })
      : fetchVersion(context, entry, 'target', systems.target, {
          kind,
          key: object.target_key,
          path: object.target_path,
          id: object.target_id,
          bytes,
          signal,
        }),
  ]);
  const both = source.bytes !== undefined && target.bytes !== undefined;
  return {
    code: object.code,
    subject: object.subject ?? undefined,
    source: source.version,
    target: target.version,
    migratedDigest: object.digest?.toString('hex'),
    differentHeaders: both ? differentHeaders(source.version, target.version) : undefined,
    firstDifference: both ? firstDifference(source.bytes, target.bytes) : undefined,
  };
}

interface Fetched {
  readonly version: ObjectVersion;
  readonly bytes: Buffer | undefined;
}

function nothing(told: { state: ObjectVersion['state']; words: string; folder?: string | undefined }): Fetched {
  const { state, words, folder } = told;
  return {
    version: {
      state,
      words,
      folder,
      flags: [],
      date: undefined,
      size: undefined,
      digest: undefined,
      headers: [],
      body: '',
      truncated: false,
    },
    bytes: undefined,
  };
}

/** Never throws: what can't be read is said. */
async function fetchVersion(
  context: Context,
  entry: EntryRow,
  side: 'source' | 'target',
  system: SystemRow,
  place: {
    kind: ContentKind;
    key: string;
    path: string[] | null;
    id: string;
    bytes: number;
    signal: AbortSignal;
  },
): Promise<Fetched> {
  const folder = place.path === null ? undefined : formatFolderPath(place.path);
  let session: Awaited<ReturnType<typeof openSession>> | undefined;
  try {
    session = await openSession(context, entry, side, system, place.signal);
    return await readOne(session.reader, { ...place, folder });
  } catch (thrown) {
    const error = asSternaError(thrown);
    // Words of a bug may quote what it choked on.
    const words = error.class === 'bug' ? 'The object could not be read.' : error.message;
    return nothing({ state: 'unreadable', words, folder });
  } finally {
    // Not closed in good order: the rest of a large body may still be on its way.
    session?.destroy();
  }
}

async function readOne(
  reader: Reader,
  place: { kind: ContentKind; key: string; id: string; bytes: number; folder: string | undefined },
): Promise<Fetched> {
  for await (const item of reader.read(place.key, [place.id])) {
    if ('vanished' in item) break;
    if ('error' in item) return nothing({ state: 'unreadable', words: item.error.message, folder: place.folder });
    const most = MAX_HEADER + place.bytes;
    const { bytes, digest } = await firstBytes(place.kind, item, most);
    const end = place.kind === 'message' ? headerEnd(bytes) : 0;
    const head = bytes.subarray(0, Math.min(end, MAX_HEADER));
    const body = bytes.subarray(end, end + place.bytes);
    const shown = bytes.subarray(0, end + body.length);
    return {
      version: {
        state: 'present',
        words: undefined,
        folder: place.folder,
        flags: item.flags,
        date: item.date,
        size: item.size,
        digest,
        headers: parseHeaders(head),
        body: asText(body),
        truncated: item.size > shown.length,
      },
      bytes: shown,
    };
  }
  return nothing({ state: 'absent', words: 'It is no longer there.', folder: place.folder });
}

/** The first bytes, and the digest of all of them where it can be had. */
async function firstBytes(
  kind: ContentKind,
  content: Content,
  most: number,
): Promise<{ bytes: Buffer; digest: string | undefined }> {
  const { body, size } = content;
  if (Buffer.isBuffer(body)) return { bytes: body.subarray(0, most), digest: digestOf(kind, body) };
  const hash = pivotOf(kind).hasher?.();
  const isHashed = hash !== undefined && size <= MAX_HASHED;
  const chunks: Buffer[] = [];
  let length = 0;
  let isWhole = false;
  try {
    for await (const chunk of body) {
      if (length < most) chunks.push(chunk);
      length += chunk.length;
      if (isHashed) hash?.update(chunk);
      else if (length >= most) break;
    }
    isWhole = isHashed && length === size;
  } catch (error) {
    // Too slow to the end: what is to be shown is there already.
    if (length < most) throw error;
  }
  return {
    bytes: Buffer.concat(chunks).subarray(0, most),
    digest: isWhole ? hash?.digest().toString('hex') : undefined,
  };
}

function digestOf(kind: ContentKind, body: Buffer): string | undefined {
  try {
    return pivotOf(kind).digest(body).toString('hex');
  } catch {
    return undefined;
  }
}

/** Where the body begins. */
function headerEnd(bytes: Buffer): number {
  const crlf = bytes.indexOf('\r\n\r\n');
  const lf = bytes.indexOf('\n\n');
  if (crlf >= 0 && (lf < 0 || crlf < lf)) return crlf + 4;
  return lf >= 0 ? lf + 2 : bytes.length;
}

function parseHeaders(head: Buffer): { name: string; value: string }[] {
  const lines = asText(head)
    .replace(/\r?\n[ \t]+/g, ' ')
    .split(/\r?\n/);
  return lines
    .filter((line) => line !== '')
    .map((line) => {
      const colon = line.indexOf(':');
      return colon <= 0
        ? { name: '', value: line }
        : { name: line.slice(0, colon).trim(), value: line.slice(colon + 1).trim() };
    });
}

/** Control characters must not reach a terminal; line ends and tabs stay. */
const asText = (bytes: Buffer): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is replaced
  bytes.toString('utf8').replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g, '�');

function differentHeaders(a: ObjectVersion, b: ObjectVersion): string[] {
  const values = (version: ObjectVersion): Map<string, string> => {
    const all = new Map<string, string>();
    for (const { name, value } of version.headers) {
      const key = name.toLowerCase();
      all.set(key, all.has(key) ? `${all.get(key)}\n${value}` : value);
    }
    return all;
  };
  const left = values(a);
  const right = values(b);
  return [...new Set([...left.keys(), ...right.keys()])].filter((name) => left.get(name) !== right.get(name)).sort();
}

function firstDifference(a: Buffer | undefined, b: Buffer | undefined): number | undefined {
  if (a === undefined || b === undefined) return undefined;
  const most = Math.min(a.length, b.length);
  for (let at = 0; at < most; at += 1) if (a[at] !== b[at]) return at;
  return a.length === b.length ? -1 : most;
}
