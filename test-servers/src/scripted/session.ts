/** One connection: what it has selected, what it was told, and its way out (filtered, dripping, recorded). */
import type { Socket } from 'node:net';
import { ByteReader } from './bytes.ts';
import type { Account, Mailbox, StoredMessage } from './store.ts';
import { type Arguments, toSet } from './syntax.ts';

export interface TranscriptLine {
  session: number;
  from: 'client' | 'server';
  /** literals as `{n}` only, when they came from the client */
  text: string;
}

/** What a client was last told about a message. */
interface Known {
  uid: number;
  modseq: number;
}

export class Session {
  readonly id: number;
  readonly socket: Socket;
  readonly reader: ByteReader;
  readonly transcript: TranscriptLine[];
  account: Account | undefined;
  selected: Mailbox | undefined;
  readOnly = false;
  readonly enabled = new Set<string>();
  /** Sees all bytes before they go out and may change or drop them. Reset for each command. */
  filter: ((bytes: Buffer) => Buffer | undefined) | undefined;
  /** Sends so many bytes at a time, with a pause after each. */
  drip: { bytes: number; everyMs: number } | undefined;
  #view: Known[] = [];
  #viewModseq = 0;
  #out: Promise<void> = Promise.resolve();

  constructor(id: number, socket: Socket, transcript: TranscriptLine[]) {
    this.id = id;
    this.socket = socket;
    this.transcript = transcript;
    this.reader = new ByteReader(socket);
    socket.on('error', () => {});
    socket.setNoDelay(true);
  }

  get alive(): boolean {
    return !this.socket.destroyed && this.socket.writable;
  }

  /** Raw bytes to the client. */
  write(data: string | Buffer): void {
    let bytes: Buffer | undefined = typeof data === 'string' ? Buffer.from(data, 'latin1') : data;
    if (this.filter) bytes = this.filter(bytes);
    if (!bytes || bytes.length === 0 || !this.alive) return;
    this.transcript.push({ session: this.id, from: 'server', text: bytes.toString('latin1').replace(/\r\n$/, '') });
    const out = bytes;
    const drip = this.drip;
    if (!drip) {
      this.#out = this.#out.then(() => this.#send(out));
      return;
    }
    this.#out = this.#out.then(async () => {
      for (let at = 0; at < out.length && this.alive; at += drip.bytes) {
        this.#send(out.subarray(at, at + drip.bytes));
        await new Promise((resolve) => setTimeout(resolve, drip.everyMs));
      }
    });
  }

  #send(bytes: Buffer): void {
    if (this.alive) this.socket.write(bytes);
  }

  line(text: string): void {
    this.write(`${text}\r\n`);
  }

  /** Resolves when everything written so far was handed to the kernel. */
  flushed(): Promise<void> {
    return this.#out;
  }

  /** Closes at once, with a reset where there is unread input. What was written before may or may not arrive. */
  die(): void {
    this.socket.destroy();
  }

  async end(): Promise<void> {
    await this.#out;
    this.socket.end();
  }

  open(mailbox: Mailbox, readOnly: boolean): void {
    this.selected = mailbox;
    this.readOnly = readOnly;
    this.#view = mailbox.messages.map(({ uid, modseq }) => ({ uid, modseq }));
    this.#viewModseq = mailbox.highestModseq;
  }

  close(): void {
    this.selected = undefined;
    this.#view = [];
  }

  get count(): number {
    return this.#view.length;
  }

  /** The messages as this client numbers them: sequence number and message. */
  numbered(): { sequence: number; message: StoredMessage }[] {
    const found: { sequence: number; message: StoredMessage }[] = [];
    this.#view.forEach(({ uid }, index) => {
      const message = this.selected?.byUid(uid);
      if (message) found.push({ sequence: index + 1, message });
    });
    return found;
  }

  /** The client knows the message's present state: no untagged FETCH is owed for it. */
  told(sequence: number, modseq: number): void {
    const known = this.#view[sequence - 1];
    if (known) known.modseq = modseq;
  }

  /** Tells what others did to the selected mailbox. Expunges shift numbers, so not every moment allows them. */
  refresh(options: { expunges: boolean; condstore: boolean }): void {
    const mailbox = this.selected;
    if (!mailbox || mailbox.highestModseq === this.#viewModseq) return;
    if (options.expunges) {
      const gone = this.#view.filter(({ uid }) => !mailbox.byUid(uid));
      if (gone.length > 0 && this.enabled.has('QRESYNC')) {
        this.line(`* VANISHED ${toSet(gone.map(({ uid }) => uid))}`);
        const uids = new Set(gone.map(({ uid }) => uid));
        this.#view = this.#view.filter(({ uid }) => !uids.has(uid));
      } else if (gone.length > 0) {
        for (let index = this.#view.length - 1; index >= 0; index--) {
          if (mailbox.byUid((this.#view[index] as Known).uid)) continue;
          this.line(`* ${index + 1} EXPUNGE`);
          this.#view.splice(index, 1);
        }
      }
    }
    const last = this.#view.at(-1)?.uid ?? 0;
    const added = mailbox.messages.filter(({ uid }) => uid > last);
    if (added.length > 0) {
      this.#view.push(...added.map(({ uid, modseq }) => ({ uid, modseq })));
      this.line(`* ${this.#view.length} EXISTS`);
    }
    for (const { sequence, message } of this.numbered()) {
      const known = this.#view[sequence - 1];
      if (!known || message.modseq <= known.modseq) continue;
      known.modseq = message.modseq;
      const modseq = options.condstore && this.enabled.has('CONDSTORE') ? ` MODSEQ (${message.modseq})` : '';
      this.line(`* ${sequence} FETCH (UID ${message.uid} FLAGS (${[...message.flags].join(' ')})${modseq})`);
    }
    if (options.expunges) this.#viewModseq = mailbox.highestModseq;
  }
}

export type Outcome = 'OK' | 'NO' | 'BAD';

/** One command of a client, for handlers to answer, change, or hand on to the server's own answer. */
export class Command {
  readonly session: Session;
  readonly tag: string;
  /** in capitals; with UID in front where it belongs: `UID FETCH` */
  readonly name: string;
  /** everything after the name, literals as `{n}` */
  readonly text: string;
  readonly literals: Buffer[];
  readonly args: Arguments;
  /** Runs the server's own answer to this command. */
  readonly next: () => Promise<void>;
  finished = false;

  constructor(
    session: Session,
    parts: { tag: string; name: string; text: string; literals: Buffer[]; args: Arguments },
    next: (command: Command) => Promise<void>,
  ) {
    this.session = session;
    this.tag = parts.tag;
    this.name = parts.name;
    this.text = parts.text;
    this.literals = parts.literals;
    this.args = parts.args;
    this.next = () => next(this);
  }

  /** `* …` */
  untagged(text: string): void {
    this.session.line(`* ${text}`);
  }

  reply(outcome: Outcome, text: string): void {
    this.finished = true;
    this.session.line(`${this.tag} ${outcome} ${text}`);
  }

  ok(text: string): void {
    this.reply('OK', text);
  }

  no(text: string): void {
    this.reply('NO', text);
  }

  bad(text: string): void {
    this.reply('BAD', text);
  }

  /** Raw bytes, as they are. */
  write(data: string | Buffer): void {
    this.session.write(data);
  }

  /** From here on nothing that answers this command goes out. */
  swallow(): void {
    this.session.filter = () => undefined;
  }

  die(): void {
    this.finished = true;
    this.session.die();
  }
}
