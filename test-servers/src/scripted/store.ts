/** Accounts, mailboxes and messages in memory. Tests may read and change them directly. */
import { createHash } from 'node:crypto';
import type { MailDate } from './syntax.ts';

export interface StoredMessage {
  uid: number;
  flags: Set<string>;
  date: MailDate;
  bytes: Buffer;
  modseq: number;
  emailId: string;
}

export class Mailbox {
  name: string;
  id: string;
  uidValidity: number;
  uidNext = 1;
  highestModseq = 1;
  messages: StoredMessage[] = [];
  expunged: { uid: number; modseq: number }[] = [];
  subscribed = false;
  specialUse: string | undefined;
  /** exists for its children only */
  noSelect = false;
  /** rights per identifier; empty: the owner has all */
  rights = new Map<string, string>();

  constructor(name: string, uidValidity: number) {
    this.name = name;
    this.uidValidity = uidValidity;
    this.id = `M${uidValidity.toString(36)}`;
  }

  add(bytes: Buffer, flags: Iterable<string>, date: MailDate): StoredMessage {
    const message: StoredMessage = {
      uid: this.uidNext++,
      flags: new Set(flags),
      date,
      bytes,
      modseq: ++this.highestModseq,
      emailId: `E${createHash('sha256').update(bytes).digest('hex').slice(0, 20)}`,
    };
    this.messages.push(message);
    return message;
  }

  byUid(uid: number): StoredMessage | undefined {
    let low = 0;
    let high = this.messages.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const message = this.messages[middle] as StoredMessage;
      if (message.uid === uid) return message;
      if (message.uid < uid) low = middle + 1;
      else high = middle - 1;
    }
    return undefined;
  }

  setFlags(message: StoredMessage, flags: Iterable<string>): void {
    const next = new Set(flags);
    if (next.size === message.flags.size && [...next].every((name) => message.flags.has(name))) return;
    message.flags = next;
    message.modseq = ++this.highestModseq;
  }

  remove(messages: StoredMessage[]): void {
    if (messages.length === 0) return;
    const gone = new Set(messages);
    const modseq = ++this.highestModseq;
    for (const { uid } of gone) this.expunged.push({ uid, modseq });
    this.messages = this.messages.filter((message) => !gone.has(message));
  }

  keywords(): string[] {
    const found = new Set<string>();
    for (const message of this.messages) {
      for (const name of message.flags) if (!name.startsWith('\\')) found.add(name);
    }
    return [...found];
  }

  get bytes(): number {
    return this.messages.reduce((sum, message) => sum + message.bytes.length, 0);
  }
}

let lastUidValidity = Math.floor(Date.now() / 1000);

export function newUidValidity(): number {
  return ++lastUidValidity;
}

export class Account {
  readonly user: string;
  readonly separator: string;
  readonly mailboxes = new Map<string, Mailbox>();
  /** names subscribed without a mailbox */
  readonly looseSubscriptions = new Set<string>();
  limits: { bytes?: number | undefined; messages?: number | undefined } = {};

  constructor(user: string, separator: string) {
    this.user = user;
    this.separator = separator;
  }

  /** INBOX is the same in any case; all other names are compared byte by byte. */
  static key(name: string): string {
    return name.toUpperCase() === 'INBOX' ? 'INBOX' : name;
  }

  find(name: string): Mailbox | undefined {
    return this.mailboxes.get(Account.key(name));
  }

  /** Makes the mailbox, and those above it. */
  create(name: string): Mailbox {
    const parts = Account.key(name).split(this.separator);
    for (let count = 1; count < parts.length; count++) {
      const above = parts.slice(0, count).join(this.separator);
      if (above && !this.find(above)) this.mailboxes.set(Account.key(above), new Mailbox(above, newUidValidity()));
    }
    const mailbox = new Mailbox(Account.key(name), newUidValidity());
    this.mailboxes.set(mailbox.name, mailbox);
    return mailbox;
  }

  children(name: string): Mailbox[] {
    return [...this.mailboxes.values()].filter((mailbox) => mailbox.name.startsWith(name + this.separator));
  }

  get used(): { bytes: number; messages: number } {
    let bytes = 0;
    let messages = 0;
    for (const mailbox of this.mailboxes.values()) {
      bytes += mailbox.bytes;
      messages += mailbox.messages.length;
    }
    return { bytes, messages };
  }
}
