import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { archiveConnector } from '@sterna/connector-archive';
import { growSampleMailbox, writeSampleMailbox } from '@sterna/sample-mailbox';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addEntry, type Bench, openBench, pass, verifyResult } from '../support/direct-pass.ts';
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
