import { constants } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { Flags, SpecialUse } from '@sterna/connector-kit';
import { errnoOf } from '../errors.ts';
import { canonical } from '../flags.ts';
import { writeDurably } from '../maildir/folder.ts';

/**
 * What an mbox can't say, in `NAME.mbox.sterna` beside it, one JSON object a line:
 *
 *     {"sterna":1,"path":["Büro"],"role":"sent"}         what the folder is really called
 *     {"begin":1024,"end":4096}                          a batch is about to be appended there …
 *     {"commit":4096,"messages":[{"id":…,"flags":[…],"date":…,"eol":false}]}   … and was, whole
 *     {"id":"…","flags":["\\Seen"]}                      flags changed
 *
 * A `begin` without its `commit` is a crash: what lies behind its offset is no message. Without this file the mbox
 * is still a good mboxrd file; flags and the received date's source are lost, and a message that doesn't end with a
 * line end gains one.
 */
export interface JournalMessage {
  readonly id: string;
  readonly flags: Flags;
  /** Milliseconds since 1970. */
  readonly date?: number;
  /** False: the last line end in the file isn't the message's. */
  readonly eol?: false;
}

export interface Journal {
  readonly exists: boolean;
  readonly path: readonly string[] | undefined;
  readonly role: SpecialUse | undefined;
  /** In the order of the file. */
  readonly messages: readonly JournalMessage[];
  /** A batch that was begun and neither finished nor undone. */
  readonly open: { readonly begin: number; readonly end: number } | undefined;
}

export const journalOf = (mbox: string): string => `${mbox}.sterna`;

export async function readJournal(mbox: string): Promise<Journal> {
  const text = await readFile(journalOf(mbox), 'utf8').catch((thrown: unknown) => {
    if (errnoOf(thrown) === 'ENOENT' || errnoOf(thrown) === 'EACCES') return undefined;
    throw thrown;
  });
  const messages = new Map<string, JournalMessage>();
  let path: readonly string[] | undefined;
  let role: SpecialUse | undefined;
  let pending: Journal['open'];
  for (const line of (text ?? '').split('\n')) {
    const record = parse(line);
    if (record === undefined) continue;
    if (record.sterna === 1) {
      if (Array.isArray(record.path) && record.path.length > 0 && record.path.every((name) => typeof name === 'string'))
        path = record.path as string[];
      if (typeof record.role === 'string') role = record.role as SpecialUse;
    } else if (typeof record.begin === 'number' && typeof record.end === 'number')
      pending = { begin: record.begin, end: record.end };
    else if ('undone' in record) pending = undefined;
    else if (typeof record.commit === 'number' && Array.isArray(record.messages)) {
      pending = undefined;
      for (const message of record.messages) {
        const checked = messageOf(message);
        if (checked !== undefined) messages.set(checked.id, checked);
      }
    } else if (typeof record.id === 'string') {
      const changed = messageOf(record);
      const known = messages.get(record.id);
      if (changed !== undefined)
        messages.set(record.id, known === undefined ? changed : { ...known, flags: changed.flags });
    }
  }
  return { exists: text !== undefined, path, role, messages: [...messages.values()], open: pending };
}

/** One write of whole lines, synced. A torn last line (a crash) is ended first, so that it spoils nothing. */
export async function appendJournal(mbox: string, records: readonly object[]): Promise<void> {
  const file = await open(
    journalOf(mbox),
    constants.O_RDWR | constants.O_CREAT | constants.O_APPEND | constants.O_NOFOLLOW,
    0o600,
  );
  try {
    const { size } = await file.stat();
    const last = Buffer.alloc(1);
    if (size > 0) await file.read(last, 0, 1, size - 1);
    const torn = size > 0 && last[0] !== 10;
    await file.writeFile(`${torn ? '\n' : ''}${records.map((record) => `${JSON.stringify(record)}\n`).join('')}`);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** The same content without its history. */
export async function rewriteJournal(mbox: string, journal: Journal, end: number): Promise<void> {
  const head = {
    sterna: 1,
    ...(journal.path === undefined ? {} : { path: journal.path }),
    ...(journal.role === undefined ? {} : { role: journal.role }),
  };
  const lines = [head, { commit: end, messages: journal.messages }].map((record) => JSON.stringify(record));
  await writeDurably(dirname(mbox), basename(journalOf(mbox)), `${lines.join('\n')}\n`);
}

function parse(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

function messageOf(value: unknown): JournalMessage | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { id, flags, date, eol } = value as Record<string, unknown>;
  if (typeof id !== 'string' || !Array.isArray(flags) || !flags.every((flag) => typeof flag === 'string'))
    return undefined;
  return {
    id,
    flags: canonical(flags as string[]),
    ...(typeof date === 'number' && Math.abs(date) <= 8.64e15 ? { date } : {}),
    ...(eol === false ? { eol } : {}),
  };
}
