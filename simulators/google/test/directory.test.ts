import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Google, startGoogle } from '../src/index.ts';
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
    expect((await add('guest@elsewhere.example')).status).toBe(200);
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

  test('tells the customer’s domains', async () => {
    const { json } = await alice('GET', `${ROOT}/customer/my_customer/domains`);
    expect(json.domains).toMatchObject([{ domainName: 'nordwind.example', isPrimary: true }]);
  });
});
