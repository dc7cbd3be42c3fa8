import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Google, startGoogle, VirtualClock } from '../src/index.ts';
import { Contract } from './contract/index.ts';
import { type Client, signIn } from './sign-in.ts';

/** What the sample organizations have in calendars, contacts and tasks. */
const contract = new Contract();
let server: Google;
let client: Client;

beforeAll(async () => {
  server = await startGoogle({ observe: contract.observe, clock: new VirtualClock(Date.UTC(2026, 8, 1, 12)) });
  client = await signIn(server, 'alice@nordwind.example');
});
afterAll(async () => {
  expect(server.failures).toEqual([]);
  expect(contract.faults).toEqual([]);
  await server.stop();
});

it('are the same for the same seed', async () => {
  const again = await startGoogle({ clock: new VirtualClock(Date.UTC(2026, 8, 1, 12)) });
  const other = await signIn(again, 'alice@nordwind.example');
  const paths = [
    '/calendar/v3/calendars/primary/events?maxResults=2500&fields=items(id,summary,start,recurrence)',
    '/v1/people/me/connections?pageSize=1000&personFields=names,emailAddresses&fields=connections(resourceName,names)',
    '/tasks/v1/lists/@default/tasks?maxResults=100&fields=items(id,title,due)',
  ];
  for (const path of paths) expect((await other('GET', path)).json).toEqual((await client('GET', path)).json);
  await again.stop();
});

it('were filled without a mail to anybody', () => {
  expect(server.calendarMails).toEqual([]);
});

it('hold what is awkward', async () => {
  const { json: events } = await client('GET', '/calendar/v3/calendars/primary/events?maxResults=2500');
  const types = new Set(events.items.map(({ eventType }: { eventType: string }) => eventType));
  expect([...types].sort()).toEqual(['birthday', 'default', 'focusTime', 'outOfOffice']);
  expect(
    events.items.some(
      (event: { status: string; recurringEventId?: string }) => event.status === 'cancelled' && event.recurringEventId,
    ),
  ).toBe(true);
  const { json: contacts } = await client(
    'GET',
    '/v1/people/me/connections?pageSize=1000&personFields=names,photos,birthdays',
  );
  expect(contacts.connections.some(({ names }: { names?: unknown }) => names === undefined)).toBe(true);
  expect(
    contacts.connections.some(({ photos }: { photos: { default?: boolean }[] }) => photos[0]?.default === undefined),
  ).toBe(true);
  const { json: tasks } = await client('GET', '/tasks/v1/lists/@default/tasks?maxResults=100&showHidden=true');
  expect(tasks.items.some(({ parent }: { parent?: string }) => parent !== undefined)).toBe(true);
  expect(tasks.items.some(({ hidden }: { hidden?: boolean }) => hidden)).toBe(true);
});
