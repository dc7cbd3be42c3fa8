import { createRequire } from 'node:module';
import type { AddressInfo, Server } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Client, clientWith } from '../sign-in.ts';
import { FOLDER, start, upload } from './support.ts';

/**
 * The same requests to google-drive-mock, whose own tests also run against the real Drive. Where they disagree, the
 * documentation decides, and these are left out: it tells all fields where only four are usual, gives folders a size and
 * a hash, dates a file anew when it goes to the trash, ignores unknown parents and terms of q (appProperties too),
 * accepts `parents` in an update and any page token, answers errors without reasons, and about.get without fields.
 */
let mock: Server;

beforeAll(async () => {
  const { createApp } = createRequire(import.meta.url)('google-drive-mock') as {
    createApp: (options: object) => { listen: (port: number, host: string) => Server };
  };
  mock = createApp({}).listen(0, '127.0.0.1');
  await new Promise((resolve) => mock.once('listening', resolve));
});

afterAll(async () => {
  await new Promise((resolve) => mock.close(resolve));
});

/** What both must say alike; ids and times of now are replaced by words. */
async function story(client: Client): Promise<unknown[]> {
  const told: unknown[] = [];
  const tell = (status: number, json: unknown) => told.push([status, json]);
  const token = (await client('GET', '/drive/v3/changes/startPageToken')).json.startPageToken;
  const folder = (await client('POST', '/drive/v3/files?fields=id', { name: 'Folder', mimeType: FOLDER })).json.id;
  const metadata = {
    name: 'a.txt',
    mimeType: 'text/plain',
    parents: [folder],
    createdTime: '2001-01-01T00:00:00.000Z',
    modifiedTime: '2002-01-01T00:00:00.000Z',
    appProperties: { src: '7' },
  };
  const id = (await upload(client, metadata, 'hello', { query: '&fields=id' })).json.id;
  const fields = 'fields=name,mimeType,size,md5Checksum,createdTime,modifiedTime,appProperties,trashed';
  const show = async () => {
    const { status, json } = await client('GET', `/drive/v3/files/${id}?${fields}`);
    tell(status, { ...json, modifiedTime: json.modifiedTime?.replace(/^(?!2002).*/, 'now') });
  };
  await show();
  const q = encodeURIComponent(`'${folder}' in parents and trashed = false`);
  const list = async () => {
    const { status, json } = await client('GET', `/drive/v3/files?q=${q}&fields=files(name,size),incompleteSearch`);
    tell(status, json);
  };
  await list();
  await client('PATCH', `/drive/v3/files/${id}`, { name: 'b.txt' });
  await show();
  await client('POST', '/drive/v3/files', { name: 'b.txt', mimeType: 'text/plain', parents: [folder] });
  await client('PATCH', `/drive/v3/files/${id}`, { trashed: true });
  await list();
  tell((await client('DELETE', `/drive/v3/files/${id}`)).status, undefined);
  tell((await client('DELETE', `/drive/v3/files/${id}`)).status, undefined);
  const { json } = await client('GET', `/drive/v3/changes?pageToken=${token}`);
  // Of each item its newest change: the mock tells the earlier ones as well.
  const newest = new Map<string, unknown>();
  for (const { changeType, removed, fileId } of json.changes) {
    newest.delete(fileId);
    newest.set(fileId, [changeType, removed, fileId === id]);
  }
  told.push([...newest.values()]);
  const batch = await client(
    'POST',
    '/batch/drive/v3',
    `--x\r\nContent-Type: application/http\r\n\r\nGET /drive/v3/files/${folder}?fields=name\r\n\r\n--x\r\nContent-Type: application/http\r\n\r\nGET /drive/v3/files/nowhere\r\n\r\n--x--\r\n`,
    { 'content-type': 'multipart/mixed; boundary=x' },
  );
  told.push([...batch.bytes.toString().matchAll(/HTTP\/1\.1 \d+/g)].map(String));
  return told;
}

test('files, changes and batches are as google-drive-mock has them', async () => {
  const { person } = await start();
  const theirs = clientWith(
    { baseUrl: `http://127.0.0.1:${(mock.address() as AddressInfo).port}` } as Parameters<typeof clientWith>[0],
    'valid-token',
  );
  const expected = await story(theirs);
  expect(expected).toHaveLength(8);
  expect(await story(await person('alice'))).toEqual(expected);
});
