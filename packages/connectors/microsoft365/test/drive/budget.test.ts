import type { Session } from '@sterna/connector-kit';
import { IdleClock } from '@sterna/connector-suite';
import { DirectDrive, type Microsoft365 } from '@sterna/simulator-microsoft365';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openSession } from '../../src/session.ts';
import { startSimulator } from '../simulator.ts';
import { systemOf } from './suite-endpoint.ts';

const PEOPLE = ['alice', 'bjorn', 'chloe', 'daiki'].map((name) => `${name}@contoso.example`);
/** The smallest tenant’s. */
const UNITS_A_MINUTE = 1_250;

let server: Microsoft365;
let clock: IdleClock;
const sessions: Session[] = [];
beforeEach(async () => {
  clock = new IdleClock();
  server = await startSimulator({ empty: true, clock, latencyMs: 50, limits: 'documented' });
});
afterEach(async () => {
  for (const session of sessions.splice(0)) session.destroy();
  clock.stop();
  const { failures } = server;
  await server.stop();
  expect(failures).toEqual([]);
});

async function open(address: string, settings: Record<string, unknown> = {}): Promise<Session> {
  const session = await openSession(
    {
      system: systemOf(server, address, settings),
      address,
      kinds: ['file'],
      role: 'read',
      installation: '0badcafe',
      signal: new AbortController().signal,
    },
    clock,
  );
  sessions.push(session);
  return session;
}

async function readAll(session: Session): Promise<number> {
  let read = 0;
  for (const { id } of await session.reader.containers()) {
    const ids: string[] = [];
    for await (const page of session.reader.changes(id, undefined, {}))
      for (const change of page.changes) if (change.gone === undefined) ids.push(change.id);
    for await (const one of session.reader.read(id, ids)) {
      if (!('body' in one)) continue;
      if (!Buffer.isBuffer(one.body)) for await (const _ of one.body) void _;
      read += 1;
    }
  }
  return read;
}

test('four drives of a small tenant at once keep to what the app may there, together', async () => {
  const EACH = 500;
  for (const address of PEOPLE) {
    const drive = new DirectDrive(server, address);
    for (let n = 0; n < EACH; n += 1) drive.put(['Work'], `${n}.txt`, Buffer.from(`${address} ${n}`));
  }
  const opened = await Promise.all(PEOPLE.map((address) => open(address)));
  server.requests.length = 0;
  const from = clock.now();
  const read = await Promise.all(opened.map(readAll));
  const minutes = (clock.now() - from) / 60_000;
  expect(read).toEqual(PEOPLE.map(() => EACH));
  // What one session learns holds for the others: each with a budget of its own is refused 26 times.
  expect(server.requests.filter(({ status }) => status === 429).length).toBeLessThan(8);
  expect(PEOPLE.length * EACH).toBeLessThanOrEqual((minutes + 1) * UNITS_A_MINUTE);
  expect(minutes).toBeLessThan(3);
});

test('no more than the share of it that the settings give is used', async () => {
  const FILES = 300;
  const SHARE = 100;
  const [alice] = PEOPLE as [string];
  const drive = new DirectDrive(server, alice);
  for (let n = 0; n < FILES; n += 1) drive.put(['Work'], `${n}.txt`, Buffer.from(String(n)));
  const session = await open(alice, { resourceUnitsPerMinute: SHARE });
  const from = clock.now();
  expect(await readAll(session)).toBe(FILES);
  expect((clock.now() - from) / 60_000).toBeGreaterThan(FILES / SHARE - 1);
});
