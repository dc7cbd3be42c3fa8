import { createHash } from 'node:crypto';
import type { FidelityNote } from '@sterna/connector-kit';
import { segment } from '../graph/client.ts';
import { statusOf } from '../graph/errors.ts';
import { GROUP_RIGHTS } from '../groups/find-group.ts';
import type { GroupContext } from '../groups/group.ts';
import { attachedBytes } from '../outlook/attachments.ts';
import { composeMime, type MimePart } from './compose-mime.ts';
import {
  type GraphPost,
  type GraphPostAttachment,
  type GraphThread,
  peopleIn,
  THREAD_PROPERTIES,
} from './graph-conversations.ts';

/** A post by the id that the reader lists it under: its thread's and its own, neither of which has a space. */
interface Place {
  readonly threadId: string;
  readonly postId: string;
}

export const idOf = ({ threadId, postId }: Place): string => `${threadId} ${postId}`;

export function placeIn(id: string): Place {
  const [threadId = '', postId = ''] = id.split(' ');
  return { threadId, postId };
}

export interface Listed {
  readonly id: string;
  readonly date: Date;
}

/**
 * What was said in a group's mailbox, as mail. Apps may read it
 * (https://learn.microsoft.com/en-us/graph/api/group-list-threads); whoever is only written to sees none of it.
 */
export class Conversations {
  readonly #context: GroupContext;
  readonly #threads = new Map<string, GraphThread>();
  /** Of each thread its first post: what all others answer. */
  readonly #first = new Map<string, string>();

  constructor(context: GroupContext) {
    this.#context = context;
  }

  /** Equal as long as nothing was said, and no conversation removed; undefined where there is none. */
  async glance(): Promise<string | undefined> {
    return glanceOf(await this.#listThreads());
  }

  /** All of it, the oldest first, and the glance from before: what comes in between is listed twice rather than never. */
  async list(): Promise<{ readonly glance: string | undefined; readonly listed: readonly Listed[] }> {
    const threads = await this.#listThreads();
    const listed: Listed[] = [];
    for (const { id: threadId } of threads)
      for (const post of await this.#posts(threadId))
        listed.push({ id: idOf({ threadId, postId: post.id }), date: momentOf(post) });
    listed.sort((one, other) => one.date.getTime() - other.date.getTime());
    return { glance: glanceOf(threads), listed };
  }

  /** Undefined where it is gone. */
  async read(
    id: string,
  ): Promise<{ readonly date: Date; readonly raw: Buffer; readonly notes: readonly FidelityNote[] } | undefined> {
    const { threadId, postId } = placeIn(id);
    const thread = await this.#thread(threadId);
    if (thread === undefined) return undefined;
    if (!this.#first.has(threadId)) await this.#posts(threadId);
    const path = `${this.#pathOf(threadId)}/posts/${segment(postId)}`;
    const { status, body: post } = await this.#context.client.send<GraphPost>({
      ...this.#reading('reading a message of the group'),
      path,
      expected: [404],
    });
    if (status === 404) return undefined;
    const { parts, notes } = post.hasAttachments === true ? await this.#attachments(path) : { parts: [], notes: [] };
    const date = momentOf(post);
    return { date, raw: this.#compose(thread, post, parts), notes: [rebuiltNote(), ...notes] };
  }

  #compose(thread: GraphThread, post: GraphPost, parts: readonly MimePart[]): Buffer {
    const { address } = this.#context;
    const first = this.#first.get(thread.id);
    const isAnswer = first !== undefined && first !== post.id;
    const topic = thread.topic ?? '';
    const [from = { address: 'unknown@unknown.invalid' }] = peopleIn([post.from]);
    const [sender] = peopleIn([post.sender]);
    const to = peopleIn(thread.toRecipients);
    const domain = (to[0]?.address ?? address).split('@')[1] ?? 'group.invalid';
    const messageId = (postId: string): string =>
      `${createHash('sha256').update(postId).digest('hex').slice(0, 32)}@${domain}`;
    return composeMime({
      messageId: messageId(post.id),
      date: momentOf(post),
      from,
      sender: sender === undefined || sender.address === from.address ? undefined : sender,
      to: to.length > 0 ? to : address.includes('@') ? [{ address }] : [],
      cc: [...peopleIn(thread.ccRecipients), ...peopleIn(post.newParticipants)],
      subject: isAnswer && !/^re:/i.test(topic) ? `Re: ${topic}` : topic,
      inReplyTo: isAnswer ? messageId(first) : undefined,
      keywords: post.categories ?? [],
      body: { type: post.body?.contentType === 'html' ? 'html' : 'plain', text: post.body?.content ?? '' },
      parts,
    });
  }

  async #attachments(
    path: string,
  ): Promise<{ readonly parts: readonly MimePart[]; readonly notes: readonly FidelityNote[] }> {
    const listed = await this.#context.client.all<GraphPostAttachment>({
      ...this.#reading('reading attachments'),
      path: `${path}/attachments`,
    });
    const parts: MimePart[] = [];
    const notes: FidelityNote[] = [];
    for (const one of listed) {
      const { name, contentType, contentId, isInline, contentBytes } = one;
      if (one['@odata.type']?.endsWith('referenceAttachment') === true) {
        notes.push({
          code: 'attachment-is-link',
          text: `“${name ?? ''}” is a link to a file: it is left out, since Graph doesn’t tell where it leads.`,
        });
        continue;
      }
      const bytes =
        contentBytes == null
          ? await attachedBytes(this.#context, `${path}/attachments/${segment(one.id)}`, GROUP_RIGHTS.read)
          : Buffer.from(contentBytes, 'base64');
      const isItem = one['@odata.type']?.endsWith('itemAttachment') === true;
      parts.push({
        name: isItem ? `${name ?? 'message'}.eml` : (name ?? ''),
        contentType: contentType ?? '',
        bytes,
        contentId: isInline === true && contentId ? contentId : undefined,
      });
    }
    return { parts, notes };
  }

  async #thread(threadId: string): Promise<GraphThread | undefined> {
    const known = this.#threads.get(threadId);
    if (known !== undefined) return known;
    const { status, body } = await this.#context.client.send<GraphThread>({
      ...this.#reading('looking at a conversation of the group'),
      path: this.#pathOf(threadId),
      query: { $select: THREAD_PROPERTIES },
      expected: [404],
    });
    if (status === 404) return undefined;
    this.#threads.set(threadId, body);
    return body;
  }

  async #listThreads(): Promise<readonly GraphThread[]> {
    const threads = await this.#context.client.all<GraphThread>({
      ...this.#reading('listing the conversations of the group'),
      path: `${this.#context.path}/threads`,
      query: { $select: THREAD_PROPERTIES },
    });
    for (const thread of threads) this.#threads.set(thread.id, thread);
    return threads;
  }

  /** The oldest first; none where the thread is gone. */
  async #posts(threadId: string): Promise<readonly GraphPost[]> {
    try {
      const posts = await this.#context.client.all<GraphPost>({
        ...this.#reading('listing the messages of a conversation'),
        path: `${this.#pathOf(threadId)}/posts`,
        query: { $select: 'id,createdDateTime,receivedDateTime' },
      });
      posts.sort((one, other) => momentOf(one).getTime() - momentOf(other).getTime());
      const [first] = posts;
      if (first !== undefined) this.#first.set(threadId, first.id);
      return posts;
    } catch (thrown) {
      if (statusOf(thrown) === 404) return [];
      throw thrown;
    }
  }

  #pathOf(threadId: string): string {
    return `${this.#context.path}/threads/${segment(threadId)}`;
  }

  #reading(doing: string) {
    return { method: 'GET', doing, right: GROUP_RIGHTS.read, budget: this.#context.outlook } as const;
  }
}

function glanceOf(threads: readonly GraphThread[]): string | undefined {
  if (threads.length === 0) return undefined;
  const hash = createHash('sha256');
  for (const { id, lastDeliveredDateTime } of threads) hash.update(`${id}\0${lastDeliveredDateTime}\0`);
  return hash.digest('hex').slice(0, 32);
}

const momentOf = ({ receivedDateTime, createdDateTime }: GraphPost): Date => {
  const at = Date.parse(receivedDateTime ?? createdDateTime ?? '');
  return new Date(Number.isNaN(at) ? 0 : at);
};

const rebuiltNote = (): FidelityNote => ({
  code: 'message-rebuilt',
  text: 'Microsoft gives out no original of what is said in a group: the message was made of what it tells (author, time, people, text, files).',
});
