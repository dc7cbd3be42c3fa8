import type {
  Candidate,
  Container,
  CreateOp,
  FidelityNote,
  InventoryItem,
  Op,
  Result,
  SpecialUse,
  Writer,
} from '@sterna/connector-kit';
import { MessageDigest, messageDigest } from '@sterna/content';
import { SternaError } from '@sterna/core';
import { append } from './append.ts';
import { readBodies } from './bodies.ts';
import { changesSince } from './changes.ts';
import { refusal } from './errors.ts';
import { containerOf, type Folder, listFolders, type Namespaces, parseStatus } from './folders.ts';
import { formatId, parseId } from './ids.ts';
import type { Link } from './link.ts';
import type { LinkPool } from './link-pool.ts';
import { type Mailbox, mailboxFromId } from './mailbox-name.ts';
import type { TargetRules } from './message-for-append.ts';
import type { ImapConnection } from './protocol/connection.ts';
import { parseFetch } from './protocol/fetch.ts';
import type { Selected } from './protocol/select.ts';
import { formatUidSets, parseUidSet } from './protocol/uid-set.ts';
import type { Retry } from './retry.ts';
import { applyToExisting } from './store.ts';
import { targetName } from './target-names.ts';

export interface WriterParts {
  /** APPEND, CREATE, LIST: commands that need no selected folder, pipelined. */
  readonly appendLink: Link;
  /** STORE, MOVE, EXPUNGE, SEARCH in a selected folder. Never CONDSTORE-aware: it would answer each silent STORE. */
  readonly stateLink: Link;
  readonly listLink: Link;
  readonly bodies: LinkPool;
  readonly namespaces: () => Promise<Namespaces>;
  readonly installation: string;
  readonly retry: Retry;
  readonly pageSize: number;
  readonly maxBytes: number | undefined;
  /** APPENDLIMIT differs from folder to folder: STATUS tells (RFC 7889). */
  readonly limitPerFolder: boolean;
  readonly distrust: () => void;
}

/** What is known of a target folder from having selected it. */
interface Known {
  validity: number;
  uidNext: number;
  readonly rules: TargetRules;
}

export class ImapWriter implements Writer {
  readonly #parts: WriterParts;
  readonly #pending: string;
  readonly #known = new Map<string, Promise<Known>>();
  #folders: Promise<Map<string, Folder>> | undefined;

  constructor(parts: WriterParts) {
    this.#parts = parts;
    if (!/^[0-9a-f]{8}$/.test(parts.installation))
      throw new SternaError('bug', 'installation-invalid', 'The installation’s id must be 8 hexadecimal digits.');
    this.#pending = `$SternaPending-${parts.installation}`;
  }

  async ensureContainer(
    path: readonly string[],
    options: { readonly role?: SpecialUse; readonly subscribe?: boolean },
  ): Promise<{ readonly container: Container; readonly notes: readonly FidelityNote[] }> {
    const folders = await this.#listed();
    if (options.role !== undefined)
      for (const folder of folders.values())
        if (folder.role === options.role && folder.selectable) return { container: containerOf(folder), notes: [] };
    const { prefix, separator } = await this.#hierarchy(folders);
    let refused: SternaError | undefined;
    for (const strictly of [false, true]) {
      const name = targetName(path, { prefix, separator }, strictly);
      if (!name) break;
      if (refused && strictly && targetName(path, { prefix, separator }, false)?.id === name.id) break;
      const existing = folders.get(name.id);
      if (existing?.selectable) return { container: containerOf(existing), notes: name.notes };
      const outcome = await this.#create(name.id, path, separator, options);
      if (!(outcome instanceof SternaError)) {
        folders.set(name.id, outcome);
        return { container: containerOf(outcome), notes: name.notes };
      }
      refused = outcome;
      if (outcome.class !== 'object' || outcome.code === 'no-permission') throw outcome;
    }
    throw refused ?? new SternaError('object', 'folder-name-empty', 'A folder without a name can’t be created.');
  }

  async mark(container: string): Promise<string> {
    const known = await this.#folder(container);
    return formatId(known.validity, known.uidNext);
  }

  async apply(ops: readonly Op[]): Promise<readonly Result[]> {
    const creates = ops.filter((op) => op.verb === 'create');
    const [first] = creates;
    if (first && creates.length === ops.length && creates.every((op) => op.container === first.container))
      return this.#append(first.container, creates);
    const results = new Map<string, Result>();
    for (const [container, group] of Map.groupBy(creates, (op) => op.container))
      for (const result of await this.#append(container, group)) results.set(result.op, result);
    if (ops.some((op) => op.verb === 'replace'))
      throw new SternaError('bug', 'mail-is-immutable', 'Messages are never replaced');
    if (ops.some((op) => op.verb === 'access'))
      throw new SternaError('bug', 'no-such-verb', 'Rights are not written to mail folders');
    const others = ops.filter((op) => op.verb !== 'create' && op.verb !== 'replace' && op.verb !== 'access');
    if (others.length > 0) {
      const context = {
        link: this.#parts.stateLink,
        pending: this.#pending,
        rules: (selected: Selected) => this.#rules(selected, undefined),
        trash: async () => {
          for (const folder of (await this.#listed()).values())
            if (folder.role === 'trash' && folder.selectable) return folder.mailbox;
          return undefined;
        },
      };
      for (const result of await applyToExisting(others, context)) results.set(result.op, result);
    }
    return ops.map((op) => results.get(op.op) as Result);
  }

  async confirm(container: string, targetIds: readonly string[]): Promise<void> {
    const known = await this.#folder(container);
    if (known.rules.pendingKeyword === undefined || targetIds.length === 0) return;
    const mailbox = mailboxFromId(container);
    const { stateLink } = this.#parts;
    await this.#again(() =>
      stateLink.exclusively(async (connection) => {
        for (const last of [false, true]) {
          const selected = await stateLink.selectForWriting(connection, mailbox);
          const uids = targetIds
            .map(parseId)
            .filter((id) => id?.validity === selected.uidValidity)
            .map((id) => id?.uid as number);
          const outcome = await this.#clearMark(connection, uids);
          if (outcome === 'cleared') return;
          // The view was behind after all, or the newest is gone: a new SELECT knows for certain.
          if (!last) stateLink.forgetSelected();
          else if (outcome === 'still-marked')
            throw new SternaError('object', 'mark-not-cleared', 'The target keeps Sterna’s mark on messages.', {
              fix: `Give the signed-in user the right to change keywords, or remove ${this.#pending} by hand.`,
            });
        }
      }),
    );
  }

  /** How the newest of them looks afterwards, standing for all. */
  async #clearMark(
    connection: ImapConnection,
    uids: readonly number[],
  ): Promise<'cleared' | 'still-marked' | 'not-seen'> {
    if (uids.length === 0) return 'cleared';
    const newest = uids.reduce((a, b) => Math.max(a, b));
    let flags: readonly string[] | undefined;
    const replies = await Promise.all([
      ...formatUidSets(uids).map((set) => connection.run([`UID STORE ${set} -FLAGS.SILENT (${this.#pending})`])),
      connection.run([`UID FETCH ${newest} (UID FLAGS)`], {
        untagged: (response) => {
          if (response.name !== 'FETCH') return false;
          const found = parseFetch(response.cursor);
          if (found.uid === newest && found.flags) flags = found.flags;
          return true;
        },
      }),
    ]);
    const refused = replies.find((reply) => reply.status !== 'OK');
    if (refused) throw refusal('to settle messages', refused);
    const pending = this.#pending.toLowerCase();
    if (flags === undefined) return 'not-seen';
    return flags.some((flag) => flag.toLowerCase() === pending) ? 'still-marked' : 'cleared';
  }

  async *candidates(container: string, since: string | undefined): AsyncIterable<Candidate> {
    const mailbox = mailboxFromId(container);
    // What landed late must be seen: never from what was known before.
    this.#known.delete(container);
    const known = await this.#folder(container);
    const marked = known.rules.pendingKeyword !== undefined;
    const mark = since === undefined ? undefined : parseId(since);
    if (marked && mark !== undefined) {
      // Under another UIDVALIDITY nothing tells what came since.
      if (mark.validity === known.validity) yield* this.#since(mailbox, mark.uid);
      return;
    }
    const from = mark?.validity === known.validity ? mark.uid : 1;
    const criterion = marked ? `KEYWORD ${this.#pending}` : `UID ${from}:*`;
    const found = await this.#again(() =>
      this.#parts.stateLink.exclusively(async (connection) => {
        const selected = await this.#parts.stateLink.selectForWriting(connection, mailbox);
        const uids = await search(connection, criterion);
        // `n:*` always holds the last message, whatever its number.
        return uids.filter((uid) => marked || uid >= from).map((uid) => formatId(selected.uidValidity, uid));
      }),
    );
    const lower = this.#pending.toLowerCase();
    for await (const item of readBodies(this.#parts.bodies, mailbox, found, this.#parts.retry)) {
      if (!('body' in item)) {
        if ('error' in item) throw item.error;
        continue;
      }
      const isMarked = item.flags.some((flag) => flag.toLowerCase() === lower);
      yield { targetId: item.id, digest: await digestOf(item.body), marked: isMarked };
    }
  }

  async *#since(mailbox: Mailbox, from: number): AsyncIterable<Candidate> {
    const pending = this.#pending.toLowerCase();
    const found = await this.#again(() =>
      this.#parts.stateLink.exclusively(async (connection) => {
        const candidates = new Map<number, Candidate>();
        const { uidValidity } = await this.#parts.stateLink.selectForWriting(connection, mailbox);
        const reply = await connection.run([`UID FETCH ${from}:* (UID FLAGS)`], {
          untagged: (response) => {
            if (response.name !== 'FETCH') return false;
            const { uid, flags } = parseFetch(response.cursor);
            // `n:*` always holds the last message, whatever its number.
            if (uid === undefined || uid < from || flags === undefined) return true;
            const targetId = formatId(uidValidity, uid);
            const isMarked = flags.some((flag) => flag.toLowerCase() === pending);
            candidates.set(uid, { targetId, digest: undefined, marked: isMarked, flags });
            return true;
          },
        });
        if (reply.status !== 'OK') throw refusal('to look for new messages', reply);
        return candidates;
      }),
    );
    yield* found.values();
  }

  async *inventory(
    container: string,
    facets: { readonly matchKey?: boolean; readonly size?: boolean },
  ): AsyncIterable<InventoryItem> {
    const asked = {
      date: true,
      ...(facets.matchKey ? { matchKey: true } : {}),
      ...(facets.size ? { size: true } : {}),
    };
    for await (const page of changesSince(
      this.#parts.listLink,
      mailboxFromId(container),
      undefined,
      asked,
      this.#parts,
    ))
      for (const { id, flags, date, size, matchKey } of page.changes)
        yield {
          targetId: id,
          ...(size === undefined ? {} : { size }),
          ...(flags ? { flags } : {}),
          ...(date ? { date } : {}),
          ...(matchKey ? { matchKey } : {}),
        };
  }

  async #append(container: string, ops: readonly CreateOp[]): Promise<readonly Result[]> {
    const known = await this.#folder(container);
    const mailbox = mailboxFromId(container);
    const context = {
      mailbox,
      rules: known.rules,
      noteUid: (validity: number, uid: number) => {
        if (validity !== known.validity) this.#known.delete(container);
        else known.uidNext = Math.max(known.uidNext, uid + 1);
      },
      distrust: () => this.#parts.distrust(),
    };
    const connection = await this.#again(() => this.#parts.appendLink.connection());
    const results = await append(connection, ops, context);
    if (results !== 'try-create') return results;
    // It was there when it was selected; somebody removed it. Streams aren't touched before the server wants them.
    this.#known.delete(container);
    const reply = await connection.run(['CREATE ', mailbox.argument(connection)]);
    if (reply.status !== 'OK' && reply.code?.name !== 'ALREADYEXISTS') throw refusal('to create a folder', reply);
    const again = await append(connection, ops, context);
    if (again !== 'try-create') return again;
    const error = new SternaError('object', 'container-gone', 'The target folder can’t be created.');
    return ops.map((op) => ({ op: op.op, outcome: 'refused', error }));
  }

  #folder(container: string): Promise<Known> {
    let known = this.#known.get(container);
    if (!known) {
      known = this.#look(container);
      known.catch(() => this.#known.delete(container));
      this.#known.set(container, known);
    }
    return known;
  }

  async #look(container: string): Promise<Known> {
    const mailbox = mailboxFromId(container);
    const { stateLink, limitPerFolder } = this.#parts;
    return this.#again(() =>
      stateLink.exclusively(async (connection) => {
        stateLink.forgetSelected();
        const selected = await stateLink.selectForWriting(connection, mailbox);
        const limit = limitPerFolder ? await appendLimit(connection, mailbox) : this.#parts.maxBytes;
        // A server that doesn't tell UIDNEXT: everything that is there may be ours.
        return { validity: selected.uidValidity, uidNext: selected.uidNext ?? 1, rules: this.#rules(selected, limit) };
      }),
    );
  }

  #rules(selected: Selected, maxBytes: number | undefined): TargetRules {
    const permanent = selected.permanentFlags ?? [];
    if (permanent.includes('\\*')) return { keywords: 'all', pendingKeyword: this.#pending, maxBytes };
    const keywords = new Set(permanent.filter((flag) => !flag.startsWith('\\')).map((flag) => flag.toLowerCase()));
    return {
      keywords,
      pendingKeyword: keywords.has(this.#pending.toLowerCase()) ? this.#pending : undefined,
      maxBytes,
    };
  }

  #listed(): Promise<Map<string, Folder>> {
    this.#folders ??= this.#again(async () => {
      const connection = await this.#parts.appendLink.connection();
      const namespaces = this.#parts.namespaces();
      const folders = await listFolders(connection, { namespaces, status: false, modseq: false });
      return new Map(folders.map((folder) => [folder.mailbox.id, folder]));
    });
    this.#folders.catch(() => {
      this.#folders = undefined;
    });
    return this.#folders;
  }

  async #hierarchy(folders: ReadonlyMap<string, Folder>): Promise<{ prefix: string; separator: string | undefined }> {
    const { personal } = await this.#parts.namespaces();
    const separator = personal.separator ?? [...folders.values()].find((folder) => folder.separator)?.separator;
    return { prefix: personal.prefix, separator };
  }

  /** The folder, or the refusal. */
  async #create(
    id: string,
    path: readonly string[],
    separator: string | undefined,
    options: { readonly role?: SpecialUse; readonly subscribe?: boolean },
  ): Promise<Folder | SternaError> {
    const mailbox = mailboxFromId(id);
    const { role } = options;
    const subscribe = options.subscribe !== false;
    const reply = await this.#again(async () => {
      const connection = await this.#parts.appendLink.connection();
      const name = mailbox.argument(connection);
      const use = role !== undefined && role !== 'inbox' && connection.has('CREATE-SPECIAL-USE');
      let created = await connection.run([
        'CREATE ',
        name,
        use ? ` (USE (\\${role[0]?.toUpperCase()}${role.slice(1)}))` : '',
      ]);
      // USEATTR: not this use, or not twice (RFC 6154 section 3). The folder is what matters.
      if (use && created.status === 'NO') created = await connection.run(['CREATE ', name]);
      const exists = created.status === 'OK' || created.code?.name === 'ALREADYEXISTS' || /exists/i.test(created.text);
      if (exists && subscribe) await connection.run(['SUBSCRIBE ', name]);
      return exists ? undefined : created;
    });
    if (reply) return refusal('to create a folder', reply);
    return { mailbox, separator, path: [...path], role, subscribed: subscribe, selectable: true, status: undefined };
  }

  /** Idempotent work is repeated on another connection. */
  async #again<T>(work: () => Promise<T>): Promise<T> {
    for (let failures = 0; ; failures++) {
      try {
        return await work();
      } catch (thrown) {
        const error = thrown instanceof SternaError ? thrown : undefined;
        if (error?.class !== 'transient' || error.code === 'aborted') throw thrown;
        if (!(await this.#parts.retry.pause(failures))) throw thrown;
      }
    }
  }
}

async function digestOf(body: Buffer | AsyncIterable<Buffer>): Promise<Buffer> {
  if (Buffer.isBuffer(body)) return messageDigest(body);
  const digest = new MessageDigest();
  for await (const chunk of body) digest.update(chunk);
  return digest.digest();
}

/** UIDs ascending. ESEARCH (RFC 4731) where offered: a compact set instead of a list as long as the folder. */
export async function search(connection: ImapConnection, criterion: string): Promise<number[]> {
  const extended = connection.has('ESEARCH') || connection.has('IMAP4REV2');
  const uids: number[] = [];
  const reply = await connection.run([`UID SEARCH ${extended ? 'RETURN (ALL) ' : ''}${criterion}`], {
    untagged: (response) => {
      if (response.name === 'SEARCH') {
        for (const word of response.cursor.rest.trim().split(/\s+/))
          if (/^\d{1,10}$/.test(word)) uids.push(Number(word));
        return true;
      }
      if (response.name !== 'ESEARCH') return false;
      const set = / ALL (\S+)/i.exec(response.cursor.rest)?.[1];
      for (const { from, to } of (set && parseUidSet(set)) || [])
        for (let uid = from; uid <= to && uids.length < MAX_FOUND; uid++) uids.push(uid);
      return true;
    },
  });
  if (reply.status !== 'OK') throw refusal('a search', reply);
  return uids.sort((a, b) => a - b);
}

/** A folder that claims to hold more than this is not believed. */
const MAX_FOUND = 20_000_000;

async function appendLimit(connection: ImapConnection, mailbox: Mailbox): Promise<number | undefined> {
  let limit: number | undefined;
  await connection.run(['STATUS ', mailbox.argument(connection), ' (APPENDLIMIT)'], {
    untagged: (response) => {
      if (response.name !== 'STATUS') return false;
      limit = parseStatus(response.cursor)?.appendLimit;
      return true;
    },
  });
  return limit;
}
