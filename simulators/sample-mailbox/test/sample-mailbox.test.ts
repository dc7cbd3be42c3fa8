import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { awkwardMessages, growSampleMailbox, Random, writeBenchMailbox, writeSampleMailbox } from '../src/index.ts';

const base = mkdtempSync(join(tmpdir(), 'sterna-sample-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));

interface Found {
  readonly path: string;
  readonly bytes: Buffer;
  readonly seconds: number;
}

function files(dir: string): Found[] {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\/(cur|new)$/.test(entry.parentPath))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((path) => ({ path: path.slice(dir.length), bytes: readFileSync(path), seconds: statSync(path).mtimeMs }));
}

function fingerprint(dir: string): string {
  const hash = createHash('sha256');
  for (const file of files(dir)) hash.update(`${file.path}\0${file.seconds}\0`).update(file.bytes);
  return hash.digest('hex');
}

test('the same seed gives the same bytes, names and times, another seed others', () => {
  for (const [name, seed] of [
    ['a', 7],
    ['b', 7],
    ['c', 8],
  ] as const)
    writeSampleMailbox(join(base, name), { messages: 120, seed, size: 200_000 });
  expect(fingerprint(join(base, 'a'))).toBe(fingerprint(join(base, 'b')));
  expect(fingerprint(join(base, 'a'))).not.toBe(fingerprint(join(base, 'c')));
  for (const name of ['a', 'b']) growSampleMailbox(join(base, name), { seed: 3 });
  expect(fingerprint(join(base, 'a'))).toBe(fingerprint(join(base, 'b')));
});

test('the manifest tells the truth, before and after the week-end', () => {
  const dir = join(base, 'manifest');
  const made = writeSampleMailbox(dir, { messages: 200, seed: 1 });
  const before = files(dir);
  expect(made.messages).toBe(200);
  expect(before).toHaveLength(200);
  expect(made.bytes).toBe(before.reduce((sum, file) => sum + file.bytes.length, 0));
  expect(Object.values(made.perFolder).reduce((sum, count) => sum + count, 0)).toBe(200);
  expect(made.perFolder.Empty).toBe(0);
  expect(Math.max(...before.map((file) => file.bytes.length))).toBeGreaterThan(5_800_000);

  const grown = growSampleMailbox(dir, { seed: 1 });
  const after = files(dir);
  const count = (what: string): number => grown.changes.filter((change) => change.what === what).length;
  expect(after).toHaveLength(grown.messages);
  expect(grown.bytes).toBe(after.reduce((sum, file) => sum + file.bytes.length, 0));
  expect(grown.messages).toBe(200 + count('added') - count('removed'));
  for (const what of ['added', 'flagged', 'moved', 'removed']) expect(count(what)).toBeGreaterThanOrEqual(2);
  const names = new Set(after.map((file) => file.path.slice(file.path.lastIndexOf('/') + 1)));
  for (const change of grown.changes) expect(names.has(change.name)).toBe(change.what !== 'removed');
});

test('every trap is there', () => {
  const all = awkwardMessages(new Random(1), 't', 0);
  const digests = all.map((one) => createHash('sha256').update(one.raw).digest('hex'));
  const twins = digests.filter((digest, at) => digests.indexOf(digest) !== at);
  expect(twins.length).toBeGreaterThanOrEqual(4);
  const by = (label: string): Buffer => all.find((one) => one.label === label)?.raw ?? Buffer.alloc(0);
  expect(by('no Message-ID').toString()).not.toMatch(/^Message-ID:/m);
  expect(by('no Date').toString()).not.toMatch(/^Date:/m);
  expect(by('bare LF line ends').includes('\r')).toBe(false);
  expect(by('8-bit header bytes, Latin-1').includes(0xfc)).toBe(true);
  expect(new TextDecoder('iso-2022-jp').decode(by('ISO-2022-JP'))).toContain('来週の会議の資料をお送りします。');
  expect(by('IMAP commands in the body').toString()).toContain('\r\nA1 DELETE INBOX\r\n');
  expect(by('huge header, 70 kB').length).toBeGreaterThan(65_000);
  expect(by('MIME boundary never closed').toString()).not.toMatch(/--\r\n$/);
  // A server can't hold a NUL (RFC 9051 section 4.3): keep the sample comparable byte by byte.
  for (const one of all) expect(one.raw.includes(0), one.label).toBe(false);
});

test('the benchmark mailbox has the statistics it promises', () => {
  const made = writeBenchMailbox(join(base, 'bench'), { messages: 2_000, folders: 20, seed: 1 });
  expect(made.messages).toBe(2_000);
  expect(Object.keys(made.perFolder)).toHaveLength(20);
  expect(made.bytes / made.messages).toBeGreaterThan(17_000);
  expect(made.bytes / made.messages).toBeLessThan(25_000);
  const sizes = files(join(base, 'bench'))
    .map((file) => file.bytes.length)
    .sort((a, b) => a - b);
  expect(sizes[1_000]).toBeGreaterThan(7_500);
  expect(sizes[1_000]).toBeLessThan(9_500);
  expect(sizes.filter((size) => size > 1_000_000)).toHaveLength(8);
});
