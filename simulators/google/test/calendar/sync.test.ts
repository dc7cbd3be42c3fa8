import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Google, startGoogle, VirtualClock } from '../../src/index.ts';
import { Contract } from '../contract/index.ts';
import { type Client, signIn } from '../sign-in.ts';

const V3 = '/calendar/v3';
const EVENTS = `${V3}/calendars/primary/events`;
const contract = new Contract();
let server: Google;
let client: Client;
let bjorn: Client;

beforeAll(async () => {
  server = await startGoogle({
    empty: true,
    observe: contract.observe,
    clock: new VirtualClock(Date.UTC(2026, 8, 1, 12)),
  });
  client = await signIn(server, 'alice@nordwind.example');
  bjorn = await signIn(server, 'bjorn@nordwind.example');
});
afterAll(async () => {
  expect(server.failures).toEqual([]);
  expect(contract.faults).toEqual([]);
  await server.stop();
});

const add = async (summary: string): Promise<string> =>
  (
    await client('POST', EVENTS, {
      summary,
      start: { dateTime: '2026-09-07T09:30:00Z' },
      end: { dateTime: '2026-09-07T10:30:00Z' },
    })
  ).json.id;

interface Told {
  readonly id: string;
  readonly status: string;
}

/** All pages; what they held, and the sync token. */
async function all(query: string, from?: string): Promise<{ items: Told[]; token: string }> {
  const items: Told[] = [];
  let page = from === undefined ? '' : `&pageToken=${from}`;
  for (;;) {
    const { json, status } = await client('GET', `${EVENTS}?${query}${page}`);
    expect(status).toBe(200);
    items.push(...json.items);
    if (json.nextPageToken === undefined) return { items, token: json.nextSyncToken };
    page = `&pageToken=${json.nextPageToken}`;
  }
}

it('tells what changed since, what went away included, and nothing twice', async () => {
  const ids = [await add('1'), await add('2'), await add('3')];
  const first = await all('maxResults=1');
  expect(first.items.map(({ id }) => id)).toEqual(ids);
  expect((await all(`syncToken=${first.token}`)).items).toEqual([]);
  await client('PATCH', `${EVENTS}/${ids[0]}`, { summary: '1, changed' });
  await client('DELETE', `${EVENTS}/${ids[1]}`);
  const fourth = await add('4');
  const next = await all(`maxResults=2&syncToken=${first.token}`);
  expect(next.items.map(({ id, status }) => [id, status])).toEqual([
    [ids[0], 'confirmed'],
    [ids[1], 'cancelled'],
    [fourth, 'confirmed'],
  ]);
  expect((await all(`syncToken=${next.token}`)).items).toEqual([]);
});

it('loses nothing that changes while it is being listed', async () => {
  const before = await all('maxResults=250');
  const { json: page } = await client('GET', `${EVENTS}?maxResults=1`);
  const changed = before.items[0]?.id as string;
  await client('PATCH', `${EVENTS}/${changed}`, { summary: 'while listed' });
  const rest = await all('maxResults=1', page.nextPageToken);
  const ids = new Set([...page.items, ...rest.items].map(({ id }: Told) => id));
  expect(before.items.every(({ id }) => ids.has(id))).toBe(true);
  expect((await all(`syncToken=${rest.token}`)).items.map(({ id }) => id)).toEqual([changed]);
});

it.each([
  'iCalUID=x',
  'orderBy=updated',
  'q=x',
  'timeMin=2026-01-01T00:00:00Z',
  'updatedMin=2026-08-30T00:00:00Z',
  'showDeleted=false',
])('isn’t possible together with %s', async (parameter) => {
  const { token } = await all('');
  const { status, json } = await client('GET', `${EVENTS}?syncToken=${token}&${parameter}`);
  expect([status, json.error.errors[0].reason]).toEqual([400, 'invalid']);
});

it('has to begin anew with a token that is too old, or of another listing', async () => {
  const { token } = await all('');
  expect((await client('GET', `${EVENTS}?syncToken=${token}&singleEvents=true`)).status).toBe(410);
  server.faults.syncTokensInvalidBefore = server.clock.now() + 1;
  const { status, json } = await client('GET', `${EVENTS}?syncToken=${token}`);
  expect([status, json.error.errors[0].reason]).toEqual([410, 'fullSyncRequired']);
  server.faults.syncTokensInvalidBefore = Number.NEGATIVE_INFINITY;
  const old = await client('GET', `${EVENTS}?updatedMin=2026-01-01T00:00:00Z`);
  expect([old.status, old.json.error.errors[0].reason]).toEqual([410, 'updatedMinTooLongAgo']);
  expect((await client('GET', `${EVENTS}?syncToken=nonsense`)).status).toBe(400);
});

it('goes for calendars and their sharing, too; sharing mails unless it is told not to', async () => {
  const lists = `${V3}/users/me/calendarList`;
  const { json: before } = await client('GET', lists);
  const { json: made } = await client('POST', `${V3}/calendars`, { summary: 'Team', timeZone: 'Asia/Tokyo' });
  const calendar = `${V3}/calendars/${encodeURIComponent(made.id)}`;
  const { json: next } = await client('GET', `${lists}?syncToken=${before.nextSyncToken}`);
  expect(next.items).toMatchObject([
    { id: made.id, accessRole: 'owner', dataOwner: 'alice@nordwind.example', timeZone: 'Asia/Tokyo' },
  ]);
  const rule = { role: 'reader', scope: { type: 'user', value: 'bjorn@nordwind.example' } };
  expect((await bjorn('GET', `${calendar}/events`)).status).toBe(404);
  await client('POST', `${calendar}/acl?sendNotifications=false`, rule);
  expect(server.calendarMails).toEqual([]);
  expect((await bjorn('GET', `${calendar}/events`)).json.accessRole).toBe('reader');
  expect((await bjorn('POST', `${calendar}/events`, {})).status).toBe(403);
  const { json: entry } = await bjorn('POST', lists, { id: made.id, colorId: '3', summaryOverride: 'Theirs' });
  expect(entry).toMatchObject({ accessRole: 'reader', colorId: '3', summaryOverride: 'Theirs', summary: 'Team' });
  await client('PATCH', `${calendar}/acl/user:bjorn@nordwind.example`, { role: 'writer' });
  expect(server.calendarMails).toMatchObject([{ kind: 'sharing', recipients: ['bjorn@nordwind.example'] }]);
  expect((await client('DELETE', calendar)).status).toBe(204);
  const { json: last } = await client('GET', `${lists}?syncToken=${next.nextSyncToken}`);
  expect(last.items).toMatchObject([{ id: made.id, deleted: true }]);
  expect((await client('DELETE', `${V3}/calendars/primary`)).status).toBe(403);
});

it('hides what private events are about from readers', async () => {
  const { json: event } = await client('POST', EVENTS, {
    summary: 'Secret',
    visibility: 'private',
    start: { date: '2026-09-10' },
    end: { date: '2026-09-11' },
  });
  await client('POST', `${V3}/calendars/primary/acl?sendNotifications=false`, {
    role: 'reader',
    scope: { type: 'domain', value: 'nordwind.example' },
  });
  const seen = await bjorn('GET', `${V3}/calendars/alice%40nordwind.example/events/${event.id}`);
  expect(seen.json).toMatchObject({ visibility: 'private', start: { date: '2026-09-10' } });
  expect(seen.json.summary).toBeUndefined();
});
