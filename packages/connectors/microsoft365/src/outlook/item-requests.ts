import { segment } from '../graph/client.ts';
import { statusOf } from '../graph/errors.ts';
import type { PartContext } from '../part.ts';
import { containerGone, isGone } from './gone.ts';
import type { Item, ItemKind, Query } from './item-kind.ts';

/** The requests that a writer of items makes, in the words and with the permission of their kind. */
export class ItemRequests<T extends Item> {
  readonly kind: ItemKind<T>;
  readonly #context: PartContext;

  constructor(context: PartContext, kind: ItemKind<T>) {
    this.#context = context;
    this.kind = kind;
  }

  path(container: string, id: string): string {
    return `${this.kind.collection(this.#context, container)}/${segment(id)}`;
  }

  /** Right and budget of each of them. */
  get common() {
    return { right: this.kind.rights.write, budget: this.#context.outlook };
  }

  /** @throws SternaError transient `container-gone` */
  async *list(container: string, query: Query): AsyncGenerator<T> {
    const { client, settings } = this.#context;
    const { collection, words, mostPerPage = settings.pageSize } = this.kind;
    try {
      for await (const page of client.pages<T>({
        ...this.common,
        method: 'GET',
        path: collection(this.#context, container),
        query: { ...query, $top: Math.min(mostPerPage, settings.pageSize) },
        doing: `listing a ${words.container}`,
      }))
        yield* page.value;
    } catch (error) {
      throw statusOf(error) === 404 ? containerGone(words.container, error) : error;
    }
  }

  /** @throws SternaError where it is gone as well */
  async get(path: string): Promise<T> {
    const { body } = await this.#context.client.send<T>({
      ...this.common,
      method: 'GET',
      path,
      query: this.kind.queries.look,
      doing: `looking at ${this.kind.words.one}`,
    });
    return body;
  }

  /** Undefined: it is gone. */
  async look(path: string): Promise<T | undefined> {
    try {
      return await this.get(path);
    } catch (error) {
      if (isGone(error)) return undefined;
      throw error;
    }
  }

  async create(container: string, form: object): Promise<T> {
    const { body } = await this.#context.client.send<T>({
      ...this.common,
      method: 'POST',
      path: this.kind.collection(this.#context, container),
      body: form,
      doing: `writing ${this.kind.words.one}`,
    });
    return body;
  }

  /** @returns its version after that */
  async patch(path: string, form: object, ifVersion?: string): Promise<string | undefined> {
    const { body } = await this.#context.client.send<T | undefined>({
      ...this.common,
      method: 'PATCH',
      path,
      ...ifMatch(ifVersion),
      body: form,
      doing: `changing ${this.kind.words.one}`,
      repeatable: ifVersion === undefined,
    });
    return body === undefined ? undefined : this.kind.versionOf(body);
  }

  /** @throws SternaError where it is gone already as well */
  async remove(path: string, ifVersion?: string): Promise<void> {
    await this.#context.client.send({
      ...this.common,
      method: 'DELETE',
      path,
      ...ifMatch(ifVersion),
      doing: `removing ${this.kind.words.one}`,
    });
  }

  /** Without a trace in Deleted Items. @throws SternaError where it is gone already as well */
  async removeForGood(path: string): Promise<void> {
    await this.#context.client.send({
      ...this.common,
      method: 'POST',
      path: `${path}/permanentDelete`,
      doing: `removing ${this.kind.words.one}`,
      repeatable: true,
    });
  }
}

const ifMatch = (version: string | undefined): { readonly headers?: Readonly<Record<string, string>> } =>
  version === undefined ? {} : { headers: { 'if-match': `W/"${version}"` } };
