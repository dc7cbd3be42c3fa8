import type { FidelityNote, PlaceOp, RemoveOp, Result, StateOp } from '@sterna/connector-kit';
import { asSternaError, SternaError } from '@sterna/core';
import { refusal } from './errors.ts';
import { formatId, parseId } from './ids.ts';
import type { Link } from './link.ts';
import { type Mailbox, mailboxFromId } from './mailbox-name.ts';
import { keepFlags, type TargetRules } from './message-for-append.ts';
import type { ImapConnection, Reply, Untagged } from './protocol/connection.ts';
import type { Selected } from './protocol/select.ts';
import { expandUidSet, formatUidSets, parseUidSet } from './protocol/uid-set.ts';

export interface StoreContext {
  readonly link: Link;
  readonly pending: string;
  readonly rules: (selected: Selected) => TargetRules;
  readonly trash: () => Promise<Mailbox | undefined>;
}

export type ExistingOp = StateOp | PlaceOp | RemoveOp;
type Target<T> = { readonly op: T; readonly uid: number };

/**
 * State, place and remove, grouped so that equal changes are one command.
 *
 * @throws SternaError where nothing at all was done: no connection, or the endpoint as a whole refuses
 */
export async function applyToExisting(ops: readonly ExistingOp[], context: StoreContext): Promise<Result[]> {
  const results: Result[] = [];
  for (const [container, group] of Map.groupBy(ops, (op) => op.container)) {
    try {
      const trash = group.some((op) => op.verb === 'remove' && op.how === 'trash') ? await context.trash() : undefined;
      await context.link.exclusively((connection) => inFolder(connection, container, group, trash, context, results));
    } catch (thrown) {
      const error = asSternaError(thrown);
      const known = new Set(results.map((result) => result.op));
      if (!results.some((result) => result.outcome === 'done' || result.outcome === 'unknown')) throw error;
      for (const { op } of group) if (!known.has(op)) results.push({ op, outcome: 'unknown', error });
    }
  }
  return results;
}

async function inFolder(
  connection: ImapConnection,
  container: string,
  ops: readonly ExistingOp[],
  trash: Mailbox | undefined,
  context: StoreContext,
  results: Result[],
): Promise<void> {
  const mailbox = mailboxFromId(container);
  let selected: Selected;
  try {
    selected = await context.link.selectForWriting(connection, mailbox);
  } catch (thrown) {
    const error = asSternaError(thrown);
    if (error.code !== 'container-gone') throw error;
    for (const { op } of ops) results.push({ op, outcome: 'missing' });
    return;
  }
  const targets: Target<ExistingOp>[] = [];
  for (const op of ops) {
    const id = parseId(op.targetId);
    // Another UIDVALIDITY: the number may belong to another message now.
    if (id?.validity === selected.uidValidity) targets.push({ op, uid: id.uid });
    else results.push({ op: op.op, outcome: 'missing' });
  }
  const run = new StoreRun(connection, selected, context);
  const there = await run.existing(targets.map((target) => target.uid));
  const live = targets.filter(({ op, uid }) => {
    if (!there.has(uid)) results.push({ op: op.op, outcome: 'missing' });
    return there.has(uid);
  });
  const of = <V extends ExistingOp['verb']>(verb: V): Target<Extract<ExistingOp, { verb: V }>>[] =>
    live.filter((target): target is Target<Extract<ExistingOp, { verb: V }>> => target.op.verb === verb);

  for (const group of Map.groupBy(of('state'), ({ op }) => JSON.stringify([op.add, op.remove])).values())
    results.push(...(await guarded(group, () => run.state(group))));
  for (const [to, group] of Map.groupBy(of('place'), ({ op }) => op.to))
    results.push(...(await guarded(group, () => run.place(group, mailboxFromId(to)))));
  for (const [how, group] of Map.groupBy(of('remove'), ({ op }) => op.how)) {
    const to = how === 'trash' && trash && trash.id !== container ? trash : undefined;
    results.push(...(await guarded(group, () => run.remove(group, to))));
  }
}

/** A connection lost in between: nobody knows. What was refused was not done. */
async function guarded<T extends ExistingOp>(
  group: readonly Target<T>[],
  work: () => Promise<Result[]>,
): Promise<Result[]> {
  try {
    return await work();
  } catch (thrown) {
    const error = asSternaError(thrown);
    if (error.class === 'throttled') throw error;
    const outcome = error.class === 'object' ? 'refused' : 'unknown';
    return group.map(({ op }) => ({ op: op.op, outcome, error }));
  }
}

class StoreRun {
  readonly #connection: ImapConnection;
  readonly #selected: Selected;
  readonly #context: StoreContext;

  constructor(connection: ImapConnection, selected: Selected, context: StoreContext) {
    this.#connection = connection;
    this.#selected = selected;
    this.#context = context;
  }

  /** STORE says nothing of messages that aren't there, so they are looked for first. */
  async existing(uids: readonly number[]): Promise<Set<number>> {
    const found = new Set<number>();
    for (const set of formatUidSets(uids)) {
      const reply = await this.#connection.run([`UID SEARCH UID ${set}`], {
        untagged: (response) => {
          if (response.name !== 'SEARCH') return false;
          for (const word of response.cursor.rest.trim().split(/\s+/)) found.add(Number(word));
          return true;
        },
      });
      if (reply.status !== 'OK') throw refusal('a search', reply);
    }
    return found;
  }

  async state(group: readonly Target<StateOp>[]): Promise<Result[]> {
    const { op: first } = group[0] as Target<StateOp>;
    const notes: FidelityNote[] = [];
    const add = keepFlags(first.add, this.#context.rules(this.#selected).keywords, notes).flags;
    // A flag that can't be sent can't be there either.
    const remove = keepFlags(first.remove, 'all', []).flags;
    const sets = formatUidSets(group.map(({ uid }) => uid));
    if (add.length > 0) await this.#store(sets, `+FLAGS.SILENT (${add.join(' ')})`, 'to change flags');
    if (remove.length > 0) await this.#store(sets, `-FLAGS.SILENT (${remove.join(' ')})`, 'to change flags');
    return group.map(({ op }) => ({
      op: op.op,
      outcome: 'done',
      targetId: op.targetId,
      ...(notes.length > 0 ? { notes } : {}),
    }));
  }

  /** Marked first: if we die in between, the copy is recognized by its mark wherever it is. */
  async place(group: readonly Target<PlaceOp>[], to: Mailbox): Promise<Result[]> {
    const mark = this.#context.rules(this.#selected).pendingKeyword;
    const sets = formatUidSets(group.map(({ uid }) => uid));
    if (!this.#connection.has('MOVE') && !this.#connection.has('UIDPLUS') && !this.#connection.has('IMAP4REV2'))
      throw noUidPlus('moved');
    if (mark !== undefined) await this.#store(sets, `+FLAGS.SILENT (${mark})`, 'to mark messages');
    const moved = new Map<number, string>();
    try {
      for (const set of sets) await this.#move(set, to, moved);
    } catch (thrown) {
      const error = asSternaError(thrown);
      if (mark !== undefined && error.class === 'object' && this.#connection.alive)
        await this.#store(sets, `-FLAGS.SILENT (${mark})`, 'to unmark messages');
      throw error;
    }
    return group.map(({ op, uid }) => {
      const targetId = moved.get(uid);
      return { op: op.op, outcome: 'done', ...(targetId === undefined ? {} : { targetId }) };
    });
  }

  async remove(group: readonly Target<RemoveOp>[], trash: Mailbox | undefined): Promise<Result[]> {
    const has = (name: string) => this.#connection.has(name) || this.#connection.has('IMAP4REV2');
    if (!has('UIDPLUS') && !(trash && has('MOVE'))) throw noUidPlus('removed');
    const moved = new Map<number, string>();
    for (const set of formatUidSets(group.map(({ uid }) => uid))) {
      if (trash) await this.#move(set, trash, moved);
      else await this.#expunge(set);
    }
    return group.map(({ op, uid }) => {
      const targetId = moved.get(uid);
      return { op: op.op, outcome: 'done', ...(targetId === undefined ? {} : { targetId }) };
    });
  }

  /** UID MOVE (RFC 6851), or what it stands for. COPYUID tells the new ids, in the order of the old ones. */
  async #move(set: string, to: Mailbox, moved: Map<number, string>): Promise<void> {
    const name = to.argument(this.#connection);
    const canMove = this.#connection.has('MOVE') || this.#connection.has('IMAP4REV2');
    const untagged = (response: Untagged): boolean => {
      if (response.name !== 'OK' || response.code?.name !== 'COPYUID') return false;
      noteCopies(response.code.args, moved);
      return true;
    };
    const reply = await this.#connection.run([`UID ${canMove ? 'MOVE' : 'COPY'} ${set} `, name], { untagged });
    this.#expectOk(reply, 'to move messages');
    if (reply.code?.name === 'COPYUID') noteCopies(reply.code.args, moved);
    if (!canMove) await this.#expunge(set);
  }

  /** UID EXPUNGE (RFC 4315) alone: a bare EXPUNGE would take what others marked \Deleted. */
  async #expunge(set: string): Promise<void> {
    await this.#store([set], '+FLAGS.SILENT (\\Deleted)', 'to remove messages');
    this.#expectOk(await this.#connection.run([`UID EXPUNGE ${set}`]), 'to remove messages');
  }

  async #store(sets: readonly string[], change: string, doing: string): Promise<void> {
    const replies = await Promise.all(sets.map((set) => this.#connection.run([`UID STORE ${set} ${change}`])));
    for (const reply of replies) this.#expectOk(reply, doing);
  }

  #expectOk(reply: Reply, doing: string): void {
    if (reply.status === 'BAD') throw this.#connection.error ?? refusal(doing, reply);
    if (reply.status !== 'OK') throw refusal(doing, reply);
  }
}

function noteCopies(args: string, moved: Map<number, string>): void {
  const [validity = '', from = '', to = ''] = args.trim().split(/\s+/);
  const sources = expandUidSet(parseUidSet(from) ?? [], 1_000_000);
  const copies = expandUidSet(parseUidSet(to) ?? [], 1_000_000);
  if (!/^\d{1,10}$/.test(validity) || !sources || !copies || sources.length !== copies.length) return;
  sources.forEach((uid, index) => {
    moved.set(uid, formatId(Number(validity), copies[index] as number));
  });
}

function noUidPlus(what: string): SternaError {
  return new SternaError('object', 'no-uidplus', `Messages can’t be ${what} one by one on this server (no UIDPLUS).`, {
    fix: 'Do it by hand in a mail program: Sterna never expunges what it didn’t choose itself.',
  });
}
