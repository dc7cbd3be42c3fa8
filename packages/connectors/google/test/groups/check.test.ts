import type { SystemConfig } from '@sterna/connector-kit';
import { accessOf, type Google } from '@sterna/simulator-google';
import { expect, test } from 'vitest';
import { googleConnector } from '../../src/index.ts';
import { watchedGoogle } from '../watched-google.ts';
import { groupSystem, makeGroup } from './suite-endpoint.ts';

const ARCHIVE = 'https://www.googleapis.com/auth/apps.groups.migration';

async function addressesOf(system: SystemConfig): Promise<string[]> {
  const found: string[] = [];
  for await (const { address, itemType } of googleConnector.discover(system, 'group')) {
    expect(itemType).toBe('group');
    found.push(address);
  }
  return found;
}

const linesOf = async (server: Google, address: string, more: object = {}) => {
  const lines = await googleConnector.check(groupSystem(server, more), address);
  return new Map(lines.map((line) => [line.name, line]));
};

test('all groups of the customer are found, each once, however many pages there are', async () => {
  const server = await watchedGoogle();
  const other = server.domain('lamna.example');
  const known = [...server.domain('nordwind.example').groups.values()].map(({ email }) => email);
  const made = Array.from({ length: 205 }, (_, n) => makeGroup(server, `crew${n}`).email);
  const found = await addressesOf(groupSystem(server));
  expect(found.toSorted()).toEqual([...known, ...made].sort());
  expect(found.filter((address) => address.endsWith(other.name))).toEqual([]);
});

test('without an administrator nobody can list groups: told with the setting that is missing', async () => {
  const server = await watchedGoogle();
  await expect(addressesOf(groupSystem(server, { admin: undefined }))).rejects.toMatchObject({
    code: 'admin-missing',
    field: 'admin',
  });
});

test('a check of a group’s address counts what is there, and says what can’t be read', async () => {
  const server = await watchedGoogle();
  const group = makeGroup(server, 'crew');
  group.name = 'The crew';
  group.aliases.push('team@nordwind.example');
  accessOf(group);
  const { id, primaryEmail } = server.domain('nordwind.example').named('alice');
  group.members.push({ id, email: primaryEmail, role: 'OWNER', type: 'USER' });
  for (const address of [group.email, 'team@nordwind.example']) {
    const lines = await linesOf(server, address);
    expect([...lines.values()].filter(({ ok }) => !ok)).toEqual([]);
    expect(lines.get('group')?.evidence).toContain('The crew');
    // Name, rights and the alias.
    expect(lines.get('settings of the group')?.evidence).toBe('3 objects');
    expect(lines.get('members')?.evidence).toBe('1 objects');
    expect(lines.get('conversations')?.evidence).toContain('what was said in a group');
    expect(lines.get('conversations of groups: scopes')?.evidence).toBe('read and write');
  }
});

test('a check names the scope that a target lacks, and the API that is off', async () => {
  const server = await watchedGoogle();
  const group = makeGroup(server, 'crew');
  const { delegations } = server.domain('nordwind.example');
  for (const [client, scopes] of delegations)
    delegations.set(client, new Set([...scopes].filter((scope) => scope !== ARCHIVE)));
  const lacking = (await linesOf(server, group.email)).get('conversations of groups: scopes');
  expect(lacking).toMatchObject({ ok: true, evidence: expect.stringContaining(ARCHIVE), fix: expect.any(String) });

  server.cloud.apisOff.add('groupsSettings');
  const lines = await linesOf(server, group.email);
  expect(lines.get('settings of the group')).toMatchObject({
    ok: false,
    fix: expect.stringContaining('Groups Settings'),
  });
  expect(lines.get('members')).toMatchObject({ ok: true });
});
