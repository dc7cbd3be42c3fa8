import type { Mention, Person, Post, PostAttachment, PostImage } from '@sterna/content';
import type { People } from '../groups/people.ts';
import type { GraphIdentitySet, GraphMessage } from './graph-teams.ts';
import { escaped, unsigned } from './signature.ts';

export interface ReadingOf {
  readonly people: People;
  /** Bytes of an inline image; undefined where it is gone. */
  image(
    message: GraphMessage,
    id: string,
  ): Promise<{ readonly contentType: string; readonly bytes: Buffer } | undefined>;
  /** Where a file of that URL is among the entry’s own; undefined: elsewhere. */
  fileAt(url: string): readonly string[] | undefined;
  /** A line of ours that names the author is believed of our own copies alone. */
  readonly isTarget: boolean;
}

/** What is left of a message that was deleted and answered: its place. */
const DELETED = '<p><em>This message was deleted.</em></p>';
const HOSTED = /(<img\b[^>]*\bsrc=")[^"]*\/hostedContents\/([^/"]+)\/\$value("[^>]*>)/gi;

/** A message of a channel, in words of no system. */
export async function fromMessage(message: GraphMessage, reading: ReadingOf): Promise<Post> {
  const { people } = reading;
  const { html, images } = await bodyOf(message, reading);
  const said = reading.isTarget ? unsigned(html) : { html };
  const mentions = message.deletedDateTime ? [] : await mentionsOf(message, people);
  const attachments = message.deletedDateTime
    ? []
    : (message.attachments ?? []).map((one) => attachmentOf(one, reading));
  const reactions = await reactionsOf(message, people);
  const importance = message.importance === 'high' || message.importance === 'urgent' ? message.importance : undefined;
  return {
    type: 'post',
    at: moment(message.createdDateTime) ?? '',
    by: said.by ?? (await authorOf(message.from, people)),
    ...(message.replyToId ? { replyTo: message.replyToId } : {}),
    ...(message.subject ? { subject: message.subject } : {}),
    ...(importance === undefined ? {} : { importance }),
    html: said.html,
    ...(mentions.length === 0 ? {} : { mentions }),
    ...(images.length === 0 ? {} : { images }),
    ...(attachments.length === 0 ? {} : { attachments }),
    ...(reactions.length === 0 ? {} : { reactions }),
    ...(message.lastEditedDateTime ? { edited: message.lastEditedDateTime } : {}),
    ...(message.deletedDateTime ? { deleted: message.deletedDateTime } : {}),
  };
}

async function bodyOf(
  message: GraphMessage,
  { image }: ReadingOf,
): Promise<{ readonly html: string; readonly images: readonly PostImage[] }> {
  if (message.deletedDateTime) return { html: DELETED, images: [] };
  const { contentType, content } = message.body ?? {};
  if (contentType !== 'html') return { html: lines(content ?? ''), images: [] };
  const images = new Map<string, PostImage>();
  for (const [, , id = ''] of (content ?? '').matchAll(HOSTED)) {
    const found = images.has(id) ? undefined : await image(message, id);
    if (found !== undefined)
      images.set(id, { id, contentType: found.contentType, base64: found.bytes.toString('base64') });
  }
  const html = (content ?? '').replace(HOSTED, (whole, before: string, id: string, after: string) =>
    images.has(id) ? `${before}image:${id}${after}` : whole,
  );
  return { html, images: [...images.values()] };
}

/** Plain text as paragraphs. */
const lines = (text: string): string =>
  text
    .split(/\r?\n/)
    .map((line) => `<p>${escaped(line)}</p>`)
    .join('');

async function authorOf(from: GraphIdentitySet | null | undefined, people: People): Promise<Post['by']> {
  const { user, application } = from ?? {};
  const person = user?.id ? await people.withId(user.id) : undefined;
  // Whoever left has a name still.
  return person ?? { app: user?.displayName ?? application?.displayName ?? 'Unknown' };
}

async function mentionsOf(message: GraphMessage, people: People): Promise<readonly Mention[]> {
  return Promise.all(
    (message.mentions ?? []).map(async ({ id, mentionText, mentioned }): Promise<Mention> => {
      const who = mentioned?.user?.id ? await people.withId(mentioned.user.id) : undefined;
      return { id: id ?? 0, text: mentionText ?? '', ...(who === undefined ? {} : { who }) };
    }),
  );
}

async function reactionsOf(message: GraphMessage, people: People): Promise<NonNullable<Post['reactions']>> {
  const found = await Promise.all(
    (message.reactions ?? []).map(async ({ reactionType, createdDateTime, user }) => {
      const by: Person | undefined = user?.user?.id ? await people.withId(user.user.id) : undefined;
      if (by === undefined) return [];
      return [{ reaction: reactionType, by, ...(createdDateTime ? { at: createdDateTime } : {}) }];
    }),
  );
  return found.flat();
}

function attachmentOf(
  { id, name, contentType, contentUrl, content }: NonNullable<GraphMessage['attachments']>[number],
  { fileAt }: ReadingOf,
): PostAttachment {
  const path = contentType === 'reference' && contentUrl ? fileAt(contentUrl) : undefined;
  return {
    id: id ?? '',
    contentType: contentType ?? '',
    ...(name ? { name } : {}),
    ...(contentUrl ? { url: contentUrl } : {}),
    ...(path === undefined ? {} : { path }),
    ...(content ? { content } : {}),
  };
}

/** With milliseconds always, however the service writes it. */
function moment(text: string | null | undefined): string | undefined {
  const at = Date.parse(text ?? '');
  return Number.isNaN(at) ? undefined : new Date(at).toISOString();
}
