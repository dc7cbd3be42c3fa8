import { readFile, rename } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Result } from '@sterna/connector-kit';
import { asSternaError, SternaError } from '@sterna/core';
import { syncDirectory } from '../maildir/folder.ts';
import { scanned } from './body.ts';
import type { FileObject } from './object-file.ts';
import { type CalendarPart, CalendarScan } from './scan/calendar.ts';
import type { Range } from './scan/scanned.ts';
import type { Syntax } from './syntax.ts';
import { placed } from './write-file.ts';

/** One object of a file: new, in the place of an old one, or taken out. */
export interface Edit {
  /** As the file is indexed now; undefined: added. */
  readonly object?: FileObject;
  /** Undefined: taken out. */
  readonly body: Buffer | undefined;
}

/**
 * Changes objects within a file of several and leaves every other byte as it is. Whole or not at all: written beside,
 * synced, renamed over.
 */
export async function splice(path: string, syntax: Syntax, edits: readonly Edit[]): Promise<void> {
  const before = await readFile(path);
  const after = syntax.extension === '.ics' ? splicedCalendar(before, edits) : splicedCards(before, edits);
  await placed(join(dirname(path), `.${basename(path)}.tmp`), after, (draft) => rename(draft, path));
  await syncDirectory(dirname(path));
}

/** @throws what isn't the object's own fault */
export function refusedBy(op: { readonly op: string }, thrown: unknown): Result {
  const error = asSternaError(thrown);
  if (error.class !== 'object') throw error;
  return { op: op.op, outcome: 'refused', error };
}

interface Change {
  readonly at: Range;
  readonly text: readonly Buffer[];
}

function splicedCards(before: Buffer, edits: readonly Edit[]): Buffer {
  const end = { start: before.length, end: before.length };
  return applied(
    before,
    edits.flatMap(({ object, body }) => cut(object, end, body === undefined ? [] : [body])),
  );
}

/**
 * New components go where the old ones were, or before the calendar's end; their time zones join those of the calendar.
 * Where it has another zone of the same name, the object stands in a calendar of its own behind it (RFC 5545 section
 * 3.4 allows several).
 */
function splicedCalendar(before: Buffer, edits: readonly Edit[]): Buffer {
  const scan = scanned(new CalendarScan(), before);
  scan.end();
  const calendar = scan.calendars.find((one) => one.end !== undefined);
  const behind = { start: before.length, end: before.length };
  const zones = new Map([...(calendar?.zones ?? [])].map(([name, range]) => [name, textOf(before, range)]));
  return applied(
    before,
    edits.flatMap(({ object, body }) => {
      if (body === undefined) return cut(object, behind, []);
      const own = scanned(new CalendarScan(), body);
      const parts = own.end().objects.flatMap((one) => one.own.map((range) => body.subarray(range.start, range.end)));
      const named = own.calendars.flatMap((one) =>
        [...one.zones].map(([name, range]) => [name, textOf(body, range)] as const),
      );
      const fits = calendar !== undefined && named.every(([name, text]) => (zones.get(name) ?? text) === text);
      if (!fits) return [...cut(object, behind, []), { at: behind, text: [body] }];
      const added = named.filter(([name]) => !zones.has(name));
      for (const [name, text] of added) zones.set(name, text);
      const place = insertionPoint(calendar);
      return [{ at: place, text: added.map(([, text]) => Buffer.from(text, 'latin1')) }, ...cut(object, place, parts)];
    }),
  );
}

const insertionPoint = ({ end = 0 }: CalendarPart): Range => ({ start: end, end });

const textOf = (bytes: Buffer, { start, end }: Range): string => bytes.toString('latin1', start, end);

/** The object's bytes go; `text` comes where the first of them was, or at `place`. */
function cut(object: FileObject | undefined, place: Range, text: readonly Buffer[]): Change[] {
  const [first, ...others] = object?.own ?? [];
  if (first === undefined) return [{ at: place, text }];
  return [{ at: first, text }, ...others.map((at) => ({ at, text: [] }))];
}

function applied(before: Buffer, changes: readonly Change[]): Buffer {
  const chunks: Buffer[] = [];
  const push = (chunk: Buffer): void => {
    const last = chunks.at(-1)?.at(-1);
    if (chunk.length > 0 && last !== undefined && last !== 10) chunks.push(Buffer.from('\r\n'));
    if (chunk.length > 0) chunks.push(chunk);
  };
  let from = 0;
  // Stable: what is inserted at one place keeps its order.
  for (const { at, text } of [...changes].sort((a, b) => a.at.start - b.at.start)) {
    if (at.start < from) throw new SternaError('bug', 'edits-overlap', 'Two changes of a file overlap');
    push(before.subarray(from, at.start));
    text.forEach(push);
    from = at.end;
  }
  push(before.subarray(from));
  return Buffer.concat(chunks);
}
