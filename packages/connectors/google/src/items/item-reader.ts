import {
  ahead,
  type ChangePage,
  type Container,
  type Content,
  type Reader,
  readOrTell,
  type Unreadable,
  type Vanished,
} from '@sterna/connector-kit';
import { statusOf } from '../api/errors.ts';
import { containerGone } from './gone.ts';
import type { ItemStore, Prepared } from './item-store.ts';

/** As many are asked for ahead; the session's budget may allow fewer. */
const AHEAD = 6;

/** Events, contacts or tasks as Google has them. */
export class ItemReader<P extends Prepared> implements Reader {
  readonly #store: ItemStore<P>;

  constructor(store: ItemStore<P>) {
    this.#store = store;
  }

  containers(): Promise<readonly Container[]> {
    return this.#store.containers();
  }

  async *changes(container: string, cursor: string | undefined): AsyncGenerator<ChangePage> {
    try {
      yield* this.#store.changes(container, cursor);
    } catch (error) {
      throw statusOf(error) === 404 ? containerGone(this.#store.containerWord, error) : error;
    }
  }

  async *read(container: string, ids: readonly string[]): AsyncGenerator<Content | Vanished | Unreadable> {
    for await (const [, one] of ahead(ids, AHEAD, (id) => readOrTell(id, () => this.#one(container, id)))) yield one;
  }

  async #one(container: string, id: string): Promise<Content | Vanished> {
    const found = await this.#store.object(container, id);
    if (found === undefined) return { id, vanished: true };
    const { body, version } = found;
    return { id, flags: [], date: undefined, size: body.length, body, version };
  }
}
