import type { SternaError } from '@sterna/core';
import type { Mailbox } from './mailbox-name.ts';
import type { ImapConnection } from './protocol/connection.ts';
import { type Selected, select } from './protocol/select.ts';

/**
 * One place for a connection: dialled when first needed and again after it was lost. What needs a selected mailbox
 * takes turns by `exclusively`; commands that need none (APPEND, LIST, STATUS) may go any time.
 */
export class Link {
  readonly #dial: () => Promise<ImapConnection>;
  #connection: ImapConnection | undefined;
  #dialling: Promise<ImapConnection> | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #selected: Selected | undefined;
  #claim: object | undefined;

  constructor(dial: () => Promise<ImapConnection>) {
    this.#dial = dial;
  }

  /** The living connection, without dialling. */
  get current(): ImapConnection | undefined {
    return this.#connection?.alive ? this.#connection : undefined;
  }

  async connection(): Promise<ImapConnection> {
    const current = this.current;
    if (current) return current;
    this.#dialling ??= this.#dial().finally(() => {
      this.#dialling = undefined;
    });
    const connection = await this.#dialling;
    if (this.#connection !== connection) {
      this.#connection = connection;
      this.#selected = undefined;
    }
    return connection;
  }

  /** Runs alone among all that uses the selected mailbox. */
  exclusively<T>(work: (connection: ImapConnection) => Promise<T>): Promise<T> {
    const mine = this.#turn.then(async () => work(await this.connection()));
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  /** What this link has selected for writing, if it is this mailbox on this connection; else selects it. */
  async selectForWriting(connection: ImapConnection, mailbox: Mailbox): Promise<Selected> {
    const selected = this.#selected;
    if (selected && selected.wire === mailbox.wire && !selected.readOnly && connection === this.#connection) {
      // What other connections appended since is not in this one's view yet: a UID STORE would pass over it without
      // a word. NOOP brings it in (RFC 9051 section 7: EXISTS), and goes in one flight with what follows.
      connection.run(['NOOP']).catch(() => undefined);
      return selected;
    }
    this.forgetSelected();
    const fresh = await select(connection, mailbox.argument(connection), mailbox.wire, { readOnly: false });
    this.#selected = fresh;
    return fresh;
  }

  /** Somebody else selects on this link. */
  forgetSelected(): void {
    this.#selected = undefined;
    this.#claim = undefined;
  }

  /** Who selected last, to know later whether it is still so. */
  claim(owner: object): void {
    this.#claim = owner;
  }

  claimedBy(owner: object): boolean {
    return this.#claim === owner;
  }

  async close(): Promise<void> {
    await this.#dialling?.catch(() => undefined);
    await this.#connection?.close();
  }

  destroy(error: SternaError): void {
    this.#connection?.destroy(error);
  }
}
