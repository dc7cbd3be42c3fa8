import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { caldavConnector } from '@sterna/connector-caldav';
import { filesConnector } from '@sterna/connector-files';
import { imapConnector } from '@sterna/connector-imap';
import {
  backUpDatabase,
  claimPass,
  confirmRestore,
  domainDatabase,
  MOVER,
  noticeRestore,
  openDatabase,
  restoreDatabase,
} from '@sterna/store';
import { type Dovecot, type Radicale, startDovecot, startRadicale } from '@sterna/test-servers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addEntry, type Bench, finishHere, openBench, pass, queuePass } from '../support/direct-pass.ts';
import { differences, imapEndpoint, maildirTruth } from '../support/dovecot-mailbox.ts';
import { drive, Tree } from '../support/drive-tree.ts';
import { scratch } from '../support/folders.ts';
import { putMail } from '../support/put-mail.ts';
import { DavSource, davEndpoint, radicaleTruth } from '../support/radicale-mailbox.ts';

/**
 * The database is put back from a backup that is older than what was migrated: its ledger knows less than the target
 * holds. Nothing is written before somebody says so, and then nothing comes twice.
 */
const CONNECTORS = [imapConnector, filesConnector, caldavConnector];
/** Duplicates are looked for after a restore, though the settings say no. */
const SETTINGS = { duplicatePrevention: false };

let dir: string;
let before: Bench;
let mail: Dovecot;
let dav: Radicale;
beforeAll(async () => {
  dir = scratch('restored');
  [before, mail, dav] = await Promise.all([
    openBench(join(dir, 'before'), CONNECTORS),
    startDovecot({ listescape: true }),
    startRadicale({ users: ['ef', 'et'] }),
  ]);
  expect(await noticeRestore(before.database)).toBeUndefined();
}, 60_000);
afterAll(async () => {
  await before?.close();
  await Promise.all([mail?.stop(), dav?.stop()]);
  rmSync(dir, { recursive: true, force: true });
});

test('mail, files and events: nothing is written at first, and then nothing twice', async () => {
  const truth = (user: string) => maildirTruth(mail.mailRoot(user));
  const put = (subject: string, folder = 'INBOX') => {
    putMail(mail.mailRoot('from'), { subject, folder });
    mail.adopt('from');
  };
  const [source, target] = [new Tree(join(dir, 'tree/source')), new Tree(join(dir, 'tree/target'))];
  for (const subject of ['one', 'two', 'three']) put(subject);
  for (const name of ['a.txt', 'b/c.txt', 'b/d.txt', 'b/e.txt']) source.write(name, name);
  const messages = await addEntry(before, imapEndpoint(mail, 'from'), imapEndpoint(mail, 'to'));
  const files = await addEntry(before, drive(source.root), drive(target.root));
  const calendar = new DavSource(dav, 'ef', 'event');
  await calendar.make(['Work'], 3);
  const events = await addEntry(before, davEndpoint(dav, 'caldav', 'ef'), davEndpoint(dav, 'caldav', 'et'));
  const texts = (user: string) => [...radicaleTruth(dav, user).values()].flat().sort();
  const entries = [messages, files, events];
  for (const entry of entries) await pass(before, entry, 'initial', SETTINGS);
  const file = join(dir, 'sterna.backup');
  await backUpDatabase(before.database, file);

  // All of it is forgotten: new objects, new folders, a move, other content, a deletion.
  put('four');
  put('five', 'Later');
  await mail.rawCommand('from', 'SELECT INBOX', 'UID MOVE 1 Later', 'UID STORE 2 +FLAGS (\\Flagged)');
  source.write('b/c.txt', 'changed');
  source.write('new/f.txt', 'new');
  source.remove('b/d.txt');
  await calendar.put(0, 1, 'changed');
  await calendar.put(0, 7);
  for (const entry of entries) await pass(before, entry, 'delta', { ...SETTINGS, deletions: 'propagate' });
  await before.close();

  const dataDir = join(dir, 'after');
  const restoring = await openDatabase({ dataDir, applicationName: MOVER });
  await restoreDatabase({ database: restoring, file });
  await restoring.close();
  cpSync(join(dir, 'before/keys'), join(dataDir, 'keys'), { recursive: true });
  const after = await openBench(dataDir, CONNECTORS);
  try {
    expect(await noticeRestore(after.database)).toMatch(/^It was restored from a backup of 20/);
    const passes = [];
    for (const entry of entries)
      passes.push(await queuePass(after, entry, 'delta', { ...SETTINGS, deletions: 'propagate' }));
    expect(await claimPass(after.database.pool, { leaseSeconds: 5 })).toBeUndefined();
    expect(await confirmRestore(domainDatabase(after.database.pool))).toBe(true);
    for (const [at, passId] of passes.entries()) {
      const outcome = await finishHere(after, passId);
      expect(outcome, `entry ${at}`).toMatchObject({ error: null, status: 'completed', books: { balanced: true } });
      // Set once more, which changes nothing: flags of a message, the content of a file and of an event.
      expect(outcome.books.total).toMatchObject({ created: 0, updated: 1 });
    }
    expect(differences(truth('from'), truth('to'))).toEqual([]);
    expect(target.truth()).toEqual(source.truth());
    expect(texts('et')).toEqual(texts('ef'));

    // And it goes on from there.
    put('six');
    source.write('b/c.txt', 'changed again');
    expect((await pass(after, messages, 'delta', SETTINGS)).books.total).toMatchObject({ created: 1, updated: 0 });
    expect((await pass(after, files, 'delta', SETTINGS)).books.total).toMatchObject({ created: 0, updated: 1 });
    expect(differences(truth('from'), truth('to'))).toEqual([]);
    expect(target.truth()).toEqual(source.truth());
    await calendar.put(0, 1, 'changed again');
    expect((await pass(after, events, 'delta', SETTINGS)).books.total).toMatchObject({ created: 0, updated: 1 });
    expect(texts('et')).toEqual(texts('ef'));
  } finally {
    await after.close();
  }
});
