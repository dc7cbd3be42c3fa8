import { describe, expect, it } from 'vitest';
import { DirectGroup, groupsOf } from '../../src/index.ts';
import { all, round, withServer } from '../mailbox.ts';

const setting = withServer();

async function create(body: object) {
  const { status, json } = await setting.call('POST', '/groups', {
    mailEnabled: true,
    securityEnabled: false,
    groupTypes: ['Unified'],
    ...body,
  });
  expect(json?.error).toBeUndefined();
  expect(status).toBe(201);
  return json;
}

const user = (name: string) => setting.server.tenant('contoso.example').named(name).id;
const reference = (name: string) => `https://graph.microsoft.com/v1.0/users/${user(name)}`;
const link = (id: string) => ({ '@odata.id': `https://graph.microsoft.com/v1.0/directoryObjects/${id}` });

describe('groups', () => {
  it('are made with owners and members, and have an address, a site and a drive', async () => {
    const made = await create({
      displayName: 'Gardeners',
      mailNickname: 'gardeners',
      description: 'Green',
      visibility: 'Private',
      'owners@odata.bind': [reference('alice')],
      'members@odata.bind': [reference('alice'), reference('bjorn')],
    });
    expect(made).toMatchObject({
      mail: 'gardeners@contoso.example',
      proxyAddresses: ['SMTP:gardeners@contoso.example'],
      visibility: 'Private',
      resourceProvisioningOptions: [],
    });
    const members = await all(setting.call, `/groups/${made.id}/members?$select=id,displayName`);
    expect(members.map(({ displayName }) => displayName)).toEqual(['Alice Ashby', 'Björn Øygård']);
    const site = await setting.call('GET', `/groups/${made.id}/sites/root`);
    expect(site.json).toMatchObject({
      displayName: 'Gardeners',
      webUrl: 'https://contoso.sharepoint.com/sites/gardeners',
    });
    const drive = await setting.call('GET', `/groups/${made.id}/drive`);
    expect(drive.json).toMatchObject({ driveType: 'documentLibrary', owner: { group: { id: made.id } } });
    expect((await setting.call('DELETE', `/groups/${made.id}`)).status).toBe(204);
    expect((await setting.call('GET', `/groups/${made.id}`)).json.error.code).toBe('Request_ResourceNotFound');
    expect((await setting.call('GET', `/groups/${made.id}/drive`)).status).toBe(404);
  });

  it('are refused without what they need, and under a name that is taken', async () => {
    await create({ displayName: 'Taken', mailNickname: 'taken' });
    for (const body of [
      { displayName: 'X', mailEnabled: true, securityEnabled: false, groupTypes: ['Unified'] },
      { displayName: 'X', mailNickname: 'a b', mailEnabled: true, securityEnabled: false, groupTypes: ['Unified'] },
      { displayName: 'X', mailNickname: 'TAKEN', mailEnabled: true, securityEnabled: false, groupTypes: ['Unified'] },
      { displayName: 'X', mailNickname: 'list', mailEnabled: true, securityEnabled: true, groupTypes: [] },
    ]) {
      const refused = await setting.call('POST', '/groups', body);
      expect(refused.status).toBe(400);
      expect(refused.json.error.code).toBe('Request_BadRequest');
    }
  });

  it('are listed by kind, and told by delta with who is in them', async () => {
    const { link: next } = await round(setting.call, '/groups/delta?$select=displayName,members');
    const unified = await create({ displayName: 'Of kind', mailNickname: 'ofkind' });
    const security = await create({
      displayName: 'Secure',
      mailNickname: 'secure',
      mailEnabled: false,
      securityEnabled: true,
      groupTypes: [],
    });
    const listed = await all(setting.call, "/groups?$filter=groupTypes/any(c:c eq 'Unified')&$top=1");
    const ids = listed.map(({ id }) => id);
    expect(ids).toContain(unified.id);
    expect(ids).not.toContain(security.id);
    await setting.call('POST', `/groups/${unified.id}/members/$ref`, link(user('chloe')));
    const { entries } = await round(setting.call, next);
    const told = entries.find(({ id }) => id === unified.id);
    expect(told['members@delta']).toEqual([{ '@odata.type': '#microsoft.graph.user', id: user('chloe') }]);
  });

  it('change, but not what Exchange has for people alone', async () => {
    const { id } = await create({ displayName: 'Before', mailNickname: 'changing' });
    const change = (body: object) => setting.call('PATCH', `/groups/${id}`, body);
    expect((await change({ displayName: 'After', theme: 'Teal', preferredLanguage: 'de-DE' })).status).toBe(204);
    expect((await change({ allowExternalSenders: true })).status).toBe(400);
    const { json } = await setting.call('GET', `/groups/${id}?$select=displayName,theme,allowExternalSenders`);
    expect(json).toMatchObject({ displayName: 'After', theme: 'Teal', allowExternalSenders: false });
  });
});

describe('members', () => {
  it('are added and removed by links; who is in already is refused, and the last owner stays', async () => {
    const { id } = await create({
      displayName: 'People',
      mailNickname: 'people',
      'owners@odata.bind': [reference('alice')],
    });
    const members = `/groups/${id}/members`;
    expect((await setting.call('POST', `${members}/$ref`, link(user('elena')))).status).toBe(204);
    const again = await setting.call('POST', `${members}/$ref`, link(user('elena')));
    expect(again.status).toBe(400);
    expect(again.json.error.message).toContain('already exist');
    expect((await setting.call('POST', `${members}/$ref`, link('00000000-0000-4000-a000-000000000000'))).status).toBe(
      404,
    );
    expect((await setting.call('DELETE', `${members}/${user('elena')}/$ref`)).status).toBe(204);
    expect((await setting.call('DELETE', `${members}/${user('elena')}/$ref`)).status).toBe(404);
    expect((await setting.call('DELETE', `/groups/${id}/owners/${user('alice')}/$ref`)).status).toBe(400);
  });

  it('can be groups in a security group alone; all within them are told', async () => {
    const security = { mailEnabled: false, securityEnabled: true, groupTypes: [] };
    const inner = await create({
      ...security,
      displayName: 'Inner',
      mailNickname: 'inner',
      'members@odata.bind': [reference('farid')],
    });
    const outer = await create({
      ...security,
      displayName: 'Outer',
      mailNickname: 'outer',
      'members@odata.bind': [reference('grace')],
    });
    const unified = await create({ displayName: 'Flat', mailNickname: 'flat' });
    expect((await setting.call('POST', `/groups/${outer.id}/members/$ref`, link(inner.id))).status).toBe(204);
    expect((await setting.call('POST', `/groups/${unified.id}/members/$ref`, link(inner.id))).status).toBe(400);
    const found = await all(setting.call, `/groups/${outer.id}/transitiveMembers`);
    expect(new Set(found.map(({ id }) => id))).toEqual(new Set([user('grace'), inner.id, user('farid')]));
    const of = await all(setting.call, `/groups/${inner.id}/memberOf?$select=id`);
    expect(of.map(({ id }) => id)).toEqual([outer.id]);
  });

  it('can be guests, who are invited with or without a mail', async () => {
    const invite = (email: string, sendInvitationMessage: boolean) =>
      setting.call('POST', '/invitations', {
        invitedUserEmailAddress: email,
        inviteRedirectUrl: 'https://contoso.example',
        sendInvitationMessage,
      });
    const quiet = await invite('ann@adatum.example', false);
    expect(quiet.status).toBe(201);
    expect(setting.server.notices.filter(({ kind }) => kind === 'guest-invitation')).toEqual([]);
    await invite('bob@adatum.example', true);
    expect(setting.server.notices.filter(({ kind }) => kind === 'guest-invitation')).toMatchObject([
      { recipients: ['bob@adatum.example'] },
    ]);
    const { id } = await create({ displayName: 'Open', mailNickname: 'open' });
    const guest = quiet.json.invitedUser.id;
    expect((await setting.call('POST', `/groups/${id}/members/$ref`, link(guest))).status).toBe(204);
    const [told] = await all(setting.call, `/groups/${id}/members`);
    expect(told).toMatchObject({ mail: 'ann@adatum.example', userType: 'Guest' });
    const users = await all(setting.call, "/users?$filter=userType eq 'Guest'&$select=id,userPrincipalName");
    expect(users.map(({ id: one }) => one)).toContain(guest);
  });

  it('of a Microsoft 365 group get a mail unless the group says no', async () => {
    const loud = await create({ displayName: 'Loud', mailNickname: 'loud' });
    const quiet = await create({
      displayName: 'Quiet',
      mailNickname: 'quiet',
      resourceBehaviorOptions: ['WelcomeEmailDisabled'],
    });
    for (const { id } of [loud, quiet]) await setting.call('POST', `/groups/${id}/members/$ref`, link(user('ines')));
    const welcomed = setting.server.notices.filter(
      ({ kind, recipients }) => kind === 'group-welcome' && recipients.includes(user('ines')),
    );
    expect(welcomed.map(({ about }) => about)).toEqual([loud.id]);
  });
});

it('a picture is put and read in its own bytes', async () => {
  const { id } = await create({ displayName: 'Seen', mailNickname: 'seen' });
  const path = `/groups/${id}/photo`;
  expect((await setting.call('GET', path)).status).toBe(404);
  const png = Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64',
  );
  expect((await setting.call('PUT', `${path}/$value`, png, { 'content-type': 'image/png' })).status).toBe(200);
  expect((await setting.call('GET', path)).json).toMatchObject({ width: 1, height: 1 });
  expect((await setting.call('GET', `${path}/$value`)).bytes).toEqual(png);
});

describe('conversations', () => {
  it('are for people to write, and for apps to read', async () => {
    const group = DirectGroup.create(setting.server, 'writers@contoso.example', 'Writers', ['alice@contoso.example']);
    const path = `/groups/${group.group.id}`;
    const thread = { topic: 'Hello', posts: [{ body: { contentType: 'html', content: '<p>First</p>' } }] };
    const refused = await setting.call('POST', `${path}/threads`, thread);
    expect(refused.status).toBe(403);
    const { behaviour } = groupsOf(setting.server.tenant('contoso.example'));
    behaviour.postsByApps = true;
    const made = await setting.call('POST', `${path}/threads`, thread);
    expect(made.status).toBe(201);
    const reply = { post: { body: { contentType: 'text', content: 'Second' } } };
    expect((await setting.call('POST', `${path}/threads/${made.json.id}/reply`, reply)).status).toBe(202);
    behaviour.postsByApps = false;
    const [conversation] = await all(setting.call, `${path}/conversations`);
    expect(conversation).toMatchObject({ topic: 'Hello', preview: 'Second', hasAttachments: false });
    const [told] = await all(setting.call, `${path}/conversations/${conversation.id}/threads`);
    expect(told.id).toBe(made.json.id);
    const posts = await all(setting.call, `${path}/threads/${told.id}/posts?$expand=inReplyTo`);
    expect(posts.map(({ body }) => body.content)).toEqual([
      expect.stringContaining('First'),
      expect.stringContaining('Second'),
    ]);
    expect(posts[1].inReplyTo.id).toBe(posts[0].id);
    expect(setting.server.notices.filter(({ kind }) => kind === 'group-post')).toHaveLength(2);
  });
});
