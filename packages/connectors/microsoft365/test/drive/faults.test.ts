import type { Clock } from '@sterna/cloud-http';
import type { Content, CreateOp, ReplaceOp, Result, Session } from '@sterna/connector-kit';
import { DirectDrive, type Microsoft365 } from '@sterna/simulator-microsoft365';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openSession } from '../../src/session.ts';
import { startSimulator } from '../simulator.ts';
import { systemOf } from './suite-endpoint.ts';

const ALICE = 'alice@contoso.example';
const PIECE = 327_680;
const STAMP = '00c0ffee'.repeat(4);
const DATE = new Date(Date.UTC(2021, 3, 4, 5, 6, 7));

/** Pauses take no time, but have passed. */
let passed = 0;
const hurried: Clock = {
  now: () => Date.now() + passed,
  sleep: async (ms) => {
    passed += ms;
  },
};

let server: Microsoft365;
let direct: DirectDrive;
const sessions: Session[] = [];
beforeEach(async () => {
  server = await startSimulator({ empty: true });
  direct = new DirectDrive(server, ALICE);
});
afterEach(async () => {
  for (const session of sessions.splice(0)) session.destroy();
  const [failure] = server.failures;
  await server.stop();
  if (failure !== undefined) throw failure;
});

async function open(role: 'read' | 'write' = 'write'): Promise<Session> {
  const session = await openSession(
    {
      system: systemOf(server, ALICE, { uploadPieceBytes: PIECE }),
      address: ALICE,
      kinds: ['file'],
      role,
      installation: '0badcafe',
      signal: new AbortController().signal,
    },
    hurried,
  );
  sessions.push(session);
  return session;
}

async function collect<T>(from: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const one of from) all.push(one);
  return all;
}

async function* none(): AsyncGenerator<never> {}

/** Bytes of which no part is like another. */
function noise(size: number): Buffer {
  const content = Buffer.alloc(size);
  for (let at = 0; at + 4 <= size; at += 4) content.writeUInt32LE((at * 2_654_435_761) % 4_294_967_296, at);
  return content;
}

async function* chunks(content: Buffer, from = 0, to = content.length): AsyncGenerator<Buffer> {
  for (let at = from; at < to; at += 100_000) yield content.subarray(at, Math.min(to, at + 100_000));
}

async function folder(session: Session): Promise<string> {
  if (session.writer === undefined) throw new Error('no writer');
  return (await session.writer.ensureContainer(['Work'], { kind: 'file' })).container.id;
}

const creating = (container: string, name: string, content: Buffer, more: Partial<CreateOp> = {}): CreateOp => ({
  verb: 'create',
  op: name,
  container,
  name,
  reservedId: name,
  flags: [],
  date: DATE,
  size: content.length,
  body: content,
  ...more,
});

async function apply(session: Session, op: CreateOp | ReplaceOp): Promise<Result> {
  const [result] = (await session.writer?.apply([op])) ?? [];
  if (result === undefined) throw new Error('no result');
  return result;
}

const isUpload = ({ method, target }: { method: string; target: string }): boolean =>
  method === 'PUT' && target.startsWith('/open/upload');

const there = () =>
  direct.files().map(({ name, content, modifiedAt }) => ({ name, content, date: new Date(modifiedAt) }));

const small = Buffer.from('small');
const large = noise(6 * PIECE + 1_234);

for (const kind of ['lost-acknowledgement', 'reset'] as const)
  test.each([
    ['the upload of a small file', small, isUpload],
    ['the beginning of an upload', small, ({ target }: { target: string }) => target.includes('createUploadSession')],
    [
      'an empty file',
      Buffer.alloc(0),
      ({ method, target }: { method: string; target: string }) => method === 'PUT' && target.includes('/content'),
    ],
    ['the date of an empty file', Buffer.alloc(0), ({ method }: { method: string }) => method === 'PATCH'],
  ])(`${kind}: %s is there once, and done`, async (_, content, when) => {
    const session = await open();
    const inside = await folder(session);
    const rule = server.faults.inject({ fault: { kind }, when });
    expect(await apply(session, creating(inside, 'a.txt', content))).toMatchObject({ outcome: 'done' });
    expect(rule.struck).toBe(1);
    expect(there()).toEqual([{ name: 'a.txt', content, date: DATE }]);
  });

for (const after of [0, 2, 6])
  for (const kind of ['lost-acknowledgement', 'reset'] as const)
    test(`${kind}: piece ${after} of a large file`, async () => {
      const session = await open();
      const inside = await folder(session);
      const rule = server.faults.inject({ fault: { kind }, when: isUpload, after });
      const result = await apply(session, creating(inside, 'a.bin', large, { body: chunks(large), stamp: STAMP }));
      expect(result).toMatchObject({ outcome: 'done' });
      expect(rule.struck).toBe(1);
      expect(there()).toEqual([{ name: 'a.bin', content: large, date: DATE }]);
      expect(direct.openUploads).toEqual([]);
    });

test('tokens that end and a service that is busy hold nothing up', async () => {
  const session = await open();
  const inside = await folder(session);
  server.faults.inject({ fault: { kind: 'expire-tokens' }, when: isUpload, after: 2 });
  server.faults.inject({ fault: { kind: 'answer', status: 503 }, when: isUpload, after: 3, times: 3 });
  server.faults.inject({ fault: { kind: 'answer', status: 429, retryAfter: 7 }, times: 2 });
  const result = await apply(session, creating(inside, 'a.bin', large, { body: chunks(large), stamp: STAMP }));
  expect(result).toMatchObject({ outcome: 'done' });
  expect(await apply(session, creating(inside, 'b.txt', small))).toMatchObject({ outcome: 'done' });
  expect(there()).toHaveLength(2);
});

test('an upload whose process was ended goes on where it was; nobody reads its secret in the drive', async () => {
  const first = await open();
  const inside = await folder(first);
  async function* ended(): AsyncGenerator<Buffer> {
    yield* chunks(large, 0, 4 * PIECE);
    first.destroy();
    yield* chunks(large, 4 * PIECE);
  }
  const broken = creating(inside, 'a.bin', large, { body: ended(), stamp: STAMP });
  expect(await apply(first, broken)).toMatchObject({ outcome: 'unknown' });
  const [note] = direct.files();
  expect(note?.name).toMatch(/^\.sterna-[0-9a-f]{32}\.part$/);
  expect(note?.content.includes('/open/upload')).toBe(false);

  server.requests.length = 0;
  const second = await open();
  const again = creating(inside, 'a.bin', large, { body: chunks(large), stamp: STAMP });
  expect(await apply(second, again)).toMatchObject({ outcome: 'done' });
  expect(server.requests.filter(isUpload).length).toBeLessThanOrEqual(4);
  expect(there()).toEqual([{ name: 'a.bin', content: large, date: DATE }]);
  // Not the recycle bin's, either.
  expect(direct.drive.recycleBin.size).toBe(0);
});

test('other content under the stamp of an upload that was begun: from its start, and nothing of the old', async () => {
  const first = await open();
  const inside = await folder(first);
  const other = Buffer.concat([noise(1_000), large]).subarray(0, large.length);
  async function* ended(): AsyncGenerator<Buffer> {
    yield* chunks(other, 0, 4 * PIECE);
    first.destroy();
    yield* chunks(other, 4 * PIECE);
  }
  expect(await apply(first, creating(inside, 'a.bin', other, { body: ended(), stamp: STAMP }))).toMatchObject({
    outcome: 'unknown',
  });
  const second = await open();
  const again = creating(inside, 'a.bin', large, { body: chunks(large), stamp: STAMP });
  const result = await apply(second, again);
  // Size and date are alike: what was mixed is found by its hash, and taken away.
  expect(result).toMatchObject({ outcome: 'refused', error: { code: 'content-differs' } });
  expect(there()).toEqual([]);
  expect(await apply(second, { ...again, body: chunks(large) })).toMatchObject({ outcome: 'done' });
  expect(there().map(({ content }) => content.equals(large))).toEqual([true]);
});

test('a session that an ended process left blocks no name', async () => {
  const first = await open();
  const inside = await folder(first);
  server.faults.inject({ fault: { kind: 'answer', status: 400 }, when: isUpload, times: 2 });
  for (const [name, content] of [
    ['a.txt', small],
    ['b.bin', large.subarray(0, 2 * PIECE)],
  ] as const) {
    const op = creating(inside, name, content, { body: chunks(content), stamp: STAMP });
    expect(await apply(first, op)).toMatchObject({ outcome: 'refused' });
    expect(await apply(await open(), { ...op, body: chunks(content) })).toMatchObject({ outcome: 'done' });
  }
  expect(there()).toEqual([
    { name: 'a.txt', content: small, date: DATE },
    { name: 'b.bin', content: large.subarray(0, 2 * PIECE), date: DATE },
  ]);
});

test.each([
  ['of some pieces', large.subarray(0, 2 * PIECE + 99)],
  ['of many pieces', large],
])(
  'a file %s that was sent beside a blocked name, and not named yet, is taken away by the next try',
  async (_, content) => {
    const op = (container: string, body: AsyncIterable<Buffer>) =>
      creating(container, 'a.bin', content, { body, stamp: STAMP });
    // The process ends when the session was begun, and nothing is noted yet.
    const first = await open();
    const inside = await folder(first);
    server.faults.inject({
      fault: { kind: 'reset' },
      when: ({ method, target }) => {
        if (method !== 'PUT') return false;
        if (target.includes('.sterna-') || isUpload({ method, target })) first.destroy();
        return true;
      },
    });
    expect(await apply(first, op(inside, chunks(content)))).toMatchObject({ outcome: 'unknown' });
    expect([direct.openUploads.length, direct.files().length]).toEqual([1, 0]);

    const second = await open();
    server.faults.inject({
      fault: { kind: 'reset' },
      when: ({ method }) => {
        if (method === 'PATCH') second.destroy();
        return method === 'PATCH';
      },
    });
    expect(await apply(second, op(inside, chunks(content)))).toMatchObject({ outcome: 'unknown' });
    const left = there();
    for (const { name } of left) expect(name).toMatch(/^\.sterna-[0-9a-f]{32}\.part$/);
    expect(left.some((one) => one.content.equals(content))).toBe(true);

    expect(await apply(await open(), op(inside, chunks(content)))).toMatchObject({ outcome: 'done' });
    expect(there()).toEqual([{ name: 'a.bin', content, date: DATE }]);
    expect(direct.drive.recycleBin.size).toBe(0);
  },
);

test('nor does it keep a large file from being replaced, which keeps its versions', async () => {
  direct.put(['Work'], 'a.bin', small);
  const first = await open();
  const inside = await folder(first);
  const [item] = await collect(first.writer?.inventory(inside, {}) ?? none());
  const op = (): ReplaceOp => ({
    verb: 'replace',
    op: 'r',
    container: inside,
    targetId: 'a.bin',
    ifVersion: item?.version,
    size: large.length,
    body: chunks(large),
    date: DATE,
    stamp: STAMP,
  });
  // The process ends when the session was begun, and nothing is noted yet.
  server.faults.inject({ fault: { kind: 'answer', status: 400 }, when: ({ target }) => target.includes('.sterna-') });
  const rule = server.faults.inject({
    fault: { kind: 'answer', status: 400, afterEffect: true },
    when: ({ target }) => target.includes('createUploadSession'),
  });
  expect(await apply(first, op())).toMatchObject({ outcome: 'refused' });
  expect([rule.struck, direct.openUploads.length]).toEqual([0, 0]);
  expect(await apply(first, op())).toMatchObject({ outcome: 'refused' });
  expect([rule.struck, direct.openUploads.length]).toEqual([1, 1]);
  expect(await apply(await open(), op())).toMatchObject({ outcome: 'done' });
  expect(direct.files()).toMatchObject([{ name: 'a.bin', modifiedAt: DATE.getTime() }]);
  expect(there()[0]?.content.equals(large)).toBe(true);
  expect(direct.files()[0]?.earlier[0]?.equals(small)).toBe(true);
});

test.each(['creation', 'last chunk'] as const)('a name that is taken is told of at the %s: it stays', async (told) => {
  direct.behaviour.uploadConflictTold = told;
  direct.put(['Work'], 'A.TXT', Buffer.from('theirs'));
  const session = await open();
  const inside = await folder(session);
  const result = await apply(session, creating(inside, 'a.txt', small));
  expect(result).toMatchObject({ outcome: 'exists', targetId: 'A.TXT' });
  expect(there().map(({ content }) => String(content))).toEqual(['theirs']);
  expect(direct.openUploads).toEqual([]);
});

test('what people change while a large file is being sent over it stays', async () => {
  direct.put(['Work'], 'a.bin', small);
  const session = await open();
  const inside = await folder(session);
  const [item] = await collect(session.writer?.inventory(inside, {}) ?? none());
  async function* interrupted(): AsyncGenerator<Buffer> {
    yield* chunks(large, 0, 3 * PIECE);
    direct.put(['Work'], 'a.bin', Buffer.from('theirs'));
    yield* chunks(large, 3 * PIECE);
  }
  const op: ReplaceOp = {
    verb: 'replace',
    op: 'r',
    container: inside,
    targetId: 'a.bin',
    ifVersion: item?.version,
    size: large.length,
    body: interrupted(),
    date: DATE,
  };
  expect(await apply(session, op)).toMatchObject({ outcome: 'changed' });
  expect(there().map(({ content }) => String(content))).toEqual(['theirs']);
  expect(direct.openUploads).toEqual([]);
});

test('a download that breaks goes on from where it was, at an address that it asks for anew', async () => {
  const content = noise(5 * 1024 * 1024);
  direct.put(['Work'], 'a.bin', content, DATE.getTime());
  const { reader } = await open('read');
  const inside = (await reader.containers()).find(({ path }) => path.length === 1)?.id ?? '';
  const isDownload = ({ target }: { target: string }): boolean => target.startsWith('/open/download');
  server.faults.inject({ fault: { kind: 'reset-mid-body', afterBytes: 1_500_000 }, when: isDownload });
  server.faults.inject({ fault: { kind: 'answer', status: 401 }, when: isDownload });
  server.requests.length = 0;
  const [found] = await collect(reader.read(inside, ['a.bin']));
  const { body, version } = found as Content;
  const read = Buffer.concat(await collect(body as AsyncIterable<Buffer>));
  expect(read.equals(content)).toBe(true);
  expect(version).toContain(String(content.length));
  expect(server.requests.filter(isDownload).map(({ status }) => status)).toEqual([200, 401, 206]);
});

test('a feed of stale items and empty pages is read as it ends', async () => {
  for (let n = 0; n < 25; n += 1) direct.put(['Work', `folder ${n % 5}`], `file ${n}.txt`, Buffer.from(`${n}`));
  const shapeOf = async () =>
    (await (await open('read')).reader.containers()).map(({ id, total, glance }) => ({ id, total, glance }));
  const plainly = await shapeOf();
  expect(plainly.map(({ total }) => total)).toEqual([0, 0, 5, 5, 5, 5, 5]);
  direct.behaviour.staleDeltaItemEvery = 2;
  direct.behaviour.emptyDeltaPageEvery = 2;
  expect(await shapeOf()).toEqual(plainly);
});

test('rights: whom the tenant doesn’t know waits, nobody is mailed, and the same again writes nothing', async () => {
  direct.put(['Work'], 'a.txt', small);
  direct.share(['Work', 'a.txt'], 'chloe@contoso.example', 'read');
  const session = await open();
  const inside = await folder(session);
  const op = {
    verb: 'access' as const,
    op: 'x',
    container: inside,
    targetId: 'a.txt',
    grants: [
      { type: 'user' as const, principal: 'bjorn@contoso.example', role: 'writer' as const },
      { type: 'user' as const, principal: 'nobody@contoso.example', role: 'writer' as const },
      { type: 'user' as const, principal: 'root', role: 'owner' as const },
      { type: 'domain' as const, principal: 'contoso.example', role: 'reader' as const, link: {} },
    ],
  };
  const [result] = (await session.writer?.apply([op])) ?? [];
  expect(result).toMatchObject({ outcome: 'done', waiting: ['root', 'nobody@contoso.example'] });
  expect(direct.rights(['Work', 'a.txt'])).toEqual(['bjorn@contoso.example write', 'link organization view']);
  server.requests.length = 0;
  await session.writer?.apply([op]);
  expect(server.requests.map(({ method }) => method)).toEqual(['GET', 'GET']);
  expect(direct.mails).toEqual([]);
});

test('an Office file that SharePoint rewrote is known again by a pass that comes after a crash', async () => {
  const office = Buffer.concat([Buffer.from('PK\x05\x06', 'latin1'), Buffer.alloc(18)]);
  const session = await open();
  const inside = await folder(session);
  const made = await apply(session, creating(inside, 'a.docx', office));
  expect(made).toMatchObject({ outcome: 'done', notes: [{ code: 'office-rewritten' }] });
  expect(there()[0]?.content.equals(office)).toBe(false);
  const version = made.outcome === 'done' ? made.version : undefined;
  const again = await apply(await open(), creating(inside, 'a.docx', office));
  expect(again).toMatchObject({ outcome: 'done', version });
  // Another date: another file.
  const other = creating(inside, 'a.docx', office, { date: new Date(0) });
  expect(await apply(session, other)).toMatchObject({ outcome: 'exists', version });
});
