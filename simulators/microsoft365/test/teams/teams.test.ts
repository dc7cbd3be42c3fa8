import { describe, expect, it } from 'vitest';
import { DirectGroup, teamsOf } from '../../src/index.ts';
import { all, withServer } from '../mailbox.ts';

const setting = withServer();
const OWNER = 'alice@contoso.example';
let made = 0;

const tenant = () => setting.server.tenant('contoso.example');
const id = (name: string) => tenant().named(name).id;
const member = (name: string, ...roles: string[]) => ({
  '@odata.type': '#microsoft.graph.aadUserConversationMember',
  roles,
  'user@odata.bind': `https://graph.microsoft.com/v1.0/users('${id(name)}')`,
});

/** A team with an owner. */
async function team(): Promise<string> {
  const { group } = DirectGroup.create(setting.server, `team${++made}@contoso.example`, `Team ${made}`, [OWNER]);
  const { status } = await setting.call('PUT', `/groups/${group.id}/team`, {
    memberSettings: { allowDeleteChannels: false },
  });
  expect(status).toBe(201);
  return `/teams/${group.id}`;
}

async function channel(path: string, body: object): Promise<string> {
  const { status, json } = await setting.call('POST', `${path}/channels`, body);
  expect(json?.error).toBeUndefined();
  expect(status).toBe(201);
  return `${path}/channels/${json.id}`;
}

describe('teams', () => {
  it('are made of groups with an owner, once', async () => {
    const path = await team();
    const { json } = await setting.call('GET', path);
    expect(json).toMatchObject({
      displayName: `Team ${made}`,
      isArchived: false,
      memberSettings: { allowDeleteChannels: false, allowCreateUpdateChannels: true },
    });
    const group = path.slice('/teams/'.length);
    expect((await setting.call('GET', `/groups/${group}`)).json.resourceProvisioningOptions).toEqual(['Team']);
    expect((await setting.call('PUT', `/groups/${group}/team`, {})).status).toBe(409);
    const ownerless = DirectGroup.create(setting.server, `ownerless@contoso.example`, 'Ownerless', []);
    expect((await setting.call('PUT', `/groups/${ownerless.group.id}/team`, {})).status).toBe(400);
    expect((await setting.call('GET', `/teams/${ownerless.group.id}`)).status).toBe(404);
  });

  it('are made from a template by an operation that ends later', async () => {
    const body = {
      'template@odata.bind': "https://graph.microsoft.com/v1.0/teamsTemplates('standard')",
      displayName: 'From a template',
      members: [member('alice', 'owner')],
    };
    const { members: _, ...ownerless } = body;
    expect((await setting.call('POST', '/teams', ownerless)).status).toBe(400);
    const accepted = await setting.call('POST', '/teams', body);
    expect(accepted.status).toBe(202);
    const operation = accepted.headers.get('location') as string;
    expect((await setting.call('GET', operation)).json.status).toBe('inProgress');
    const { json } = await setting.call('GET', operation);
    expect(json).toMatchObject({ status: 'succeeded', operationType: 'createTeam' });
    const found = await setting.call('GET', `/teams/${json.targetResourceId}/primaryChannel`);
    expect(found.json).toMatchObject({ displayName: 'General', membershipType: 'standard' });
  });

  it('are changed, archived and opened again; an archived one takes no channel', async () => {
    const path = await team();
    const settings = { funSettings: { giphyContentRating: 'strict' }, displayName: 'Renamed' };
    expect((await setting.call('PATCH', path, settings)).status).toBe(204);
    expect((await setting.call('POST', `${path}/archive`)).status).toBe(202);
    expect((await setting.call('POST', `${path}/channels`, { displayName: 'Late' })).status).toBe(403);
    expect((await setting.call('POST', `${path}/unarchive`)).status).toBe(202);
    const { json } = await setting.call('GET', path);
    expect(json).toMatchObject({
      displayName: 'Renamed',
      isArchived: false,
      funSettings: { giphyContentRating: 'strict' },
    });
  });
});

describe('members', () => {
  it('are those of the group', async () => {
    const path = await team();
    const added = await setting.call('POST', `${path}/members`, member('bjorn', 'owner'));
    expect(added.status).toBe(201);
    await setting.call('POST', `${path}/members`, member('chloe'));
    const owners = await all(setting.call, path.replace('/teams', '/groups').concat('/owners'));
    expect(owners.map(({ displayName }) => displayName)).toEqual(['Alice Ashby', 'Björn Øygård']);
    const one = `${path}/members/${added.json.id}`;
    const demoted = { '@odata.type': '#microsoft.graph.aadUserConversationMember', roles: [] };
    expect((await setting.call('PATCH', one, demoted)).json.roles).toEqual([]);
    expect((await setting.call('DELETE', one)).status).toBe(204);
    const left = await all(setting.call, `${path}/members`);
    expect(left.map(({ email, roles }) => [email, roles])).toEqual([
      [OWNER, ['owner']],
      ['chloe@contoso.example', []],
    ]);
    expect((await setting.call('DELETE', `${path}/members/${left[0].id}`)).status).toBe(400);
    const several = await setting.call('POST', `${path}/members/add`, { values: [member('farid'), member('grace')] });
    expect(several.status).toBe(200);
    expect(
      setting.server.notices.filter(({ kind, about }) => kind === 'team-added' && path.endsWith(about)),
    ).toHaveLength(4);
  });

  it('of a private channel are in the team; a shared one begins with one owner', async () => {
    const path = await team();
    await setting.call('POST', `${path}/members`, member('bjorn'));
    const secret = { displayName: 'Secret', membershipType: 'private' };
    expect((await setting.call('POST', `${path}/channels`, secret)).status).toBe(400);
    const stranger = { ...secret, members: [member('elena', 'owner')] };
    expect((await setting.call('POST', `${path}/channels`, stranger)).status).toBe(400);
    const own = await channel(path, { ...secret, members: [member('alice', 'owner')] });
    expect((await setting.call('POST', `${own}/members`, member('elena'))).status).toBe(400);
    expect((await setting.call('POST', `${own}/members`, member('bjorn'))).status).toBe(201);
    expect((await all(setting.call, `${own}/members`)).map(({ email }) => email)).toEqual([
      OWNER,
      'bjorn@contoso.example',
    ]);
    const shared = { displayName: 'Shared', membershipType: 'shared' };
    const two = { ...shared, members: [member('alice', 'owner'), member('bjorn', 'owner')] };
    expect((await setting.call('POST', `${path}/channels`, two)).status).toBe(400);
    const later = await setting.call('POST', `${path}/channels`, { ...shared, members: [member('alice', 'owner')] });
    expect(later.status).toBe(202);
    const general = (await setting.call('GET', `${path}/primaryChannel`)).json.id;
    expect((await setting.call('POST', `${path}/channels/${general}/members`, member('elena'))).status).toBe(400);
  });
});

describe('channels', () => {
  it('have a folder: of the team’s library, or of a site of their own', async () => {
    const path = await team();
    const plain = await channel(path, { displayName: 'Plain', description: 'D' });
    const own = await channel(path, {
      displayName: 'Own',
      membershipType: 'private',
      members: [member('alice', 'owner')],
    });
    const drive = (await setting.call('GET', `${path.replace('/teams', '/groups')}/drive`)).json.id;
    const folder = (await setting.call('GET', `${plain}/filesFolder`)).json;
    expect(folder).toMatchObject({ name: 'Plain', folder: { childCount: 0 }, parentReference: { driveId: drive } });
    const secret = (await setting.call('GET', `${own}/filesFolder`)).json;
    expect(secret.parentReference.driveId).not.toBe(drive);
    expect(
      (await setting.call('GET', `/drives/${secret.parentReference.driveId}/root/children`)).json.value,
    ).toMatchObject([{ name: 'Own' }]);
    await setting.call('PATCH', plain, { displayName: 'Renamed' });
    expect((await setting.call('GET', plain)).json.displayName).toBe('Renamed');
    expect((await setting.call('GET', `${plain}/filesFolder`)).json.name).toBe('Plain');
  });

  it('keep their name taken after they are deleted', async () => {
    const path = await team();
    const first = await channel(path, { displayName: 'Once' });
    const taken = await setting.call('POST', `${path}/channels`, { displayName: 'ONCE' });
    expect(taken.json.error.code).toBe('NameAlreadyExists');
    expect((await setting.call('DELETE', first)).status).toBe(204);
    expect((await setting.call('GET', first)).status).toBe(404);
    expect((await setting.call('POST', `${path}/channels`, { displayName: 'Once' })).status).toBe(400);
    teamsOf(tenant()).behaviour.namesReservedMs = 1000;
    setting.clock.advance(1000);
    await channel(path, { displayName: 'Once' });
    const general = (await setting.call('GET', `${path}/primaryChannel`)).json.id;
    expect((await setting.call('DELETE', `${path}/channels/${general}`)).status).toBe(400);
    expect((await setting.call('POST', `${path}/channels`, { displayName: 'x'.repeat(51) })).status).toBe(400);
  });

  it('have tabs of known apps', async () => {
    const tabs = `${await channel(await team(), { displayName: 'Tabs' })}/tabs`;
    const web = 'https://graph.microsoft.com/v1.0/appCatalogs/teamsApps/com.microsoft.teamspace.tab.web';
    const configuration = {
      entityId: null,
      contentUrl: 'https://contoso.example/',
      websiteUrl: 'https://contoso.example/',
      removeUrl: null,
    };
    const tab = { displayName: 'Site', 'teamsApp@odata.bind': web, configuration };
    expect((await setting.call('POST', tabs, { ...tab, 'teamsApp@odata.bind': `${web}x` })).status).toBe(404);
    const { json, status } = await setting.call('POST', tabs, tab);
    expect(status).toBe(201);
    await setting.call('PATCH', `${tabs}/${json.id}`, { displayName: 'Our site' });
    const told = await all(setting.call, `${tabs}?$expand=teamsApp`);
    expect(told).toMatchObject([
      { displayName: 'Our site', configuration, teamsApp: { id: 'com.microsoft.teamspace.tab.web' } },
    ]);
    expect((await setting.call('DELETE', `${tabs}/${json.id}`)).status).toBe(204);
    expect(await all(setting.call, tabs)).toEqual([]);
  });
});
