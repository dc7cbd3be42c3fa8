import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Microsoft365, startMicrosoft365, VirtualClock } from '../src/index.ts';
import { Contract } from './contract/index.ts';
import { type Client, signIn } from './sign-in.ts';

const contract = new Contract();
const clock = new VirtualClock();
let server: Microsoft365;
let contoso: Client;
let fabrikam: Client;
beforeAll(async () => {
  server = await startMicrosoft365({ empty: true, clock, observe: contract.observe });
  contoso = await signIn(server, server.tenant('contoso.example'));
  fabrikam = await signIn(server, server.tenant('fabrikam.example'));
});
afterAll(async () => {
  await server.stop();
  expect(server.failures).toEqual([]);
  expect(contract.faults).toEqual([]);
});

async function mailbox(client: Client, user: string) {
  const { json } = await client('GET', `/users/${user}/settings/exchange`);
  return `/admin/exchange/mailboxes/${json.primaryMailboxId}`;
}

async function importInto(importUrl: string, body: object, headers: Record<string, string> = {}) {
  const reply = await fetch(importUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  return { status: reply.status, json: (await reply.json()) as Record<string, never> };
}

test('a message goes from one tenant to the other whole, as data that nobody can make up', async () => {
  const alice = '/users/alice@contoso.example';
  const stamp = 'String {8c6f1f0e-1b1a-4f0e-9d4c-2f6a4b1c7d11} Name MigrationSourceId';
  const { json: made } = await contoso('POST', `${alice}/mailFolders/inbox/messages`, {
    subject: 'Whole',
    isRead: false,
    categories: ['Red'],
    singleValueExtendedProperties: [
      { id: 'Integer 0x0E07', value: '0' },
      { id: 'SystemTime 0x0E06', value: '2015-05-05T05:05:05Z' },
      { id: stamp, value: '42' },
    ],
    attachments: [{ '@odata.type': '#microsoft.graph.fileAttachment', name: 'a.bin', contentBytes: 'AAEC' }],
  });
  const from = await mailbox(contoso, 'alice@contoso.example');
  const exported = await contoso('POST', `${from}/exportItems`, { itemIds: [made.id, 'no such item'] });
  const [item, missing] = exported.json.value;
  expect(missing).toMatchObject({ itemId: 'no such item', error: { code: 'ErrorItemNotFound' } });

  const to = await mailbox(fabrikam, 'bjorn@fabrikam.example');
  const { json: folders } = await fabrikam('GET', `${to}/folders?$top=50`);
  const FolderId = folders.value[0].id;
  const { importUrl } = (await fabrikam('POST', `${to}/createImportSession`)).json;
  const create = { FolderId, Mode: 'create', Data: item.data };
  expect((await importInto(importUrl, { ...create, Data: `${item.data.slice(0, -8)}AAAAAAA=` })).status).toBe(400);
  expect((await importInto(importUrl, { ...create, ItemId: 'x', ChangeKey: 'y' })).status).toBe(400);
  expect((await importInto(importUrl, create, { authorization: `Bearer ${fabrikam.token}` })).status).toBe(401);
  const done = await importInto(importUrl, create);
  expect(done.status).toBe(200);
  const path = `/users/bjorn@fabrikam.example/messages/${done.json.itemId}`;
  const expand = encodeURIComponent(`singleValueExtendedProperties($filter=id eq '${stamp}'),attachments`);
  expect((await fabrikam('GET', `${path}?$expand=${expand}`)).json).toMatchObject({
    subject: 'Whole',
    isRead: false,
    isDraft: false,
    categories: ['Red'],
    receivedDateTime: '2015-05-05T05:05:05Z',
    internetMessageId: made.internetMessageId,
    singleValueExtendedProperties: [{ value: '42' }],
    attachments: [{ name: 'a.bin', contentBytes: 'AAEC' }],
  });

  const stale = { ...create, Mode: 'update', ItemId: done.json.itemId, ChangeKey: 'old' };
  expect((await importInto(importUrl, stale)).status).toBe(409);
  expect((await importInto(importUrl, { ...stale, ChangeKey: done.json.changeKey })).status).toBe(200);
  clock.advance(3_600_001);
  expect((await importInto(importUrl, create)).status).toBe(401);
});

test('twenty items at once and no more; delta tells items by id and class', async () => {
  // The hour that passed ended the tokens too.
  contoso = await signIn(server, server.tenant('contoso.example'));
  const from = await mailbox(contoso, 'daiki@contoso.example');
  const itemIds = Array.from({ length: 21 }, (_, at) => `${at}`);
  expect((await contoso('POST', `${from}/exportItems`, { itemIds })).status).toBe(400);
  const daiki = '/users/daiki@contoso.example/mailFolders/inbox';
  const inbox = (await contoso('GET', daiki)).json.id;
  const { json: made } = await contoso('POST', `${daiki}/messages`, { subject: 'x' });
  const first = await contoso('GET', `${from}/folders/${inbox}/items/delta`);
  expect(first.json.value).toMatchObject([{ id: made.id, type: 'IPM.Note', changeKey: made.changeKey }]);
  await contoso('DELETE', `/users/daiki@contoso.example/messages/${made.id}`);
  const second = await contoso('GET', first.json['@odata.deltaLink']);
  expect(second.json.value).toEqual([{ id: made.id, '@removed': { reason: 'deleted' } }]);
});

test('without the permission, nothing of it', async () => {
  const tenant = server.tenant('fabrikam.example');
  const [app] = [...tenant.consents.keys()];
  const all = tenant.consents.get(app as string) as Set<string>;
  tenant.consents.set(app as string, new Set(['User.Read.All', 'Mail.ReadWrite']));
  const poor = await signIn(server, tenant);
  tenant.consents.set(app as string, all);
  const to = await mailbox(poor, 'alice@fabrikam.example');
  const reply = await poor('POST', `${to}/createImportSession`);
  expect([reply.status, reply.json.error.code]).toEqual([403, 'ErrorAccessDenied']);
});
