import {
  ahead,
  type ChangePage,
  type Container,
  type Content,
  INLINE_LIMIT,
  type Reader,
  readOrTell,
  type Unreadable,
  type Vanished,
  wholeListing,
} from '@sterna/connector-kit';
import type { Conversations } from './conversations.ts';

export const CONVERSATIONS = 'Conversations';

/** Messages read at once. */
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
    const { glance, listed } = await this.#conversations.list();
    yield* wholeListing(
      listed.map((one) => ({ ...one, flags: [] })),
      glance,
    );
  }

  async *read(_container: string, ids: readonly string[]): AsyncGenerator<Content | Vanished | Unreadable> {
    for await (const [, one] of ahead(ids, IN_FLIGHT, (id) => readOrTell(id, () => this.#one(id)))) yield one;
  }

  async #one(id: string): Promise<Content | Vanished> {
    const found = await this.#conversations.read(id);
    if (found === undefined) return { id, vanished: true };
    const { raw, date, notes } = found;
    return { id, flags: [], date, size: raw.length, body: raw.length > INLINE_LIMIT ? once(raw) : raw, notes };
  }
}

async function* once(body: Buffer): AsyncGenerator<Buffer> {
  yield body;
}
