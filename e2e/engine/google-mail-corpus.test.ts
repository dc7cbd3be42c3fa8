import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { googleConnector } from '@sterna/connector-google';
import { imapConnector } from '@sterna/connector-imap';
import { DirectGmail, type Google } from '@sterna/simulator-google';
import { type Dovecot, startDovecot } from '@sterna/test-servers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { corpusMail, crlf, isCorpusThere } from '../support/corpus.ts';
import { addEntry, type Bench, openBench, pass } from '../support/direct-pass.ts';
import { imapEndpoint, maildirMessages, type StoredMessage } from '../support/dovecot-mailbox.ts';
import { scratch } from '../support/folders.ts';
import { gmailDifferences, googleEndpoint } from '../support/google.ts';
import { mailMeanings } from '../support/independent-mail.ts';
import { putMail } from '../support/put-mail.ts';
import { startGoogle } from '../support/watched-simulators.ts';

const corpus = corpusMail();
const FOLDERS = ['INBOX', 'Work', 'Work.Deep', 'B&APw-ro', 'Sent', 'Drafts', 'Junk', 'Trash', 'Archive'];
/** Letters of Maildir; `a` and `b` are the folder's keywords. */
const FLAGS = ['', 'S', 'FS', 'RS', 'Sa', 'Sb', 'FRSab'];
const KEYWORDS = '0 $Forwarded\n1 urgent\n';
const DAY_MS = 24 * 3_600_000;

let dir: string;
let bench: Bench;
let imap: Dovecot;
let google: Google;
beforeAll(async () => {
  if (!isCorpusThere) return;
  dir = scratch('google-mail-corpus');
  [bench, imap, google] = await Promise.all([
    openBench(join(dir, 'data'), [imapConnector, googleConnector]),
    startDovecot({ listescape: true }),
    startGoogle({ empty: true }),
  ]);
});
afterAll(async () => {
  const [failure] = google?.failures ?? [];
  await Promise.all([imap?.stop(), google?.stop(), bench?.close()]);
  if (dir !== undefined) rmSync(dir, { recursive: true, force: true });
  // A bug of the simulator must not pass for an answer of Gmail.
  if (failure !== undefined) throw failure;
});

const folderAt = (n: number): string => FOLDERS[n % FOLDERS.length] as string;
const arrivalOf = (n: number): Date => new Date(Date.UTC(2026, 0, 1, 0, n));

/** Every file in a folder of its own turn, with flags of its own turn; every second one arrived when its header says. */
function deliver(root: string): void {
  const said = mailMeanings([...corpus.values()]);
  for (const [n, [subject, raw]] of [...corpus].entries()) {
    const folder = folderAt(n);
    const flags = `${folder === 'Drafts' ? 'D' : ''}${FLAGS[n % FLAGS.length]}`;
    const sent = said[n]?.date ?? 0;
    const date = n % 2 === 0 && sent > 0 ? new Date(sent * 1_000) : arrivalOf(n);
    putMail(root, { folder, subject, date, flags, raw: raw.toString('latin1') });
  }
  for (const folder of FOLDERS)
    writeFileSync(join(root, folder === 'INBOX' ? '' : `.${folder}`, 'dovecot-keywords'), KEYWORDS);
}

/** Folder, flags and bytes of each message, and when it arrived. */
function linesOf(messages: ReadonlyMap<string, readonly StoredMessage[]>): Map<string, number> {
  const found = new Map<string, number>();
  for (const [folder, all] of messages)
    for (const { raw, flags, date } of all) {
      let line = `${folder} ${flags.join(',')} ${crlf(raw).toString('latin1')}`;
      // Some files of the corpus are the same, and stay as many.
      while (found.has(line)) line += '+';
      found.set(line, date);
    }
  return found;
}

describe.skipIf(!isCorpusThere)('a corpus of real, awkward mail, from IMAP through Gmail and back', () => {
  test('byte by byte, in its folder, with its flags; a date that Gmail doesn’t keep is told', async () => {
    deliver(imap.mailRoot('corpus'));
    imap.adopt('corpus');
    const mailbox = googleEndpoint(google, 'alice@nordwind.example');
    const there = await addEntry(bench, imapEndpoint(imap, 'corpus'), mailbox);
    const first = await pass(bench, there, 'initial', { failureShare: { share: 1 } });
    expect(first).toMatchObject({ status: 'completed', error: null });
    expect(first.books).toMatchObject({ balanced: true, total: { seen: corpus.size, created: corpus.size } });
    const stored = maildirMessages(imap.mailRoot('corpus'));
    expect(gmailDifferences(stored, new DirectGmail(google, 'alice@nordwind.example'))).toEqual([]);
    expect((await pass(bench, there, 'delta')).books.total).toMatchObject({ created: 0, updated: 0 });

    const back = await addEntry(bench, mailbox, imapEndpoint(imap, 'corpus-again'));
    const second = await pass(bench, back, 'initial');
    expect(second).toMatchObject({ status: 'completed', error: null });
    expect(second.books.total).toMatchObject({ seen: corpus.size, created: corpus.size });
    // Where the target has no folder for junk, it gets one under the source's name for it.
    const returned = new Map(
      [...maildirMessages(imap.mailRoot('corpus-again'))].map(([name, all]) => [name === 'Spam' ? 'Junk' : name, all]),
    );
    const [before, after] = [linesOf(stored), linesOf(returned)];
    expect([...after.keys()].sort()).toEqual([...before.keys()].sort());

    const { rows } = await bench.database.pool.query<{ id: string }>(
      `select distinct o.container || ' ' || o.src_id as id from object_note o where o.entry_id = $1 and o.code = 'date-changed'`,
      [there],
    );
    const moved = [...before].filter(([line, date]) => Math.abs((after.get(line) ?? 0) - date) > DAY_MS);
    expect(moved.length).toBeGreaterThan(corpus.size / 4);
    expect(moved.length).toBeLessThan(corpus.size * 0.8);
    // Of drafts it is told in any case.
    expect(rows.length).toBeGreaterThanOrEqual(moved.length);
    expect(rows.length).toBeLessThanOrEqual(moved.length + (stored.get('Drafts')?.length ?? 0));
  }, 120_000);
});
