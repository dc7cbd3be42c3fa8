import type { Session } from '@sterna/connector-kit';
import { asSternaError, SternaError } from '@sterna/core';

export type Side = 'source' | 'target';

/** Says which system it was, in words and in the details. */
export function onSide(thrown: unknown, side: Side): SternaError {
  const error = asSternaError(thrown);
  if (error.details.side !== undefined) return error;
  return new SternaError(error.class, error.code, `${side === 'source' ? 'Source' : 'Target'}: ${error.message}`, {
    ...(error.fix === undefined ? {} : { fix: error.fix }),
    ...(error.field === undefined ? {} : { field: error.field }),
    ...(error.retryAt === undefined ? {} : { retryAt: error.retryAt }),
    details: { ...error.details, side },
    cause: error.cause,
  });
}

/**
 * The same session, whose reader and writer say which side their errors come from: people then know where to look, and
 * the budget of the system that is throttled is lowered, not that of the other. A streamed body stays as it is.
 */
export function sidedSession(session: Session, side: Side): Session {
  const { reader, writer } = session;
  return withMembers(session, {
    reader: sided(reader, side),
    ...(writer === undefined ? {} : { writer: sided(writer, side) }),
    quota: () => sidedCall(() => session.quota(), side),
  });
}

/** Methods and getters run on the original: sessions have private fields. */
export function withMembers<T extends object>(original: T, members: Partial<T>): T {
  return new Proxy(original, {
    get(target, name) {
      if (Object.hasOwn(members, name)) return members[name as keyof T];
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

function sided<T extends object>(original: T, side: Side): T {
  return new Proxy(original, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => sidedCall(() => value.apply(target, args) as unknown, side);
    },
  });
}

function sidedCall<T>(call: () => T, side: Side): T {
  let result: T;
  try {
    result = call();
  } catch (thrown) {
    throw onSide(thrown, side);
  }
  if (result instanceof Promise)
    return result.catch((thrown: unknown) => {
      throw onSide(thrown, side);
    }) as T;
  if (isAsyncIterable(result)) return sidedItems(result, side) as T;
  return result;
}

async function* sidedItems(items: AsyncIterable<unknown>, side: Side): AsyncGenerator<unknown> {
  const iterator = items[Symbol.asyncIterator]();
  let isOver = false;
  try {
    for (;;) {
      let next: IteratorResult<unknown>;
      try {
        next = await iterator.next();
      } catch (thrown) {
        isOver = true;
        throw onSide(thrown, side);
      }
      if (next.done === true) {
        isOver = true;
        return;
      }
      yield next.value;
    }
  } finally {
    // Left early: what is on its way has to be let go of.
    if (!isOver) await iterator.return?.();
  }
}

const isAsyncIterable = (value: unknown): value is AsyncIterable<unknown> =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
