import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Google, startGoogle, VirtualClock } from '../../src/index.ts';
import { Contract } from '../contract/index.ts';
import { type Client, signIn } from '../sign-in.ts';

const EVENTS = '/calendar/v3/calendars/primary/events';
const contract = new Contract();
let server: Google;
let client: Client;

beforeAll(async () => {
  server = await startGoogle({
    empty: true,
    observe: contract.observe,
    clock: new VirtualClock(Date.UTC(2026, 8, 1, 12)),
  });
  client = await signIn(server, 'alice@nordwind.example');
});
afterAll(async () => {
  expect(server.failures).toEqual([]);
  expect(contract.faults).toEqual([]);
  await server.stop();
});

interface Told {
  readonly id: string;
  readonly status: string;
  readonly start: { readonly dateTime?: string; readonly date?: string };
}

async function series(recurrence: string[], more: object = {}): Promise<string> {
  const { json, status } = await client('POST', EVENTS, {
    summary: 'Series',
    start: { dateTime: '2026-10-19T09:30:00', timeZone: 'Europe/Berlin' },
    end: { dateTime: '2026-10-19T10:30:00', timeZone: 'Europe/Berlin' },
    recurrence,
    ...more,
  });
  expect(status).toBe(200);
  return json.id;
}

const instances = async (id: string, query = ''): Promise<Told[]> =>
  (await client('GET', `${EVENTS}/${id}/instances${query}`)).json.items;
const starts = async (id: string) => (await instances(id)).map(({ start }) => start.dateTime ?? start.date);

it('keeps its time of day through a change of the clocks', async () => {
  const id = await series(['RRULE:FREQ=WEEKLY;COUNT=2']);
  expect(await starts(id)).toEqual(['2026-10-19T09:30:00+02:00', '2026-10-26T09:30:00+01:00']);
  expect((await instances(id)).map((one) => one.id)).toEqual([`${id}_20261019T073000Z`, `${id}_20261026T083000Z`]);
});

it.each([
  [
    ['RRULE:FREQ=DAILY;COUNT=4', 'EXDATE;TZID=Europe/Berlin:20261020T093000,20261021T093000'],
    ['2026-10-19', '2026-10-22'],
  ],
  [['RRULE:FREQ=DAILY;UNTIL=20261020T073000Z'], ['2026-10-19', '2026-10-20']],
  [['RRULE:FREQ=DAILY;UNTIL=20261020T072959Z'], ['2026-10-19']],
  [['RRULE:FREQ=DAILY;UNTIL=20261021'], ['2026-10-19', '2026-10-20', '2026-10-21']],
  [
    ['RRULE:FREQ=WEEKLY;COUNT=2', 'RDATE;TZID=Europe/Berlin:20261022T093000'],
    ['2026-10-19', '2026-10-22', '2026-10-26'],
  ],
  [['RRULE:FREQ=MONTHLY;BYDAY=MO;BYSETPOS=-1;COUNT=2'], ['2026-10-19', '2026-10-26', '2026-11-30']],
  [['RRULE:FREQ=DAILY;COUNT=3', 'EXRULE:FREQ=DAILY;INTERVAL=2;COUNT=2'], ['2026-10-20']],
])('%j takes place on %j', async (recurrence, days) => {
  expect((await starts(await series(recurrence))).map((text) => text?.slice(0, 10))).toEqual(days);
});

it('of days has no zone', async () => {
  const id = await series(['RRULE:FREQ=YEARLY;COUNT=2'], {
    start: { date: '2024-02-29' },
    end: { date: '2024-03-01' },
  });
  expect(await starts(id)).toEqual(['2024-02-29', '2028-02-29']);
  expect((await instances(id))[0]?.id).toBe(`${id}_20240229`);
});

it('has exceptions that are listed beside it, and cancelled ones too', async () => {
  const id = await series(['RRULE:FREQ=DAILY;COUNT=4']);
  const [, second, third] = await instances(id);
  await client('PATCH', `${EVENTS}/${second?.id}`, {
    start: { dateTime: '2026-10-20T18:00:00', timeZone: 'Europe/Berlin' },
    end: { dateTime: '2026-10-20T19:00:00', timeZone: 'Europe/Berlin' },
  });
  expect((await client('DELETE', `${EVENTS}/${third?.id}`)).status).toBe(204);
  const uid = `${id}@google.com`;
  const { json } = await client('GET', `${EVENTS}?iCalUID=${encodeURIComponent(uid)}`);
  expect(json.items.map((event: Told) => [event.id, event.status])).toEqual([
    [id, 'confirmed'],
    [second?.id, 'confirmed'],
    [third?.id, 'cancelled'],
  ]);
  expect(json.items[1]).toMatchObject({
    recurringEventId: id,
    originalStartTime: { dateTime: '2026-10-20T09:30:00+02:00', timeZone: 'Europe/Berlin' },
  });
  expect(json.items[1].recurrence).toBeUndefined();
  expect((await instances(id)).map(({ start }) => start.dateTime?.slice(8, 16))).toEqual([
    '19T09:30',
    '20T18:00',
    '22T09:30',
  ]);
  expect(await instances(id, '?showDeleted=true')).toHaveLength(4);
  const original = encodeURIComponent('2026-10-20T09:30:00+02:00');
  expect((await instances(id, `?originalStart=${original}`)).map((one) => one.id)).toEqual([second?.id]);
  // Another rule leaves the exceptions that still have their place.
  await client('PATCH', `${EVENTS}/${id}`, { recurrence: ['RRULE:FREQ=DAILY;COUNT=2'] });
  expect((await client('GET', `${EVENTS}?iCalUID=${encodeURIComponent(uid)}`)).json.items).toHaveLength(2);
  expect((await client('GET', `${EVENTS}/${third?.id}`)).status).toBe(404);
});

it('is expanded within a window, in the order of time', async () => {
  const id = await series(['RRULE:FREQ=DAILY'], { summary: 'Endless' });
  const window = 'singleEvents=true&orderBy=startTime&timeMin=2030-01-01T00:00:00Z&timeMax=2030-01-04T00:00:00Z';
  const { json } = await client('GET', `${EVENTS}?${window}&maxResults=2&q=endless`);
  expect(json.items.map((event: Told) => event.start.dateTime)).toEqual([
    '2030-01-01T09:30:00+01:00',
    '2030-01-02T09:30:00+01:00',
  ]);
  const { json: more } = await client(
    'GET',
    `${EVENTS}?${window}&maxResults=2&q=endless&pageToken=${json.nextPageToken}`,
  );
  expect(more.items.map((event: Told) => event.id)).toEqual([`${id}_20300103T083000Z`]);
  expect(more.nextSyncToken).toBeUndefined();
  expect((await client('GET', `${EVENTS}?orderBy=startTime`)).status).toBe(400);
  // The series itself is in the window, too, when it isn't expanded.
  const { json: whole } = await client('GET', `${EVENTS}?timeMin=2030-01-01T00:00:00Z&timeMax=2030-01-04T00:00:00Z`);
  expect(whole.items.map((event: Told) => event.id)).toEqual([id]);
});

it('moves to another calendar as a whole, and leaves nothing but that it is gone', async () => {
  const { json: calendar } = await client('POST', '/calendar/v3/calendars', { summary: 'Other', timeZone: 'UTC' });
  const id = await series(['RRULE:FREQ=DAILY;COUNT=3']);
  const [, second] = await instances(id);
  await client('PATCH', `${EVENTS}/${second?.id}`, { summary: 'Changed' });
  const { json: moved } = await client('POST', `${EVENTS}/${id}/move?destination=${encodeURIComponent(calendar.id)}`);
  expect(moved).toMatchObject({ id, organizer: { email: calendar.id, self: true } });
  expect((await client('GET', `${EVENTS}/${id}`)).json.status).toBe('cancelled');
  const there = await client('GET', `/calendar/v3/calendars/${encodeURIComponent(calendar.id)}/events/${second?.id}`);
  expect(there.json.summary).toBe('Changed');
});
