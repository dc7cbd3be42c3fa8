/**
 * A small honest IMAP server in memory, whose capabilities the test chooses, and which can be told to misbehave. It
 * was written from the RFCs and shares no code with our connectors.
 */
import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:net';
import { answer, appendPrefixFault, CAPABILITY_OF_COMMAND } from './commands.ts';
import { type Handler, SCRIPTED_CAPABILITIES, type ScriptedImapOptions } from './options.ts';
import { Command, Session, type TranscriptLine } from './session.ts';
import { Account, type Mailbox, newUidValidity } from './store.ts';
import { Arguments, flag, parseDateTime, SYSTEM_FLAGS, SyntaxFault, tokenize } from './syntax.ts';

export interface FaultRule {
  /** Name (`APPEND`, `UID STORE`), or a pattern for name and arguments together. */
  command: string | RegExp;
  /** Lets so many matching commands pass first. */
  skip?: number;
  /** How often; default once. */
  times?: number;
  /**
   * - `dieBefore`: the connection dies, nothing was done
   * - `dieAfter`: done, then the connection dies without the answer
   * - `swallow`: done, but no answer ever comes; the connection stays
   * - `hang`: not done, no answer, and nothing else is read from this connection
   * - `{ reply }`: not done; this is the tagged answer: `NO [UNAVAILABLE] try later`
   * - `{ bye }`: not done; BYE with this text, then closed
   */
  do: 'dieBefore' | 'dieAfter' | 'swallow' | 'hang' | { reply: string } | { bye: string };
}

export interface Fault {
  /** Commands that it struck. */
  readonly hits: number;
  remove(): void;
}

/** APPENDs that were accepted, but whose messages aren't there yet. */
export interface HeldAppends {
  /** APPEND commands waiting. */
  readonly count: number;
  /** Stores the oldest ones (default all), whether their connection still lives or not, and answers where it does. */
  land(commands?: number): Promise<void>;
  /** Lands all, and holds no further ones. */
  release(): Promise<void>;
}

interface Gate {
  open(): void;
  opened: Promise<void>;
}

function gate(): Gate {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}

export class ScriptedImap {
  readonly host = '127.0.0.1';
  port = 0;
  readonly options: ScriptedImapOptions;
  readonly capabilities: string[];
  readonly permanentFlags: string[];
  readonly accounts = new Map<string, Account>();
  readonly sessions = new Set<Session>();
  /** Everything said, in order. */
  readonly transcript: TranscriptLine[] = [];
  /** How often each command was sent. */
  readonly counts = new Map<string, number>();
  /** Connections taken so far. */
  connections = 0;
  /** Lines answered with BAD. A client with good manners leaves this empty. */
  readonly badCommands: string[] = [];
  readonly tokens = new Map<string, string>();
  /** Milliseconds before each command is looked at. */
  delayMs = 0;
  /** As `Session.drip`, for connections to come. */
  drip: { bytes: number; everyMs: number } | undefined;
  literalSkew: number;
  #handlers: { name: string; handler: Handler }[] = [];
  #faults: { rule: FaultRule; seen: number; hits: number }[] = [];
  #held: { waiting: { go: Gate; done: Gate }[] } | undefined;
  #paused: Gate | undefined;
  #server: Server;
  #nextSession = 1;

  constructor(options: ScriptedImapOptions) {
    this.options = options;
    const hidden = new Set((options.hide ?? []).map((name) => name.toUpperCase()));
    this.capabilities = [...(options.capabilities ?? SCRIPTED_CAPABILITIES), ...(options.announce ?? [])].filter(
      (name) => !hidden.has(name.toUpperCase()),
    );
    if (options.appendLimit !== undefined) this.capabilities.push(`APPENDLIMIT=${options.appendLimit}`);
    this.permanentFlags = options.permanentFlags ?? [...SYSTEM_FLAGS, '\\*'];
    this.literalSkew = options.literalSkew ?? 0;
    for (const [name, handler] of Object.entries(options.on ?? {})) this.on(name, handler);
    this.#server = createServer((socket) => {
      const session = new Session(this.#nextSession++, socket, this.transcript);
      session.drip = this.drip;
      this.connections++;
      this.sessions.add(session);
      socket.once('close', () => this.sessions.delete(session));
      this.#serve(session).catch(() => session.die());
    });
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.port, this.host, resolve);
    });
    const address = this.#server.address();
    if (address && typeof address === 'object') this.port = address.port;
  }

  /** Drops all connections and stops listening; mail and scripts stay, `listen()` opens the same port again. */
  async stop(): Promise<void> {
    this.disconnectAll();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  // ---- mail

  /** The account, made with its first folders if new. */
  account(user: string): Account {
    const existing = this.accounts.get(user);
    if (existing) return existing;
    const account = new Account(user, this.options.separator ?? '/');
    account.limits = { ...this.options.quota };
    account.create('INBOX').subscribed = true;
    for (const name of this.options.mailboxes ?? []) if (!account.find(name)) account.create(name).subscribed = true;
    for (const [name, use] of Object.entries(this.options.specialUse ?? {})) {
      const mailbox = account.find(name) ?? account.create(name);
      mailbox.subscribed = true;
      mailbox.specialUse = use;
    }
    this.accounts.set(user, account);
    return account;
  }

  /** The mailbox, made if missing. */
  mailbox(user: string, name = 'INBOX'): Mailbox {
    const account = this.account(user);
    return account.find(name) ?? account.create(name);
  }

  /** Puts a message there behind every client's back. `date` as in APPEND. */
  add(user: string, mailbox: string, message: string | Buffer, options: { flags?: string[]; date?: string } = {}) {
    const bytes = typeof message === 'string' ? Buffer.from(message, 'latin1') : message;
    const date = options.date === undefined ? { time: Date.now(), zone: 0 } : parseDateTime(options.date);
    return this.mailbox(user, mailbox).add(bytes, (options.flags ?? []).map(flag), date);
  }

  /** New UIDVALIDITY, UIDs from 1 again, and no memory of what was expunged. Who has it selected is disconnected. */
  changeUidValidity(user: string, name = 'INBOX'): void {
    const mailbox = this.mailbox(user, name);
    mailbox.uidValidity = newUidValidity();
    mailbox.uidNext = 1;
    mailbox.expunged = [];
    for (const message of mailbox.messages) message.uid = mailbox.uidNext++;
    for (const session of this.sessions) if (session.selected === mailbox) session.die();
  }

  issueToken(user: string): string {
    const token = randomBytes(12).toString('hex');
    this.tokens.set(token, user);
    return token;
  }

  revokeToken(token: string): void {
    this.tokens.delete(token);
  }

  // ---- misbehaviour

  /** The newest handler of a command is asked first; `command.next()` asks the one below, at last the server itself. */
  on(name: string, handler: Handler): () => void {
    const entry = { name: name.toUpperCase(), handler };
    this.#handlers.push(entry);
    return () => {
      this.#handlers = this.#handlers.filter((candidate) => candidate !== entry);
    };
  }

  fault(rule: FaultRule): Fault {
    const state = { rule, seen: 0, hits: 0 };
    this.#faults.push(state);
    return {
      get hits() {
        return state.hits;
      },
      remove: () => {
        this.#faults = this.#faults.filter((candidate) => candidate !== state);
      },
    };
  }

  /** The next APPEND (or the one after `skip` others) is stored, and the connection dies before the answer. */
  dieAfterAppendBeforeReply(skip = 0): Fault {
    return this.fault({ command: 'APPEND', skip, do: 'dieAfter' });
  }

  /**
   * From now on APPENDs are read completely, but stored only when the test says so. Meanwhile their connection gets no
   * answer; if it dies, they still land. Commands pipelined behind them wait in the server's buffer, and are carried
   * out too.
   */
  holdAppends(): HeldAppends {
    const held = { waiting: [] as { go: Gate; done: Gate }[] };
    this.#held = held;
    const land = async (commands = held.waiting.length) => {
      for (const { go, done } of held.waiting.splice(0, commands)) {
        go.open();
        await done.opened;
      }
    };
    return {
      get count() {
        return held.waiting.length;
      },
      land,
      release: async () => {
        if (this.#held === held) this.#held = undefined;
        while (held.waiting.length > 0) await land();
      },
    };
  }

  /** Takes connections and bytes, but carries nothing out until `resume`. */
  pause(): void {
    this.#paused ??= gate();
  }

  resume(): void {
    this.#paused?.open();
    this.#paused = undefined;
  }

  disconnectAll(): void {
    for (const session of this.sessions) session.die();
  }

  count(name: string): number {
    return this.counts.get(name.toUpperCase()) ?? 0;
  }

  // ---- at work

  can(capability: string): boolean {
    return this.options.enforce === false || this.announces(capability);
  }

  announces(capability: string): boolean {
    const wanted = capability.toUpperCase();
    return this.capabilities.some(
      (name) => name.toUpperCase() === wanted || (wanted === 'CONDSTORE' && name.toUpperCase() === 'QRESYNC'),
    );
  }

  async #serve(session: Session): Promise<void> {
    await this.#paused?.opened;
    const { maxConnections, greeting } = this.options;
    if (maxConnections !== undefined && this.sessions.size > maxConnections) {
      session.line('* BYE [UNAVAILABLE] too many connections');
      await session.end();
      return;
    }
    session.line(greeting ?? `* OK [CAPABILITY ${this.capabilityLine(session)}] ready`);
    if (greeting?.toUpperCase().startsWith('* BYE')) {
      await session.end();
      return;
    }
    while (await this.#serveOne(session)) {
      // until the client leaves
    }
    // The client may have closed its side only; what is owed to it was sent.
    await session.end();
  }

  capabilityLine(session: Session): string {
    const signIn = session.account ? [] : ['AUTH=PLAIN', 'AUTH=XOAUTH2'];
    return [...this.capabilities, ...signIn.filter((name) => !this.options.hide?.includes(name))].join(' ');
  }

  /** Reads one command and answers it. False: the connection is over. */
  async #serveOne(session: Session): Promise<boolean> {
    session.filter = undefined;
    const parts: (string | Buffer)[] = [];
    let refusal: string | undefined;
    for (;;) {
      const line = await session.reader.line();
      if (line === undefined) return false;
      await this.#paused?.opened;
      this.transcript.push({ session: session.id, from: 'client', text: line });
      const literal = /\{(\d+)(\+?)\}$/.exec(line);
      if (!literal) {
        parts.push(line);
        break;
      }
      const size = Number(literal[1]);
      const waits = literal[2] === '';
      parts.push(line.slice(0, literal.index));
      refusal ??= this.#literalRefusal(parts, size, waits);
      if (refusal && (waits || refusal.startsWith('BAD'))) {
        // Not read. If the client sends the literal all the same, its lines are taken for commands.
        this.#refuse(session, parts, refusal);
        return true;
      }
      if (waits) session.line('+ go ahead');
      const bytes = await session.reader.bytes(size);
      if (!bytes) return false;
      parts.push(bytes);
    }
    if (refusal) {
      this.#refuse(session, parts, refusal);
      return true;
    }
    if (this.delayMs > 0) await new Promise((resolve) => setTimeout(resolve, this.delayMs));
    return await this.#dispatch(session, parts);
  }

  #refuse(session: Session, parts: (string | Buffer)[], refusal: string): void {
    const head = String(parts[0] ?? '');
    const [tag = '*', verb = ''] = head.split(' ');
    this.#count(verb.toUpperCase());
    if (refusal.startsWith('BAD')) this.badCommands.push(head);
    session.line(`${tag || '*'} ${refusal}`);
  }

  #count(name: string): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
  }

  /** Why a literal isn't wanted, decided before it is read. */
  #literalRefusal(parts: (string | Buffer)[], size: number, waits: boolean): string | undefined {
    if (!waits && !this.can('LITERAL+') && !(this.can('LITERAL-') && size <= 4096)) {
      return 'BAD non-synchronizing literals of this size are not supported';
    }
    const match = /^(\S+) APPEND /i.exec(String(parts[0]));
    if (!match) return undefined;
    try {
      const rest = [String(parts[0]).slice(match[0].length), ...parts.slice(1)];
      return appendPrefixFault(this, rest, size);
    } catch (error) {
      if (error instanceof SyntaxFault) return `BAD ${error.message}`;
      throw error;
    }
  }

  async #dispatch(session: Session, parts: (string | Buffer)[]): Promise<boolean> {
    const head = String(parts[0]);
    const match = /^([^\s(){%*"\\+]+) ((?:UID )?[A-Za-z0-9]+)(?: |$)/i.exec(head);
    if (!match) {
      this.badCommands.push(head);
      session.line(`${head.split(' ')[0] || '*'} BAD not a command`);
      return true;
    }
    const [whole, tag = '', verb = ''] = match;
    const name = verb.toUpperCase();
    this.#count(name);
    const rest = [head.slice(whole.length), ...parts.slice(1)];
    const text = rest.map((part) => (typeof part === 'string' ? part : `{${part.length}}`)).join('');
    let args: Arguments;
    try {
      args = new Arguments(tokenize(rest));
    } catch (error) {
      this.badCommands.push(head);
      session.line(`${tag} BAD ${error instanceof Error ? error.message : error}`);
      return true;
    }
    const literals = rest.filter((part) => typeof part !== 'string');
    const handlers = this.#handlers.filter((entry) => entry.name === name || entry.name === '*').reverse();
    let position = 0;
    const next = async (current: Command): Promise<void> => {
      const entry = handlers[position++];
      if (entry) await entry.handler(current);
      else await this.#answer(current);
    };
    const command = new Command(session, { tag, name, text, literals, args }, next);

    const fault = this.#faultFor(name, text);
    if (fault === 'dieBefore') {
      session.die();
      return false;
    }
    if (fault === 'hang')
      return await new Promise<boolean>((resolve) => session.socket.once('close', () => resolve(false)));
    if (typeof fault === 'object') {
      if ('bye' in fault) {
        session.line(`* BYE ${fault.bye}`);
        await session.end();
        return false;
      }
      session.line(`${tag} ${fault.reply}`);
      return true;
    }
    if (fault === 'dieAfter' || fault === 'swallow') command.swallow();
    let landed: Gate | undefined;
    if (this.#held && name === 'APPEND') {
      const entry = { go: gate(), done: gate() };
      this.#held.waiting.push(entry);
      await entry.go.opened;
      landed = entry.done;
    }
    try {
      await command.next();
    } finally {
      landed?.open();
    }
    if (fault === 'dieAfter') {
      session.die();
      return false;
    }
    return name !== 'LOGOUT' || !command.finished;
  }

  #faultFor(name: string, text: string): FaultRule['do'] | undefined {
    for (const state of this.#faults) {
      const { command, skip = 0, times = 1 } = state.rule;
      const hit = typeof command === 'string' ? command.toUpperCase() === name : command.test(`${name} ${text}`);
      if (!hit) continue;
      state.seen++;
      if (state.seen <= skip || state.hits >= times) continue;
      state.hits++;
      return state.rule.do;
    }
    return undefined;
  }

  async #answer(command: Command): Promise<void> {
    const needed = CAPABILITY_OF_COMMAND[command.name];
    try {
      if (needed && !this.can(needed)) throw new SyntaxFault(`unknown command ${command.name}`);
      await answer(this, command);
    } catch (error) {
      if (!(error instanceof SyntaxFault)) throw error;
      this.badCommands.push(`${command.name} ${command.text}`);
      command.bad(error.message);
    }
  }
}

export async function startScriptedImap(options: ScriptedImapOptions = {}): Promise<ScriptedImap> {
  const server = new ScriptedImap(options);
  await server.listen();
  return server;
}
