import { Readable } from 'node:stream';
import { admin, type admin_directory_v1 } from '@googleapis/admin';
import { gmail } from '@googleapis/gmail';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DirectGmail, type Google, startGoogle, VirtualClock } from '../src/index.ts';
import { Contract } from './contract/index.ts';
import { vendorAuth } from './vendor-client.ts';

const ALICE = 'alice@nordwind.example';
const contract = new Contract();
let server: Google;

beforeAll(async () => {
  server = await startGoogle({ empty: true, clock: new VirtualClock(Date.now()), observe: contract.observe });
});

afterAll(async () => {
  expect(server.failures).toEqual([]);
  expect(contract.faults).toEqual([]);
  await server.stop();
});

test("Google's own client signs in as a service account, and uploads, lists and reads mail", async () => {
  const api = gmail({ version: 'v1', auth: vendorAuth(server, ALICE) });
  const label = await api.users.labels.create({ userId: 'me', requestBody: { name: 'Über/Label' } });
  const mime =
    'From: a@b.example\r\nMessage-ID: <one@b.example>\r\nDate: Mon, 5 May 2003 06:07:08 +0000\r\nSubject: hi\r\n\r\nhello\r\n';
  const { data: imported } = await api.users.messages.import({
    userId: 'me',
    neverMarkSpam: true,
    requestBody: { labelIds: ['INBOX', label.data.id as string] },
    media: { mimeType: 'message/rfc822', body: Readable.from([mime]) },
  });
  expect(imported.labelIds).toEqual(['INBOX', label.data.id]);
  const { data: found } = await api.users.messages.list({ userId: 'me', q: 'rfc822msgid:one@b.example' });
  expect(found.messages).toEqual([{ id: imported.id, threadId: imported.threadId }]);
  const { data: message } = await api.users.messages.get({ userId: 'me', id: imported.id as string, format: 'raw' });
  expect(Buffer.from(message.raw as string, 'base64url').toString()).toContain(mime);
  expect(message.internalDate).toBe(String(Date.UTC(2003, 4, 5, 6, 7, 8)));
  expect(new DirectGmail(server, ALICE).message(imported.id as string)?.labels).toEqual(['INBOX', 'Über/Label']);
});

test("Google's own client understands how the simulator refuses", async () => {
  const api = gmail({ version: 'v1', auth: vendorAuth(server, ALICE) });
  await expect(api.users.messages.get({ userId: 'me', id: '18c0000000000000' })).rejects.toMatchObject({
    status: 404,
    message: 'Requested entity was not found.',
  });
  const stranger = gmail({
    version: 'v1',
    auth: vendorAuth(server, ALICE, ['https://www.googleapis.com/auth/drive.file']),
  });
  await expect(stranger.users.labels.list({ userId: 'me' })).rejects.toThrow(/unauthorized_client/);
});

test("Google's own client reads the directory, page by page", async () => {
  const api = admin({ version: 'directory_v1', auth: vendorAuth(server, ALICE) });
  const addresses: string[] = [];
  let pageToken: string | undefined;
  do {
    const { data }: { data: admin_directory_v1.Schema$Users } = await api.users.list({
      customer: 'my_customer',
      maxResults: 4,
      fields: 'nextPageToken,users(primaryEmail)',
      ...(pageToken === undefined ? {} : { pageToken }),
    });
    addresses.push(...(data.users ?? []).map((user) => user.primaryEmail as string));
    pageToken = data.nextPageToken ?? undefined;
  } while (pageToken !== undefined);
  expect(addresses).toEqual(
    [...server.domain('nordwind.example').users.values()].map((user) => user.primaryEmail).sort(),
  );
});
