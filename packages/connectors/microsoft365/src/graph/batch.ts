import { type Budget, isOutcomeUnknown, outcomeUnknown } from '@sterna/cloud-http';
import { SternaError } from '@sterna/core';
import type { GraphClient, GraphRequest } from './client.ts';
import { refusalError } from './errors.ts';

/** Items that one `$batch` holds (https://learn.microsoft.com/en-us/graph/json-batching). */
export const BATCH_SIZE = 20;
/** Outlook runs so many of a batch's items at once, each of which counts. */
const OUTLOOK_WIDTH = 4;
const MOST_TRIES = 8;

/** What all items have in common. */
interface Common {
  readonly doing: string;
  readonly budget: Budget;
  readonly right?: string;
}

export interface BatchItem
  extends Pick<GraphRequest, 'method' | 'path' | 'query' | 'headers' | 'prefer' | 'repeatable' | 'expected'> {
  /** JSON only. */
  readonly body?: unknown;
}

export type BatchResult =
  | { readonly status: number; readonly body: unknown }
  /** As `GraphClient.send` would have thrown it. */
  | { readonly error: SternaError };

interface Answered {
  readonly id: string;
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/**
 * Any number of requests, twenty at a time. What is throttled or failed for a moment is tried again by itself, after its
 * own `Retry-After`; the results come in the order of the items. It saves round trips, not budget: each item counts.
 *
 * @throws SternaError where the batch as a whole fails for a reason that isn't its items'
 */
export async function batch(
  client: GraphClient,
  items: readonly BatchItem[],
  common: Common,
): Promise<readonly BatchResult[]> {
  const results: BatchResult[] = new Array(items.length);
  let open = items.map((_, at) => at);
  for (let tries = 0; open.length > 0; tries += 1) {
    const again: number[] = [];
    for (let from = 0; from < open.length; from += BATCH_SIZE)
      for (const [at, result] of await once(client, items, open.slice(from, from + BATCH_SIZE), common, tries))
        if (result === 'again') again.push(at);
        else results[at] = result;
    open = again;
  }
  return results;
}

type Settled = readonly [at: number, BatchResult | 'again'];

const isRepeatable = (item: BatchItem): boolean => item.repeatable ?? item.method !== 'POST';

async function once(
  client: GraphClient,
  items: readonly BatchItem[],
  some: readonly number[],
  common: Common,
  tries: number,
): Promise<Settled[]> {
  const itemAt = (at: number): BatchItem => items[at] as BatchItem;
  let answered: readonly Answered[];
  try {
    const { body } = await client.send<{ responses?: readonly Answered[] } | undefined>({
      ...common,
      method: 'POST',
      path: '/$batch',
      body: { requests: some.map((at) => wired(client, String(at), itemAt(at), common)) },
      cost: { requests: some.length, width: Math.min(OUTLOOK_WIDTH, some.length) },
      repeatable: some.every((at) => isRepeatable(itemAt(at))),
    });
    answered = Array.isArray(body?.responses) ? body.responses : [];
  } catch (thrown) {
    if (!isOutcomeUnknown(thrown)) throw thrown;
    // What may be repeated goes again without the others.
    const error = thrown as SternaError;
    return some.map((at) => [at, isRepeatable(itemAt(at)) && tries < MOST_TRIES ? 'again' : { error }]);
  }
  const byId = new Map(answered.map((one) => [one.id, one]));
  const settled: Settled[] = [];
  for (const at of some) settled.push([at, await resultOf(client, itemAt(at), byId.get(String(at)), common, tries)]);
  return settled;
}

function wired(client: GraphClient, id: string, item: BatchItem, common: Common): unknown {
  const { method, path, query, headers, prefer = [], body } = item;
  return {
    id,
    method,
    url: client.batchUrlOf({ ...common, method, path, ...(query === undefined ? {} : { query }) }),
    headers: {
      Prefer: ['IdType="ImmutableId"', ...prefer].join(', '),
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body }),
  };
}

async function resultOf(
  client: GraphClient,
  item: BatchItem,
  answer: Answered | undefined,
  common: Common,
  tries: number,
): Promise<BatchResult | 'again'> {
  const lost = (error: SternaError): BatchResult => ({
    error: isRepeatable(item) ? error : outcomeUnknown(common.doing, error),
  });
  if (answer === undefined)
    return lost(
      new SternaError('transient', 'graph-answer-invalid', `A part of ${common.doing} was not answered.`, {
        fix: 'Sterna tries again by itself.',
      }),
    );
  const { status } = answer;
  if ((status >= 200 && status < 300) || item.expected?.includes(status)) return { status, body: answer.body };
  const header = (name: string): string | undefined => headerOf(answer, name);
  const error = refusalError({
    status,
    body: answer.body,
    retryAfter: header('retry-after'),
    requestId: header('request-id'),
    doing: common.doing,
    right: common.right,
    now: client.clock.now(),
  });
  if (error.class === 'throttled' && error.code !== 'over-quota' && tries < MOST_TRIES) {
    await client.throttled(common.budget, error, { status, body: answer.body, header }, tries);
    return 'again';
  }
  if (error.class !== 'transient') return { error };
  if (!isRepeatable(item) || tries >= MOST_TRIES) return lost(error);
  common.budget.pause(client.clock.now() + client.backoff(tries));
  return 'again';
}

const headerOf = ({ headers = {} }: Answered, name: string): string | undefined =>
  Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
