import type { CreateOp, ReplaceOp, Result, Session } from '@sterna/connector-kit';
import { pivotOf } from '@sterna/content';
import {
  type Assumptions,
  calendarMailbox,
  contactMailbox,
  type Fault,
  type Microsoft365,
  todoMailbox,
} from '@sterna/simulator-microsoft365';
import { afterEach, describe, expect, test } from 'vitest';
import { openSession } from '../../src/session.ts';
import { simulated } from '../mail/suite-endpoint.ts';
import { startSimulator } from '../simulator.ts';

const ADDRESS = 'alice@contoso.example';
type Kind = 'event' | 'contact' | 'task';

let server: Microsoft365;
const sessions: Session[] = [];
afterEach(async () => {
  for (const session of sessions.splice(0)) session.destroy();
  expect(server.invitations).toEqual([]);
  expect(server.failures).toEqual([]);
  await server.stop();
});

async function start(assumptions: Partial<Assumptions> = {}): Promise<void> {
  server = await startSimulator({
    empty: true,
    assumptions: { taskAttachmentsByApps: true, ...assumptions },
  });
}

async function open(kind: Kind): Promise<Session> {
  const session = await openSession(
    {
      ...simulated(server, ADDRESS),
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

const large = (word: string): string => Buffer.alloc(3_500_000, `${word} `).toString('base64');
const small = (word: string): string => Buffer.from(`a file of ${word}`).toString('base64');
const picture = (word: string): string =>
  Buffer.concat([
    Buffer.from(
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=',
      'base64',
    ),
    Buffer.from(word),
  ]).toString('base64');
const crlf = (...lines: readonly string[]): Buffer => Buffer.from(`${lines.join('\r\n')}\r\n`);
/** Only some steps are about a large file, which makes everything slow. */
let withLarge = false;
const isAboutLarge = (step: string): boolean => /large|piece/.test(step);
const attached = (word: string): string[] =>
  [small(word), withLarge ? large(word) : small(`another ${word}`)].map(
    (one) => `ATTACH;ENCODING=BASE64;VALUE=BINARY:${one}`,
  );

/** An object that takes every step that there is for its kind. */
const OBJECTS: Readonly<Record<Kind, (word: string) => Buffer>> = {
  event: (word) =>
    crlf(
      'BEGIN:VCALENDAR',
      'VERSION:2.0',
      'PRODID:-//T//EN',
      'BEGIN:VEVENT',
      'UID:one@example.org',
      'DTSTART:20260303T100000Z',
      'DTEND:20260303T110000Z',
      'RRULE:FREQ=WEEKLY;COUNT=9',
      'EXDATE:20260317T100000Z',
      `SUMMARY:${word}`,
      ...attached(word),
      'END:VEVENT',
      'BEGIN:VEVENT',
      'UID:one@example.org',
      'RECURRENCE-ID:20260310T100000Z',
      'DTSTART:20260310T150000Z',
      'DTEND:20260310T160000Z',
      `SUMMARY:${word} later`,
      'END:VEVENT',
      'END:VCALENDAR',
    ),
  contact: (word) =>
    crlf(
      'BEGIN:VCARD',
      'VERSION:3.0',
      'UID:one@example.org',
      `FN:${word}`,
      `N:${word};;;;`,
      'X-ODD:kept',
      `PHOTO;ENCODING=b;TYPE=PNG:${picture(word)}`,
      'END:VCARD',
    ),
  task: (word) =>
    crlf(
      'BEGIN:VCALENDAR',
      'VERSION:2.0',
      'PRODID:-//T//EN',
      'BEGIN:VTODO',
      'UID:one@example.org',
      `SUMMARY:${word}`,
      `DESCRIPTION:Text\\n\\n- [ ] ${word}\\n- [x] two`,
      'X-ODD:kept',
      ...attached(word),
      'END:VTODO',
      'END:VCALENDAR',
    ),
};

type Step = readonly [name: string, request: RegExp, after?: number];
const CREATED: Readonly<Record<Kind, readonly Step[]>> = {
  event: [
    ['the event', /^POST .*\/events$/],
    ['a file', /^POST .*\/attachments$/],
    ['the upload of a large file', /createUploadSession$/],
    ['a piece of it', /^PUT /],
    ['its occurrences', /^GET .*\/instances\?/],
    ['the one that is left out', /^DELETE .*\/events\//],
    ['the one that is changed', /^PATCH .*\/events\//],
    ['the stamp', /^PATCH .*\/events\//, 1],
  ],
  contact: [
    ['the contact', /^POST .*\/contacts$/],
    ['the picture', /^PUT .*\/photo/],
    ['the stamp', /^PATCH .*\/contacts\//],
  ],
  task: [
    ['the task with its steps and link', /^POST .*\/tasks$/],
    ['whether its original is kept', /^GET .*\/tasks\/[^/?]+\?/],
    ['a file', /^POST .*\/attachments$/],
    ['the upload of a large file', /createUploadSession$/],
    ['a piece of it', /^PUT /],
    ['the stamp', /^PATCH .*\/linkedResources\//],
    ['its version', /^GET .*\/tasks\/[^/?]+\?/, 1],
  ],
};
const REPLACED: Readonly<Record<Kind, readonly Step[]>> = {
  event: [
    ['the rule, taken away', /^PATCH .*\/events\//],
    ['the event', /^PATCH .*\/events\//, 1],
    ['the old files', /^DELETE .*\/attachments\//],
    ['a file', /^POST .*\/attachments$/],
    ['a piece of a large one', /^PUT /],
    ['the occurrence that is left out', /^DELETE .*\/events\/[^/]+$/],
    ['the one that is changed', /^PATCH .*\/events\//, 2],
    ['the last step', /^PATCH .*\/events\//, 3],
  ],
  contact: [
    ['the contact', /^PATCH .*\/contacts\//],
    ['the picture', /^PUT .*\/photo/],
    ['the last step', /^PATCH .*\/contacts\//, 1],
  ],
  task: [
    ['the original', /^PATCH .*\/extensions\//],
    ['the task', /^PATCH .*\/tasks\/[^/]+$/],
    ['an old step', /^DELETE .*\/checklistItems\//],
    ['a new one', /^POST .*\/checklistItems$/],
    ['an old file', /^DELETE .*\/attachments\//],
    ['a file', /^POST .*\/attachments$/],
    ['a piece of a large one', /^PUT /],
    ['the last step', /^PATCH .*\/extensions\//, 1],
  ],
};

const when =
  (request: RegExp) =>
  ({ method, target }: { method: string; target: string }): boolean =>
    request.test(`${method} ${target}`);

/** How many there are, past Graph. */
function count(kind: Kind): number {
  const tenant = server.tenant('contoso.example');
  const user = [...tenant.users.values()].find(({ userPrincipalName }) => userPrincipalName === ADDRESS);
  if (user === undefined) throw new Error('no user');
  if (kind === 'event') return calendarMailbox(server.cloud, tenant, user).events.size;
  if (kind === 'contact') return contactMailbox(server.cloud, tenant, user).contacts.size;
  return todoMailbox(server.cloud, tenant, user).tasks.size;
}

const containerOf = async (session: Session): Promise<string> => {
  const [kind] = session.capabilities.kinds;
  const { container } = (await session.writer?.ensureContainer(['Home'], kind === undefined ? {} : { kind })) ?? {};
  return container?.id ?? '';
};

async function create(kind: Kind, session: Session, word = 'first'): Promise<Result | undefined> {
  const body = OBJECTS[kind](word);
  const container = await containerOf(session);
  const op: CreateOp = { verb: 'create', op: '1', container, flags: [], date: undefined, size: body.length, body };
  return (await session.writer?.apply([op]))?.[0];
}

async function replace(
  kind: Kind,
  session: Session,
  of: { targetId: string; version?: string },
): Promise<Result | undefined> {
  const body = OBJECTS[kind]('second');
  const op: ReplaceOp = {
    verb: 'replace',
    op: '2',
    container: await containerOf(session),
    size: body.length,
    body,
    targetId: of.targetId,
    ifVersion: of.version,
  };
  return (await session.writer?.apply([op]))?.[0];
}

const LONG = process.env.STERNA_TEST_LONG !== undefined;
const digestOf = (kind: Kind, raw: Buffer): string => pivotOf(kind).digest(raw).toString('hex');

async function candidates(session: Session): Promise<string[]> {
  const found: string[] = [];
  for await (const one of session.writer?.candidates(await containerOf(session), new Date(0).toISOString()) ?? [])
    if (one.digest !== undefined) found.push(one.digest.toString('hex'));
  return found;
}

/** Digests of what can be read. */
async function read(kind: Kind, session: Session): Promise<string[]> {
  const container = await containerOf(session);
  const ids: string[] = [];
  for await (const { targetId } of session.writer?.inventory(container, {}) ?? []) ids.push(targetId);
  const found: string[] = [];
  for await (const one of session.reader.read(container, ids))
    if ('body' in one && Buffer.isBuffer(one.body)) found.push(digestOf(kind, one.body));
  return found;
}

async function expectOnce(kind: Kind, word: string, session?: Session): Promise<void> {
  expect(count(kind)).toBe(1);
  expect(await read(kind, session ?? (await open(kind)))).toEqual([digestOf(kind, OBJECTS[kind](word))]);
}

/** A session that is lost with a request under way, which takes effect before it is looked for, or never. */
async function died(
  request: RegExp,
  after: number,
  lands: boolean,
  work: (session: Session) => Promise<unknown>,
  session: Session,
) {
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

describe.each<Kind>(['event', 'contact', 'task'])('%s of several steps', (kind) => {
  const first = (): string => digestOf(kind, OBJECTS[kind]('first'));
  const faults: readonly [string, Fault][] = [
    ['the answer is lost', { kind: 'lost-acknowledgement' }],
    ['it never arrives', { kind: 'reset' }],
    ['the service has a problem', { kind: 'answer', status: 503, retryAfter: 0 }],
  ];
  for (const [step, request, after = 0] of CREATED[kind]) {
    test(`created, ${step}: whatever breaks, it is there once and whole in the end`, async () => {
      await start();
      withLarge = isAboutLarge(step);
      for (const [what, fault] of withLarge && !LONG ? faults.slice(0, 1) : faults) {
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
        expect(await candidates(session), what).toEqual([first()]);
        await empty(kind, session);
      }
    });

    test(`created, ${step}: half of it, whose writer died, is nobody’s and is removed`, async () => {
      await start();
      withLarge = isAboutLarge(step);
      for (const lands of withLarge && !LONG ? [true] : [false, true]) {
        await died(request, after, lands, (one) => create(kind, one), await open(kind));
        const session = await open(kind);
        const found = await candidates(session);
        if (found.length === 0) {
          expect(count(kind)).toBe(0);
          expect((await create(kind, session))?.outcome).toBe('done');
        }
        await expectOnce(kind, 'first');
        expect(await candidates(session)).toEqual([first()]);
        await empty(kind, session);
      }
    });
  }

  for (const [step, request, after = 0] of REPLACED[kind])
    test(`replaced, ${step}: whose writer died is replaced again, whole`, async () => {
      await start();
      withLarge = isAboutLarge(step);
      for (const lands of withLarge && !LONG ? [true] : [false, true]) {
        const session = await open(kind);
        const made = await create(kind, session);
        if (made?.outcome !== 'done') throw new Error(made?.outcome);
        await died(request, after, lands, (one) => replace(kind, one, made as { targetId: string }), await open(kind));
        const again = await replace(kind, await open(kind), made as { targetId: string });
        expect(again?.outcome).toBe('done');
        await expectOnce(kind, 'second');
        await empty(kind, session);
      }
    });

  test('a write that no list shows yet when the next process looks for it is told later, and so is what was sent again', async () => {
    await start();
    const first = await open(kind);
    expect((await create(kind, first))?.outcome).toBe('done');
    first.destroy();
    server.faults.listDelayMs = 3_600_000;
    const session = await open(kind);
    if ((await candidates(session)).length === 0) await create(kind, session);
    server.faults.listDelayMs = 0;
    // Each of them is known by what it is: the engine keeps one, and removes the other.
    const told = await candidates(session);
    expect(told).toEqual(Array.from({ length: count(kind) }, () => digestOf(kind, OBJECTS[kind]('first'))));
    expect(told.length).toBeGreaterThan(0);
  });

  test('refused half-way, nothing is left behind', async () => {
    await start();
    withLarge = true;
    const request = kind === 'contact' ? /^PATCH / : /^PUT /;
    server.faults.inject({ fault: { kind: 'answer', status: 400, code: 'ErrorInternal' }, when: when(request) });
    expect((await create(kind, await open(kind)))?.outcome).toBe('refused');
    expect(count(kind)).toBe(0);
  });
});

async function empty(kind: Kind, session: Session): Promise<void> {
  const container = await containerOf(session);
  for await (const { targetId } of session.writer?.inventory(container, {}) ?? [])
    await session.writer?.apply([{ verb: 'remove', op: '3', container, targetId, how: 'expunge' }]);
  expect(count(kind)).toBe(0);
}

describe('files of tasks', () => {
  test('that the service takes from no app are kept with the task, and told', async () => {
    await start({ taskAttachmentsByApps: false });
    withLarge = true;
    const session = await open('task');
    const made = await create('task', session);
    expect(made).toMatchObject({
      outcome: 'done',
      notes: expect.arrayContaining([expect.objectContaining({ code: 'attachment-not-held' })]),
    });
    await expectOnce('task', 'first');
    // It isn't asked again and again.
    server.requests.length = 0;
    const next = await replace('task', session, made as { targetId: string; version: string });
    expect(next?.outcome).toBe('done');
    expect(server.requests.filter(({ target }) => /\/attachments/.test(target))).toEqual([]);
    await expectOnce('task', 'second');
  });

  test.each([
    ['goes with the create', true, 1],
    ['goes after the create, where the service drops it there', false, 4],
  ])('what is kept %s', async (_, taskExtensionsOnCreate, requests) => {
    await start({ taskExtensionsOnCreate });
    const session = await open('task');
    const container = await containerOf(session);
    const task = (n: number): Buffer =>
      crlf(
        ...['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//T//EN', 'BEGIN:VTODO', `UID:${n}@example.org`],
        ...[`SUMMARY:Task ${n}`, 'X-ODD:kept', 'END:VTODO', 'END:VCALENDAR'],
      );
    const write = async (n: number) => {
      const body = task(n);
      const op: CreateOp = { verb: 'create', op: '1', container, flags: [], date: undefined, size: body.length, body };
      expect((await session.writer?.apply([op]))?.[0]?.outcome).toBe('done');
    };
    // The first one shows how the service has it.
    await write(0);
    server.requests.length = 0;
    for (let n = 1; n <= 10; n += 1) await write(n);
    expect(server.requests.length).toBe(10 * requests);
    expect(new Set(await read('task', session))).toEqual(
      new Set(Array.from({ length: 11 }, (_, n) => digestOf('task', task(n)))),
    );
  });
});
