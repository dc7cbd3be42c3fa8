import { asSternaError, SternaError } from '@sterna/core';
import type { Change, ChangePage, Reader, Unreadable } from './reader.ts';

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
 * @throws what `read` does, unless it is of class `object`, or JavaScript's own, over an answer that isn't as it should be
 */
export async function readOrTell<T>(id: string, read: () => T | Promise<T>): Promise<T | Unreadable> {
  try {
    return await read();
  } catch (thrown) {
    const error = isOfNoAnswer(thrown) ? notUnderstood('object', thrown) : asSternaError(thrown);
    if (error.class === 'object') return { id, error };
    throw thrown;
  }
}

/**
 * A reader of a service whose answers are taken as they should be: where one isn't, JavaScript's own error over it is one
 * of the service, which may answer otherwise the next time.
 */
export function understood(reader: Reader): Reader {
  return new Proxy(reader, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]): unknown => {
        const given: unknown = value.apply(target, args);
        if (given instanceof Promise) return given.catch(tell);
        return isIterable(given) ? told(given) : given;
      };
    },
  });
}

async function* told(given: AsyncIterable<unknown>): AsyncGenerator<unknown> {
  try {
    yield* given;
  } catch (thrown) {
    tell(thrown);
  }
}

/** @throws */
export function tell(thrown: unknown): never {
  throw isOfNoAnswer(thrown) ? notUnderstood('transient', thrown) : thrown;
}

const isIterable = (given: unknown): given is AsyncIterable<unknown> =>
  typeof given === 'object' && given !== null && Symbol.asyncIterator in given;

/** A property of nothing, a text that is a number, an address with half a character; not a machine without memory. */
const isOfNoAnswer = (thrown: unknown): thrown is Error =>
  (thrown instanceof TypeError ||
    thrown instanceof RangeError ||
    thrown instanceof URIError ||
    thrown instanceof SyntaxError) &&
  !/call stack|allocation|Invalid (?:array|string) length/i.test(thrown.message);

/** JavaScript's own words may hold what was read: its kind alone is told. */
const notUnderstood = (of: 'object' | 'transient', cause: Error): SternaError =>
  new SternaError(of, 'answer-not-understood', `What the system answered can’t be understood (${cause.name}).`, {
    fix:
      of === 'object'
        ? 'Open it in the source. If it is fine there, report this with the name of the object.'
        : 'It is tried again by itself. If it stays so, report this.',
    cause,
  });
