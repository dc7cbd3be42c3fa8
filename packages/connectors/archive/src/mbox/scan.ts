import type { FileHandle } from 'node:fs/promises';
import type { Flags } from '@sterna/connector-kit';
import { INLINE_LIMIT } from '@sterna/connector-kit';
import { SternaError } from '@sterna/core';
import { parseFromLine } from './from-line.ts';
import { parseHeaders, stableHash } from './headers.ts';
import { countQuotes, type QuoteCount, type Quoting } from './quoting.ts';

/** One message as it lies in the file. Offsets are bytes from the file's beginning. */
export interface ScannedMessage {
  /** 24 hex digits: the same as long as the content is, whatever programs do to its status fields. */
  readonly hash: string;
  /** Of the separator line. */
  readonly at: number;
  /** Of the message itself, quoted as it is. */
  readonly start: number;
  readonly end: number;
  readonly single: number;
  readonly deep: number;
  readonly flags: Flags;
  readonly labels: readonly string[] | undefined;
  readonly date: Date | undefined;
  /** Deleted and not yet compacted, or a mail server's own notes: no message, unless we wrote it. */
  readonly hidden: boolean;
  /** Why it can't be read whole. */
  readonly problem?: SternaError;
}

export interface ScannedFile {
  readonly messages: readonly ScannedMessage[];
  readonly quoting: Quoting;
}

const CHUNK = 1024 * 1024;
const HEADER = 256 * 1024;
/** A separator line longer than this is text. */
const MAX_FROM_LINE = 1024;
const NEEDLE = Buffer.from('\nFrom ');

interface Boundary {
  readonly at: number;
  readonly start: number;
  readonly crlf: boolean;
  readonly date: Date | undefined;
}

/**
 * Finds every message of an mbox. Separators are lines `From … date` behind an empty line; Content-Length is not
 * believed, since whoever wrote the message may have written it too and could hide the mail behind it.
 * @param limit bytes of the file that count: less than its size where a write of ours was cut off by a crash
 * @param ours written by this connector: always mboxrd, and whole
 * @param from where to begin, at a separator
 */
export async function scanMbox(file: FileHandle, limit: number, ours: boolean, from = 0): Promise<ScannedFile> {
  const boundaries = await findBoundaries(file, from, limit);
  const messages: ScannedMessage[] = [];
  const evidence: QuoteCount = { single: 0, deep: 0, sameDepth: 0, oneDeeper: 0 };
  const first = boundaries[0];
  if (from === 0 && limit > 0 && (first === undefined || first.at > 0)) {
    const lead = await readRange(file, 0, Math.min(first?.at ?? limit, CHUNK));
    // Blank lines at the top are harmless; anything else is reported.
    if (lead.some((byte) => byte !== 10 && byte !== 13)) messages.push(garbage(first?.at ?? limit));
  }
  for (const [n, boundary] of boundaries.entries()) {
    const next = boundaries[n + 1];
    messages.push(await describe(file, boundary, next?.at, limit, evidence, ours));
  }
  return { messages, quoting: !ours && evidence.sameDepth > evidence.oneDeeper ? 'mboxo' : 'mboxrd' };
}

async function findBoundaries(file: FileHandle, from: number, limit: number): Promise<Boundary[]> {
  const found: Boundary[] = [];
  let window: Buffer = Buffer.from('\n\n');
  // Two line ends before the first byte, so that the first line is like any other.
  let base = from - 2;
  let offset = from;
  for (;;) {
    const chunk = offset < limit ? await readRange(file, offset, Math.min(offset + CHUNK, limit)) : Buffer.alloc(0);
    offset += chunk.length;
    const last = chunk.length === 0 || offset >= limit;
    window = Buffer.concat([window, chunk]);
    let keep = Math.max(0, window.length - 16);
    for (let hit = window.indexOf(NEEDLE); hit !== -1; hit = window.indexOf(NEEDLE, hit + 1)) {
      const at = base + hit + 1;
      if (at <= (found.at(-1)?.at ?? -1)) continue;
      const blank = window[hit - 1] === 10 || (window[hit - 1] === 13 && window[hit - 2] === 10);
      if (!blank) continue;
      const lf = window.indexOf(10, hit + 1);
      const following = lf === -1 ? -1 : window.indexOf(10, lf + 1);
      if (!last && (lf === -1 || following === -1) && window.length - hit < 2 * MAX_FROM_LINE) {
        keep = Math.min(keep, Math.max(0, hit - 3));
        break;
      }
      const end = lf === -1 ? window.length : lf;
      if (end - hit > MAX_FROM_LINE) continue;
      const crlf = window[end - 1] === 13;
      const line = window.toString('latin1', hit + 1, crlf ? end - 1 : end);
      const next = window.toString(
        'latin1',
        end + 1,
        Math.min(following === -1 ? window.length : following, end + MAX_FROM_LINE),
      );
      const parsed = parseFromLine(line, next);
      // Cut off inside a separator: the rest of the file is this line.
      const cut = last && lf === -1 && offset >= limit;
      if (parsed === undefined && !cut) continue;
      found.push({ at, start: cut ? limit : base + end + 1, crlf, date: parsed?.date });
    }
    if (last) {
      // Cut off within the very word that begins a separator.
      const word = /\n\r?\n(F|Fr|Fro|From)$/.exec(window.toString('latin1', Math.max(0, window.length - 8)))?.[1];
      if (word !== undefined && offset > word.length)
        found.push({ at: limit - word.length, start: limit, crlf: false, date: undefined });
      return found;
    }
    base += keep;
    window = window.subarray(keep);
  }
}

async function describe(
  file: FileHandle,
  boundary: Boundary,
  next: number | undefined,
  limit: number,
  evidence: QuoteCount,
  ours: boolean,
): Promise<ScannedMessage> {
  const { at, start } = boundary;
  const until = next ?? limit;
  const tail = await readRange(file, Math.max(start, until - 4), until);
  const end = until - separatorLength(tail, boundary.crlf, next !== undefined);
  const whole = end - start <= INLINE_LIMIT;
  const head = await readRange(file, start, whole ? end : start + HEADER);
  const headers = parseHeaders(head);
  const hash = stableHash(head);
  const count: QuoteCount = { single: 0, deep: 0, sameDepth: 0, oneDeeper: 0 };
  if (whole) countQuotes(head, count);
  else
    await eachLargePart(file, start, end, head.length, (part, fresh) => {
      hash.update(fresh);
      countQuotes(part, count);
    });
  for (const key of ['single', 'deep', 'sameDepth', 'oneDeeper'] as const) evidence[key] += count[key];
  const base = {
    hash: hash.digest('hex').slice(0, 24),
    at,
    start,
    end,
    single: count.single,
    deep: count.deep,
    flags: headers.flags,
    labels: headers.labels,
    date: boundary.date ?? headers.date,
    hidden: headers.expunged || (headers.internal && at === 0),
  };
  const reason = next === undefined && !ours ? await cutReason(file, boundary, headers, end, limit, tail) : undefined;
  return reason === undefined ? base : { ...base, problem: truncated(at, reason) };
}

/** Bytes of the empty line between two messages. The last message may lack it. */
function separatorLength(tail: Buffer, crlf: boolean, followed: boolean): number {
  const length = tail.length;
  if (tail[length - 1] !== 10) return 0;
  if (crlf && tail[length - 2] === 13) return followed || tail[length - 3] === 10 ? 2 : 0;
  return followed || tail[length - 2] === 10 ? 1 : 0;
}

/**
 * What says that the file was cut off in its last message. A whole mbox ends with an empty line (RFC 4155): without a
 * line end something is missing for certain; without the empty line the message itself must look complete.
 */
async function cutReason(
  file: FileHandle,
  boundary: Boundary,
  headers: ReturnType<typeof parseHeaders>,
  end: number,
  limit: number,
  tail: Buffer,
): Promise<string | undefined> {
  if (boundary.start >= limit && tail.length === 0) return 'in the separator line';
  if (tail.at(-1) !== 10) return headers.body === undefined ? 'in the header' : 'in the middle of a line';
  const bodyLength = headers.body === undefined ? 0 : end - boundary.start - headers.body;
  // One line end either way: programs count the empty line or don't.
  if (headers.contentLength !== undefined && headers.contentLength > bodyLength + 2)
    return 'before the declared Content-Length';
  if (end < limit) return undefined;
  if (headers.body === undefined) return 'in the header';
  const ending = (await readRange(file, Math.max(boundary.start, end - 4096), end)).toString('latin1');
  if (headers.boundary !== undefined && !ending.includes(`--${headers.boundary}--`))
    return 'before the last MIME part ends';
  if (headers.base64 && (ending.trimEnd().split('\n').at(-1)?.trim().length ?? 0) % 4 !== 0)
    return 'in the middle of base64';
  return undefined;
}

const truncated = (at: number, where: string): SternaError =>
  new SternaError('object', 'mbox-truncated', `The mbox ends ${where}, in the message that begins at byte ${at}`, {
    fix: 'Export the mailbox again. If the message is whole, add an empty line at the end of the file.',
    details: { offset: at },
  });

function garbage(length: number): ScannedMessage {
  const problem = new SternaError(
    'object',
    'mbox-garbage',
    `The first ${length} bytes of the mbox belong to no message`,
    {
      fix: 'An mbox begins with "From " and a date. Check whether the beginning of the file was lost.',
      details: { offset: 0, bytes: length },
    },
  );
  return {
    hash: 'garbage',
    at: 0,
    start: 0,
    end: length,
    single: 0,
    deep: 0,
    flags: [],
    labels: undefined,
    date: undefined,
    hidden: false,
    problem,
  };
}

/** Parts of a large message that end with a line end, so that no quoted line is cut; `fresh` is what no hash has seen. */
async function eachLargePart(
  file: FileHandle,
  start: number,
  end: number,
  hashed: number,
  use: (part: Buffer, fresh: Buffer) => void,
): Promise<void> {
  let held = Buffer.alloc(0);
  for (let at = start; at < end; ) {
    const chunk = await readRange(file, at, Math.min(at + CHUNK, end));
    if (chunk.length === 0) break;
    const fresh = chunk.subarray(Math.min(chunk.length, Math.max(0, start + hashed - at)));
    at += chunk.length;
    const bytes = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    const lf = at >= end ? bytes.length - 1 : bytes.lastIndexOf(10);
    use(bytes.subarray(0, lf + 1), fresh);
    held = Buffer.from(bytes.subarray(lf + 1));
  }
}

export async function readRange(file: FileHandle, from: number, to: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(Math.max(0, to - from));
  let at = 0;
  while (at < buffer.length) {
    const { bytesRead } = await file.read(buffer, at, buffer.length - at, from + at);
    if (bytesRead === 0) break;
    at += bytesRead;
  }
  return buffer.subarray(0, at);
}
