import type { Change, ChangeFacets, ChangePage } from '@sterna/connector-kit';
import { MATCH_FIELDS, messageMatchKey } from '@sterna/content';
import { asSternaError, SternaError } from '@sterna/core';
import { type Cursor, formatCursor, parseCursor } from './cursor.ts';
import { refusal } from './errors.ts';
import { glanceOf } from './folders.ts';
import { formatId } from './ids.ts';
import type { Link } from './link.ts';
import type { Mailbox } from './mailbox-name.ts';
import type { ImapConnection, Untagged } from './protocol/connection.ts';
import { parseFetch } from './protocol/fetch.ts';
import type { Line, LiteralSink } from './protocol/response-stream.ts';
import { type Selected, select } from './protocol/select.ts';
import { countUids, parseUidSet, type UidRange } from './protocol/uid-set.ts';
import { type Retry, retryable } from './retry.ts';

export interface ListingOptions {
  readonly retry: Retry;
  /** Messages a page aims at. */
  readonly pageSize: number;
}

/** More of a header than this takes no part in the match key. */
const MAX_HEADER = 256 * 1024;

/**
 * Pages of changes since a cursor. The link is free for others while a page is with the consumer; a lost connection is
 * made up for from the last page on.
 */
export async function* changesSince(
  link: Link,
  mailbox: Mailbox,
  cursor: string | undefined,
  facets: ChangeFacets,
  { retry, pageSize }: ListingOptions,
): AsyncGenerator<ChangePage, void, undefined> {
  let from = cursor;
  let failures = 0;
  let announced = false;
  for (;;) {
    try {
      const listing = new Listing(link, mailbox, parseCursor(from), facets, pageSize);
      for await (const page of listing.pages()) {
        failures = 0;
        const { idsChanged, ...rest } = page;
        yield announced || !idsChanged ? rest : page;
        announced ||= idsChanged === true;
        // A delta that is repeated from its start gives the same pages again, which is harmless.
        if (page.resume !== undefined) from = page.resume;
      }
      return;
    } catch (thrown) {
      const error = asSternaError(thrown);
      if (!retryable(error) || !(await retry.pause(failures++))) throw error;
    }
  }
}

class Listing {
  readonly #link: Link;
  readonly #mailbox: Mailbox;
  readonly #since: Cursor | undefined;
  #facets: ChangeFacets;
  /** Messages a page aims at. */
  readonly #pageSize: number;
  #connection: ImapConnection | undefined;
  #selected: Selected | undefined;

  constructor(link: Link, mailbox: Mailbox, since: Cursor | undefined, facets: ChangeFacets, pageSize: number) {
    this.#pageSize = pageSize;
    this.#link = link;
    this.#mailbox = mailbox;
    this.#since = since;
    this.#facets = facets;
  }

  async *pages(): AsyncGenerator<ChangePage, void, undefined> {
    const since = this.#since;
    const complete = since !== undefined && since.listedTo === undefined;
    const vanished: UidRange[] = [];
    const changed = new Map<number, Change>();
    const first = await this.#turn(async (connection) => {
      const quick =
        complete &&
        since.modseq !== undefined &&
        (connection.enabled.has('QRESYNC') || connection.expected.has('QRESYNC'));
      const parameters = quick
        ? ` (QRESYNC (${since.validity} ${since.modseq}${since.uidNext > 1 ? ` 1:${since.uidNext - 1}` : ''}))`
        : connection.has('CONDSTORE') || connection.has('QRESYNC')
          ? ' (CONDSTORE)'
          : '';
      const selected = await this.#examine(connection, parameters, (response) => {
        if (!quick) return false;
        if (response.name === 'VANISHED') vanished.push(...parseVanished(response));
        else if (response.name === 'FETCH') this.#noteChange(response, since, changed);
        else return false;
        return true;
      });
      const way = this.#wayOf(selected, quick);
      if (way === 'condstore') await this.#changedSince(connection, selected, since as Cursor, changed);
      const all = way === 'condstore' && (await this.#someVanished(connection, selected, since as Cursor));
      const uidNext = selected.uidNext ?? (await this.#lastUid(connection, selected)) + 1;
      return { selected: { ...selected, uidNext }, way: all ? 'full' : way };
    });
    const { selected } = first;
    if (first.way === 'full' || since === undefined) {
      yield* this.#full(selected);
      return;
    }
    const gone = vanished
      .map(({ from, to }) => ({ from, to: Math.min(to, since.uidNext - 1) }))
      .filter(({ from, to }) => from <= to);
    // A server that forgot what was there reports every hole it has (RFC 7162 section 3.2.5.2).
    if (countUids(gone) > Math.max(10_000, 2 * since.messages)) {
      yield* this.#full(selected);
      return;
    }
    yield* this.#delta(selected, since, changed, gone);
  }

  #wayOf(selected: Selected, quick: boolean): 'full' | 'qresync' | 'condstore' {
    const since = this.#since;
    if (since === undefined || since.listedTo !== undefined || since.validity !== selected.uidValidity) return 'full';
    const { highestModseq } = selected;
    if (since.modseq === undefined || highestModseq === undefined) return 'full';
    // It went back: a restored backup, or a server that counts anew.
    if (BigInt(highestModseq) < BigInt(since.modseq) || (selected.uidNext ?? since.uidNext) < since.uidNext)
      return 'full';
    return quick ? 'qresync' : 'condstore';
  }

  async *#delta(
    selected: Selected & { uidNext: number },
    since: Cursor,
    changed: ReadonlyMap<number, Change>,
    gone: readonly UidRange[],
  ): AsyncGenerator<ChangePage, void, undefined> {
    let page: Change[] = [];
    const known = { ...since, messages: Math.max(0, since.messages - countUids(gone)) };
    for (const [, change] of [...changed].sort((a, b) => a[0] - b[0])) {
      page.push(change);
      if (page.length >= this.#pageSize) {
        yield { changes: page, mode: 'delta' };
        page = [];
      }
    }
    for (const { from, to } of gone)
      for (let uid = from; uid <= to; uid++) {
        page.push({ id: formatId(since.validity, uid), gone: true });
        if (page.length >= this.#pageSize) {
          yield { changes: page, mode: 'delta' };
          page = [];
        }
      }
    let listed = 0;
    for await (const window of this.#windows(since.uidNext, selected)) {
      listed += window.changes.length;
      const changes = page.concat(window.changes);
      page = [];
      if (window.last) yield { changes, mode: 'delta', next: nextOf(selected) };
      else
        yield {
          changes,
          mode: 'delta',
          resume: formatCursor({
            ...cursorOf(selected),
            uidNext: window.upTo + 1,
            messages: known.messages + listed,
          }),
        };
    }
  }

  async *#full(now: Selected & { uidNext: number }): AsyncGenerator<ChangePage, void, undefined> {
    const since = this.#since;
    const idsChanged = since !== undefined && since.validity !== now.uidValidity;
    if (idsChanged) this.#facets = { ...this.#facets, matchKey: true };
    const resumed = !idsChanged && since?.listedTo !== undefined;
    // A listing that goes on keeps its first snapshot: what changed since then is for the next delta.
    const snapshot = resumed
      ? { ...now, uidNext: since.uidNext, highestModseq: since.modseq, exists: since.messages }
      : now;
    const start = resumed ? (since.listedTo as number) + 1 : 1;
    let first = true;
    for await (const window of this.#windows(start, snapshot)) {
      const flag = first && idsChanged ? { idsChanged: true } : {};
      first = false;
      const { changes } = window;
      if (window.last) yield { changes, mode: 'full', ...flag, next: nextOf(snapshot) };
      else
        yield {
          changes,
          mode: 'full',
          ...flag,
          resume: formatCursor({ ...cursorOf(snapshot), listedTo: window.upTo }),
        };
    }
  }

  /** All messages from a UID up to the snapshot's end, a page at a time; at least one window, the last marked. */
  async *#windows(
    start: number,
    snapshot: Selected & { uidNext: number },
  ): AsyncGenerator<{ changes: Change[]; upTo: number; last: boolean }, void, undefined> {
    const end = snapshot.uidNext - 1;
    if (start > end || snapshot.exists === 0) {
      yield { changes: [], upTo: end, last: true };
      return;
    }
    let width = Math.max(this.#pageSize, Math.ceil((this.#pageSize * end) / snapshot.exists));
    for (let from = start; from <= end; ) {
      const { upTo, changes } = await this.#turn(async (connection) => {
        await this.#stillSelected(connection, snapshot);
        const last = await this.#fitting(connection, from, Math.min(end, from + width - 1));
        return { upTo: last, changes: await this.#window(connection, snapshot.uidValidity, from, last) };
      });
      width = upTo - from + 1;
      // UIDs lie thick and thin: aim at a page again, by what this window held.
      width = Math.max(
        this.#pageSize,
        Math.ceil(width * Math.min(8, Math.max(0.125, this.#pageSize / Math.max(1, changes.length)))),
      );
      from = upTo + 1;
      if (changes.length > 0 || from > end) yield { changes, upTo, last: from > end };
    }
  }

  /** A wide window may hold a thick bundle: it is narrowed until what it holds is about a page. */
  async #fitting(connection: ImapConnection, from: number, upTo: number): Promise<number> {
    let last = upTo;
    while (last - from >= 4 * this.#pageSize && connection.has('ESEARCH')) {
      let count = 0;
      const reply = await connection.run([`UID SEARCH RETURN (COUNT) UID ${from}:${last}`], {
        untagged: (response) => {
          if (response.name !== 'ESEARCH') return false;
          count = Number(/ COUNT (\d{1,10})/i.exec(response.cursor.rest)?.[1] ?? 0);
          return true;
        },
      });
      if (reply.status !== 'OK' || count <= 2 * this.#pageSize) break;
      last = from + Math.floor((last - from) / Math.min(64, Math.ceil(count / this.#pageSize)));
    }
    return last;
  }

  async #window(connection: ImapConnection, validity: number, from: number, to: number): Promise<Change[]> {
    const { date, size, matchKey } = this.#facets;
    const items = ['UID', 'FLAGS'];
    if (date) items.push('INTERNALDATE');
    if (size) items.push('RFC822.SIZE');
    if (matchKey) items.push(`BODY.PEEK[HEADER.FIELDS (${MATCH_FIELDS.join(' ').toUpperCase()})]`);
    const found = new Map<number, Change>();
    let cut: Buffer | undefined;
    const reply = await connection.run([`UID FETCH ${from}:${to} (${items.join(' ')})`], {
      untagged: (response) => {
        if (response.name !== 'FETCH') return false;
        const fetched = parseFetch(response.cursor);
        const header = cut ?? fetched.body;
        cut = undefined;
        const { uid } = fetched;
        if (uid === undefined || uid < from || uid > to) return true;
        found.set(uid, {
          ...found.get(uid),
          id: formatId(validity, uid),
          ...(fetched.flags ? { flags: fetched.flags } : {}),
          ...(date && fetched.date ? { date: fetched.date } : {}),
          ...(size && fetched.size !== undefined ? { size: fetched.size } : {}),
          ...(matchKey && header !== undefined ? { matchKey: messageMatchKey(header ?? EMPTY) } : {}),
        });
        return true;
      },
      literal: (line, bytes) =>
        bytes > MAX_HEADER && isFetch(line)
          ? headOf((head) => {
              cut = head;
            })
          : undefined,
    });
    if (reply.status !== 'OK') throw refusal('to list a folder', reply);
    const uids = [...found.keys()].sort((a, b) => a - b);
    return uids.map((uid) => found.get(uid) as Change);
  }

  #noteChange(response: Untagged, since: Cursor, changed: Map<number, Change>): void {
    const { uid, flags } = parseFetch(response.cursor);
    if (uid !== undefined && flags !== undefined && uid < since.uidNext)
      changed.set(uid, { id: formatId(since.validity, uid), flags });
  }

  /** RFC 7162 section 3.1.4.1. */
  async #changedSince(
    connection: ImapConnection,
    selected: Selected,
    since: Cursor,
    changed: Map<number, Change>,
  ): Promise<void> {
    if (selected.highestModseq === since.modseq || selected.exists === 0 || since.uidNext <= 1) return;
    const reply = await connection.run(
      [`UID FETCH 1:${since.uidNext - 1} (UID FLAGS) (CHANGEDSINCE ${since.modseq})`],
      {
        untagged: (response) => {
          if (response.name !== 'FETCH') return false;
          this.#noteChange(response, since, changed);
          return true;
        },
      },
    );
    if (reply.status !== 'OK') throw refusal('to list the changes of a folder', reply);
  }

  /**
   * Without QRESYNC nobody tells what vanished. If nothing did, the messages known are the first `known` by sequence
   * number: one look at the border shows it, however large the folder.
   */
  async #someVanished(connection: ImapConnection, selected: Selected, since: Cursor): Promise<boolean> {
    const known = this.#facets.known ?? since.messages;
    if (selected.exists < known) return true;
    const border = [known, known + 1].filter((number) => number >= 1 && number <= selected.exists);
    if (border.length === 0) return false;
    if (selected.uidNext === since.uidNext) return selected.exists !== known;
    const uids = new Map<number, number>();
    const reply = await connection.run([`FETCH ${border.join(',')} (UID)`], {
      untagged: (response) => {
        if (response.name !== 'FETCH') return false;
        const { uid } = parseFetch(response.cursor);
        if (uid !== undefined && response.number !== undefined) uids.set(response.number, uid);
        return true;
      },
    });
    if (reply.status !== 'OK') return true;
    const last = known === 0 ? 0 : uids.get(known);
    const next = known === selected.exists ? since.uidNext : uids.get(known + 1);
    return last === undefined || next === undefined || last >= since.uidNext || next < since.uidNext;
  }

  async #lastUid(connection: ImapConnection, selected: Selected): Promise<number> {
    if (selected.exists === 0) return 0;
    let last = 0;
    await connection.run(['UID FETCH * (UID)'], {
      untagged: (response) => {
        if (response.name !== 'FETCH') return false;
        last = Math.max(last, parseFetch(response.cursor).uid ?? 0);
        return true;
      },
    });
    return last;
  }

  #turn<T>(work: (connection: ImapConnection) => Promise<T>): Promise<T> {
    return this.#link.exclusively(work);
  }

  async #examine(
    connection: ImapConnection,
    parameters: string,
    untagged?: (response: Untagged) => boolean,
  ): Promise<Selected> {
    this.#link.forgetSelected();
    const selected = await select(connection, this.#mailbox.argument(connection), this.#mailbox.wire, {
      readOnly: true,
      parameters,
      ...(untagged ? { untagged } : {}),
    });
    this.#link.claim(this);
    this.#connection = connection;
    this.#selected = selected;
    return selected;
  }

  /** Another listing may have used the link between two pages, or it was dialled anew. */
  async #stillSelected(connection: ImapConnection, snapshot: Selected): Promise<void> {
    if (this.#connection === connection && this.#selected && this.#link.claimedBy(this)) return;
    const selected = await this.#examine(connection, '');
    if (selected.uidValidity !== snapshot.uidValidity)
      throw new SternaError('transient', 'imap-folder-replaced', 'A folder was replaced while it was being listed.');
  }
}

const EMPTY = Buffer.alloc(0);

function cursorOf(selected: Selected & { uidNext: number }): Cursor {
  const { uidValidity, uidNext, highestModseq, exists } = selected;
  return { validity: uidValidity, uidNext, modseq: highestModseq, messages: exists, listedTo: undefined };
}

function nextOf(selected: Selected & { uidNext: number }): NonNullable<ChangePage['next']> {
  const { uidValidity, uidNext, highestModseq, exists } = selected;
  const glance = glanceOf({ messages: exists, uidNext, uidValidity, highestModseq });
  return { cursor: formatCursor(cursorOf(selected)), total: exists, ...(glance === undefined ? {} : { glance }) };
}

/** `VANISHED (EARLIER) 1:3,5` (RFC 7162 section 3.2.10). */
function parseVanished(response: Untagged): readonly UidRange[] {
  if (response.cursor.rest.trimStart().startsWith('(')) response.cursor.atoms();
  return parseUidSet(response.cursor.atom()) ?? [];
}

const isFetch = (line: Line): boolean => /^\* \d+ FETCH /i.test(line.texts[0] ?? '');

/** Keeps the beginning of a literal and drops the rest. */
function headOf(take: (head: Buffer) => void): LiteralSink {
  const chunks: Buffer[] = [];
  let held = 0;
  return {
    chunk(bytes) {
      if (held < MAX_HEADER) chunks.push(bytes);
      held += bytes.length;
    },
    end: () => take(Buffer.concat(chunks).subarray(0, MAX_HEADER)),
  };
}
