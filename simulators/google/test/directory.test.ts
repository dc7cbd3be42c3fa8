import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accessOf, archiveOf, type Google, startGoogle } from '../src/index.ts';
import { Contract } from './contract/index.ts';
import { type Client, signIn } from './sign-in.ts';

const contract = new Contract();
const ROOT = '/admin/directory/v1';
let server: Google;
let alice: Client;

beforeAll(async () => {
  server = await startGoogle({ empty: true, size: 'medium', observe: contract.observe });
  alice = await signIn(server, 'alice@nordwind.example');
});

afterAll(async () => {
  expect(server.failures).toEqual([]);
  expect(contract.faults).toEqual([]);
  await server.stop();
});

describe('the directory', () => {
  test('lists the domain’s people to its administrator alone', async () => {
    const emails: string[] = [];
    let token = '';
    do {
      const page = await alice(
        'GET',
        `${ROOT}/users?domain=nordwind.example&maxResults=20${token && `&pageToken=${token}`}`,
      );
      emails.push(...page.json.users.map(({ primaryEmail }: { primaryEmail: string }) => primaryEmail));
      token = page.json.nextPageToken ?? '';
    } while (token !== '');
    expect(emails).toHaveLength(51);
    expect(emails).toEqual(emails.toSorted());
    const bjorn = await signIn(server, 'bjorn@nordwind.example');
    expect((await bjorn('GET', `${ROOT}/users?customer=my_customer`)).status).toBe(403);
    expect((await bjorn('GET', `${ROOT}/users?customer=my_customer&viewType=domain_public`)).status).toBe(200);
    expect((await alice('GET', `${ROOT}/users`)).status).toBe(400);
    expect((await alice('GET', `${ROOT}/users?domain=lamna.example`)).status).toBe(404);
  });

  test('finds people by what a query says, by id, address and alias', async () => {
    const find = async (query: string) =>
      (await alice('GET', `${ROOT}/users?customer=my_customer&query=${encodeURIComponent(query)}`)).json.users?.map(
        ({ primaryEmail }: { primaryEmail: string }) => primaryEmail,
      );
    expect(await find('email:chloe*')).toEqual(['chloe@nordwind.example']);
    expect(await find("givenName='Björn' familyName:Ø*")).toEqual(['bjorn@nordwind.example']);
    expect(await find('isAdmin=true')).toEqual(['alice@nordwind.example']);
    await alice('POST', `${ROOT}/users/chloe@nordwind.example/aliases`, { alias: 'design@nordwind.example' });
    const user = await alice('GET', `${ROOT}/users/design@nordwind.example`);
    expect(user.json).toMatchObject({
      primaryEmail: 'chloe@nordwind.example',
      aliases: expect.arrayContaining(['design@nordwind.example']),
    });
    expect((await alice('GET', `${ROOT}/users/${user.json.id}`)).json.id).toBe(user.json.id);
    const taken = await alice('POST', `${ROOT}/users/${user.json.id}/aliases`, { alias: 'bjorn@nordwind.example' });
    expect([taken.status, taken.json.error.errors[0].reason]).toEqual([409, 'duplicate']);
    expect((await alice('DELETE', `${ROOT}/users/${user.json.id}/aliases/design@nordwind.example`)).status).toBe(204);
  });

  test('has groups with members, who may be groups', async () => {
    const path = `${ROOT}/groups/crew@nordwind.example`;
    await alice('POST', `${ROOT}/groups`, { email: 'crew@nordwind.example', name: 'Crew' });
    const add = (email: string, role?: string) => alice('POST', `${path}/members`, { email, ...(role && { role }) });
    expect((await add('bjorn@nordwind.example', 'OWNER')).json).toMatchObject({ role: 'OWNER', type: 'USER' });
    expect((await add('support@nordwind.example')).json).toMatchObject({ role: 'MEMBER', type: 'GROUP' });
    expect((await add('guest@elsewhere.example')).json.error.errors[0].reason).toBe('conditionNotMet');
    await alice('PATCH', '/groups/v1/groups/crew@nordwind.example?alt=json', { allowExternalMembers: 'true' });
    expect((await add('guest@elsewhere.example')).status).toBe(200);
    expect((await add('nobody@nordwind.example')).status).toBe(404);
    const inside = await alice('POST', `${ROOT}/groups/support@nordwind.example/members`, {
      email: 'crew@nordwind.example',
    });
    expect([inside.status, inside.json.error.message]).toEqual([412, 'Cyclic memberships not allowed']);
    const again = await add('BJORN@nordwind.example');
    expect([again.status, again.json.error.message]).toEqual([409, 'Member already exists.']);
    const members = async (query = '') => (await alice('GET', `${path}/members${query}`)).json.members.length;
    expect([await members(), await members('?roles=OWNER'), await members('?includeDerivedMembership=true')]).toEqual([
      3, 1, 5,
    ]);
    const groups = await alice('GET', `${ROOT}/groups?userKey=bjorn@nordwind.example`);
    expect(groups.json.groups.map(({ name }: { name: string }) => name)).toEqual(['Crew', 'Everybody']);
    await alice('PATCH', `${path}/members/bjorn@nordwind.example`, { role: 'MANAGER' });
    expect((await alice('GET', `${path}/members/bjorn@nordwind.example`)).json.role).toBe('MANAGER');
    expect((await alice('DELETE', `${path}/members/bjorn@nordwind.example`)).status).toBe(204);
    expect((await alice('GET', path)).json).toMatchObject({ name: 'Crew', directMembersCount: '2' });
    expect((await alice('DELETE', path)).status).toBe(204);
    expect((await alice('GET', path)).status).toBe(404);
  });

  test('settings of a group are texts, some of which go together', async () => {
    const path = '/groups/v1/groups/support@nordwind.example';
    const { json } = await alice('GET', `${path}?alt=json`);
    expect(json).toMatchObject({ name: 'Support', isArchived: 'true', whoCanJoin: 'CAN_REQUEST_TO_JOIN' });
    const change = async (body: object) => {
      const answer = await alice('PATCH', `${path}?alt=json`, body);
      return answer.status === 200 ? answer.json : answer.status;
    };
    expect(await change({ whoCanJoin: 'NOBODY' })).toBe(400);
    expect(await change({ whoCanPostMessage: 'NONE_CAN_POST' })).toBe(400);
    expect(await change({ replyTo: 'REPLY_TO_CUSTOM' })).toBe(400);
    expect(await change({ name: 'Help', archiveOnly: 'true' })).toMatchObject({
      name: 'Help',
      whoCanPostMessage: 'NONE_CAN_POST',
    });
    expect(await change({ name: 'Support', archiveOnly: 'false' })).toMatchObject({
      whoCanPostMessage: 'ALL_MANAGERS_CAN_POST',
    });
    expect((await alice('GET', `${ROOT}/groups/support@nordwind.example`)).json.name).toBe('Support');
    const bjorn = await signIn(server, 'bjorn@nordwind.example');
    expect((await bjorn('GET', `${path}?alt=json`)).status).toBe(403);
    server.cloud.apisOff.add('groupsSettings');
    const off = await alice('GET', `${path}?alt=json`);
    expect([off.status, off.json.error.errors[0].reason]).toEqual([403, 'accessNotConfigured']);
    server.cloud.apisOff.clear();
  });

  test('an archive takes well-formed mail, one message at a time, and gives nothing back', async () => {
    const put = (group: string, mime: string) =>
      alice('POST', `/upload/groups/v1/groups/${group}@nordwind.example/archive?uploadType=media`, mime, {
        'content-type': 'message/rfc822',
      });
    const mail = (header: string) => `${header}\r\nDate: Tue, 3 Feb 2026 10:00:00 +0100\r\n\r\nHello\r\n`;
    const good = mail('From: bjorn@nordwind.example\r\nTo: support@nordwind.example');
    server.cloud.latencyMs = 100;
    const answers = await Promise.all([put('support', good), put('support', good)]);
    server.cloud.latencyMs = 0;
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412]);
    expect(answers.find(({ status }) => status === 200)?.json).toEqual({
      kind: 'groupsmigration#groups',
      responseCode: 'SUCCESS',
    });
    for (const bad of [
      '',
      good.replaceAll('\r', ''),
      mail('From: bjorn@nordwind.example'),
      mail('To: support@nordwind.example'),
      mail('From: left@nordwind.example\r\nTo: support@nordwind.example'),
    ])
      expect((await put('support', bad)).status).toBe(400);
    expect((await put('nobody', good)).status).toBe(400);
    const group = server.domain('nordwind.example').group('support@nordwind.example');
    if (group === undefined) throw new Error('no group');
    expect(archiveOf(group).map(String)).toEqual([good]);
    accessOf(group).archiveOnly = 'true';
    expect((await put('support', good)).status).toBe(400);
    accessOf(group).archiveOnly = 'false';
  });

  test('tells the customer’s domains', async () => {
    const { json } = await alice('GET', `${ROOT}/customer/my_customer/domains`);
    expect(json.domains).toMatchObject([{ domainName: 'nordwind.example', isPrimary: true }]);
  });
});
