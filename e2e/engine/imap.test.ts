import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { imapConnector } from '@sterna/connector-imap';
import { growSampleMailbox, writeSampleMailbox } from '@sterna/sample-mailbox';
import { type Dovecot, startDovecot } from '@sterna/test-servers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addEntry, type Bench, openBench, pass, twinEntry, verifyResult } from '../support/direct-pass.ts';
import { differences, imapEndpoint, maildirTruth } from '../support/dovecot-mailbox.ts';
import { scratch } from '../support/folders.ts';

let dir: string;
let bench: Bench;
let source: Dovecot;
let target: Dovecot;
beforeAll(async () => {
  dir = scratch('engine-imap');
  [bench, source, target] = await Promise.all([
    openBench(join(dir, 'data'), [imapConnector]),
    startDovecot({ listescape: true }),
    startDovecot({ listescape: true }),
  ]);
});
afterAll(async () => {
  await bench.close();
  await Promise.all([source.stop(), target.stop()]);
  rmSync(dir, { recursive: true, force: true });
});

const seed = (user: string, messages: number, seedNumber: number) => {
  const sample = writeSampleMailbox(source.mailRoot(user), { seed: seedNumber, messages });
  source.adopt(user);
  return sample;
};
const truthOf = (server: Dovecot, user: string) => maildirTruth(server.mailRoot(user));

test('initial pass, no-change delta, delta with new, changed, moved and removed messages', async () => {
  const sample = seed('anna', 150, 3);
  const entry = await addEntry(bench, imapEndpoint(source, 'anna'), imapEndpoint(target, 'anna2'));
  const first = await pass(bench, entry, 'initial');
  expect(first.error).toBeNull();
  expect(differences(truthOf(source, 'anna'), truthOf(target, 'anna2'))).toEqual([]);
  expect(first.books.total.seen).toBe(sample.messages);

  const same = await pass(bench, entry, 'delta');
  expect(same.books.total).toMatchObject({ seen: sample.messages, created: 0, updated: 0 });

  const grown = growSampleMailbox(source.mailRoot('anna'), { seed: 4 });
  source.adopt('anna');
  const second = await pass(bench, entry, 'delta');
  expect(second.status).toBe('completed');
  expect(second.books.total.seen).toBe(grown.messages);
  expect(second.books.total.created).toBe(grown.changes.filter((change) => change.what === 'added').length);
  // Deletions are left alone by default, everything else is equal.
  const removed = grown.changes.filter((change) => change.what === 'removed').length;
  const rest = differences(truthOf(source, 'anna'), truthOf(target, 'anna2'));
  expect(rest.filter((line) => line.includes('lost'))).toEqual([]);
  expect(rest.length).toBe(removed);
  expect(verifyResult(await pass(bench, entry, 'verify', { verifyDepth: 'content' }))).toMatchObject({
    ok: true,
    flagsDiffer: 0,
  });
});

test('state lost: duplicate prevention takes over what is there, twins included', async () => {
  const sample = seed('bert', 120, 5);
  const entry = await addEntry(bench, imapEndpoint(source, 'bert'), imapEndpoint(target, 'bert2'));
  expect((await pass(bench, entry, 'initial')).status).toBe('completed');
  const again = await twinEntry(bench, entry);
  const second = await pass(bench, again, 'initial');
  expect(second.books.total).toMatchObject({ seen: sample.messages, skipped: sample.messages, created: 0 });
  expect(differences(truthOf(source, 'bert'), truthOf(target, 'bert2'))).toEqual([]);
});
