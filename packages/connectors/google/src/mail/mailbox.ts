import { inParallel } from '@sterna/connector-kit';
import type { Paged } from '../api/client.ts';
import { statusOf } from '../api/errors.ts';
import { GMAIL_UNITS } from '../api/quotas.ts';
import type { PartContext } from '../part.ts';
import { type History, historySince, labelsAfter, profileOf } from './history.ts';
import { CHAT } from './label.ts';
import type { Labels } from './labels.ts';
import { MESSAGES, type Message, messagePath } from './message.ts';
import { mailScopes } from './scopes.ts';

interface MessagePage extends Paged {
  readonly messages?: readonly Message[];
}

/** Which labels each message has, at one point of the mailbox's history. */
export interface Snapshot {
  readonly history: string;
  /** By message; equal sets are shared. */
  readonly labels: ReadonlyMap<string, ReadonlySet<string>>;
}

/**
 * The whole mailbox, as far as telling folders apart takes it. A list names only ids, and reading a message's labels
 * costs as much as reading the message; so each label is listed, 500 messages a request, and what every message has is
 * put together from that. What changes meanwhile tells the history.
 */
export class Mailbox {
  readonly #context: PartContext;
  readonly #labels: Labels;
  #snapshot: Promise<Snapshot> | undefined;
  readonly #histories = new Map<string, Promise<History | undefined>>();

  constructor(context: PartContext, labels: Labels) {
    this.#context = context;
    this.#labels = labels;
  }

  /** What is asked for from now on is asked anew: folders that are listed together see the mailbox at one moment. */
  refresh(): void {
    this.#snapshot = undefined;
    this.#histories.clear();
  }

  snapshot(): Promise<Snapshot> {
    this.#snapshot ??= this.#take();
    this.#snapshot.catch(() => {
      this.#snapshot = undefined;
    });
    return this.#snapshot;
  }

  historySince(start: string): Promise<History | undefined> {
    let history = this.#histories.get(start);
    if (history === undefined) {
      history = historySince(this.#context, start);
      this.#histories.set(start, history);
      history.catch(() => this.#histories.delete(start));
    }
    return history;
  }

  /** Labels of these as they are now; those that are gone are left out. */
  async labelsOf(ids: readonly string[]): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
    const found = new Map<string, ReadonlySet<string>>();
    for (const [id, message] of await this.messages(ids)) found.set(id, new Set(message.labelIds ?? []));
    return found;
  }

  /** One by one: twenty units each. Those that are gone are left out. */
  async messages(ids: readonly string[]): Promise<ReadonlyMap<string, Message>> {
    const { client } = this.#context;
    const found = new Map<string, Message>();
    await inParallel(ids, WIDTH, async (id) => {
      try {
        const { body } = await client.send<Message>({
          method: 'GET',
          path: messagePath(id),
          query: { format: 'minimal', fields: 'id,labelIds,internalDate,sizeEstimate' },
          doing: 'reading the state of a message',
          right: mailScopes.read[0],
          units: GMAIL_UNITS.getMessage,
        });
        found.set(id, body);
      } catch (error) {
        if (!isGone(error)) throw error;
      }
    });
    return found;
  }

  /** Ids of all messages with this label, or of all. @throws SternaError object `not-there` where there is no such label */
  async *ids(labelId: string | undefined): AsyncGenerator<readonly string[]> {
    const { client, settings } = this.#context;
    for await (const { messages = [] } of client.pages<MessagePage>({
      method: 'GET',
      path: MESSAGES,
      query: {
        includeSpamTrash: true,
        maxResults: settings.pageSize,
        labelIds: labelId,
        fields: 'messages/id,nextPageToken',
      },
      doing: 'listing the messages',
      right: mailScopes.read[0],
      units: GMAIL_UNITS.listMessages,
    }))
      yield messages.map(({ id }) => id);
  }

  async #take(): Promise<Snapshot> {
    const { historyId: start } = await profileOf(this.#context);
    const scheme = await this.#labels.ready();
    const combinations = new Combinations();
    const labels = new Map<string, ReadonlySet<string>>();
    for await (const ids of this.ids(undefined)) for (const id of ids) labels.set(id, combinations.none);
    // Chats are messages to Gmail alone, and not in every listing of all.
    const wanted = new Set([...this.#labels.all.map(({ id }) => id), CHAT].filter((id) => scheme.matters(id)));
    await inParallel([...wanted], WIDTH, async (labelId) => {
      try {
        for await (const ids of this.ids(labelId))
          for (const id of ids) labels.set(id, combinations.with(labels.get(id) ?? combinations.none, labelId));
      } catch (error) {
        // A label that was removed meanwhile, or one that this mailbox never had.
        if (!isGone(error)) throw error;
      }
    });
    return this.#caughtUp({ history: start, labels });
  }

  /** Its lists were taken one after the other: what changed between the first and the last is applied to all. */
  async #caughtUp({ history, labels }: Snapshot & { labels: Map<string, ReadonlySet<string>> }): Promise<Snapshot> {
    const changes = await historySince(this.#context, history);
    if (changes === undefined) return { history, labels };
    const unknown: string[] = [];
    for (const [id, steps] of changes.steps) {
      const after = labelsAfter(steps);
      if (after === 'gone') labels.delete(id);
      else if (after === 'unknown') unknown.push(id);
      else labels.set(id, after);
    }
    const asked = await this.labelsOf(unknown);
    for (const id of unknown) {
      const now = asked.get(id);
      if (now === undefined) labels.delete(id);
      else labels.set(id, now);
    }
    return { history: changes.end, labels };
  }
}

const WIDTH = 8;

/** Not there, or no id at all. */
export const isGone = (error: unknown): boolean => statusOf(error) === 404 || statusOf(error) === 400;

/** Most messages share a few sets of labels. */
class Combinations {
  readonly none: ReadonlySet<string> = new Set();
  readonly #next = new Map<ReadonlySet<string>, Map<string, ReadonlySet<string>>>();
  readonly #byKey = new Map<string, ReadonlySet<string>>();

  with(set: ReadonlySet<string>, labelId: string): ReadonlySet<string> {
    if (set.has(labelId)) return set;
    const known = this.#next.get(set)?.get(labelId);
    if (known !== undefined) return known;
    const ids = [...set, labelId].sort();
    const key = ids.join('\0');
    const made = this.#byKey.get(key) ?? new Set(ids);
    this.#byKey.set(key, made);
    const next = this.#next.get(set) ?? new Map<string, ReadonlySet<string>>();
    next.set(labelId, made);
    this.#next.set(set, next);
    return made;
  }
}
