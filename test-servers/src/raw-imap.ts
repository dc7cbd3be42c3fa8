/**
 * A bare IMAP client for looking at servers from outside: it sends what it is told and returns what came. It has no
 * opinion on capabilities and shares nothing with the connectors. Text is Latin-1: one character per byte.
 */
import { type Socket, connect as tcpConnect } from 'node:net';
import { type TLSSocket, connect as tlsConnect } from 'node:tls';

export interface RawTls {
  ca?: string;
  servername?: string;
  /** false to look at a certificate without trusting it */
  verify?: boolean;
}

export interface RawTarget {
  host: string;
  port: number;
  /** TLS from the first byte */
  tls?: RawTls | undefined;
  timeoutMs?: number;
}

export interface RawReply {
  status: 'OK' | 'NO' | 'BAD';
  /** what follows the status, response code included */
  text: string;
  /** untagged responses, literals spliced in after their `{n}` CRLF, without the last CRLF */
  untagged: string[];
}

export interface RawAppend {
  flags?: string[];
  /** as IMAP writes it: `01-Jan-2024 00:00:00 +0000` */
  date?: string;
}

export class RawImap {
  greeting = '';
  socket: Socket | TLSSocket;
  #timeoutMs: number;
  #buffer: Buffer = Buffer.alloc(0);
  #closed = false;
  #error: Error | undefined;
  #wake: (() => void) | undefined;
  #tag = 0;

  constructor(socket: Socket | TLSSocket, timeoutMs: number) {
    this.socket = socket;
    this.#timeoutMs = timeoutMs;
    this.#listen();
  }

  static async connect(target: RawTarget): Promise<RawImap> {
    const { host, port, tls, timeoutMs = 10_000 } = target;
    const socket = tls
      ? tlsConnect({ host, port, ...tlsOptions(tls, host) })
      : tcpConnect({ host, port, noDelay: true });
    await new Promise<void>((resolve, reject) => {
      socket.once(tls ? 'secureConnect' : 'connect', resolve);
      socket.once('error', reject);
      socket.once('close', () => reject(new Error('closed before the connection was up')));
    });
    const client = new RawImap(socket, timeoutMs);
    client.greeting = await client.readResponse();
    return client;
  }

  #listen(): void {
    this.socket.on('data', (chunk: Buffer) => {
      this.#buffer = this.#buffer.length === 0 ? chunk : Buffer.concat([this.#buffer, chunk]);
      this.#wake?.();
    });
    this.socket.on('error', (error) => {
      this.#error = error;
      this.#wake?.();
    });
    this.socket.on('close', () => {
      this.#closed = true;
      this.#wake?.();
    });
  }

  get closed(): boolean {
    return this.#closed;
  }

  write(bytes: string | Buffer): void {
    this.socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
  }

  async #more(): Promise<void> {
    if (this.#error) throw this.#error;
    if (this.#closed) throw new Error('the server closed the connection');
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve, reject) => {
      this.#wake = resolve;
      timer = setTimeout(() => reject(new Error(`no answer in ${this.#timeoutMs} ms`)), this.#timeoutMs);
    }).finally(() => clearTimeout(timer));
    this.#wake = undefined;
  }

  /** One response with its literals, without the last CRLF. */
  async readResponse(): Promise<string> {
    let scanned = 0;
    for (;;) {
      const end = this.#buffer.indexOf('\r\n', scanned);
      if (end < 0) {
        await this.#more();
        continue;
      }
      const literal = /\{(\d+)\}$/.exec(this.#buffer.subarray(Math.max(scanned, end - 24), end).toString('latin1'));
      if (literal) {
        const next = end + 2 + Number(literal[1]);
        while (this.#buffer.length < next) await this.#more();
        scanned = next;
        continue;
      }
      const response = this.#buffer.subarray(0, end).toString('latin1');
      this.#buffer = this.#buffer.subarray(end + 2);
      return response;
    }
  }

  /** Resolves once the other side has closed; false after `ms`. */
  async waitClosed(ms = 2000): Promise<boolean> {
    const deadline = Date.now() + ms;
    while (!this.#closed && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 5));
    return this.#closed;
  }

  /**
   * Sends one command, tag added. Strings go as they are; a Buffer goes as a literal: `{n}` and waiting for `+`, or
   * `{n+}` when the option says so. A literal that is refused ends the command there.
   */
  async run(parts: (string | Buffer)[], options: { nonSync?: boolean } = {}): Promise<RawReply> {
    const tag = `T${++this.#tag}`;
    const untagged: string[] = [];
    let out: Buffer[] = [Buffer.from(`${tag} `)];
    const flush = () => {
      this.write(Buffer.concat(out));
      out = [];
    };
    for (const part of parts) {
      if (typeof part === 'string') {
        out.push(Buffer.from(part, 'latin1'));
        continue;
      }
      out.push(Buffer.from(`{${part.length}${options.nonSync ? '+' : ''}}\r\n`));
      if (!options.nonSync) {
        flush();
        const refusal = await this.#until(tag, untagged, true);
        if (refusal) return refusal;
      }
      out.push(part);
    }
    out.push(Buffer.from('\r\n'));
    flush();
    const reply = await this.#until(tag, untagged, false);
    if (!reply) throw new Error('unexpected continuation');
    return reply;
  }

  async #until(tag: string, untagged: string[], goAheadWanted: boolean): Promise<RawReply | undefined> {
    for (;;) {
      const response = await this.readResponse();
      if (response.startsWith(`${tag} `)) {
        const [, status = '', text = ''] = /^\S+ (\S+) ?([\s\S]*)$/.exec(response) ?? [];
        return { status: status.toUpperCase() as RawReply['status'], text, untagged };
      }
      if (response.startsWith('+') && goAheadWanted) return undefined;
      untagged.push(response);
    }
  }

  command(line: string): Promise<RawReply> {
    return this.run([line]);
  }

  /** As `command`, but anything except OK is thrown. */
  async ok(line: string): Promise<RawReply> {
    const reply = await this.command(line);
    if (reply.status !== 'OK')
      throw new Error(`${line.split(' ').slice(0, 2).join(' ')}: ${reply.status} ${reply.text}`);
    return reply;
  }

  async capabilities(): Promise<string[]> {
    const reply = await this.ok('CAPABILITY');
    const line = reply.untagged.find((text) => /^\* CAPABILITY /i.test(text)) ?? '';
    return line.split(' ').slice(2);
  }

  async login(user: string, password = 'pw'): Promise<RawReply> {
    return this.command(`LOGIN ${quote(user)} ${quote(password)}`);
  }

  /** SASL with an initial response; an error challenge is answered by an empty line, as XOAUTH2 wants. */
  async authenticate(mechanism: string, response: string): Promise<RawReply & { challenge?: string }> {
    const tag = `T${++this.#tag}`;
    const untagged: string[] = [];
    this.write(`${tag} AUTHENTICATE ${mechanism} ${Buffer.from(response, 'latin1').toString('base64') || '='}\r\n`);
    let challenge: string | undefined;
    for (;;) {
      const reply = await this.#untilOrChallenge(tag, untagged);
      if (typeof reply !== 'string') return challenge === undefined ? reply : { ...reply, challenge };
      challenge = Buffer.from(reply, 'base64').toString('latin1');
      this.write('\r\n');
    }
  }

  async #untilOrChallenge(tag: string, untagged: string[]): Promise<RawReply | string> {
    for (;;) {
      const response = await this.readResponse();
      if (response.startsWith('+')) return response.slice(1).trim();
      if (response.startsWith(`${tag} `)) {
        const [, status = '', text = ''] = /^\S+ (\S+) ?([\s\S]*)$/.exec(response) ?? [];
        return { status: status.toUpperCase() as RawReply['status'], text, untagged };
      }
      untagged.push(response);
    }
  }

  plain(user: string, password: string, authorizeAs = ''): Promise<RawReply & { challenge?: string }> {
    return this.authenticate('PLAIN', `${authorizeAs}\0${user}\0${password}`);
  }

  xoauth2(user: string, token: string): Promise<RawReply & { challenge?: string }> {
    return this.authenticate('XOAUTH2', `user=${user}\x01auth=Bearer ${token}\x01\x01`);
  }

  append(mailbox: string, message: string | Buffer, options: RawAppend = {}): Promise<RawReply> {
    return this.multiAppend(mailbox, [{ message, ...options }]);
  }

  /** Several messages in one APPEND (one message: a plain APPEND). */
  multiAppend(
    mailbox: string,
    messages: ({ message: string | Buffer } & RawAppend)[],
    nonSync = false,
  ): Promise<RawReply> {
    const parts: (string | Buffer)[] = [`APPEND ${quote(mailbox)}`];
    for (const { message, flags, date } of messages) {
      parts.push(flags ? ` (${flags.join(' ')}) ` : ' ', date ? `"${date}" ` : '');
      parts.push(typeof message === 'string' ? Buffer.from(message, 'latin1') : message);
    }
    return this.run(parts, { nonSync });
  }

  async startTls(tls: RawTls, host: string): Promise<void> {
    await this.ok('STARTTLS');
    const plain = this.socket;
    plain.removeAllListeners('data');
    plain.removeAllListeners('close');
    const secure = tlsConnect({ socket: plain, ...tlsOptions(tls, host) });
    await new Promise<void>((resolve, reject) => {
      secure.once('secureConnect', resolve);
      secure.once('error', reject);
    });
    this.socket = secure;
    this.#listen();
  }

  async logout(): Promise<void> {
    if (!this.#closed) await this.command('LOGOUT').catch(() => {});
    this.close();
  }

  close(): void {
    this.socket.destroy();
  }
}

export function quote(text: string): string {
  return `"${text.replace(/[\\"]/g, '\\$&')}"`;
}

function tlsOptions(tls: RawTls, host: string) {
  const servername = tls.servername ?? (/^[\d.]+$|:/.test(host) ? undefined : host);
  return {
    rejectUnauthorized: tls.verify ?? true,
    ...(tls.ca === undefined ? {} : { ca: tls.ca }),
    ...(servername === undefined ? {} : { servername }),
  };
}

/** Connects, signs in, hands the client to `work`, and closes. */
export async function withImap<T>(
  target: RawTarget & { user: string; password?: string },
  work: (imap: RawImap) => Promise<T>,
): Promise<T> {
  const imap = await RawImap.connect(target);
  try {
    const reply = await imap.login(target.user, target.password);
    if (reply.status !== 'OK') throw new Error(`LOGIN ${target.user}: ${reply.status} ${reply.text}`);
    return await work(imap);
  } finally {
    imap.close();
  }
}

/** A small valid message with CRLF line ends, for tests that don't care what is in it. */
export function sampleMessage(subject: string, size = 200): string {
  const head =
    `From: Ada <ada@example.org>\r\nTo: Bob <bob@example.org>\r\nSubject: ${subject}\r\n` +
    `Date: Mon, 01 Jan 2024 10:00:00 +0000\r\nMessage-ID: <${subject.replace(/\W+/g, '-')}@example.org>\r\n\r\n`;
  const line = `${'x'.repeat(70)}\r\n`;
  return head + line.repeat(Math.max(1, Math.ceil((size - head.length) / line.length)));
}
