import { createHash } from 'node:crypto';
import type { Content, CreateOp, OpenRequest, Reader, Session } from '@sterna/connector-kit';
import { SternaError } from '@sterna/core';
import { afterEach, expect, test } from 'vitest';
import { webdavConnector } from '../src/index.ts';
import { type CloudOptions, CloudServer } from './cloud-server.ts';

const MIB = 1024 * 1024;
const STAMP = 'ab'.repeat(16);
const DATE = new Date('2019-05-06T07:08:09Z');

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function server(options: CloudOptions = {}): Promise<CloudServer> {
  const started = await new CloudServer(options).start();
  cleanups.push(() => started.stop());
  return started;
}

async function open(
  { url }: CloudServer,
  role: 'read' | 'write',
  credentials: Readonly<Record<string, string>> = { password: 'pw' },
  more: Pick<OpenRequest, 'isBeside'> = {},
): Promise<Session> {
  const session = await webdavConnector.open({
    system: {
      settings: { url, retryDelaysMs: [0, 0, 0, 0], chunkBytes: 5 * MIB, insecure: true },
      credentials: { user: 'user', ...credentials },
    },
    address: 'user',
    role,
    installation: '0badcafe',
    ...more,
    signal: new AbortController().signal,
  });
  cleanups.push(() => session.destroy());
  return session;
}

const noise = (bytes: number): Buffer => {
  const block = Buffer.alloc(bytes);
  for (let at = 0; at < bytes; at += 4_096) createHash('sha512').update(String(at)).digest().copy(block, at);
  return block;
};

async function* chunked(raw: Buffer, failAt = Number.POSITIVE_INFINITY, error?: unknown): AsyncGenerator<Buffer> {
  for (let at = 0; at < raw.length; at += 100_000) {
    if (at >= failAt) throw error;
    yield raw.subarray(at, at + 100_000);
  }
}

async function collect<T>(from: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const one of from) all.push(one);
  return all;
}

const creating = (name: string, raw: Buffer, body: CreateOp['body'] = raw): CreateOp => ({
  verb: 'create',
  op: name,
  container: '',
  name,
  reservedId: name,
  stamp: STAMP,
  flags: [],
  date: DATE,
  size: raw.length,
  body,
});

const created = async (session: Session, op: CreateOp) => (await session.writer?.apply([op]))?.[0];

const thrownBy = async (work: Promise<unknown>): Promise<SternaError> => {
  const thrown = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(thrown instanceof SternaError)) throw new Error(`not refused: ${String(thrown)}`);
  return thrown;
};

async function bodyOf(reader: Reader, name: string): Promise<Content> {
  for await (const one of reader.read('', [name])) if ('body' in one) return one;
  throw new Error('not read');
}

test('a small file is one request, with its date, its checksum and the version that a listing has', async () => {
  const cloud = await server();
  const session = await open(cloud, 'write');
  expect(session.capabilities).toMatchObject({ dateKept: true, names: { maxName: 250 } });
  cloud.log.length = 0;
  const raw = Buffer.from('Grüße');
  const result = await created(session, creating('a %41 b#c?d.txt', raw));
  expect(cloud.log.map(({ method }) => method)).toEqual(['PUT']);
  expect(cloud.file('a %41 b#c?d.txt')).toMatchObject({
    content: raw,
    mtime: DATE.getTime() / 1_000,
    checksum: `SHA1:${createHash('sha1').update(raw).digest('hex')}`,
  });
  const [page] = await collect(session.reader.changes('', undefined, {}));
  expect(result).toMatchObject({ outcome: 'done', version: page?.changes[0]?.version });
  expect(page?.changes[0]).toMatchObject({ name: 'a %41 b#c?d.txt', size: raw.length, date: DATE });
});

test('what a session left that was killed while it tried the server is taken away by the next try', async () => {
  const cloud = await server();
  for (const name of ['a', 'b']) cloud.put(`.sterna-probe-0badcafe-${name}.tmp`, Buffer.from('left'));
  const session = await open(cloud, 'write');
  expect(cloud.names()).toEqual([]);
  expect(session.capabilities.evidence['new files']).toContain('honoured');
});

test('a session beside others leaves alone what another one tries the server with', async () => {
  const cloud = await server();
  const theirs = ['a', 'b'].map((name) => `.sterna-probe-0badcafe-${name}.tmp`);
  for (const name of theirs) cloud.put(name, Buffer.from('being tried'));
  const session = await open(cloud, 'write', undefined, { isBeside: true });
  expect([...cloud.names()].sort()).toEqual(theirs);
  expect(session.capabilities.evidence['new files']).toContain('honoured');
});

test('the server is tried once for all entries, and nothing of that stays', async () => {
  const cloud = await server();
  await open(cloud, 'read');
  expect(cloud.count('PUT', /./)).toBe(0);
  const [first, second] = [await open(cloud, 'write'), await open(cloud, 'write')];
  const tried = cloud.count('PUT', /\.sterna-probe-/);
  expect(tried).toBeGreaterThan(0);
  expect(tried).toBeLessThan(10);
  await open(cloud, 'write');
  expect(cloud.count('PUT', /\.sterna-probe-/)).toBe(tried);
  expect(cloud.names()).toEqual([]);
  expect(second?.capabilities.evidence).toEqual(first?.capabilities.evidence);
  const lines = await webdavConnector.check(
    { settings: { url: cloud.url }, credentials: { user: 'user', password: 'pw' } },
    'user',
  );
  expect(lines.every(({ ok }) => ok)).toBe(true);
  expect(lines.find(({ name }) => name === 'capability: new files')?.evidence).toContain('honoured');
  expect(lines.find(({ name }) => name === 'capability: dates')?.evidence).toContain('X-OC-MTime');
  // Somebody asked how it is now.
  expect(cloud.count('PUT', /\.sterna-probe-/)).toBeGreaterThan(tried);
});

test('a large file goes in chunks; a broken try is taken up where it was, and lands once though its answer is lost', async () => {
  const cloud = await server();
  const session = await open(cloud, 'write');
  const raw = noise(12 * MIB);
  const error = new Error('the source is gone');
  await expect(created(session, creating('large.bin', raw, chunked(raw, 7 * MIB, error)))).rejects.toBe(error);
  expect(cloud.names()).toEqual([]);
  let isLost = false;
  cloud.trick = ({ method, path }) => {
    if (method !== 'MOVE' || !path.endsWith('.file') || isLost) return undefined;
    isLost = true;
    return 'lose the answer';
  };
  const heir = await open(cloud, 'write');
  const result = await created(heir, creating('large.bin', raw, chunked(raw)));
  expect(result).toMatchObject({ outcome: 'done', targetId: 'large.bin', version: cloud.file('large.bin')?.etag });
  expect(isLost).toBe(true);
  expect(cloud.file('large.bin')).toMatchObject({
    mtime: DATE.getTime() / 1_000,
    checksum: `SHA1:${createHash('sha1').update(raw).digest('hex')}`,
  });
  expect(cloud.file('large.bin')?.content.equals(raw)).toBe(true);
  expect(cloud.count('PUT', '/00001')).toBe(1);
  expect(cloud.count('PUT', '/00003')).toBe(1);
  expect(cloud.folders.size).toBe(2);
  // The same object with other content shares nothing with what was sent of the first.
  const other = Buffer.concat([raw.subarray(1), Buffer.from('x')]);
  const refused = new SternaError('object', 'changed-while-read', 'x');
  expect(
    await created(heir, { ...creating('other.bin', other, chunked(other, 7 * MIB, refused)), date: new Date(0) }),
  ).toMatchObject({ outcome: 'refused', error: refused });
  expect(cloud.folders.size).toBe(2);
});

test('a lost answer to a create is told from somebody else’s file', async () => {
  const cloud = await server();
  const session = await open(cloud, 'write');
  let lost = 0;
  cloud.trick = ({ method }) => (method === 'PUT' && lost++ === 0 ? 'lose the answer' : undefined);
  expect(await created(session, creating('mine.txt', Buffer.from('mine')))).toMatchObject({
    outcome: 'done',
    version: cloud.file('mine.txt')?.etag,
  });
  lost = 0;
  cloud.put('theirs.txt', Buffer.from('theirs'));
  expect(await created(session, creating('theirs.txt', Buffer.from('mine')))).toEqual({
    op: 'theirs.txt',
    outcome: 'exists',
    targetId: 'theirs.txt',
    version: cloud.file('theirs.txt')?.etag,
  });
  expect(cloud.file('theirs.txt')?.content.toString()).toBe('theirs');
});

test('what is locked is tried again, and then said to be open somewhere', async () => {
  const cloud = await server();
  const session = await open(cloud, 'write');
  let locked = 2;
  cloud.trick = ({ method, path }) =>
    method === 'PUT' && path.endsWith('locked.txt') && locked-- > 0 ? { status: 423 } : undefined;
  expect(await created(session, creating('locked.txt', Buffer.from('x')))).toMatchObject({ outcome: 'done' });
  locked = Number.POSITIVE_INFINITY;
  const result = await session.writer?.apply([
    {
      verb: 'replace',
      op: 'r',
      container: '',
      targetId: 'locked.txt',
      ifVersion: undefined,
      size: 1,
      body: Buffer.from('y'),
    },
    creating('free.txt', Buffer.from('free')),
  ]);
  expect(result).toMatchObject([
    { outcome: 'refused', error: { class: 'object', code: 'file-locked', message: expect.stringContaining('open') } },
    { outcome: 'done' },
  ]);
});

test('busy and full servers are waited for as they say', async () => {
  const cloud = await server({ quota: 2 * MIB });
  const session = await open(cloud, 'write');
  cloud.trick = ({ method }) => (method === 'PUT' ? { status: 429, headers: { 'retry-after': '17' } } : undefined);
  const busy = await thrownBy(session.writer?.apply([creating('a.txt', Buffer.from('a'))]) as Promise<unknown>);
  expect(busy).toMatchObject({ class: 'throttled', code: 'dav-busy' });
  const wait = (busy.retryAt?.getTime() ?? 0) - Date.now();
  expect(wait).toBeGreaterThan(10_000);
  expect(wait).toBeLessThanOrEqual(17_000);
  cloud.trick = () => undefined;
  for (const raw of [Buffer.alloc(3 * MIB), noise(12 * MIB)]) {
    const body = raw.length > 4 * MIB ? chunked(raw) : raw;
    const full = await thrownBy(session.writer?.apply([creating('full.bin', raw, body)]) as Promise<unknown>);
    expect(full).toMatchObject({ class: 'throttled', code: 'over-quota', details: { scope: 'mailbox' } });
  }
  expect(cloud.names()).toEqual([]);
});

test('signs in with a token, and a stream that meets a new nonce is sent all the same', async () => {
  const bearer = await server({ signIn: { bearer: 'token' } });
  const session = await open(bearer, 'write', { accessToken: 'token' });
  expect(await created(session, creating('a.txt', Buffer.from('a')))).toMatchObject({ outcome: 'done' });
  expect(await thrownBy(open(bearer, 'read', { accessToken: 'other' }))).toMatchObject({
    class: 'auth',
    code: 'sign-in-refused',
  });
  const digest = await server({ signIn: 'digest' });
  const other = await open(digest, 'write');
  const raw = noise(5 * MIB);
  // What is signed with the old one is refused from here on.
  digest.after = ({ method }) => {
    if (method === 'MKCOL') digest.nonce = 'second';
  };
  digest.log.length = 0;
  expect(await created(other, creating('next.bin', raw, chunked(raw)))).toMatchObject({ outcome: 'done' });
  expect(digest.count('PUT', '/00001')).toBe(2);
  expect(digest.file('next.bin')?.content.equals(raw)).toBe(true);
});

test('a download that breaks goes on by range, and says so where the file became another one', async () => {
  const cloud = await server();
  const raw = noise(9 * MIB);
  cloud.put('large.bin', raw);
  const { reader } = await open(cloud, 'read');
  const content = await bodyOf(reader, 'large.bin');
  expect(content).toMatchObject({ detached: true, size: raw.length, version: cloud.file('large.bin')?.etag });
  if (Buffer.isBuffer(content.body)) throw new Error('not streamed');
  let cuts = [3 * MIB, 2 * MIB, 0];
  cloud.log.length = 0;
  cloud.trick = ({ method }) => {
    const cutAfter = method === 'GET' ? cuts.shift() : undefined;
    return cutAfter === undefined ? undefined : { cutAfter };
  };
  expect(Buffer.concat(await collect(content.body)).equals(raw)).toBe(true);
  const gets = cloud.log.filter(({ method }) => method === 'GET');
  expect(gets.length).toBeGreaterThanOrEqual(3);
  expect(gets[0]?.headers.range).toBeUndefined();
  expect(gets.slice(1).every(({ headers }) => /^bytes=[1-9]\d+-$/.test(headers.range ?? ''))).toBe(true);
  // Another file by the time that the transfer goes on.
  cuts = [1 * MIB];
  let came = 0;
  const changing = collect(
    (async function* () {
      for await (const chunk of content.body as AsyncIterable<Buffer>) {
        expect(chunk.equals(raw.subarray(came, came + chunk.length))).toBe(true);
        came += chunk.length;
        yield chunk;
        if (cloud.file('large.bin')?.content.equals(raw) === true) cloud.put('large.bin', noise(9 * MIB).reverse());
      }
    })(),
  );
  expect(await thrownBy(changing)).toMatchObject({ class: 'object', code: 'changed-while-read' });
  // And one that stays broken.
  const again = await bodyOf(reader, 'large.bin');
  cloud.trick = ({ method }) => (method === 'GET' ? { cutAfter: 0 } : undefined);
  expect(await thrownBy(collect(again.body as AsyncIterable<Buffer>))).toMatchObject({ class: 'transient' });
});

test('names come back whole from hrefs of any spelling', async () => {
  const names = [
    '100%41 %2F.txt',
    'a+b;c=d,e.txt',
    'what?a=b#top.txt',
    'Grüße & 請求書 🎉.txt',
    "it's [1] (2)!*~.txt",
    ' x  ',
  ];
  const spellings: readonly NonNullable<CloudOptions['href']>[] = [
    (path, origin) => `${origin}${path}`,
    (path) => path.replace(/%[0-9A-F]{2}/g, (hex) => hex.toLowerCase()),
    (path) => path.replace(/[a-z!'()*~]/g, (char) => `%${char.charCodeAt(0).toString(16)}`),
    (path) => `/behind/a/proxy${path}`,
    // As Cyrus.
    (path) => path.replace(/%3F/g, '?').replace(/%23/g, '#'),
  ];
  for (const href of spellings) {
    const cloud = await server({ href });
    for (const name of names) cloud.put(`folder 1%/${name}`, Buffer.from(name));
    const { reader } = await open(cloud, 'read');
    const containers = await reader.containers();
    expect(containers.map(({ path, total }) => [path, total])).toEqual([
      [[], 0],
      [['folder 1%'], names.length],
    ]);
    const [page] = await collect(reader.changes('folder 1%', undefined, {}));
    expect(page?.changes.map(({ id }) => id).sort()).toEqual([...names].sort());
    for await (const one of reader.read('folder 1%', names)) expect('body' in one && one.body.toString()).toBe(one.id);
  }
});

test('an error of one file keeps none of the others back', async () => {
  const cloud = await server();
  for (const name of ['a', 'denied', 'broken', 'z']) cloud.put(`${name}.txt`, Buffer.from(name));
  const { reader } = await open(cloud, 'read');
  cloud.trick = ({ method, path }) =>
    method !== 'GET'
      ? undefined
      : path.endsWith('denied.txt')
        ? { status: 403 }
        : path.endsWith('broken.txt')
          ? { status: 500 }
          : undefined;
  const read = await collect(reader.read('', ['a.txt', 'denied.txt', 'broken.txt', '../x', 'gone.txt', 'z.txt']));
  expect(read).toMatchObject([
    { id: 'a.txt', size: 1 },
    { id: 'denied.txt', error: { class: 'object', code: 'file-not-readable' } },
    { id: 'broken.txt', error: { class: 'object', code: 'not-delivered' } },
    { id: '../x', error: { class: 'object', code: 'name-impossible' } },
    { id: 'gone.txt', vanished: true },
    { id: 'z.txt', size: 1 },
  ]);
  expect(cloud.log.every(({ path }) => path.startsWith('/remote.php/dav/files/user'))).toBe(true);
});

test('a name that the server keeps to itself is refused with words, the next one is written', async () => {
  const cloud = await server();
  const session = await open(cloud, 'write');
  expect(
    await session.writer?.apply([creating('film.part', Buffer.from('x')), creating('b.txt', Buffer.from('b'))]),
  ).toMatchObject([{ outcome: 'refused', error: { class: 'object', fix: expect.any(String) } }, { outcome: 'done' }]);
});
