import type { Socket } from 'node:net';
import { TRICKLE } from '@sterna/connector-kit';
import type { SternaError } from '@sterna/core';
import { connectionLost, networkError, protocolError, timedOut } from '../errors.ts';
import { parseStatusText, type ResponseCode } from './response-code.ts';
import { ResponseCursor } from './response-cursor.ts';
import { type Line, type LiteralSink, ResponseStream } from './response-stream.ts';

/** An untagged response: `* 12 EXISTS`, `* FLAGS (…)`, `* OK [CODE] text`. */
export interface Untagged {
  /** Upper case. */
  readonly name: string;
  readonly number: number | undefined;
  /** Behind the name. Who returns true from `untagged` has read it. */
  readonly cursor: ResponseCursor;
  /** Of OK, NO, BAD, BYE, PREAUTH. */
  readonly code: ResponseCode | undefined;
  readonly text: string;
}

export interface Reply {
  readonly status: 'OK' | 'NO' | 'BAD';
  readonly code: ResponseCode | undefined;
  readonly text: string;
  /** The reply came in place of the `+` that a literal waited for: nothing of that literal was sent. */
  readonly unsent?: true;
}

/** A string or message argument sent as a literal (RFC 9051 section 4.3). */
export interface LiteralPart {
  readonly size: number;
  readonly body: Buffer | AsyncIterable<Buffer>;
  /** Written in front of `{`: `~` for literal8, `UTF8 (~` for UTF8 APPEND. */
  readonly prefix?: string;
}

/** Command text as latin1, already validated by the caller, or a literal. */
export type Part = string | LiteralPart;

export interface CommandOptions {
  /** Untagged responses while this is among the commands under way, in order of sending; true: taken. */
  readonly untagged?: (response: Untagged) => boolean;
  /** A literal begins in a response of which `line` has come so far; a sink takes it as it comes. */
  readonly literal?: (line: Line, size: number) => LiteralSink | undefined;
  /**
   * A BAD leaves the connection alive. Only for commands made of our own constants: nothing of them can be taken for
   * another command.
   */
  readonly tolerateBad?: boolean;
  /** Answer to a continuation request (AUTHENTICATE): the line to send. */
  readonly continuation?: (text: string) => string;
}

export interface ConnectionLimits {
  /** With commands under way: no reply, and less than a trickle of bytes, for this long ends the connection. */
  readonly replyTimeoutMs: number;
}

interface Pending {
  readonly tag: string;
  readonly options: CommandOptions;
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: SternaError) => void;
  /** All bytes are in the kernel's hands. */
  flushed: boolean;
  /** A synchronizing literal waits for `+`. */
  onContinue: (() => void) | undefined;
  /** The tagged reply came: nothing more of this command may be sent. */
  over: boolean;
}

/** An idle connection whose replies nobody waits for may not swamp us either: it isn't read at all when paused. */
export class ImapConnection {
  #socket: Socket;
  #stream: ResponseStream;
  readonly #limits: ConnectionLimits;
  readonly #pending: Pending[] = [];
  #tag = 0;
  #error: SternaError | undefined;
  /** Commands are written one after the other, also where one waits for `+` or for its source. */
  #writing: Promise<void> | undefined;
  #paused = false;
  #bytesInWindow = 0;
  #repliesInWindow = 0;
  #watch: NodeJS.Timeout;
  #greeting: { resolve: (greeting: Untagged) => void; reject: (error: SternaError) => void } | undefined;
  readonly #onDestroyed = new Set<() => void>();
  #bye: string | undefined;

  capabilities: ReadonlySet<string> = new Set();
  /** Extensions that ENABLE confirmed, upper case. */
  readonly enabled: Set<string> = new Set();
  /** Extensions that ENABLE was asked for, whose answer is on its way. */
  readonly expected: Set<string> = new Set();

  constructor(socket: Socket, limits: ConnectionLimits) {
    this.#limits = limits;
    this.#socket = socket;
    this.#stream = this.#newStream();
    this.#listen();
    this.#watch = setInterval(() => this.#checkLife(), limits.replyTimeoutMs);
    this.#watch.unref();
  }

  get alive(): boolean {
    return this.#error === undefined;
  }

  get socket(): Socket {
    return this.#socket;
  }

  get utf8(): boolean {
    return this.enabled.has('UTF8=ACCEPT');
  }

  has(capability: string): boolean {
    return this.capabilities.has(capability);
  }

  /** @returns forgets the callback */
  onDestroyed(callback: () => void): () => void {
    if (this.#error) callback();
    else this.#onDestroyed.add(callback);
    return () => this.#onDestroyed.delete(callback);
  }

  greeting(): Promise<Untagged> {
    return new Promise((resolve, reject) => {
      if (this.#error) reject(this.#error);
      else this.#greeting = { resolve, reject };
    });
  }

  /**
   * Sends a command behind those already sent, without waiting for their replies. Rejects only where the connection
   * ends before the tagged reply; then nobody knows what the server did.
   */
  run(parts: readonly Part[], options: CommandOptions = {}): Promise<Reply> {
    return new Promise((resolve, reject) => {
      if (this.#error) {
        reject(this.#error);
        return;
      }
      const pending: Pending = {
        tag: `S${++this.#tag}`,
        options,
        resolve,
        reject,
        // Only what follows a literal's announcement can be taken for something else.
        flushed: parts.every((part) => typeof part === 'string'),
        onContinue: undefined,
        over: false,
      };
      if (this.#pending.length === 0) this.#resetWindow();
      this.#pending.push(pending);
      const send = (): Promise<void> =>
        this.#needsWaiting(parts) ? this.#writeSlowly(pending, parts) : this.#writeAtOnce(pending, parts);
      if (this.#writing === undefined && pending.flushed) send();
      else this.#queue(this.#writing === undefined ? send() : this.#writing.then(send));
    });
  }

  /**
   * A literal is alone in the socket's hands: Node writes what it has buffered together, and tells of the first command
   * only when the last is out, while the server may long have answered the first.
   */
  #queue(written: Promise<void>): void {
    const mine = written.catch((error) => this.destroy(asLost(error)));
    this.#writing = mine;
    mine.then(() => {
      if (this.#writing === mine) this.#writing = undefined;
    });
  }

  /** Stops reading from the socket, so that the server stops sending once the buffers between are full. */
  pause(): void {
    if (this.#paused || this.#error) return;
    this.#paused = true;
    this.#socket.pause();
  }

  resume(): void {
    if (!this.#paused || this.#error) return;
    this.#paused = false;
    this.#resetWindow();
    this.#socket.resume();
  }

  /** At once. All commands under way are rejected with `error`. */
  destroy(error: SternaError): void {
    if (this.#error) return;
    this.#error = error;
    clearInterval(this.#watch);
    this.#stream.stop();
    this.#socket.destroy();
    this.#greeting?.reject(error);
    for (const pending of this.#pending.splice(0)) {
      pending.over = true;
      pending.onContinue?.();
      pending.reject(error);
    }
    for (const callback of this.#onDestroyed) callback();
    this.#onDestroyed.clear();
  }

  /** Why it ended. */
  get error(): SternaError | undefined {
    return this.#error;
  }

  /** LOGOUT, with a short patience, then the end. */
  async close(): Promise<void> {
    if (this.#error) return;
    this.resume();
    const goodbye = this.run(['LOGOUT']).catch(() => undefined);
    let timer: NodeJS.Timeout | undefined;
    await Promise.race([
      goodbye,
      new Promise<void>((resolve) => {
        timer = setTimeout(resolve, 1000);
      }),
    ]);
    clearTimeout(timer);
    this.destroy(connectionLost('closed'));
  }

  /**
   * Goes over to `upgrade(socket)` after STARTTLS. What the server (or somebody between) sent in the clear behind its
   * OK is dropped: it must never be taken for a reply under TLS (CVE-2011-0411 and its kin).
   */
  async upgrade(wrap: (plain: Socket) => Promise<Socket>): Promise<void> {
    this.#stream.stop();
    this.#socket.removeAllListeners('data');
    this.#socket.removeAllListeners('close');
    this.#socket.removeAllListeners('error');
    this.#socket.pause();
    // The plain socket may still fail; TLS reports it, and an unheard 'error' would end the process.
    this.#socket.on('error', () => {});
    try {
      this.#socket = await wrap(this.#socket);
    } catch (thrown) {
      this.destroy(thrown as SternaError);
      throw thrown;
    }
    if (this.#error) {
      this.#socket.destroy();
      throw this.#error;
    }
    this.capabilities = new Set();
    this.#stream = this.#newStream();
    this.#listen();
  }

  #newStream(): ResponseStream {
    return new ResponseStream({
      line: (line) => this.#onLine(line),
      literal: (line, size) => {
        for (const pending of this.#pending) {
          const sink = pending.options.literal?.(line, size);
          if (sink) return sink;
        }
        return undefined;
      },
    });
  }

  #listen(): void {
    const socket = this.#socket;
    socket.on('data', (chunk: Buffer) => {
      this.#bytesInWindow += chunk.length;
      try {
        this.#stream.push(chunk);
      } catch (thrown) {
        this.destroy(asLost(thrown));
      }
    });
    socket.on('error', (thrown) =>
      this.destroy(networkError(thrown, socket.remoteAddress ?? 'server', socket.remotePort ?? 0)),
    );
    socket.on('close', () => this.destroy(connectionLost(this.#bye ?? 'closed by the server')));
  }

  #resetWindow(): void {
    this.#bytesInWindow = TRICKLE;
    this.#repliesInWindow = 1;
  }

  #checkLife(): void {
    const waiting = this.#pending.length > 0 || this.#greeting !== undefined;
    if (waiting && !this.#paused && this.#repliesInWindow === 0 && this.#bytesInWindow < TRICKLE)
      this.destroy(timedOut(`${this.#limits.replyTimeoutMs / 1000} s without a reply`));
    this.#bytesInWindow = 0;
    this.#repliesInWindow = 0;
  }

  #needsWaiting(parts: readonly Part[]): boolean {
    return parts.some((part) => typeof part !== 'string' && (!Buffer.isBuffer(part.body) || !this.#nonSync(part.size)));
  }

  /** RFC 7888: LITERAL+ lets a literal of any size go unannounced, LITERAL- one of up to 4096 bytes. */
  #nonSync(size: number): boolean {
    return this.has('LITERAL+') || (this.has('LITERAL-') && size <= 4096);
  }

  /** In one system call, as far as the kernel takes it. Resolves when all is in the kernel's hands. */
  #writeAtOnce(pending: Pending, parts: readonly Part[]): Promise<void> {
    if (this.#error) return Promise.resolve();
    const socket = this.#socket;
    socket.cork();
    let text = pending.tag;
    text += ' ';
    for (const part of parts) {
      if (typeof part === 'string') text += part;
      else {
        socket.write(`${text}${part.prefix ?? ''}{${part.size}+}\r\n`, 'latin1');
        text = '';
        if (part.size > 0) socket.write(part.body as Buffer);
      }
    }
    const flushed = new Promise<void>((resolve) => {
      socket.write(`${text}\r\n`, 'latin1', () => {
        pending.flushed = true;
        resolve();
      });
    });
    socket.uncork();
    return pending.flushed ? Promise.resolve() : flushed;
  }

  async #writeSlowly(pending: Pending, parts: readonly Part[]): Promise<void> {
    if (this.#error) return;
    let text = `${pending.tag} `;
    for (const part of parts) {
      if (typeof part === 'string') {
        text += part;
        continue;
      }
      const nonSync = this.#nonSync(part.size);
      const announced = `${text}${part.prefix ?? ''}{${part.size}${nonSync ? '+' : ''}}\r\n`;
      text = '';
      if (nonSync) this.#socket.write(announced, 'latin1');
      else {
        const go = new Promise<void>((resolve) => {
          pending.onContinue = resolve;
        });
        this.#socket.write(announced, 'latin1');
        await go;
        pending.onContinue = undefined;
        // A tagged NO in place of `+`: the server takes no literal, nothing more is to be sent.
        if (pending.over || this.#error) return;
      }
      await this.#writeBody(pending, part);
      if (this.#error) return;
    }
    await new Promise<void>((resolve) => {
      this.#socket.write(`${text}\r\n`, 'latin1', () => {
        pending.flushed = true;
        resolve();
      });
    });
  }

  async #writeBody(pending: Pending, part: LiteralPart): Promise<void> {
    if (Buffer.isBuffer(part.body)) {
      await this.#writeChunk(part.body);
      return;
    }
    let left = part.size;
    for await (const chunk of part.body) {
      if (pending.over || this.#error) return;
      left -= chunk.length;
      if (left < 0) throw connectionLost('the message is longer than announced');
      await this.#writeChunk(chunk);
    }
    if (left > 0) throw connectionLost('the message ended early while it was being sent');
  }

  #writeChunk(chunk: Buffer): Promise<void> | undefined {
    if (this.#error || chunk.length === 0 || this.#socket.write(chunk)) return undefined;
    const socket = this.#socket;
    return new Promise((resolve) => {
      const go = () => {
        socket.removeListener('drain', go);
        socket.removeListener('close', go);
        resolve();
      };
      socket.on('drain', go);
      socket.on('close', go);
    });
  }

  #onLine(line: Line): void {
    this.#repliesInWindow++;
    const text = line.texts[0] as string;
    if (text.startsWith('* ')) this.#onUntagged(line, text);
    else if (text.charCodeAt(0) === 43) this.#onContinuation(text.slice(1).trimStart());
    else this.#onTagged(text);
  }

  #onUntagged(line: Line, text: string): void {
    const cursor = new ResponseCursor(line);
    cursor.atom();
    let name = cursor.atom();
    let number: number | undefined;
    const first = name.charCodeAt(0);
    if (first >= 48 && first <= 57) {
      number = Number(name);
      name = cursor.atom();
    }
    name = name.toUpperCase();
    const isStatus = STATUS_NAMES.has(name);
    const status = isStatus ? parseStatusText(text.slice(text.indexOf(' ', 2) + 1)) : undefined;
    const response: Untagged = { name, number, cursor, code: status?.code, text: status?.text ?? '' };
    if (isStatus) {
      if (status?.code?.name === 'CAPABILITY') this.setCapabilities(status.code.args);
      if (this.#greeting) {
        const waiting = this.#greeting;
        this.#greeting = undefined;
        waiting.resolve(response);
        return;
      }
      if (name === 'BYE') this.#bye = 'the server said goodbye';
    } else if (name === 'CAPABILITY') {
      this.setCapabilities(cursor.rest);
    } else if (name === 'ENABLED') {
      for (const extension of cursor.rest.trim().split(/\s+/)) if (extension) this.enabled.add(extension.toUpperCase());
    }
    for (const pending of this.#pending) if (pending.options.untagged?.(response)) return;
  }

  setCapabilities(list: string): void {
    this.capabilities = new Set(list.trim().toUpperCase().split(/\s+/).slice(0, 500));
  }

  #onContinuation(text: string): void {
    for (const pending of this.#pending) {
      if (pending.onContinue) {
        pending.onContinue();
        return;
      }
      if (pending.options.continuation) {
        this.#socket.write(`${pending.options.continuation(text)}\r\n`, 'latin1');
        return;
      }
    }
  }

  #onTagged(text: string): void {
    const match = /^(\S+) (OK|NO|BAD)(?: (.*))?$/i.exec(text);
    const index = match ? this.#pending.findIndex((pending) => pending.tag === match[1]) : -1;
    const pending = this.#pending[index];
    if (!match || !pending) {
      this.destroy(protocolError('sent a line that is no reply to anything'));
      return;
    }
    const { code, text: words } = parseStatusText(match[3] ?? '');
    const refusedLiteral = pending.onContinue !== undefined;
    const reply: Reply = {
      status: (match[2] as string).toUpperCase() as Reply['status'],
      code,
      text: words,
      ...(refusedLiteral ? { unsent: true } : {}),
    };
    if (reply.status === 'OK' && code?.name === 'CAPABILITY') this.setCapabilities(code.args);
    pending.over = true;
    this.#pending.splice(index, 1);
    pending.onContinue?.();
    // The bytes still to come would be taken for commands; after a BAD those already sent may have been.
    if (!pending.flushed && !refusedLiteral) {
      if (reply.status === 'OK') this.#acceptOnceFlushed(pending, reply, 2);
      else {
        pending.resolve(reply);
        this.destroy(protocolError('refused a message before it had been sent'));
      }
      return;
    }
    pending.resolve(reply);
    if (reply.status === 'BAD' && !pending.options.tolerateBad)
      this.destroy(protocolError('did not understand a command'));
  }

  /**
   * An OK may overtake the news that our last bytes went out: the event loop can read the socket between writing to it
   * and telling so. Two turns later it has told; an OK before the end of what it acknowledges is a broken server.
   */
  #acceptOnceFlushed(pending: Pending, reply: Reply, turns: number): void {
    if (pending.flushed) pending.resolve(reply);
    else if (turns > 0 && !this.#error) setImmediate(() => this.#acceptOnceFlushed(pending, reply, turns - 1));
    else {
      const early = this.#error ?? protocolError('acknowledged a message before it had been sent');
      pending.reject(early);
      this.destroy(early);
    }
  }
}

const STATUS_NAMES: ReadonlySet<string> = new Set(['OK', 'NO', 'BAD', 'BYE', 'PREAUTH']);

const asLost = (thrown: unknown): SternaError => networkError(thrown, 'server', 0);
