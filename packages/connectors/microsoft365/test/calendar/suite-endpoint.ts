import type { Connector } from '@sterna/connector-kit';
import { type FoundMessage, type SuiteEndpoint, scoped } from '@sterna/connector-suite';
import { pivotOf } from '@sterna/content';
import { globalObjectId } from '../../src/calendar/uid.ts';
import { microsoft365Connector } from '../../src/index.ts';
import { simulated } from '../mail/suite-endpoint.ts';
import { DirectGraph, expectNoInvitations, type GraphEnd, type Json } from '../outlook/direct-graph.ts';
import { escaped, firstLine, keptText, linesOf, plainText, textIn, textOf } from '../outlook/plain-lines.ts';

const PROPERTY = (name: string) => `{9bb1f4a4-1f4e-4c39-9d6c-0f5d4f6f2f39} Name ${name}`;
const EXPAND = `singleValueExtendedProperties($filter=id eq 'Binary ${PROPERTY('SternaObject')}' or id eq 'String ${PROPERTY('SternaUid')}')`;
const hour = 3_600_000;

/** What the suite's plain events are in Outlook's terms, by hand. */
function jsonOf(raw: Buffer): Json {
  const lines = linesOf(raw);
  const start = lines.get('DTSTART')?.[0];
  const digits = start?.value ?? '';
  const wall = Date.parse(
    `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6, 8)}T${digits.length > 8 ? `${digits.slice(9, 11)}:${digits.slice(11, 13)}:00Z` : '00:00:00Z'}`,
  );
  const isAllDay = digits.length === 8;
  const timeZone = /TZID=([^;:]+)/.exec(start?.head ?? '')?.[1] ?? 'UTC';
  const time = (at: number) => ({ dateTime: new Date(at).toISOString().slice(0, 19), timeZone });
  return {
    subject: plainText(lines.get('SUMMARY')?.[0]?.value),
    body: { contentType: 'text', content: plainText(lines.get('DESCRIPTION')?.[0]?.value) },
    start: time(wall),
    end: time(wall + (isAllDay ? 24 : 1) * hour),
    isAllDay,
    isReminderOn: false,
  };
}

/** And back. */
function rawOf(event: Json, uid: string, attachments: readonly Json[]): Buffer {
  const zone = event.originalStartTimeZone as string;
  const iana = zone === 'W. Europe Standard Time' ? 'Europe/Berlin' : zone;
  const time = (name: string, given: Json) => {
    const digits = (given.dateTime as string).slice(0, 19).replace(/[-:]/g, '');
    if (event.isAllDay) return `${name};VALUE=DATE:${digits.slice(0, 8)}`;
    if (iana === 'UTC') return `${name}:${digits}Z`;
    const local = new Date(`${(given.dateTime as string).slice(0, 19)}Z`).toLocaleString('sv-SE', { timeZone: iana });
    return `${name};TZID=${iana}:${local.replace(/[-:]/g, '').replace(' ', 'T')}`;
  };
  const text = textIn(event.body.content);
  return textOf([
    'BEGIN:VCALENDAR',
    'BEGIN:VEVENT',
    `UID:${uid}`,
    time('DTSTART', event.start),
    time('DTEND', event.end),
    ...(event.subject === '' ? [] : [`SUMMARY:${escaped(event.subject)}`]),
    ...(text === '' ? [] : [`DESCRIPTION:${escaped(text)}`]),
    ...attachments.map((one) => `ATTACH;ENCODING=BASE64;VALUE=BINARY:${one.contentBytes}`),
    'END:VEVENT',
    'END:VCALENDAR',
  ]);
}

export function calendarEndpoint(
  server: GraphEnd,
  address: string,
  settings: Record<string, unknown> = {},
): SuiteEndpoint {
  const graph = new DirectGraph(server, address);
  const digest = (raw: Buffer) => pivotOf('event').digest(raw).toString('hex');
  const { scope = '' } = server;
  const calendars = async (): Promise<Json[]> =>
    (await graph.all('/calendars?$top=100'))
      .filter(({ name }) => name.startsWith(scope))
      .map((one) => ({ ...one, name: one.name.slice(scope.length) }));
  const calendarOf = async ([name = '']: readonly string[]): Promise<string> => {
    const found = (await calendars()).find((one) => one.name === name);
    return (found ?? (await graph.ok('POST', '/calendars', { name: `${scope}${name}` }))).id;
  };
  const dump = async (): Promise<(FoundMessage & { id: string; calendar: string })[]> => {
    const all: (FoundMessage & { id: string; calendar: string })[] = [];
    for (const calendar of await calendars())
      for (const event of await graph.all(
        `/calendars/${calendar.id}/events?$top=200&$expand=${encodeURIComponent(EXPAND)}`,
      )) {
        const property = (name: string): string | undefined =>
          event.singleValueExtendedProperties?.find((one: Json) => one.id.endsWith(name))?.value;
        const attachments = event.hasAttachments
          ? await graph.all(`/calendars/${calendar.id}/events/${encodeURIComponent(event.id)}/attachments`)
          : [];
        const shown = rawOf(event, property('SternaUid') ?? event.iCalUId, attachments);
        const kept = keptText(property('SternaObject'))?.replace(
          /sterna:[0-9a-f]{32}/g,
          () => attachments[0]?.contentBytes ?? 'MISSING',
        );
        // What was kept is what is there only as long as it says what is shown.
        const isTrue =
          kept !== undefined && plainText(firstLine(Buffer.from(kept), 'SUMMARY')).slice(0, 255) === event.subject;
        all.push({
          id: event.id,
          calendar: calendar.id,
          folder: [calendar.name],
          raw: isTrue ? Buffer.from(kept) : shown,
          flags: [],
          date: undefined,
        });
      }
    return all;
  };
  const find = async (folder: readonly string[], raw: Buffer) => {
    const found = (await dump()).find((one) => one.folder[0] === folder[0] && digest(one.raw) === digest(raw));
    if (found === undefined) throw new Error('no such event');
    return `/calendars/${found.calendar}/events/${encodeURIComponent(found.id)}`;
  };
  return {
    ...simulated(server, address, settings),
    connector: onlyFor('event', scope),
    async seed(objects) {
      for (const { folder, raw } of objects) {
        const id = globalObjectId(firstLine(raw, 'UID') ?? '');
        const calendar = await calendarOf(folder);
        const made = await graph.ok('POST', `/calendars/${calendar}/events`, {
          ...jsonOf(raw),
          singleValueExtendedProperties: [{ id: 'Binary {6ED8DA90-450B-101B-98DA-00AA003F1305} Id 0x3', value: id }],
        });
        for (const { value } of linesOf(raw).get('ATTACH') ?? [])
          await graph.ok('POST', `/calendars/${calendar}/events/${encodeURIComponent(made.id)}/attachments`, {
            '@odata.type': '#microsoft.graph.fileAttachment',
            name: 'attachment',
            contentType: 'application/octet-stream',
            contentBytes: value,
          });
      }
    },
    dump,
    folders: async () => (await calendars()).map((one) => [one.name]),
    remove: async ({ folder, raw }) => void (await graph.ok('DELETE', await find(folder, raw))),
    replace: async ({ folder, raw }, other) => void (await graph.ok('PATCH', await find(folder, raw), jsonOf(other))),
    dispose: async () => {
      expectNoInvitations(server);
      if (scope !== '') for (const { id } of await calendars()) await graph.ok('DELETE', `/calendars/${id}`);
    },
  };
}

export const onlyFor = (kind: 'event' | 'contact' | 'task' | 'setting', scope = ''): Connector => ({
  ...microsoft365Connector,
  open: (request) =>
    (scope === '' ? microsoft365Connector : scoped(microsoft365Connector, scope)).open({ ...request, kinds: [kind] }),
  // The empty tenant has no drives.
  check: async (system, address, signal) =>
    (await microsoft365Connector.check(system, address, signal)).filter(({ name }) => name !== 'OneDrive'),
});
