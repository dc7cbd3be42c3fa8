import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { drive as driveApi } from '@googleapis/drive';
import { realClock } from '@sterna/simulator-kit';
import { Gaxios, type GaxiosOptionsPrepared } from 'gaxios';
import { JWT } from 'google-auth-library';
import { expect, test } from 'vitest';
import { DOCUMENT, FOLDER, start } from './support.ts';

/** Google's own client, unmodified but for where its requests go: it has Google's names built in. */
async function googleClient() {
  // It signs by the real clock.
  const { server } = await start({ clock: realClock });
  const transporter = new Gaxios();
  transporter.interceptors.request.add({
    resolved: async (options: GaxiosOptionsPrepared) => {
      const url = new URL(options.url);
      expect(url.hostname).toMatch(/(?:^|\.)googleapis\.com$/);
      return { ...options, url: new URL(`${server.baseUrl}${url.pathname}${url.search}`) };
    },
  });
  const auth = new JWT({
    email: server.keyFile.client_email,
    key: server.keyFile.private_key,
    scopes: ['https://www.googleapis.com/auth/drive'],
    subject: 'alice@nordwind.example',
    // Two copies of its types are about.
    transporter: transporter as never,
  });
  return driveApi({ version: 'v3', auth });
}

test("Google's own client makes, lists, changes, downloads, exports and shares files", async () => {
  const drive = await googleClient();
  const folder = await drive.files.create({ requestBody: { name: 'Folder', mimeType: FOLDER } });
  const folderId = folder.data.id as string;
  const { data: file } = await drive.files.create({
    requestBody: { name: 'a.txt', parents: [folderId], modifiedTime: '2001-01-01T00:00:00.000Z' },
    media: { mimeType: 'text/plain', body: Readable.from(['some ', 'text']) },
    fields: 'id,md5Checksum,modifiedTime',
  });
  expect(file).toEqual({
    id: expect.any(String),
    md5Checksum: createHash('md5').update('some text').digest('hex'),
    modifiedTime: '2001-01-01T00:00:00.000Z',
  });
  const fileId = file.id as string;
  const down = await drive.files.get({ fileId, alt: 'media' }, { responseType: 'text' });
  expect(down.data).toBe('some text');
  const found = await drive.files.list({ q: `'${folderId}' in parents`, fields: 'files(name,size)' });
  expect(found.data.files).toEqual([{ name: 'a.txt', size: '9' }]);

  const token = (await drive.changes.getStartPageToken()).data.startPageToken as string;
  await drive.files.update({ fileId, requestBody: { name: 'b.txt' }, media: { mimeType: 'text/plain', body: 'new' } });
  await drive.permissions.create({
    fileId,
    sendNotificationEmail: false,
    requestBody: { type: 'user', role: 'reader', emailAddress: 'bjorn@nordwind.example' },
  });
  const changes = await drive.changes.list({ pageToken: token, fields: 'changes(fileId,file(name,size))' });
  expect(changes.data.changes).toEqual([{ fileId, file: { name: 'b.txt', size: '3' } }]);
  const { data: permissions } = await drive.permissions.list({ fileId, fields: 'permissions(role,emailAddress)' });
  expect(permissions.permissions).toEqual([
    { role: 'owner', emailAddress: 'alice@nordwind.example' },
    { role: 'reader', emailAddress: 'bjorn@nordwind.example' },
  ]);
  expect((await drive.revisions.list({ fileId })).data.revisions).toHaveLength(2);

  const { data: doc } = await drive.files.create({
    requestBody: { name: 'Doc', mimeType: DOCUMENT },
    media: { mimeType: 'text/plain', body: 'words' },
  });
  const exported = await drive.files.export(
    { fileId: doc.id as string, mimeType: 'text/plain' },
    { responseType: 'text' },
  );
  expect(exported.data).toBe('words');
  await drive.files.delete({ fileId });
  await expect(drive.files.get({ fileId })).rejects.toMatchObject({
    status: 404,
    message: `File not found: ${fileId}.`,
  });
});
