import { type Spooled, spool } from '@sterna/cloud-http';
import {
  ahead,
  type ChangeFacets,
  type ChangePage,
  type Container,
  type Content,
  type Reader,
  type ReadOptions,
  type Unreadable,
  type Vanished,
} from '@sterna/connector-kit';
import { SternaError } from '@sterna/core';
import { EXCHANGE_FORMAT } from '../exchange/exchange-transfer.ts';
import { batch } from '../graph/batch.ts';
import { segment } from '../graph/client.ts';
import { codeOf, statusOf } from '../graph/errors.ts';
import { countOf, type DeltaSource, deltaOf } from '../outlook/delta.ts';
import type { PartContext } from '../part.ts';
import { flagsOf } from './flags.ts';
import type { Folders } from './folders.ts';
import { KnownStates } from './known-states.ts';
import { changeOf, dateOf, type ListedMessage, listingQuery, sizeOf } from './listed-message.ts';

const RIGHT = 'Mail.Read';
/** As many as the service runs at once for a mailbox. */
const WIDTH = 4;
/** Above as many, states are looked up by listing the folder. */
const FEW = 40;

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

  changes(container: string, given: string | undefined, facets: ChangeFacets): AsyncIterable<ChangePage> {
    const { userPath } = this.#context;
    const path = `${userPath}/mailFolders/${segment(container)}/messages`;
    const wantsKeys = facets.matchKey === true;
    const source: DeltaSource<ListedMessage> = {
      path,
      // Filters by size may be set later.
      query: listingQuery({ size: true, matchKey: wantsKeys }),
      doing: 'listing a mail folder',
      right: RIGHT,
      hasKeys: wantsKeys,
      seen: async (messages, hasKeys) => {
        for (const message of messages) this.#learn(message.id, message);
        return wantsKeys && !hasKeys ? this.#withKeys(messages) : messages;
      },
      changeOf: (message) => changeOf(message, facets),
      count: () => countOf(this.#context, path, 'counting a mail folder', RIGHT),
    };
    return deltaOf(this.#context, source, given);
  }

  async *read(
    container: string,
    ids: readonly string[],
    { native }: ReadOptions = {},
  ): AsyncGenerator<Content | Vanished | Unreadable> {
    await this.#learnStates(container, ids);
    const exported =
      native === EXCHANGE_FORMAT
        ? this.#context.transfer.exportAhead(ids.map((id) => ({ id, size: this.#states.sizeOf(id) })))
        : undefined;
    let spooled: Spooled | undefined;
    try {
      for await (const [id, { whole, got }] of ahead(
        ids,
        WIDTH,
        async (one) => ({ whole: await exported?.(one), got: await this.#mime(one) }),
        ({ got: left }) => {
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
        else yield { id, ...state, size: got.size, body: got.body, ...(whole === undefined ? {} : { native: whole }) };
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
        query: { ...listingQuery({ size: true }), $top: settings.pageSize },
        doing: 'listing a mail folder',
        right: RIGHT,
        budget: outlook,
      })) {
        for (const message of page.value) if (missing.delete(message.id)) this.#learn(message.id, message);
        if (missing.size === 0) return;
      }
    }
    await this.#askStates([...missing]);
  }

  async #askStates(ids: readonly string[]): Promise<void> {
    for (const [id, message] of await this.#ask(ids, { size: true })) this.#learn(id, message);
  }

  #learn(id: string, message: ListedMessage): void {
    this.#states.remember(id, flagsOf(message), dateOf(message), sizeOf(message));
  }

  /** What a listing that began without them doesn't say. */
  async #withKeys(messages: readonly ListedMessage[]): Promise<readonly ListedMessage[]> {
    const found = await this.#ask(
      messages.map(({ id }) => id),
      { matchKey: true, size: true },
    );
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

/** Not there, or not even an id. */
export const isGone = (error: unknown): boolean =>
  statusOf(error) === 404 || (statusOf(error) === 400 && UNKNOWN_ID.test(codeOf(error) ?? ''));
