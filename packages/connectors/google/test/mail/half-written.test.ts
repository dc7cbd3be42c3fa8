import type { Candidate, CreateOp, PlaceOp, Result, Session } from '@sterna/connector-kit';
import { messageDigest } from '@sterna/content';
import { DirectGmail, type Google } from '@sterna/simulator-google';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openSession } from '../../src/session.ts';
import { watchedGoogle } from '../watched-google.ts';
import { simulated } from './suite-endpoint.ts';

type Fault = Parameters<Google['faults']['inject']>[0]['fault'];

const ADDRESS = 'alice@nordwind.example';
const PIECE = 262_144;

let server: Google;
let mail: DirectGmail;
const sessions: Session[] = [];
beforeEach(async () => {
  server = await watchedGoogle();
  mail = new DirectGmail(server, ADDRESS);
});
afterEach(async () => {
  for (const session of sessions.splice(0)) session.destroy();
});

async function open(): Promise<Session> {
  const session = await openSession(
    {
      ...simulated(server, ADDRESS, { uploadPieceBytes: 8 * PIECE }),
      kinds: ['message'],
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

const message = (size: number): Buffer =>
  Buffer.from(
    `Message-ID: <one@example.org>\r\nDate: Fri, 02 Jan 2026 03:04:05 +0000\r\nFrom: a@example.org\r\nSubject: one\r\n\r\n${'Much to say.\r\n'.repeat(Math.ceil(size / 14))}`,
  );

/** Where a message goes, and what is written by which requests. */
interface Way {
  readonly name: string;
  readonly folder: readonly string[];
  readonly role?: 'drafts';
  readonly raw: Buffer;
  readonly steps: readonly (readonly [name: string, request: RegExp, after?: number])[];
}
const INSERT = /^POST \/upload\/gmail\/v1\/users\/me\/messages\?/;
const DRAFT = /^POST \/upload\/gmail\/v1\/users\/me\/drafts\?/;
const PUT = /^PUT \/upload\//;
const WAYS: readonly Way[] = [
  { name: 'a message', folder: ['Work'], raw: message(200), steps: [['the message', INSERT]] },
  {
    name: 'a large message',
    folder: ['Work'],
    raw: message(5_500_000),
    steps: [
      ['its session', INSERT],
      ['its first piece', PUT],
      ['its last piece', PUT, 2],
    ],
  },
  {
    name: 'a draft',
    folder: ['Drafts'],
    role: 'drafts',
    raw: message(200),
    steps: [
      ['the draft', DRAFT],
      ['its labels', /^POST .*\/messages\/[^/]+\/modify/],
    ],
  },
];

const when =
  (request: RegExp) =>
  ({ method, target }: { method: string; target: string }): boolean =>
    request.test(`${method} ${target}`);

async function containerOf(session: Session, { folder, role }: Way): Promise<string> {
  const made = await session.writer?.ensureContainer(folder, role === undefined ? {} : { role });
  return made?.container.id ?? '';
}

async function create(session: Session, way: Way): Promise<Result | undefined> {
  const { raw: body } = way;
  const container = await containerOf(session, way);
  const op: CreateOp = { verb: 'create', op: '1', container, flags: [], date: undefined, size: body.length, body };
  return (await session.writer?.apply([op]))?.[0];
}

async function candidates(session: Session, way: Way): Promise<Candidate[]> {
  const found: Candidate[] = [];
  for await (const one of session.writer?.candidates(await containerOf(session, way), undefined) ?? []) found.push(one);
  return found;
}

/** As the engine does: what was written is found by its content, and its mark is cleared; else it is written again. */
async function settle(way: Way): Promise<void> {
  const session = await open();
  const digest = messageDigest(way.raw).toString('hex');
  const found = await candidates(session, way);
  expect(found.map((one) => one.digest?.toString('hex'))).toEqual(found.map(() => digest));
  expect(found.length).toBeLessThanOrEqual(1);
  let id = found[0]?.targetId;
  if (id === undefined) {
    expect(mail.messages()).toEqual([]);
    const result = await create(session, way);
    if (result?.outcome !== 'done') throw new Error(result?.outcome);
    id = result.targetId;
  }
  await session.writer?.confirm(await containerOf(session, way), [id ?? '']);
}

/** Once, byte by byte, where it belongs, without a mark. */
function expectOnce({ raw, role }: Way): void {
  const [one, ...others] = mail.messages();
  expect(others).toEqual([]);
  expect(one?.mime.equals(raw)).toBe(true);
  expect(one?.isDraft).toBe(role === 'drafts');
  expect(one?.labels.filter((name) => name !== 'UNREAD')).toEqual([role === 'drafts' ? 'DRAFT' : 'Work']);
}

async function died(
  [, request, after = 0]: Way['steps'][number],
  lands: boolean,
  work: (session: Session) => Promise<unknown>,
): Promise<void> {
  const session = await open();
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

describe.each(WAYS)('$name', (way) => {
  for (const step of way.steps) {
    const [name, request, after = 0] = step;
    test(`${name}: whatever breaks, it is there once in the end`, async () => {
      for (const [what, fault] of FAULTS) {
        const struck = server.faults.inject({ fault, when: when(request), after });
        const session = await open();
        const result = await create(session, way);
        expect(struck.struck, what).toBe(1);
        expect(result?.outcome, what).toMatch(/^(?:done|unknown)$/);
        if (result?.outcome === 'done')
          await session.writer?.confirm(await containerOf(session, way), [result.targetId ?? '']);
        else await settle(way);
        expectOnce(way);
        for (const { id } of mail.messages()) mail.remove(id);
      }
    });

    test(`${name}: whose writer died is found, or written again`, async () => {
      for (const lands of [false, true]) {
        await died(step, lands, (session) => create(session, way));
        await settle(way);
        expectOnce(way);
        for (const { id } of mail.messages()) mail.remove(id);
      }
    });
  }

  test('refused, nothing is left behind', async () => {
    const [, request, after = 0] = way.steps.at(-1) as Way['steps'][number];
    const fault = { kind: 'answer', status: 403, code: 'forbidden' } as const;
    server.faults.inject({ fault, when: when(request), after, times: 9 });
    const result = await create(await open(), way).catch((error: unknown) => error);
    expect(result).not.toMatchObject({ outcome: 'done' });
    expect(mail.messages().filter(({ labels }) => !labels.some((label) => label.startsWith('Sterna/')))).toEqual([]);
  });
});

describe('a move to where Gmail lets nothing be moved, which writes anew and removes', () => {
  const SENT: Way = { name: 'sent', folder: ['Sent'], raw: message(200), steps: [] };
  const STEPS: Way['steps'] = [
    ['the new one', INSERT],
    ['the removal of the old one', /^POST .*\/batchDelete/],
  ];
  for (const step of STEPS)
    test.each([
      ['before it takes effect', false],
      ['with its answer on the way', true],
    ])(`${step[0]}, %s`, async (_, lands) => {
      const from = mail.put(['Work'], SENT.raw, Date.UTC(2026, 0, 2));
      const place = async (session: Session): Promise<Result | undefined> => {
        const op: PlaceOp = {
          verb: 'place',
          op: '1',
          container: await containerOf(session, { ...SENT, folder: ['Work'] }),
          targetId: from,
          to: (await session.writer?.ensureContainer(['Sent'], { role: 'sent' }))?.container.id ?? '',
        };
        return (await session.writer?.apply([op]))?.[0];
      };
      await died(step, lands, place);
      // As the engine does: a copy that carries the mark is the one that moved, and its original goes.
      const session = await open();
      const to = (await session.writer?.ensureContainer(['Sent'], { role: 'sent' }))?.container.id ?? '';
      const found: Candidate[] = [];
      for await (const one of session.writer?.candidates(to, undefined) ?? []) found.push(one);
      expect(found.length).toBeLessThanOrEqual(1);
      const [copy] = found;
      if (copy === undefined) expect((await place(session))?.outcome).toBe('done');
      else {
        const container = await containerOf(session, { ...SENT, folder: ['Work'] });
        await session.writer?.apply([{ verb: 'remove', op: '2', container, targetId: from, how: 'expunge' }]);
      }
      expect(mail.messages().map(({ labels }) => labels.includes('SENT'))).toEqual([true]);
    });
});
