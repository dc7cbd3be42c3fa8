import type { FidelityNote } from '@sterna/connector-kit';
import type { Post, PostAttachment } from '@sterna/content';
import type { People } from '../groups/people.ts';
import { escaped, signed } from './signature.ts';
import type { TargetFile } from './team-files.ts';

export interface WritingOf {
  readonly people: People;
  /** In whose name a post goes whose author the tenant doesn’t have. */
  owner(): Promise<{ readonly id: string; readonly displayName?: string | null }>;
  /** The file at that path of the target’s own; undefined: it isn’t there. */
  file(path: readonly string[]): Promise<TargetFile | undefined>;
  /** Puts what was uploaded with the post among the files of its channel; undefined: that has none of its own. */
  put(name: string, contentType: string, bytes: Buffer): Promise<TargetFile | undefined>;
}

/** A post as Graph takes one of the past: https://learn.microsoft.com/en-us/microsoftteams/platform/graph-api/import-messages */
export async function toMessage(
  post: Post,
  writing: WritingOf,
): Promise<{ readonly message: object; readonly notes: readonly FidelityNote[] }> {
  const notes: FidelityNote[] = [];
  const author = 'app' in post.by ? undefined : await writing.people.withAddress(post.by.address);
  const from = author ?? (await writing.owner());
  if (author === undefined) notes.push(authorNote(post.by));
  let html = author === undefined ? signed(post.html, post.by) : post.html;
  const images = post.images ?? [];
  for (const [at, { id }] of images.entries())
    html = html.replaceAll(`"image:${id}"`, () => `"../hostedContents/${at + 1}/$value"`);
  const mentions: object[] = [];
  for (const { id, text, who } of post.mentions ?? []) {
    const user = who === undefined ? undefined : await writing.people.withAddress(who.address);
    if (user === undefined) html = withoutMention(html, id, text, notes);
    else
      mentions.push({
        id,
        mentionText: text,
        mentioned: { user: { id: user.id, displayName: user.displayName ?? text, userIdentityType: 'aadUser' } },
      });
  }
  const attachments: object[] = [];
  for (const one of post.attachments ?? []) {
    const linked = await linkedOf(one, writing, notes);
    if (linked === undefined) continue;
    if (linked.id !== one.id) html = html.replaceAll(`<attachment id="${one.id}"`, `<attachment id="${linked.id}"`);
    // Teams shows what the text names, and refuses what it doesn't.
    if (!html.includes(`<attachment id="${linked.id}"`)) html += `<attachment id="${linked.id}"></attachment>`;
    attachments.push(linked);
  }
  notes.push(...lost(post));
  return {
    message: {
      createdDateTime: post.at,
      from: { user: { id: from.id, displayName: from.displayName ?? '', userIdentityType: 'aadUser' } },
      body: { contentType: 'html', content: html },
      ...(post.subject === undefined || post.replyTo !== undefined ? {} : { subject: post.subject }),
      ...(post.importance === undefined ? {} : { importance: post.importance }),
      ...(mentions.length === 0 ? {} : { mentions }),
      ...(attachments.length === 0 ? {} : { attachments }),
      ...(images.length === 0
        ? {}
        : {
            hostedContents: images.map(({ contentType, base64 }, at) => ({
              '@microsoft.graph.temporaryId': `${at + 1}`,
              contentBytes: base64,
              contentType,
            })),
          }),
    },
    notes,
  };
}

async function linkedOf(
  one: PostAttachment,
  writing: WritingOf,
  notes: FidelityNote[],
): Promise<{ readonly id: string; readonly contentType: string } | undefined> {
  const { name = 'attachment', contentType, base64, url, path, content } = one;
  if (base64 === undefined && (url ?? path ?? content) !== undefined) return attachmentOf(one, writing, notes);
  const file = base64 === undefined ? undefined : await writing.put(name, contentType, Buffer.from(base64, 'base64'));
  if (file !== undefined) {
    notes.push({
      code: 'attachment-in-files',
      text: `${name} is among the files of the channel, and the post leads there.`,
    });
    return { id: file.uniqueId, contentType: 'reference', ...{ name, contentUrl: file.url } };
  }
  notes.push(notUploaded(one));
  return undefined;
}

const notUploaded = ({ name }: PostAttachment): FidelityNote => ({
  code: 'attachment-left-out',
  text: `The attachment ${name ?? ''} is left out: nothing says where it is, or its channel has no place for it.`,
});

async function attachmentOf(
  { id, name, contentType, url, path, content }: PostAttachment,
  { file }: WritingOf,
  notes: FidelityNote[],
): Promise<{ readonly id: string; readonly contentType: string }> {
  const found = path === undefined ? undefined : await file(path);
  if (contentType === 'reference' && found === undefined) notes.push(notLinked(name));
  return {
    id: found?.uniqueId ?? id,
    contentType,
    ...(name === undefined ? {} : { name }),
    ...((found?.url ?? url) === undefined ? {} : { contentUrl: found?.url ?? url }),
    ...(content === undefined ? {} : { content }),
  };
}

export const notLinked = (name: string | undefined): FidelityNote => ({
  code: 'attachment-not-linked',
  text: `The file ${name ?? ''} isn’t among those of the target’s team: the post names the original.`,
});

/** A mention of nobody is text. */
function withoutMention(html: string, id: number, text: string, notes: FidelityNote[]): string {
  notes.push({ code: 'mention-as-text', text: `“${text}” is nobody of the target, and mentioned as text alone.` });
  return html.replace(new RegExp(`<at id="${id}"[^>]*>.*?</at>`, 's'), () => escaped(text));
}

function authorNote(by: Post['by']): FidelityNote {
  const who = 'app' in by ? by.app : by.address;
  return {
    code: 'author-named-in-text',
    text: `The target has no ${who}: the post is in the name of an owner of the team, and its first line says whose it was.`,
  };
}

function lost({ reactions, edited, deleted, replyTo, subject }: Post): FidelityNote[] {
  return [
    ...(deleted === undefined
      ? []
      : [{ code: 'deleted-mark-lost', text: 'It was deleted in the source: here a post says so in its place.' }]),
    ...(reactions === undefined || reactions.length === 0
      ? []
      : [{ code: 'reactions-lost', text: `Teams takes no reactions of the past: ${reactions.length} are left out.` }]),
    ...(edited === undefined ? [] : [{ code: 'edit-mark-lost', text: 'That it was changed later isn’t shown.' }]),
    ...(replyTo !== undefined && subject !== undefined
      ? [{ code: 'subject-lost', text: 'An answer has no subject of its own.' }]
      : []),
  ];
}
