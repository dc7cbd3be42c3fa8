import type { GoldenObject } from '../objects.ts';
import { type Ask, type Json, readable, sha256, sorted, textOfHtml } from './ask.ts';
import { filesOf } from './graph-files.ts';
import { groupAt, members, peopleOf, pictureOf, plans } from './graph-groups.ts';

/** What a team holds, by its group's address: settings, members, channels with their posts, plans, files. */
export async function teamObjects(graph: (base: string) => Ask, address: string): Promise<GoldenObject[]> {
  const group = await groupAt(graph, address);
  const people = await peopleOf(graph(''));
  const ask = graph(`/teams/${group.id}`);
  const ofGroup = graph(`/groups/${group.id}`);
  const team = await ask.json('');
  return [
    {
      kind: 'setting',
      id: group.id,
      key: 'team',
      name: group.displayName,
      properties: {
        name: group.displayName,
        text: readable(group.description),
        visibility: group.visibility ?? '',
        picture: await pictureOf(ofGroup),
        ...Object.fromEntries(
          ['memberSettings', 'messagingSettings', 'funSettings', 'guestSettings'].map((name) => [
            name,
            JSON.stringify(Object.entries(team[name] ?? {}).sort()),
          ]),
        ),
      },
    },
    ...(await members(ofGroup, people)),
    ...(await channels(ask, people)),
    ...(await tabs(ask, ofGroup)),
    ...(await plans(graph, ofGroup, people)),
    ...(await filesOf(ofGroup, '/drive')),
    ...(await filesOfChannels(graph, ask)),
  ];
}

export async function channels(team: Ask, people: ReadonlyMap<string, string>): Promise<GoldenObject[]> {
  const found: GoldenObject[] = [];
  for (const channel of await team.all('/channels')) {
    const isClosed = channel.membershipType !== 'standard';
    const inside = isClosed ? await team.all(`/channels/${channel.id}/members`) : [];
    found.push({
      kind: 'channel',
      id: channel.id,
      key: channel.displayName,
      name: channel.displayName,
      properties: {
        text: readable(channel.description),
        membership: channel.membershipType ?? '',
        members: sorted(inside.map((one) => `${people.get(one.userId) ?? one.email} ${one.roles?.[0] ?? 'member'}`)),
        // Nobody can write in a channel that is left in it.
        migrating: channel.migrationMode === 'inProgress' ? 'yes' : '',
      },
    });
    const posts = await team.all(`/channels/${channel.id}/messages?$top=50`);
    for (const post of posts) {
      const replies = await team.all(`/channels/${channel.id}/messages/${post.id}/replies?$top=50`);
      for (const one of [post, ...replies])
        if (one.messageType === 'message')
          found.push(await postOf(team, channel, one, one === post ? undefined : post, people));
    }
  }
  return found;
}

/** A tab leads to an address, to a plan of the group, or to a place in a site, whose name is the same in both tenants. */
async function tabs(team: Ask, group: Ask): Promise<GoldenObject[]> {
  const found: GoldenObject[] = [];
  const called = new Map((await group.all('/planner/plans')).map(({ id, title }) => [id, title]));
  for (const channel of await team.all('/channels'))
    for (const tab of await team.all(`/channels/${channel.id}/tabs?$expand=teamsApp`)) {
      const { entityId, contentUrl } = tab.configuration ?? {};
      const url = String(contentUrl ?? '');
      const place = url.includes('.sharepoint.com/') ? decodeURIComponent(new URL(url).pathname) : url;
      found.push({
        kind: 'tab',
        id: tab.id,
        key: `${channel.displayName} ${tab.displayName}`,
        name: tab.displayName,
        properties: {
          channel: channel.displayName,
          name: tab.displayName,
          app: tab.teamsApp?.id ?? '',
          shows: called.get(entityId) ?? place,
        },
      });
    }
  return found;
}

/** Private and shared channels have sites of their own. */
async function filesOfChannels(graph: (base: string) => Ask, team: Ask): Promise<GoldenObject[]> {
  const found: GoldenObject[] = [];
  for (const channel of await team.all('/channels')) {
    if (channel.membershipType === 'standard') continue;
    const folder = await team.json(`/channels/${channel.id}/filesFolder`);
    const drive = graph(`/drives/${folder.parentReference.driveId}`);
    found.push(...(await filesOf(drive, '', `${channel.displayName} (${channel.membershipType})`)));
  }
  return found;
}

async function postOf(
  team: Ask,
  channel: Json,
  post: Json,
  parent: Json | undefined,
  people: ReadonlyMap<string, string>,
): Promise<GoldenObject> {
  const path = `/channels/${channel.id}/messages/${parent === undefined ? post.id : `${parent.id}/replies/${post.id}`}`;
  const pictures: string[] = [];
  for (const [, id] of String(post.body?.content ?? '').matchAll(/hostedContents\/([^/"]+)\/\$value/g))
    pictures.push(sha256(await team.bytes(`${path}/hostedContents/${id}/$value`)));
  const by =
    post.from?.user?.id === undefined ? (post.from?.application?.displayName ?? '') : people.get(post.from.user.id);
  const text = post.body?.contentType === 'html' ? textOfHtml(post.body.content ?? '') : readable(post.body?.content);
  return {
    kind: 'post',
    id: post.id,
    key: `${channel.displayName} ${post.createdDateTime}`,
    name: post.subject || text.slice(0, 60),
    properties: {
      channel: channel.displayName,
      at: String(post.createdDateTime),
      author: by ?? '',
      subject: post.subject ?? '',
      text,
      importance: post.importance ?? '',
      replyTo: parent === undefined ? '' : String(parent.createdDateTime),
      mentions: sorted(
        (post.mentions ?? []).map(
          (one: Json) =>
            `${one.mentionText} ${people.get(one.mentioned?.user?.id) ?? one.mentioned?.conversation?.displayName ?? ''}`,
        ),
      ),
      reactions: sorted(
        (post.reactions ?? []).map((one: Json) => `${one.reactionType} ${people.get(one.user?.user?.id) ?? ''}`),
      ),
      attachments: sorted((post.attachments ?? []).map((one: Json) => `${one.contentType} ${one.name ?? ''}`)),
      images: sorted(pictures),
      edited: post.lastEditedDateTime === null || post.lastEditedDateTime === undefined ? '' : 'yes',
      deleted: post.deletedDateTime === null || post.deletedDateTime === undefined ? '' : 'yes',
    },
  };
}
