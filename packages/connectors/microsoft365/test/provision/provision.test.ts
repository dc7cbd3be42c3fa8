import type { ProvisionLine } from '@sterna/connector-kit';
import {
  DirectGroup,
  DirectTeam,
  groupsOf,
  MIGRATION_APP,
  type Microsoft365,
  sitesOf,
  teamsOf,
} from '@sterna/simulator-microsoft365';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { blueprintOf } from '../../src/provision/blueprint.ts';
import { blueprintAt, groupsIn, hurried, provisionTo, request, startTenants } from './tenants.ts';

const MARKETING = 'marketing@contoso.example';
const TARGET = 'marketing@fabrikam.example';
/** Whom fabrikam hasn't invited: the one thing of contoso's that can't be made. */
const GUEST = 'user partner@adatum.example';

let server: Microsoft365;
beforeEach(async () => {
  server = await startTenants();
});
afterEach(async () => {
  const [failure] = server.failures;
  await server.stop();
  if (failure !== undefined) throw failure;
});

const of = (lines: readonly ProvisionLine[], outcome: ProvisionLine['outcome']): string[] =>
  lines.filter((line) => line.outcome === outcome).map(({ what }) => what);
const line = (lines: readonly ProvisionLine[], what: string): ProvisionLine | undefined =>
  lines.find((one) => one.what === what);

/** The group of one tenant as it should be in the other: all but the guest, and owners are members too. */
function wanted(nickname: string): unknown {
  const group = groupsIn(server, 'contoso.example').find((one) => one.nickname === nickname);
  const members = new Set([...(group?.owners ?? []), ...(group?.members ?? [])]);
  members.delete('partner');
  return { ...group, members: [...members].sort() };
}

test('a team is made with its people, its site and its channels, and nobody is told', async () => {
  const lines = await provisionTo(server, TARGET, await blueprintAt(server, 'team', MARKETING));
  expect(of(lines, 'failed')).toEqual([]);
  expect(of(lines, 'missing')).toEqual([GUEST]);
  expect(of(lines, 'made')).toContain('private channel Budget');
  expect(of(lines, 'made')).toContain('shared channel Partners');
  expect(groupsIn(server, 'fabrikam.example')).toEqual([wanted('marketing')]);
  expect(server.notices.filter(({ tenant }) => tenant === 'fabrikam.example')).toEqual([]);
});

test('the second time all is found, and nothing is changed', async () => {
  const blueprint = await blueprintAt(server, 'team', MARKETING);
  await provisionTo(server, TARGET, blueprint);
  const before = server.requests.length;
  const lines = await provisionTo(server, TARGET, blueprint);
  expect(of(lines, 'made')).toEqual([]);
  expect(of(lines, 'failed')).toEqual([]);
  expect(of(lines, 'missing')).toEqual([GUEST]);
  const writing = server.requests
    .slice(before)
    .filter(({ method, target }) => method !== 'GET' && !target.includes('/token'));
  expect(writing.map(({ method, target }) => `${method} ${target}`)).toEqual([]);
});

test('left after any line, and begun again, it ends as if it had gone through', async () => {
  const blueprint = await blueprintAt(server, 'team', MARKETING);
  for (let most = 1; ; most += 1) {
    const lines = await provisionTo(server, TARGET, blueprint, most);
    if (lines.length < most) break;
  }
  expect(groupsIn(server, 'fabrikam.example')).toEqual([wanted('marketing')]);
});

test('an answer that is lost after each writing request leaves nothing twice', async () => {
  const blueprint = await blueprintAt(server, 'team', MARKETING);
  const isWriting = ({ method, target }: { method: string; target: string }) =>
    method !== 'GET' && !target.includes('/token');
  for (let after = 0; ; after += 1) {
    const rule = server.faults.inject({ fault: { kind: 'lost-acknowledgement' }, when: isWriting, after });
    await provisionTo(server, TARGET, blueprint).catch((error) => expect(error.class).toBe('transient'));
    const { struck } = rule;
    rule.end();
    await provisionTo(server, TARGET, blueprint);
    expect(groupsIn(server, 'fabrikam.example')).toEqual([wanted('marketing')]);
    if (struck === 0) {
      expect(after).toBeGreaterThan(8);
      break;
    }
    // From the start, with the next request lost.
    const tenant = server.tenant('fabrikam.example');
    for (const group of groupsOf(tenant).all) {
      groupsOf(tenant).remove(group, server.clock.now());
      for (const site of sitesOf(tenant).all) if (site.group !== undefined) sitesOf(tenant).remove(site);
    }
  }
});

test('a group without a team gets no team', async () => {
  const lines = await provisionTo(
    server,
    'facilities@fabrikam.example',
    await blueprintAt(server, 'group', 'facilities@contoso.example'),
  );
  expect(of(lines, 'failed')).toEqual([]);
  expect(line(lines, 'site of the group')?.outcome).toBe('found');
  expect(groupsIn(server, 'fabrikam.example')).toEqual([wanted('facilities')]);
  expect(teamsOf(server.tenant('fabrikam.example')).all).toEqual([]);
});

test('people whom the target lacks are told with what to do, and added once they are there', async () => {
  const tenant = server.tenant('fabrikam.example');
  const blueprint = await blueprintAt(server, 'team', MARKETING);
  const [first] = blueprint.members.filter(({ role, isGuest }) => role === 'member' && isGuest !== true);
  const away = tenant.user(first?.address ?? '');
  if (first === undefined || away === undefined) throw new Error('nobody to take away');
  tenant.users.delete(away.id);
  const unnamed = {
    ...blueprint,
    members: [...blueprint.members, { address: 'zoe@elsewhere.example', role: 'member' as const }],
  };
  const lines = await provisionTo(server, TARGET, unnamed);
  expect(line(lines, `user ${first.address}`)).toMatchObject({
    outcome: 'missing',
    reason: expect.stringContaining(`in the source ${first.mappedFrom}`),
  });
  expect(line(lines, 'user zoe@elsewhere.example')).toMatchObject({
    outcome: 'missing',
    fix: expect.stringContaining('mapping table'),
  });
  tenant.users.set(away.id, away);
  const again = await provisionTo(server, TARGET, blueprint);
  expect(of(again, 'made')).toContain(`member ${first.address}`);
  expect(groupsIn(server, 'fabrikam.example')).toEqual([wanted('marketing')]);
});

test('members without a license for Teams are told', async () => {
  const blueprint = await blueprintAt(server, 'team', MARKETING);
  server.tenant('fabrikam.example').named('alice').unlicensed = ['TeamspaceAPI'];
  expect(of(await provisionTo(server, TARGET, blueprint), 'missing')).toEqual([
    GUEST,
    'license for Microsoft Teams of alice@fabrikam.example',
  ]);
});

test('permissions that the app lacks are told first, each with what it is for', async () => {
  const blueprint = await blueprintAt(server, 'team', MARKETING);
  const consents = server.tenant('fabrikam.example').consents.get(MIGRATION_APP.id);
  for (const right of [
    'Teamwork.Migrate.All',
    'Group.ReadWrite.All',
    'Team.Create',
    'Channel.Create',
    'Tasks.ReadWrite.All',
  ])
    consents?.delete(right);
  const lines = await provisionTo(server, TARGET, blueprint);
  expect(of(lines, 'missing').slice(0, 5)).toEqual([
    'permission Group.ReadWrite.All',
    'permission Channel.Create',
    'permission Tasks.ReadWrite.All',
    'permission Teamwork.Migrate.All',
    'permission Team.Create',
  ]);
  expect(line(lines, `group ${TARGET}`)).toMatchObject({
    outcome: 'failed',
    fix: expect.stringContaining('application permission Group.'),
  });
  expect(groupsIn(server, 'fabrikam.example')).toEqual([]);
});

test('the name of a deleted channel, and a channel of another kind, are told', async () => {
  const blueprint = await blueprintAt(server, 'team', MARKETING);
  await provisionTo(server, TARGET, blueprint);
  const owner = blueprint.members.find(({ role }) => role === 'owner')?.address ?? '';
  const team = new DirectTeam(server, owner, 'Marketing');
  team.removeChannel('Announcements');
  team.removeChannel('Budget');
  const lines = await provisionTo(server, TARGET, {
    ...blueprint,
    channels: blueprint.channels.map((one) => (one.name === 'Q&A – Fragen' ? { ...one, kind: 'private' } : one)),
  });
  expect(line(lines, 'channel Announcements')).toMatchObject({
    outcome: 'failed',
    reason: expect.stringContaining('deleted'),
    fix: expect.stringContaining('Restore'),
  });
  expect(line(lines, 'private channel Budget')?.outcome).toBe('failed');
  expect(line(lines, 'private channel Q&A – Fragen')).toMatchObject({
    outcome: 'failed',
    reason: expect.stringContaining('standard channel of this name'),
  });
  // The others are looked at all the same.
  expect(line(lines, 'shared channel Partners')?.outcome).toBe('found');
});

test('where the name of a deleted channel is free again, the channel is made once more', async () => {
  teamsOf(server.tenant('fabrikam.example')).behaviour.namesReservedMs = 0;
  const blueprint = await blueprintAt(server, 'team', MARKETING);
  await provisionTo(server, TARGET, blueprint);
  const owner = blueprint.members.find(({ role }) => role === 'owner')?.address ?? '';
  new DirectTeam(server, owner, 'Marketing').removeChannel('Announcements');
  expect(line(await provisionTo(server, TARGET, blueprint), 'channel Announcements')?.outcome).toBe('made');
});

test('a group that was there and welcomes members by mail gets none added', async () => {
  const tenant = server.tenant('fabrikam.example');
  const blueprint = await blueprintAt(server, 'group', MARKETING);
  DirectGroup.create(server, TARGET, 'Ours already', [blueprint.members[0]?.address ?? '']);
  const [group] = groupsOf(tenant).all;
  Object.assign(group as object, { resourceBehaviorOptions: [] });
  const before = server.notices.length;
  const lines = await provisionTo(server, TARGET, blueprint);
  expect(line(lines, `group ${TARGET}`)?.outcome).toBe('found');
  expect(lines.find(({ fix }) => fix?.includes('UnifiedGroupWelcomeMessageEnabled'))?.outcome).toBe('missing');
  expect(server.notices.slice(before)).toEqual([]);
});

test('Teams knows a new group some minutes later', async () => {
  const blueprint = await blueprintAt(server, 'team', MARKETING);
  groupsOf(server.tenant('fabrikam.example')).behaviour.teamsAfterMs = 15_000;
  const lines = await provisionTo(server, TARGET, blueprint);
  expect(of(lines, 'made')).toContain('team Marketing');
});

test('where Teams takes longer, it is tried again later, and says when', async () => {
  const blueprint = await blueprintAt(server, 'team', MARKETING);
  groupsOf(server.tenant('fabrikam.example')).behaviour.teamsAfterMs = 3_600_000;
  const refused = await provisionTo(server, TARGET, blueprint).catch((error) => error);
  expect(refused).toMatchObject({ class: 'transient', code: 'team-not-ready', retryAt: expect.any(Date) });
});

test('an address of a security group is refused', async () => {
  const blueprint = await blueprintAt(server, 'group', MARKETING);
  groupsOf(server.tenant('fabrikam.example')).create(
    { displayName: 'Marketing', mailNickname: 'marketing', groupTypes: [], mailEnabled: false, securityEnabled: true },
    server.clock.now(),
  );
  const lines = await provisionTo(server, TARGET, blueprint);
  expect(line(lines, `group ${TARGET}`)).toMatchObject({
    outcome: 'failed',
    reason: expect.stringContaining('another kind of group'),
  });
});

test('a site of a group is made with its group', async () => {
  const source = 'contoso.sharepoint.com/sites/facilities';
  const target = 'fabrikam.sharepoint.com/sites/facilities';
  const blueprint = await blueprintAt(server, 'site', source);
  expect(blueprint.site).toEqual({ comesWith: 'group' });
  expect(line(await provisionTo(server, target, blueprint), `site ${target}`)?.outcome).toBe('found');
  expect(sitesOf(server.tenant('fabrikam.example')).byPath('sites/facilities')).toBeDefined();
  const again = await provisionTo(server, target, blueprint);
  expect(of(again, 'made')).toEqual([]);
  expect(groupsIn(server, 'fabrikam.example')).toHaveLength(1);
});

test.each([
  ['sites/sales', 'alone', 'New-SPOSite'],
  ['sites/sales/', 'alone', 'New-SPOSite'],
])('%s can’t be made by Graph: the command that can is told', async (path, comesWith, command) => {
  const blueprint = await blueprintAt(server, 'site', `https://contoso.sharepoint.com/${path}`);
  expect(blueprint.site).toEqual({ comesWith });
  const lines = await provisionTo(server, 'fabrikam.sharepoint.com/sites/sales', blueprint);
  expect(line(lines, 'site fabrikam.sharepoint.com/sites/sales')).toMatchObject({
    outcome: 'missing',
    fix: expect.stringContaining(command),
  });
});

test('a subsite, and the site of a private channel, say where they come from', async () => {
  const sites = sitesOf(server.tenant('contoso.example')).all;
  const below = sites.find(({ parent }) => parent !== undefined);
  const ofChannel = sites.find(({ template }) => template === 'teamChannel');
  const kindOf = async (url = ''): Promise<unknown> => (await blueprintAt(server, 'site', url)).site?.comesWith;
  expect(await kindOf(below?.url)).toBe('below');
  expect(await kindOf(ofChannel?.url)).toBe('channel');
});

test('a source that isn’t there is refused by name', async () => {
  const refused = (itemType: 'group' | 'team' | 'site', address: string) =>
    blueprintOf(request(server, 'contoso.example', itemType, address), hurried(server)).catch((error) => error.code);
  expect(await refused('group', 'nobody@contoso.example')).toBe('group-not-found');
  expect(await refused('team', 'facilities@contoso.example')).toBe('no-team');
  expect(await refused('site', 'contoso.sharepoint.com/sites/nowhere')).toBe('site-not-found');
  expect(await refused('site', 'no site')).toBe('bad-address');
});
