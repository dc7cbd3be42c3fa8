import { type Spooled, spool } from '@sterna/cloud-http';
import {
  ahead,
  type Change,
  type ChangeFacets,
  type ChangePage,
  type Container,
  type Content,
  inParallel,
  type Reader,
  readOrTell,
  type Unreadable,
  type Vanished,
} from '@sterna/connector-kit';
import { messageMatchKey } from '@sterna/content';
import { SternaError } from '@sterna/core';
import { GMAIL_UNITS } from '../api/quotas.ts';
import type { PartContext } from '../part.ts';
import { formatCursor, type MailCursor, parseCursor } from './cursor.ts';
import { type History, labelsAfter, labelsBefore, profileOf } from './history.ts';
import type { Labels } from './labels.ts';
import { isGone, type Mailbox, type Snapshot } from './mailbox.ts';
import { dateOf, type Message, messagePath } from './message.ts';
import { RawMessage } from './raw-message.ts';
import type { Folder } from './scheme.ts';
import { mailScopes } from './scopes.ts';

const RIGHT = mailScopes.read[0];
/** Messages that are read ahead; each may be whole in memory up to INLINE_LIMIT. */
const WIDTH = 8;

export class MailReader implements Reader {
  readonly #context: PartContext;
  readonly #labels: Labels;
  readonly #mailbox: Mailbox;
  /** Folders that were listed since the mailbox was last looked at anew. */
  readonly #listed = new Set<string>();

  constructor(context: PartContext, labels: Labels, mailbox: Mailbox) {
    this.#context = context;
    this.#labels = labels;
    this.#mailbox = mailbox;
  }

  async containers(): Promise<readonly Container[]> {
    this.#refresh();
    // The glance first: what changes after it makes the next one another.
    const { historyId: glance } = await profileOf(this.#context);
    await this.#labels.list();
    return this.#labels.scheme.folders.map((folder) => ({ ...containerOf(folder), glance }));
  }

  async *changes(container: string, given: string | undefined, facets: ChangeFacets): AsyncGenerator<ChangePage> {
    // Asked for a second time, it is wanted as it is now.
    if (this.#listed.has(container)) this.#refresh();
    this.#listed.add(container);
    const scheme = await this.#labels.ready();
    const cursor = parseCursor(given);
    if (cursor?.mode === 'delta' && cursor.scheme === scheme.version) {
      const history = await this.#mailbox.historySince(cursor.history);
      const found = history === undefined ? undefined : await this.#changed(container, history);
      if (history !== undefined && found !== undefined) {
        yield* this.#delta(cursor, history, found, facets);
        return;
      }
    }
    yield* this.#full(
      container,
      cursor?.mode === 'full' && cursor.scheme === scheme.version ? cursor : undefined,
      facets,
    );
  }

  #refresh(): void {
    this.#mailbox.refresh();
    this.#listed.clear();
  }

  async *#full(container: string, from: MailCursor | undefined, facets: ChangeFacets): AsyncGenerator<ChangePage> {
    const { pageSize } = this.#context.settings;
    const snapshot = await this.#mailbox.snapshot();
    const ids = this.#idsIn(snapshot, container);
    const scheme = this.#labels.scheme.version;
    // What was listed before an interruption is seen again from where that listing began.
    const history = from?.history ?? snapshot.history;
    const after = from?.after;
    const left = after === undefined ? ids : ids.slice(firstAfter(ids, after));
    for (let at = 0; ; at += pageSize) {
      const page = left.slice(at, at + pageSize);
      const changes = await this.#described(
        page.map((id) => [id, snapshot.labels.get(id)]),
        facets,
      );
      const last = page.at(-1);
      if (at + pageSize < left.length && last !== undefined) {
        yield {
          changes,
          mode: 'full',
          resume: formatCursor({ mode: 'full', history, scheme, total: ids.length, after: last }),
        };
        continue;
      }
      const cursor = formatCursor({ mode: 'delta', history, scheme, total: ids.length });
      yield { changes, mode: 'full', next: { cursor, glance: history, total: ids.length } };
      return;
    }
  }

  /** The oldest first: ids grow. */
  #idsIn({ labels }: Snapshot, container: string): readonly string[] {
    const { scheme } = this.#labels;
    const ids: string[] = [];
    for (const [id, own] of labels) if (scheme.isIn(own, container)) ids.push(id);
    return ids.sort(byAge);
  }

  /** What is in the folder now, and what left it; undefined where the history doesn't tell. */
  async #changed(container: string, { steps }: History): Promise<Changed | undefined> {
    const { scheme } = this.#labels;
    const unknown = [...steps].flatMap(([id, own]) => (labelsAfter(own) === 'unknown' ? [id] : []));
    const asked = await this.#mailbox.labelsOf(unknown);
    const here: [string, ReadonlySet<string>][] = [];
    const gone: string[] = [];
    let difference = 0;
    for (const [id, own] of steps) {
      const told = labelsAfter(own);
      const after = told === 'gone' ? undefined : told === 'unknown' ? asked.get(id) : told;
      const before = labelsBefore(own, after);
      if (before === 'unknown') return undefined;
      // Gone between the history and the question: the next history tells.
      if (after === undefined && told === 'unknown') continue;
      const wasHere = before !== undefined && scheme.isIn(before, container);
      const isHere = after !== undefined && scheme.isIn(after, container);
      if (isHere) here.push([id, after as ReadonlySet<string>]);
      else if (wasHere) gone.push(id);
      difference += Number(isHere) - Number(wasHere);
    }
    here.sort(([a], [b]) => byAge(a, b));
    return { here, gone, difference };
  }

  async *#delta(
    from: MailCursor,
    { end }: History,
    { here, gone, difference }: Changed,
    facets: ChangeFacets,
  ): AsyncGenerator<ChangePage> {
    const { pageSize } = this.#context.settings;
    const total = from.total + difference;
    const cursor = formatCursor({ mode: 'delta', history: end, scheme: from.scheme, total });
    const lost: Change[] = gone.map((id) => ({ id, gone: true }));
    for (let at = 0; ; at += pageSize) {
      const changes = await this.#described(here.slice(at, at + pageSize), facets);
      if (at + pageSize < here.length) {
        // Said again, it changes nothing.
        yield { changes, mode: 'delta', resume: formatCursor(from) };
        continue;
      }
      yield { changes: [...changes, ...lost], mode: 'delta', next: { cursor, glance: end, total } };
      return;
    }
  }

  async #described(
    messages: readonly (readonly [id: string, labels: ReadonlySet<string> | undefined])[],
    facets: ChangeFacets,
  ): Promise<Change[]> {
    const { scheme } = this.#labels;
    const wantsKey = facets.matchKey === true;
    const ids = messages.map(([id]) => id);
    const isMore = wantsKey || facets.date === true || facets.size === true;
    const more: ReadonlyMap<string, KeyedMessage> | undefined = isMore
      ? await (wantsKey ? this.#keyed(ids) : this.#mailbox.messages(ids))
      : undefined;
    return messages.flatMap(([id, labels]): Change[] => {
      const message = more?.get(id);
      // Gone since it was listed; the next history tells.
      if (more !== undefined && message === undefined) return [];
      const date = message && dateOf(message);
      return [
        {
          id,
          flags: scheme.flagsOf(labels ?? new Set()),
          ...(facets.date === true && date !== undefined ? { date } : {}),
          ...(facets.size === true && message?.sizeEstimate !== undefined ? { size: message.sizeEstimate } : {}),
          ...(message?.matchKey === undefined ? {} : { matchKey: message.matchKey }),
        },
      ];
    });
  }

  /**
   * From the messages themselves: the header fields that `format=metadata` tells have their encoded words read, and how they
   * were written can't be told from that. It costs the same units.
   */
  async #keyed(ids: readonly string[]): Promise<ReadonlyMap<string, KeyedMessage>> {
    const found = new Map<string, KeyedMessage>();
    const unreadable: string[] = [];
    await inParallel(ids, WIDTH, async (id) => {
      const got = await this.raw(id);
      if ('error' in got) unreadable.push(id);
      if (!('spooled' in got)) return;
      const { message, spooled } = got;
      try {
        const matchKey = messageMatchKey(await headOf(spooled.body));
        found.set(id, { ...message, sizeEstimate: spooled.size, matchKey });
      } finally {
        await spooled.dispose();
      }
    });
    for (const [id, message] of await this.#mailbox.messages(unreadable)) found.set(id, message);
    return found;
  }

  async *read(_container: string, ids: readonly string[]): AsyncGenerator<Content | Vanished | Unreadable> {
    const scheme = await this.#labels.ready();
    let spooled: Spooled | undefined;
    try {
      for await (const [id, got] of ahead(
        ids,
        WIDTH,
        (one) => readOrTell(one, () => this.raw(one)),
        (left) => {
          if ('spooled' in left) void left.spooled.dispose();
        },
      )) {
        if (!('spooled' in got)) {
          yield got;
          continue;
        }
        spooled = got.spooled;
        const flags = scheme.flagsOf(new Set(got.message.labelIds ?? []));
        yield { id, flags, date: dateOf(got.message), size: spooled.size, body: spooled.body };
        await spooled.dispose();
      }
    } finally {
      await spooled?.dispose();
    }
  }

  /** The caller disposes of what it gets. */
  async raw(id: string): Promise<{ readonly message: Message; readonly spooled: Spooled } | Vanished | Unreadable> {
    for (let tries = 1; ; tries += 1)
      try {
        const { body } = await this.#context.client.open({
          method: 'GET',
          path: messagePath(id),
          query: { format: 'raw', fields: 'id,labelIds,internalDate,raw' },
          doing: 'reading a message',
          right: RIGHT,
          units: GMAIL_UNITS.getMessage,
        });
        const raw = new RawMessage(body);
        const spooled = await spool(raw.body());
        try {
          return { message: raw.message(), spooled };
        } catch (error) {
          await spooled.dispose();
          throw error;
        }
      } catch (error) {
        if (isGone(error)) return { id, vanished: true };
        if (error instanceof SternaError && error.class === 'object') return { id, error };
        // It broke in the middle.
        if (tries < 4 && error instanceof SternaError && error.class === 'transient' && error.code !== 'aborted')
          continue;
        throw error;
      }
  }
}

type KeyedMessage = Message & { readonly matchKey?: Buffer };

interface Changed {
  readonly here: readonly (readonly [id: string, labels: ReadonlySet<string>])[];
  readonly gone: readonly string[];
  /** How many more there are than before. */
  readonly difference: number;
}

export const containerOf = ({ id, path, role }: Folder): Container => ({
  id,
  path,
  kind: 'message',
  ...(role === undefined ? {} : { role }),
  subscribed: true,
});

/** Ids are hexadecimal numbers. */
const byAge = (a: string, b: string): number => a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);

function firstAfter(ids: readonly string[], after: string): number {
  const at = ids.findIndex((id) => byAge(id, after) > 0);
  return at === -1 ? ids.length : at;
}

/** Its first chunk or more: no header block is longer. */
async function headOf(body: Spooled['body']): Promise<Buffer> {
  if (Buffer.isBuffer(body)) return body;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= MAX_HEADER) break;
  }
  return Buffer.concat(chunks);
}

/** What a key is made from at most. */
const MAX_HEADER = 256 * 1024;
