import { useQueryClient } from '@tanstack/react-query';
import { $api } from '../../api/client.ts';
import { useLiveEvents } from '../../live/live-events.tsx';

/** What a list needs of its query. Refusals are ApiErrors (api/client.ts), whatever the generated types say. */
export interface PagedQuery {
  readonly error: unknown;
  readonly hasNextPage: boolean;
  readonly isFetchingNextPage: boolean;
  readonly fetchNextPage: () => unknown;
  readonly refetch: () => unknown;
}

export const errorOf = (query: { readonly error: unknown }): Error | null => query.error as Error | null;

/** How the API pages its lists. */
const paged = {
  pageParamName: 'after',
  // Null is left out of the address; undefined would become 0.
  initialPageParam: null,
  getNextPageParam: (page: { next?: string | undefined }): string | undefined => page.next,
};

/** Reads a list again after such events of the entry, and after a gap. */
function useReread(queryKey: readonly unknown[], entryId: number, types: readonly string[]): void {
  const queryClient = useQueryClient();
  useLiveEvents((events) => {
    if (events === undefined || events.some((event) => event.entryId === entryId && types.includes(event.type)))
      void queryClient.invalidateQueries({ queryKey });
  });
}

/**
 * Passes of an entry, newest first. They are read again when one begins or ends, not at each step of its progress: with
 * the books of every folder they are large.
 */
export function usePasses(entryId: number) {
  const init = { params: { query: { entryId, limit: 10 } } };
  useReread(['get', '/api/passes', init], entryId, ['pass']);
  return $api.useInfiniteQuery('get', '/api/passes', init, { ...paged, meta: { live: 'own' } });
}

export type NoteKind = 'failure' | 'uncertain' | 'fidelity' | 'skipped' | 'suspect' | 'gone';

export const useNotes = (entryId: number, filter: { kind?: NoteKind; code?: string; pass?: number }) =>
  $api.useInfiniteQuery(
    'get',
    '/api/entries/{id}/notes',
    { params: { path: { id: entryId }, query: { ...filter, limit: 50 } } },
    paged,
  );

export const useFailedObjects = (entryId: number, group: { code: string; state: 'failed' | 'uncertain' }) =>
  $api.useInfiniteQuery(
    'get',
    '/api/entries/{id}/failures/objects',
    { params: { path: { id: entryId }, query: { ...group, limit: 50 } } },
    paged,
  );

export const useLicenseHistory = (entryId: number) =>
  $api.useInfiniteQuery('get', '/api/licenses/ledger', { params: { query: { entryId, limit: 50 } } }, paged);

export function useAuditTrail(entryId: number) {
  const init = { params: { query: { subject: `entry/${entryId}`, limit: 25 } } };
  // Nothing that is written down is without an event of its own, but for looks at an object.
  useReread(['get', '/api/audit', init], entryId, ['pass', 'entry', 'license', 'remigration']);
  return $api.useInfiniteQuery('get', '/api/audit', init, paged);
}
