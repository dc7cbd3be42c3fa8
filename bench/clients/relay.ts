/**
 * The least that any copy must do, on bare sockets: FETCH whole folders, SHA-256 of every message, APPEND to the
 * target. No ledger, no recovery, no check of what came; its rate is the yardstick for ours.
 *
 * - `multi`: MULTIAPPEND of 100 messages, two under way at a time
 * - `pending`: the same, each message with a keyword that is cleared by one UID STORE per batch
 * - `single`: one APPEND per message, all pipelined
 */
import { createHash } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { report } from './report.ts';

const BATCH = 100;
/** Batches that wait for the target before the source is left unread. */
const AHEAD = 3;
const KEYWORD = '$BenchPending';

const { source, target, mode } = JSON.parse(process.env.BENCH_SETUP ?? '{}') as {
  source: { host: string; port: number; user: string };
  target: { host: string; port: number; user: string };
  mode: 'multi' | 'pending' | 'single' | 'single-pending';
};

interface Message {
  readonly flags: string;
  readonly date: string;
  readonly body: Buffer;
}

/** Splits replies into lines and literals, which is all that a relay needs of IMAP. */
class Line {
  readonly socket: Socket;
  #tag = 0;
  #leaving = false;
  readonly #waiting = new Map<string, (line: string) => void>();
  #text: Buffer = Buffer.alloc(0);
  #literal: { body: Buffer; filled: number; head: string } | undefined;
  onMessage: (head: string, body: Buffer) => void = () => {};
  onUntagged: (line: string) => void = () => {};

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.on('error', (error) => {
      if (!this.#leaving) throw error;
    });
  }

  static async open(server: { host: string; port: number; user: string }): Promise<Line> {
    const socket = connect({ host: server.host, port: server.port, noDelay: true });
    const line = new Line(socket);
    await line.run(`LOGIN ${server.user} pw`);
    return line;
  }

  run(command: string): Promise<string> {
    const { tag, done } = this.begin();
    this.socket.write(`${tag} ${command}\r\n`, 'latin1');
    return done;
  }

  async leave(): Promise<void> {
    // The server may reset the connection right after its answer.
    this.#leaving = true;
    await this.run('LOGOUT');
  }

  begin(): { tag: string; done: Promise<string> } {
    const tag = `T${++this.#tag}`;
    const done = new Promise<string>((resolve) => this.#waiting.set(tag, resolve));
    return { tag, done };
  }

  #take(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) {
      const literal = this.#literal;
      if (literal) {
        const copied = chunk.copy(literal.body, literal.filled, at);
        literal.filled += copied;
        at += copied;
        if (literal.filled === literal.body.length) {
          this.#literal = undefined;
          this.onMessage(literal.head, literal.body);
        }
        continue;
      }
      const lf = chunk.indexOf(10, at);
      const part = chunk.subarray(at, lf === -1 ? chunk.length : lf);
      if (lf === -1) {
        this.#text = Buffer.concat([this.#text, part]);
        return;
      }
      const text = `${this.#text.toString('latin1')}${part.toString('latin1')}`.replace(/\r$/, '');
      this.#text = Buffer.alloc(0);
      at = lf + 1;
      this.#line(text);
    }
  }

  #line(text: string): void {
    const literal = /\{(\d+)\}$/.exec(text);
    if (literal && text.startsWith('* ')) {
      this.#literal = { body: Buffer.allocUnsafe(Number(literal[1])), filled: 0, head: text };
    } else if (text.startsWith('* ')) this.onUntagged(text);
    else if (text.startsWith('T')) {
      const tag = text.slice(0, text.indexOf(' '));
      if (!text.startsWith(`${tag} OK`)) throw new Error(`the server said: ${text}`);
      this.#waiting.get(tag)?.(text);
      this.#waiting.delete(tag);
    }
  }
}

const startedAt = performance.now();
const cpuAtStart = process.cpuUsage();
const reading = await Line.open(source);
const writing = await Line.open(target);
const clearing = mode === 'pending' || mode === 'single-pending' ? await Line.open(target) : undefined;
const folders: string[] = [];
reading.onUntagged = (line) => {
  const found = /^\* LIST \(([^)]*)\) "\/" (.*)$/.exec(line);
  if (found && !/noselect|nonexistent/i.test(found[1] as string)) folders.push(found[2] as string);
};
await reading.run('LIST "" "*"');
const digests = createHash('sha256');
let messages = 0;
const sent: Promise<unknown>[] = [];
let underWay = 0;
let cleared = '';

for (const folder of folders) {
  if (!/^"?INBOX"?$/i.test(folder)) await writing.run(`CREATE ${folder}`);
  let batch: Message[] = [];
  const flush = (): void => {
    const full = batch;
    batch = [];
    if (full.length === 0) return;
    messages += full.length;
    sent.push(...append(folder, full));
  };
  await reading.run(`EXAMINE ${folder}`);
  reading.onMessage = (head, body) => {
    digests.update(createHash('sha256').update(body).digest());
    const flags = (/FLAGS \(([^)]*)\)/.exec(head)?.[1] ?? '').replace(/\\Recent ?/, '').trim();
    batch.push({ flags, date: /INTERNALDATE ("[^"]*")/.exec(head)?.[1] ?? '', body });
    if (batch.length >= BATCH) flush();
  };
  await reading.run('UID FETCH 1:* (UID FLAGS INTERNALDATE BODY.PEEK[])');
  flush();
}
await Promise.all(sent);
await Promise.all([reading, writing, clearing].map((line) => line?.leave()));
report(startedAt, cpuAtStart, { messages, digest: digests.digest('hex') });
process.exit(0);

function append(folder: string, batch: readonly Message[]): Promise<unknown>[] {
  const socket = writing.socket;
  underWay += 1;
  if (underWay >= AHEAD) reading.socket.pause();
  const over = (): void => {
    underWay -= 1;
    if (underWay < AHEAD) reading.socket.resume();
  };
  socket.cork();
  if (mode === 'single' || mode === 'single-pending') {
    const all = batch.map((message) => {
      const { tag, done } = writing.begin();
      const flags = clearing ? `${message.flags} ${KEYWORD}`.trim() : message.flags;
      socket.write(`${tag} APPEND ${folder} (${flags}) ${message.date} {${message.body.length}+}\r\n`, 'latin1');
      socket.write(message.body);
      socket.write('\r\n');
      return done;
    });
    socket.uncork();
    all.at(-1)?.then(over);
    if (clearing)
      return [
        Promise.all(all).then((replies) => {
          const [, validity, first] = /APPENDUID (\d+) (\d+)/.exec(replies[0] as string) ?? [];
          const last = /APPENDUID \d+ (\d+)/.exec(replies.at(-1) as string)?.[1];
          return clear(folder, `APPENDUID ${validity} ${first}:${last}`);
        }),
      ];
    return all;
  }
  const { tag, done } = writing.begin();
  let text = `${tag} APPEND ${folder}`;
  for (const message of batch) {
    const flags = clearing ? `${message.flags} ${KEYWORD}`.trim() : message.flags;
    socket.write(`${text} (${flags}) ${message.date} {${message.body.length}+}\r\n`, 'latin1');
    socket.write(message.body);
    text = '';
  }
  socket.write('\r\n');
  socket.uncork();
  done.then(over);
  return [clearing ? done.then((reply) => clear(folder, reply)) : done];
}

async function clear(folder: string, reply: string): Promise<void> {
  const uids = /APPENDUID \d+ ([\d:,]+)/.exec(reply)?.[1];
  if (cleared !== folder) {
    cleared = folder;
    clearing?.run(`SELECT ${folder}`);
  } else clearing?.run('NOOP');
  await clearing?.run(`UID STORE ${uids} -FLAGS.SILENT (${KEYWORD})`);
}
