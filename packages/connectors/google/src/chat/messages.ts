import type { FidelityNote } from '@sterna/connector-kit';
import { readPost, writePost } from '@sterna/content';
import { statusOf } from '../api/errors.ts';
import { containerGone } from '../items/gone.ts';
import {
  CHAT_SCOPES,
  type ChatAttachment,
  type ChatMessage,
  type ChatReaction,
  lastPart,
  type MessagesPage,
  type ReactionsPage,
} from './chat.ts';
import { fromMessage } from './from-message.ts';
import type { Spaces } from './spaces.ts';

const PAGE = 1_000;
/** Messages of a space kept as they were listed, so that reading them asks for none again. */
const KEPT = 5_000;
/** Of all uploads of a message: posts travel whole. */
const MOST_UPLOAD_BYTES = 2.5 * 1024 * 1024;

interface Known {
  readonly at: number;
  readonly replyTo: string | undefined;
  readonly message: ChatMessage | undefined;
}

export interface ListedMessage {
  readonly id: string;
  /** Id of the message that began its thread. */
  readonly replyTo: string | undefined;
  readonly message: ChatMessage;
}

/** What is said in the spaces of an entry. */
export class Messages {
  readonly #spaces: Spaces;
  readonly #known = new Map<string, Map<string, Known>>();

  constructor(spaces: Spaces) {
    this.#spaces = spaces;
  }

  /** In the order in which it was said. Of what was deleted only what was answered is among it. */
  async list(space: string): Promise<readonly ListedMessage[]> {
    const all: ChatMessage[] = [];
    try {
      for await (const { messages = [] } of (await this.#spaces.reader(space)).pages<MessagesPage>(
        this.#listing(space, {}),
      ))
        all.push(...messages);
    } catch (thrown) {
      throw statusOf(thrown) === 404 ? containerGone('space', thrown) : thrown;
    }
    all.sort((one, other) => momentOf(one) - momentOf(other));
    const roots = new Map<string, ChatMessage>();
    const answered = new Set<string>();
    for (const one of all) {
      const thread = one.thread?.name ?? one.name;
      if (!roots.has(thread)) roots.set(thread, one);
      else if (one.deleteTime === undefined) answered.add(thread);
    }
    const isRoot = (one: ChatMessage): boolean => roots.get(one.thread?.name ?? one.name) === one;
    const said = all.filter(
      (one) => one.deleteTime === undefined || (isRoot(one) && answered.has(one.thread?.name ?? one.name)),
    );
    const listed = said.map((message) => {
      const root = roots.get(message.thread?.name ?? message.name);
      return {
        id: this.idOf(message),
        replyTo: root === undefined || root === message ? undefined : this.idOf(root),
        message,
      };
    });
    this.#known.set(
      space,
      new Map(
        listed.map(({ id, replyTo, message }, at) => [
          id,
          { at: momentOf(message), replyTo, message: at < KEPT ? message : undefined },
        ]),
      ),
    );
    return listed;
  }

  /** Undefined where there is no such message. */
  async read(
    space: string,
    id: string,
  ): Promise<
    { readonly message: ChatMessage; readonly body: Buffer; readonly notes: readonly FidelityNote[] } | undefined
  > {
    const known = this.#known.get(space)?.get(id) ?? (await this.#listed(space, id));
    if (known === undefined) return undefined;
    const message = known.message ?? (await this.#again(space, id, known.at));
    if (message === undefined) return undefined;
    let left = MOST_UPLOAD_BYTES;
    const { people, role } = this.#spaces.context;
    const { post, notes } = await fromMessage(message, {
      people,
      replyTo: known.replyTo,
      isOurs: role === 'write' && message.clientAssignedMessageId !== undefined,
      upload: async (attachment) => {
        const bytes = await this.#upload(space, attachment, left);
        left -= bytes?.length ?? 0;
        return bytes;
      },
      reactions: async () => (role === 'read' ? this.#reactions(message) : []),
    });
    return { message, body: writePost(readPost(writePost(post))), notes };
  }

  /** Of a target, by the id that we gave it. Undefined: it isn't there. */
  async find(space: string, id: string): Promise<ChatMessage | undefined> {
    if (!this.#known.has(space)) await this.list(space);
    const known = this.#known.get(space)?.get(id);
    return known === undefined ? undefined : (known.message ?? this.#again(space, id, known.at));
  }

  /** One that was written. */
  remember(space: string, message: ChatMessage, replyTo: string | undefined): void {
    this.#known.get(space)?.set(this.idOf(message), { at: momentOf(message), replyTo, message: undefined });
  }

  /** Of a target: the id that we gave it, by which it is known before it is there. */
  idOf({ name, clientAssignedMessageId }: ChatMessage): string {
    return (this.#spaces.context.role === 'write' ? clientAssignedMessageId : undefined) ?? lastPart(name);
  }

  async #listed(space: string, id: string): Promise<Known | undefined> {
    await this.list(space);
    return this.#known.get(space)?.get(id);
  }

  /** What is being imported can be listed, but not asked for one by one. */
  async #again(space: string, id: string, at: number): Promise<ChatMessage | undefined> {
    const [after, before] = [new Date(at - 1).toISOString(), new Date(at + 1).toISOString()];
    const filter = `create_time > "${after}" AND create_time < "${before}"`;
    for await (const { messages = [] } of (await this.#spaces.reader(space)).pages<MessagesPage>(
      this.#listing(space, { filter }),
    )) {
      const found = messages.find((one) => this.idOf(one) === id);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  async #upload(space: string, { attachmentDataRef }: ChatAttachment, most: number): Promise<Buffer | undefined> {
    const key = attachmentDataRef?.resourceName;
    // While it is being imported, nobody may.
    if (key === undefined || (await this.#spaces.isImporting(space))) return undefined;
    const answer = await (await this.#spaces.reader(space)).open({
      method: 'GET',
      path: `/v1/media/${key}`,
      query: { alt: 'media' },
      doing: 'reading an attachment',
      right: CHAT_SCOPES.member[0],
      expected: [404],
    });
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of answer.body) {
      size += chunk.length;
      if (size > most) break;
      chunks.push(chunk);
    }
    return answer.status === 404 || size > most ? undefined : Buffer.concat(chunks);
  }

  async #reactions({ name, emojiReactionSummaries }: ChatMessage): Promise<readonly ChatReaction[]> {
    if ((emojiReactionSummaries ?? []).length === 0) return [];
    const space = name.split('/').slice(0, 2).join('/');
    const found: ChatReaction[] = [];
    for await (const { reactions = [] } of (await this.#spaces.reader(space)).pages<ReactionsPage>({
      method: 'GET',
      path: `/v1/${name}/reactions`,
      query: { pageSize: 200 },
      doing: 'listing the reactions to a message',
      right: CHAT_SCOPES.member[0],
    }))
      found.push(...reactions);
    return found;
  }

  #listing(space: string, query: { readonly filter?: string }) {
    return {
      method: 'GET',
      path: `/v1/${space}/messages`,
      query: { pageSize: PAGE, showDeleted: true, ...query },
      doing: 'listing the messages of a space',
      right: CHAT_SCOPES.member[0],
    } as const;
  }
}

export const momentOf = ({ createTime }: ChatMessage): number => Date.parse(createTime ?? '');

export const versionOf = ({ lastUpdateTime, deleteTime, createTime }: ChatMessage): string =>
  deleteTime ?? lastUpdateTime ?? createTime ?? '';
