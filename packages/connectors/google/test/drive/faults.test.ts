import type { Clock } from '@sterna/cloud-http';
import type { Content, CreateOp, ReplaceOp, Result, Session } from '@sterna/connector-kit';
import { DirectDrive, type Google, startGoogle } from '@sterna/simulator-google';
import { Contract } from '@sterna/simulator-google/contract';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openSession } from '../../src/session.ts';
import { systemOf } from './suite-endpoint.ts';

const ALICE = 'alice@nordwind.example';
const PIECE = 262_144;
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

let server: Google;
let direct: DirectDrive;
let contract: Contract;
const sessions: Session[] = [];
beforeEach(async () => {
  contract = new Contract();
  server = await startGoogle({ empty: true, observe: contract.observe });
  direct = new DirectDrive(server, ALICE);
});
afterEach(async () => {
  for (const session of sessions.splice(0)) session.destroy();
  const [failure] = server.failures;
  await server.stop();
  if (failure !== undefined) throw failure;
  expect(contract.faults).toEqual([]);
});

async function open(role: 'read' | 'write' = 'write'): Promise<Session> {
  const session = await openSession(
    {
      system: systemOf(server, { uploadPieceBytes: PIECE }),
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

async function collect<T>(from: AsyncIterable<T> | undefined): Promise<T[]> {
  const all: T[] = [];
  for await (const one of from ?? []) all.push(one);
  return all;
}

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

type Seen = { readonly method: string; readonly target: string };
const isUpload = ({ target }: Seen): boolean => target.includes('uploadType=multipart');
const isPiece = ({ method, target }: Seen): boolean => method === 'PUT' && target.includes('upload_id=');

const there = () =>
  direct.files().map(({ name, content, modifiedAt }) => ({ name, content, date: new Date(modifiedAt) }));

const small = Buffer.from('small');
const large = noise(6 * PIECE + 1_234);

for (const kind of ['lost-acknowledgement', 'reset'] as const)
  test.each([
    ['the upload of a small file', small, isUpload],
    ['the upload of an empty file', Buffer.alloc(0), isUpload],
    ['the beginning of an upload', large, ({ target }: Seen) => target.includes('uploadType=resumable&')],
    [
      'the making of the folder',
      small,
      ({ method, target }: Seen) => method === 'POST' && target.startsWith('/drive/v3/files'),
    ],
  ])(`${kind}: %s is there once, and done`, async (_, content, when) => {
    const session = await open();
    const rule = server.faults.inject({ fault: { kind }, when });
    const inside = await folder(session);
    expect(await apply(session, creating(inside, 'a.txt', content))).toMatchObject({ outcome: 'done' });
    expect(rule.struck).toBe(1);
    expect(there()).toEqual([{ name: 'a.txt', content, date: DATE }]);
    expect(direct.folders()).toEqual([['Work']]);
  });

for (const after of [0, 2, 6])
  for (const kind of ['lost-acknowledgement', 'reset'] as const)
    test(`${kind}: piece ${after} of a large file`, async () => {
      const session = await open();
      const inside = await folder(session);
      const rule = server.faults.inject({ fault: { kind }, when: isPiece, after });
      const result = await apply(session, creating(inside, 'a.bin', large, { body: chunks(large), stamp: STAMP }));
      expect(result).toMatchObject({ outcome: 'done' });
      expect(rule.struck).toBe(1);
      expect(there()).toEqual([{ name: 'a.bin', content: large, date: DATE }]);
    });

test('a session that keeps a part of each piece gets the rest again', async () => {
  const session = await open();
  const inside = await folder(session);
  server.faults.chunkKeepsAtMost = PIECE;
  const op = creating(inside, 'a.bin', large, { body: chunks(large), stamp: STAMP });
  expect(await apply(session, op)).toMatchObject({ outcome: 'done' });
  expect(there().map(({ content }) => content.equals(large))).toEqual([true]);
});

test('tokens that end, and a service that is busy, hold nothing up', async () => {
  const session = await open();
  const inside = await folder(session);
  server.faults.inject({ fault: { kind: 'expire-tokens' }, when: isPiece, after: 2 });
  server.faults.inject({ fault: { kind: 'answer', status: 503 }, when: isPiece, after: 3, times: 3 });
  server.faults.inject({ fault: { kind: 'answer', status: 403, code: 'userRateLimitExceeded' }, times: 2 });
  const result = await apply(session, creating(inside, 'a.bin', large, { body: chunks(large), stamp: STAMP }));
  expect(result).toMatchObject({ outcome: 'done' });
  expect(await apply(session, creating(inside, 'b.txt', small))).toMatchObject({ outcome: 'done' });
  expect(there()).toHaveLength(2);
});

test('a drive that is full stops the entry until there is room', async () => {
  const session = await open();
  const inside = await folder(session);
  direct.corpus.behaviour.storageLimit = 3;
  await expect(apply(session, creating(inside, 'a.txt', small))).rejects.toMatchObject({
    class: 'throttled',
    code: 'over-quota',
  });
  direct.corpus.behaviour.storageLimit = undefined;
  expect(await apply(session, creating(inside, 'a.txt', small))).toMatchObject({ outcome: 'done' });
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
  expect(direct.corpus.file(note?.id ?? '')?.description).not.toContain('upload_id');

  server.requests.length = 0;
  const second = await open();
  const again = creating(inside, 'a.bin', large, { body: chunks(large), stamp: STAMP });
  expect(await apply(second, again)).toMatchObject({ outcome: 'done' });
  // One asks what is there.
  expect(server.requests.filter(isPiece).length).toBeLessThanOrEqual(5);
  expect(there()).toEqual([{ name: 'a.bin', content: large, date: DATE }]);
});

test('other content under the stamp of an upload that was begun: found by its checksum, and taken away', async () => {
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
  expect(await apply(second, again)).toMatchObject({ outcome: 'refused', error: { code: 'content-differs' } });
  expect(there()).toEqual([]);
  expect(await apply(second, { ...again, body: chunks(large) })).toMatchObject({ outcome: 'done' });
  expect(there().map(({ content }) => content.equals(large))).toEqual([true]);
});

test('what people change while a large file is being sent over it stays', async () => {
  direct.put(['Work'], 'a.bin', small);
  const session = await open();
  const inside = await folder(session);
  const items = await collect(session.writer?.inventory(inside, {}));
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
    ifVersion: items[0]?.version,
    size: large.length,
    body: interrupted(),
    date: DATE,
  };
  expect(await apply(session, op)).toMatchObject({ outcome: 'changed' });
  expect(there().map(({ content }) => String(content))).toEqual(['theirs']);
  expect(direct.openUploads).toBe(0);
});

test('a download that breaks goes on from where it was', async () => {
  const content = noise(5 * 1024 * 1024);
  direct.put(['Work'], 'a.bin', content, DATE.getTime());
  const { reader } = await open('read');
  const inside = (await reader.containers()).find(({ path }) => path.length === 1)?.id ?? '';
  const isDownload = ({ target }: Seen): boolean => target.includes('alt=media');
  server.faults.inject({ fault: { kind: 'reset-mid-body', afterBytes: 1_500_000 }, when: isDownload });
  server.requests.length = 0;
  const [found] = await collect(reader.read(inside, ['a.bin']));
  const { body } = found as Content;
  const read = Buffer.concat(await collect(body as AsyncIterable<Buffer>));
  expect(read.equals(content)).toBe(true);
  expect(server.requests.filter(isDownload).map(({ status }) => status)).toEqual([200, 206]);
});

test('a position that the log of changes has forgotten makes the drive be walked again', async () => {
  direct.put(['Work'], 'a.txt', small);
  const { reader } = await open('read');
  const known = await reader.containers();
  server.requests.length = 0;
  expect(await reader.containers({ known })).toEqual(known);
  expect(server.requests).toHaveLength(1);
  passed += 1;
  server.faults.syncTokensInvalidBefore = Date.now() + 60_000;
  const again = await reader.containers({ known });
  expect(again.map(({ id, glance }) => [id, glance])).toEqual(known.map(({ id, glance }) => [id, glance]));
});

test('rights: whom Google doesn’t know waits, nobody is mailed, and the same again writes nothing', async () => {
  direct.put(['Work'], 'a.txt', small);
  const session = await open();
  const inside = await folder(session);
  const op = {
    verb: 'access' as const,
    op: 'x',
    container: inside,
    targetId: 'a.txt',
    grants: [
      { type: 'user' as const, principal: 'bjorn@nordwind.example', role: 'commenter' as const },
      { type: 'group' as const, principal: 'support@nordwind.example', role: 'writer' as const },
      { type: 'user' as const, principal: 'stranger@elsewhere.example', role: 'writer' as const },
      { type: 'user' as const, principal: 'root', role: 'owner' as const },
      { type: 'domain' as const, principal: 'nordwind.example', role: 'reader' as const, link: {} },
      { type: 'anyone' as const, principal: '', role: 'reader' as const, link: {} },
    ],
  };
  const [result] = (await session.writer?.apply([op])) ?? [];
  expect(result).toMatchObject({ outcome: 'done', waiting: ['stranger@elsewhere.example', 'root'] });
  const [told] = await collect(session.reader.access?.(inside, ['a.txt']));
  expect(told?.grants).toEqual([
    { type: 'anyone', principal: '', role: 'reader', link: {} },
    { type: 'domain', principal: 'nordwind.example', role: 'reader', link: {} },
    { type: 'group', principal: 'support@nordwind.example', role: 'writer' },
    { type: 'user', principal: 'bjorn@nordwind.example', role: 'commenter' },
  ]);
  server.requests.length = 0;
  await session.writer?.apply([op]);
  expect(server.requests.map(({ method }) => method)).toEqual(['GET']);
  await session.writer?.apply([{ ...op, grants: [] }]);
  const [none] = await collect(session.reader.access?.(inside, ['a.txt']));
  expect(none).toMatchObject({ version: '-', grants: [] });
  expect(direct.corpus.mailsSent).toEqual([]);
});

test('rights of a folder are the folder’s, not those of what is in it', async () => {
  direct.put(['Work'], 'a.txt', small);
  const session = await open();
  const inside = await folder(session);
  const grants = [{ type: 'user' as const, principal: 'bjorn@nordwind.example', role: 'reader' as const }];
  await session.writer?.apply([{ verb: 'access', op: 'x', container: inside, targetId: '', grants }]);
  const told = await collect(session.reader.access?.(inside, ['', 'a.txt']));
  expect(told.map(({ id, grants: own }) => [id, own.length])).toEqual([
    ['', 1],
    ['a.txt', 0],
  ]);
});

test('a right that ends is given until then, and never without an end', async () => {
  direct.put(['Work'], 'a.txt', small);
  const session = await open();
  const inside = await folder(session);
  const inDays = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString();
  const right = { type: 'user' as const, principal: 'bjorn@nordwind.example', role: 'writer' as const };
  const give = async (targetId: string, expires?: string) => {
    const grants = [{ ...right, ...(expires === undefined ? {} : { expires }) }];
    const [result] =
      (await session.writer?.apply([{ verb: 'access', op: 'x', container: inside, targetId, grants }])) ?? [];
    const [told] = await collect(session.reader.access?.(inside, [targetId]));
    return {
      codes: (result !== undefined && 'notes' in result ? (result.notes ?? []) : []).map(({ code }) => code),
      ends: told?.grants.map((grant) => grant.expires?.slice(0, 19)),
    };
  };
  const [soon, later] = [inDays(30), inDays(60)];
  expect(await give('a.txt', soon)).toEqual({ codes: [], ends: [soon.slice(0, 19)] });
  expect(await give('a.txt', later)).toEqual({ codes: [], ends: [later.slice(0, 19)] });
  expect(await give('a.txt')).toEqual({ codes: [], ends: [undefined] });
  // What can't end there isn't given, and what was there goes.
  expect(await give('a.txt', inDays(400))).toEqual({ codes: ['right-with-end'], ends: [] });
  expect(await give('a.txt', inDays(-1))).toEqual({ codes: ['right-with-end'], ends: [] });
  expect(await give('', soon)).toEqual({ codes: ['right-with-end'], ends: [] });
  expect(direct.corpus.mailsSent).toEqual([]);
});

test('what is shared with me is its owner’s, and not listed as mine', async () => {
  direct.put(['Own'], 'mine.txt', small);
  const theirs = new DirectDrive(server, 'bjorn@nordwind.example');
  theirs.put(['Theirs'], 'given.txt', small);
  theirs.share(['Theirs', 'given.txt'], ALICE, 'writer');
  theirs.share(['Theirs'], ALICE, 'reader');
  const { reader } = await open('read');
  const containers = await reader.containers();
  expect(containers.map(({ path }) => path.join('/')).sort()).toEqual(['', 'Own']);
  const names: unknown[] = [];
  for (const { id } of containers)
    for await (const page of reader.changes(id, undefined, {}))
      for (const { id: file } of page.changes)
        for (const got of await collect(reader.read(id, [file]))) names.push('name' in got ? got.name : got);
  expect(names).toEqual(['mine.txt']);
});

test('what somebody else put into my folder is theirs in the source, and in the target they may write', async () => {
  direct.put(['Own'], 'a.txt', small);
  const session = await open();
  const inside = await folder(session);
  const own = (await session.writer?.ensureContainer(['Own'], { kind: 'file' }))?.container.id ?? '';
  const bjorn = { type: 'user' as const, principal: 'bjorn@nordwind.example' };
  await session.writer?.apply([
    { verb: 'access', op: 'x', container: inside, targetId: '', grants: [{ ...bjorn, role: 'writer' }] },
  ]);
  const theirs = new DirectDrive(server, bjorn.principal);
  const parent = direct.makeFolder(['Work']);
  theirs.corpus.create({ name: 'b.txt', mimeType: 'text/plain', parent }, theirs.person, server.clock.now());
  const [told] = await collect(session.reader.access?.(inside, ['b.txt']));
  const owner = { ...bjorn, role: 'owner' as const };
  expect(told?.grants).toEqual([owner]);
  expect(told?.version).not.toBe('-');
  const op = { verb: 'access' as const, op: 'y', container: inside, grants: told?.grants ?? [] };
  // Of their own file there is nothing to change; of a copy that is mine they become a writer.
  expect(await session.writer?.apply([{ ...op, targetId: 'b.txt' }])).toEqual([{ op: 'y', outcome: 'done' }]);
  expect(await session.writer?.apply([{ ...op, container: own, targetId: 'a.txt' }])).toMatchObject([
    { outcome: 'done', notes: [{ code: 'owner-as-writer' }] },
  ]);
  const [copy] = await collect(session.reader.access?.(own, ['a.txt']));
  expect(copy?.grants).toEqual([{ ...bjorn, role: 'writer' }]);
});
