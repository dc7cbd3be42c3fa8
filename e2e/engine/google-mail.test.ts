import { mkdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { archiveConnector } from '@sterna/connector-archive';
import { googleConnector } from '@sterna/connector-google';
import { imapConnector } from '@sterna/connector-imap';
import { microsoft365Connector } from '@sterna/connector-microsoft365';
import { growSampleMailbox, writeSampleMailbox } from '@sterna/sample-mailbox';
import { DirectGmail, type Google } from '@sterna/simulator-google';
import { DirectMail, type Microsoft365 } from '@sterna/simulator-microsoft365';
import { type Dovecot, startDovecot } from '@sterna/test-servers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addEntry, type Bench, notes, openBench, pass, verifyResult } from '../support/direct-pass.ts';
import { imapEndpoint, maildirMessages } from '../support/dovecot-mailbox.ts';
import { scratch } from '../support/folders.ts';
import { gmailDifferences, googleEndpoint } from '../support/google.ts';
import { microsoft365Endpoint } from '../support/microsoft365.ts';
import { startGoogle, startMicrosoft365 } from '../support/watched-simulators.ts';

let dir: string;
let bench: Bench;
let imap: Dovecot;
let google: Google;
let tenant: Microsoft365;
beforeAll(async () => {
  dir = scratch('engine-google');
  [bench, imap, google, tenant] = await Promise.all([
    openBench(join(dir, 'data'), [imapConnector, archiveConnector, googleConnector, microsoft365Connector]),
    startDovecot({ listescape: true }),
    startGoogle({ empty: true }),
    startMicrosoft365({ empty: true }),
  ]);
});
afterAll(async () => {
  await bench.close();
  await Promise.all([imap.stop(), google.stop(), tenant.stop()]);
  rmSync(dir, { recursive: true, force: true });
  for (const failure of [...google.failures, ...tenant.failures]) throw failure;
});

const address = (name: string): string => `${name}@nordwind.example`;
const mailOf = (name: string): DirectGmail => new DirectGmail(google, address(name));
const to = (name: string, more: object = {}) => googleEndpoint(google, address(name), more);

test('IMAP to Gmail and back: the same bytes, folders and state; a delta makes nothing again', async () => {
  const sample = writeSampleMailbox(imap.mailRoot('anna'), { seed: 3, messages: 150 });
  imap.adopt('anna');
  const stored = () => maildirMessages(imap.mailRoot('anna'));
  const mail = mailOf('alice');
  const entry = await addEntry(bench, imapEndpoint(imap, 'anna'), to('alice'));
  const first = await pass(bench, entry, 'initial');
  expect(first.error).toBeNull();
  expect(first.books.total).toMatchObject({ seen: sample.messages, created: sample.messages });
  expect(gmailDifferences(stored(), mail)).toEqual([]);
  expect(mail.messages().flatMap(({ labels }) => labels.filter((name) => name.startsWith('Sterna/Pending')))).toEqual(
    [],
  );
  const ids = new Set(mail.messages().map(({ id }) => id));

  google.requests.length = 0;
  const same = await pass(bench, entry, 'delta');
  expect(same.books.total).toMatchObject({ seen: sample.messages, created: 0, updated: 0 });
  expect(google.requests.filter(({ method, target }) => method !== 'GET' && !target.startsWith('/token'))).toEqual([]);

  const back = await addEntry(bench, to('alice'), imapEndpoint(imap, 'anna-again'));
  expect((await pass(bench, back, 'initial')).books.total).toMatchObject({
    seen: sample.messages,
    created: sample.messages,
  });
  const bytes = (root: string): string[] =>
    [...maildirMessages(imap.mailRoot(root)).values()]
      .flat()
      .map(
        ({ raw, flags }) => `${raw.toString('latin1').replaceAll('\r\n', '\n')}|${flags.filter((one) => one !== 'T')}`,
      )
      .sort();
  expect(bytes('anna-again')).toEqual(bytes('anna'));

  const grown = growSampleMailbox(imap.mailRoot('anna'), { seed: 4 });
  imap.adopt('anna');
  const second = await pass(bench, entry, 'delta');
  const count = (what: string): number => grown.changes.filter((change) => change.what === what).length;
  expect(second.status).toBe('completed');
  expect(second.books.total).toMatchObject({ seen: grown.messages, created: count('added') });
  expect(mail.messages().filter(({ id }) => !ids.has(id))).toHaveLength(count('added'));
  const rest = gmailDifferences(stored(), mail);
  expect(rest.filter((one) => one.startsWith('lost'))).toEqual([]);
  expect(rest.filter((one) => one.startsWith('extra'))).toHaveLength(count('removed'));
  expect((await notes(bench, entry)).filter(({ kind }) => kind === 'suspect' || kind === 'failure')).toEqual([]);
});

const message = (name: string, more = ''): Buffer =>
  Buffer.from(
    `Message-ID: <${name}@old.example>\r\nDate: Tue, 3 Feb 2026 10:00:00 +0000\r\nFrom: a@old.example\r\nSubject: ${name}\r\n${more}\r\nText of ${name}\r\n`,
  );

test('Gmail to Microsoft 365: one message for each, its other labels as categories; changes of labels follow', async () => {
  const mail = mailOf('bjorn');
  const at = Date.UTC(2026, 1, 3, 10);
  const both = mail.put(['INBOX', 'Work/Deep', 'Urgent', 'STARRED'], message('both'), at);
  const filed = mail.put(['Work/Deep', 'Urgent', 'UNREAD', 'CATEGORY_UPDATES'], message('filed'), at);
  mail.put(['SENT'], message('sent'), at);
  mail.put(['IMPORTANT'], message('archived'), at);
  mail.put(['TRASH', 'Work/Deep'], message('trashed'), at);
  mail.put(['SPAM', 'UNREAD'], message('spam'), at);
  mail.put(['DRAFT'], message('draft'), at);
  mail.put(['CHAT'], message('chat'), at);
  const target = new DirectMail(tenant, 'alice@contoso.example');
  const entry = await addEntry(bench, to('bjorn'), microsoft365Endpoint(tenant, 'alice@contoso.example'));
  expect((await pass(bench, entry, 'initial')).books.total).toMatchObject({ seen: 7, created: 7 });
  const found = async () =>
    Object.fromEntries(
      (await target.messages()).map(({ mime, folder, categories, isRead, isFlagged }) => [
        /^Subject: (\w+)/m.exec(mime.toString())?.[1],
        [folder.join('/'), [...categories].sort().join(' '), isRead, isFlagged],
      ]),
    );
  expect(await found()).toEqual({
    both: ['INBOX', 'Urgent Work/Deep', true, true],
    filed: ['Work/Deep', 'Urgent', false, false],
    sent: ['Sent Items', '', true, false],
    // Gmail's own guess is nobody's category.
    archived: ['Archive', '', true, false],
    trashed: ['Deleted Items', 'Work/Deep', true, false],
    spam: ['Junk Email', '', false, false],
    draft: ['Drafts', '', true, false],
  });

  // Archived out of the inbox, it is where its label is.
  mail.relabel(both, [], ['INBOX']);
  mail.relabel(filed, [], ['UNREAD']);
  const second = await pass(bench, entry, 'delta');
  expect(second.books.total).toMatchObject({ seen: 7, created: 0 });
  expect(await found()).toMatchObject({
    both: ['Work/Deep', 'Urgent', true, true],
    filed: ['Work/Deep', 'Urgent', true, false],
  });
  expect(await target.messages()).toHaveLength(7);
});

test('labels are folders as the project wants them: a label before the inbox, keywords under a parent of its own', async () => {
  const mail = mailOf('chloe');
  mail.put(['INBOX', 'Clients', 'Keywords/urgent'], message('one'), 0);
  const root = join(dir, 'chloe');
  const entry = await addEntry(bench, to('chloe', { labelPriority: ['Clients'] }), {
    connector: 'archive',
    settings: { path: root, format: 'maildir' },
    address: '.',
  });
  expect((await pass(bench, entry, 'initial')).books.total).toMatchObject({ seen: 1, created: 1 });
  const held = [...maildirMessages(root)].filter(([, messages]) => messages.length > 0);
  expect(held.map(([folder, messages]) => [folder, messages.map(({ flags }) => flags)])).toEqual([
    ['Clients', [['Inbox', 'S', 'urgent']]],
  ]);
});

test('or a message is in the folder of each of its labels, and leaves one of them alone', async () => {
  const mail = mailOf('farid');
  const id = mail.put(['INBOX', 'Clients', 'Deals'], message('many'), 0);
  const root = join(dir, 'farid');
  const archive = { connector: 'archive', settings: { path: root, format: 'maildir' }, address: '.' };
  const entry = await addEntry(bench, to('farid', { severalLabels: 'copies' }), archive);
  const held = (): string[] =>
    [...maildirMessages(root)].flatMap(([folder, messages]) => messages.map(() => folder)).sort();
  expect((await pass(bench, entry, 'initial')).books.total).toMatchObject({ seen: 3, created: 3 });
  expect(held()).toEqual(['Clients', 'Deals', 'INBOX']);
  mail.relabel(id, [], ['Deals']);
  mail.relabel(id, ['Later'], []);
  expect((await pass(bench, entry, 'delta')).books.total).toMatchObject({ seen: 3, created: 0 });
  expect(held()).toEqual(['Clients', 'INBOX', 'Later']);
});

/** A Maildir with these messages, and where each of them lies. */
function maildirOf(name: string, messages: readonly Buffer[]) {
  const root = join(dir, name);
  for (const folder of ['cur', 'new', 'tmp']) mkdirSync(join(root, folder), { recursive: true });
  const paths = messages.map((raw, n) => {
    const path = join(root, 'cur', `${n}.x.host:2,S`);
    writeFileSync(path, raw);
    return path;
  });
  return { source: { connector: 'archive', settings: { path: root, format: 'maildir' }, address: '.' }, paths };
}

test('conversations are joined again, and no others', async () => {
  const answer = 'In-Reply-To: <root@old.example>\r\nReferences: <root@old.example>\r\n';
  const { source } = maildirOf('threads', [message('root'), message('reply', answer), message('stranger')]);
  const entry = await addEntry(bench, source, to('daiki'));
  expect((await pass(bench, entry, 'initial')).books.total).toMatchObject({ seen: 3, created: 3 });
  const thread = (name: string): string | undefined =>
    mailOf('daiki')
      .messages()
      .find(({ mime }) => mime.includes(`<${name}@old.example>\r\nDate`))?.threadId;
  expect(thread('reply')).toBe(thread('root'));
  expect(thread('stranger')).not.toBe(thread('root'));
});

test('history that Gmail forgot costs a listing, and makes nothing again', async () => {
  const mail = mailOf('elena');
  for (let n = 0; n < 30; n += 1) mail.put(['INBOX'], message(`n${n}`), Date.UTC(2024, 1, 1) + n * 1_000);
  const entry = await addEntry(bench, to('elena'), googleEndpoint(google, 'elena@lamna.example'));
  expect((await pass(bench, entry, 'initial')).books.total).toMatchObject({ seen: 30, created: 30 });
  google.faults.historyInvalidBefore = google.clock.now() + 1;
  mail.put(['INBOX'], message('later'), Date.UTC(2024, 2, 1));
  try {
    expect((await pass(bench, entry, 'delta')).books.total).toMatchObject({ seen: 31, created: 1 });
  } finally {
    google.faults.historyInvalidBefore = 0;
  }
  expect(new DirectGmail(google, 'elena@lamna.example').messages()).toHaveLength(31);
  expect(verifyResult(await pass(bench, entry, 'verify', { verifyDepth: 'keys' }))).toMatchObject({
    ok: true,
    target: 31,
    missing: 0,
  });
});

describe('what is larger than Gmail takes', () => {
  const LIMIT = 157_286_400;
  const uploads = () => google.requests.filter(({ target }) => target.includes('/upload/'));
  const subjects = (name: string) =>
    mailOf(name)
      .messages()
      .map(({ mime }) => /^Subject: (\w+)/m.exec(mime.subarray(0, 1_000).toString())?.[1])
      .sort();
  const failures = async (entry: number) => (await notes(bench, entry)).filter(({ kind }) => kind === 'failure');

  test('has failed and says why; the rest arrives; a delta pass tries it again and sends nothing; a size limit leaves it out', async () => {
    const { source, paths } = maildirOf('large', [message('small'), message('large'), message('other')]);
    truncateSync(paths[1] ?? '', LIMIT + 1);
    const entry = await addEntry(bench, source, to('grace'));
    const first = await pass(bench, entry, 'initial', { failureShare: { share: 1 } });
    expect(first.status).toBe('completed with failures');
    expect(first.books).toMatchObject({ balanced: true, total: { seen: 3, created: 2, failed: 1 } });
    expect(subjects('grace')).toEqual(['other', 'small']);
    expect(await failures(entry)).toMatchObject([
      { code: 'object-too-large', subject: 'large', fix: expect.stringMatching(/size limit/) },
    ]);

    google.requests.length = 0;
    const again = await pass(bench, entry, 'delta', { failureShare: { share: 1 } });
    expect(again.status).toBe('completed with failures');
    expect(again.books.total).toMatchObject({ seen: 3, created: 0, failed: 1 });
    expect(uploads()).toEqual([]);

    const limited = await pass(bench, entry, 'delta', { sizeLimit: LIMIT });
    expect(limited.status).toBe('completed');
    expect(limited.books).toMatchObject({ balanced: true, total: { seen: 3, created: 0, filtered: 1, failed: 0 } });
  });

  test('whatever Gmail’s own limit is: a refusal is that message’s alone', async () => {
    const { source } = maildirOf('refused', [message('one'), message('two'), message('three')]);
    const entry = await addEntry(bench, source, to('huseyin'));
    google.faults.inject({
      fault: { kind: 'answer', status: 413 },
      when: ({ method, target }) => method === 'POST' && target.startsWith('/upload/gmail/'),
      after: 1,
    });
    const first = await pass(bench, entry, 'initial', { failureShare: { share: 1 } });
    expect(first.books).toMatchObject({ balanced: true, total: { seen: 3, created: 2, failed: 1 } });
    expect((await failures(entry)).map(({ code }) => code)).toEqual(['object-too-large']);
    expect((await pass(bench, entry, 'delta')).books.total).toMatchObject({ seen: 3, created: 1, failed: 0 });
    expect(subjects('huseyin')).toEqual(['one', 'three', 'two']);
  });
});
