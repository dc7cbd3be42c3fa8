import { isMember, type Membership, type Message, type Person, personId, type Reaction, type Space } from './space.ts';

type Json = Record<string, unknown>;

/** With microseconds, as the service writes times. */
const timeOf = (at: number): string => new Date(at).toISOString().replace('Z', '000Z');

export function spaceJson(space: Space, baseUrl: string): Json {
  const people = [...space.members.values()].filter(
    ({ person, deletedAt }) => !('app' in person) && deletedAt === undefined,
  );
  const last = Math.max(...[...space.messages.values()].map(({ createdAt }) => createdAt));
  return {
    name: `spaces/${space.id}`,
    type: 'ROOM',
    spaceType: 'SPACE',
    displayName: space.displayName,
    spaceThreadingState: 'THREADED_MESSAGES',
    spaceHistoryState: 'HISTORY_ON',
    createTime: timeOf(space.createdAt),
    ...(Number.isFinite(last) ? { lastActiveTime: timeOf(last) } : {}),
    ...(space.description === '' ? {} : { spaceDetails: { description: space.description } }),
    ...(space.importUntil === undefined ? {} : { importMode: true }),
    ...(space.importExpires === undefined ? {} : { importModeExpireTime: timeOf(space.importExpires) }),
    membershipCount: people.length === 0 ? {} : { joinedDirectHumanUserCount: people.length },
    customer: `customers/${space.domain.id}`,
    spaceUri: `${baseUrl}/chat/space/${space.id}`,
  };
}

/** Name and address only of those whom the caller meets there. */
export function personJson(person: Person, space: Space): Json {
  if ('app' in person) return { name: `users/${person.id}`, type: 'BOT', displayName: person.app };
  const { user, domain } = person;
  return {
    name: `users/${user.id}`,
    type: 'HUMAN',
    domainId: domain.id,
    ...(isMember(space, user.id)
      ? { displayName: `${user.givenName} ${user.familyName}`, email: user.primaryEmail }
      : {}),
  };
}

export function memberJson(space: Space, membership: Membership): Json {
  const { id, person, role, createdAt, deletedAt } = membership;
  const isOwn = 'app' in person || person.domain === space.domain;
  return {
    name: `spaces/${space.id}/members/${id}`,
    state: deletedAt === undefined ? 'JOINED' : 'NOT_A_MEMBER',
    role: deletedAt === undefined ? role : 'MEMBERSHIP_ROLE_UNSPECIFIED',
    member: personJson(person, space),
    createTime: timeOf(createdAt),
    ...(deletedAt === undefined ? {} : { deleteTime: timeOf(deletedAt) }),
    ...('app' in person ? {} : { affiliation: isOwn ? 'INTERNAL' : 'EXTERNAL' }),
  };
}

export function reactionJson(space: Space, message: Message, { id, unicode, by }: Reaction): Json {
  return {
    name: `spaces/${space.id}/messages/${message.id}/reactions/${id}`,
    user: personJson(by, space),
    emoji: { unicode },
  };
}

/** @param nameOf of somebody by user id, for the plain text of a mention */
export function messageJson(space: Space, message: Message, nameOf: (userId: string) => string): Json {
  const name = `spaces/${space.id}/messages/${message.id}`;
  const common = {
    name,
    sender: personJson(message.sender, space),
    createTime: timeOf(message.createdAt),
    thread: { name: `spaces/${space.id}/threads/${message.threadId}` },
    space: { name: `spaces/${space.id}` },
    ...(message.isReply ? { threadReply: true } : {}),
    ...(message.clientId === undefined ? {} : { clientAssignedMessageId: message.clientId }),
  };
  if (message.deletedAt !== undefined)
    return { ...common, deleteTime: timeOf(message.deletedAt), deletionMetadata: { deletionType: 'CREATOR' } };
  const { text, annotations } = plain(message.markup, space, nameOf);
  return {
    ...common,
    ...(message.markup === '' ? {} : { text, argumentText: text, formattedText: message.markup }),
    ...(annotations.length === 0 ? {} : { annotations }),
    ...(message.editedAt === undefined ? {} : { lastUpdateTime: timeOf(message.editedAt) }),
    ...(message.attachments.length === 0
      ? {}
      : { attachment: message.attachments.map((one) => attachmentJson(name, one)) }),
    ...(message.reactions.length === 0
      ? {}
      : {
          emojiReactionSummaries: [...Map.groupBy(message.reactions, ({ unicode }) => unicode)].map(
            ([unicode, all]) => ({ emoji: { unicode }, reactionCount: all.length }),
          ),
        }),
  };
}

function attachmentJson(message: string, { id, name, contentType, of }: Message['attachments'][number]): Json {
  return {
    name: `${message}/attachments/${id}`,
    contentName: name,
    contentType,
    ...('bytes' in of
      ? { source: 'UPLOADED_CONTENT', attachmentDataRef: { resourceName: of.key } }
      : { source: 'DRIVE_FILE', driveDataRef: { driveFileId: of.driveFileId } }),
  };
}

/** The text without its markup, and where it mentions somebody. */
function plain(markup: string, space: Space, nameOf: (userId: string) => string) {
  const annotations: Json[] = [];
  let text = '';
  let at = 0;
  for (const found of markup.matchAll(/<users\/(\w+)>|<([a-z]+:[^|>\s]+)\|([^>]*)>/g)) {
    text += unmarked(markup.slice(at, found.index));
    at = found.index + found[0].length;
    const [, userId, , words = ''] = found;
    if (userId === undefined) text += words;
    else {
      const said = `@${userId === 'all' ? 'all' : nameOf(userId)}`;
      const member = [...space.members.values()].find(({ person }) => personId(person) === userId);
      const user = member === undefined ? { name: `users/${userId}`, type: 'HUMAN' } : personJson(member.person, space);
      annotations.push({
        type: 'USER_MENTION',
        startIndex: text.length,
        length: said.length,
        userMention: { user, type: 'MENTION' },
      });
      text += said;
    }
  }
  return { text: text + unmarked(markup.slice(at)), annotations };
}

const unmarked = (text: string): string =>
  text
    .replaceAll(/```([^`]*)```|`([^`\n]+)`/g, (_, block, code) => block ?? code)
    .replaceAll(/(^|\s)([*_~])(\S.*?)\2/g, '$1$3');
