import {
  type CreateOp,
  type FidelityNote,
  inParallel,
  type Op,
  type ReplaceOp,
  type Result,
} from '@sterna/connector-kit';
import { asSternaError, SternaError } from '@sterna/core';
import { isOutcomeUnknown, statusOf } from './errors.ts';

/** The service's clock is told to the second, and its own machines may differ a little. */
const EARLIER_MS = 5_000;

export const markAt = (serverTime: number): string => new Date(serverTime - EARLIER_MS).toISOString();

/**
 * Results of operations, a few at once. An object's own refusal is its result; what concerns the endpoint as a whole is
 * thrown where nothing was written, else the rest has an unknown outcome.
 *
 * @param containerGone What a create means that is answered with 404
 * @param width How many at once; a session's budgets may allow fewer
 * @throws SternaError throttled | auth | config
 */
export async function eachOf<O extends Op>(
  ops: readonly O[],
  write: (op: O) => Promise<Result>,
  containerGone: (error: SternaError) => SternaError,
  width = 4,
): Promise<readonly Result[]> {
  let stop: SternaError | undefined;
  let isWritten = false;
  const results = await inParallel(ops, width, async (op): Promise<Result> => {
    if (stop !== undefined) return { op: op.op, outcome: 'unknown', error: stop };
    try {
      const result = await write(op);
      isWritten ||= result.outcome === 'done';
      return result;
    } catch (thrown) {
      const error = asSternaError(thrown);
      const isContainers = op.verb === 'create' && statusOf(error) === 404;
      if (error.class === 'object' && !isContainers) return { op: op.op, outcome: 'refused', error };
      isWritten ||= isOutcomeUnknown(error);
      if (!isOutcomeUnknown(error)) stop ??= isContainers ? containerGone(error) : error;
      return { op: op.op, outcome: 'unknown', error };
    }
  });
  if (stop !== undefined && !isWritten) throw stop;
  return results;
}

export const doneResult = (
  op: string,
  targetId: string,
  version: string | undefined,
  notes: readonly FidelityNote[] = [],
): Result => ({
  op,
  outcome: 'done',
  targetId,
  ...(version === undefined ? {} : { version }),
  ...(notes.length === 0 ? {} : { notes }),
});

export const changedResult = (op: string, version: string | undefined): Result => ({
  op,
  outcome: 'changed',
  ...(version === undefined ? {} : { version }),
});

/** An object's natural key in the container, for a create: what has it already. */
export type Rival = { readonly id: string; readonly version: string | undefined };
export const existsResult = (op: CreateOp, { id, version }: Rival): Result => ({
  op: op.op,
  outcome: 'exists',
  targetId: id,
  ...(version === undefined ? {} : { version }),
});

export function bodyOf({ body }: CreateOp | ReplaceOp): Buffer {
  if (Buffer.isBuffer(body)) return body;
  throw new SternaError('bug', 'internal', 'Only files and messages are written from a stream.');
}

/** From a stream too: for what a service takes in one piece alone. */
export async function wholeBodyOf({ body }: CreateOp): Promise<Buffer> {
  if (Buffer.isBuffer(body)) return body;
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}
