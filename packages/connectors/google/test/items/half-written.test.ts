import type { CreateOp, ReplaceOp, Result, Session } from '@sterna/connector-kit';
import { pivotOf } from '@sterna/content';
import { calendarsOf, contactsOf, type Google, tasksOf } from '@sterna/simulator-google';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openSession } from '../../src/session.ts';
import { watchedGoogle } from '../watched-google.ts';
import { simulated } from './direct-google.ts';
import { textOf } from './plain-lines.ts';

type Fault = Parameters<Google['faults']['inject']>[0]['fault'];
type Kind = 'event' | 'contact' | 'task';

const ADDRESS = 'alice@nordwind.example';
const UNLIMITED = 1_000_000_000;

let server: Google;
const sessions: Session[] = [];
beforeEach(async () => {
  server = await watchedGoogle();
});
afterEach(async () => {
  for (const session of sessions.splice(0)) session.destroy();
  expect(server.calendarMails).toEqual([]);
});

async function open(kind: Kind): Promise<Session> {
  const session = await openSession(
    {
      ...simulated(server, ADDRESS, {
        contactsDelaySeconds: 0,
        unitsPerMinute: { calendar: UNLIMITED, people: UNLIMITED, tasks: UNLIMITED },
      }),
      kinds: [kind],
      role: 'write',
      installation: '0badcafe',
      signal: new AbortController().signal,
    },
    // Pauses between tries take no time.
    { now: () => Date.now(), sleep: () => Promise.resolve() },
  );
  sessions.push(session);
  return session;
}

const picture = (word: string): string =>
  Buffer.concat([
    Buffer.from('89504e470d0a1a0a0000000d49484452000000040000000408020000', 'hex'),
    Buffer.from(word),
    Buffer.alloc(100),
  ]).toString('base64');

const exception = (day: number, word: string): readonly string[] => [
  'BEGIN:VEVENT',
  'UID:one@example.org',
  `RECURRENCE-ID:202603${day}T100000Z`,
  `DTSTART:202603${day}T150000Z`,
  `DTEND:202603${day}T160000Z`,
  `SUMMARY:${word} later`,
  'END:VEVENT',
];

/** An object that takes every step that there is for its kind; the second one has an exception fewer. */
const OBJECTS: Readonly<Record<Kind, (word: string) => Buffer>> = {
  event: (word) =>
    textOf([
      ...['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//T//EN', 'BEGIN:VEVENT', 'UID:one@example.org'],
      ...['DTSTART:20260303T100000Z', 'DTEND:20260303T110000Z', 'RRULE:FREQ=WEEKLY;COUNT=9'],
      ...['EXDATE:20260317T100000Z', `SUMMARY:${word}`, 'X-ODD:kept', 'END:VEVENT'],
      ...exception(10, word),
      ...(word === 'second' ? [] : exception(24, word)),
      'END:VCALENDAR',
    ]),
  contact: (word) =>
    textOf([
      ...['BEGIN:VCARD', 'VERSION:3.0', 'UID:one@example.org', `FN:${word}`, `N:${word};;;;`, 'X-ODD:kept'],
      ...[`PHOTO;ENCODING=b;TYPE=PNG:${picture(word)}`, 'END:VCARD'],
    ]),
  task: (word) =>
    textOf([
      ...['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//T//EN', 'BEGIN:VTODO', 'UID:one@example.org'],
      ...[`SUMMARY:${word}`, 'DESCRIPTION:Text', 'X-ODD:kept', 'END:VTODO', 'END:VCALENDAR'],
    ]),
};

type Step = readonly [name: string, request: RegExp, after?: number];
const OF_MASTER = /^PATCH .*\/events\/[a-v0-9]+(?:\?|$)/;
const OF_EXCEPTION = /^PATCH .*\/events\/[a-v0-9]+_\w+/;
const CREATED: Readonly<Record<Kind, readonly Step[]>> = {
  event: [
    ['the event', /^POST .*\/events\/import/],
    ['its occurrences', /^GET .*\/instances\?/],
    ['the one that is changed', OF_EXCEPTION],
    ['another one', OF_EXCEPTION, 1],
    ['the stamp', OF_MASTER],
  ],
  contact: [
    ['the contact', /^POST .*:createContact/],
    ['the picture', /^PATCH .*:updateContactPhoto/],
    ['the stamp', /^PATCH .*:updateContact\?/],
  ],
  task: [['the task', /^POST .*\/lists\/[^/]+\/tasks/]],
};
const REPLACED: Readonly<Record<Kind, readonly Step[]>> = {
  event: [
    ['the event', /^PUT .*\/events\//],
    ['the exception that is none any more', OF_EXCEPTION],
    ['the one that is changed', OF_EXCEPTION, 1],
    ['the last step', OF_MASTER],
  ],
  contact: [
    ['what is under way', /^PATCH .*:updateContact\?/],
    ['the picture', /^PATCH .*:updateContactPhoto/],
    ['the last step', /^PATCH .*:updateContact\?/, 1],
  ],
  task: [['the task', /^PUT .*\/tasks\//]],
};

const when =
  (request: RegExp) =>
  ({ method, target }: { method: string; target: string }): boolean =>
    request.test(`${method} ${target}`);

/** How many there are, past Google's APIs. */
function count(kind: Kind): number {
  const { cloud } = server;
  const user = cloud.findUser(ADDRESS)?.user;
  if (user === undefined) throw new Error('no user');
  if (kind === 'contact') return [...contactsOf(cloud, user).contacts.values()].filter((one) => !one.deleted).length;
  if (kind === 'task')
    return [...tasksOf(cloud, user).lists.values()]
      .flatMap(({ tasks }) => [...tasks.values()])
      .filter((one) => !one.deleted).length;
  return [...calendarsOf(cloud).list(ADDRESS).entries.values()]
    .flatMap(({ calendar }) => [...calendar.events.values()])
    .filter((one) => one.recurringEventId === undefined && one.content.status !== 'cancelled').length;
}

async function containerOf(session: Session): Promise<string> {
  const [home] = await session.reader.containers();
  return home?.id ?? '';
}

async function create(kind: Kind, session: Session): Promise<Result | undefined> {
  const body = OBJECTS[kind]('first');
  const container = await containerOf(session);
  const op: CreateOp = { verb: 'create', op: '1', container, flags: [], date: undefined, size: body.length, body };
  return (await session.writer?.apply([op]))?.[0];
}

interface Made {
  readonly targetId: string;
  readonly version?: string;
}

async function made(kind: Kind, session: Session): Promise<Made> {
  const result = await create(kind, session);
  if (result?.outcome !== 'done' || result.targetId === undefined) throw new Error(result?.outcome);
  return { targetId: result.targetId, ...(result.version === undefined ? {} : { version: result.version }) };
}

async function replace(kind: Kind, session: Session, { targetId, version }: Made): Promise<Result | undefined> {
  const body = OBJECTS[kind]('second');
  const container = await containerOf(session);
  const op: ReplaceOp = { verb: 'replace', op: '2', container, size: body.length, body, targetId, ifVersion: version };
  return (await session.writer?.apply([op]))?.[0];
}

const digestOf = (kind: Kind, raw: Buffer): string => pivotOf(kind).digest(raw).toString('hex');

async function candidates(session: Session): Promise<string[]> {
  const found: string[] = [];
  for await (const one of session.writer?.candidates(await containerOf(session), new Date(0).toISOString()) ?? [])
    if (one.digest !== undefined) found.push(one.digest.toString('hex'));
  return found;
}

/** What can be read. */
async function read(session: Session): Promise<Buffer[]> {
  const container = await containerOf(session);
  const ids: string[] = [];
  for await (const { targetId } of session.writer?.inventory(container, {}) ?? []) ids.push(targetId);
  const found: Buffer[] = [];
  for await (const one of session.reader.read(container, ids))
    if ('body' in one && Buffer.isBuffer(one.body)) found.push(one.body);
  return found;
}

async function expectOnce(kind: Kind, word: string): Promise<void> {
  expect(count(kind)).toBe(1);
  const [copy = Buffer.alloc(0), ...others] = await read(await open(kind));
  expect(others).toEqual([]);
  const wanted = OBJECTS[kind](word);
  expect(pivotOf(kind).differences?.(wanted, copy)).toEqual([]);
}

async function empty(kind: Kind, session: Session): Promise<void> {
  const container = await containerOf(session);
  for await (const { targetId } of session.writer?.inventory(container, {}) ?? [])
    await session.writer?.apply([{ verb: 'remove', op: '3', container, targetId, how: 'expunge' }]);
  expect(count(kind)).toBe(0);
}

/** A session that is lost with a request under way, which takes effect before it is looked for, or never. */
async function died(
  [, request, after = 0]: Step,
  lands: boolean,
  work: (session: Session) => Promise<unknown>,
  session: Session,
): Promise<void> {
  const letGo = Promise.withResolvers<void>();
  const fault = server.faults.inject({ fault: { kind: 'hold', until: letGo.promise }, when: when(request), after });
  let isOver = false;
  const flying = work(session)
    .catch(() => undefined)
    .finally(() => {
      isOver = true;
    });
  while (fault.struck === 0 && !isOver) await new Promise((resolve) => setImmediate(resolve));
  expect(fault.struck, 'there is such a step').toBe(1);
  session.destroy();
  await flying;
  const requests = server.requests.length;
  // Else it never does.
  if (!lands) return;
  letGo.resolve();
  while (server.requests.length === requests) await new Promise((resolve) => setImmediate(resolve));
}

const FAULTS: readonly [string, Fault][] = [
  ['the answer is lost', { kind: 'lost-acknowledgement' }],
  ['it never arrives', { kind: 'reset' }],
  ['the service has a problem', { kind: 'answer', status: 503 }],
  ['the service has a problem, and did it', { kind: 'answer', status: 500, afterEffect: true }],
];

describe.each<Kind>(['event', 'contact', 'task'])('%s, step by step', (kind) => {
  const first = digestOf(kind, OBJECTS[kind]('first'));

  for (const step of CREATED[kind]) {
    const [name, request, after = 0] = step;
    test(`created, ${name}: whatever breaks, it is there once and whole in the end`, async () => {
      for (const [what, fault] of FAULTS) {
        const session = await open(kind);
        const struck = server.faults.inject({ fault, when: when(request), after });
        const result = await create(kind, session);
        expect(struck.struck, what).toBe(1);
        expect(result?.outcome, what).toMatch(/^(?:done|unknown)$/);
        if (result?.outcome === 'unknown') {
          // As the engine does: what is there is found, or written again.
          const found = await candidates(session);
          expect(found.length, what).toBeLessThanOrEqual(1);
          if (found.length === 0) {
            expect(count(kind), what).toBe(0);
            expect((await create(kind, await open(kind)))?.outcome, what).toBe('done');
          }
        }
        await expectOnce(kind, 'first');
        expect(await candidates(session), what).toEqual([first]);
        await empty(kind, await open(kind));
      }
    });

    test(`created, ${name}: half of it, whose writer died, is nobody’s and is removed`, async () => {
      for (const lands of [false, true]) {
        await died(step, lands, (one) => create(kind, one), await open(kind));
        const session = await open(kind);
        if ((await candidates(session)).length === 0) {
          expect(count(kind)).toBe(0);
          expect(await read(session)).toEqual([]);
          expect((await create(kind, session))?.outcome).toBe('done');
        }
        await expectOnce(kind, 'first');
        expect(await candidates(session)).toEqual([first]);
        await empty(kind, await open(kind));
      }
    });
  }

  for (const step of REPLACED[kind])
    test(`replaced, ${step[0]}: whose writer died is replaced again, whole, and is nobody’s change`, async () => {
      for (const lands of [false, true]) {
        const of = await made(kind, await open(kind));
        await died(step, lands, (one) => replace(kind, one, of), await open(kind));
        expect((await replace(kind, await open(kind), of))?.outcome).toBe('done');
        await expectOnce(kind, 'second');
        // Whose it is, is still known.
        expect(await candidates(await open(kind))).toEqual([first]);
        await empty(kind, await open(kind));
      }
    });

  test('what people changed since is left alone, half replaced or not', async () => {
    const of = await made(kind, await open(kind));
    expect((await replace(kind, await open(kind), { ...of, version: 'of somebody else' }))?.outcome).toBe('changed');
    await expectOnce(kind, 'first');
  });

  if (kind !== 'task')
    test('refused half-way, nothing is left behind', async () => {
      const [, request] = CREATED[kind][2] as Step;
      const fault = { kind: 'answer', status: 400, code: 'invalid' } as const;
      const struck = server.faults.inject({ fault, when: when(request) });
      expect((await create(kind, await open(kind)))?.outcome).toBe('refused');
      expect(struck.struck).toBe(1);
      expect(count(kind)).toBe(0);
    });
});

test('of a removed task its parts stay, though the writer died over it', async () => {
  const part = textOf([
    ...['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//T//EN', 'BEGIN:VTODO', 'UID:part@example.org'],
    ...['SUMMARY:part', 'RELATED-TO:one@example.org', 'END:VTODO', 'END:VCALENDAR'],
  ]);
  const session = await open('task');
  const of = await made('task', session);
  const container = await containerOf(session);
  const op: CreateOp = {
    verb: 'create',
    op: '4',
    container,
    flags: [],
    date: undefined,
    size: part.length,
    body: part,
  };
  expect(await session.writer?.apply([op])).toMatchObject([{ outcome: 'done' }]);
  const remove = (one: Session) =>
    one.writer?.apply([{ verb: 'remove', op: '5', container, targetId: of.targetId, how: 'expunge' }]) ??
    Promise.resolve();
  await died(['it is moved', /^POST .*\/move(?:\?|$)/], false, remove, await open('task'));
  expect(count('task')).toBe(2);
  await died(['it is removed', /^DELETE .*\/tasks\//], true, remove, await open('task'));
  expect(count('task')).toBe(1);
  const [left = Buffer.alloc(0)] = await read(await open('task'));
  expect(left.toString()).toContain('SUMMARY:part');
});
