import { type Content, INLINE_LIMIT, type Unreadable, type Vanished } from '@sterna/connector-kit';
import { asSternaError, SternaError } from '@sterna/core';
import { connectionLost, protocolError } from './errors.ts';
import { formatId, parseId } from './ids.ts';
import type { Link } from './link.ts';
import type { LinkPool } from './link-pool.ts';
import type { Mailbox } from './mailbox-name.ts';
import type { ImapConnection, Untagged } from './protocol/connection.ts';
import { type Fetched, parseFetch, parseFetchBeginning } from './protocol/fetch.ts';
import type { Line, LiteralSink } from './protocol/response-stream.ts';
import { select } from './protocol/select.ts';
import { formatUidSets } from './protocol/uid-set.ts';
import { type Retry, retryable } from './retry.ts';
import { StreamedBody } from './streamed-body.ts';

/** Bodies held for a slow consumer before the socket is left unread. */
const HIGH_WATER = 8 * 1024 * 1024;
const LOW_WATER = 4 * 1024 * 1024;
/** Messages asked for by one FETCH, and FETCH commands under way: enough that the server never waits for us. */
const PER_COMMAND = 200;
const COMMANDS_AHEAD = 2;

type Item = Content | Vanished | Unreadable;

/**
 * Contents of many messages. After a lost connection it goes on with those that were not given out yet; a message that
 * ends the connection each time is given out as `Unreadable`.
 *
 * @throws SternaError transient | throttled | auth, once the retries are used up
 */
export async function* readBodies(
  pool: LinkPool,
  mailbox: Mailbox,
  ids: readonly string[],
  retry: Retry,
): AsyncGenerator<Item, void, undefined> {
  const wanted = new Map<number, string>();
  let validity: number | undefined;
  for (const id of ids) {
    const parsed = parseId(id);
    if (parsed && (validity === undefined || parsed.validity === validity)) {
      validity = parsed.validity;
      wanted.set(parsed.uid, id);
    } else yield { id, vanished: true };
  }
  const todo = new Todo(mailbox, validity ?? 0, wanted);
  let failures = 0;
  while (todo.left.size > 0) {
    const before = todo.left.size;
    const lease = await pool.take();
    try {
      yield* fetchAll(lease.link, todo);
    } catch (thrown) {
      const error = asSternaError(thrown);
      if (!retryable(error)) throw error;
      failures = todo.left.size < before ? 0 : failures;
      const poisoned = todo.blame(error);
      if (poisoned) {
        yield poisoned;
        continue;
      }
      if (!(await retry.pause(failures++))) throw error;
    } finally {
      lease.release();
    }
  }
}

/** What is still to be given out, and who is suspected of ending connections. */
class Todo {
  readonly mailbox: Mailbox;
  readonly validity: number;
  readonly left: Map<number, string>;
  /** Asked for one by one, meta data first: after a refusal, or where the server's order of items forces it. */
  readonly careful = new Set<number>();
  #current: number | undefined;
  readonly #failures = new Map<number, number>();

  constructor(mailbox: Mailbox, validity: number, left: Map<number, string>) {
    this.mailbox = mailbox;
    this.validity = validity;
    this.left = left;
  }

  alone(uid: number): void {
    this.#current = uid;
  }

  /** After a lost connection: everything is asked for one by one if it was the protocol that broke. */
  blame(error: SternaError): Unreadable | undefined {
    const uid = this.#current;
    this.#current = undefined;
    if (uid === undefined) {
      if (error.code === 'imap-protocol') for (const each of this.left.keys()) this.careful.add(each);
      return undefined;
    }
    const count = (this.#failures.get(uid) ?? 0) + 1;
    this.#failures.set(uid, count);
    const id = this.left.get(uid);
    if (count < 3 || id === undefined || error.code !== 'imap-protocol') return undefined;
    this.left.delete(uid);
    return { id, error: unreadable('ends in a broken reply each time', error) };
  }
}

function unreadable(what: string, cause?: SternaError): SternaError {
  return new SternaError('object', 'imap-unreadable', `The source server can’t deliver this message: it ${what}.`, {
    fix: 'Open the message in a mail program: if that fails too, the mailbox is damaged there.',
    cause,
  });
}

async function* fetchAll(link: Link, todo: Todo): AsyncGenerator<Item, void, undefined> {
  const connection = await link.connection();
  const selected = await select(connection, todo.mailbox.argument(connection), todo.mailbox.wire, { readOnly: true });
  if (selected.uidValidity !== todo.validity) {
    // The folder was made anew: none of these messages exists any more.
    for (const [uid, id] of [...todo.left]) {
      todo.left.delete(uid);
      yield { id, vanished: true };
    }
    return;
  }
  const run = new FetchRun(connection, todo);
  let orderly = false;
  try {
    for (let item = await run.next(); item !== undefined; item = await run.next()) {
      todo.left.delete(item.uid);
      yield item.item;
      run.skipRest();
    }
    for (const uid of [...todo.careful]) {
      const id = todo.left.get(uid);
      if (id === undefined) continue;
      todo.alone(uid);
      const one = new FetchRun(connection, todo, uid);
      const found = (await one.next())?.item ?? { id, vanished: true as const };
      todo.left.delete(uid);
      yield found;
      one.skipRest();
      while (await one.next());
    }
    orderly = true;
  } finally {
    // Replies that nobody will read may be on their way: cheaper to leave than to take.
    if (!orderly) connection.destroy(connectionLost('left in the middle of a reply'));
  }
}

interface Given {
  readonly uid: number;
  readonly item: Item;
}

/** FETCH commands under way on one connection, and what they brought so far. */
class FetchRun {
  readonly #connection: ImapConnection;
  readonly #todo: Todo;
  readonly #batches: number[][];
  #underWay = 0;
  #queue: Given[] = [];
  #head = 0;
  #held = 0;
  #error: SternaError | undefined;
  #wake: (() => void) | undefined;
  /** By UID, what its command still lacks. A server may run two commands at once and mix their replies. */
  readonly #expected = new Map<number, Set<number>>();
  #streamed: StreamedBody | undefined;
  #given: StreamedBody | undefined;
  /** Where one message is asked for alone: what a first FETCH told of it. */
  #known: Fetched | undefined;

  constructor(connection: ImapConnection, todo: Todo, alone?: number) {
    this.#connection = connection;
    this.#todo = todo;
    this.#batches = [];
    if (alone !== undefined) {
      this.#fetchAlone(alone);
      return;
    }
    const uids = [...todo.left.keys()].filter((uid) => !todo.careful.has(uid));
    for (let at = 0; at < uids.length; at += PER_COMMAND) this.#batches.push(uids.slice(at, at + PER_COMMAND));
    this.#send();
  }

  /** Undefined at the end. @throws SternaError what ended the connection, after all that came whole */
  async next(): Promise<Given | undefined> {
    for (;;) {
      if (this.#head < this.#queue.length) {
        const given = this.#queue[this.#head] as Given;
        this.#queue[this.#head++] = undefined as unknown as Given;
        if (this.#head === this.#queue.length) {
          this.#queue = [];
          this.#head = 0;
        }
        const body = 'body' in given.item ? given.item.body : undefined;
        if (body instanceof StreamedBody) {
          if (body.broken) continue;
          this.#given = body;
        } else if (Buffer.isBuffer(body)) {
          this.#held -= body.length;
          if (this.#held <= LOW_WATER) this.#connection.resume();
        }
        return given;
      }
      if (this.#error) throw this.#error;
      if (this.#underWay === 0 && this.#batches.length === 0) return undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** The consumer moved on: what it left of a streamed body is dropped. */
  skipRest(): void {
    this.#given?.discard();
    this.#given = undefined;
  }

  #send(): void {
    while (this.#underWay < COMMANDS_AHEAD && this.#batches.length > 0)
      this.#fetchMany(this.#batches.shift() as number[]);
  }

  #fetchMany(uids: readonly number[]): void {
    const missing = new Set(uids);
    for (const uid of uids) this.#expected.set(uid, missing);
    const sets = formatUidSets(uids);
    let left = sets.length;
    this.#underWay++;
    for (const set of sets) {
      this.#connection
        .run([`UID FETCH ${set} (UID FLAGS INTERNALDATE BODY.PEEK[])`], {
          untagged: (response) => this.#onFetch(response),
          literal: (line, size) => this.#onLiteral(line, size),
        })
        .then(
          (reply) => {
            // A refusal, or some left out: those are asked for one by one, to know which it was and why.
            if (reply.status !== 'OK') for (const uid of missing) this.#todo.careful.add(uid);
            if (--left > 0) return;
            for (const uid of missing) {
              this.#expected.delete(uid);
              if (!this.#todo.careful.has(uid)) this.#vanished(uid);
            }
            this.#underWay--;
            this.#send();
            this.#wakeUp();
          },
          (error) => this.#fail(error),
        );
    }
  }

  #onFetch(response: Untagged): boolean {
    if (response.name !== 'FETCH') return false;
    const found = parseFetch(response.cursor);
    if (this.#streamed) {
      this.#streamed.finish();
      this.#streamed = undefined;
      return true;
    }
    const { uid, body } = found;
    if (uid === undefined || body === undefined || !this.#expected.has(uid)) return true;
    if (body === null) {
      this.#todo.careful.add(uid);
      return true;
    }
    this.#arrived(uid);
    this.#give(uid, found, body, body.length);
    return true;
  }

  #onLiteral(line: Line, size: number): LiteralSink | undefined {
    if (size <= INLINE_LIMIT) return undefined;
    const beginning = parseFetchBeginning(line);
    if (!beginning) return undefined;
    const uid = beginning.uid;
    if (uid === undefined || beginning.flags === undefined) {
      // Its number comes after its body: only asked for alone do we know whose body this is.
      for (const each of this.#todo.left.keys()) this.#todo.careful.add(each);
      throw protocolError('sent a large message before saying which it is');
    }
    if (!this.#arrived(uid)) return undefined;
    return this.#stream(uid, beginning, size);
  }

  #arrived(uid: number): boolean {
    const missing = this.#expected.get(uid);
    this.#expected.delete(uid);
    return missing?.delete(uid) ?? false;
  }

  #stream(uid: number, known: Fetched, size: number): LiteralSink {
    const body = new StreamedBody(this.#connection);
    this.#streamed = body;
    this.#give(uid, known, body, size);
    return body;
  }

  #give(uid: number, found: Fetched, body: Buffer | StreamedBody, size: number): void {
    const id = formatId(this.#todo.validity, uid);
    this.#queue.push({ uid, item: { id, flags: found.flags ?? [], date: found.date, size, body } });
    if (Buffer.isBuffer(body)) {
      this.#held += size;
      if (this.#held > HIGH_WATER) this.#connection.pause();
    }
    this.#wakeUp();
  }

  #vanished(uid: number): void {
    this.#queue.push({ uid, item: { id: formatId(this.#todo.validity, uid), vanished: true } });
  }

  #fetchAlone(uid: number): void {
    this.#underWay++;
    this.#alone(uid).then(
      (item) => {
        if (item) this.#queue.push({ uid, item });
        this.#underWay--;
        this.#wakeUp();
      },
      (error) => this.#fail(error),
    );
  }

  /** Meta data first, so that they are known when the body begins. Undefined: the body was given out already. */
  async #alone(uid: number): Promise<Item | undefined> {
    const id = formatId(this.#todo.validity, uid);
    const meta = await this.#connection.run([`UID FETCH ${uid} (UID FLAGS INTERNALDATE)`], {
      untagged: (response) => {
        if (response.name !== 'FETCH') return false;
        const found = parseFetch(response.cursor);
        if (found.uid !== uid || found.flags === undefined) return false;
        this.#known = found;
        return true;
      },
    });
    const known = this.#known;
    if (known === undefined)
      return meta.status === 'OK' ? { id, vanished: true } : { id, error: unreadable('refuses to') };
    let given = false;
    const reply = await this.#connection.run([`UID FETCH ${uid} BODY.PEEK[]`], {
      untagged: (response) => {
        if (response.name !== 'FETCH') return false;
        const found = parseFetch(response.cursor);
        if (this.#streamed) {
          this.#streamed.finish();
          this.#streamed = undefined;
          return true;
        }
        if (!found.body || given || (found.uid !== undefined && found.uid !== uid)) return false;
        given = true;
        this.#give(uid, known, found.body, found.body.length);
        return true;
      },
      literal: (line, size) => {
        if (size <= INLINE_LIMIT || given || !parseFetchBeginning(line)) return undefined;
        given = true;
        return this.#stream(uid, known, size);
      },
    });
    if (given) return undefined;
    return { id, error: unreadable(reply.status === 'OK' ? 'has no body there' : 'is refused there') };
  }

  #fail(error: SternaError): void {
    this.#error ??= error;
    this.#wakeUp();
  }

  #wakeUp(): void {
    this.#wake?.();
    this.#wake = undefined;
  }
}
