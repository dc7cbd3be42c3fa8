import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { QuickXorHash, quickXorHash } from '../../src/drive/quick-xor-hash.ts';

const rclone = spawnSync('rclone', ['version']).status === 0;

test('known values', () => {
  expect(quickXorHash([])).toBe('AAAAAAAAAAAAAAAAAAAAAAAAAAA=');
  expect(quickXorHash([Buffer.from('a')])).toBe('YQAAAAAAAAAAAAAAAQAAAAAAAAA=');
  expect(quickXorHash([Buffer.from('hello world')])).toBe('aCgDG9jwBhDc4Q1yawMZAAAAAAA=');
  expect(quickXorHash([Buffer.alloc(159, 'x')])).toBe('AAAAAAAAAAAAAAAAnwAAAAAAAA8=');
  expect(quickXorHash([Buffer.from(Array.from({ length: 320 }, (_, i) => (i * 7 + 3) % 251))])).toBe(
    'PtGq1XZTC9PHwI/sQnQBwMlNxys=',
  );
});

test('the pieces that content arrives in make no difference', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2000 }), fc.array(fc.nat(2000), { maxLength: 8 }), (bytes, cuts) => {
      const places = [0, ...cuts.map((cut) => Math.min(cut, bytes.length)).sort((a, b) => a - b), bytes.length];
      const pieces = places.slice(1).map((end, i) => bytes.subarray(places[i], end));
      expect(quickXorHash(pieces)).toBe(quickXorHash([bytes]));
    }),
  );
});

test.skipIf(!rclone)('rclone computes the same', () => {
  const folder = mkdtempSync(join(tmpdir(), 'quickxor-'));
  try {
    const wanted = new Map<string, string>();
    for (const length of [0, 1, 19, 20, 159, 160, 161, 1000, 65_537, 3_000_001]) {
      const bytes = Buffer.from(Uint8Array.from({ length }, (_, i) => (i * i * 31 + length + (i >> 7)) & 0xff));
      writeFileSync(join(folder, `${length}`), bytes);
      wanted.set(`${length}`, new QuickXorHash().update(bytes).digest().toString('hex'));
    }
    const said = execFileSync('rclone', ['--config', join(folder, 'none'), 'hashsum', 'quickxor', folder], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const theirs = new Map(
      said
        .trim()
        .split('\n')
        .map((line) => line.split(/\s+/).reverse() as [string, string]),
    );
    expect(theirs).toEqual(wanted);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
