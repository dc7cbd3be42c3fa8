import type { FidelityNote } from '@sterna/connector-kit';
import type { Post, PostAttachment } from '@sterna/content';
import { SternaError } from '@sterna/core';
import { framed } from './frame.ts';
import type { DirectoryUser, People } from './people.ts';
import { toMarkup } from './to-markup.ts';

/** https://developers.google.com/workspace/chat/api/reference/rest/v1/spaces.messages/create */
const MOST_TEXT_BYTES = 32_000;

export interface Upload {
  readonly name: string;
  readonly contentType: string;
  readonly bytes: Buffer;
}

/** A message as Chat takes one of the past, and who is acted for. */
export interface Built {
  /** Address. */
  readonly author: string;
  readonly text: string;
  readonly uploads: readonly Upload[];
  readonly reactions: readonly { readonly by: string; readonly unicode: string }[];
  readonly notes: readonly FidelityNote[];
}

/** What Teams calls its reactions: https://learn.microsoft.com/en-us/graph/api/resources/chatmessagereaction */
const REACTIONS: Readonly<Record<string, string>> = {
  like: '👍',
  heart: '❤️',
  laugh: '😆',
  surprised: '😮',
  sad: '😢',
  angry: '😡',
};

/** @param admin in whose name a post goes whose author the organization doesn't have */
export async function toMessage(post: Post, people: People, admin: string): Promise<Built> {
  const notes: FidelityNote[] = [];
  const author = 'app' in post.by ? undefined : await people.active(post.by.address);
  if (author === undefined) notes.push(authorNote(post.by));
  const mentioned = await mentionsOf(post, people, notes);
  const { links, uploads } = attached(post, notes);
  const text = framed(
    toMarkup(post.html, (id) => mentioned.get(id)),
    {
      ...(author === undefined ? { by: post.by } : {}),
      ...(post.subject === undefined ? {} : { subject: post.subject }),
      ...(post.importance === undefined ? {} : { importance: post.importance }),
      links,
    },
  );
  if (Buffer.byteLength(text) > MOST_TEXT_BYTES)
    throw new SternaError(
      'object',
      'post-too-long',
      'It is longer than the 32,000 bytes that a message of Chat may have.',
      {
        fix: 'Divide it in the source, then start a delta pass; or leave it there.',
      },
    );
  const reactions = await reactionsOf(post, people, notes);
  notes.push(...lost(post));
  return {
    author: author?.primaryEmail ?? admin,
    // Nothing but a picture, or not even that: a message can't be empty.
    text: text === '' && uploads.length === 0 ? ' ' : text,
    uploads,
    reactions,
    notes,
  };
}

async function mentionsOf(post: Post, people: People, notes: FidelityNote[]): Promise<ReadonlyMap<number, string>> {
  const found = new Map<number, string>();
  for (const { id, text, who } of post.mentions ?? []) {
    const user: DirectoryUser | undefined = who === undefined ? undefined : await people.find(who.address);
    if (user === undefined) {
      notes.push({ code: 'mention-as-text', text: `“${text}” is nobody of the target, and mentioned as text alone.` });
      continue;
    }
    found.set(id, `<users/${user.id}>`);
    const name = user.name?.fullName ?? user.primaryEmail;
    if (name !== text.replace(/^@/, ''))
      notes.push({ code: 'mention-renamed', text: `“${text}” is mentioned by the name that the target has: ${name}.` });
  }
  return found;
}

const EXTENSIONS: Readonly<Record<string, string>> = { 'image/jpeg': 'jpg', 'image/svg+xml': 'svg' };

function attached(
  post: Post,
  notes: FidelityNote[],
): { readonly links: readonly { readonly name: string; readonly url: string }[]; readonly uploads: readonly Upload[] } {
  const uploads: Upload[] = (post.images ?? []).map(({ contentType, base64 }, at) => ({
    name: `image-${at + 1}.${EXTENSIONS[contentType] ?? contentType.split('/')[1] ?? 'bin'}`,
    contentType,
    bytes: Buffer.from(base64, 'base64'),
  }));
  const links: { name: string; url: string }[] = [];
  for (const { name = 'attachment', url, contentType, base64 } of post.attachments ?? []) {
    if (base64 !== undefined) uploads.push({ name, contentType, bytes: Buffer.from(base64, 'base64') });
    else if (url !== undefined && /^https?:[^\s|<>]+$/.test(url)) {
      links.push({ name, url });
      notes.push({ code: 'attachment-as-link', text: `${name} is a link below the text: nothing is uploaded.` });
    } else notes.push(leftOut({ name, contentType }));
  }
  return { links, uploads };
}

const leftOut = ({ name, contentType }: Pick<PostAttachment, 'name' | 'contentType'>): FidelityNote =>
  contentType.includes('card')
    ? { code: 'card-left-out', text: 'A card of an app is left out: Chat takes cards of its own apps alone.' }
    : { code: 'attachment-left-out', text: `The attachment ${name} is left out: nothing says where it is.` };

async function reactionsOf(
  { reactions = [] }: Post,
  people: People,
  notes: FidelityNote[],
): Promise<{ readonly by: string; readonly unicode: string }[]> {
  const found: { by: string; unicode: string }[] = [];
  for (const { reaction, by } of reactions) {
    const unicode = REACTIONS[reaction] ?? reaction;
    const user = /\p{Extended_Pictographic}/u.test(unicode) ? await people.active(by.address) : undefined;
    if (user !== undefined) found.push({ by: user.primaryEmail, unicode });
  }
  const lost = reactions.length - found.length;
  if (lost > 0)
    notes.push({
      code: 'reactions-lost',
      text: `${lost} of its reactions are of nobody of the target, or no emoji of Chat’s: they are left out.`,
    });
  return found;
}

function authorNote(by: Post['by']): FidelityNote {
  const who = 'app' in by ? by.app : by.address;
  return {
    code: 'author-named-in-text',
    text: `Nobody can act for ${who} in the target: the post is in the administrator’s name, and its first line says whose it was.`,
  };
}

const lost = ({ edited, deleted, subject, importance }: Post): FidelityNote[] => [
  ...(subject === undefined && importance === undefined
    ? []
    : [
        {
          code: 'subject-in-text',
          text: 'Chat has no subject and no importance: they are the first line of the text.',
        },
      ]),
  ...(deleted === undefined
    ? []
    : [{ code: 'deleted-mark-lost', text: 'It was deleted in the source: here a post says so in its place.' }]),
  ...(edited === undefined ? [] : [{ code: 'edit-mark-lost', text: 'That it was changed later isn’t shown.' }]),
];
