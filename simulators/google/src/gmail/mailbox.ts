import { type Clock, Random, stateOf } from '@sterna/simulator-kit';
import type { Cloud } from '../cloud.ts';
import type { User } from '../state/domain.ts';
import { Ids } from '../state/ids.ts';
import { History } from './history.ts';
import { type Label, systemLabels } from './labels.ts';
import { type Index, indexOf, type Message, threadSubject } from './message.ts';
import { newSettings, type Settings } from './settings.ts';

export interface Draft {
  readonly id: string;
  messageId: string;
}

export interface NewMessage {
  readonly raw: Buffer;
  readonly labels: Iterable<string>;
  /** Milliseconds. */
  readonly internalDate: number;
  /** The conversation to join; undefined: a new one, or by `references`. */
  readonly threadId?: string | undefined;
  /** Joins the conversation that its References name. */
  readonly byReferences?: boolean;
}

/** A user's Gmail: messages, labels, conversations, history, settings. It knows nothing of HTTP. */
export class Mailbox {
  readonly user: User;
  readonly labels = new Map<string, Label>();
  readonly messages = new Map<string, Message>();
  readonly drafts = new Map<string, Draft>();
  readonly history: History;
  readonly settings: Settings;
  /** What was sent, oldest first: ids of messages as they were then, with their bytes. */
  readonly sent: { readonly at: number; readonly raw: Buffer }[] = [];
  readonly ids: Ids;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #threads = new Map<string, Message[]>();
  readonly #byMessageId = new Map<string, Message[]>();
  #lastId = 0x18c0_0000_0000_0000n;
  #sorted: Message[] | undefined;

  constructor(user: User, clock: Clock) {
    this.user = user;
    this.#clock = clock;
    this.#random = new Random(`gmail of ${user.id}`);
    this.ids = new Ids(this.#random);
    this.history = new History(this.#random.integer(1000, 900_000));
    this.settings = newSettings(user.primaryEmail, `${user.givenName} ${user.familyName}`);
    for (const label of systemLabels()) this.labels.set(label.id, label);
  }

  /** Newest first, by internal date. */
  get sorted(): readonly Message[] {
    this.#sorted ??= [...this.messages.values()].sort(newestFirst);
    return this.#sorted;
  }

  /** Oldest first. */
  thread(id: string): readonly Message[] {
    return (this.#threads.get(id) ?? []).toSorted((a, b) => newestFirst(b, a));
  }

  get threadIds(): Iterable<string> {
    return this.#threads.keys();
  }

  /** @param id without angle brackets */
  withMessageId(id: string): readonly Message[] {
    return this.#byMessageId.get(id) ?? [];
  }

  labelNamed(name: string): Label | undefined {
    const lower = name.toLowerCase();
    for (const label of this.labels.values()) if (label.name.toLowerCase() === lower) return label;
    return undefined;
  }

  createLabel(label: Omit<Label, 'id' | 'type'>): Label {
    const fresh: Label = { ...label, id: `Label_${this.ids.digits(19)}`, type: 'user' };
    this.labels.set(fresh.id, fresh);
    return fresh;
  }

  /** The label's messages lose it. */
  deleteLabel(id: string): void {
    for (const message of this.messages.values()) if (message.labels.has(id)) this.modify(message, [], [id]);
    this.labels.delete(id);
  }

  add({ raw, labels, internalDate, threadId, byReferences }: NewMessage): Message {
    const index = indexOf(raw);
    const id = this.#nextId();
    const now = this.#clock.now();
    const thread = threadId ?? (byReferences === true ? this.#threadOf(index) : undefined) ?? id;
    const message: Message = {
      id,
      threadId: thread,
      raw,
      internalDate,
      addedAt: now,
      labels: new Set(labels),
      historyId: 0,
      index,
    };
    this.messages.set(id, message);
    push(this.#threads, thread, message);
    if (index.messageId !== undefined) push(this.#byMessageId, index.messageId, message);
    this.#sorted = undefined;
    this.#record(message, { added: true });
    return message;
  }

  /** Labels come and go together; what has no effect leaves no trace. */
  modify(message: Message, add: readonly string[], remove: readonly string[]): void {
    const added = add.filter((id) => !message.labels.has(id) && !remove.includes(id));
    // What is thrown away or spam is no longer in the inbox.
    const out = added.some((id) => id === 'TRASH' || id === 'SPAM') ? ['INBOX'] : [];
    const removed = [...new Set([...remove, ...out])].filter((id) => message.labels.has(id));
    if (added.length + removed.length === 0) return;
    for (const id of removed) message.labels.delete(id);
    for (const id of added) message.labels.add(id);
    this.#record(message, { labelsAdded: added, labelsRemoved: removed });
  }

  /** For good. */
  remove(message: Message): void {
    this.messages.delete(message.id);
    pull(this.#threads, message.threadId, message);
    if (message.index.messageId !== undefined) pull(this.#byMessageId, message.index.messageId, message);
    for (const draft of this.drafts.values()) if (draft.messageId === message.id) this.drafts.delete(draft.id);
    this.#sorted = undefined;
    this.#record(message, { deleted: true });
  }

  /** Messages belong together when one refers to the other, and their subjects are the same but for prefixes. */
  #threadOf(index: Index): string | undefined {
    for (const id of index.references.toReversed()) {
      for (const message of this.withMessageId(id)) {
        if (threadSubject(message.index.subject) === threadSubject(index.subject)) return message.threadId;
      }
    }
    return undefined;
  }

  #record(
    message: Message,
    what: { added?: boolean; deleted?: boolean; labelsAdded?: string[]; labelsRemoved?: string[] },
  ): void {
    message.historyId = this.history.add({
      at: this.#clock.now(),
      messageId: message.id,
      threadId: message.threadId,
      added: what.added ?? false,
      deleted: what.deleted ?? false,
      labelsAdded: what.labelsAdded ?? [],
      labelsRemoved: what.labelsRemoved ?? [],
      labels: [...message.labels],
    });
  }

  #nextId(): string {
    this.#lastId += BigInt(this.#random.integer(1, 1 << 30));
    return this.#lastId.toString(16).padStart(16, '0');
  }
}

/** Fills a mailbox; called once, when it is first asked for. */
export type Filler = (mailbox: Mailbox) => void;

const fillers = new WeakMap<User, Filler>();

const mailboxes = stateOf((cloud: Cloud) =>
  stateOf((user: User) => {
    const mailbox = new Mailbox(user, cloud.clock);
    fillers.get(user)?.(mailbox);
    return mailbox;
  }),
);

/** The user's mailbox. */
export function mailboxOf(cloud: Cloud, user: User): Mailbox {
  return mailboxes(cloud)(user);
}

/** What the user's mailbox will hold when it is first asked for. */
export function fillLater(user: User, fill: Filler): void {
  fillers.set(user, fill);
}

function newestFirst(a: Message, b: Message): number {
  return b.internalDate - a.internalDate || (a.id < b.id ? 1 : -1);
}

function push<T>(map: Map<string, T[]>, key: string, value: T): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [value]);
  else known.push(value);
}

function pull<T>(map: Map<string, T[]>, key: string, value: T): void {
  const left = (map.get(key) ?? []).filter((other) => other !== value);
  if (left.length === 0) map.delete(key);
  else map.set(key, left);
}
