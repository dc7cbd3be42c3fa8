import { picture } from '@sterna/simulator-kit';
import { describe, expect, it } from 'vitest';
import { DirectGroup, DirectTeam, newApp, teamsOf } from '../../src/index.ts';
import { all, round, withServer } from '../mailbox.ts';
import { clientWith } from '../sign-in.ts';

const setting = withServer();
const OWNER = 'alice@contoso.example';
let made = 0;

const tenant = () => setting.server.tenant('contoso.example');
const iso = (ms: number) => new Date(ms).toISOString();
const DAY = 86_400_000;

/** A team past Graph, and the way to its channel General. */
async function team(): Promise<{ direct: DirectTeam; path: string; general: string }> {
  const name = `Talk ${++made}`;
  const { group } = DirectGroup.create(setting.server, `talk${made}@contoso.example`, name, [OWNER]);
  await setting.call('PUT', `/groups/${group.id}/team`, {});
  const direct = new DirectTeam(setting.server, OWNER, name);
  const path = `/teams/${group.id}`;
  return { direct, path, general: `${path}/channels/${direct.channel('General').id}` };
}

const author = (name: string) => {
  const { id, displayName } = tenant().named(name);
  return { user: { id, displayName, userIdentityType: 'aadUser' } };
};

const message = (at: number, content: string, more: object = {}) => ({
  createdDateTime: iso(at),
  from: author('alice'),
  body: { contentType: 'html', content },
  ...more,
});

describe('migration mode', () => {
  it('lets the app put messages of the past into a channel that is there, and nobody else', async () => {
    const { direct, general } = await team();
    const now = setting.clock.now();
    const refused = await setting.call('POST', `${general}/messages`, message(now - DAY, '<p>Too soon</p>'));
    expect(refused.status).toBe(401);
    const begin = { conversationCreationDateTime: iso(now - 400 * DAY) };
    expect((await setting.call('POST', `${general}/startMigration`, begin)).status).toBe(204);
    expect((await setting.call('GET', general)).json).toMatchObject({
      migrationMode: 'inProgress',
      createdDateTime: iso(now - 400 * DAY).replace('.000Z', 'Z'),
      originalCreatedDateTime: expect.any(String),
    });
    expect((await setting.call('POST', `${general}/startMigration`, begin)).status).toBe(400);
    const posted = await setting.call(
      'POST',
      `${general}/messages`,
      message(now - DAY + 7, '<p>Once</p>', { subject: 'S', importance: 'high' }),
    );
    expect(posted.status).toBe(201);
    expect(posted.json).toMatchObject({
      id: `${now - DAY + 7}`,
      subject: 'S',
      importance: 'high',
      from: { user: { id: tenant().named('alice').id } },
    });
    const reply = await setting.call(
      'POST',
      `${general}/messages/${posted.json.id}/replies`,
      message(now - DAY + 8, 'Answer', { from: author('bjorn') }),
    );
    expect(reply.json.replyToId).toBe(posted.json.id);
    expect((await setting.call('POST', `${general}/completeMigration`)).status).toBe(204);
    expect((await setting.call('POST', `${general}/completeMigration`)).status).toBe(400);
    expect((await setting.call('GET', general)).json.migrationMode).toBe('completed');
    expect((await setting.call('POST', `${general}/messages`, message(now - DAY, 'Too late'))).status).toBe(401);
    expect(direct.messages('General').map(({ from, content }) => [from, content])).toEqual([
      [OWNER, '<p>Once</p>'],
      ['bjorn@contoso.example', 'Answer'],
    ]);
  });

  it('has one message for each millisecond of a channel, later than the channel and not in the future', async () => {
    const { general } = await team();
    const now = setting.clock.now();
    const start = now - 10 * DAY;
    await setting.call('POST', `${general}/startMigration`, { conversationCreationDateTime: iso(start) });
    const post = async (at: number) => (await setting.call('POST', `${general}/messages`, message(at, 'x'))).status;
    expect(await post(start)).toBe(400);
    expect(await post(start + 1)).toBe(201);
    expect(await post(start + 1)).toBe(409);
    expect(await post(now + 60_000)).toBe(400);
    const first = (await all(setting.call, `${general}/messages`))[0].id;
    const taken = await setting.call('POST', `${general}/messages/${first}/replies`, message(start + 1, 'x'));
    expect(taken.status).toBe(409);
    expect(
      (await setting.call('POST', `${general}/messages`, { ...message(start + 2, 'x'), from: undefined })).status,
    ).toBe(400);
    const outsider = {
      user: { id: '00000000-0000-4000-a000-000000000000', displayName: 'X', userIdentityType: 'aadUser' },
    };
    expect(
      (await setting.call('POST', `${general}/messages`, message(start + 2, 'x', { from: outsider }))).status,
    ).toBe(400);
  });

  it('belongs to the app that began it', async () => {
    const { general } = await team();
    const other = newApp('0a0a0a0a-0000-4000-a000-00000000a0a0', 'Other', 'other');
    setting.server.cloud.apps.set(other.id, other);
    tenant().consents.set(other.id, new Set(['Teamwork.Migrate.All', 'Group.ReadWrite.All']));
    const reply = await fetch(`${setting.server.baseUrl}/${tenant().id}/oauth2/v2.0/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: other.id,
        client_secret: 'other',
        scope: 'https://graph.microsoft.com/.default',
      }),
    });
    const rival = clientWith(setting.server, ((await reply.json()) as { access_token: string }).access_token);
    const now = setting.clock.now();
    await setting.call('POST', `${general}/startMigration`, { conversationCreationDateTime: iso(now - DAY) });
    expect((await rival('POST', `${general}/startMigration`, {})).status).toBe(403);
    expect((await rival('POST', `${general}/messages`, message(now - 1000, 'x'))).status).toBe(403);
    expect((await rival('POST', `${general}/completeMigration`)).status).toBe(403);
  });

  it('is how a team and its channels begin, if asked for', async () => {
    const now = setting.clock.now();
    const created = iso(now - 900 * DAY);
    const body = {
      '@microsoft.graph.teamCreationMode': 'migration',
      'template@odata.bind': "https://graph.microsoft.com/v1.0/teamsTemplates('standard')",
      displayName: 'Migrated',
      createdDateTime: created,
    };
    const { '@microsoft.graph.teamCreationMode': _, ...plain } = body;
    expect((await setting.call('POST', '/teams', plain)).status).toBe(400);
    const accepted = await setting.call('POST', '/teams', body);
    const path = `/teams/${/'(.+?)'/.exec(accepted.headers.get('content-location') ?? '')?.[1]}`;
    const channel = {
      '@microsoft.graph.channelCreationMode': 'migration',
      displayName: 'Old',
      createdDateTime: created,
    };
    expect((await setting.call('POST', `${path}/channels`, { ...channel, membershipType: 'private' })).status).toBe(
      400,
    );
    const made = await setting.call('POST', `${path}/channels`, channel);
    expect(made.json).toMatchObject({ migrationMode: 'inProgress' });
    const member = {
      '@odata.type': '#microsoft.graph.aadUserConversationMember',
      roles: ['owner'],
      'user@odata.bind': `https://graph.microsoft.com/v1.0/users('${tenant().named('alice').id}')`,
    };
    expect((await setting.call('POST', `${path}/members`, member)).status).toBe(403);
    expect((await setting.call('POST', `${path}/completeMigration`)).status).toBe(400);
    for (const { id } of await all(setting.call, `${path}/channels`)) {
      expect((await setting.call('POST', `${path}/channels/${id}/completeMigration`)).status).toBe(204);
    }
    expect((await setting.call('POST', `${path}/completeMigration`)).status).toBe(204);
    expect((await setting.call('POST', `${path}/members`, member)).status).toBe(201);
  });

  it('can hide what came in until it is complete', async () => {
    const { behaviour } = teamsOf(tenant());
    behaviour.importedVisibleAtOnce = false;
    const { general } = await team();
    const now = setting.clock.now();
    await setting.call('POST', `${general}/startMigration`, { conversationCreationDateTime: iso(now - DAY) });
    const { link } = await round(setting.call, `${general}/messages/delta`);
    const { json } = await setting.call('POST', `${general}/messages`, message(now - 1000, 'Hidden'));
    expect((await setting.call('GET', `${general}/messages/${json.id}`)).status).toBe(404);
    expect((await round(setting.call, link)).entries).toEqual([]);
    await setting.call('POST', `${general}/completeMigration`);
    behaviour.importedVisibleAtOnce = true;
    expect((await setting.call('GET', `${general}/messages/${json.id}`)).json.body.content).toBe('Hidden');
    expect((await round(setting.call, link)).entries.map(({ id }) => id)).toEqual([json.id]);
  });
});

describe('messages', () => {
  it('carry pictures, files and people', async () => {
    const { general, direct } = await team();
    const now = setting.clock.now();
    await setting.call('POST', `${general}/startMigration`, { conversationCreationDateTime: iso(now - DAY) });
    const png = picture(8, [1, 2, 3]);
    const bjorn = author('bjorn').user;
    const rich = message(
      now - 5000,
      '<at id="0">Björn</at> <img src="../hostedContents/1/$value"/><attachment id="f1"></attachment>',
      {
        mentions: [{ id: 0, mentionText: 'Björn', mentioned: { user: bjorn } }],
        attachments: [
          { id: 'f1', contentType: 'reference', contentUrl: 'https://contoso.sharepoint.com/x.txt', name: 'x.txt' },
        ],
        hostedContents: [
          { '@microsoft.graph.temporaryId': '1', contentBytes: png.toString('base64'), contentType: 'image/png' },
        ],
      },
    );
    const { json, status } = await setting.call('POST', `${general}/messages`, rich);
    expect(status).toBe(201);
    const path = `${general}/messages/${json.id}`;
    const [hosted] = await all(setting.call, `${path}/hostedContents`);
    expect(json.body.content).toContain(
      `${path}/hostedContents/${hosted.id}/$value`.replaceAll(':', '%3A').replaceAll('@', '%40'),
    );
    expect((await setting.call('GET', `${path}/hostedContents/${hosted.id}/$value`)).bytes).toEqual(png);
    expect(json.mentions[0].mentioned.user).toMatchObject({ id: bjorn.id });
    expect(direct.messages('General')[0]?.pictures).toEqual([png]);
    const wrong = [
      { ...rich, createdDateTime: iso(now - 4000), body: { contentType: 'html', content: 'nothing of it' } },
      { ...message(now - 4000, 'x'.repeat(30_000)) },
      { ...message(now - 4000, '') },
    ];
    const statuses = [];
    for (const body of wrong) statuses.push((await setting.call('POST', `${general}/messages`, body)).status);
    expect(statuses).toEqual([400, 413, 400]);
    expect(setting.server.notices.filter(({ kind }) => kind === 'channel-mention')).toEqual([]);
  });

  it('are listed newest first with their replies, and told by delta when a reply or reaction comes', async () => {
    const { general, direct } = await team();
    const now = setting.clock.now();
    const ids = Array.from({ length: 30 }, (_, at) =>
      direct.say('General', `<p>${at}</p>`, {}, now - (60 - at) * 1000),
    );
    expect((await all(setting.call, `${general}/messages`)).map(({ id }) => id)).toEqual([...ids].reverse());
    expect((await setting.call('GET', `${general}/messages?$top=51`)).status).toBe(400);
    const first = await round(setting.call, `${general}/messages/delta?$top=50`);
    expect(first.entries.map(({ id }) => id)).toEqual(ids);
    setting.clock.advance(1000);
    const reply = direct.reply('General', ids[3] as string, '<p>Answer</p>');
    direct.react('General', ids[5] as string, 'like');
    direct.remove('General', ids[7] as string);
    const second = await round(setting.call, first.link);
    expect(second.entries.map(({ id }) => id)).toEqual([ids[3], ids[5], ids[7]]);
    expect(second.entries[1].reactions).toMatchObject([{ reactionType: 'like' }]);
    expect(second.entries[2]).toMatchObject({ deletedDateTime: expect.any(String), body: { content: '' } });
    const [told] = (await setting.call('GET', `${general}/messages?$expand=replies&$top=50`)).json.value.filter(
      (one: { id: string }) => one.id === ids[3],
    );
    expect(told.replies.map(({ id }: { id: string }) => id)).toEqual([reply]);
    expect((await setting.call('GET', `${general}/messages/${reply}`)).status).toBe(404);
    expect((await setting.call('GET', `${general}/messages/${ids[3]}/replies/${reply}`)).status).toBe(200);
  });

  it('of more than eight months ago aren’t in a first round of delta', async () => {
    const { general, direct } = await team();
    const now = setting.clock.now();
    direct.say('General', 'old', {}, now - 300 * DAY);
    const recent = direct.say('General', 'new', {}, now - 200 * DAY);
    expect((await round(setting.call, `${general}/messages/delta`)).entries.map(({ id }) => id)).toEqual([recent]);
    expect(await all(setting.call, `${general}/messages`)).toHaveLength(2);
  });

  it('are people’s alone to edit, delete and react to', async () => {
    const { general, direct } = await team();
    const path = `${general}/messages/${direct.say('General', 'Mine')}`;
    for (const [method, action, body] of [
      ['PATCH', '', { body: { contentType: 'text', content: 'Other' } }],
      ['POST', '/softDelete', undefined],
      ['POST', '/setReaction', { reactionType: 'like' }],
    ] as const) {
      const { status, json } = await setting.call(method, `${path}${action}`, body);
      expect([status, json.error.code]).toEqual([412, 'PreconditionFailed']);
    }
  });
});
