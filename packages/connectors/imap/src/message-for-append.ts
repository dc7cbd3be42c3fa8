import type { CreateOp, FidelityNote } from '@sterna/connector-kit';
import { SternaError } from '@sterna/core';
import { validFlag } from './protocol/atoms.ts';
import type { LiteralPart } from './protocol/connection.ts';
import { formatInternalDate } from './protocol/dates.ts';

/** What this target folder takes. */
export interface TargetRules {
  /** `all`, or the keywords (lower case) that can be stored. */
  readonly keywords: 'all' | ReadonlySet<string>;
  /** Put on every message that is created; undefined where keywords can't be created. */
  readonly pendingKeyword: string | undefined;
  readonly maxBytes: number | undefined;
}

export interface Prepared {
  readonly op: CreateOp;
  /** ` (flags) "date" `: built from validated values only. */
  readonly head: string;
  readonly literal: LiteralPart;
  readonly notes: FidelityNote[];
}

/** Everything about a message that has to be known before its first byte is sent; an error where it is refused here. */
export function prepare(op: CreateOp, rules: TargetRules): Prepared | SternaError {
  if (op.size === 0)
    return new SternaError('object', 'empty-message', 'The message has no content at all; IMAP can’t hold that.');
  const notes: FidelityNote[] = [];
  const { flags } = keepFlags(op.flags, rules.keywords, notes);
  if (rules.pendingKeyword !== undefined) flags.push(rules.pendingKeyword);
  const date = dateArgument(op.date, notes);
  const { body, size } = bodyAsKept(op, notes);
  if (rules.maxBytes !== undefined && size > rules.maxBytes)
    return new SternaError(
      'object',
      'too-large',
      `The message has ${size} bytes; the target takes at most ${rules.maxBytes}.`,
      { fix: 'Raise the target’s limit, or leave this message out.', details: { size, limit: rules.maxBytes } },
    );
  return { op, head: ` (${flags.join(' ')})${date} `, literal: { size, body }, notes };
}

/** Flags that may be sent and that the target keeps; what is left out is noted. */
export function keepFlags(
  flags: readonly string[],
  keywords: TargetRules['keywords'],
  notes: FidelityNote[],
): { flags: string[] } {
  const kept = new Set<string>();
  for (const flag of flags) {
    if (/^\\recent$/i.test(flag)) continue;
    const valid = validFlag(flag);
    if (valid === undefined)
      notes.push({ code: 'flag-dropped', text: `A flag was left out: IMAP can’t hold ${printable(flag)}.` });
    else if (!valid.startsWith('\\') && keywords !== 'all' && !keywords.has(valid.toLowerCase()))
      notes.push({ code: 'flag-dropped', text: `A keyword was left out: this folder takes no new ones (${valid}).` });
    else kept.add(valid);
  }
  return { flags: [...kept] };
}

function printable(flag: string): string {
  return `“${flag.slice(0, 60).replace(/[^\x20-\x7e]/g, '?')}”`;
}

function dateArgument(date: Date | undefined, notes: FidelityNote[]): string {
  if (date === undefined) return '';
  const formatted = formatInternalDate(date);
  if (formatted === undefined) {
    notes.push({ code: 'date-dropped', text: 'The received date is invalid; the target sets its own.' });
    return '';
  }
  if (formatted.clamped)
    notes.push({
      code: 'date-changed',
      text: 'The received date is outside of what IMAP servers keep (1970 to 2038).',
    });
  return ` "${formatted.text}"`;
}

const LF = 10;
const CR = 13;

/**
 * IMAP can't hold a NUL, and keeps lines ended by CRLF. We change both ourselves, since some servers refuse what
 * others change silently. A streamed body's size is promised before it is seen, so there bare LFs stay.
 */
function bodyAsKept(op: CreateOp, notes: FidelityNote[]): { body: Buffer | AsyncIterable<Buffer>; size: number } {
  if (!Buffer.isBuffer(op.body)) return { body: streamAsKept(op.body, notes), size: op.size };
  let body = op.body;
  if (body.includes(0)) {
    body = withoutNul(body);
    noteNul(notes);
  }
  const bare = countBareLf(body);
  if (bare > 0) {
    body = withCrlf(body, bare);
    noteLineEnds(notes);
  }
  return { body, size: body.length };
}

async function* streamAsKept(body: AsyncIterable<Buffer>, notes: FidelityNote[]): AsyncGenerator<Buffer> {
  let nul = false;
  let bare = false;
  let previous = 0;
  for await (const chunk of body) {
    if (!nul && chunk.includes(0)) {
      nul = true;
      noteNul(notes);
    }
    if (!bare && (countBareLf(chunk.subarray(chunk[0] === LF ? 1 : 0)) > 0 || (chunk[0] === LF && previous !== CR))) {
      bare = true;
      noteLineEnds(notes);
    }
    if (chunk.length > 0) previous = chunk[chunk.length - 1] as number;
    yield nul && chunk.includes(0) ? withoutNul(chunk) : chunk;
  }
}

function noteNul(notes: FidelityNote[]): void {
  notes.push({ code: 'nul-bytes', text: 'IMAP can’t hold NUL bytes: they became 0x80.' });
}

function noteLineEnds(notes: FidelityNote[]): void {
  notes.push({ code: 'line-ends', text: 'Line ends became CRLF, as IMAP keeps them.' });
}

function withoutNul(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  for (let at = copy.indexOf(0); at !== -1; at = copy.indexOf(0, at + 1)) copy[at] = 0x80;
  return copy;
}

function countBareLf(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(LF); at !== -1; at = bytes.indexOf(LF, at + 1))
    if (at === 0 || bytes[at - 1] !== CR) count++;
  return count;
}

function withCrlf(bytes: Buffer, bare: number): Buffer {
  const out = Buffer.allocUnsafe(bytes.length + bare);
  let from = 0;
  let to = 0;
  for (let at = bytes.indexOf(LF); at !== -1; at = bytes.indexOf(LF, at + 1)) {
    if (at > 0 && bytes[at - 1] === CR) continue;
    to += bytes.copy(out, to, from, at);
    out[to++] = CR;
    from = at;
  }
  bytes.copy(out, to, from);
  return out;
}
