import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CreateOp, Session } from '@sterna/connector-kit';
import { startHttpProxy, startRcloneWebdav } from '@sterna/test-servers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { webdavConnector } from '../src/index.ts';

let server: Awaited<ReturnType<typeof startRcloneWebdav>>;
let proxy: Awaited<ReturnType<typeof startHttpProxy>>;
let session: Session;
beforeAll(async () => {
  server = await startRcloneWebdav();
  proxy = await startHttpProxy(server);
  session = await webdavConnector.open({
    system: { settings: { url: proxy.url }, credentials: { user: 'user', password: 'pw' } },
    address: 'user',
    role: 'write',
    installation: '0badcafe',
    signal: new AbortController().signal,
  });
});
afterAll(async () => {
  session.destroy();
  await proxy.stop();
  await server.stop();
});

let serial = 0;
const create = (container: string, name: string, text: string): CreateOp => {
  serial += 1;
  return {
    verb: 'create',
    op: `${serial}`,
    container,
    name,
    reservedId: name,
    stamp: serial.toString(16).padStart(32, '0'),
    flags: [],
    date: undefined,
    size: Buffer.byteLength(text),
    body: Buffer.from(text),
  };
};

const apply = async (ops: readonly CreateOp[]) => {
  proxy.forget();
  return (await session.writer?.apply(ops)) ?? [];
};

async function versions(container: string): Promise<Map<string, string | undefined>> {
  const found = new Map<string, string | undefined>();
  for await (const item of session.writer?.inventory(container, {}) ?? []) found.set(item.targetId, item.version);
  return found;
}

const batch = (container: string, count: number, prefix: string): CreateOp[] =>
  Array.from({ length: count }, (_, n) => create(container, `${prefix} ${n} ü.txt`, `text ${prefix} ${n}`));

test('files of one batch are looked at by one listing, and their versions are those of an inventory', async () => {
  await session.writer?.ensureContainer(['one'], { kind: 'file' });
  const ops = batch('one', 20, 'a');
  const results = await apply(ops);
  expect(proxy.count('PROPFIND')).toBe(1);
  expect(proxy.count()).toBe(41);
  const now = await versions('one');
  expect(results).toEqual(
    ops.map(({ op, name = '' }) => ({ op, outcome: 'done', targetId: name, version: now.get(name) })),
  );
  expect(now.size).toBe(20);
});

test('a folder far larger than the batch is not listed for it, and that is remembered', async () => {
  await session.writer?.ensureContainer(['large'], { kind: 'file' });
  for (let n = 0; n < 300; n += 1) writeFileSync(join(server.root, 'large', `other ${n}`), 'other');
  for (const isFirst of [true, false]) {
    const ops = batch('large', 5, `first ${isFirst}`);
    const results = await apply(ops);
    // The first time some of them may be among the entries that were seen.
    if (isFirst) expect(proxy.requests).toContain('PROPFIND /large/');
    else expect(proxy.requests).not.toContain('PROPFIND /large/');
    if (!isFirst) expect(proxy.count('PROPFIND')).toBe(5);
    const now = await versions('large');
    for (const [i, { name = '' }] of ops.entries())
      expect(results[i]).toMatchObject({ outcome: 'done', targetId: name, version: now.get(name) });
  }
});

test('who finds its name taken, or has a name twice, keeps nobody waiting; nothing of it is left', async () => {
  await session.writer?.ensureContainer(['taken', 'below'], { kind: 'file' });
  await apply([create('taken', 'b', 'theirs')]);
  const results = await apply([
    create('taken', 'a', 'first'),
    create('taken', 'a', 'second'),
    create('taken', 'b', 'ours'),
    create('taken', 'below', 'a folder has it'),
    create('taken', 'c', 'third'),
    create('no such folder', 'd', 'fourth'),
  ]);
  expect(results.map(({ outcome }) => outcome)).toEqual(['done', 'exists', 'exists', 'exists', 'done', 'refused']);
  expect(readdirSync(join(server.root, 'taken')).sort()).toEqual(['a', 'b', 'below', 'c']);
});

test('what people make of a file right after it has its name is not taken for ours', async () => {
  await session.writer?.ensureContainer(['edited'], { kind: 'file' });
  const [result] = await apply([create('edited', 'a', 'ours')]);
  writeFileSync(join(server.root, 'edited', 'a'), 'THEIRS');
  expect(result).toMatchObject({ outcome: 'done' });
  expect((await versions('edited')).get('a')).not.toBe(result?.outcome === 'done' ? result.version : undefined);
});
