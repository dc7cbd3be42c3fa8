import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { type Content, type Flags, INLINE_LIMIT, type Unreadable, type Vanished } from '@sterna/connector-kit';
import { messageMatchKey } from '@sterna/content';
import { SternaError } from '@sterna/core';
import { asObjectError, errnoOf } from '../errors.ts';
import { canonical } from '../flags.ts';
import type { Facts, Listing } from '../store.ts';
import { type Journal, journalOf, readJournal } from './journal.ts';
import { placeByLabels } from './labels.ts';
import { LineRewriter, type Quoting, rewrite } from './quoting.ts';
import { readRange, type ScannedMessage, scanMbox } from './scan.ts';

/** A message of an mbox with all that is known of it. */
export interface MboxMessage {
  readonly id: string;
  readonly at: number;
  readonly start: number;
  /** Without the separator's empty line, and without a line end that isn't the message's. */
  readonly end: number;
  /** Bytes when read. */
  readonly size: number;
  readonly flags: Flags;
  readonly date: Date | undefined;
  /** The folder that Gmail's labels put it in; undefined: the file's own. */
  readonly place: readonly string[] | undefined;
  readonly eol: boolean;
  readonly problem: SternaError | undefined;
}

export interface MboxIndex {
  readonly journal: Journal;
  readonly quoting: Quoting;
  /** Where the file's good part ends. */
  readonly limit: number;
  readonly messages: ReadonlyMap<string, MboxMessage>;
  /** By hash: the N that a further twin gets. */
  readonly ordinals: ReadonlyMap<string, number>;
}

const READ = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
const CHUNK = 256 * 1024;

/** One mbox file and its journal, indexed when first asked and again whenever it changed. */
export class MboxFile {
  readonly path: string;
  #index: MboxIndex | undefined;
  #stamp = '';

  constructor(path: string) {
    this.path = path;
  }

  /**
   * A file that can't be opened has one message, which can't be read: the loss has a place in the books.
   * @param held the caller has the lock and has just asked: what changed since is the caller's own doing
   */
  async index(held = false): Promise<MboxIndex> {
    if (held && this.#index !== undefined) return this.#index;
    const stamp = await this.#stampNow();
    if (this.#index !== undefined && stamp === this.#stamp) return this.#index;
    const journal = await readJournal(this.path);
    let index: MboxIndex;
    try {
      index = await this.#scan(journal);
    } catch (thrown) {
      const error = asObjectError(thrown);
      if (errnoOf(thrown) === 'ENOENT') throw thrown;
      const problem = new SternaError('object', error.code, `A whole mbox can't be read: ${error.message}`, {
        ...(error.fix === undefined ? {} : { fix: error.fix }),
        cause: thrown,
      });
      index = {
        journal,
        quoting: 'mboxrd',
        limit: 0,
        messages: new Map([['unreadable', unreadable(problem)]]),
        ordinals: new Map(),
      };
    }
    this.#index = index;
    this.#stamp = stamp;
    return index;
  }

  async #scan(journal: Journal): Promise<MboxIndex> {
    const file = await this.open();
    try {
      const { size } = await file.stat();
      // Somebody else may have added mail behind our unfinished batch: then nothing may be cut off.
      const limit = journal.open !== undefined && size <= journal.open.end ? Math.min(size, journal.open.begin) : size;
      const { messages, quoting } = await scanMbox(file, limit, journal.path !== undefined);
      const identified = identify(messages, journal, quoting);
      return { journal, quoting, limit, messages: identified, ordinals: ordinalsOf(identified.keys()) };
    } finally {
      await file.close();
    }
  }

  /**
   * A batch of ours was appended and is in the journal: the index grows instead of being made anew for every batch.
   * @param limit where the file ends now
   */
  async extend(appended: readonly MboxMessage[], limit: number): Promise<void> {
    const index = this.#index;
    this.#index = undefined;
    if (index === undefined) return;
    const stamp = await this.#stampNow();
    // Somebody else wrote too: look again next time.
    if ((await stat(this.path)).size !== limit) return;
    const messages = index.messages as Map<string, MboxMessage>;
    const ordinals = index.ordinals as Map<string, number>;
    for (const message of appended) {
      const [hash, n] = splitId(message.id);
      messages.set(message.id, message);
      ordinals.set(hash, n + 1);
    }
    this.#index = { ...index, messages, ordinals, limit, journal: { ...index.journal, exists: true, open: undefined } };
    this.#stamp = stamp;
  }

  async open(): Promise<FileHandle> {
    const file = await open(this.path, READ);
    if ((await file.stat()).isFile()) return file;
    await file.close();
    throw new SternaError('object', 'not-a-file', 'Where an mbox file is expected there is something else');
  }

  async #stampNow(): Promise<string> {
    const [file, journal] = await Promise.all(
      [this.path, journalOf(this.path)].map((path) => stat(path, { bigint: true }).catch(() => undefined)),
    );
    return [file, journal].map((one) => `${one?.ino}.${one?.size}.${one?.mtimeNs}`).join();
  }

  /** Messages of one place: the file's own (undefined) or one of the label folders. */
  async list(place: readonly string[] | undefined): Promise<Listing> {
    const hash = createHash('sha256');
    const entries = [];
    for (const message of (await this.index()).messages.values()) {
      if (message.place?.join('\0') !== place?.join('\0')) continue;
      hash.update(`${message.id}\0${message.flags.join('\0')}\0\0`);
      entries.push({ id: message.id, flags: message.flags, order: String(message.at).padStart(16, '0') + message.id });
    }
    return { entries, glance: `${entries.length}.${hash.digest('hex').slice(0, 32)}` };
  }

  async facts(id: string, matchKey: boolean): Promise<Facts | undefined> {
    const { messages, quoting } = await this.index();
    const message = messages.get(id);
    if (message === undefined) return undefined;
    const facts = { size: message.size, date: message.date };
    if (!matchKey || message.problem !== undefined) return facts;
    const file = await this.open();
    try {
      const head = await readRange(file, message.start, Math.min(message.end, message.start + CHUNK));
      return { ...facts, matchKey: messageMatchKey(rewrite(head, quoting)) };
    } finally {
      await file.close();
    }
  }

  async fetch(id: string): Promise<Content | Vanished | Unreadable> {
    const { messages, quoting } = await this.index();
    const message = messages.get(id);
    if (message === undefined) return { id, vanished: true };
    if (message.problem !== undefined) return { id, error: message.problem };
    const { flags, date, size } = message;
    if (size > INLINE_LIMIT) return { id, flags, date, size, body: this.#stream(message, quoting) };
    const file = await this.open();
    try {
      const body = rewrite(await readRange(file, message.start, message.end), quoting);
      if (body.length !== size)
        throw new SternaError('transient', 'file-changed', 'The mbox changed while it was read');
      return { id, flags, date, size, body };
    } finally {
      await file.close();
    }
  }

  async *#stream(message: MboxMessage, quoting: Quoting): AsyncGenerator<Buffer> {
    const file = await this.open();
    const rewriter = new LineRewriter(quoting);
    let seen = 0;
    try {
      for (let at = message.start; at < message.end; ) {
        const chunk = await readRange(file, at, Math.min(at + CHUNK, message.end));
        if (chunk.length === 0) break;
        at += chunk.length;
        for (const part of rewriter.push(chunk)) {
          seen += part.length;
          if (part.length > 0) yield part;
        }
      }
      const rest = rewriter.end();
      seen += rest.length;
      if (rest.length > 0) yield rest;
    } finally {
      await file.close();
    }
    if (seen !== message.size) throw new SternaError('transient', 'file-changed', 'The mbox changed while it was read');
  }
}

function unreadable(problem: SternaError): MboxMessage {
  return {
    id: 'unreadable',
    at: 0,
    start: 0,
    end: 0,
    size: 0,
    flags: [],
    date: undefined,
    place: undefined,
    eol: true,
    problem,
  };
}

/**
 * Ids are `HASH.N`: N counts byte-identical twins in the order of the file. The journal remembers which N are left
 * after one was removed, so that the others keep theirs.
 */
function identify(messages: readonly ScannedMessage[], journal: Journal, quoting: Quoting): Map<string, MboxMessage> {
  const recorded = new Map(journal.messages.map((message) => [message.id, message]));
  const counted = new Map<string, number>();
  for (const { hash } of messages) counted.set(hash, (counted.get(hash) ?? 0) + 1);
  const ordinals = new Map<string, number[]>();
  for (const { id } of journal.messages) {
    const [hash, n] = splitId(id);
    if (counted.has(hash)) ordinals.set(hash, [...(ordinals.get(hash) ?? []), n]);
  }
  for (const [hash, count] of counted) {
    const known = (ordinals.get(hash) ?? []).sort((a, b) => a - b).slice(0, count);
    for (let n = 0; known.length < count; n++) if (!known.includes(n)) known.push(n);
    ordinals.set(
      hash,
      known.sort((a, b) => a - b),
    );
  }
  const found = new Map<string, MboxMessage>();
  for (const message of messages) {
    const id = `${message.hash}.${ordinals.get(message.hash)?.shift()}`;
    const note = recorded.get(id);
    if (message.hidden && note === undefined) continue;
    const labelled =
      message.labels === undefined || note !== undefined || journal.path !== undefined
        ? undefined
        : placeByLabels(message.labels);
    const eol = note?.eol !== false;
    const end = message.end - (eol ? 0 : 1);
    found.set(id, {
      id,
      at: message.at,
      start: message.start,
      end,
      size: end - message.start - message.single - (quoting === 'mboxrd' ? message.deep : 0),
      flags: note?.flags ?? (labelled === undefined ? message.flags : canonical([...message.flags, ...labelled.flags])),
      date: note?.date === undefined ? message.date : new Date(note.date),
      place: labelled?.path,
      eol,
      problem: message.problem,
    });
  }
  return found;
}

function ordinalsOf(ids: Iterable<string>): Map<string, number> {
  const ordinals = new Map<string, number>();
  for (const id of ids) {
    const [hash, n] = splitId(id);
    ordinals.set(hash, Math.max(ordinals.get(hash) ?? 0, n + 1));
  }
  return ordinals;
}

function splitId(id: string): [hash: string, n: number] {
  const dot = id.lastIndexOf('.');
  return [id.slice(0, dot), Number(id.slice(dot + 1))];
}
