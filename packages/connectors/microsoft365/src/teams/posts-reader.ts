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
import { writePost } from '@sterna/content';
import { archivedNote } from './archiving.ts';
import type { Channels } from './channels.ts';
import { type Messages, momentOf, versionOf } from './messages.ts';
import { type PostsArchive, versionOfArchived } from './posts-archive.ts';

/** Posts read at once: images are asked for one by one. */
const IN_FLIGHT = 4;

/** Posts of channels, by the millisecond in which they were said: it is their id. */
export class PostsReader implements Reader {
  readonly #channels: Channels;
  readonly #messages: Messages;
  readonly #archive: PostsArchive | undefined;

  /** @param archive Of a target: where posts are that Teams didn't take */
  constructor(channels: Channels, messages: Messages, archive: PostsArchive | undefined) {
    this.#channels = channels;
    this.#messages = messages;
    this.#archive = archive;
  }

  containers(): Promise<readonly Container[]> {
    return this.#channels.containers();
  }

  /** Always the whole channel: what is asked for by changes leaves the answers out. */
  async *changes(container: string): AsyncGenerator<ChangePage> {
    await this.#channels.reveal(container);
    const messages = await this.#messages.list(container);
    const conversations = conversationsOf(
      messages.map(({ id, replyToId }) => ({ id, replyTo: replyToId || undefined })),
    );
    const changes = messages.map((one) => ({
      id: one.id,
      version: versionOf(one),
      date: new Date(momentOf(one)),
      conversation: conversations.get(one.id) as Conversation,
    }));
    yield* wholeListing(changes);
  }

  async *read(container: string, ids: readonly string[]): AsyncGenerator<Content | Vanished | Unreadable> {
    await this.#channels.reveal(container);
    for await (const [, one] of ahead(ids, IN_FLIGHT, (id) => readOrTell(id, () => this.#one(container, id))))
      yield one;
  }

  async #one(container: string, id: string): Promise<Content | Vanished> {
    const found = await this.#messages.read(container, id);
    if (found === undefined) return this.#archived(container, id);
    const { message, body } = found;
    const date = new Date(momentOf(message));
    return { id, flags: [], date, size: body.length, body, version: versionOf(message) };
  }

  async #archived(container: string, id: string): Promise<Content | Vanished> {
    const post = await this.#archive?.read(container, id);
    if (post === undefined) return { id, vanished: true };
    const body = writePost(post);
    const version = versionOfArchived(post);
    const notes = [archivedNote('Teams didn’t take it when it was written')];
    return { id, flags: [], date: new Date(Number(id)), size: body.length, body, version, notes };
  }
}
