import type { SystemConfig } from '@sterna/connector-kit';
import type { FoundMessage, SuiteEndpoint } from '@sterna/connector-suite';
import { pivotOf } from '@sterna/content';
import { DirectGoogle, type GoogleEnd, type Json, onlyFor } from '../items/direct-google.ts';
import { escaped, firstLine, keptText, linesOf, plainText, textOf } from '../items/plain-lines.ts';

const HOUR = 3_600_000;

/** What the suite's plain events are in Google's terms, by hand. */
function jsonOf(raw: Buffer): Json {
  const lines = linesOf(raw);
  const start = lines.get('DTSTART')?.[0];
  const digits = start?.value ?? '';
  const date = `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6, 8)}`;
  const summary = plainText(lines.get('SUMMARY')?.[0]?.value);
  const description = plainText(lines.get('DESCRIPTION')?.[0]?.value);
  const texts = { summary, description, reminders: { useDefault: false } };
  if (digits.length === 8) {
    const next = new Date(Date.parse(date) + 24 * HOUR).toISOString().slice(0, 10);
    return { ...texts, start: { date }, end: { date: next } };
  }
  const timeZone = /TZID=([^;:]+)/.exec(start?.head ?? '')?.[1] ?? 'UTC';
  const wall = Date.parse(`${date}T${digits.slice(9, 11)}:${digits.slice(11, 13)}:00Z`);
  const time = (at: number) => ({ dateTime: new Date(at).toISOString().slice(0, 19), timeZone });
  return { ...texts, start: time(wall), end: time(wall + HOUR) };
}

/** And back. */
function rawOf(event: Json): Buffer {
  const time = (name: string, { date, dateTime, timeZone }: Json) => {
    if (date !== undefined) return `${name};VALUE=DATE:${date.replaceAll('-', '')}`;
    const utc = new Date(dateTime).toISOString().slice(0, 19).replace(/[-:]/g, '');
    if (timeZone === undefined || /^(?:UTC|Etc\/UTC)$/.test(timeZone)) return `${name}:${utc}Z`;
    const local = new Date(dateTime).toLocaleString('sv-SE', { timeZone }).replace(/[-:]/g, '').replace(' ', 'T');
    return `${name};TZID=${timeZone}:${local}`;
  };
  return textOf([
    'BEGIN:VCALENDAR',
    'BEGIN:VEVENT',
    `UID:${event.iCalUID}`,
    time('DTSTART', event.start),
    time('DTEND', event.end),
    ...(event.summary ? [`SUMMARY:${escaped(event.summary)}`] : []),
    ...(event.description ? [`DESCRIPTION:${escaped(event.description)}`] : []),
    'END:VEVENT',
    'END:VCALENDAR',
  ]);
}

/** Calendars as their owner sees them, written down without the connector. */
export function calendarEndpoint(
  end: GoogleEnd,
  account: { readonly system: SystemConfig; readonly address: string },
): SuiteEndpoint {
  const google = new DirectGoogle(end);
  const { scope = '' } = end;
  const digest = (raw: Buffer) => pivotOf('event').digest(raw).toString('hex');
  const calendars = async (): Promise<Json[]> =>
    (await google.all('/calendar/v3/users/me/calendarList?maxResults=250', 'items'))
      // One that is called by a blank is called by the scope alone: names are trimmed.
      .filter(({ summary }) => summary.startsWith(scope.trimEnd()))
      .map((one) => ({ ...one, summary: one.summary.slice(scope.length) }));
  const eventsOf = (id: string) => `/calendar/v3/calendars/${encodeURIComponent(id)}/events`;
  const calendarOf = async ([name = '']: readonly string[]): Promise<string> => {
    const found = (await calendars()).find((one) => one.summary === name);
    const form = { summary: `${scope}${name}`, timeZone: 'UTC' };
    return (found ?? (await google.ok('POST', '/calendar/v3/calendars', form))).id;
  };
  const dump = async (): Promise<(FoundMessage & { id: string; calendar: string })[]> => {
    const all: (FoundMessage & { id: string; calendar: string })[] = [];
    for (const calendar of await calendars())
      for (const event of await google.all(`${eventsOf(calendar.id)}?maxResults=2500`, 'items')) {
        if (event.recurringEventId !== undefined) continue;
        const own = event.extendedProperties?.private ?? {};
        const pieces = Object.keys(own)
          .filter((key) => /^sternaObject\d+$/.test(key))
          .sort((a, b) => Number(a.slice(12)) - Number(b.slice(12)));
        const kept = pieces.length === 0 ? undefined : keptText(pieces.map((key) => own[key]).join(''));
        // What was kept is what is there only as long as it says what is shown.
        const isTrue =
          kept !== undefined && plainText(firstLine(Buffer.from(kept), 'SUMMARY')) === (event.summary ?? '');
        const raw = isTrue ? Buffer.from(kept) : rawOf(event);
        all.push({ id: event.id, calendar: calendar.id, folder: [calendar.summary], raw, flags: [], date: undefined });
      }
    return all;
  };
  const find = async (folder: readonly string[], raw: Buffer) => {
    const found = (await dump()).find((one) => one.folder[0] === folder[0] && digest(one.raw) === digest(raw));
    if (found === undefined) throw new Error('no such event');
    return `${eventsOf(found.calendar)}/${found.id}`;
  };
  return {
    ...account,
    connector: onlyFor('event', scope),
    async seed(objects) {
      for (const { folder, raw } of objects) {
        const body = { ...jsonOf(raw), iCalUID: firstLine(raw, 'UID') };
        await google.ok('POST', `${eventsOf(await calendarOf(folder))}/import`, body);
      }
    },
    dump,
    folders: async () => (await calendars()).map((one) => [one.summary]),
    remove: async ({ folder, raw }) => void (await google.ok('DELETE', `${await find(folder, raw)}?sendUpdates=none`)),
    replace: async ({ folder, raw }, other) =>
      void (await google.ok('PATCH', `${await find(folder, raw)}?sendUpdates=none`, jsonOf(other))),
    // Nobody was ever mailed, whatever the test did.
    dispose: async () => {
      const mailed = end.mailed?.() ?? 0;
      if (mailed > 0) throw new Error(`${mailed} mails were sent`);
      if (scope !== '')
        for (const { id } of await calendars()) await google.ok('DELETE', `/calendar/v3/calendars/${id}`);
    },
  };
}
