import { getRouteApi } from '@tanstack/react-router';

/** What the address says: which batch is shown. '' is the entries without one. */
export interface BatchesSearch {
  readonly batch?: string;
}

/** A batch named 12 comes out of the address as a number. */
export function readBatchesSearch(raw: Record<string, unknown>): BatchesSearch {
  const { batch } = raw;
  return typeof batch === 'string' || typeof batch === 'number' || typeof batch === 'boolean'
    ? { batch: String(batch) }
    : {};
}

export const batchesRoute = getRouteApi('/app/projects/$projectId/batches');
