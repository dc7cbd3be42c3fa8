import { afterEach, beforeEach, expect, test } from 'vitest';
import { drivesOf, type SharingMail } from '../../src/drive/drives.ts';
import { type DriveLab, openDriveLab } from './support.ts';

let lab: DriveLab;
let item: string;
let mails: readonly SharingMail[];
beforeEach(async () => {
  lab = await openDriveLab();
  await lab.client('POST', `${lab.at}/root/children`, { name: 'Team', folder: {} });
  item = `${lab.at}/items/${(await lab.put('Team/plan.txt', 'x')).json.id}`;
  mails = drivesOf(lab.server.tenant('contoso.example')).mailsSent;
});
afterEach(() => lab.stop());

const to = (...emails: string[]) => emails.map((email) => ({ email }));
const silently = { requireSignIn: true, sendInvitation: false };

async function permissions(of = item) {
  return (await lab.client('GET', `${of}/permissions`)).json.value;
}

test('a right given on a folder reaches what is in it, and says where it comes from; nobody gets a mail', async () => {
  const team = `${lab.at}/root:/Team:`;
  const invited = await lab.client('POST', `${team}/invite`, {
    ...silently,
    roles: ['write'],
    recipients: to('bjorn@contoso.example'),
  });
  expect(invited.status).toBe(200);
  expect(invited.json.value[0]).toMatchObject({
    roles: ['write'],
    grantedToV2: { user: { displayName: 'Björn Øygård' } },
  });
  const reaching = await permissions();
  expect(reaching.map(({ roles }: { roles: string[] }) => roles[0])).toEqual(['write', 'owner']);
  const { id } = (await lab.client('GET', team)).json;
  expect(reaching[0].inheritedFrom).toMatchObject({ id, driveId: lab.drive.id });
  expect(reaching[1].inheritedFrom.id).toBe(lab.drive.root.id);
  expect((await lab.client('GET', item)).json.shared).toEqual({ scope: 'users' });
  expect(mails).toEqual([]);
  // What comes from above can't be taken away below.
  expect((await lab.client('DELETE', `${item}/permissions/${reaching[0].id}`)).status).toBe(400);
  expect((await lab.client('DELETE', `${team}/permissions/${reaching[0].id}`)).status).toBe(204);
  expect(await permissions()).toHaveLength(1);
});

test('the same person again has one right, the newest; its role can be changed, an owner is nobody made', async () => {
  const give = (role: string) =>
    lab.client('POST', `${item}/invite`, { ...silently, roles: [role], recipients: to('elena@contoso.example') });
  const first = (await give('read')).json.value[0];
  const second = (await give('write')).json.value[0];
  expect([second.id, second.roles]).toEqual([first.id, ['write']]);
  const patched = await lab.client('PATCH', `${item}/permissions/${first.id}`, { roles: ['read'] });
  expect(patched.json.roles).toEqual(['read']);
  expect((await give('owner')).status).toBe(400);
});

test('who is unknown is an entry with an error; when all are, the request fails', async () => {
  const give = (...emails: string[]) =>
    lab.client('POST', `${item}/invite`, { ...silently, roles: ['read'], recipients: to(...emails) });
  const guests = drivesOf(lab.server.tenant('contoso.example')).guests;
  // An app on its own can't make guests, but reaches those that are.
  expect((await give('partner@adatum.example')).status).toBe(400);
  guests.add('partner@adatum.example');
  const some = await give('nobody@contoso.example', 'partner@adatum.example');
  expect(some.status).toBe(207);
  expect(some.json.value[0].error.code).toBe('invalidRequest');
  expect(some.json.value[1].invitation.email).toBe('partner@adatum.example');
  expect(some.json.value[1].grantedToV2.siteUser.loginName).toContain('partner_adatum.example#ext#');
  expect((await give('nobody@contoso.example')).status).toBe(400);
  lab.drive.behaviour.partialInvitation = 'refused';
  expect((await give('nobody@contoso.example', 'bjorn@contoso.example')).status).toBe(400);
  expect(JSON.stringify(await permissions())).not.toContain('Björn');
  lab.drive.behaviour.externalSharing = false;
  expect((await give('other@adatum.example')).json.error.code).toBe('sharingFailed');
});

test('a mail that would have been sent is on record', async () => {
  await lab.client('POST', `${item}/invite`, {
    sendInvitation: true,
    roles: ['read'],
    recipients: to('ines@contoso.example'),
  });
  expect(mails.map((mail) => mail.to)).toEqual(['ines@contoso.example']);
  const neither = { requireSignIn: false, sendInvitation: false, roles: ['read'], recipients: to('a@contoso.example') };
  expect((await lab.client('POST', `${item}/invite`, neither)).status).toBe(400);
});

test('an app has one link of a kind on an item', async () => {
  const link = (body: Record<string, unknown>) => lab.client('POST', `${item}/createLink`, body);
  const made = await link({ type: 'view', scope: 'organization' });
  expect([made.status, made.json.link.scope, made.json.roles]).toEqual([201, 'organization', ['read']]);
  const again = await link({ type: 'view' });
  expect([again.status, again.json.id]).toEqual([200, made.json.id]);
  expect((await link({ type: 'embed' })).json.error.code).toBe('notSupported');
  const chosen = await link({ type: 'edit', scope: 'users', recipients: to('bjorn@contoso.example') });
  expect(chosen.json.grantedToIdentitiesV2).toHaveLength(1);
  const more = await lab.client('POST', `${item}/permissions/${chosen.json.id}/grant`, {
    roles: ['write'],
    recipients: to('elena@contoso.example'),
  });
  expect(more.json.value[0].grantedToIdentitiesV2).toHaveLength(2);
  expect((await lab.client('PATCH', `${item}/permissions/${made.json.id}`, { roles: ['write'] })).status).toBe(400);
  lab.drive.behaviour.anonymousLinks = false;
  expect((await link({ type: 'view', scope: 'anonymous' })).status).toBe(403);
  expect(mails).toEqual([]);
});

test('an item can stop inheriting; its owner keeps it', async () => {
  await lab.client('POST', `${lab.at}/root:/Team:/invite`, {
    ...silently,
    roles: ['read'],
    recipients: to('bjorn@contoso.example'),
  });
  await lab.client('POST', `${item}/invite`, {
    ...silently,
    roles: ['read'],
    recipients: to('elena@contoso.example'),
    retainInheritedPermissions: false,
  });
  const own = await permissions();
  expect(
    own.map(({ roles, inheritedFrom }: { roles: string[]; inheritedFrom?: unknown }) => [roles[0], inheritedFrom]),
  ).toEqual([
    ['owner', undefined],
    ['read', undefined],
  ]);
});

test('a change of sharing shows in delta', async () => {
  const { json } = await lab.client('GET', `${lab.at}/root/delta?token=latest`);
  await lab.client('POST', `${item}/createLink`, { type: 'view', scope: 'organization' });
  const changed = (await lab.client('GET', json['@odata.deltaLink'])).json.value;
  expect(changed.at(-1)).toMatchObject({ name: 'plan.txt', shared: { scope: 'organization' } });
});
