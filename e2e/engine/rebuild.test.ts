import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { caldavConnector } from '@sterna/connector-caldav';
import { carddavConnector } from '@sterna/connector-carddav';
import { filesConnector } from '@sterna/connector-files';
import { googleConnector } from '@sterna/connector-google';
import { imapConnector } from '@sterna/connector-imap';
import { microsoft365Connector } from '@sterna/connector-microsoft365';
import { writeSampleMailbox } from '@sterna/sample-mailbox';
import { DirectGmail, type Google } from '@sterna/simulator-google';
import { DirectMail, type Microsoft365 } from '@sterna/simulator-microsoft365';
import { type Dovecot, type Radicale, startDovecot, startRadicale } from '@sterna/test-servers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addEntry, type Bench, type Endpoint, openBench, pass } from '../support/direct-pass.ts';
import { differences, imapEndpoint, maildirMessages, maildirTruth } from '../support/dovecot-mailbox.ts';
import { drive, Tree } from '../support/drive-tree.ts';
import { scratch } from '../support/folders.ts';
import { gmailDifferences, googleEndpoint } from '../support/google.ts';
import { mailDifferences, microsoft365Endpoint } from '../support/microsoft365.ts';
import { mailText, putMail } from '../support/put-mail.ts';
import { DavSource, davConnectorOf, davEndpoint, radicaleTruth } from '../support/radicale-mailbox.ts';
import { startGoogle, startMicrosoft365 } from '../support/watched-simulators.ts';

/**
 * The database is lost with all that it knew, the secrets of the installation too; source and target are as they were. A
 * project that is made anew, with duplicate prevention, finds everything again.
 */
const CONNECTORS = [
  imapConnector,
  caldavConnector,
  carddavConnector,
  filesConnector,
  microsoft365Connector,
  googleConnector,
];

let dir: string;
let before: Bench;
let after: Bench;
let mail: Dovecot;
let dav: Radicale;
let tenant: Microsoft365;
let google: Google;
beforeAll(async () => {
  dir = scratch('rebuild');
  [before, after, mail, dav, tenant, google] = await Promise.all([
    openBench(join(dir, 'before'), CONNECTORS),
    openBench(join(dir, 'after'), CONNECTORS),
    startDovecot({ listescape: true }),
    startRadicale({ users: ['ef', 'et', 'cf', 'ct', 'of', 'ot'] }),
    startMicrosoft365({ empty: true }),
    startGoogle({ empty: true }),
  ]);
}, 60_000);
afterAll(async () => {
  await Promise.all([before.close(), after.close()]);
  await Promise.all([mail.stop(), dav.stop(), tenant.stop(), google.stop()]);
  rmSync(dir, { recursive: true, force: true });
});

/** Migrated once, and then known to nobody: the entry of the new project, after its first pass. */
async function lost(source: Endpoint, target: Endpoint, objects: number) {
  const old = await addEntry(before, source, target);
  expect((await pass(before, old, 'initial')).books.total).toMatchObject({ seen: objects, created: objects });
  const entry = await addEntry(after, source, target);
  const first = await pass(after, entry, 'initial');
  expect(first).toMatchObject({ error: null, books: { balanced: true } });
  expect(first.books.total).toMatchObject({ seen: objects, created: 0, updated: 0, failed: 0 });
  return { entry, first };
}

/** It goes on as if nothing had been lost. */
const delta = async (entry: number, patch: object = {}) => {
  const outcome = await pass(after, entry, 'delta', patch);
  expect(outcome).toMatchObject({ error: null, books: { balanced: true } });
  return outcome.books.total;
};

test('mail, IMAP: nothing comes twice, flags and new messages arrive', async () => {
  const sample = writeSampleMailbox(mail.mailRoot('from'), { seed: 9, messages: 60 });
  mail.adopt('from');
  const truth = (user: string) => maildirTruth(mail.mailRoot(user));
  const { entry } = await lost(imapEndpoint(mail, 'from'), imapEndpoint(mail, 'to'), sample.messages);
  expect(differences(truth('from'), truth('to'))).toEqual([]);
  await mail.rawCommand('from', 'SELECT INBOX', 'UID STORE 1 +FLAGS (\\Flagged)');
  putMail(mail.mailRoot('from'), { subject: 'new since' });
  mail.adopt('from');
  expect(await delta(entry)).toMatchObject({ created: 1 });
  expect(differences(truth('from'), truth('to'))).toEqual([]);
  expect(await delta(entry)).toMatchObject({ seen: sample.messages + 1, created: 0, updated: 0 });
});

test('mail, IMAP: what another program copied, twins among it, is taken over', async () => {
  const text = ['one', 'two', 'twin', 'twin', 'three'].map((subject) => mailText({ subject }));
  const [connection, other] = [await mail.login('left'), await mail.login('right')];
  for (const one of text) await connection.append('INBOX', one);
  // It was interrupted before the last one.
  for (const one of text.slice(0, 4)) await other.append('INBOX', one);
  connection.close();
  other.close();
  const entry = await addEntry(after, imapEndpoint(mail, 'left'), imapEndpoint(mail, 'right'));
  expect((await pass(after, entry, 'initial')).books.total).toMatchObject({ seen: 5, created: 1, skipped: 4 });
  expect(maildirTruth(mail.mailRoot('right')).get('INBOX')).toHaveLength(5);
});

test('mail, Microsoft 365: by its stamps', async () => {
  const sample = writeSampleMailbox(mail.mailRoot('graph'), { seed: 10, messages: 40 });
  mail.adopt('graph');
  const alice = 'alice@contoso.example';
  const there = new DirectMail(tenant, alice);
  const { entry } = await lost(imapEndpoint(mail, 'graph'), microsoft365Endpoint(tenant, alice), sample.messages);
  expect(await mailDifferences(maildirMessages(mail.mailRoot('graph')), there)).toEqual([]);
  putMail(mail.mailRoot('graph'), { subject: 'new since' });
  mail.adopt('graph');
  expect(await delta(entry)).toMatchObject({ created: 1 });
  expect(await mailDifferences(maildirMessages(mail.mailRoot('graph')), there)).toEqual([]);
});

test('mail, Gmail', async () => {
  const sample = writeSampleMailbox(mail.mailRoot('gmail'), { seed: 11, messages: 40 });
  mail.adopt('gmail');
  const address = 'alice@nordwind.example';
  const there = new DirectGmail(google, address);
  const { entry } = await lost(imapEndpoint(mail, 'gmail'), googleEndpoint(google, address), sample.messages);
  expect(gmailDifferences(maildirMessages(mail.mailRoot('gmail')), there)).toEqual([]);
  putMail(mail.mailRoot('gmail'), { subject: 'new since' });
  mail.adopt('gmail');
  expect(await delta(entry)).toMatchObject({ created: 1 });
  expect(gmailDifferences(maildirMessages(mail.mailRoot('gmail')), there)).toEqual([]);
});

describe.each(['event', 'contact'] as const)('%ss', (kind) => {
  const [from, to] = kind === 'event' ? ['ef', 'et'] : ['cf', 'ct'];
  test('nothing comes twice; what changed at the source changes in place', async () => {
    const source = new DavSource(dav, from, kind);
    await source.make(['Work', 'Home'], 4);
    const connector = davConnectorOf(kind);
    const { entry } = await lost(davEndpoint(dav, connector, from), davEndpoint(dav, connector, to), 8);
    const count = (user: string): number => [...radicaleTruth(dav, user).values()].flat().length;
    expect(count(to)).toBe(8);
    await source.put(0, 1, 'changed');
    await source.put(1, 7);
    expect(await delta(entry)).toMatchObject({ created: 1, updated: 1 });
    expect(count(to)).toBe(9);
    expect(await delta(entry)).toMatchObject({ seen: 9, created: 0, updated: 0 });
  });
});

test('files: nothing comes twice; what changed at the source changes in place', async () => {
  const [source, target] = [new Tree(join(dir, 'tree/source')), new Tree(join(dir, 'tree/target'))];
  for (const name of ['a.txt', 'b/c.txt', 'b/d.txt']) source.write(name, name);
  const { entry } = await lost(drive(source.root), drive(target.root), 3);
  expect(target.truth()).toEqual(source.truth());
  source.write('b/c.txt', 'changed');
  source.write('new.txt', 'new');
  expect(await delta(entry)).toMatchObject({ created: 1, updated: 1 });
  expect(target.truth()).toEqual(source.truth());
});
