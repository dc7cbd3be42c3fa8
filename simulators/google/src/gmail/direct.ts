import type { Google } from '../server.ts';
import { addDraft } from './draft-routes.ts';
import { type Mailbox, mailboxOf } from './mailbox.ts';
import { type Message, partsOf } from './message.ts';
import type { MimePart } from './mime.ts';

export interface DirectGmailMessage {
  readonly id: string;
  readonly threadId: string;
  /** Names: system labels as they are (`INBOX`), the user's with slashes. */
  readonly labels: readonly string[];
  readonly mime: Buffer;
  /** Milliseconds. */
  readonly internalDate: number;
  readonly isDraft: boolean;
  readonly attachments: readonly { readonly name: string; readonly content: Buffer }[];
}

/** A mailbox past the API: what a test puts in and finds without trusting any client, this service included. */
export class DirectGmail {
  readonly #server: Google;
  readonly #mailbox: Mailbox;

  constructor(server: Google, address: string) {
    const found = server.cloud.findUser(address);
    if (found === undefined) throw new Error(`no user ${address}`);
    this.#server = server;
    this.#mailbox = mailboxOf(server.cloud, found.user);
  }

  /** Settings and all else. */
  get mailbox(): Mailbox {
    return this.#mailbox;
  }

  /**
   * As if it had been delivered so: with its bytes. Makes labels as needed; DRAFT makes it a draft.
   *
   * @param labels names
   * @returns the message's id
   */
  put(labels: readonly string[], mime: Buffer, internalDate = this.#server.clock.now()): string {
    const ids = labels.map((name) => this.#labelId(name));
    const message = this.#mailbox.add({ raw: mime, labels: ids, internalDate, byReferences: true });
    if (ids.includes('DRAFT')) addDraft(this.#mailbox, message);
    return message.id;
  }

  /** Oldest first, spam and trash included. */
  messages(): DirectGmailMessage[] {
    return this.#mailbox.sorted.toReversed().map((message) => this.#told(message));
  }

  message(id: string): DirectGmailMessage | undefined {
    const message = this.#mailbox.messages.get(id);
    return message && this.#told(message);
  }

  /** @param add names @param remove names */
  relabel(id: string, add: readonly string[], remove: readonly string[]): void {
    const message = this.#mailbox.messages.get(id);
    if (message === undefined) throw new Error(`no message ${id}`);
    const ids = (names: readonly string[]) => names.map((name) => this.#labelId(name));
    this.#mailbox.modify(message, ids(add), ids(remove));
  }

  /** For good. */
  remove(id: string): void {
    const message = this.#mailbox.messages.get(id);
    if (message !== undefined) this.#mailbox.remove(message);
  }

  /** Names of the user's labels. */
  labels(): string[] {
    return [...this.#mailbox.labels.values()].filter(({ type }) => type === 'user').map(({ name }) => name);
  }

  /** The label's id; it is made if there is none of that name. */
  #labelId(name: string): string {
    const known = this.#mailbox.labels.get(name) ?? this.#mailbox.labelNamed(name);
    const visible = { messageListVisibility: 'show', labelListVisibility: 'labelShow', color: undefined } as const;
    return (known ?? this.#mailbox.createLabel({ name, ...visible })).id;
  }

  #told(message: Message): DirectGmailMessage {
    return {
      id: message.id,
      threadId: message.threadId,
      labels: [...message.labels].map((id) => this.#mailbox.labels.get(id)?.name ?? id),
      mime: message.raw,
      internalDate: message.internalDate,
      isDraft: [...this.#mailbox.drafts.values()].some(({ messageId }) => messageId === message.id),
      attachments: attachmentsOf(partsOf(message)).map(({ filename, body }) => ({ name: filename, content: body })),
    };
  }
}

function attachmentsOf(part: MimePart): MimePart[] {
  const own = part.parts.length === 0 && (part.filename !== '' || part.attachment) ? [part] : [];
  return [...own, ...part.parts.flatMap(attachmentsOf)];
}
