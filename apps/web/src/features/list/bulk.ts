import { api, dataOf, type Schema } from '../../api/client.ts';
import type { paths } from '../../api/schema.d.ts';
import { filterOf, type ListSearch, queryOf } from './search.ts';
import { isSelected, type Selection, selectionBody } from './selection.ts';

type BulkRoute = paths['/api/projects/{id}/entries/bulk']['post'];
export type BulkAct = BulkRoute['requestBody']['content']['application/json']['act'];
export type BulkAction = BulkAct['action'];
export type BulkResult = BulkRoute['responses'][200]['content']['application/json'];
export type Refusal = BulkResult['refused'][number];
export type BulkPreview = Schema<'BulkPreview'>;

/** What an action is done to. */
export interface Target {
  readonly projectId: number;
  readonly selection: Selection;
  readonly search: ListSearch;
}

const bodyOf = ({ selection, search }: Target) => selectionBody(selection, filterOf(search));
const paramsOf = ({ projectId }: Target) => ({ path: { id: projectId } });

export const previewBulk = (target: Target, act: BulkAct, signal?: AbortSignal): Promise<BulkPreview> =>
  dataOf(
    api.POST('/api/projects/{id}/entries/bulk/preview', {
      params: paramsOf(target),
      body: { ...bodyOf(target), act },
      ...(signal === undefined ? {} : { signal }),
    }),
  );

/** @param more.bulkId comes back in the events of the type `bulk` */
export const runBulk = (
  target: Target,
  act: BulkAct,
  more: { readonly bulkId: string; readonly expected?: number },
): Promise<BulkResult> =>
  dataOf(
    api.POST('/api/projects/{id}/entries/bulk', {
      params: paramsOf(target),
      body: { ...bodyOf(target), act, ...more },
    }),
  );

export const exportCsv = (target: Target): Promise<string> =>
  dataOf(
    api.POST('/api/projects/{id}/entries/export.csv', {
      params: paramsOf(target),
      body: bodyOf(target),
      parseAs: 'text',
    }),
  );

/** Of "all that match": read page by page, in the list's order. */
export async function chosenIds(target: Target): Promise<readonly number[]> {
  const { selection, search } = target;
  if (selection.mode === 'ids') return [...selection.ids];
  const ids: number[] = [];
  let after: string | undefined;
  do {
    const query = { ...queryOf(search), limit: 500, ...(after === undefined ? {} : { after }) };
    const page = await dataOf(api.GET('/api/projects/{id}/entries', { params: { ...paramsOf(target), query } }));
    ids.push(...page.items.map((entry) => entry.id).filter((id) => isSelected(selection, id)));
    after = page.next;
  } while (after !== undefined);
  return ids;
}

/** How far an action is, by its own events. */
export interface BulkProgress {
  readonly entries: number;
  readonly done: number;
  readonly refused: number;
}

export function progressOf(
  events: readonly { type: string; data?: unknown }[],
  bulkId: string,
): BulkProgress | undefined {
  const data = events
    .filter((event) => event.type === 'bulk')
    .map((event) => event.data as (BulkProgress & { bulkId?: unknown }) | undefined)
    .filter((one) => one?.bulkId === bulkId);
  return data.at(-1);
}

export interface Cause {
  readonly code: string;
  readonly message: string;
  readonly fix?: string | undefined;
  readonly refusals: readonly Refusal[];
}

/** Refusals by cause, most frequent first. */
export function causesOf(refused: readonly Refusal[]): readonly Cause[] {
  const causes = new Map<string, Refusal[]>();
  for (const refusal of refused) {
    const known = causes.get(refusal.code);
    if (known === undefined) causes.set(refusal.code, [refusal]);
    else known.push(refusal);
  }
  return [...causes]
    .map(([code, refusals]) => ({ code, message: refusals[0]?.message ?? code, fix: refusals[0]?.fix, refusals }))
    .sort((a, b) => b.refusals.length - a.refusals.length);
}
