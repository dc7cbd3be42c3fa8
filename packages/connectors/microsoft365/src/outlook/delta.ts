import type { Change, ChangePage } from '@sterna/connector-kit';
import { SternaError } from '@sterna/core';
import { codeOf, statusOf } from '../graph/errors.ts';
import type { GraphPage, Removed } from '../graph/page.ts';
import type { PartContext } from '../part.ts';
import { type DeltaCursor, formatCursor, parseCursor } from './cursor.ts';

/** Codes of a delta link that the service doesn't honour any more, with whatever status. */
const LOST = /^(?:SyncStateNotFound|SyncStateInvalid|resyncRequired|ErrorInvalidSyncStateData|ErrorInvalidUrlQuery)$/i;

export interface DeltaSource<T> {
  /** Of the collection; `/delta` is put behind it. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** Words: “listing a contact folder”. */
  readonly doing: string;
  readonly right: string;
  changeOf(item: T): Change;
  /** How many there are now, by the service's own count. */
  count(): Promise<number>;
  /** Whether the query asks for what match keys are made of. */
  readonly hasKeys?: boolean;
  /**
   * What is live of a page, before it is told; in the same order.
   *
   * @param hasKeys as of the query with which this listing began
   */
  seen?(items: readonly T[], hasKeys: boolean): Promise<readonly T[]>;
}

/** What changed since a cursor, or all of it; a cursor that the service has forgotten is one that was never given. */
export async function* deltaOf<T extends Removed & { readonly id: string }>(
  context: PartContext,
  source: DeltaSource<T>,
  given: string | undefined,
): AsyncGenerator<ChangePage> {
  const cursor = parseCursor(given, context.client.graph);
  let isFirst = true;
  try {
    for await (const page of pages(context, source, cursor)) {
      isFirst = false;
      yield page;
    }
  } catch (error) {
    if (cursor === undefined || !isFirst || !isLost(error)) throw error;
    yield* pages(context, source, undefined);
  }
}

const isLost = (error: unknown): boolean =>
  statusOf(error) === 410 || (statusOf(error) === 400 && LOST.test(codeOf(error) ?? '')) || statusOf(error) === 404;

async function* pages<T extends Removed & { readonly id: string }>(
  { client, outlook, settings }: PartContext,
  source: DeltaSource<T>,
  from: DeltaCursor | undefined,
): AsyncGenerator<ChangePage> {
  const { path, query, doing, right } = source;
  const mode = from?.mode ?? 'full';
  let total = from?.total ?? 0;
  let isChanged = from?.isChanged ?? false;
  // The links that follow answer the same for good.
  const hasKeys = (from === undefined ? source.hasKeys : from.hasKeys) === true;
  for await (const page of client.pages<T>({
    ...(from === undefined ? { path: `${path}/delta`, query } : { path: from.link }),
    method: 'GET',
    prefer: [`odata.maxpagesize=${settings.pageSize}`],
    doing,
    right,
    budget: outlook,
  })) {
    // One that changed while it was listed comes twice; the last word counts.
    const items = [...new Map(page.value.map((item) => [item.id, item])).values()];
    const told = mode === 'full' ? items.filter((item) => item['@removed'] === undefined) : items;
    if (mode === 'full') total += told.length;
    isChanged ||= mode === 'delta' && told.length > 0;
    const live = told.filter((item) => item['@removed'] === undefined);
    const complete = (await source.seen?.(live, hasKeys)) ?? live;
    const changeById = new Map(complete.map((item) => [item.id, source.changeOf(item)]));
    const changes = told.map(({ id }): Change => changeById.get(id) ?? { id, gone: true });
    yield { changes, mode, ...(await after(page, source, { mode, total, isChanged, hasKeys })) };
  }
}

async function after<T>(
  page: GraphPage<T>,
  source: Pick<DeltaSource<never>, 'count' | 'doing'>,
  { mode, total, isChanged, hasKeys }: Required<Omit<DeltaCursor, 'link'>>,
): Promise<Pick<ChangePage, 'resume' | 'next'>> {
  const next = page['@odata.nextLink'];
  if (next !== undefined) return { resume: formatCursor({ mode, link: next, total, isChanged, hasKeys }) };
  const link = page['@odata.deltaLink'];
  if (link === undefined)
    throw new SternaError('transient', 'graph-answer-invalid', `The answer to ${source.doing} has no end.`);
  // A delta names what changed, not how many there are.
  const count = mode === 'delta' && isChanged ? await source.count() : total;
  return { next: { cursor: formatCursor({ mode: 'delta', link, total: count, hasKeys }), total: count } };
}

/** `$count` of a collection. */
export async function countOf(
  { client, outlook }: PartContext,
  path: string,
  doing: string,
  right: string,
): Promise<number> {
  const { body } = await client.send<{ readonly '@odata.count'?: number }>({
    method: 'GET',
    path,
    query: { $count: 'true', $top: 1, $select: 'id' },
    doing,
    right,
    budget: outlook,
  });
  const count = body['@odata.count'];
  if (typeof count === 'number') return count;
  throw new SternaError('transient', 'graph-answer-invalid', `There is no count in the answer to ${doing}.`);
}
