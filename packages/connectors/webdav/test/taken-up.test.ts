import { createCipheriv } from 'node:crypto';
import { existsSync, openSync, readFileSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Result } from '@sterna/connector-kit';
import { startApache, startFaultProxy } from '@sterna/test-servers';
import { expect, test } from 'vitest';
import { webdavConnector } from '../src/index.ts';

const MIB = 1024 * 1024;
const STAMP = 'cd'.repeat(16);
const raw = createCipheriv('aes-128-ctr', Buffer.alloc(16, 7), Buffer.alloc(16)).update(Buffer.alloc(13 * MIB));

async function* chunks(failAt: number, error: Error): AsyncGenerator<Buffer> {
  for (let at = 0; at < raw.length; at += 65_536) {
    if (at >= failAt) throw error;
    yield raw.subarray(at, at + 65_536);
  }
}

test('Apache: a large file goes on where an earlier try ended, and what lies there is compared, not believed', async () => {
  await using apache = await startApache();
  await using proxy = await startFaultProxy({ target: apache, protocol: 'raw' });
  const create = async (failAt: number, error = new Error('the source is gone')): Promise<readonly Result[]> => {
    const session = await webdavConnector.open({
      system: {
        settings: { url: `http://${proxy.host}:${proxy.port}/`, retryDelaysMs: [], chunkBytes: 5 * MIB },
        credentials: { user: 'user', password: 'pw' },
      },
      address: 'user',
      role: 'write',
      installation: '0badcafe',
      signal: new AbortController().signal,
    });
    try {
      const results = await session.writer?.apply([
        {
          verb: 'create',
          op: 'c',
          container: '',
          name: 'large.bin',
          reservedId: 'large.bin',
          stamp: STAMP,
          flags: [],
          date: undefined,
          size: raw.length,
          body: chunks(failAt, error),
        },
      ]);
      return results ?? [];
    } finally {
      session.destroy();
    }
  };
  const temporary = join(apache.root, `.sterna-${STAMP}.part`);
  const target = join(apache.root, 'large.bin');

  const gone = new Error('the source is gone');
  await expect(create(11 * MIB, gone)).rejects.toBe(gone);
  expect(existsSync(target)).toBe(false);
  const there = statSync(temporary).size;
  expect(there).toBeGreaterThanOrEqual(10 * MIB);
  expect(readFileSync(temporary).equals(raw.subarray(0, there))).toBe(true);

  // Something else lies there from 6 MiB on.
  writeSync(openSync(temporary, 'r+'), Buffer.from('something else'), 0, 14, 6 * MIB + 5);
  proxy.forget();
  expect(await create(Number.POSITIVE_INFINITY)).toMatchObject([{ outcome: 'done', targetId: 'large.bin' }]);
  expect(readFileSync(target).equals(raw)).toBe(true);
  expect(existsSync(temporary)).toBe(false);
  // Some of the first try may still have been on its way.
  expect(proxy.passed.toServer).toBeLessThan(11 * MIB);
});
