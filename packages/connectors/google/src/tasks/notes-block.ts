import { type Component, type Property, readCalendar, writeComponents } from '@sterna/content';
import { type Stamp, stampIn, stampText } from '../items/stamp.ts';

/**
 * A task has no field for anything of ours but its notes. So what it has no field for stands at their end, line by line
 * as iCalendar has it, where people can read it and programs can take it back; the last line says whose it is and what
 * was sent, without which a crash would double the task or lose it.
 */
const HEAD = '---- Kept by the migration ----';
const STAMP = 'Sterna ';

/** Characters of notes at most. Source: developers.google.com/workspace/tasks/reference/rest/v1/tasks. */
export const MOST_NOTES = 8_192;

export interface Block {
  readonly uid: string;
  readonly properties: readonly Property[];
  /** Reminders. */
  readonly components: readonly Component[];
  readonly stamp: Stamp | undefined;
}

/** @returns undefined where it doesn't fit */
export function notesWith(text: string, { uid, properties, components, stamp }: Block): string | undefined {
  const own: Property = { group: undefined, name: 'UID', parameters: [], value: uid };
  const lines = unfolded(writeComponents([{ name: 'VTODO', properties: [own, ...properties], components }])).slice(
    1,
    -1,
  );
  const block = [HEAD, ...lines, ...(stamp === undefined ? [] : [`${STAMP}${stampText(stamp)}`])].join('\n');
  const notes = text === '' ? block : `${text}\n\n${block}`;
  return notes.length > MOST_NOTES ? undefined : notes;
}

/** What of notes people wrote, and what we put behind it; undefined: nothing of ours, or not whole any more. */
export function blockIn(notes: string): { readonly text: string; readonly block: Block | undefined } {
  const at = notes.lastIndexOf(HEAD);
  if (at === -1) return { text: notes, block: undefined };
  const text = notes.slice(0, at).replace(/\n\n?$/, '');
  const lines = notes
    .slice(at + HEAD.length)
    .trim()
    .split('\n');
  const stamp = stampIn(
    lines
      .findLast((line) => line.startsWith(STAMP))
      ?.slice(STAMP.length)
      .trim(),
  );
  const kept = lines.filter((line) => !line.startsWith(STAMP));
  try {
    const [item] = readCalendar(Buffer.from(['BEGIN:VTODO', ...kept, 'END:VTODO', ''].join('\r\n'))).components;
    const uid = item?.properties.find(({ name }) => name === 'UID')?.value;
    if (item === undefined || uid === undefined) return { text, block: undefined };
    const properties = item.properties.filter(({ name }) => name !== 'UID');
    return { text, block: { uid, properties, components: item.components, stamp } };
  } catch {
    // Somebody has edited it: what it said is theirs now.
    return { text: notes, block: undefined };
  }
}

const unfolded = (text: Buffer): string[] =>
  text
    .toString('utf8')
    .replace(/\r\n[ \t]/g, '')
    .split('\r\n')
    .filter(Boolean);
