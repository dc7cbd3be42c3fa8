/**
 * A TCP proxy that breaks connections at the byte which a test names: after so many bytes, before or after a pattern,
 * or once an answer that the client waits for was dropped. Nothing depends on chance or on how TCP cuts the stream.
 */
import { connect, createServer, type Server, type Socket } from 'node:net';

export type Direction = 'toServer' | 'toClient';

export interface FaultProxyOptions {
  target: { host: string; port: number };
  /** `imap` (default) follows commands and literals, for counting, the transcript and `swallowReply`; `raw` doesn't. */
  protocol?: 'imap' | 'raw';
  /** One-way delays. Bytes behind each other wait at the same time, as on a long line. */
  delayMs?: { toServer?: number; toClient?: number };
}

export interface ProxyRule {
  direction: Direction;
  /** Strikes when this many bytes of a connection went that way … */
  bytes?: number;
  /** … or where this matches the stream (text, or a pattern without anchors but `^` at line starts with `m`). */
  match?: RegExp | string;
  /** For `match`: strike before its first byte, or (default) after its last. */
  at?: 'before' | 'after';
  /** Lets so many matches pass first. */
  skip?: number;
  /** How often over all connections; default once. */
  times?: number;
  /** Only on this connection, counted from 1. */
  connection?: number;
  /**
   * - `cut`: what passed so far arrives, then both sides see the connection end
   * - `reset`: both sides see it reset; bytes under way may be lost
   * - `stall`: nothing more passes in either direction until `unstall()`
   * - a function: everything waits until it is done (to kill a server at this very byte, say)
   */
  do: 'cut' | 'reset' | 'stall' | ((connection: ProxyConnection) => void | Promise<void>);
}

export interface RuleHandle {
  readonly hits: number;
  /** Resolves when the rule struck for the first time. */
  readonly struck: Promise<void>;
  remove(): void;
}

export interface ProxyConnection {
  readonly id: number;
  /** Bytes passed on so far. */
  readonly passed: Record<Direction, number>;
  readonly open: boolean;
  cut(): void;
  reset(): void;
}

export interface ProxyLine {
  connection: number;
  direction: Direction;
  /** a command or response, literals as `{n}` only */
  text: string;
}

export interface FaultProxy {
  readonly host: string;
  readonly port: number;
  /** Where new connections go; may be changed. */
  target: { host: string; port: number };
  delayMs: { toServer: number; toClient: number };
  /** Connections taken so far. */
  readonly connections: number;
  /** Those open now. */
  readonly open: ProxyConnection[];
  readonly transcript: ProxyLine[];
  /** How often the client went on after the server had answered: what a slow line multiplies. */
  readonly roundTrips: number;
  readonly passed: Record<Direction, number>;
  /** Commands seen, all or by name (`APPEND`, `UID FETCH`). */
  commands(name?: string): number;
  rule(rule: ProxyRule): RuleHandle;
  cutAfter(direction: Direction, bytes: number, options?: Partial<ProxyRule>): RuleHandle;
  cutWhen(direction: Direction, match: RegExp | string, options?: Partial<ProxyRule>): RuleHandle;
  /**
   * The command reaches the server and is done, but its tagged answer is dropped: a write landed, the acknowledgement
   * never came. Then the connection is cut (default), or stays and is silent on that command.
   */
  swallowReply(
    command: RegExp | string,
    options?: { skip?: number; times?: number; afterwards?: 'cut' | 'reset' | 'nothing' },
  ): RuleHandle;
  stall(): void;
  unstall(): void;
  /** Ends all connections now. */
  cutAll(how?: 'cut' | 'reset'): void;
  /** New connections are refused, those open are reset. */
  offline(): Promise<void>;
  online(): Promise<void>;
  /** Zero for all counters, and an empty transcript. */
  forget(): void;
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** How far back a pattern can begin before the bytes that complete it. */
const WINDOW = 16 * 1024;

/** Follows lines and literals through a stream of chunks. */
class Framer {
  #line = '';
  #text = '';
  #literalLeft = 0;
  /** set while a literal was announced, and none of its bytes came */
  literalPending = false;

  /** Frames that end in this chunk; and the first line of each as soon as it is complete. */
  push(chunk: Buffer): { text: string; end: number; complete: boolean; first: boolean }[] {
    const found: { text: string; end: number; complete: boolean; first: boolean }[] = [];
    let at = 0;
    while (at < chunk.length) {
      if (this.#literalLeft > 0) {
        this.literalPending = false;
        const taken = Math.min(this.#literalLeft, chunk.length - at);
        this.#literalLeft -= taken;
        at += taken;
        continue;
      }
      const end = chunk.indexOf(10, at);
      if (end < 0) {
        this.#line += chunk.toString('latin1', at);
        break;
      }
      this.#line += chunk.toString('latin1', at, end + 1);
      at = end + 1;
      const line = this.#line.replace(/\r?\n$/, '');
      this.#line = '';
      const literal = /\{(\d+)(\+?)\}$/.exec(line);
      const first = this.#text === '';
      this.#text += line;
      if (literal) {
        this.#literalLeft = Number(literal[1]);
        this.literalPending = literal[2] === '';
      }
      found.push({ text: this.#text, end: at, complete: !literal, first });
      if (!literal) this.#text = '';
    }
    return found;
  }

  /** The announced literal was refused: the next byte starts a new command. */
  abandon(): void {
    this.#line = '';
    this.#text = '';
    this.#literalLeft = 0;
    this.literalPending = false;
  }
}

interface RuleState {
  rule: ProxyRule;
  expression: RegExp | undefined;
  seen: number;
  hits: number;
  strike: () => void;
  handle: RuleHandle;
}

interface SwallowState {
  expression: RegExp;
  skip: number;
  times: number;
  afterwards: 'cut' | 'reset' | 'nothing';
  seen: number;
  hits: number;
  strike: () => void;
}

function toExpression(match: RegExp | string): RegExp {
  if (typeof match === 'string') return new RegExp(match.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), 'g');
  return new RegExp(match.source, match.flags.includes('g') ? match.flags : `${match.flags}g`);
}

function once(): { promise: Promise<void>; resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

class TcpProxy implements FaultProxy {
  readonly host = '127.0.0.1';
  port = 0;
  target: { host: string; port: number };
  delayMs: { toServer: number; toClient: number };
  readonly imap: boolean;
  connections = 0;
  readonly links = new Set<Link>();
  readonly transcript: ProxyLine[] = [];
  roundTrips = 0;
  readonly passed = { toServer: 0, toClient: 0 };
  readonly counts = new Map<string, number>();
  rules: RuleState[] = [];
  swallows: SwallowState[] = [];
  stalled: { promise: Promise<void>; resolve: () => void } | undefined;
  #server: Server | undefined;

  constructor(options: FaultProxyOptions) {
    this.target = options.target;
    this.imap = options.protocol !== 'raw';
    this.delayMs = { toServer: options.delayMs?.toServer ?? 0, toClient: options.delayMs?.toClient ?? 0 };
  }

  async online(): Promise<void> {
    if (this.#server) return;
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
      const link = new Link(this, ++this.connections, client);
      this.links.add(link);
    });
    this.#server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.port, this.host, resolve);
    });
    const address = server.address();
    if (address && typeof address === 'object') this.port = address.port;
  }

  async offline(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    const closed = new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve()));
    this.cutAll('reset');
    await closed;
  }

  async stop(): Promise<void> {
    this.unstall();
    await this.offline();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  get open(): ProxyConnection[] {
    return [...this.links];
  }

  commands(name?: string): number {
    if (name !== undefined) return this.counts.get(name.toUpperCase()) ?? 0;
    return [...this.counts.values()].reduce((sum, count) => sum + count, 0);
  }

  rule(rule: ProxyRule): RuleHandle {
    const { promise, resolve } = once();
    const state: RuleState = {
      rule,
      expression: rule.match === undefined ? undefined : toExpression(rule.match),
      seen: 0,
      hits: 0,
      strike: resolve,
      handle: {
        get hits() {
          return state.hits;
        },
        struck: promise,
        remove: () => {
          this.rules = this.rules.filter((candidate) => candidate !== state);
        },
      },
    };
    this.rules.push(state);
    return state.handle;
  }

  cutAfter(direction: Direction, bytes: number, options: Partial<ProxyRule> = {}): RuleHandle {
    return this.rule({ do: 'cut', ...options, direction, bytes });
  }

  cutWhen(direction: Direction, match: RegExp | string, options: Partial<ProxyRule> = {}): RuleHandle {
    return this.rule({ do: 'cut', ...options, direction, match });
  }

  swallowReply(
    command: RegExp | string,
    options: { skip?: number; times?: number; afterwards?: 'cut' | 'reset' | 'nothing' } = {},
  ): RuleHandle {
    if (!this.imap) throw new Error('swallowReply needs a proxy that follows IMAP');
    const expression = typeof command === 'string' ? new RegExp(`^\\S+ ${command}( |$)`, 'i') : command;
    const { promise, resolve } = once();
    const { skip = 0, times = 1, afterwards = 'cut' } = options;
    const state: SwallowState = { expression, skip, times, afterwards, seen: 0, hits: 0, strike: resolve };
    this.swallows.push(state);
    return {
      get hits() {
        return state.hits;
      },
      struck: promise,
      remove: () => {
        this.swallows = this.swallows.filter((candidate) => candidate !== state);
      },
    };
  }

  stall(): void {
    this.stalled ??= once();
  }

  unstall(): void {
    this.stalled?.resolve();
    this.stalled = undefined;
  }

  cutAll(how: 'cut' | 'reset' = 'cut'): void {
    for (const link of [...this.links]) link[how]();
  }

  forget(): void {
    this.transcript.length = 0;
    this.counts.clear();
    this.roundTrips = 0;
    this.passed.toServer = 0;
    this.passed.toClient = 0;
  }
}

/** One connection through the proxy. */
class Link implements ProxyConnection {
  readonly id: number;
  readonly proxy: TcpProxy;
  readonly passed = { toServer: 0, toClient: 0 };
  /** tags whose answers must not reach the client */
  readonly swallowed = new Map<string, SwallowState>();
  readonly framers = { toServer: new Framer(), toClient: new Framer() };
  lastTag = '';
  #client: Socket;
  #server: Socket;
  #over = false;
  #spoke: Direction | undefined;

  constructor(proxy: TcpProxy, id: number, client: Socket) {
    this.proxy = proxy;
    this.id = id;
    this.#client = client;
    this.#server = connect({ ...proxy.target, allowHalfOpen: true, noDelay: true });
    let connected = false;
    this.#server.once('connect', () => {
      connected = true;
    });
    this.#client.on('error', () => {});
    this.#server.on('error', () => {
      if (!connected) this.reset();
    });
    for (const socket of [this.#client, this.#server]) socket.once('close', () => this.#closed());
    new Pump(this, 'toServer', this.#client, this.#server);
    new Pump(this, 'toClient', this.#server, this.#client);
  }

  get open(): boolean {
    return !this.#over;
  }

  #closed(): void {
    if (this.#client.destroyed && this.#server.destroyed) {
      this.#over = true;
      this.proxy.links.delete(this);
    }
  }

  /** An orderly end for both, after all that passed has arrived. What they still send goes nowhere. */
  cut(): void {
    if (this.#over) return;
    this.#over = true;
    this.proxy.links.delete(this);
    for (const socket of [this.#client, this.#server]) {
      socket.removeAllListeners('data');
      socket.removeAllListeners('end');
      socket.resume();
      socket.end();
      // A side that keeps talking to the dead learns it from a reset.
      const timer = setTimeout(() => socket.destroy(), 1000);
      timer.unref();
      socket.once('end', () => socket.destroy());
      socket.once('close', () => clearTimeout(timer));
    }
  }

  reset(): void {
    this.#over = true;
    this.proxy.links.delete(this);
    for (const socket of [this.#client, this.#server]) {
      if (socket.destroyed) continue;
      if (socket.connecting) socket.destroy();
      else socket.resetAndDestroy();
    }
  }

  /** Counts what a direction says; called with bytes before they are passed on. */
  heard(direction: Direction): void {
    if (direction === 'toServer' && this.#spoke === 'toClient') this.proxy.roundTrips++;
    this.#spoke = direction;
  }

  /** Commands are noted by their first line, at once: their literals may still be to come. */
  command(text: string): void {
    const [, tag = '', name = ''] = /^(\S+) ((?:UID )?\S+)/i.exec(text) ?? [];
    if (!tag || !/^[A-Za-z]/.test(name)) return;
    this.lastTag = tag;
    const upper = name.toUpperCase();
    this.proxy.counts.set(upper, (this.proxy.counts.get(upper) ?? 0) + 1);
    for (const state of this.proxy.swallows) {
      if (!state.expression.test(text)) continue;
      state.seen++;
      if (state.seen <= state.skip || state.hits >= state.times) continue;
      state.hits++;
      this.swallowed.set(tag, state);
    }
  }
}

class Pump {
  #link: Link;
  #direction: Direction;
  #to: Socket;
  #queue: Promise<void> = Promise.resolve();
  #queued = 0;
  /** the latest bytes that were looked at, for patterns which began in an earlier chunk */
  #seen = '';
  /** bytes taken in by rules, passed on or not */
  #taken = 0;
  /** the beginning of a line, while a rule wants whole ones */
  #partial: Buffer = Buffer.alloc(0);
  /** where each rule struck last, so that it doesn't strike twice at one place */
  #struck = new Map<RuleState, number>();
  /** bytes kept back until the response which they begin is complete */
  #held: Buffer[] = [];

  constructor(link: Link, direction: Direction, from: Socket, to: Socket) {
    this.#link = link;
    this.#direction = direction;
    this.#to = to;
    from.on('data', (chunk: Buffer) => {
      this.#queued += chunk.length;
      if (this.#queued > 1 << 20) from.pause();
      const due = Date.now() + link.proxy.delayMs[direction];
      this.#then(async () => {
        await this.#arrive(due);
        await this.#handle(chunk);
        this.#queued -= chunk.length;
        if (this.#queued <= 1 << 20 && link.open) from.resume();
      });
    });
    // A side that vanished is passed on as an end, behind all that it had sent.
    let ended = false;
    const end = () => {
      if (ended) return;
      ended = true;
      const due = Date.now() + link.proxy.delayMs[direction];
      this.#then(async () => {
        await this.#arrive(due);
        await this.#handle(Buffer.alloc(0), true);
        await this.#release();
        if (link.open) to.end();
      });
    };
    from.on('end', end);
    from.on('close', end);
  }

  #then(work: () => Promise<void>): void {
    this.#queue = this.#queue.then(async () => {
      if (this.#link.open) await work();
    });
  }

  async #arrive(due: number): Promise<void> {
    const wait = due - Date.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    while (this.#link.proxy.stalled) await this.#link.proxy.stalled.promise;
  }

  /** Cuts the chunk where rules strike. */
  async #handle(chunk: Buffer, last = false): Promise<void> {
    const { proxy } = this.#link;
    let rest = this.#partial.length > 0 ? Buffer.concat([this.#partial, chunk]) : chunk;
    this.#partial = Buffer.alloc(0);
    if (!last && this.#mine().some(({ rule }) => rule.match !== undefined && rule.at === 'before')) {
      // A match may begin in this line and end in the next chunk: the line waits until it is complete.
      const lines = rest.lastIndexOf(10) + 1;
      this.#partial = rest.subarray(lines);
      rest = rest.subarray(0, lines);
    }
    while (this.#link.open) {
      const strike = this.#nextStrike(rest);
      const passing = strike ? rest.subarray(0, strike.offset) : rest;
      this.#remember(passing);
      await this.#frame(passing);
      if (!strike || !this.#link.open) return;
      rest = rest.subarray(strike.offset);
      const { state } = strike;
      state.hits++;
      this.#struck.set(state, strike.position);
      await this.#release();
      const action = state.rule.do;
      if (typeof action === 'function') await action(this.#link);
      else if (action === 'stall') proxy.stall();
      else this.#link[action]();
      state.strike();
      while (proxy.stalled) await proxy.stalled.promise;
    }
  }

  /** The rules for this direction of this connection. */
  #mine(): RuleState[] {
    return this.#link.proxy.rules.filter(
      ({ rule }) =>
        rule.direction === this.#direction && (rule.connection === undefined || rule.connection === this.#link.id),
    );
  }

  #remember(passing: Buffer): void {
    for (const state of this.#mine()) {
      if (state.expression) state.seen += this.#matches(state.expression, passing).length;
    }
    this.#taken += passing.length;
    this.#seen = (this.#seen + passing.toString('latin1')).slice(-WINDOW);
  }

  /** The first place in these bytes where a rule strikes; `position` counts from the start of the stream. */
  #nextStrike(bytes: Buffer): { state: RuleState; offset: number; position: number } | undefined {
    let first: { state: RuleState; offset: number; position: number } | undefined;
    for (const state of this.#mine()) {
      const { rule } = state;
      if (state.hits >= (rule.times ?? 1)) continue;
      const place = state.expression
        ? this.#matchPlace(state, state.expression, bytes)
        : this.#bytesPlace(state, rule.bytes ?? 0, bytes);
      if (place && (!first || place.offset < first.offset)) first = { state, ...place };
    }
    return first;
  }

  #bytesPlace(state: RuleState, wanted: number, bytes: Buffer): { offset: number; position: number } | undefined {
    const offset = wanted - this.#taken;
    if (this.#struck.has(state) || offset < 0 || offset > bytes.length) return undefined;
    return { offset, position: wanted };
  }

  #matchPlace(state: RuleState, expression: RegExp, bytes: Buffer): { offset: number; position: number } | undefined {
    const { skip = 0, at = 'after' } = state.rule;
    let seen = state.seen;
    for (const { start, end } of this.#matches(expression, bytes)) {
      seen++;
      const place = at === 'before' ? start : end;
      const position = this.#taken + place;
      if (seen <= skip || position <= (this.#struck.get(state) ?? -1)) continue;
      return { offset: Math.max(0, place), position };
    }
    return undefined;
  }

  /** Matches that are complete with these bytes and were not before; places relative to their first byte. */
  #matches(expression: RegExp, bytes: Buffer): { start: number; end: number }[] {
    const known = this.#seen.length;
    const text = this.#seen + bytes.toString('latin1');
    const found: { start: number; end: number }[] = [];
    expression.lastIndex = 0;
    for (let match = expression.exec(text); match; match = expression.exec(text)) {
      const end = match.index + match[0].length;
      if (match[0] === '') expression.lastIndex++;
      if (end > known) found.push({ start: match.index - known, end: end - known });
    }
    return found;
  }

  /** Follows commands and responses; passes bytes on, or keeps them back where a rule needs whole lines. */
  async #frame(bytes: Buffer): Promise<void> {
    if (bytes.length === 0) return;
    const { proxy } = this.#link;
    this.#link.heard(this.#direction);
    if (!proxy.imap) {
      await this.#pass(bytes);
      return;
    }
    let from = 0;
    for (const { text, end, complete, first } of this.#link.framers[this.#direction].push(bytes)) {
      if (this.#direction === 'toServer' && first) this.#link.command(text);
      if (!complete) continue;
      proxy.transcript.push({ connection: this.#link.id, direction: this.#direction, text });
      if (this.#direction === 'toServer') continue;
      const tag = text.split(' ', 1)[0] ?? '';
      if (tag === this.#link.lastTag && this.#link.framers.toServer.literalPending)
        this.#link.framers.toServer.abandon();
      const swallow = this.#link.swallowed.get(tag);
      if (!swallow) continue;
      this.#link.swallowed.delete(tag);
      // All before this response passes; the response itself doesn't.
      const before = this.#held.concat(bytes.subarray(from, end));
      this.#held = [];
      await this.#pass(withoutLast(Buffer.concat(before), text));
      from = end;
      if (swallow.afterwards !== 'nothing') this.#link[swallow.afterwards]();
      swallow.strike();
      if (!this.#link.open) return;
    }
    this.#held.push(bytes.subarray(from));
    if (!this.#keepsBack()) await this.#release();
  }

  /** While an answer is to be swallowed, an incomplete line may be its beginning. */
  #keepsBack(): boolean {
    if (this.#direction === 'toServer' || this.#link.swallowed.size === 0) return false;
    const last = this.#held.at(-1);
    if (!last || last.length === 0) return this.#held.length > 1;
    return last[last.length - 1] !== 10;
  }

  async #release(): Promise<void> {
    const held = this.#held;
    this.#held = [];
    if (held.length > 0) await this.#pass(Buffer.concat(held));
  }

  async #pass(bytes: Buffer): Promise<void> {
    if (bytes.length === 0 || !this.#link.open) return;
    this.#link.passed[this.#direction] += bytes.length;
    this.#link.proxy.passed[this.#direction] += bytes.length;
    if (this.#to.destroyed || this.#to.write(bytes)) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        this.#to.off('drain', done);
        this.#to.off('close', done);
        resolve();
      };
      this.#to.on('drain', done);
      this.#to.on('close', done);
    });
  }
}

/** These bytes without the response at their end (a tagged one, so without literals). */
function withoutLast(bytes: Buffer, response: string): Buffer {
  const all = bytes.toString('latin1');
  return bytes.subarray(0, all.lastIndexOf(response));
}

export async function startFaultProxy(options: FaultProxyOptions): Promise<FaultProxy> {
  const proxy = new TcpProxy(options);
  await proxy.online();
  return proxy;
}
