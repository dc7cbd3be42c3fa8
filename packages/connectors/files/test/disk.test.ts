import { execFileSync, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  ftruncateSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { Change, ChangePage } from '@sterna/connector-kit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { filesConnector } from '../src/index.ts';
import { OpenDir } from '../src/open-dir.ts';
import { TempFile } from '../src/temp-file.ts';
import { collect } from './collect.ts';
import { createOp, makeBase, openFiles } from './support.ts';

const GIB = 1024 ** 3;
const isLong = process.env.STERNA_TEST_LONG !== undefined;

/** Runs a script beside this file as `uid`: what it prints, a JSON value for each line. */
function runScript(script: string, args: readonly string[], uid?: number): unknown[] {
  const path = new URL(script, import.meta.url).pathname;
  const options = { encoding: 'utf8', ...(uid === undefined ? {} : { uid, gid: uid }) } as const;
  return execFileSync(process.execPath, [path, ...args], options)
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
}

const changesOf = async (path: string, container = ''): Promise<readonly Change[]> => {
  const pages: ChangePage[] = await collect((await openFiles(path)).reader.changes(container, undefined, {}));
  return pages.flatMap((page) => page.changes);
};

describe('names that are no UTF-8', () => {
  const BYTES = [[0x63, 0x61, 0x66, 0xe9], [0x63, 0x61, 0x66, 0xe8], [0xff], [0xed, 0xa0, 0x80]].map((bytes) =>
    Buffer.from(bytes),
  );

  test('are files and folders like others, told apart, read, moved and removed', async () => {
    const { root } = makeBase();
    const at = (name: Buffer): Buffer => Buffer.concat([Buffer.from(`${root}/`), name]);
    for (const name of BYTES) writeFileSync(at(name), name);
    writeFileSync(join(root, 'caf%E9'), 'the name that stands for another');
    const folder = Buffer.from([0xfe, 0x20]);
    mkdirSync(at(folder));
    writeFileSync(Buffer.concat([at(folder), Buffer.from('/inside')]), 'inside');
    const changes = await changesOf(root);
    expect(changes.map(({ name }) => name).sort()).toEqual(['%ED%A0%80', '%FF', 'caf%E8', 'caf%E9', 'caf%E9']);
    expect(new Set(changes.map(({ id }) => id)).size).toBe(5);
    const session = await openFiles(root, 'write');
    const contents = await collect(
      session.reader.read(
        '',
        changes.map(({ id }) => id),
      ),
    );
    for (const one of contents) expect('body' in one, one.id).toBe(true);
    expect(new Set(contents.map((one) => 'body' in one && (one.body as Buffer).toString('latin1'))).size).toBe(5);
    const containers = await session.reader.containers();
    expect(containers.map(({ path }) => path)).toEqual([[], ['%FE ']]);
    const inside = containers[1]?.id ?? '';
    expect(await collect(session.reader.read(inside, ['inside']))).toMatchObject([{ size: 6 }]);
    const ids = changes.filter(({ id }) => id.startsWith('/')).map(({ id }) => id);
    expect(ids).toHaveLength(BYTES.length);
    const placed = await session.writer.apply(
      ids.map((targetId, n) => ({ verb: 'place', op: `${n}`, container: '', targetId, to: inside }) as const),
    );
    expect(placed).toMatchObject(ids.map((targetId) => ({ outcome: 'done', targetId })));
    expect(readdirSync(Buffer.concat([at(folder), Buffer.from('/')]), 'buffer')).toHaveLength(BYTES.length + 1);
    const items = await collect(session.writer.inventory(inside, {}));
    await session.writer.apply(
      items.map(
        ({ targetId, version = '' }) =>
          ({ verb: 'remove', op: targetId, container: inside, targetId, how: 'expunge', ifVersion: version }) as const,
      ),
    );
    expect(await session.writer.removeContainer?.(inside)).toBe('done');
    expect(readdirSync(root)).toEqual(['caf%E9']);
  });
});

describe('what is no file', () => {
  test('links, pipes and sockets are told with their reason, and keep nothing else back', async () => {
    const { root, outside } = makeBase();
    writeFileSync(join(root, 'file'), 'file');
    execFileSync('ln', ['-s', 'file', join(root, 'link inside')]);
    execFileSync('ln', ['-s', outside, join(root, 'link outside')]);
    execFileSync('mkfifo', [join(root, 'pipe')]);
    const server = createServer().listen(join(root, 'socket'));
    await once(server, 'listening');
    onTestFinished(() => {
      server.close();
    });
    const session = await openFiles(root);
    const [container] = await session.reader.containers();
    expect(container?.total).toBe(5);
    const ids = (await changesOf(root)).map(({ id }) => id);
    const results = await collect(session.reader.read('', ids));
    const told = results.map((one) => `${one.id}: ${'error' in one ? `${one.error.class} ${one.error.code}` : 'read'}`);
    expect(told.sort()).toEqual([
      'file: read',
      'link inside: object symlink-not-migrated',
      'link outside: object symlink-not-migrated',
      'pipe: object special-file',
      'socket: object special-file',
    ]);
  });

  test.runIf(process.getuid?.() === 0)('what may not be read is told, and nothing in it is taken for gone', () => {
    const { base, root } = makeBase();
    chmodSync(base, 0o755);
    for (const [name, mode] of [
      ['closed', 0o000],
      ['only its names', 0o744],
    ] as const) {
      mkdirSync(join(root, name));
      writeFileSync(join(root, name, 'inside'), '');
      chmodSync(join(root, name), mode);
    }
    mkdirSync(join(root, 'open'));
    writeFileSync(join(root, 'open', 'fine'), 'fine');
    writeFileSync(join(root, 'secret'), 'secret');
    chmodSync(join(root, 'secret'), 0o600);
    const [told] = runScript('./list-drive.ts', [root], 65_534);
    expect(told).toEqual({
      containers: ['', 'closed', 'only its names', 'open'],
      listed: {
        '': ['closed', 'only its names', 'secret'],
        closed: 'delta',
        'only its names': 'delta',
        open: ['fine'],
      },
      read: {
        closed: 'object folder-not-allowed',
        'only its names': 'object folder-not-allowed',
        secret: 'object path-not-allowed',
        'open/fine': 'fine',
      },
    });
  });
});

describe('writing', () => {
  test('dates are kept to the millisecond, before 1970 too; a replaced file keeps its mode', async () => {
    const { root } = makeBase();
    const { writer, capabilities } = await openFiles(root, 'write');
    expect(capabilities.dateKept).toBe(true);
    expect(capabilities.evidence).toMatchObject({ dates: 'kept to the millisecond', 'put in place by': 'hard links' });
    const dates = Array.from({ length: 64 }, (_, n) => new Date(-1e9 + n * 54_321_987_654.321));
    await writer.apply(dates.map((date, n) => createOp(`file ${n}`, Buffer.from('x'), { date })));
    const items = await collect(writer.inventory('', {}));
    for (const [n, date] of dates.entries())
      expect(items.find(({ name }) => name === `file ${n}`)?.date?.getTime()).toBe(date.getTime());
    chmodSync(join(root, 'file 1'), 0o640);
    const body = Buffer.from('other');
    await writer.apply([
      { verb: 'replace', op: 'r', container: '', targetId: 'file 1', ifVersion: undefined, size: body.length, body },
    ]);
    expect(statSync(join(root, 'file 1')).mode & 0o777).toBe(0o640);
    expect(readdirSync(root).filter((name) => name.startsWith('.sterna'))).toEqual([]);
  });

  test('without hard links: over nothing, and an interrupted one is settled by the next try', async () => {
    const { root } = makeBase();
    const dir = await OpenDir.open(Buffer.from(root));
    onTestFinished(() => dir.release());
    const put = async (name: string, text: string): Promise<boolean> => {
      const temp = new TempFile(dir, 'abcd');
      await temp.fill({ body: Buffer.from(text), size: text.length });
      return temp.publishWithoutLink(Buffer.from(name));
    };
    expect(await put('file', 'one')).toBe(true);
    expect(await put('file', 'two')).toBe(false);
    expect(readFileSync(join(root, 'file'), 'utf8')).toBe('one');
    expect(readdirSync(root)).toEqual(['file']);
    // Killed after the empty file was made.
    writeFileSync(join(root, 'half'), '');
    writeFileSync(join(root, '.sterna-abcd.placing.part'), 'one');
    const { writer } = await openFiles(root, 'write');
    expect(await writer.apply([createOp('half', Buffer.from('whole'), { stamp: 'abcd' })])).toMatchObject([
      { outcome: 'done' },
    ]);
    expect(readFileSync(join(root, 'half'), 'utf8')).toBe('whole');
    expect(readdirSync(root).sort()).toEqual(['file', 'half']);
    // What isn't empty is somebody's.
    writeFileSync(join(root, '.sterna-abcd.placing.part'), 'one');
    expect(await writer.apply([createOp('file', Buffer.from('two'), { stamp: 'abcd' })])).toMatchObject([
      { outcome: 'exists' },
    ]);
    expect(readFileSync(join(root, 'file'), 'utf8')).toBe('one');
  });

  test('killed between its name and the end of its hidden one: the file is not written to again', async () => {
    const { root } = makeBase();
    const { writer } = await openFiles(root, 'write');
    const stamp = 'dead';
    writeFileSync(join(root, `.sterna-${stamp}.part`), 'first');
    linkSync(join(root, `.sterna-${stamp}.part`), join(root, 'file'));
    const body = Buffer.from('other');
    const stream = async function* (): AsyncGenerator<Buffer> {
      yield body;
    };
    const op = createOp('file', body, { stamp });
    expect(await writer.apply([{ ...op, body: stream() }])).toMatchObject([{ outcome: 'exists', targetId: 'file' }]);
    expect(readFileSync(join(root, 'file'), 'utf8')).toBe('first');
    linkSync(join(root, 'file'), join(root, `.sterna-${stamp}.part`));
    expect(await writer.apply([{ ...createOp('new', body, { stamp }), body: stream() }])).toMatchObject([
      { outcome: 'done' },
    ]);
    expect(readFileSync(join(root, 'file'), 'utf8')).toBe('first');
    expect(readdirSync(root).sort()).toEqual(['file', 'new']);
    // The same of a move: both names are there.
    linkSync(join(root, 'file'), join(root, 'moved'));
    const place = { verb: 'place', op: 'p', container: '', targetId: 'file', to: '', name: 'moved' } as const;
    expect(await writer.apply([place])).toMatchObject([{ outcome: 'done', targetId: 'moved' }]);
    expect(readdirSync(root).sort()).toEqual(['moved', 'new']);
  });

  test('a file that is written to while it is read is read again, and told if that doesn’t end', async () => {
    const { root } = makeBase();
    const path = join(root, 'busy');
    writeFileSync(path, 'a');
    const session = await openFiles(root);
    let length = 1;
    const busy = setInterval(() => {
      length += 1;
      writeFileSync(path, 'a'.repeat(length));
    }, 0);
    onTestFinished(() => clearInterval(busy));
    for (let n = 0; n < 20; n += 1) {
      const [one] = await collect(session.reader.read('', ['busy']));
      if (one === undefined || 'vanished' in one) throw new Error('vanished');
      if ('error' in one) expect(one.error.code).toBe('changed-while-read');
      else expect(one.version?.split('.')[0]).toBe(`${(one.body as Buffer).length}`);
    }
    clearInterval(busy);
    const [last] = await collect(session.reader.read('', ['busy']));
    expect(last !== undefined && 'body' in last && (last.body as Buffer).length).toBe(length);
  });
});

describe('large files', () => {
  test('a sparse one of many GiB: little memory, and its holes stay', () => {
    const { root, outside } = makeBase();
    const size = (isLong ? 20 : 2) * GIB + 12_345;
    const file = openSync(join(root, 'sparse'), 'w');
    const marks = [0, GIB, size - 700_000, size - 5];
    for (const at of marks) writeSync(file, Buffer.from('data!'), 0, 5, at);
    ftruncateSync(file, size);
    const [told] = runScript('./copy-file.ts', [root, outside, 'sparse']) as [{ grown: number }];
    expect(told.grown).toBeLessThan(100 * 1024 ** 2);
    const copy = statSync(join(outside, 'sparse'));
    expect(copy.size).toBe(size);
    expect(copy.blocks * 512).toBeLessThan(4 * 1024 ** 2);
    const there = openSync(join(outside, 'sparse'), 'r');
    for (const at of marks) {
      const bytes = Buffer.alloc(5);
      expect(readAt(there, bytes, at)).toBe('data!');
    }
  }, 300_000);

  test('killed in the middle: the next try goes on where it was, and the file is whole', async () => {
    const { root, outside } = makeBase();
    const raw = randomBytes(48 * 1024 ** 2);
    writeFileSync(join(root, 'large'), raw);
    utimesSync(join(root, 'large'), 1_600_000_000, 1_600_000_000);
    const script = new URL('./copy-file.ts', import.meta.url).pathname;
    const child = spawn(process.execPath, [script, root, outside, 'large', 'slowly'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    // It says so once 16 MiB are written, and waits.
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    const [, signal] = await once(child, 'exit');
    expect(signal).toBe('SIGKILL');
    const [temp] = readdirSync(outside);
    expect(temp).toMatch(/^\.sterna-[0-9a-f]+\.part$/);
    const half = statSync(join(outside, temp ?? ''));
    expect(half.size).toBeGreaterThanOrEqual(16 * 1024 ** 2);
    expect(half.size).toBeLessThan(raw.length);
    expect(existsSync(join(outside, 'large'))).toBe(false);
    const [told] = runScript('./copy-file.ts', [root, outside, 'large']) as [{ outcome: string; written: number }];
    expect(told.outcome).toBe('done');
    // It is the file of the first try, and nothing of that was written again; threads wake each other by writing, too.
    const whole = statSync(join(outside, 'large'));
    expect(whole.ino).toBe(half.ino);
    expect(told.written).toBeLessThan(raw.length - half.size + 1024 ** 2);
    expect(sha(readFileSync(join(outside, 'large')))).toBe(sha(raw));
    expect(Math.floor(whole.mtimeMs)).toBe(1_600_000_000_000);
    expect(readdirSync(outside)).toEqual(['large']);
  });
});

const sha = (raw: Buffer): string => createHash('sha256').update(raw).digest('hex');

function readAt(file: number, bytes: Buffer, at: number): string {
  const { readSync } = process.getBuiltinModule('node:fs');
  readSync(file, bytes, 0, bytes.length, at);
  return bytes.toString();
}

test('what a killed process left of its tries is swept up; another living one’s is not', async () => {
  const { root } = makeBase();
  const [dead] = runScript('own-pid.ts', []) as [number];
  const left = (pid: number): string => `.sterna-probe-${pid}-0123456789abcdef\u00e9.part`;
  for (const pid of [dead, process.pid]) writeFileSync(join(root, left(pid)), '');
  // To another machine, whose share it is too, each of ours is dead.
  await openFiles(root, 'write', '.', { isBeside: true });
  expect(readdirSync(root).sort()).toEqual([left(dead), left(process.pid)].sort());
  await openFiles(root, 'write');
  expect(readdirSync(root)).toEqual([left(process.pid)]);
});

test('addresses of sterna copy', () => {
  const parse = (url: string): unknown => {
    const { settings, address, label } = filesConnector.parseUrl(url, { insecure: false });
    return { settings, address, label };
  };
  for (const url of ['files:/srv/a%20b', 'files:///srv/a%20b'])
    expect(parse(url)).toEqual({
      settings: { path: '/srv/a b', names: 'posix' },
      address: '.',
      label: 'files:/srv/a b',
    });
  expect(parse('files:Documents')).toMatchObject({ settings: { path: join(process.cwd(), 'Documents') } });
  for (const [url, field] of [
    ['files:', 'path'],
    ['files:/100%', 'path'],
    ['files:/a%00b', 'path'],
    ['files://host/share', 'host'],
    ['maildir:/x', 'scheme'],
  ] as const)
    expect(() => parse(url)).toThrow(expect.objectContaining({ code: 'bad-url', field }));
});
