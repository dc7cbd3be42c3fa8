import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { FILES, FOLDER, find, get, newFile, newFolder, reasonOf, SHORTCUT, start, upload } from './support.ts';

test('a file keeps its bytes, dates and place, and tells its hashes', async () => {
  const { person } = await start();
  const alice = await person('alice');
  const folder = await newFolder(alice, 'Folder');
  const content = 'Grüße\r\nund mehr';
  const made = await upload(
    alice,
    {
      name: 'letter.tar.gz',
      parents: [folder],
      createdTime: '1999-12-31T23:59:59.999Z',
      modifiedTime: '2001-02-03T04:05:06.007+01:00',
      description: 'old',
    },
    content,
    { type: 'application/gzip', query: '&fields=*' },
  );
  expect(made.json).toMatchObject({
    name: 'letter.tar.gz',
    mimeType: 'application/gzip',
    createdTime: '1999-12-31T23:59:59.999Z',
    modifiedTime: '2001-02-03T03:05:06.007Z',
    parents: [folder],
    size: String(Buffer.byteLength(content)),
    fileExtension: 'gz',
    fullFileExtension: 'tar.gz',
    description: 'old',
  });
  for (const algorithm of ['md5', 'sha1', 'sha256']) {
    expect(made.json[`${algorithm}Checksum`]).toBe(createHash(algorithm).update(content).digest('hex'));
  }
  const down = await alice('GET', `${FILES}/${made.json.id}?alt=media`);
  expect(down.bytes.toString()).toBe(content);
  const part = await alice('GET', `${FILES}/${made.json.id}?alt=media`, undefined, { range: 'bytes=2-5' });
  expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 2-5/${Buffer.byteLength(content)}`]);
  expect(part.bytes).toEqual(Buffer.from(content).subarray(2, 6));
});

test('without fields, little is told', async () => {
  const { person } = await start();
  const alice = await person('alice');
  const id = await newFile(alice, 'a.txt');
  const { json } = await alice('GET', `${FILES}/${id}`);
  expect(json).toEqual({ kind: 'drive#file', id, name: 'a.txt', mimeType: 'text/plain' });
});

test('names need not be unique, and are searched', async () => {
  const { person } = await start();
  const alice = await person('alice');
  const folder = await newFolder(alice, 'Reports');
  await newFile(alice, "Bob's \\ 1.txt", 'one', { parents: [folder] });
  await newFile(alice, "Bob's \\ 1.txt", 'two', { parents: [folder] });
  await newFile(alice, 'elsewhere.txt');
  expect(await find(alice, `'${folder}' in parents and name = 'Bob\\'s \\\\ 1.txt'`)).toHaveLength(2);
  expect(await find(alice, "'root' in parents and trashed = false")).toEqual(['elsewhere.txt', 'Reports']);
  expect(await find(alice, `mimeType = '${FOLDER}' or name contains 'else'`, '&orderBy=name')).toEqual([
    'Reports',
    'elsewhere.txt',
  ]);
  expect(reasonOf(await alice('GET', `${FILES}?q=title+%3D+'x'`))).toEqual([400, 'invalid']);
});

test('pages tell everything once, and their tokens are good for their own question alone', async () => {
  const { person } = await start();
  const alice = await person('alice');
  for (let at = 0; at < 7; at++) await newFile(alice, `${at}.txt`);
  const names: string[] = [];
  let token = '';
  do {
    const { json } = await alice('GET', `${FILES}?pageSize=3&pageToken=${token}`);
    names.push(...json.files.map(({ name }: { name: string }) => name));
    token = json.nextPageToken ?? '';
    if (token !== '') expect((await alice('GET', `${FILES}?q=trashed=true&pageToken=${token}`)).status).toBe(400);
  } while (token !== '');
  expect(names.sort()).toEqual(['0.txt', '1.txt', '2.txt', '3.txt', '4.txt', '5.txt', '6.txt']);
});

test('an id of ours makes a creation happen once', async () => {
  const { person } = await start();
  const alice = await person('alice');
  const { json } = await alice('GET', `${FILES}/generateIds?count=2`);
  const [id, folderId] = json.ids;
  expect((await upload(alice, { id, name: 'once.txt' }, 'once')).json.id).toBe(id);
  expect(reasonOf(await upload(alice, { id, name: 'once.txt' }, 'once'))).toEqual([409, 'fileIdInUse']);
  expect((await alice('POST', FILES, { id: folderId, name: 'once', mimeType: FOLDER })).json.id).toBe(folderId);
  expect((await alice('POST', FILES, { id: 'ofmyown', name: 'x' })).status).toBe(400);
  const native = 'application/vnd.google-apps.document';
  const [unused] = (await alice('GET', `${FILES}/generateIds?count=1`)).json.ids;
  expect((await alice('POST', FILES, { id: unused, name: 'x', mimeType: native })).status).toBe(400);
});

test('a change of metadata dates the file anew, unless it says the date', async () => {
  const { person, clock } = await start();
  const alice = await person('alice');
  const id = await newFile(alice, 'a.txt', 'a', { modifiedTime: '2001-01-01T00:00:00Z' });
  clock.advance(60_000);
  await alice('PATCH', `${FILES}/${id}`, { starred: true });
  expect((await get(alice, id)).modifiedTime).toBe('2001-01-01T00:00:00.000Z');
  await alice('PATCH', `${FILES}/${id}`, { name: 'b.txt' });
  expect((await get(alice, id)).modifiedTime).toBe(new Date(clock.now()).toISOString());
  await alice('PATCH', `${FILES}/${id}`, { name: 'c.txt', modifiedTime: '2002-02-02T00:00:00Z' });
  expect(await get(alice, id)).toMatchObject({ name: 'c.txt', modifiedTime: '2002-02-02T00:00:00.000Z' });
});

test('what is read-only is refused', async () => {
  // These requests are wrong on purpose.
  const { person } = await start({ observe: () => {} });
  const alice = await person('alice');
  const id = await newFile(alice, 'a.txt');
  for (const body of [
    { size: '3' },
    { owners: [] },
    { md5Checksum: 'x' },
    { parents: ['root'] },
    { createdTime: '2001-01-01T00:00:00Z' },
  ]) {
    expect(reasonOf(await alice('PATCH', `${FILES}/${id}`, body))).toEqual([403, 'fieldNotWritable']);
  }
});

test('a file has one parent', async () => {
  const { person } = await start();
  const alice = await person('alice');
  const [one, two] = [await newFolder(alice, 'one'), await newFolder(alice, 'two')];
  const id = await newFile(alice, 'a.txt', 'a', { parents: [one] });
  expect(reasonOf(await alice('PATCH', `${FILES}/${id}?addParents=${two}`, {}))).toEqual([403, 'cannotAddParent']);
  const moved = await alice('PATCH', `${FILES}/${id}?addParents=${two}&removeParents=${one}&fields=parents`, {});
  expect(moved.json).toEqual({ parents: [two] });
  const same = await alice('PATCH', `${FILES}/${id}?addParents=${two}&removeParents=${two}&fields=parents`, {});
  expect(same.json).toEqual({ parents: [two] });
  const inner = await newFolder(alice, 'inner', { parents: [two] });
  const circle = await alice('PATCH', `${FILES}/${two}?addParents=${inner}&removeParents=root`, {});
  expect(circle.status).toBe(400);
});

test('trash takes what is below along; deleting is for good', async () => {
  const { person } = await start();
  const alice = await person('alice');
  const folder = await newFolder(alice, 'Folder');
  const id = await newFile(alice, 'a.txt', 'a', { parents: [folder] });
  await alice('PATCH', `${FILES}/${folder}`, { trashed: true });
  expect(await get(alice, id)).toMatchObject({ trashed: true, explicitlyTrashed: false });
  expect(await find(alice, 'trashed = false')).toEqual([]);
  await alice('PATCH', `${FILES}/${folder}`, { trashed: false });
  expect(await get(alice, id)).toMatchObject({ trashed: false });
  await alice('PATCH', `${FILES}/${folder}`, { trashed: true });
  expect((await alice('DELETE', `${FILES}/trash`)).status).toBe(204);
  expect(reasonOf(await alice('GET', `${FILES}/${id}`))).toEqual([404, 'notFound']);
});

test('properties belong to all apps, appProperties to one; both have limits', async () => {
  const { person } = await start();
  const alice = await person('alice');
  const id = await newFile(alice, 'a.txt', 'a', { appProperties: { src: '7' }, properties: { colour: 'red' } });
  expect(await find(alice, "appProperties has { key='src' and value='7' }")).toEqual(['a.txt']);
  await alice('PATCH', `${FILES}/${id}`, { appProperties: { src: null, other: 'x' } });
  expect((await get(alice, id)).appProperties).toEqual({ other: 'x' });
  const long = await alice('PATCH', `${FILES}/${id}`, { appProperties: { k: 'ä'.repeat(62) } });
  expect(long.status).toBe(403);
  const fits = await alice('PATCH', `${FILES}/${id}`, { appProperties: { kk: 'ä'.repeat(61) } });
  expect(fits.status).toBe(200);
  const many = Object.fromEntries(Array.from({ length: 31 }, (_, at) => [`k${at}`, 'v']));
  expect((await alice('PATCH', `${FILES}/${id}`, { properties: many })).status).toBe(403);
});

test('shortcuts point to what their maker may see', async () => {
  const { person } = await start();
  const [alice, bjorn] = [await person('alice'), await person('bjorn')];
  const id = await newFile(alice, 'a.txt');
  const made = await alice('POST', `${FILES}?fields=*`, {
    name: 'link',
    mimeType: SHORTCUT,
    shortcutDetails: { targetId: id },
  });
  expect(made.json.shortcutDetails).toEqual({ targetId: id, targetMimeType: 'text/plain' });
  expect(made.json.size).toBeUndefined();
  const foreign = await bjorn('POST', FILES, { name: 'link', mimeType: SHORTCUT, shortcutDetails: { targetId: id } });
  expect(reasonOf(foreign)).toEqual([404, 'notFound']);
});

test('a copy has bytes and properties, but its own dates', async () => {
  const { person, clock } = await start();
  const alice = await person('alice');
  const id = await newFile(alice, 'a.txt', 'bytes', {
    appProperties: { src: '7' },
    createdTime: '2001-01-01T00:00:00Z',
  });
  clock.advance(60_000);
  const copy = await alice('POST', `${FILES}/${id}/copy?fields=*`, {});
  expect(copy.json).toMatchObject({
    name: 'Copy of a.txt',
    appProperties: { src: '7' },
    createdTime: new Date(clock.now()).toISOString(),
  });
  expect((await alice('GET', `${FILES}/${copy.json.id}?alt=media`)).bytes.toString()).toBe('bytes');
  const folder = await newFolder(alice, 'Folder');
  expect(reasonOf(await alice('POST', `${FILES}/${folder}/copy`, {}))).toEqual([403, 'cannotCopyFile']);
});

test('storage has an end', async () => {
  const { person, corpus } = await start();
  const alice = await person('alice');
  corpus.behaviour.storageLimit = 10;
  await newFile(alice, 'a.txt', '123456');
  expect(reasonOf(await upload(alice, { name: 'b.txt' }, '123456'))).toEqual([403, 'storageQuotaExceeded']);
  const { json } = await alice('GET', '/drive/v3/about?fields=storageQuota,user/emailAddress');
  expect(json).toEqual({
    storageQuota: { limit: '10', usage: '6', usageInDrive: '6', usageInDriveTrash: '0' },
    user: { emailAddress: 'alice@nordwind.example' },
  });
});

test('what is harmful is downloaded only by its owner, who says so', async () => {
  const { person, corpus } = await start();
  const alice = await person('alice');
  const id = await newFile(alice, 'virus.exe');
  (corpus.file(id) as { abusive: boolean }).abusive = true;
  expect(reasonOf(await alice('GET', `${FILES}/${id}?alt=media`))).toEqual([403, 'cannotDownloadAbusiveFile']);
  expect((await alice('GET', `${FILES}/${id}?alt=media&acknowledgeAbuse=true`)).status).toBe(200);
});

test('a large file goes up in chunks, and can be asked how far it came', async () => {
  const { person } = await start();
  const alice = await person('alice');
  const content = Buffer.alloc(600 * 1024, 'chunk ');
  const begun = await alice(
    'POST',
    `/upload${FILES}?uploadType=resumable&fields=id,md5Checksum`,
    { name: 'big.bin' },
    {
      'x-upload-content-type': 'application/octet-stream',
      'x-upload-content-length': String(content.length),
    },
  );
  const session = begun.headers.get('location') as string;
  const half = 256 * 1024;
  const first = await alice('PUT', session, content.subarray(0, half), {
    'content-range': `bytes 0-${half - 1}/${content.length}`,
  });
  expect([first.status, first.headers.get('range')]).toEqual([308, `bytes=0-${half - 1}`]);
  const asked = await alice('PUT', session, '', { 'content-range': `bytes */${content.length}` });
  expect([asked.status, asked.headers.get('range')]).toEqual([308, `bytes=0-${half - 1}`]);
  const last = await alice('PUT', session, content.subarray(half), {
    'content-range': `bytes ${half}-${content.length - 1}/${content.length}`,
  });
  expect(last.json.md5Checksum).toBe(createHash('md5').update(content).digest('hex'));
  expect(Object.keys(last.json)).toEqual(['id', 'md5Checksum']);
});
