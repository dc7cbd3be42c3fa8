import { awkwardMessages } from './awkward.ts';
import { compose, ordinaryDraft } from './compose.ts';
import { MailboxFiles } from './mailbox-files.ts';
import { Random } from './random.ts';

export interface SampleOptions {
  /** Messages in all. Below the number of awkward ones (about 70) only the first so many are written. */
  readonly messages: number;
  readonly seed: number;
  /** How many folders at most, INBOX included; default all of them. */
  readonly folders?: number;
  /** Bytes of the largest message: default 6 MB; 0 leaves it out. */
  readonly size?: number;
}

export interface SampleChange {
  readonly what: 'added' | 'flagged' | 'moved' | 'removed';
  /** `A/B` of decoded names. */
  readonly folder: string;
  /** File name after the change (before it for `removed`), without `cur/` or `new/`. */
  readonly name: string;
  /** Destination of `moved`. */
  readonly to?: string;
}

export interface SampleManifest {
  readonly messages: number;
  readonly bytes: number;
  /** `A/B` of decoded names → messages. */
  readonly perFolder: Readonly<Record<string, number>>;
  /** What `growSampleMailbox` did; empty after `writeSampleMailbox`. */
  readonly changes: readonly SampleChange[];
}

/** In the order in which they are left out when `folders` is small. Names as users give them. */
export const SAMPLE_FOLDERS: readonly (readonly string[])[] = [
  ['INBOX'],
  ['Sent'],
  ['Drafts'],
  ['Trash'],
  ['Junk'],
  ['Archive'],
  ['Archive', '2023'],
  ['Archive', '1996'],
  ['A1 DELETE INBOX'],
  ['請求書'],
  ['Termine & Einladungen'],
  // No folder `Kunden` of its own: Dovecot shows it as \NonExistent.
  ['Kunden', 'Nord', 'Phase 2'],
  ['Kunden', 'Süd & Größe'],
  ['Newsletters', 'Été'],
  ['Клиенты'],
  ['Büro  zwei Leerzeichen'],
  ['quoted "name" (old)'],
  ['Feier 🎉'],
  ['Empty'],
];

/**
 * Fills `dir` with a Maildir++ mailbox: every awkward message that `awkwardMessages` knows and ordinary mail around
 * them. The same options give the same bytes, names and times.
 */
export function writeSampleMailbox(dir: string, options: SampleOptions): SampleManifest {
  const random = new Random(options.seed);
  const folders = SAMPLE_FOLDERS.slice(0, Math.max(1, options.folders ?? SAMPLE_FOLDERS.length));
  const known = new Set(folders.map((folder) => folder.join('/')));
  const files = new MailboxFiles(dir, 'sample');
  for (const folder of folders) files.addFolder(folder);
  files.subscribe(folders);

  const tag = `s${options.seed}`;
  const awkward = awkwardMessages(random, tag, options.size ?? 6_000_000).slice(0, options.messages);
  for (const message of awkward)
    files.add({ ...message, folder: known.has(message.folder.join('/')) ? message.folder : ['INBOX'] });

  const first = Date.UTC(2016, 0, 4);
  const places = folders.filter((folder) => folder[0] !== 'Empty' && folder[0] !== 'Drafts');
  for (let n = awkward.length; n < options.messages; n++) {
    const folder = random.chance(0.4) ? ['INBOX'] : random.pick(places);
    const date = new Date(first + Math.floor(random.next() * 8 * 365 * 86_400) * 1000);
    const raw = compose(ordinaryDraft(random, `m${n}.${tag}`, date, folder[0] === 'Sent'));
    files.add({ folder, raw: random.chance(0.1) ? withBareLf(raw) : raw, date, flags: ordinaryFlags(random) });
  }
  return { messages: files.messages, bytes: files.bytes, perFolder: Object.fromEntries(files.perFolder), changes: [] };
}

/** Programs that deliver to Maildir on Unix often store LF. */
const withBareLf = (raw: Buffer): Buffer => Buffer.from(raw.toString('latin1').replaceAll('\r\n', '\n'), 'latin1');

export function ordinaryFlags(random: Random): string {
  let flags = random.chance(0.8) ? 'S' : '';
  if (random.chance(0.15)) flags += 'R';
  if (random.chance(0.06)) flags += 'F';
  if (random.chance(0.04)) flags += 'P';
  for (const letter of 'abcde') if (random.chance(0.03)) flags += letter;
  return flags;
}
