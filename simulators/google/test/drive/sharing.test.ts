import { expect, test } from 'vitest';
import { DOCUMENT, FILES, FOLDER, find, get, newDrive, newFile, newFolder, reasonOf, start } from './support.ts';

const BJORN = { type: 'user', emailAddress: 'bjorn@nordwind.example' };

test('sharing mails, unless it is told not to', async () => {
  const { person, corpus } = await start();
  const alice = await person('alice');
  const id = await newFile(alice, 'a.txt');
  await alice('POST', `${FILES}/${id}/permissions?sendNotificationEmail=false`, { ...BJORN, role: 'reader' });
  expect(corpus.mailsSent).toEqual([]);
  await alice('POST', `${FILES}/${id}/permissions?emailMessage=look`, { ...BJORN, role: 'writer' });
  expect(corpus.mailsSent).toMatchObject([
    { to: 'bjorn@nordwind.example', from: 'alice@nordwind.example', fileId: id, message: 'look' },
  ]);
});

test('what is shared is seen by those it is shared with, below folders too, and changed by writers alone', async () => {
  const { person } = await start();
  const [alice, bjorn, chloe] = [await person('alice'), await person('bjorn'), await person('chloe')];
  const folder = await newFolder(alice, 'Folder');
  const id = await newFile(alice, 'a.txt', 'a', { parents: [folder] });
  expect(reasonOf(await bjorn('GET', `${FILES}/${id}`))).toEqual([404, 'notFound']);
  await alice('POST', `${FILES}/${folder}/permissions?sendNotificationEmail=false`, { ...BJORN, role: 'reader' });
  expect(await get(bjorn, id)).toMatchObject({ ownedByMe: false, parents: [folder] });
  expect(await find(bjorn, 'sharedWithMe = true')).toEqual(['Folder']);
  expect(reasonOf(await bjorn('PATCH', `${FILES}/${id}`, { name: 'b.txt' }))).toEqual([
    403,
    'insufficientFilePermissions',
  ]);
  expect((await bjorn('PATCH', `${FILES}/${id}`, { starred: true })).status).toBe(200);
  expect((await get(alice, id)).starred).toBe(false);
  const bjornsId = (await get(bjorn, folder)).permissionIds.at(-1);
  await alice('PATCH', `${FILES}/${folder}/permissions/${bjornsId}`, { role: 'writer' });
  expect((await bjorn('PATCH', `${FILES}/${id}`, { name: 'b.txt' })).status).toBe(200);
  expect(reasonOf(await bjorn('PATCH', `${FILES}/${id}`, { trashed: true }))).toEqual([
    403,
    'insufficientFilePermissions',
  ]);
  expect((await chloe('GET', `${FILES}/${folder}`)).status).toBe(404);
});

test('a folder above that somebody may not see is not told as the parent', async () => {
  const { person } = await start();
  const [alice, bjorn] = [await person('alice'), await person('bjorn')];
  const id = await newFile(alice, 'a.txt', 'a', { parents: [await newFolder(alice, 'Private')] });
  await alice('POST', `${FILES}/${id}/permissions?sendNotificationEmail=false`, { ...BJORN, role: 'reader' });
  expect((await get(bjorn, id)).parents).toBeUndefined();
});

test('groups, links and whole domains', async () => {
  const { person } = await start();
  const [alice, huseyin, jamal] = [await person('alice'), await person('huseyin'), await person('jamal')];
  const id = await newFile(alice, 'a.txt');
  const path = `${FILES}/${id}/permissions`;
  await alice('POST', `${path}?sendNotificationEmail=false`, {
    type: 'group',
    role: 'reader',
    emailAddress: 'support@nordwind.example',
  });
  expect(await find(huseyin, 'sharedWithMe = true')).toEqual(['a.txt']);
  expect((await jamal('GET', `${FILES}/${id}`)).status).toBe(404);
  expect(
    reasonOf(await alice('POST', `${path}?sendNotificationEmail=false`, { type: 'anyone', role: 'reader' })),
  ).toEqual([403, 'forbidden']);
  const link = await alice('POST', path, { type: 'anyone', role: 'reader' });
  expect(link.json).toEqual({ kind: 'drive#permission', id: 'anyoneWithLink', type: 'anyone', role: 'reader' });
  expect((await jamal('GET', `${FILES}/${id}`)).status).toBe(200);
  expect(await find(jamal, "name = 'a.txt'")).toEqual([]);
  await alice('POST', path, { type: 'domain', role: 'writer', domain: 'nordwind.example', allowFileDiscovery: true });
  expect(await find(jamal, "name = 'a.txt'")).toEqual(['a.txt']);
});

test('an address without an account is invited by mail or not at all', async () => {
  const { person, corpus } = await start();
  const alice = await person('alice');
  const id = await newFile(alice, 'a.txt');
  const stranger = { type: 'user', role: 'reader', emailAddress: 'stranger@elsewhere.example' };
  const quiet = await alice('POST', `${FILES}/${id}/permissions?sendNotificationEmail=false`, stranger);
  expect(reasonOf(quiet)).toEqual([400, 'invalidSharingRequest']);
  expect((await alice('POST', `${FILES}/${id}/permissions`, stranger)).status).toBe(200);
  expect(corpus.mailsSent).toHaveLength(1);
});

test('ownership goes to somebody of the same domain, who is mailed; the former owner stays a writer', async () => {
  const { person, corpus } = await start();
  const [alice, bjorn] = [await person('alice'), await person('bjorn')];
  const id = await newFile(alice, 'a.txt');
  const path = `${FILES}/${id}/permissions`;
  const owner = { ...BJORN, role: 'owner' };
  expect(reasonOf(await alice('POST', path, owner))).toEqual([403, 'forbidden']);
  expect((await alice('POST', `${path}?transferOwnership=true&sendNotificationEmail=false`, owner)).status).toBe(403);
  const abroad = { ...owner, emailAddress: 'bjorn@lamna.example' };
  expect(reasonOf(await alice('POST', `${path}?transferOwnership=true`, abroad))).toEqual([
    403,
    'ownershipChangeAcrossDomainNotPermitted',
  ]);
  expect((await alice('POST', `${path}?transferOwnership=true&moveToNewOwnersRoot=true`, owner)).status).toBe(200);
  expect((await get(bjorn, id)).ownedByMe).toBe(true);
  expect(await find(bjorn, "'root' in parents")).toEqual(['a.txt']);
  expect((await alice('PATCH', `${FILES}/${id}`, { name: 'b.txt' })).status).toBe(200);
  expect(corpus.mailsSent).toHaveLength(1);
});

test('a permission can end', async () => {
  const { person, clock } = await start();
  const [alice, bjorn] = [await person('alice'), await person('bjorn')];
  const id = await newFile(alice, 'a.txt');
  const path = `${FILES}/${id}/permissions`;
  const expirationTime = new Date(clock.now() + 1_800_000).toISOString();
  const made = await alice('POST', `${path}?sendNotificationEmail=false&fields=*`, {
    ...BJORN,
    role: 'reader',
    expirationTime,
  });
  expect(made.json.expirationTime).toBe(expirationTime);
  const past = new Date(clock.now() - 1).toISOString();
  expect((await alice('PATCH', `${path}/${made.json.id}`, { role: 'reader', expirationTime: past })).status).toBe(400);
  expect((await bjorn('GET', `${FILES}/${id}`)).status).toBe(200);
  clock.advance(1_800_000);
  expect((await bjorn('GET', `${FILES}/${id}`)).status).toBe(404);
});

test('members of a shared drive have roles, which reach all that is in it', async () => {
  const { person, corpus } = await start();
  const [alice, bjorn] = [await person('alice'), await person('bjorn')];
  const driveId = await newDrive(alice, 'Team');
  const folder = await newFolder(alice, 'Folder', { parents: [driveId] });
  const id = await newFile(alice, 'a.txt', 'a', { parents: [folder] });
  expect(reasonOf(await alice('GET', `${FILES}/${id}`))).toEqual([404, 'notFound']);
  const inside = await get(alice, id);
  expect(inside).toMatchObject({ driveId, hasAugmentedPermissions: false });
  expect([inside.owners, inside.ownedByMe, inside.permissions]).toEqual([undefined, undefined, undefined]);

  const members = `${FILES}/${driveId}/permissions?supportsAllDrives=true&sendNotificationEmail=false`;
  const member = await alice('POST', members, { ...BJORN, role: 'writer' });
  expect(corpus.mailsSent).toEqual([]);
  expect((await bjorn('GET', '/drive/v3/drives')).json.drives).toEqual([
    { kind: 'drive#drive', id: driveId, name: 'Team' },
  ]);
  const path = `${FILES}/${id}?supportsAllDrives=true`;
  expect((await bjorn('PATCH', path, { name: 'b.txt' })).status).toBe(200);
  expect((await bjorn('PATCH', path, { trashed: true })).status).toBe(403);
  const inherited = await alice('GET', `${FILES}/${id}/permissions/${member.json.id}?supportsAllDrives=true&fields=*`);
  expect(inherited.json.permissionDetails).toEqual([
    { permissionType: 'member', role: 'writer', inheritedFrom: driveId, inherited: true },
  ]);
  const gone = await alice('DELETE', `${FILES}/${id}/permissions/${member.json.id}?supportsAllDrives=true`);
  expect(gone.status).toBe(403);
  await alice('PATCH', `${FILES}/${driveId}/permissions/${member.json.id}?supportsAllDrives=true`, {
    role: 'fileOrganizer',
  });
  expect((await bjorn('PATCH', path, { trashed: true })).status).toBe(200);
  expect((await bjorn('DELETE', path)).status).toBe(403);
  expect((await alice('DELETE', path)).status).toBe(204);

  const anyone = await alice('POST', `${FILES}/${driveId}/permissions?supportsAllDrives=true`, {
    type: 'anyone',
    role: 'reader',
  });
  expect(reasonOf(anyone)).toEqual([403, 'cannotShareTeamDriveTopFolderWithAnyoneOrDomains']);
  const owner = await alice('POST', `${FILES}/${folder}/permissions?supportsAllDrives=true&transferOwnership=true`, {
    ...BJORN,
    role: 'owner',
  });
  expect(reasonOf(owner)).toEqual([403, 'ownerOnTeamDriveItemNotSupported']);
});

test('lists of shared drives have to be asked for', async () => {
  const { person } = await start();
  const alice = await person('alice');
  const driveId = await newDrive(alice, 'Team');
  await newFile(alice, 'theirs.txt', 'x', { parents: [driveId] });
  await newFile(alice, 'mine.txt');
  const all = '&supportsAllDrives=true&includeItemsFromAllDrives=true';
  expect(await find(alice, 'trashed = false')).toEqual(['mine.txt']);
  expect(await find(alice, 'trashed = false', `${all}&corpora=drive&driveId=${driveId}`)).toEqual(['theirs.txt']);
  expect(await find(alice, `'${driveId}' in parents`, all)).toEqual(['theirs.txt']);
  expect((await alice('GET', `${FILES}?corpora=drive&driveId=${driveId}`)).status).toBe(400);
  expect((await alice('GET', `${FILES}?driveId=${driveId}${all}`)).status).toBe(400);
});

test('a shared drive is made once for a requestId, is limited, and goes only when it is empty', async () => {
  const { person, corpus } = await start();
  const alice = await person('alice');
  const driveId = await newDrive(alice, 'Team');
  expect((await alice('POST', '/drive/v3/drives?requestId=Team', { name: 'Team' })).status).toBe(409);
  corpus.behaviour.maxSharedDriveItems = 1;
  const id = await newFile(alice, 'a.txt', 'a', { parents: [driveId] });
  const more = await alice('POST', `${FILES}?supportsAllDrives=true`, {
    name: 'b',
    mimeType: FOLDER,
    parents: [driveId],
  });
  expect(reasonOf(more)).toEqual([403, 'teamDriveFileLimitExceeded']);
  expect((await alice('DELETE', `/drive/v3/drives/${driveId}`)).status).toBe(403);
  await alice('PATCH', `${FILES}/${id}?supportsAllDrives=true`, { trashed: true });
  expect((await alice('DELETE', `/drive/v3/drives/${driveId}`)).status).toBe(204);
  expect((await alice('GET', `/drive/v3/drives/${driveId}`)).status).toBe(404);
});

test("an administrator reaches the domain's shared drives without being a member", async () => {
  const { person } = await start();
  const [alice, bjorn] = [await person('alice'), await person('bjorn')];
  const driveId = await newDrive(bjorn, 'Team');
  expect((await alice('GET', `/drive/v3/drives/${driveId}`)).status).toBe(404);
  expect((await alice('GET', `/drive/v3/drives/${driveId}?useDomainAdminAccess=true`)).json.name).toBe('Team');
  const path = `${FILES}/${driveId}/permissions?supportsAllDrives=true&useDomainAdminAccess=true`;
  const self = { type: 'user', role: 'organizer', emailAddress: 'alice@nordwind.example' };
  expect((await alice('POST', `${path}&sendNotificationEmail=false`, self)).status).toBe(200);
  expect((await alice('GET', `/drive/v3/drives/${driveId}`)).status).toBe(200);
  expect((await bjorn('GET', `/drive/v3/drives/${driveId}?useDomainAdminAccess=true`)).status).toBe(403);
});

test("comments need fields, are their authors' own, and replies resolve them", async () => {
  const { person } = await start();
  const [alice, bjorn] = [await person('alice'), await person('bjorn')];
  const { json: doc } = await alice('POST', FILES, { name: 'Doc', mimeType: DOCUMENT });
  await alice('POST', `${FILES}/${doc.id}/permissions?sendNotificationEmail=false`, { ...BJORN, role: 'commenter' });
  const path = `${FILES}/${doc.id}/comments`;
  expect((await bjorn('GET', path)).status).toBe(400);
  const made = await bjorn('POST', `${path}?fields=*`, {
    content: 'Why <this>?',
    quotedFileContent: { value: 'this' },
  });
  expect(made.json).toMatchObject({
    content: 'Why <this>?',
    htmlContent: 'Why &lt;this&gt;?',
    quotedFileContent: { value: 'this' },
  });
  expect(made.json.author.emailAddress).toBeUndefined();
  const replies = `${path}/${made.json.id}/replies?fields=*`;
  expect((await alice('POST', replies, { content: 'Done', action: 'resolve' })).json).toMatchObject({
    content: 'Done',
    action: 'resolve',
  });
  expect((await alice('PATCH', `${path}/${made.json.id}?fields=*`, { content: 'mine' })).status).toBe(403);
  const all = await alice('GET', `${path}?fields=comments(content,resolved,replies/content)`);
  expect(all.json.comments).toEqual([{ content: 'Why <this>?', resolved: true, replies: [{ content: 'Done' }] }]);
  expect((await bjorn('DELETE', `${path}/${made.json.id}`)).status).toBe(204);
  expect((await alice('GET', `${path}?fields=comments(id)`)).json.comments).toEqual([]);
  expect((await alice('GET', `${path}?fields=comments(deleted,content)&includeDeleted=true`)).json.comments).toEqual([
    { deleted: true },
  ]);
});
