import {
  ahead,
  type Change,
  type ChangePage,
  type Container,
  type Content,
  type Native,
  type Reader,
  type ReadOptions,
  readOrTell,
  type Unreadable,
  type Vanished,
} from '@sterna/connector-kit';
import { EXCHANGE_FORMAT } from '../exchange/exchange-transfer.ts';
import { type BatchItem, type BatchResult, batch } from '../graph/batch.ts';
import { segment } from '../graph/client.ts';
import { statusOf } from '../graph/errors.ts';
import type { Removed } from '../graph/page.ts';
import type { PartContext } from '../part.ts';
import { countOf, deltaOf } from './delta.ts';
import { containerGone, isGone } from './gone.ts';
import type { Item, ItemContainers, ItemKind } from './item-kind.ts';
import { listing } from './listing.ts';

/** How items of one kind are read. */
export interface ItemReading<T extends Item> {
  readonly kind: ItemKind<T>;
  /** Items asked for by one `$batch`; two are under way. */
  readonly atOnce: number;
  /** What is asked for each, of every item as many: first the item itself. */
  requests(path: string): readonly BatchItem[];
  /**
   * The item as iCalendar or vCard.
   *
   * @param path of the item, for what it takes beyond its requests
   * @param others the answers to its other requests
   */
  object(context: PartContext, item: T, path: string, others: readonly BatchResult[]): Buffer | Promise<Buffer>;
}

/** Events, contacts or tasks as they are in Outlook and To Do. */
export class ItemReader<T extends Item> implements Reader {
  readonly #context: PartContext;
  readonly #containers: ItemContainers;
  readonly #reading: ItemReading<T>;

  constructor(context: PartContext, containers: ItemContainers, reading: ItemReading<T>) {
    this.#context = context;
    this.#containers = containers;
    this.#reading = reading;
  }

  containers(): Promise<readonly Container[]> {
    return this.#containers.list();
  }

  async *changes(container: string, cursor: string | undefined): AsyncGenerator<ChangePage> {
    const { kind } = this.#reading;
    try {
      yield* kind.delta === 'token' ? this.#delta(container, cursor) : this.#whole(container, cursor);
    } catch (error) {
      throw statusOf(error) === 404 ? containerGone(kind.words.container, error) : error;
    }
  }

  #delta(container: string, cursor: string | undefined): AsyncGenerator<ChangePage> {
    const { collection, queries, rights, words } = this.#reading.kind;
    const path = collection(this.#context, container);
    return deltaOf<T & Removed>(
      this.#context,
      {
        path,
        query: queries.versions,
        doing: `listing a ${words.container}`,
        right: rights.read,
        changeOf: (item) => this.#change(item),
        count: () => countOf(this.#context, path, `counting a ${words.container}`, rights.read),
      },
      cursor,
    );
  }

  #whole(container: string, cursor: string | undefined): AsyncGenerator<ChangePage> {
    const { collection, queries, rights, words } = this.#reading.kind;
    return listing<T>(
      this.#context,
      {
        method: 'GET',
        path: collection(this.#context, container),
        query: { ...queries.versions, $top: this.#context.settings.pageSize },
        doing: `listing a ${words.container}`,
        right: rights.read,
        budget: this.#context.outlook,
      },
      cursor,
      (item) => this.#change(item),
    );
  }

  #change(item: T): Change {
    return { id: item.id, ...this.#version(item) };
  }

  #version(item: T): { readonly version?: string } {
    const version = this.#reading.kind.versionOf(item);
    return version === undefined ? {} : { version };
  }

  async *read(
    container: string,
    ids: readonly string[],
    { native }: ReadOptions = {},
  ): AsyncGenerator<Content | Vanished | Unreadable> {
    const { kind, atOnce, requests } = this.#reading;
    const collection = kind.collection(this.#context, container);
    const pathOf = (id: string): string => `${collection}/${segment(id)}`;
    const chunks = Array.from({ length: Math.ceil(ids.length / atOnce) }, (_, n) =>
      ids.slice(n * atOnce, (n + 1) * atOnce),
    );
    const isWhole = native === EXCHANGE_FORMAT && kind.exported !== undefined;
    const asked = async (some: readonly string[]) => {
      const answers = await batch(
        this.#context.client,
        some.flatMap((id) => requests(pathOf(id))),
        { doing: `reading ${kind.words.many}`, budget: this.#context.outlook, right: kind.rights.read },
      );
      return {
        answers,
        exported: isWhole ? await this.#context.transfer.export(some.map((id) => ({ id }))) : undefined,
      };
    };
    for await (const [some, { answers, exported }] of ahead(chunks, 2, asked)) {
      const each = answers.length / some.length;
      for (const [at, id] of some.entries())
        yield await readOrTell(id, () =>
          this.#content(id, pathOf(id), answers.slice(at * each, (at + 1) * each), exported?.get(id)),
        );
    }
  }

  async #content(
    id: string,
    path: string,
    [answer, ...others]: readonly BatchResult[],
    native: Native | undefined,
  ): Promise<Content | Vanished | Unreadable> {
    const given = answer as BatchResult;
    if ('error' in given) {
      if (isGone(given.error)) return { id, vanished: true };
      if (given.error.class === 'object') return { id, error: given.error };
      throw given.error;
    }
    const item = given.body as T;
    const body = await this.#reading.object(this.#context, item, path, others);
    // Half of an event is told by its stamp, which would come along and stay.
    const isHalf = this.#reading.kind.stampOf(item)?.state === 'incomplete';
    return {
      id,
      flags: [],
      date: undefined,
      size: body.length,
      body,
      ...this.#version(item),
      ...(native === undefined || isHalf ? {} : { native }),
    };
  }
}
