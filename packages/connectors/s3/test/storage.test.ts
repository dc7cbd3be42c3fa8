import { spawn } from 'node:child_process';
import { CreateMultipartUploadCommand, ListObjectVersionsCommand } from '@aws-sdk/client-s3';
import type { Content, CreateOp, OpenRequest, Reader, Session, SystemConfig, Writer } from '@sterna/connector-kit';
import type { SternaError } from '@sterna/core';
import { encodeName } from '@sterna/core';
import { isAlive, type S3Server, startSwift } from '@sterna/test-servers';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Bucket } from '../src/bucket.ts';
import { s3Connector } from '../src/index.ts';
import { KeySpace } from '../src/keys.ts';
import { moveObject } from '../src/move.ts';
import { factsOf } from '../src/probe.ts';
import { chunksOf, contentOf, STAMP } from './large-file.ts';
import { type S3Proxy, startS3Proxy } from './proxy.ts';
import { RawBucket } from './support.ts';

const MIB = 1024 * 1024;
let server: S3Server;
const open: Session[] = [];
let proxy: S3Proxy | undefined;

beforeAll(async () => {
  server = await startSwift();
}, 60_000);
afterAll(() => server?.stop());
afterEach(async () => {
  for (const session of open.splice(0)) session.destroy();
  await proxy?.stop();
  proxy = undefined;
});

async function session(system: SystemConfig, role: OpenRequest['role'] = 'write', address = '.'): Promise<Session> {
  const opened = await s3Connector.open({
    system,
    address,
    role,
    installation: '0badcafe',
    signal: new AbortController().signal,
  });
  open.push(opened);
  return opened;
}

const errorOf = (work: Promise<unknown>): Promise<SternaError> =>
  work.then(
    () => {
      throw new Error('it went well');
    },
    (thrown: SternaError) => thrown,
  );

const writerOf = (one: Session): Writer => one.writer as Writer;

const creating = (name: string, body: Buffer, more: Partial<CreateOp> = {}): CreateOp => ({
  verb: 'create',
  op: `create ${name}`,
  container: '',
  name,
  reservedId: name,
  stamp: STAMP,
  flags: [],
  date: new Date(1_600_000_000_250),
  size: body.length,
  body,
  ...more,
});

async function files(reader: Reader, container: string): Promise<Map<string, string>> {
  const ids: string[] = [];
  for await (const page of reader.changes(container, undefined, {})) ids.push(...page.changes.map(({ id }) => id));
  const found = new Map<string, string>();
  for await (const one of reader.read(container, ids))
    found.set(
      'body' in one ? (one.name ?? '') : one.id,
      'body' in one ? String(one.body) : 'error' in one ? one.error.code : 'gone',
    );
  return found;
}

describe('keys that are no paths', () => {
  test('each is a file of its own, and can be called something in any target', async () => {
    const bucket = await RawBucket.make(server);
    const keys = [
      'a',
      'a/b',
      'a//b',
      'a/./b',
      'a/../b',
      '/a/b',
      'a/.',
      '..',
      'a/b/',
      'a///',
      'empty/',
      'a/control\u0001',
      'plus+and%2F',
    ];
    for (const key of keys) await bucket.put(key, key === 'empty/' ? '' : `content of ${key}`);
    const { reader } = await session(bucket.system(), 'read');
    const containers = await reader.containers();
    expect(containers.map(({ id }) => id)).toEqual(['', 'a', 'a/b', 'empty']);
    const seen: string[] = [];
    for (const { id, total, glance } of containers) {
      const here = await files(reader, id);
      expect(here.size).toBe(total);
      seen.push(...here.values());
      // Whatever they are called, no target mixes two of them up.
      expect(new Set([...here.keys()].map((name) => encodeName(name, {}).name)).size).toBe(here.size);
      for await (const page of reader.changes(id, undefined, {}))
        if (page.next !== undefined) expect(page.next.glance).toBe(glance);
    }
    expect(seen.sort()).toEqual(
      keys
        .filter((key) => key !== 'empty/')
        .map((key) => `content of ${key}`)
        .sort(),
    );
    expect(await files(reader, '')).toEqual(
      new Map([
        ['a', 'content of a'],
        ['/a/b', 'content of /a/b'],
        ['..', 'content of ..'],
        ['plus+and%2F', 'content of plus+and%2F'],
      ]),
    );
    expect([...(await files(reader, 'a/b')).keys()]).toEqual(['b/']);
    bucket.dispose();
  });

  test('a prefix of “/” reaches keys that begin with one as paths', async () => {
    const bucket = await RawBucket.make(server);
    await bucket.put('/Documents/a.txt', 'a');
    await bucket.put('elsewhere', 'b');
    const { reader } = await session(bucket.system({ prefix: '/' }), 'read');
    expect((await reader.containers()).map(({ id }) => id)).toEqual(['', 'Documents']);
    expect(await files(reader, 'Documents')).toEqual(new Map([['a.txt', 'a']]));
    bucket.dispose();
  });
});

test('times are kept as rclone keeps them, and told by reading; a listing tells when the object was stored', async () => {
  const bucket = await RawBucket.make(server);
  await bucket.put('rclone.txt', 'x', { mtime: '1354040105.123456789' });
  await bucket.put('odd.txt', 'x', { mtime: 'yesterday' });
  const target = await session(bucket.system());
  const body = Buffer.from('content');
  await writerOf(target).apply([creating('ours.txt', body, { date: new Date(-1_500) })]);
  expect((await bucket.get('ours.txt')).metadata).toEqual({ mtime: '-1.5' });
  const dates = new Map<string, number | undefined>();
  for await (const one of target.reader.read('', ['rclone.txt', 'ours.txt', 'odd.txt']))
    dates.set(one.id, (one as Content).date?.getTime());
  expect(dates.get('rclone.txt')).toBe(1_354_040_105_123);
  expect(dates.get('ours.txt')).toBe(-1_500);
  expect(dates.get('odd.txt')).toBe((await bucket.head('odd.txt')).LastModified?.getTime());
  bucket.dispose();
});

describe('large files', () => {
  const SIZE = 44 * MIB + 4_321;

  test('a writer that is killed in the middle: the next try sends only the parts that are missing', async () => {
    const bucket = await RawBucket.make(server);
    proxy = await startS3Proxy(server);
    const content = contentOf(SIZE);
    const script = new URL('half-upload.ts', import.meta.url).pathname;
    const args = [script, JSON.stringify(bucket.system()), '.', String(SIZE), String(30 * MIB)];
    const child = spawn(process.execPath, args, { stdio: 'inherit' });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    const parts = new Bucket({
      endpoint: new URL(server.url),
      region: 'us-east-1',
      bucket: bucket.name,
      pathStyle: true,
      ...server.keys,
      ca: undefined,
      verifyCertificate: true,
      maxConnections: 2,
      timeoutMs: 60_000,
      retryDelaysMs: [],
      signal: new AbortController().signal,
    });
    const note = `Large/.sterna-${STAMP}.part`;
    const upload = await expect
      .poll(
        async () =>
          (await bucket.keys()).includes(note) ? JSON.parse(String((await bucket.get(note)).body)).upload : '',
        {
          timeout: 60_000,
        },
      )
      .not.toBe('')
      .then(async () => JSON.parse(String((await bucket.get(note)).body)).upload as string);
    await expect.poll(async () => (await parts.parts('Large/large.bin', upload))?.length, { timeout: 60_000 }).toBe(3);
    expect(isAlive(child.pid as number)).toBe(true);
    child.kill('SIGKILL');
    await ended;
    expect(child.signalCode).toBe('SIGKILL');
    expect((await bucket.keys()).includes('Large/large.bin')).toBe(false);

    const heir = await session(bucket.system({ endpoint: proxy.url }));
    const result = await writerOf(heir).apply([
      creating('large.bin', content, { container: 'Large', body: chunksOf(content) }),
    ]);
    expect(result).toMatchObject([{ outcome: 'done', targetId: 'large.bin' }]);
    const sent = proxy.requests.filter((one) => one.includes('large.bin') && one.includes('partNumber='));
    expect(sent.map((one) => /partNumber=(\d+)/.exec(one)?.[1]).sort()).toEqual(['4', '5', '6']);
    const there = await bucket.get('Large/large.bin');
    expect(there.body.equals(content)).toBe(true);
    expect(there.metadata.mtime).toBe('1600000000.25');
    expect((await bucket.keys()).sort()).toEqual(['Large/', 'Large/large.bin']);
    expect(await bucket.uploads()).toBe(0);
    parts.destroy();
    bucket.dispose();
  });

  test('parts of another content are not taken for ours; another name begins anew; what is settled leaves nothing', async () => {
    const bucket = await RawBucket.make(server);
    const target = await session(bucket.system());
    const [first, second] = [contentOf(SIZE, 1), contentOf(SIZE, 2)];
    const broken = async function* (content: Buffer): AsyncGenerator<Buffer> {
      yield* chunksOf(content.subarray(0, 20 * MIB));
      throw new Error('the source went away');
    };
    const attempt = (name: string, content: Buffer) =>
      writerOf(target).apply([creating(name, content, { body: broken(content) })]);
    await expect(attempt('one.bin', first)).rejects.toThrow('the source went away');
    expect(await bucket.uploads()).toBe(1);
    const done = await writerOf(target).apply([creating('one.bin', second, { body: chunksOf(second) })]);
    expect(done).toMatchObject([{ outcome: 'done' }]);
    expect((await bucket.get('one.bin')).body.equals(second)).toBe(true);
    await expect(attempt('two.bin', first)).rejects.toThrow('the source went away');
    // The conflict option gave it another name meanwhile.
    const renamed = await writerOf(target).apply([creating('three.bin', first, { body: chunksOf(first) })]);
    expect(renamed).toMatchObject([{ outcome: 'done' }]);
    await expect(attempt('four.bin', first)).rejects.toThrow('the source went away');
    await bucket.put('four.bin', 'somebody else’s');
    const late = await writerOf(target).apply([creating('four.bin', first, { body: chunksOf(first) })]);
    expect(late).toMatchObject([{ outcome: 'exists', targetId: 'four.bin' }]);
    expect(String((await bucket.get('four.bin')).body)).toBe('somebody else’s');
    expect((await bucket.keys()).sort()).toEqual(['four.bin', 'one.bin', 'three.bin']);
    expect(await bucket.uploads()).toBe(0);
    bucket.dispose();
  });

  test('completed, and the answer lost: done, not there already; somebody faster: there already', async () => {
    const bucket = await RawBucket.make(server);
    proxy = await startS3Proxy(server);
    const target = await session(bucket.system({ endpoint: proxy.url }));
    const content = contentOf(20 * MIB);
    let lost = 0;
    proxy.decide = (line) => {
      if (lost > 0 || !/^POST .*uploadId=/.test(line)) return 'pass';
      lost += 1;
      return 'lose-answer';
    };
    const op = creating('lost.bin', content, { body: chunksOf(content) });
    expect(await writerOf(target).apply([op])).toMatchObject([{ outcome: 'done', targetId: 'lost.bin' }]);
    expect(lost).toBe(1);
    const racing = async function* (): AsyncGenerator<Buffer> {
      yield* chunksOf(content.subarray(0, 10 * MIB));
      await bucket.put('raced.bin', 'first');
      yield* chunksOf(content.subarray(10 * MIB));
    };
    const raced = await writerOf(target).apply([creating('raced.bin', content, { body: racing() })]);
    expect(raced).toMatchObject([{ outcome: 'exists', targetId: 'raced.bin' }]);
    expect(String((await bucket.get('raced.bin')).body)).toBe('first');
    expect(await bucket.uploads()).toBe(0);
    bucket.dispose();
  });

  test('a transfer that breaks goes on where it broke', async () => {
    const bucket = await RawBucket.make(server);
    proxy = await startS3Proxy(server);
    const content = contentOf(6 * MIB);
    await bucket.put('large.bin', content);
    const source = await session(bucket.system({ endpoint: proxy.url }), 'read');
    let cuts = 0;
    const ranges: (string | undefined)[] = [];
    for await (const one of source.reader.read('', ['large.bin'])) {
      proxy.decide = (_, headers) => {
        ranges.push(headers.range);
        cuts += 1;
        return cuts <= 2 ? { cutAfter: 2 * MIB } : 'pass';
      };
      const chunks: Buffer[] = [];
      for await (const chunk of (one as Content).body as AsyncIterable<Buffer>) chunks.push(chunk);
      expect(Buffer.concat(chunks).equals(content)).toBe(true);
    }
    expect(ranges).toEqual([undefined, expect.stringMatching(/^bytes=\d+-$/), expect.stringMatching(/^bytes=\d+-$/)]);
    bucket.dispose();
  });
});

test('a put whose answer was lost is done, and what somebody else put stays', async () => {
  const bucket = await RawBucket.make(server);
  proxy = await startS3Proxy(server);
  const target = await session(bucket.system({ endpoint: proxy.url }));
  let lost = 0;
  proxy.decide = (line) => {
    if (lost > 0 || !line.startsWith('PUT') || !line.includes('file.txt')) return 'pass';
    lost += 1;
    return 'lose-answer';
  };
  const body = Buffer.from('content');
  expect(await writerOf(target).apply([creating('file.txt', body)])).toMatchObject([{ outcome: 'done' }]);
  expect(lost).toBe(1);
  expect(await writerOf(target).apply([creating('file.txt', body)])).toMatchObject([
    { outcome: 'exists', targetId: 'file.txt' },
  ]);
  bucket.dispose();
});

describe('moves', () => {
  test('one that died between copy and removal is finished; in parts above the limit; nothing else is removed', async () => {
    const bucket = await RawBucket.make(server);
    await bucket.put('from/a', 'content', { mtime: '5' });
    await bucket.put('to/a', 'content', { mtime: '5' });
    await bucket.put('from/b', 'content', { mtime: '5' });
    await bucket.put('to/b', 'content', { mtime: '6' });
    const large = contentOf(12 * MIB);
    await bucket.put('from/large', large, { mtime: '7' });
    const system = bucket.system();
    const target = await session(system);
    const placing = (name: string) => ({
      verb: 'place' as const,
      op: name,
      container: 'from',
      targetId: name,
      to: 'to',
    });
    expect(await writerOf(target).apply([placing('a'), placing('b')])).toMatchObject([
      { outcome: 'done', targetId: 'a' },
      { outcome: 'exists', targetId: 'b' },
    ]);
    const direct = new Bucket({
      endpoint: new URL(server.url),
      region: 'us-east-1',
      bucket: bucket.name,
      pathStyle: true,
      ...server.keys,
      ca: undefined,
      verifyCertificate: true,
      maxConnections: 4,
      timeoutMs: 60_000,
      retryDelaysMs: [],
      signal: new AbortController().signal,
    });
    const facts = await factsOf(direct, new KeySpace(''));
    const limits = { copyBytes: 8 * MIB, partBytes: 5 * MIB };
    expect(await moveObject(direct, facts, 'from/large', 'to/large', limits)).toMatchObject({ is: 'moved' });
    const moved = await bucket.get('to/large');
    expect(moved.body.equals(large)).toBe(true);
    expect(moved.metadata.mtime).toBe('7');
    // As after a copy in parts whose removal never came: its ETag is another one, and it is known all the same.
    const back = { from: 'to/large', to: 'from/large' };
    expect(await moveObject(direct, facts, back.from, back.to, limits)).toMatchObject({ is: 'moved' });
    await bucket.put('other/large', large, { mtime: '7' });
    expect(await moveObject(direct, facts, 'from/large', 'other/large', limits)).toMatchObject({ is: 'exists' });
    expect((await bucket.keys()).sort()).toEqual(['from/b', 'from/large', 'other/large', 'to/a', 'to/b']);
    direct.destroy();
    bucket.dispose();
  });
});

describe('refusals', () => {
  test('wrong keys, no rights, no such bucket, nothing at the address: who has to do what', async () => {
    const bucket = await RawBucket.make(server);
    const refused = (system: SystemConfig, address = '.') => errorOf(session(system, 'read', address));
    expect(await refused(bucket.system({}, 'wrong'))).toMatchObject({ class: 'auth', code: 'sign-in-refused' });
    const guest = {
      ...bucket.system(),
      credentials: { user: server.guest.accessKeyId, password: server.guest.secretAccessKey },
    };
    expect(await refused(guest)).toMatchObject({ class: 'auth', code: 'not-allowed-there' });
    expect(await refused(bucket.system({ bucket: 'no-such-bucket' }))).toMatchObject({
      class: 'config',
      code: 'bucket-not-found',
      field: 'bucket',
    });
    expect(await refused(bucket.system(), 'misspelled')).toMatchObject({ class: 'config', code: 'address-not-found' });
    expect(await refused(bucket.system(), '../other')).toMatchObject({ class: 'config', code: 'bad-address' });
    const lines = await s3Connector.check(bucket.system({}, 'hunter2'));
    expect(lines.at(-1)).toMatchObject({ name: 'sign-in', ok: false, fix: expect.any(String) });
    expect(JSON.stringify(lines)).not.toContain('hunter2');
    bucket.dispose();
  });

  test('told to wait: until when, for all requests, and what was written before is said', async () => {
    const bucket = await RawBucket.make(server);
    proxy = await startS3Proxy(server);
    const target = await session(bucket.system({ endpoint: proxy.url }));
    const busy = { status: 503, code: 'SlowDown', headers: { 'retry-after': '20' } };
    proxy.decide = (line) => (line.startsWith('PUT') && line.includes('second') ? busy : 'pass');
    const before = Date.now();
    const ops = ['first.txt', 'second.txt'].map((name) => creating(name, Buffer.from(name)));
    const results = await writerOf(target).apply(ops);
    expect(results.map(({ outcome }) => outcome)).toEqual(['done', 'unknown']);
    const asked = proxy.requests.length;
    const error = await errorOf(writerOf(target).apply([creating('third.txt', Buffer.from('x'))]));
    expect(error).toMatchObject({ class: 'throttled', code: 's3-busy' });
    expect(error.retryAt?.getTime()).toBeGreaterThanOrEqual(before + 19_000);
    expect(error.retryAt?.getTime()).toBeLessThan(before + 60_000);
    expect(proxy.requests.length).toBe(asked);
    expect(await bucket.keys()).toEqual(['first.txt']);
    bucket.dispose();
  });

  test.each([
    [400, 'RequestTimeTooSkewed', 'config', 'clock-differs'],
    [403, 'InvalidAccessKeyId', 'auth', 'sign-in-refused'],
    [403, 'QuotaExceeded', 'throttled', 'over-quota'],
    [429, 'TooManyRequests', 'throttled', 's3-busy'],
    [500, 'InternalError', 'transient', 's3-server-error'],
    [301, 'PermanentRedirect', 'config', 'wrong-region'],
    [501, 'NotImplemented', 'config', 's3-not-implemented'],
  ])('%i %s: %s', async (status, code, errorClass, name) => {
    const bucket = await RawBucket.make(server);
    proxy = await startS3Proxy(server);
    proxy.decide = () => ({ status, code });
    const error = await errorOf(session(bucket.system({ endpoint: proxy.url }), 'read'));
    expect(error).toMatchObject({ class: errorClass, code: name, fix: expect.any(String) });
    bucket.dispose();
  });

  test('one object that can’t be read, or be called so, keeps no other back', async () => {
    const bucket = await RawBucket.make(server);
    proxy = await startS3Proxy(server);
    await bucket.put('secret.txt', 'x');
    await bucket.put('open.txt', 'open');
    await bucket.put('archived.txt', 'x');
    const target = await session(bucket.system({ endpoint: proxy.url }));
    proxy.decide = (line) =>
      /^GET .*secret/.test(line)
        ? { status: 403, code: 'AccessDenied' }
        : /^GET .*archived/.test(line)
          ? { status: 403, code: 'InvalidObjectState' }
          : 'pass';
    expect(await files(target.reader, '')).toEqual(
      new Map([
        ['archived.txt', 'object-archived'],
        ['open.txt', 'open'],
        ['secret.txt', 'not-allowed-there'],
      ]),
    );
    const long = 'x'.repeat(1_025);
    expect(
      await writerOf(target).apply([creating(long, Buffer.from('x')), creating('b', Buffer.from('x'))]),
    ).toMatchObject([{ outcome: 'refused', error: { class: 'object', code: 'path-too-long' } }, { outcome: 'done' }]);
    bucket.dispose();
  });
});

test('what is no S3 server is told as that', async () => {
  const bucket = await RawBucket.make(server);
  proxy = await startS3Proxy(server);
  const { createServer } = await import('node:http');
  const page = createServer((_, answer) => answer.end('<html><body>Console</body></html>'));
  await new Promise<void>((resolve) => page.listen(0, '127.0.0.1', resolve));
  const { port } = page.address() as { port: number };
  const error = await errorOf(session(bucket.system({ endpoint: `http://127.0.0.1:${port}` }), 'read'));
  page.close();
  expect(error).toMatchObject({ class: 'config', code: 'not-an-s3-server', field: 'endpoint' });
  bucket.dispose();
});

test('check says what was tried; discover lists the first folders', async () => {
  const bucket = await RawBucket.make(server);
  for (const key of ['Sales/a', 'Legal/b', 'loose.txt', '/odd', '.sterna-uploads/x']) await bucket.put(key, 'x');
  const lines = await s3Connector.check(bucket.system(), '.');
  expect(lines.every(({ ok }) => ok)).toBe(true);
  const said = Object.fromEntries(lines.map(({ name, evidence }) => [name, evidence]));
  expect(said['capability: new files only']).toContain('not kept');
  expect(said['capability: new large files only']).toContain('kept by the storage');
  expect(said['capability: times']).toContain('mtime');
  const found: string[] = [];
  for await (const { address } of s3Connector.discover(bucket.system(), 'drive')) found.push(address);
  expect(found).toEqual(['Legal', 'Sales']);
  // Nothing of what was tried is left.
  expect((await bucket.keys()).length).toBe(5);
  bucket.dispose();
});

test('addresses of the command line', () => {
  expect(s3Connector.parseUrl('s3+https://AKIA%3A1@s3.example:9000/my-bucket/a%20b/c', { insecure: false })).toEqual({
    settings: { endpoint: 'https://s3.example:9000', bucket: 'my-bucket', prefix: 'a b/c' },
    address: '.',
    credentials: { user: 'AKIA:1' },
    label: 's3+https://AKIA%3A1@s3.example:9000/my-bucket/a%20b/c',
  });
  for (const [url, field] of [
    ['s3+https://key:secret@host/bucket', 'password'],
    ['s3+https://host/bucket', 'user'],
    ['s3+https://key@host/', 'bucket'],
    ['s3+ftp://key@host/bucket', 'url'],
    ['s3+https://key@host/bucket?region=x', 'url'],
  ] as const) {
    const error = (() => {
      try {
        return s3Connector.parseUrl(url, { insecure: false });
      } catch (thrown) {
        return thrown as SternaError;
      }
    })();
    expect(error, url).toMatchObject({ class: 'config', code: 'url-invalid', field });
    expect(String((error as SternaError).message)).not.toContain('secret@');
  }
});

test.each(['in this run', 'in the next run'])(
  'an upload that began unheard is given up %s, another’s isn’t',
  async (when) => {
    const bucket = await RawBucket.make(server);
    const theirs = new CreateMultipartUploadCommand({ Bucket: bucket.name, Key: 'large.bin' });
    await bucket.client.send(theirs);
    proxy = await startS3Proxy(server);
    const content = contentOf(17 * MIB);
    const first = await session(bucket.system({ endpoint: proxy.url }));
    let isFirst = true;
    proxy.decide = (request) => {
      if (!/^POST .*large\.bin\?uploads/.test(request) || !isFirst) return 'pass';
      isFirst = false;
      if (when === 'in the next run') setImmediate(() => first.destroy());
      return 'lose-answer';
    };
    const create = (): CreateOp => creating('large.bin', content, { body: chunksOf(content) });
    const [result] = await writerOf(first).apply([create()]);
    expect(isFirst).toBe(false);
    if (when === 'in this run') expect(result).toMatchObject({ outcome: 'done' });
    else {
      expect(result).toMatchObject({ outcome: 'unknown' });
      const second = await session(bucket.system());
      expect(await writerOf(second).apply([create()])).toMatchObject([{ outcome: 'done' }]);
    }
    expect(await bucket.keys()).toEqual(['large.bin']);
    expect(await bucket.uploads()).toBe(1);
    bucket.dispose();
  },
);

test('in a bucket that keeps versions, what was tried out leaves none, and no delete marker', async () => {
  const bucket = await RawBucket.make(server);
  await bucket.keepVersions();
  const { capabilities } = await session(bucket.system());
  expect(capabilities.evidence.versioning).toMatch(/^on/);
  const left = await bucket.client.send(new ListObjectVersionsCommand({ Bucket: bucket.name }));
  expect([left.Versions ?? [], left.DeleteMarkers ?? []]).toEqual([[], []]);
  bucket.dispose();
});

test('a large replacement that landed unheard is done when it is sent again; other content there is kept', async () => {
  const bucket = await RawBucket.make(server);
  const writer = writerOf(await session(bucket.system()));
  const [before, after, theirs] = [1, 2, 3].map((seed) => contentOf(17 * MIB, seed)) as [Buffer, Buffer, Buffer];
  const [made] = await writer.apply([creating('large.bin', before, { body: chunksOf(before) })]);
  const ifVersion = made?.outcome === 'done' ? made.version : undefined;
  const replace = (content: Buffer) =>
    writer.apply([
      {
        verb: 'replace',
        op: 'r',
        container: '',
        targetId: 'large.bin',
        ifVersion,
        stamp: STAMP,
        size: content.length,
        body: chunksOf(content),
      },
    ]);
  const [landed] = await replace(after);
  expect(landed).toMatchObject({ outcome: 'done' });
  expect(await replace(after)).toEqual([landed]);
  expect(await replace(theirs)).toMatchObject([{ outcome: 'changed' }]);
  expect((await bucket.get('large.bin')).body.equals(after)).toBe(true);
  expect(await bucket.uploads()).toBe(0);
  bucket.dispose();
});
