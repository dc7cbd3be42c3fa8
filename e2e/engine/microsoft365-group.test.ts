import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { archiveConnector } from '@sterna/connector-archive';
import { microsoft365Connector } from '@sterna/connector-microsoft365';
import { DirectDrive, DirectGroup, type Microsoft365, sitesOf } from '@sterna/simulator-microsoft365';
import PostalMime from 'postal-mime';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Death } from '../support/break-off.ts';
import { addEntry, type Bench, type Endpoint, notes, openBench, pass, verifyResult } from '../support/direct-pass.ts';
import { scratch } from '../support/folders.ts';
import { mapping } from '../support/mapping.ts';
import { microsoft365Endpoint } from '../support/microsoft365.ts';
import { startMicrosoft365 } from '../support/watched-simulators.ts';

// biome-ignore lint/suspicious/noExplicitAny: books, looked at by tests
type Json = any;

let dir: string;
let bench: Bench;
let server: Microsoft365;
const death = new Death();

beforeAll(async () => {
  dir = scratch('engine-microsoft365-group');
  [bench, server] = await Promise.all([
    openBench(join(dir, 'data'), [microsoft365Connector, archiveConnector], { reached: death.reached }),
    startMicrosoft365({ empty: true, seed: 'group' }),
  ]);
});
afterAll(async () => {
  const [failure] = server.failures;
  await bench.close();
  await server.stop();
  rmSync(dir, { recursive: true, force: true });
  if (failure !== undefined) throw failure;
});

const group = (address: string): Endpoint => ({ ...microsoft365Endpoint(server, address), itemType: 'group' });

const ALICE = { name: 'Alice Ámbar', address: 'alice@contoso.example' };
const MAY = Date.parse('2023-05-04T09:30:00.000Z');
const HOUR = 3_600_000;

/** A group of Alice's in which something was said. */
function talking(name: string): DirectGroup {
  const here = DirectGroup.create(server, `${name}@contoso.example`, name, ['alice@contoso.example']);
  const offer = here.begin('Offer “Öst”', {
    from: ALICE,
    html: '<p>Here is the offer <img src="cid:logo"></p>',
    at: MAY,
    attachments: [
      {
        name: 'Öffer.pdf',
        contentType: 'application/pdf',
        isInline: false,
        contentId: null,
        content: [Buffer.from('PDF')],
      },
      { name: 'logo.png', contentType: 'image/png', isInline: true, contentId: 'logo', content: [Buffer.from('PNG')] },
    ],
  });
  here.answer(offer, { from: { name: 'Bo', address: 'bo@elsewhere.example' }, html: '<p>Thanks</p>', at: MAY + HOUR });
  here.begin('Lunch', { from: ALICE, html: '<p>At noon</p>', at: MAY + 2 * HOUR });
  return here;
}

/** Mail in the folder of a group’s files that is for it. */
function mailsAmongFiles({ group: { id } }: DirectGroup): readonly Buffer[] {
  const library = sitesOf(server.tenant('fabrikam.example')).ofGroup(id)?.library;
  const drive = new DirectDrive(server, 'alice@fabrikam.example', library);
  return drive.files().flatMap(({ folder, content }) => (folder[0] === 'Conversations' ? [content] : []));
}

/** What matters of mail, the oldest first. */
async function said(raws: readonly Buffer[]): Promise<Json[]> {
  const parsed = await Promise.all(raws.map((raw) => PostalMime.parse(raw)));
  return parsed
    .map(({ subject, from, to, date, html, attachments, messageId, inReplyTo }) => ({
      subject,
      from: `${from?.name} <${from?.address}>`,
      to: to?.map(({ address }) => address),
      date,
      // Exchange makes a document of it.
      html: /<body>(.*)<\/body>/s.exec(html ?? '')?.[1],
      files: attachments.map(({ filename, content, contentId }) => [
        filename,
        contentId,
        Buffer.from(content as ArrayBuffer).toString(),
      ]),
      messageId,
      inReplyTo,
    }))
    .sort((one, other) => ((one.date ?? '') < (other.date ?? '') ? -1 : 1));
}

function expectOffer([offer, thanks, lunch]: readonly Json[], to: string): void {
  expect(offer).toMatchObject({
    subject: 'Offer “Öst”',
    from: 'Alice Ámbar <alice@contoso.example>',
    to: [to],
    date: '2023-05-04T09:30:00.000Z',
    html: '<p>Here is the offer <img src="cid:logo"></p>',
    inReplyTo: undefined,
  });
  expect(offer.files.sort()).toEqual([
    ['logo.png', '<logo>', 'PNG'],
    ['Öffer.pdf', undefined, 'PDF'],
  ]);
  expect(thanks).toMatchObject({
    subject: 'Re: Offer “Öst”',
    from: 'Bo <bo@elsewhere.example>',
    inReplyTo: offer.messageId,
  });
  expect(lunch).toMatchObject({ subject: 'Lunch', html: '<p>At noon</p>', inReplyTo: undefined });
}

test('what was said in a group’s mailbox is mail among the files of the other group: each once, whatever dies', async () => {
  const here = talking('sales');
  const there = DirectGroup.create(server, 'sales@fabrikam.example', 'sales', ['alice@fabrikam.example']);
  here.group.proxyAddresses = [...here.group.proxyAddresses, 'smtp:offers@contoso.example'];
  const entry = await addEntry(bench, group('sales@contoso.example'), group('sales@fabrikam.example'));
  await mapping(bench, entry, 'alice@contoso.example', 'alice@fabrikam.example');
  const files = () => mailsAmongFiles(there);
  death.when = (point) => point === 'after-acknowledgement';
  expect((await pass(bench, entry, 'initial')).status).toBe('failed');
  death.when = undefined;
  const first = await pass(bench, entry, 'delta');
  expect(first.error).toBeNull();
  expect((first.books as Json).kinds.message).toMatchObject({ seen: 3, failed: 0, uncertain: 0 });
  expect(files().length).toBe(3);
  expectOffer(await said(files()), 'sales@contoso.example');
  const told = (await notes(bench, entry)).map(({ code }) => code);
  // Another address is nothing that Graph could give a group.
  for (const code of ['message-rebuilt', 'conversation-as-file', 'setting-not-held']) expect(told).toContain(code);
  expect((first.books as Json).kinds.setting).toMatchObject({ seen: 3, failed: 0 });
  expect(verifyResult(await pass(bench, entry, 'verify', { verifyDepth: 'content' }))).toMatchObject({
    missing: 0,
    duplicated: 0,
    different: 0,
  });

  // A pass without changes asks for the conversations, and not for what is in them.
  server.requests.length = 0;
  expect((await pass(bench, entry, 'delta')).books.total).toMatchObject({ created: 0, updated: 0, failed: 0 });
  const asked = server.requests.map(({ target }) => target).filter((path) => path.includes('/threads'));
  expect(asked.filter((path) => path.includes('/posts'))).toEqual([]);
  expect(asked.length).toBeGreaterThan(0);

  const [{ threads: [thread] = [] } = { threads: [] }] = here.conversations;
  if (thread === undefined) throw new Error('no thread');
  here.answer(thread, { from: ALICE, html: '<p>Signed</p>', at: MAY + 3 * HOUR });
  expect((await pass(bench, entry, 'delta')).books.total).toMatchObject({ created: 1, failed: 0 });
  const all = await said(files());
  expect(all.map(({ html }) => html)).toContain('<p>Signed</p>');
  expect(all.length).toBe(4);
}, 60_000);

test('what was said in a group’s mailbox is mail in a backup, and comes from there into another group', async () => {
  talking('support');
  const path = join(dir, 'backup');
  const backup: Endpoint = {
    connector: 'archive',
    settings: { format: 'archive', path },
    address: '.',
    itemType: 'group',
  };
  const entry = await addEntry(bench, group('support@contoso.example'), backup);
  const made = await pass(bench, entry, 'initial');
  expect(made.error).toBeNull();
  expect((made.books as Json).kinds.message).toMatchObject({ created: 3, failed: 0 });
  const mails = readdirSync(path, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /\/(?:cur|new)\/[^/]+$/.test(name),
  );
  expectOffer(await said(mails.map((name) => readFileSync(join(path, name)))), 'support@contoso.example');
  expect((await pass(bench, entry, 'delta')).books.total).toMatchObject({ created: 0, updated: 0 });
  // A group has a calendar, which no app can read: told, once.
  const told = (await notes(bench, entry)).filter(({ code }) => code === 'group-calendar-not-readable');
  expect(told.length).toBe(1);

  const there = DirectGroup.create(server, 'support@fabrikam.example', 'support', ['alice@fabrikam.example']);
  const restored = await addEntry(bench, backup, group('support@fabrikam.example'));
  const back = await pass(bench, restored, 'initial');
  expect((back.books as Json).kinds.message).toMatchObject({ created: 3, failed: 0, uncertain: 0 });
  expectOffer(await said(mailsAmongFiles(there)), 'support@contoso.example');
}, 60_000);
