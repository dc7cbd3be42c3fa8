import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { growSampleMailbox, writeSampleMailbox } from '@sterna/sample-mailbox';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PROGRAM, sterna, testFolder } from './sterna.ts';

let folder: Awaited<ReturnType<typeof testFolder>>;
let source: string;
let target: string;
let state: string;

const copy = (...more: string[]) =>
  sterna(['copy', `maildir:${source}`, `maildir:${target}`, '--state', state, '--json', ...more]);
const lastLine = (stdout: string) => JSON.parse(stdout.trimEnd().split('\n').at(-1) as string);

beforeAll(async () => {
  folder = await testFolder();
  source = join(folder.path, 'source');
  target = join(folder.path, 'target');
  state = join(folder.path, 'state');
  writeSampleMailbox(source, { messages: 80, seed: 3, size: 200_000 });
});
afterAll(() => folder?.remove());

/** Digests of all messages below a Maildir. */
async function digests(dir: string): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(dir, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !/\/(cur|new)$/.test(entry.parentPath)) continue;
    found.push(
      createHash('sha256')
        .update(await readFile(join(entry.parentPath, entry.name)))
        .digest('hex'),
    );
  }
  return found.sort();
}

test('initial pass, nothing new, delta pass: the last line is the books', async () => {
  const first = await copy();
  expect(first.code, first.stderr).toBe(0);
  const books = lastLine(first.stdout);
  expect(books).toMatchObject({
    pass: 'initial',
    seen: 80,
    migrated: 80,
    created: 80,
    updated: 0,
    unchanged: 0,
    filtered: 0,
    skipped: 0,
    merged: 0,
    uncertain: 0,
    failed: 0,
    balanced: true,
    failures: [],
  });
  expect(books.bytes).toBeGreaterThan(100_000);
  expect(books.seconds).toBeGreaterThan(0);
  expect(await digests(target)).toEqual(await digests(source));

  const again = await copy('--verify');
  expect(again.code, again.stderr).toBe(0);
  expect(lastLine(again.stdout)).toMatchObject({
    pass: 'delta',
    seen: 80,
    migrated: 0,
    unchanged: 80,
    verify: { ok: true, identical: 80, missing: 0, duplicated: 0 },
  });

  const grown = growSampleMailbox(source, { seed: 4 });
  const delta = await copy('--verify');
  expect(delta.code, delta.stderr).toBe(0);
  const after = lastLine(delta.stdout);
  expect(after).toMatchObject({ pass: 'delta', seen: grown.messages, failed: 0, balanced: true, verify: { ok: true } });
  expect(after.created).toBe(grown.changes.filter(({ what }) => what === 'added').length);
});

test('a state that was lost duplicates nothing', async () => {
  const before = await digests(target);
  const fresh = await sterna([
    ...['copy', `maildir:${source}`, `maildir:${target}`, '--state', join(folder.path, 'other-state'), '--json'],
  ]);
  expect(fresh.code, fresh.stderr).toBe(0);
  expect(lastLine(fresh.stdout)).toMatchObject({ pass: 'initial', created: 0, balanced: true });
  expect(await digests(target)).toEqual(before);
});

test('without --json there is a table, and nothing but remarks on stderr', async () => {
  const { code, stdout } = await sterna(['copy', `maildir:${source}`, `maildir:${target}`, '--state', state]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^folder +seen/);
  expect(stdout).toContain('the books balance');
});

test('Ctrl-C ends with 130, and the next run goes on', async () => {
  const big = join(folder.path, 'big');
  const into = join(folder.path, 'big-target');
  writeSampleMailbox(big, { messages: 1_500, seed: 5, size: 0 });
  const args = ['copy', `maildir:${big}`, `maildir:${into}`, '--state', state];
  const code = await new Promise<number | null>((resolve) => {
    const child = spawn(process.execPath, [PROGRAM, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    // The first message in the target says that the work has begun.
    const watch = setInterval(async () => {
      const begun = await readdir(join(into, 'cur')).catch(() => []);
      if (begun.length === 0) return;
      clearInterval(watch);
      child.kill('SIGINT');
    }, 5);
    child.on('close', (ended) => {
      clearInterval(watch);
      resolve(ended);
    });
  });
  expect(code).toBe(130);
  const next = await sterna([...args, '--json']);
  expect(next.code, next.stderr).toBe(0);
  expect(lastLine(next.stdout)).toMatchObject({ pass: 'initial', seen: 1_500, failed: 0, balanced: true });
  expect((await digests(into)).length).toBe(1_500);
}, 60_000);

test('the state folder holds no password', async () => {
  const secret = 'Sw0rdfish-never-on-disk';
  const outcome = await sterna(
    ['copy', 'imap://ada@127.0.0.1:9', `maildir:${join(folder.path, 'never')}`, '--state', state],
    { STERNA_SOURCE_PASSWORD: secret },
  );
  expect(outcome.code).toBe(6);
  expect(outcome.stderr).not.toContain(secret);
  expect(outcome.stderr).toMatch(/^sterna: .+\nFix: .+\n$/);
  for (const entry of await readdir(state, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const bytes = await readFile(join(entry.parentPath, entry.name)).catch(() => Buffer.alloc(0));
    expect(bytes.includes(secret), join(entry.parentPath, entry.name)).toBe(false);
  }
});
