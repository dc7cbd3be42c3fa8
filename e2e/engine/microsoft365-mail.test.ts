import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { archiveConnector } from '@sterna/connector-archive';
import { imapConnector } from '@sterna/connector-imap';
import { microsoft365Connector } from '@sterna/connector-microsoft365';
import { growSampleMailbox, writeSampleMailbox } from '@sterna/sample-mailbox';
import { DirectMail, type Microsoft365 } from '@sterna/simulator-microsoft365';
import { type Dovecot, startDovecot } from '@sterna/test-servers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addEntry, type Bench, notes, openBench, pass, twinEntry, verifyResult } from '../support/direct-pass.ts';
import { imapEndpoint, maildirMessages } from '../support/dovecot-mailbox.ts';
import { scratch } from '../support/folders.ts';
import { mailDifferences, microsoft365Endpoint } from '../support/microsoft365.ts';
import { startMicrosoft365 } from '../support/watched-simulators.ts';

let dir: string;
let bench: Bench;
let source: Dovecot;
let tenant: Microsoft365;
beforeAll(async () => {
  dir = scratch('engine-microsoft365');
  [bench, source, tenant] = await Promise.all([
    openBench(join(dir, 'data'), [imapConnector, archiveConnector, microsoft365Connector]),
    startDovecot({ listescape: true }),
    startMicrosoft365({ empty: true }),
  ]);
});
afterAll(async () => {
  await bench.close();
  await Promise.all([source.stop(), tenant.stop()]);
  rmSync(dir, { recursive: true, force: true });
});

const maildir = (path: string) => ({ connector: 'archive', settings: { path, format: 'maildir' }, address: '.' });

test('IMAP to Microsoft 365: everything once, with state and dates; a delta makes nothing again', async () => {
  const sample = writeSampleMailbox(source.mailRoot('anna'), { seed: 3, messages: 150 });
  source.adopt('anna');
  const stored = () => maildirMessages(source.mailRoot('anna'));
  const before = stored();
  const mail = new DirectMail(tenant, 'alice@contoso.example');
  const entry = await addEntry(
    bench,
    imapEndpoint(source, 'anna'),
    microsoft365Endpoint(tenant, 'alice@contoso.example'),
  );
  const first = await pass(bench, entry, 'initial');
  expect(first.error).toBeNull();
  expect(first.books.total).toMatchObject({ seen: sample.messages, created: sample.messages });
  expect(await mailDifferences(stored(), mail)).toEqual([]);
  const ids = new Set((await mail.messages()).map(({ id }) => id));

  tenant.requests.length = 0;
  const same = await pass(bench, entry, 'delta');
  expect(same.books.total).toMatchObject({ seen: sample.messages, created: 0, updated: 0 });
  expect(tenant.requests.filter(({ method, target }) => method !== 'GET' && !/batch|token/.test(target))).toEqual([]);

  const grown = growSampleMailbox(source.mailRoot('anna'), { seed: 4 });
  source.adopt('anna');
  const second = await pass(bench, entry, 'delta');
  const count = (what: string): number => grown.changes.filter((change) => change.what === what).length;
  expect(second.status).toBe('completed');
  expect(second.books.total).toMatchObject({ seen: grown.messages, created: count('added') });
  const now = await mail.messages();
  expect(now.filter(({ id }) => !ids.has(id))).toHaveLength(count('added'));
  // Deletions are left alone by default, everything else is equal.
  const rest = await mailDifferences(stored(), mail, before);
  expect(rest.filter((one) => one.startsWith('lost'))).toEqual([]);
  expect(rest.filter((one) => one.startsWith('extra'))).toHaveLength(count('removed'));
  expect(tenant.failures).toEqual([]);
});

test('state lost: what is there is taken over by its stamps, twins included; verification finds it', async () => {
  const sample = writeSampleMailbox(source.mailRoot('bert'), { seed: 5, messages: 100 });
  source.adopt('bert');
  const mail = new DirectMail(tenant, 'daiki@contoso.example');
  const entry = await addEntry(
    bench,
    imapEndpoint(source, 'bert'),
    microsoft365Endpoint(tenant, 'daiki@contoso.example'),
  );
  expect((await pass(bench, entry, 'initial')).status).toBe('completed');
  const again = await twinEntry(bench, entry);
  const second = await pass(bench, again, 'initial');
  expect(second.books.total).toMatchObject({ seen: sample.messages, skipped: sample.messages, created: 0 });
  expect(await mail.messages()).toHaveLength(sample.messages);
  expect(verifyResult(await pass(bench, again, 'verify', { verifyDepth: 'keys' }))).toMatchObject({
    ok: true,
    target: sample.messages,
    missing: 0,
  });
});

test('Microsoft 365 to an archive: the bytes as they are read, and a delta from its tokens', async () => {
  const writing = new DirectMail(tenant, 'bjorn@contoso.example');
  const samples = scratch('engine-microsoft365-sample');
  writeSampleMailbox(samples, { seed: 9, messages: 120 });
  const seeded = [...maildirMessages(samples)];
  for (const [folder, messages] of seeded)
    for (const { raw, flags, date } of messages)
      await writing.put(folder === 'INBOX' ? ['INBOX'] : [folder], raw, Math.floor(date / 1_000) * 1_000, {
        isRead: flags.includes('S'),
        isFlagged: flags.includes('F'),
        categories: flags.filter((flag) => flag.length > 1),
      });
  rmSync(samples, { recursive: true, force: true });
  const total = seeded.flatMap(([, messages]) => messages).length;
  const root = join(dir, 'archive');
  const entry = await addEntry(bench, microsoft365Endpoint(tenant, 'bjorn@contoso.example'), maildir(root));
  const first = await pass(bench, entry, 'initial');
  expect(first.error).toBeNull();
  expect(first.books.total).toMatchObject({ seen: total, created: total });
  const text = ({ raw }: { raw: Buffer }): string => raw.toString('latin1').replaceAll('\r\n', '\n');
  const archived = (): string[] => [...maildirMessages(root).values()].flat().map(text).sort();
  expect(archived()).toEqual(seeded.flatMap(([, messages]) => messages.map(text)).sort());

  const [one, two] = await writing.messages();
  writing.setState(one?.id ?? '', { isFlagged: true, isRead: true });
  writing.move(two?.id ?? '', ['Elsewhere']);
  await writing.put(['INBOX'], Buffer.from('Subject: new\r\n\r\nnew\r\n'), Date.UTC(2024, 1, 1));
  const second = await pass(bench, entry, 'delta');
  expect(second.status).toBe('completed');
  expect(second.books.total).toMatchObject({ seen: total + 1, created: 1 });
  expect(archived()).toHaveLength(total + 1);
  expect((await notes(bench, entry)).filter(({ kind }) => kind === 'suspect' || kind === 'failure')).toEqual([]);
});

test('a delta link that the service forgot costs a listing, and makes nothing again', async () => {
  const mail = new DirectMail(tenant, 'chloe@contoso.example');
  for (let n = 0; n < 30; n += 1)
    await mail.put(['INBOX'], Buffer.from(`Subject: ${n}\r\n\r\n${n}\r\n`), Date.UTC(2024, 1, 1) + n * 1_000);
  const entry = await addEntry(
    bench,
    microsoft365Endpoint(tenant, 'chloe@contoso.example'),
    microsoft365Endpoint(tenant, 'chloe@fabrikam.example'),
  );
  expect((await pass(bench, entry, 'initial')).books.total).toMatchObject({ seen: 30, created: 30 });
  tenant.faults.deltaTokensInvalidBefore = tenant.clock.now() + 1;
  expect((await pass(bench, entry, 'delta')).books.total).toMatchObject({ seen: 30, created: 0 });
  expect(await new DirectMail(tenant, 'chloe@fabrikam.example').messages()).toHaveLength(30);
});

test('a move that the target refuses fails, and a later pass does it: no copy is made instead', async () => {
  const from = new DirectMail(tenant, 'daiki@contoso.example');
  await from.put(['INBOX'], Buffer.from('Subject: moves\r\n\r\nmoves\r\n'), Date.UTC(2026, 0, 1));
  const entry = await addEntry(
    bench,
    microsoft365Endpoint(tenant, 'daiki@contoso.example'),
    microsoft365Endpoint(tenant, 'daiki@fabrikam.example'),
  );
  await pass(bench, entry, 'initial');
  const isIt = ({ mime }: { mime: Buffer }): boolean => mime.includes('Subject: moves');
  const message = (await from.messages()).find(isIt);
  from.move(message?.id ?? '', ['Filed']);
  const refusing = tenant.faults.inject({
    fault: { kind: 'answer', status: 400, code: 'ErrorMoveCopyFailed' },
    when: ({ method, target }) => method === 'POST' && target.endsWith('/move'),
  });
  const second = await pass(bench, entry, 'delta');
  refusing.end();
  expect(second.books.total).toMatchObject({ created: 0, failed: 1 });
  const to = new DirectMail(tenant, 'daiki@fabrikam.example');
  const copies = async () => (await to.messages()).filter(isIt).map(({ folder }) => folder);
  expect(await copies()).toEqual([['INBOX']]);
  const third = await pass(bench, entry, 'delta');
  expect(third.books.total).toMatchObject({ created: 0, updated: 1, failed: 0 });
  expect(await copies()).toEqual([['Filed']]);
});

test('a message that is moved while its folders are listed ends as one copy, where it is now; twins stay two', async () => {
  const from = new DirectMail(tenant, 'elena@contoso.example');
  const to = new DirectMail(tenant, 'elena@fabrikam.example');
  const text = (word: string): Buffer =>
    Buffer.from(
      `From: a@b.example\r\nTo: c@d.example\r\nSubject: ${word}\r\nMessage-ID: <${word}@b.example>\r\n\r\n${word}\r\n`,
    );
  await from.put(['INBOX'], text('moved'), Date.UTC(2026, 0, 1));
  for (const folder of ['INBOX', 'Zzz']) await from.put([folder], text('twin'), Date.UTC(2026, 0, 2));
  const [moved] = (await from.messages()).filter(({ mime }) => mime.includes('Subject: moved'));
  // It is the inbox's turn before; then somebody moves the message, and then it is the other folder's turn.
  let turns = 0;
  const isTurn = ({ method, target }: { method: string; target: string }): boolean => {
    if (method !== 'GET' || !/mailFolders.*messages.*delta/.test(target) || moved === undefined) return false;
    turns += 1;
    if (turns === 2) from.move(moved.id, ['Zzz']);
    return false;
  };
  const watching = tenant.faults.inject({ fault: { kind: 'reset' }, when: isTurn });
  const entry = await addEntry(
    bench,
    microsoft365Endpoint(tenant, 'elena@contoso.example'),
    microsoft365Endpoint(tenant, 'elena@fabrikam.example'),
  );
  const TRASH = 'Gelöschte Elemente';
  const held = async (): Promise<string[]> =>
    (await to.messages())
      .map(({ folder, mime }) => `${folder.join('/')}: ${/Subject: (\w+)/.exec(mime.toString())?.[1]}`)
      .sort();
  expect((await pass(bench, entry, 'initial')).status).toBe('completed');
  watching.end();
  expect(await held()).toEqual(['INBOX: moved', 'INBOX: twin', 'Zzz: moved', 'Zzz: twin']);
  // One of the twins is deleted in the source: by default its copy stays.
  const [twin] = (await from.messages()).filter(({ folder, mime }) => folder[0] === 'INBOX' && mime.includes('twin'));
  from.remove(twin?.id ?? '');
  const second = await pass(bench, entry, 'delta');
  expect(second).toMatchObject({ status: 'completed', books: { balanced: true } });
  expect(await held()).toEqual([`${TRASH}: moved`, 'INBOX: twin', 'Zzz: moved', 'Zzz: twin']);
  expect((await notes(bench, entry)).map(({ code }) => code)).toContain('deletion-propagated');
  // And back, under the id that it had there: its copy follows, though the books know of one that is no more.
  from.move(moved?.id ?? '', ['INBOX']);
  const third = await pass(bench, entry, 'delta');
  expect(third).toMatchObject({ status: 'completed', books: { balanced: true, total: { created: 0 } } });
  expect(await held()).toEqual([`${TRASH}: moved`, 'INBOX: moved', 'INBOX: twin', 'Zzz: twin']);
});
