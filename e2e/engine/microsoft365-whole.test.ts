import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { microsoft365Connector } from '@sterna/connector-microsoft365';
import {
  type CalendarMailbox,
  calendarMailbox,
  DirectMail,
  type Microsoft365,
  startMicrosoft365,
} from '@sterna/simulator-microsoft365';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { addEntry, type Bench, notes, openBench, pass, verifyResult } from '../support/direct-pass.ts';
import { scratch } from '../support/folders.ts';
import { mapping } from '../support/mapping.ts';
import { microsoft365Endpoint } from '../support/microsoft365.ts';

const FROM = 'contoso.example';
const TO = 'fabrikam.example';
let dir: string;
let bench: Bench;
let tenants: Microsoft365;
beforeAll(async () => {
  dir = scratch('engine-microsoft365-whole');
  bench = await openBench(join(dir, 'data'), [microsoft365Connector]);
});
afterAll(async () => {
  await bench.close();
  rmSync(dir, { recursive: true, force: true });
});
beforeEach(async () => {
  // The harder of two assumptions: whatever a program changes in a meeting mails its people.
  tenants = await startMicrosoft365({ empty: [TO], assumptions: { everyUpdateMails: true } });
});
afterEach(async () => {
  const { failures } = tenants;
  await tenants.stop();
  expect(failures).toEqual([]);
});

const calendars = (domain: string, name: string): CalendarMailbox => {
  const tenant = tenants.tenant(domain);
  const user = [...tenant.users.values()].find(({ mail }) => mail === `${name}@${domain}`);
  if (user === undefined) throw new Error(`no ${name}`);
  return calendarMailbox(tenants.cloud, tenant, user);
};

/** Everything that a calendar's events are, but for their ids and versions. */
function events(mailbox: CalendarMailbox): unknown[] {
  return [...mailbox.calendars.values()]
    .filter(({ shared, canEdit }) => shared === undefined && canEdit)
    .flatMap((calendar) =>
      mailbox.eventsIn(calendar).map((event) => ({
        calendar: calendar.name,
        iCalUId: event.iCalUId,
        fields: event.fields,
        recurrence: event.recurrence,
        exceptions: [...event.exceptions].map(([date, { fields }]) => [date, fields]),
        cancelled: [...event.cancelled],
        organizer: event.organizer,
        isOrganizer: event.isOrganizer,
      })),
    )
    .sort((a, b) => (a.iCalUId < b.iCalUId ? -1 : 1));
}

/** Everything that a mailbox's messages are, but for their ids. */
const messages = async (address: string): Promise<unknown[]> =>
  (await new DirectMail(tenants, address).messages())
    .map(({ id: _, mime: __, attachments, ...rest }) => ({
      ...rest,
      attachments: attachments.map(({ name, content }) => `${name} ${content.length}`),
    }))
    .sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)));

const entryOf = (name: string, settings: { source?: object; target?: object } = {}) =>
  addEntry(
    bench,
    microsoft365Endpoint(tenants, `${name}@${FROM}`, settings.source),
    microsoft365Endpoint(tenants, `${name}@${TO}`, settings.target),
  );

const kinds = (...wanted: string[]) => ({
  kinds: Object.fromEntries(
    ['message', 'event', 'contact', 'task', 'file'].map((kind) => [kind, wanted.includes(kind)]),
  ),
});

describe('from one tenant of Exchange to another', () => {
  test('mail, meetings and contacts arrive whole, with people and exceptions, and nobody is mailed', async () => {
    const entry = await entryOf('alice');
    const first = await pass(bench, entry, 'initial', kinds('message', 'event', 'contact'));
    expect(first.error).toBeNull();
    expect(first.status).toBe('completed');
    expect(first.books.total.created).toBe(first.books.total.seen);
    expect(events(calendars(TO, 'alice'))).toEqual(events(calendars(FROM, 'alice')));
    expect(await messages(`alice@${TO}`)).toEqual(await messages(`alice@${FROM}`));
    const found = verifyResult(
      await pass(bench, entry, 'verify', { ...kinds('message', 'event', 'contact'), verifyDepth: 'content' }),
    );
    expect(found).toMatchObject({ ok: true, rewritten: 0, adapted: 0, different: 0, identical: first.books.total.seen });
    expect((await notes(bench, entry)).filter(({ kind }) => kind === 'fidelity')).toEqual([]);
    expect(tenants.invitations).toEqual([]);
    // Nothing is left of the folder that imports go through.
    expect(new DirectMail(tenants, `alice@${TO}`).folders().flat().join()).not.toContain('Sterna');
  });
});
