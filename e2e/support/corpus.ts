import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { calendarMeaning } from './independent-calendar.ts';
import { cardMeanings } from './independent-cards.ts';

// Real messages and objects from other projects' test suites, many of them broken, where they are at hand.
const corpus = fileURLToPath(new URL('../../../shared/corpus', import.meta.url));
export const isCorpusThere = existsSync(corpus);

export const crlf = (raw: Buffer): Buffer => Buffer.from(raw.toString('latin1').replace(/\r?\n/g, '\r\n'), 'latin1');

/** By file name, sorted; with the line ends of any server. */
export const corpusMail = (): ReadonlyMap<string, Buffer> =>
  new Map(
    !isCorpusThere
      ? []
      : readdirSync(join(corpus, 'mail'))
          .sort()
          .map((name) => [name, crlf(readFileSync(join(corpus, 'mail', name)))]),
  );

/** Each file, and each object in it, with UIDs of its own. */
export function corpusObjects(folder: 'calendar' | 'contacts'): ReadonlyMap<string, Buffer> {
  const found = new Map<string, Buffer>();
  for (const [i, name] of readdirSync(join(corpus, folder)).entries()) {
    const text = readFileSync(join(corpus, folder, name), 'latin1').replace(/^UID:(.*?)(\r?)$/gm, `UID:$1-${i}$2`);
    const parts = folder === 'contacts' ? cardsOf(text) : eventsOf(text);
    for (const [n, part] of parts.entries())
      found.set(parts.length === 1 ? name : name.replace(/\.\w+$/, `.${n}$&`), Buffer.from(part, 'latin1'));
  }
  return found;
}

const cardsOf = (text: string): string[] =>
  text.match(/^BEGIN:VCARD[\s\S]*?^END:VCARD/gim)?.map((one) => `${one}\r\n`) ?? [];

function eventsOf(text: string): string[] {
  const events = text.match(/^BEGIN:VEVENT[\s\S]*?^END:VEVENT/gm) ?? [];
  const byUid = Map.groupBy(events, (one) => /^UID:(.*?)\r?$/m.exec(one)?.[1]);
  return [...byUid.values()].map((group) =>
    ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Test//EN', ...zonesOf(text), ...group, 'END:VCALENDAR', ''].join(
      '\r\n',
    ),
  );
}

const zonesOf = (text: string): readonly string[] => text.match(/^BEGIN:VTIMEZONE[\s\S]*?^END:VTIMEZONE/gm) ?? [];
const uidOf = (text: string): string | undefined => /^UID:(.*)$/m.exec(text.replace(/\r?\n[ \t]/g, ''))?.[1]?.trim();

/** All files below a folder, as text. */
export const objectFilesIn = (path: string): string =>
  readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile() && /\.(?:ics|vcf)$/.test(one.name))
    .map((one) => readFileSync(join(one.parentPath, one.name), 'utf8'))
    .join('\n');

export interface ComparedCalendar {
  readonly name: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** What objects of the corpus mean, and what those of the same UID mean that arrived; of those that did. */
export function compareCalendars(given: ReadonlyMap<string, Buffer>, text: string): ComparedCalendar[] {
  const arrived = new Map(eventsOf(text.replace(/\r?\n[ \t]/g, '')).map((one) => [uidOf(one), one]));
  return [...given].flatMap(([name, bytes]): ComparedCalendar[] => {
    const raw = bytes.toString('utf8');
    const copy = arrived.get(uidOf(raw));
    // What had no UID was given one.
    if (uidOf(raw) === undefined || copy === undefined) return [];
    // A file of many has zones of many, and some of this corpus call different ones by one name.
    const alone = [
      'BEGIN:VCALENDAR',
      ...zonesOf(raw),
      copy
        .replace(/^BEGIN:VTIMEZONE[\s\S]*?^END:VTIMEZONE\r?\n/gm, '')
        .replace(/^(?:BEGIN|END):VCALENDAR\r?\n/gm, '')
        .trim(),
      'END:VCALENDAR',
      '',
    ].join('\r\n');
    return [{ name, before: calendarMeaning(raw), after: calendarMeaning(alone) }];
  });
}

/** Names of those cards of the corpus of which nothing that arrived says the same. */
export function unmatchedCards(given: ReadonlyMap<string, Buffer>, text: string): string[] {
  const arrived = cardMeanings(Buffer.from(text));
  return [...given].flatMap(([name, raw]) => {
    const before = cardMeanings(raw)[0] ?? [];
    const isThere = arrived.some((after) => {
      // Cards that had no UID, or no name to show, got one.
      const added = ['["UID"', '["FN"', '["N"'].filter((head) => !before.some((line) => line.startsWith(head)));
      return (
        JSON.stringify(after.filter((line) => !added.some((head) => line.startsWith(head)))) === JSON.stringify(before)
      );
    });
    return isThere ? [] : [name];
  });
}
