import type { Paged } from '../api/client.ts';
import { GMAIL_UNITS } from '../api/quotas.ts';
import type { PartContext } from '../part.ts';
import type { MailHeader } from './header.ts';
import { MESSAGES } from './message.ts';
import { mailScopes } from './scopes.ts';

/** Above as many, those that were written first are forgotten, and looked for when an answer comes. */
const MOST = 100_000;

interface Found extends Paged {
  readonly messages?: readonly { readonly threadId?: string }[];
}

/**
 * Which conversation a message belongs to. `messages.insert` joins none by itself, so it is told: that of the message it
 * answers, or of an answer that came before it.
 */
export class Threads {
  readonly #context: PartContext;
  /** By Message-ID, of messages and of what they answer; '': none was found. */
  readonly #known = new Map<string, string>();
  /** What is being written just now: an answer waits for it. */
  readonly #underWay = new Map<string, Promise<unknown>>();

  constructor(context: PartContext) {
    this.#context = context;
  }

  /**
   * Writes a message into its conversation.
   *
   * @param write Gets the conversation's id, and says which one the message is in now
   */
  async within<T extends { readonly threadId?: string | undefined }>(
    header: MailHeader,
    write: (threadId: string | undefined) => Promise<T>,
  ): Promise<T> {
    const { messageId, references } = header;
    const before = references.flatMap((id) => this.#underWay.get(id) ?? []);
    const work = (async () => {
      await Promise.allSettled(before);
      const written = await write(await this.#threadOf(header));
      if (written.threadId !== undefined)
        for (const id of [...references, ...(messageId === undefined ? [] : [messageId])])
          this.#remember(id, written.threadId);
      return written;
    })();
    if (messageId === undefined || this.#underWay.has(messageId)) return work;
    this.#underWay.set(messageId, work);
    try {
      return await work;
    } finally {
      this.#underWay.delete(messageId);
    }
  }

  async #threadOf({ messageId, references }: MailHeader): Promise<string | undefined> {
    for (const id of [...references.toReversed(), ...(messageId === undefined ? [] : [messageId])]) {
      const known = this.#known.get(id);
      if (known !== undefined && known !== '') return known;
    }
    const nearest = references.at(-1);
    if (nearest === undefined || this.#known.has(nearest)) return undefined;
    const found = await this.#look(nearest);
    this.#remember(nearest, found ?? '');
    return found;
  }

  async #look(messageId: string): Promise<string | undefined> {
    const { body } = await this.#context.client.send<Found | undefined>({
      method: 'GET',
      path: MESSAGES,
      query: { q: `rfc822msgid:${messageId.slice(1, -1)}`, maxResults: 1, fields: 'messages(id,threadId)' },
      doing: 'looking for the conversation',
      right: mailScopes.write[0],
      units: GMAIL_UNITS.listMessages,
    });
    return body?.messages?.[0]?.threadId;
  }

  #remember(messageId: string, threadId: string): void {
    this.#known.delete(messageId);
    this.#known.set(messageId, threadId);
    if (this.#known.size <= MOST) return;
    const [oldest] = this.#known.keys();
    if (oldest !== undefined) this.#known.delete(oldest);
  }
}
