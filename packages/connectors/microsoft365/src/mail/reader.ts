import {
  ahead,
  type ChangeFacets,
  type ChangePage,
  type Container,
  type Content,
  type Reader,
  type Unreadable,
  type Vanished,
} from '@sterna/connector-kit';
import { SternaError } from '@sterna/core';
import { batch } from '../graph/batch.ts';
import { type GraphRequest, segment } from '../graph/client.ts';
import { codeOf, statusOf } from '../graph/errors.ts';
import type { GraphPage } from '../graph/page.ts';
import { type DeltaCursor, formatCursor, parseCursor } from '../outlook/cursor.ts';
import type { PartContext } from '../part.ts';
import { flagsOf } from './flags.ts';
import type { Folders } from './folders.ts';
import { KnownStates } from './known-states.ts';
import { changeOf, dateOf, type ListedMessage, listingQuery } from './listed-message.ts';
import { type Spooled, spool } from './spool.ts';

const RIGHT = 'Mail.Read';
/** As many as the service runs at once for a mailbox. */
const WIDTH = 4;
/** Above as many, states are looked up by listing the folder. */
const FEW = 40;

/** Codes of a delta link that the service doesn't honour any more, with whatever status. */
const LOST = /^(?:SyncStateNotFound|SyncStateInvalid|resyncRequired|ErrorInvalidSyncStateData|ErrorInvalidUrlQuery)$/i;
const UNKNOWN_ID = /^(?:ErrorInvalidId\w*|ErrorItemNotFound)$/i;

export class MailReader implements Reader {
  readonly #context: PartContext;
  readonly #folders: Folders;
  readonly #states = new KnownStates();

  constructor(context: PartContext, folders: Folders) {
    this.#context = context;
    this.#folders = folders;
  }

  containers(): Promise<readonly Container[]> {
    return this.#folders.list();
  }

  async *changes(container: string, given: string | undefined, facets: ChangeFacets): AsyncGenerator<ChangePage> {
    const cursor = parseCursor(given, this.#context.client.graph);
    let isFirst = true;
    try {
      for await (const page of this.#listing(container, cursor, facets)) {
        isFirst = false;
        yield page;
      }
    } catch (error) {
      // The service has forgotten where we stood: from the start. Within a listing, the next one does that.
      if (cursor === undefined || !isFirst || !isLost(error)) throw error;
      yield* this.#listing(container, undefined, facets);
    }
  }

  async *#listing(container: string, from: DeltaCursor | undefined, facets: ChangeFacets): AsyncGenerator<ChangePage> {
    const { client, outlook, userPath, settings } = this.#context;
    const mode = from?.mode ?? 'full';
    let total = from?.total ?? 0;
    let isChanged = from?.isChanged ?? false;
    const hasKeys = from === undefined ? facets.matchKey === true : from.hasKeys === true;
    const first: Pick<GraphRequest, 'path' | 'query'> =
      from === undefined
        ? {
            path: `${userPath}/mailFolders/${segment(container)}/messages/delta`,
            // The links that follow answer the same for good; filters by size may be set later.
            query: listingQuery({ size: true, matchKey: hasKeys }),
          }
        : { path: from.link };
    for await (const page of client.pages<ListedMessage>({
      ...first,
      method: 'GET',
      prefer: [`odata.maxpagesize=${settings.pageSize}`],
      doing: 'listing a mail folder',
      right: RIGHT,
      budget: outlook,
    })) {
      const messages = [...new Map(page.value.map((message) => [message.id, message])).values()];
      const told = mode === 'full' ? messages.filter((message) => message['@removed'] === undefined) : messages;
      for (const message of told)
        if (message['@removed'] === undefined) this.#states.remember(message.id, flagsOf(message), dateOf(message));
      if (mode === 'full') total += told.length;
      isChanged ||= mode === 'delta' && told.length > 0;
      const complete = facets.matchKey === true && !hasKeys ? await this.#withKeys(told) : told;
      const changes = complete.map((message) => changeOf(message, facets));
      yield { changes, mode, ...(await this.#after(container, page, { mode, total, isChanged, hasKeys })) };
    }
  }

  /** Where to go on after a page, and after the last one how many there are. */
  async #after(
    container: string,
    page: GraphPage<ListedMessage>,
    { mode, total, isChanged, hasKeys }: Required<Omit<DeltaCursor, 'link'>>,
  ): Promise<Pick<ChangePage, 'resume' | 'next'>> {
    const next = page['@odata.nextLink'];
    if (next !== undefined) return { resume: formatCursor({ mode, link: next, total, isChanged, hasKeys }) };
    const link = page['@odata.deltaLink'];
    if (link === undefined)
      throw new SternaError('transient', 'graph-answer-invalid', 'The listing of a mail folder has no end.');
    // A delta names what changed, not how many there are.
    const count = mode === 'delta' && isChanged ? await this.#count(container) : total;
    return { next: { cursor: formatCursor({ mode: 'delta', link, total: count, hasKeys }), total: count } };
  }

  async #count(container: string): Promise<number> {
    const { client, outlook, userPath } = this.#context;
    const { body } = await client.send<{ readonly '@odata.count'?: number }>({
      method: 'GET',
      path: `${userPath}/mailFolders/${segment(container)}/messages`,
      query: { $count: 'true', $top: 1, $select: 'id' },
      doing: 'counting a mail folder',
      right: RIGHT,
      budget: outlook,
    });
    const count = body['@odata.count'];
    if (typeof count === 'number') return count;
    throw new SternaError('transient', 'graph-answer-invalid', 'A mail folder was not counted.');
  }

  async *read(container: string, ids: readonly string[]): AsyncGenerator<Content | Vanished | Unreadable> {
    await this.#learnStates(container, ids);
    let spooled: Spooled | undefined;
    try {
      for await (const [id, got] of ahead(
        ids,
        WIDTH,
        (one) => this.#mime(one),
        (left) => {
          if ('body' in left) void left.dispose();
        },
      )) {
        if (!('body' in got)) {
          yield got;
          continue;
        }
        spooled = got;
        const state = this.#states.get(id);
        if (state === undefined) yield { id, vanished: true };
        else yield { id, ...state, size: got.size, body: got.body };
        await got.dispose();
      }
    } finally {
      await spooled?.dispose();
    }
  }

  async #mime(id: string): Promise<Spooled | Vanished | Unreadable> {
    const { client, outlook, userPath } = this.#context;
    for (let tries = 1; ; tries += 1)
      try {
        const { body } = await client.open({
          method: 'GET',
          path: `${userPath}/messages/${segment(id)}/$value`,
          headers: { accept: '*/*' },
          doing: 'reading a message',
          right: RIGHT,
          budget: outlook,
        });
        return await spool(body);
      } catch (error) {
        if (isGone(error)) return { id, vanished: true };
        if (error instanceof SternaError && error.class === 'object') return { id, error };
        // It broke in the middle.
        if (tries < 4 && error instanceof SternaError && error.class === 'transient' && error.code !== 'aborted')
          continue;
        throw error;
      }
  }

  /** Flags and dates of what this session hasn't listed. */
  async #learnStates(container: string, ids: readonly string[]): Promise<void> {
    const missing = new Set(ids.filter((id) => this.#states.get(id) === undefined));
    if (missing.size === 0) return;
    if (missing.size > FEW) {
      const { client, outlook, userPath, settings } = this.#context;
      for await (const page of client.pages<ListedMessage>({
        method: 'GET',
        path: `${userPath}/mailFolders/${segment(container)}/messages`,
        query: { ...listingQuery({}), $top: settings.pageSize },
        doing: 'listing a mail folder',
        right: RIGHT,
        budget: outlook,
      })) {
        for (const message of page.value)
          if (missing.delete(message.id)) this.#states.remember(message.id, flagsOf(message), dateOf(message));
        if (missing.size === 0) return;
      }
    }
    await this.#askStates([...missing]);
  }

  async #askStates(ids: readonly string[]): Promise<void> {
    for (const [id, message] of await this.#ask(ids, {})) this.#states.remember(id, flagsOf(message), dateOf(message));
  }

  /** What a listing that began without them doesn't say. */
  async #withKeys(messages: readonly ListedMessage[]): Promise<readonly ListedMessage[]> {
    const live = messages.filter((message) => message['@removed'] === undefined).map(({ id }) => id);
    const found = await this.#ask(live, { matchKey: true, size: true });
    return messages.map((message) => found.get(message.id) ?? message);
  }

  /** One by one; those that are gone are left out. */
  async #ask(ids: readonly string[], facets: ChangeFacets): Promise<ReadonlyMap<string, ListedMessage>> {
    const { client, outlook, userPath } = this.#context;
    const query = listingQuery(facets);
    const answers = await batch(
      client,
      ids.map((id) => ({ method: 'GET', path: `${userPath}/messages/${segment(id)}`, query })),
      { doing: 'reading the state of messages', budget: outlook, right: RIGHT },
    );
    const found = new Map<string, ListedMessage>();
    for (const [at, answer] of answers.entries())
      if (!('error' in answer)) found.set(ids[at] as string, answer.body as ListedMessage);
      else if (answer.error.class !== 'object') throw answer.error;
    return found;
  }
}

const isLost = (error: unknown): boolean =>
  statusOf(error) === 410 || (statusOf(error) === 400 && LOST.test(codeOf(error) ?? ''));

/** Not there, or not even an id. */
export const isGone = (error: unknown): boolean =>
  statusOf(error) === 404 || (statusOf(error) === 400 && UNKNOWN_ID.test(codeOf(error) ?? ''));
