import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Microsoft365, startMicrosoft365, VirtualClock } from '../src/index.ts';
import { Contract } from './contract/index.ts';
import { type Client, signIn } from './sign-in.ts';

const ALICE = '/users/alice@contoso.example';
const STAMP = 'String {8c6f1f0e-1b1a-4f0e-9d4c-2f6a4b1c7d11} Name MigrationSourceId';
const MIME = Buffer.from(
  [
    'Received: from a by b; Tue, 01 Sep 2020 10:00:07 +0200',
    'From: Bob <bob@elsewhere.example>',
    'To: Alice <alice@contoso.example>',
    'Subject: =?utf-8?q?H=C3=A9llo?=',
    'Date: Tue, 1 Sep 2020 10:00:00 +0200',
    'Message-ID: <one@elsewhere.example>',
    'References: <root@elsewhere.example>',
    'Content-Type: multipart/mixed; boundary=b',
    '',
    '--b',
    'Content-Type: text/plain',
    '',
    'hi',
    '--b',
    'Content-Type: application/pdf; name="a.pdf"',
    'Content-Disposition: attachment; filename="a.pdf"',
    'Content-Transfer-Encoding: base64',
    '',
    'AAAA',
    '--b',
    'Content-Type: message/rfc822',
    '',
    'Subject: inner',
    '',
    'body',
    '--b--',
    '',
  ].join('\r\n'),
);

const contract = new Contract();
const clock = new VirtualClock();
let server: Microsoft365;
let client: Client;
beforeAll(async () => {
  server = await startMicrosoft365({
    empty: true,
    clock,
    observe: contract.observe,
    assumptions: { importMime: true },
  });
  client = await signIn(server, server.tenant('contoso.example'));
});
afterAll(async () => {
  await server.stop();
  expect(server.failures).toEqual([]);
  expect(contract.faults).toEqual([]);
});

const json = async (method: string, path: string, body?: unknown, headers?: Record<string, string>) => {
  const reply = await client(method, path, body, headers);
  expect(reply.status, JSON.stringify(reply.json)).toBeLessThan(300);
  return reply.json;
};
const newFolder = async (displayName: string) => (await json('POST', `${ALICE}/mailFolders`, { displayName })).id;
const postMime = (path: string) => client('POST', path, MIME.toString('base64'), { 'content-type': 'text/plain' });

/** All pages, and the deltaLink at their end. */
async function round(path: string, headers?: Record<string, string>) {
  const value: Record<string, unknown>[] = [];
  let next: string | undefined = path;
  let link = '';
  let pages = 0;
  while (next !== undefined) {
    const page: Record<string, string> & { value: [] } = await json('GET', next, undefined, headers);
    value.push(...page.value);
    next = page['@odata.nextLink'];
    link = page['@odata.deltaLink'] ?? link;
    pages++;
  }
  return { value, link, pages };
}

test('MIME becomes a draft in Drafts, whatever it says, and comes back byte for byte', async () => {
  const { status, json: made } = await postMime(`${ALICE}/messages`);
  expect(status).toBe(201);
  const drafts = await json('GET', `${ALICE}/mailFolders/drafts`);
  expect(made).toMatchObject({
    isDraft: true,
    parentFolderId: drafts.id,
    subject: 'Héllo',
    internetMessageId: '<one@elsewhere.example>',
    sentDateTime: '2020-09-01T08:00:00Z',
    receivedDateTime: '2026-09-01T08:00:00Z',
    hasAttachments: true,
  });
  const value = await client('GET', `${ALICE}/messages/${made.id}/$value`);
  expect(value.bytes.equals(MIME)).toBe(true);
  const { value: attachments } = await json('GET', `${ALICE}/messages/${made.id}/attachments`);
  expect(attachments.map((one: Record<string, unknown>) => [one['@odata.type'], one.name, one.size])).toEqual([
    ['#microsoft.graph.fileAttachment', 'a.pdf', 3],
    ['#microsoft.graph.itemAttachment', 'message.eml', 21],
  ]);
});

test('the draft flag of a message that came as MIME cannot be taken away', async () => {
  const { json: made } = await postMime(`${ALICE}/messages`);
  const changed = await json('PATCH', `${ALICE}/messages/${made.id}`, {
    singleValueExtendedProperties: [{ id: 'Integer 0x0E07', value: '1' }],
    isRead: false,
  });
  expect(changed).toMatchObject({ isDraft: true, isRead: false });
});

test('JSON keeps dates and flags that are set as MAPI properties, and nothing of receivedDateTime', async () => {
  const folder = await newFolder('JSON create');
  const made = await json('POST', `${ALICE}/mailFolders/${folder}/messages`, {
    subject: 'From elsewhere',
    body: { contentType: 'html', content: '<p>One<br>Two</p>' },
    from: { emailAddress: { address: 'bob@elsewhere.example', name: 'Bob' } },
    toRecipients: [{ emailAddress: { address: 'alice@contoso.example' } }],
    categories: ['Red'],
    flag: { flagStatus: 'flagged' },
    singleValueExtendedProperties: [
      { id: 'Integer 0x0E07', value: '1' },
      { id: 'SystemTime 0x0E06', value: '2015-05-05T05:05:05Z' },
      { id: 'SystemTime 0x0039', value: '2015-05-05T05:05:00Z' },
      { id: 'String 0x007D', value: 'Received: from a\r\n by b\r\nSubject: From elsewhere\r\nX-Mailer: Something\r\n' },
      { id: 'String 0x1035', value: '<two@elsewhere.example>' },
      { id: 'String 0x1039', value: '<root@elsewhere.example> <one@elsewhere.example>' },
      { id: 'String 0x1042', value: '<one@elsewhere.example>' },
      { id: STAMP, value: '42' },
    ],
  });
  expect(made).toMatchObject({
    isDraft: false,
    isRead: true,
    receivedDateTime: '2015-05-05T05:05:05Z',
    sentDateTime: '2015-05-05T05:05:00Z',
    internetMessageId: '<two@elsewhere.example>',
    categories: ['Red'],
    flag: { flagStatus: 'flagged' },
    bodyPreview: 'One\r\nTwo',
    body: {
      contentType: 'html',
      content: expect.stringMatching(/^<html><head>[\s\S]*<body><p>One<br>Two<\/p><\/body><\/html>$/),
    },
  });
  const mime = (await client('GET', `${ALICE}/messages/${made.id}/$value`)).bytes.toString();
  expect(mime).toContain('X-Mailer: Something\r\n');
  expect(mime.match(/^Subject:/gim)).toHaveLength(1);
  expect(mime).toContain('Message-ID: <two@elsewhere.example>');
  expect(mime).toContain('References: <root@elsewhere.example> <one@elsewhere.example>');
  // The thread is the one of the message that it answers.
  const { json: root } = await postMime(`${ALICE}/messages`);
  expect(made.conversationId).toBe(root.conversationId);
});

test('an id that is written another way names the same property; a stamp is found by its value', async () => {
  const folder = await newFolder('Stamps');
  const path = `${ALICE}/mailFolders/${folder}/messages`;
  const stamp = (value: string) => ({ subject: value, singleValueExtendedProperties: [{ id: STAMP, value }] });
  await json('POST', path, stamp('a'));
  await json('POST', path, stamp("b'c"));
  const upper = STAMP.replace('8c6f1f0e', '8C6F1F0E');
  const filter = `singleValueExtendedProperties/any(ep: ep/id eq '${upper}' and ep/value eq 'b''c')`;
  const found = await json(
    'GET',
    `${path}?$filter=${encodeURIComponent(filter)}&$select=subject&$expand=${encodeURIComponent(
      `singleValueExtendedProperties($filter=id eq '${upper}' or id eq 'Integer 0x0E07')`,
    )}`,
  );
  expect(found.value).toHaveLength(1);
  expect(found.value[0]).toMatchObject({
    subject: "b'c",
    singleValueExtendedProperties: [
      { id: 'Integer 0xe07', value: '9' },
      { id: STAMP, value: "b'c" },
    ],
  });
});

test('the header block of MIME is a property, as it came; ids that are none are told from ids of nothing', async () => {
  const { json: made } = await postMime(`${ALICE}/messages`);
  const wanted = encodeURIComponent(
    "singleValueExtendedProperties($filter=id eq 'String 0x007D' or id eq 'Integer 0x0E08')",
  );
  const { singleValueExtendedProperties } = await json(
    'GET',
    `${ALICE}/messages/${made.id}?$select=id&$expand=${wanted}`,
  );
  const values = new Map(singleValueExtendedProperties.map(({ id, value }: Record<string, string>) => [id, value]));
  expect(values.get('Integer 0xe08')).toBe(String(MIME.length));
  expect(values.get('String 0x7d')).toBe(MIME.subarray(0, MIME.indexOf('\r\n\r\n') + 2).toString());
  const reply = await client('GET', `${ALICE}/messages/${made.id}`);
  expect(Date.parse(reply.headers.get('date') as string)).toBe(clock.now());
  const code = async (path: string) => {
    const { status, json: body } = await client('GET', `${ALICE}/${path}`);
    return [status, body.error.code];
  };
  expect(await code('messages/what')).toEqual([400, 'ErrorInvalidIdMalformed']);
  expect(await code('mailFolders/what')).toEqual([400, 'ErrorInvalidIdMalformed']);
  expect(await code('mailFolders/clutter')).toEqual([404, 'ErrorItemNotFound']);
  expect(await code(`messages/${made.id.toLowerCase()}`)).toEqual([400, 'ErrorInvalidIdMalformed']);
});

test('a move changes the id, the immutable one stays', async () => {
  const folder = await newFolder('Moves');
  const { json: made } = await postMime(`${ALICE}/messages`);
  const prefer = { Prefer: 'IdType="ImmutableId"' };
  const immutable = (await json('GET', `${ALICE}/messages/${made.id}?$select=id`, undefined, prefer)).id;
  expect(immutable).not.toBe(made.id);
  const moved = await json('POST', `${ALICE}/messages/${made.id}/move`, { destinationId: folder });
  expect(moved.id).not.toBe(made.id);
  expect((await client('GET', `${ALICE}/messages/${made.id}`)).status).toBe(404);
  const again = await json('GET', `${ALICE}/messages/${immutable}`, undefined, prefer);
  expect(again).toMatchObject({ id: immutable, parentFolderId: folder });
  const copied = await json('POST', `${ALICE}/messages/${immutable}/copy`, { destinationId: 'inbox' }, prefer);
  expect(copied.id).not.toBe(immutable);
});

test('delta tells a folder page by page, then what changed, moved away and was deleted', async () => {
  const folder = await newFolder('Delta');
  const path = `${ALICE}/mailFolders/${folder}/messages`;
  const made: { id: string }[] = [];
  for (const subject of ['a', 'b', 'c', 'd', 'e']) made.push(await json('POST', path, { subject }));
  const first = await round(`${path}/delta?$select=subject`, { Prefer: 'odata.maxpagesize=2' });
  // One of them empty.
  expect(first.pages).toBe(4);
  expect(first.value.map(({ subject }) => subject)).toEqual(['a', 'b', 'c', 'd', 'e']);
  expect(Object.keys(first.value[0] ?? {}).sort()).toEqual(['@odata.etag', '@odata.type', 'id', 'subject']);

  const id = (at: number) => made[at]?.id as string;
  await json('PATCH', `${ALICE}/messages/${id(0)}`, { isRead: false });
  await json('POST', `${ALICE}/messages/${id(1)}/move`, { destinationId: 'archive' });
  await client('DELETE', `${ALICE}/messages/${id(2)}`);
  const second = await round(first.link);
  expect(second.value).toMatchObject([
    { id: id(0), subject: 'a' },
    { id: id(1), '@removed': { reason: 'changed' } },
    { id: id(2), '@removed': { reason: 'deleted' } },
  ]);
  expect((await round(second.link)).value).toEqual([]);

  // One that was deleted before a round began is never told in it.
  expect((await round(`${path}/delta`)).value).toHaveLength(3);

  clock.advance(1);
  server.faults.deltaTokensInvalidBefore = clock.now();
  const gone = await client('GET', second.link);
  expect(gone.status).toBe(410);
  expect(gone.json.error.code).toBe('SyncStateNotFound');
  server.faults.deltaTokensInvalidBefore = Number.NEGATIVE_INFINITY;
});

test('delta carries $expand, and refuses a token of another folder or one made up', async () => {
  const folder = await newFolder('Delta with properties');
  const path = `${ALICE}/mailFolders/${folder}/messages`;
  await json('POST', path, { subject: 'a', singleValueExtendedProperties: [{ id: STAMP, value: 'x' }] });
  const expand = encodeURIComponent(`singleValueExtendedProperties($filter=id eq '${STAMP}')`);
  const { value, link } = await round(`${path}/delta?$select=subject&$expand=${expand}`);
  expect(value[0]).toMatchObject({ singleValueExtendedProperties: [{ id: STAMP, value: 'x' }] });
  await json('POST', path, { subject: 'b', singleValueExtendedProperties: [{ id: STAMP, value: 'y' }] });
  expect((await round(link)).value).toMatchObject([{ singleValueExtendedProperties: [{ value: 'y' }] }]);
  const other = link.replace(folder, 'inbox');
  expect((await client('GET', other)).status).toBe(400);
  expect((await client('GET', `${link}x`)).status).toBe(400);
});

test('a list shows what is new only after the delay of eventual consistency', async () => {
  const folder = await newFolder('Later');
  const path = `${ALICE}/mailFolders/${folder}/messages`;
  server.faults.listDelayMs = 5000;
  await json('POST', path, { subject: 'late' });
  const { value, link } = await round(`${path}/delta`);
  expect(value).toEqual([]);
  expect((await json('GET', path)).value).toEqual([]);
  clock.advance(5000);
  expect((await round(link)).value).toHaveLength(1);
  server.faults.listDelayMs = 0;
});

test('folders have names in the language of their owner, are unique in any case, and keep their id', async () => {
  const names = new Set<string>();
  for (const { userPrincipalName } of (await json('GET', '/users?$top=99')).value) {
    names.add((await json('GET', `/users/${userPrincipalName}/mailFolders/inbox`)).displayName);
  }
  expect(names).toEqual(new Set(['Inbox', 'Posteingang', 'Boîte de réception']));

  const parent = await newFolder('Projects / 2026');
  const child = await json('POST', `${ALICE}/mailFolders/${parent}/childFolders`, { displayName: 'Übung' });
  const twin = await client('POST', `${ALICE}/mailFolders/${parent}/childFolders`, { displayName: 'übung' });
  expect([twin.status, twin.json.error.code]).toEqual([409, 'ErrorFolderExists']);
  const moved = await json('POST', `${ALICE}/mailFolders/${child.id}/move`, { destinationId: 'inbox' });
  expect(moved.id).toBe(child.id);
  const { link } = await round(`${ALICE}/mailFolders/delta`);
  await client('DELETE', `${ALICE}/mailFolders/${parent}`);
  expect((await round(link)).value).toEqual([{ id: parent, '@removed': { reason: 'deleted' } }]);
  expect((await client('DELETE', `${ALICE}/mailFolders/inbox`)).status).toBe(403);
  const shown = (await json('GET', `${ALICE}/mailFolders?$top=50`)).value.length;
  const all = (await json('GET', `${ALICE}/mailFolders?$top=50&includeHiddenFolders=true`)).value.length;
  expect(all).toBeGreaterThan(shown);
});

test('a large attachment comes in parts, is resumed where it stopped, and is bound to its size', async () => {
  const folder = await newFolder('Large');
  const made = await json('POST', `${ALICE}/mailFolders/${folder}/messages`, { subject: 'Large' });
  const content = Buffer.alloc(5_000_000, 'abcdefg');
  const path = `${ALICE}/messages/${made.id}/attachments/createUploadSession`;
  const small = { AttachmentItem: { attachmentType: 'file', name: 'small', size: 1000 } };
  expect((await client('POST', path, small)).json.error.code).toBe('ErrorAttachmentSizeShouldNotBeLessThanMinimumSize');
  const { uploadUrl } = await json('POST', path, {
    AttachmentItem: { attachmentType: 'file', name: 'large.bin', size: content.length },
  });
  const put = (from: number, to: number) =>
    fetch(uploadUrl, {
      method: 'PUT',
      headers: { 'content-range': `bytes ${from}-${to - 1}/${content.length}` },
      body: content.subarray(from, to),
    });
  expect((await (await put(0, 2_000_000)).json()) as object).toMatchObject({ nextExpectedRanges: ['2000000-'] });
  expect((await put(0, 2_000_000)).status).toBe(416);
  expect((await (await fetch(uploadUrl)).json()) as object).toMatchObject({ nextExpectedRanges: ['2000000-'] });
  const last = await put(2_000_000, content.length);
  expect(last.status).toBe(201);
  const attachment = last.headers.get('location') as string;
  expect((await client('GET', `${attachment}/$value`)).bytes.equals(content)).toBe(true);
  expect((await fetch(uploadUrl)).status).toBe(404);
});

test('more than 4 MB in one request is too much', async () => {
  const reply = await client('POST', `${ALICE}/messages`, 'A'.repeat(4 * 1024 * 1024 + 4), {
    'content-type': 'text/plain',
  });
  expect(reply.status).toBe(413);
});

test('a message attached as JSON comes out as MIME; ids are told in both kinds; messages are counted', async () => {
  const folder = await newFolder('Attached');
  const path = `${ALICE}/mailFolders/${folder}/messages`;
  const item = {
    '@odata.type': '#microsoft.graph.message',
    subject: 'Inner',
    body: { contentType: 'text', content: 'as it was' },
    from: { emailAddress: { address: 'bob@elsewhere.example', name: 'Bob' } },
  };
  const attachments = [{ '@odata.type': '#microsoft.graph.itemAttachment', name: 'Inner', item }];
  const made = await json('POST', path, { subject: 'Outer', attachments });
  const [attachment] = (await json('GET', `${ALICE}/messages/${made.id}/attachments`)).value;
  expect(attachment.item).toBeUndefined();
  const one = `${ALICE}/messages/${made.id}/attachments/${attachment.id}`;
  const expanded = await json('GET', `${one}?$expand=microsoft.graph.itemattachment/item`);
  expect(expanded.item).toMatchObject({ subject: 'Inner' });
  const mime = (await client('GET', `${one}/$value`)).bytes.toString();
  expect(mime).toContain('Subject: Inner');
  expect(mime).toContain('as it was');
  const outer = (await client('GET', `${ALICE}/messages/${made.id}/$value`)).bytes.toString();
  expect(outer).toContain('Content-Type: message/rfc822');

  const translated = await json('POST', `${ALICE}/translateExchangeIds`, {
    inputIds: [made.id, 'none'],
    sourceIdType: 'restId',
    targetIdType: 'restImmutableEntryId',
  });
  const [{ targetId }, missing] = translated.value;
  expect((await json('GET', `${ALICE}/messages/${targetId}`)).id).toBe(made.id);
  expect(missing.errorDetails.code).toBe('ErrorItemNotFound');
  expect((await client('GET', `${path}/$count`)).bytes.toString()).toBe('1');
});

test('a sent message keeps what it says; If-Match holds', async () => {
  const folder = await newFolder('Sent');
  const made = await json('POST', `${ALICE}/mailFolders/${folder}/messages`, {
    subject: 'Sent',
    singleValueExtendedProperties: [{ id: 'Integer 0x0E07', value: '1' }],
  });
  const refused = await client('PATCH', `${ALICE}/messages/${made.id}`, { subject: 'Other' });
  expect([refused.status, refused.json.error.code]).toEqual([400, 'ErrorInvalidPropertyUpdateSentMessage']);
  const stale = await client('PATCH', `${ALICE}/messages/${made.id}`, { isRead: false }, { 'if-match': 'W/"other"' });
  expect(stale.status).toBe(412);
  const unknown = await client('PATCH', `${ALICE}/messages/${made.id}`, { colour: 'red' });
  expect(unknown.status).toBe(400);
  const headers = { internetMessageHeaders: [{ name: 'Received', value: 'x' }] };
  const header = await client('POST', `${ALICE}/messages`, headers);
  expect(header.json.error.code).toBe('InvalidInternetMessageHeader');
});

test("beta's importMime makes no draft, when it is there at all", async () => {
  const path = `${server.baseUrl}/beta${ALICE}/mailFolders/archive/importMime`;
  const { status, json: made } = await postMime(path);
  expect(status).toBe(201);
  expect(made).toMatchObject({ isDraft: false, receivedDateTime: '2020-09-01T08:00:07Z' });
  const { bytes } = await client('GET', `${ALICE}/messages/${made.id}/$value`);
  expect(bytes.equals(MIME)).toBe(true);
  expect((await postMime(path.replace('/beta/', '/v1.0/'))).status).toBe(400);
});

test('settings, categories and rules of a mailbox', async () => {
  await json('PATCH', `${ALICE}/mailboxSettings`, {
    automaticRepliesSetting: { status: 'alwaysEnabled', internalReplyMessage: 'Away' },
  });
  const { automaticRepliesSetting } = await json('GET', `${ALICE}/mailboxSettings?$select=automaticRepliesSetting`);
  expect(automaticRepliesSetting).toMatchObject({ status: 'alwaysEnabled', externalAudience: 'all' });
  const categories = `${ALICE}/outlook/masterCategories`;
  await json('POST', categories, { displayName: 'Travel', color: 'preset3' });
  expect((await client('POST', categories, { displayName: 'travel', color: 'preset1' })).status).toBe(409);
  const rules = `${ALICE}/mailFolders/inbox/messageRules`;
  await json('POST', rules, {
    displayName: 'News',
    sequence: 1,
    conditions: { subjectContains: ['News'] },
    actions: { markAsRead: true, stopProcessingRules: true },
  });
  const [news] = (await json('GET', rules)).value;
  expect(news).toMatchObject({ displayName: 'News', isEnabled: true });
  // Members of what is complex are changed one by one; null takes one away.
  const { id: archive } = await json('GET', `${ALICE}/mailFolders/archive`);
  const changed = await json('PATCH', `${rules}/${news.id}`, {
    conditions: { subjectContains: null, withinSizeRange: { minimumSize: 10, maximumSize: 20 } },
    actions: { moveToFolder: archive, markImportance: 'low' },
  });
  expect(changed.conditions).toEqual({ withinSizeRange: { minimumSize: 10, maximumSize: 20 } });
  expect(changed.actions).toEqual({
    markAsRead: true,
    stopProcessingRules: true,
    moveToFolder: archive,
    markImportance: 'low',
  });
  const nowhere = { displayName: 'Nowhere', actions: { moveToFolder: `${archive.slice(0, -4)}AAAA` } };
  expect((await client('POST', rules, nowhere)).status).toBeGreaterThanOrEqual(400);
  await json('PATCH', `${ALICE}/mailboxSettings`, {
    timeZone: 'Tokyo Standard Time',
    language: { locale: 'ja-JP' },
    dateFormat: 'yyyy/MM/dd',
    delegateMeetingMessageDeliveryOptions: 'sendToDelegateAndPrincipal',
    workingHours: {
      daysOfWeek: ['saturday'],
      startTime: '06:30:00.0000000',
      timeZone: { name: 'Tokyo Standard Time' },
    },
  });
  expect(await json('GET', `${ALICE}/mailboxSettings`)).toMatchObject({
    language: { locale: 'ja-JP' },
    workingHours: { daysOfWeek: ['saturday'], endTime: '17:00:00.0000000' },
  });
});
