import {
  ahead,
  type ChangePage,
  type Container,
  type Content,
  INLINE_LIMIT,
  type Reader,
  type Unreadable,
  type Vanished,
} from '@sterna/connector-kit';
import { asSternaError } from '@sterna/core';
import type { Conversations } from './conversations.ts';

export const CONVERSATIONS = 'Conversations';

/** Changes told at once, and messages read at once. */
const PAGE = 500;
const IN_FLIGHT = 4;

/** What was said in the group, in one container: conversations are held together by what answers what. */
export class ConversationsReader implements Reader {
  readonly #conversations: Conversations;

  constructor(conversations: Conversations) {
    this.#conversations = conversations;
  }

  /** None where nobody has said anything: most teams talk in their channels alone. */
  async containers(): Promise<readonly Container[]> {
    const glance = await this.#conversations.glance();
    return glance === undefined ? [] : [{ id: 'all', path: [CONVERSATIONS], kind: 'message', glance }];
  }

  async *changes(): AsyncGenerator<ChangePage> {
    // Before the listing: what comes in between is listed twice rather than never.
    const glance = await this.#conversations.glance();
    const changes = await this.#conversations.list();
    const next = { cursor: 'list', total: changes.length, ...(glance === undefined ? {} : { glance }) };
    for (let at = 0; at === 0 || at < changes.length; at += PAGE) {
      const page = changes.slice(at, at + PAGE);
      const isLast = at + PAGE >= changes.length;
      yield { changes: page.map((one) => ({ ...one, flags: [] })), mode: 'full', ...(isLast ? { next } : {}) };
    }
  }

  async *read(_container: string, ids: readonly string[]): AsyncGenerator<Content | Vanished | Unreadable> {
    for await (const [, one] of ahead(ids, IN_FLIGHT, (id) => this.#one(id))) yield one;
  }

  async #one(id: string): Promise<Content | Vanished | Unreadable> {
    try {
      const found = await this.#conversations.read(id);
      if (found === undefined) return { id, vanished: true };
      const { raw, date, notes } = found;
      return { id, flags: [], date, size: raw.length, body: raw.length > INLINE_LIMIT ? once(raw) : raw, notes };
    } catch (thrown) {
      const error = asSternaError(thrown);
      if (error.class === 'object') return { id, error };
      throw thrown;
    }
  }
}

async function* once(body: Buffer): AsyncGenerator<Buffer> {
  yield body;
}
