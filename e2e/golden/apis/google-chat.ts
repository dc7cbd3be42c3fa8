import type { GoldenObject } from '../objects.ts';
import { type Ask, type Json, readable, sha256, sorted } from './ask.ts';
import { FIRST } from './shared-talk.ts';

const SEARCH = '/v1/spaces:search?useAdminAccess=true&pageSize=1000&query=';
const ROLES: Readonly<Record<string, string>> = { ROLE_MANAGER: 'owner', ROLE_ASSISTANT_MANAGER: 'owner' };

/**
 * What is said in the spaces of a name (`Team`, `Team: Plans`), and who is in them.
 *
 * @param admin an administrator
 * @param asMember somebody of an address: what is said is shown to members alone
 */
export async function spaceObjects(
  admin: Ask,
  asMember: (address: string) => Promise<Ask>,
  team: string,
): Promise<GoldenObject[]> {
  const query = `customer = "customers/my_customer" AND space_type = "SPACE" AND display_name:"${team}"`;
  const spaces = (await admin.all(`${SEARCH}${encodeURIComponent(query)}`))
    .map((space: Json) => ({ space, channel: channelOf(space.displayName, team) }))
    .filter(({ channel }) => channel !== undefined)
    .sort((one, other) => Number(one.channel !== FIRST) - Number(other.channel !== FIRST));
  const users = await admin.all('/admin/directory/v1/users?customer=my_customer&maxResults=500');
  const people = new Map<string, string>(users.map((user) => [`users/${user.id}`, user.primaryEmail.toLowerCase()]));
  const found: GoldenObject[] = [];
  let ofAll = '';
  for (const { space, channel = '' } of spaces) {
    const members = await admin.all(
      `/v1/${space.name}/members?useAdminAccess=true&pageSize=1000&filter=${encodeURIComponent('member.type = "HUMAN"')}`,
    );
    const inside = sorted(members.map((one) => `${people.get(one.member?.name)} ${ROLES[one.role] ?? 'member'}`));
    if (channel === FIRST) {
      ofAll = inside;
      found.push(...members.map((one) => memberObject(one, people)));
    }
    const isPrivate = inside !== ofAll;
    found.push({
      kind: 'channel',
      id: space.name,
      key: channel,
      name: channel,
      properties: {
        text: readable(space.spaceDetails?.description),
        membership: isPrivate ? 'private' : 'standard',
        members: isPrivate ? inside : '',
        migrating: space.importMode === true ? 'yes' : '',
      },
    });
    const reader = members.map((one) => people.get(one.member?.name)).find((address) => address !== undefined);
    found.push(...(await posts(await asMember(reader ?? ''), space.name, channel, people)));
  }
  return found;
}

function channelOf(displayName: string, team: string): string | undefined {
  if (displayName === team) return FIRST;
  return displayName.startsWith(`${team}: `) ? displayName.slice(team.length + 2) : undefined;
}

function memberObject({ member, role }: Json, people: ReadonlyMap<string, string>): GoldenObject {
  const who = people.get(member?.name) ?? member?.name;
  const properties = { who, role: ROLES[role] ?? 'member' };
  return { kind: 'member', id: String(member?.name).replace('users/', ''), key: who, name: who, properties };
}

async function posts(
  ask: Ask,
  space: string,
  channel: string,
  people: ReadonlyMap<string, string>,
): Promise<GoldenObject[]> {
  const all = await ask.all(`/v1/${space}/messages?pageSize=1000&showDeleted=true`);
  const roots = new Map<string, Json>();
  const alive = new Set<string>();
  for (const one of all) {
    if (!roots.has(one.thread.name)) roots.set(one.thread.name, one);
    if (one.deleteTime === undefined) alive.add(one.thread.name);
  }
  const found: GoldenObject[] = [];
  for (const one of all) {
    const root = roots.get(one.thread.name);
    // Of what was deleted nobody sees anything, unless somebody answered it.
    if (one.deleteTime !== undefined && (root !== one || !alive.has(one.thread.name))) continue;
    found.push(await postObject(ask, one, root === one ? undefined : root, channel, people));
  }
  return found;
}

async function postObject(
  ask: Ask,
  post: Json,
  root: Json | undefined,
  channel: string,
  people: ReadonlyMap<string, string>,
): Promise<GoldenObject> {
  const { text, links } = readableText(post);
  const [pictures, attachments]: [string[], string[]] = [[], links];
  for (const { contentName, contentType, attachmentDataRef, driveDataRef } of post.attachment ?? []) {
    if (driveDataRef !== undefined) attachments.push(`link ${contentName}`);
    else if (!/^image\//.test(contentType)) attachments.push(`file ${contentName}`);
    else pictures.push(sha256(await ask.bytes(`/v1/media/${attachmentDataRef.resourceName}?alt=media`)));
  }
  const reactions =
    post.emojiReactionSummaries === undefined ? [] : await ask.all(`/v1/${post.name}/reactions?pageSize=200`);
  const { sender } = post;
  const at = moment(post.createTime);
  return {
    kind: 'post',
    id: post.name.slice(post.name.lastIndexOf('/') + 1),
    key: `${channel} ${at}`,
    name: text.slice(0, 60),
    properties: {
      channel,
      at,
      author: people.get(sender?.name) ?? sender?.displayName ?? '',
      subject: '',
      text,
      importance: '',
      replyTo: root === undefined ? '' : moment(root.createTime),
      mentions: sorted(
        (post.annotations ?? []).map(
          (one: Json) => people.get(one.userMention?.user?.name) ?? one.userMention?.user?.name,
        ),
      ),
      reactions: sorted(reactions.map((one) => `${one.emoji.unicode} ${people.get(one.user?.name) ?? ''}`)),
      attachments: sorted(attachments),
      images: sorted(pictures),
      edited: post.lastUpdateTime === undefined ? '' : 'yes',
      deleted: post.deleteTime === undefined ? '' : 'yes',
    },
  };
}

/** Of a message the words that people read; lines that are nothing but a link to a file are its attachments. */
function readableText({ text = '', annotations = [] }: Json): { readonly text: string; readonly links: string[] } {
  let words: string = text;
  // A mention is shown with an @ before the name, here alone.
  for (const { startIndex = 0 } of [...annotations].reverse())
    if (words[startIndex] === '@') words = words.slice(0, startIndex) + words.slice(startIndex + 1);
  const links: string[] = [];
  const lines = words
    .replaceAll(/[\u2060\u2063]/g, '')
    .split('\n')
    .filter((line) => {
      const [, name] = /^📎 (.+)$/u.exec(line) ?? [];
      if (name !== undefined) links.push(`link ${name}`);
      return name === undefined;
    })
    // Items of a list.
    .map((line) => line.replace(/^\s*(?:[*•-]|\d+\.) /, ''));
  return { text: readable(lines.join('\n')), links };
}

const moment = (time: string): string => new Date(time).toISOString();
