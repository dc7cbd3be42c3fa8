import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { archiveConnector } from '@sterna/connector-archive';
import { growSampleMailbox, writeSampleMailbox } from '@sterna/sample-mailbox';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addEntry, type Bench, mergedEntry, notes, openBench, pass, verifyResult } from '../support/direct-pass.ts';
import { scratch } from '../support/folders.ts';

let dir: string;
let bench: Bench;
beforeAll(async () => {
  dir = scratch('engine');
  bench = await openBench(join(dir, 'data'), [archiveConnector]);
});
afterAll(async () => {
  await bench.close();
  rmSync(dir, { recursive: true, force: true });
});

const maildir = (path: string) => ({ connector: 'archive', settings: { path, format: 'maildir' }, address: '.' });

test('a mailbox migrates, delta-passes and verifies', async () => {
  const from = join(dir, 'source');
  const sample = writeSampleMailbox(from, { seed: 7, messages: 200 });
  const entry = await addEntry(bench, maildir(from), maildir(join(dir, 'target')));

  const first = await pass(bench, entry, 'initial');
  expect(first.error).toBeNull();
  expect(first.status).toBe('completed');
  expect(first.books.total).toMatchObject({ seen: sample.messages, created: sample.messages, failed: 0 });
  expect(verifyResult(await pass(bench, entry, 'verify', { verifyDepth: 'content' }))).toMatchObject({
    ok: true,
    identical: sample.messages,
    extra: 0,
    flagsDiffer: 0,
  });

  const same = await pass(bench, entry, 'delta');
  expect(same.books.total).toMatchObject({ seen: sample.messages, unchanged: sample.messages });

  const grown = growSampleMailbox(from, { seed: 8 });
  const second = await pass(bench, entry, 'delta');
  expect(second.status).toBe('completed');
  expect(second.books.total.seen).toBe(grown.messages);
  const check = verifyResult(await pass(bench, entry, 'verify', { verifyDepth: 'content' }));
  expect(check).toMatchObject({ ok: true, missing: 0, duplicated: 0, different: 0, notMigrated: 0, flagsDiffer: 0 });
});

test('two mailboxes into one: a copy that the other took over stays when its first source loses the message', async () => {
  const put = (mailbox: string, name: string): string => {
    const folder = join(dir, mailbox);
    for (const sub of ['cur', 'new', 'tmp']) mkdirSync(join(folder, sub), { recursive: true });
    const file = join(folder, 'cur', `${name}:2,S`);
    writeFileSync(
      file,
      `Message-ID: <${name}@example.org>\r\nSubject: ${name}\r\nDate: Mon, 2 Mar 2026 08:00:00 +0000\r\n\r\nHello\r\n`,
    );
    return file;
  };
  const shared = put('merge-a', 'shared');
  const alone = put('merge-a', 'alone');
  put('merge-b', 'shared');
  const first = await addEntry(bench, maildir(join(dir, 'merge-a')), maildir(join(dir, 'merge-target')));
  const second = await mergedEntry(bench, first, maildir(join(dir, 'merge-b')));
  expect((await pass(bench, first, 'initial')).books.total).toMatchObject({ created: 2 });
  expect((await pass(bench, second, 'initial')).books.total).toMatchObject({ created: 0, skipped: 1 });
  rmSync(shared);
  rmSync(alone);
  await pass(bench, first, 'delta', { deletions: 'propagate' });
  expect(readdirSync(join(dir, 'merge-target', 'cur'))).toHaveLength(1);
  expect((await notes(bench, first)).map(({ code }) => code).sort()).toEqual([
    'deletion-not-propagated',
    'deletion-propagated',
  ]);
  expect(verifyResult(await pass(bench, second, 'verify'))).toMatchObject({ ok: true, missing: 0 });
});
