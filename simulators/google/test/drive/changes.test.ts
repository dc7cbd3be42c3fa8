import { expect, test } from 'vitest';
import { changesAfter, FILES, newDrive, newFile, newFolder, start, startToken } from './support.ts';

test('changes tell each file once, with its newest state', async () => {
  const { person } = await start();
  const alice = await person('alice');
  const before = await newFile(alice, 'before.txt');
  const token = await startToken(alice);
  const id = await newFile(alice, 'a.txt');
  await alice('PATCH', `${FILES}/${id}`, { name: 'b.txt' });
  await alice('DELETE', `${FILES}/${before}`);
  const { changes, token: next } = await changesAfter(alice, token);
  expect(changes.map(({ fileId, removed, file }) => [fileId, removed, file?.name])).toEqual([
    [id, false, 'b.txt'],
    [before, true, undefined],
  ]);
  expect((await changesAfter(alice, next)).changes).toEqual([]);
  expect((await changesAfter(alice, token, '&includeRemoved=false')).changes).toHaveLength(1);
});

test('changes come in pages', async () => {
  const { person } = await start();
  const alice = await person('alice');
  const token = await startToken(alice);
  const ids = [];
  for (let at = 0; at < 5; at++) ids.push(await newFile(alice, `${at}.txt`));
  const { changes } = await changesAfter(alice, token, '&pageSize=2');
  expect(changes.map(({ fileId }) => fileId)).toEqual(ids);
});

test('a folder in the trash is told alone, unless the simulator is told otherwise', async () => {
  const { person, corpus } = await start();
  const alice = await person('alice');
  const folder = await newFolder(alice, 'Folder');
  await newFile(alice, 'a.txt', 'a', { parents: [folder] });
  const token = await startToken(alice);
  await alice('PATCH', `${FILES}/${folder}`, { trashed: true });
  const { changes, token: next } = await changesAfter(alice, token);
  expect(changes.map(({ file }) => [file?.name, file?.trashed])).toEqual([['Folder', true]]);
  corpus.behaviour.trashTouchesDescendants = true;
  await alice('PATCH', `${FILES}/${folder}`, { trashed: false });
  expect((await changesAfter(alice, next)).changes).toHaveLength(2);
});

test('who loses a file is told that it is gone', async () => {
  const { person } = await start();
  const [alice, bjorn] = [await person('alice'), await person('bjorn')];
  const id = await newFile(alice, 'a.txt');
  const token = await startToken(bjorn);
  const { json } = await alice('POST', `${FILES}/${id}/permissions?sendNotificationEmail=false`, {
    type: 'user',
    role: 'reader',
    emailAddress: 'bjorn@nordwind.example',
  });
  const given = await changesAfter(bjorn, token);
  expect(given.changes).toMatchObject([{ fileId: id, removed: false, file: { name: 'a.txt' } }]);
  await alice('DELETE', `${FILES}/${id}/permissions/${json.id}`);
  const taken = await changesAfter(bjorn, given.token);
  expect(taken.changes).toMatchObject([{ fileId: id, removed: true }]);
});

test('a shared drive has a log of its own', async () => {
  const { person } = await start();
  const alice = await person('alice');
  const driveId = await newDrive(alice, 'Team');
  const all = '&supportsAllDrives=true&includeItemsFromAllDrives=true';
  const ofDrive = `&driveId=${driveId}${all}`;
  const token = await startToken(alice, `supportsAllDrives=true&driveId=${driveId}`);
  const mine = await newFile(alice, 'mine.txt');
  const theirs = await newFile(alice, 'theirs.txt', 'x', { parents: [driveId] });
  await alice('PATCH', `/drive/v3/drives/${driveId}`, { name: 'Teams' });
  const ids = (changes: { fileId?: string; driveId?: string; changeType: string }[]) =>
    changes.map(({ fileId, driveId: drive, changeType }) => (changeType === 'drive' ? drive : fileId));
  expect(ids((await changesAfter(alice, token, ofDrive)).changes)).toEqual([theirs, driveId]);
  expect(ids((await changesAfter(alice, token, all)).changes)).toEqual([mine, theirs, driveId]);
  expect(ids((await changesAfter(alice, token)).changes)).toEqual([mine]);
});

test.each([400, 404, 410] as const)('a page token that is too old is answered %i', async (status) => {
  const { person, corpus } = await start();
  const alice = await person('alice');
  corpus.behaviour.expiredPageToken = status;
  const token = await startToken(alice);
  corpus.log.expire();
  expect((await alice('GET', `/drive/v3/changes?pageToken=${token}`)).status).toBe(status);
  const fresh = await startToken(alice);
  expect((await changesAfter(alice, fresh)).changes).toEqual([]);
  expect((await alice('GET', '/drive/v3/changes?pageToken=nonsense')).status).toBe(400);
});

test('lists and changes can lag behind', async () => {
  const { person, server, clock } = await start();
  const alice = await person('alice');
  const token = await startToken(alice);
  server.faults.listDelayMs = 5000;
  const id = await newFile(alice, 'a.txt');
  expect((await alice('GET', FILES)).json.files).toEqual([]);
  expect((await changesAfter(alice, token)).changes).toEqual([]);
  expect((await alice('GET', `${FILES}/${id}`)).status).toBe(200);
  clock.advance(5001);
  expect((await alice('GET', FILES)).json.files).toHaveLength(1);
  expect((await changesAfter(alice, token)).changes).toHaveLength(1);
});
