import {
  ahead,
  type ChangePage,
  type Container,
  type Content,
  type Conversation,
  conversationsOf,
  type Reader,
  readOrTell,
  type Unreadable,
  type Vanished,
  wholeListing,
} from '@sterna/connector-kit';
import { type Messages, momentOf, versionOf } from './messages.ts';
import type { Spaces } from './spaces.ts';

/** Posts read at once: attachments and reactions are asked for one by one. */
const IN_FLIGHT = 4;

/** What is said in spaces. */
export class PostsReader implements Reader {
  readonly #spaces: Spaces;
  readonly #messages: Messages;

  constructor(spaces: Spaces, messages: Messages) {
    this.#spaces = spaces;
    this.#messages = messages;
  }

  containers(): Promise<readonly Container[]> {
    return this.#spaces.containers();
  }

  /** Always the whole space: what was changed or deleted since isn't asked for by itself. */
  async *changes(container: string): AsyncGenerator<ChangePage> {
    const listed = await this.#messages.list(container);
    const conversations = conversationsOf(listed);
    const changes = listed.map(({ id, message }) => ({
      id,
      version: versionOf(message),
      date: new Date(momentOf(message)),
      conversation: conversations.get(id) as Conversation,
    }));
    yield* wholeListing(changes);
  }

  async *read(container: string, ids: readonly string[]): AsyncGenerator<Content | Vanished | Unreadable> {
    for await (const [, one] of ahead(ids, IN_FLIGHT, (id) => readOrTell(id, () => this.#one(container, id))))
      yield one;
  }

  async #one(container: string, id: string): Promise<Content | Vanished> {
    const found = await this.#messages.read(container, id);
    if (found === undefined) return { id, vanished: true };
    const { message, body, notes } = found;
    const date = new Date(momentOf(message));
    const told = notes.length === 0 ? {} : { notes };
    return { id, flags: [], date, size: body.length, body, version: versionOf(message), ...told };
  }
}
