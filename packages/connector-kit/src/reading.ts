import { asSternaError } from '@sterna/core';
import type { Change, ChangePage, Unreadable } from './reader.ts';

/** Changes told at once. */
const PAGE = 500;

/**
 * All of a container that was listed at once, in pages; one page where nothing is there.
 *
 * @param glance What the container looked like before the listing
 */
export function* wholeListing(changes: readonly Change[], glance?: string): Generator<ChangePage> {
  const next = { cursor: 'list', total: changes.length, ...(glance === undefined ? {} : { glance }) };
  for (let at = 0; at === 0 || at < changes.length; at += PAGE) {
    const page: ChangePage = { changes: changes.slice(at, at + PAGE), mode: 'full' };
    yield at + PAGE < changes.length ? page : { ...page, next };
  }
}

/**
 * What is wrong with one object is told in its place; anything else ends the reading.
 *
 * @throws what `read` does, unless it is of class `object`
 */
export async function readOrTell<T>(id: string, read: () => Promise<T>): Promise<T | Unreadable> {
  try {
    return await read();
  } catch (thrown) {
    const error = asSternaError(thrown);
    if (error.class === 'object') return { id, error };
    throw thrown;
  }
}
