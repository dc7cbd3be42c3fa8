import type { FidelityNote } from '@sterna/connector-kit';
import type { Mention, Post, PostAttachment, PostImage } from '@sterna/content';
import { type ChatAttachment, type ChatMessage, type ChatReaction, lastPart } from './chat.ts';
import { unframed } from './frame.ts';
import { escaped, fromMarkup, withoutOurs } from './from-markup.ts';
import { unmarked } from './marks.ts';
import type { People } from './people.ts';

export interface ReadingOf {
  readonly people: People;
  /** Id of the message that it answers. */
  readonly replyTo: string | undefined;
  /** What was uploaded; undefined: it is larger than what fits, or can't be had. */
  upload(attachment: ChatAttachment): Promise<Buffer | undefined>;
  reactions(): Promise<readonly ChatReaction[]>;
  /** One of ours: what we put around its text is no part of it. */
  readonly isOurs: boolean;
}

/** What is left of a message that was deleted and answered: its place. */
const DELETED = '<p><em>This message was deleted.</em></p>';

/** A message of a space, in words of no system. */
export async function fromMessage(
  message: ChatMessage,
  reading: ReadingOf,
): Promise<{ readonly post: Post; readonly notes: readonly FidelityNote[] }> {
  const { people, replyTo, isOurs } = reading;
  const notes: FidelityNote[] = [];
  const whole = message.formattedText ?? message.text ?? '';
  const said = isOurs ? unframed(whole) : { text: unmarked(whole), links: [] };
  const { html, mentions } = await htmlOf(said.text, people);
  const { images, attachments } = await attached(message, reading, notes);
  for (const { url, name } of said.links) attachments.push({ id: url, name, contentType: 'reference', url });
  const reactions = message.deleteTime === undefined ? await reactionsOf(reading) : [];
  if ((message.cardsV2 ?? []).length > 0)
    notes.push({ code: 'card-left-out', text: 'A card of an app is left out: its text stays.' });
  const body = message.deleteTime === undefined ? bodyOf(isOurs ? withoutOurs(html) : html, message, images) : DELETED;
  return {
    notes,
    post: {
      type: 'post',
      at: moment(message.createTime) ?? '',
      by: said.by ?? (await authorOf(message, people)),
      ...(replyTo === undefined ? {} : { replyTo }),
      ...(said.subject === undefined ? {} : { subject: said.subject }),
      ...(said.importance === undefined ? {} : { importance: said.importance }),
      html: body,
      ...(mentions.length === 0 ? {} : { mentions }),
      ...(images.length === 0 ? {} : { images }),
      ...(attachments.length === 0 ? {} : { attachments }),
      ...(reactions.length === 0 ? {} : { reactions }),
      ...(message.lastUpdateTime ? { edited: message.lastUpdateTime } : {}),
      ...(message.deleteTime ? { deleted: message.deleteTime } : {}),
    },
  };
}

async function htmlOf(
  text: string,
  people: People,
): Promise<{ readonly html: string; readonly mentions: readonly Mention[] }> {
  const found = new Map<string, Mention>();
  for (const [, id = ''] of text.matchAll(/<users\/([\w-]+)>/g)) {
    if (found.has(id)) continue;
    const who = id === 'all' ? undefined : await people.personOf({ name: `users/${id}` });
    const words = who?.name ?? (id === 'all' ? 'all' : (who?.address ?? 'somebody'));
    found.set(id, { id: found.size, text: words, ...(who === undefined ? {} : { who }) });
  }
  const html = fromMarkup(text, (id) => {
    const mention = found.get(id);
    return mention === undefined ? '' : `<at id="${mention.id}">${escaped(mention.text)}</at>`;
  });
  return { html, mentions: [...found.values()] };
}

function bodyOf(html: string, { attachedGifs = [] }: ChatMessage, images: readonly PostImage[]): string {
  const pictures = images.map(({ id }) => `<p><img src="image:${id}"></p>`);
  const gifs = attachedGifs.flatMap(({ uri }) => (uri ? [`<p><a href="${escaped(uri)}">${escaped(uri)}</a></p>`] : []));
  return [html, ...gifs, ...pictures].join('');
}

async function attached(
  message: ChatMessage,
  { upload }: ReadingOf,
  notes: FidelityNote[],
): Promise<{ readonly images: readonly PostImage[]; readonly attachments: PostAttachment[] }> {
  const images: PostImage[] = [];
  const attachments: PostAttachment[] = [];
  for (const one of message.attachment ?? []) {
    const id = lastPart(one.name);
    const { contentName: name, contentType = 'application/octet-stream', driveDataRef } = one;
    const called = name ? { name } : {};
    if (driveDataRef?.driveFileId) {
      const url = `https://drive.google.com/open?id=${driveDataRef.driveFileId}`;
      attachments.push({ id, ...called, contentType: 'reference', url });
      continue;
    }
    const bytes = await upload(one);
    if (bytes === undefined) {
      notes.push({
        code: 'attachment-left-out',
        text: `The attachment ${name ?? ''} is too large, or gone: its name stays.`,
      });
      attachments.push({ id, ...called, contentType });
    } else if (contentType.startsWith('image/')) images.push({ id, contentType, base64: bytes.toString('base64') });
    else attachments.push({ id, ...called, contentType, base64: bytes.toString('base64') });
  }
  return { images, attachments };
}

async function authorOf({ sender = {} }: ChatMessage, people: People): Promise<Post['by']> {
  if (sender.type === 'BOT') return { app: sender.displayName || 'App' };
  return (await people.personOf(sender)) ?? { app: sender.displayName || 'Unknown' };
}

async function reactionsOf({ reactions, people }: ReadingOf): Promise<NonNullable<Post['reactions']>> {
  const found = await Promise.all(
    (await reactions()).map(async ({ user, emoji }) => {
      const by = user === undefined ? undefined : await people.personOf(user);
      return by === undefined || !emoji?.unicode ? [] : [{ reaction: emoji.unicode, by }];
    }),
  );
  return found.flat();
}

/** With milliseconds always, however the service writes it. */
function moment(text: string | undefined): string | undefined {
  const at = Date.parse(text ?? '');
  return Number.isNaN(at) ? undefined : new Date(at).toISOString();
}
