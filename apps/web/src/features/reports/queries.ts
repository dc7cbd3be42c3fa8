import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { $api, api, dataOf } from '../../api/client.ts';
import { useLiveEvents } from '../../live/live-events.tsx';

const SUMMARY = '/api/projects/{id}/report/summary';
const ENTRIES = '/api/projects/{id}/report/entries';
const FAILURES = '/api/projects/{id}/report/failures';
const LINKS = '/api/projects/{id}/links';
const LINK_LIST = '/api/projects/{id}/links/list';

/** Reports read the whole ledger of a project: not again with every event of a busy night. */
const OWN = { live: 'own' } as const;
const QUIET_MS = 5_000;

const at = (id: number) => ({ params: { path: { id } } });

export const summaryQuery = (projectId: number) => ({
  ...$api.queryOptions('get', SUMMARY, at(projectId)),
  meta: OWN,
});

const PAGED = {
  initialPageParam: undefined as string | undefined,
  getNextPageParam: (last: { readonly next?: string | undefined }): string | undefined => last.next,
  meta: OWN,
};

export function useReportEntries(projectId: number) {
  return useInfiniteQuery({
    queryKey: ['get', ENTRIES, at(projectId)],
    queryFn: ({ pageParam, signal }) => entriesPage(projectId, pageParam, PAGE, signal),
    ...PAGED,
  });
}

export function useReportFailures(projectId: number, code: string | undefined) {
  return useInfiniteQuery({
    queryKey: ['get', FAILURES, { ...at(projectId), code }],
    queryFn: ({ pageParam, signal }) => failuresPage(projectId, code, pageParam, PAGE, signal),
    ...PAGED,
  });
}

export function useProjectLinks(projectId: number) {
  return useInfiniteQuery({
    queryKey: ['get', LINKS, at(projectId)],
    queryFn: ({ pageParam, signal }) => dataOf(api.GET(LINKS, { params: pageOf(projectId, pageParam, {}), signal })),
    ...PAGED,
  });
}

export function useLinks(projectId: number, entryId: number) {
  return useInfiniteQuery({
    queryKey: ['get', LINK_LIST, { ...at(projectId), entryId }],
    queryFn: ({ pageParam, signal }) =>
      dataOf(api.GET(LINK_LIST, { params: pageOf(projectId, pageParam, { entryId }), signal })),
    ...PAGED,
  });
}

const PAGE = 100;

const pageOf = <T extends object>(id: number, after: string | undefined, more: T, limit = PAGE) => ({
  path: { id },
  query: { limit, ...more, ...(after === undefined ? {} : { after }) },
});

export const entriesPage = (id: number, after: string | undefined, limit: number, signal: AbortSignal) =>
  dataOf(api.GET(ENTRIES, { params: pageOf(id, after, {}, limit), signal }));

export const failuresPage = (
  id: number,
  code: string | undefined,
  after: string | undefined,
  limit: number,
  signal: AbortSignal,
) => dataOf(api.GET(FAILURES, { params: pageOf(id, after, code === undefined ? {} : { code }, limit), signal }));

/** Reads the reports of a project again some seconds after a pass of it began or ended. */
export function useReadReportsAgain(projectId: number): void {
  const queryClient = useQueryClient();
  const waiting = useRef<ReturnType<typeof setTimeout>>(undefined);
  useLiveEvents((events) => {
    const concerns =
      events === undefined ||
      events.some((event) => event.type === 'pass' && (event.projectId ?? projectId) === projectId);
    if (!concerns) return;
    waiting.current ??= setTimeout(() => {
      waiting.current = undefined;
      void queryClient.invalidateQueries({
        predicate: ({ queryKey: [, path] }) => typeof path === 'string' && /\/(?:report|links)(?:\/|$)/.test(path),
      });
    }, QUIET_MS);
  });
  useEffect(() => () => clearTimeout(waiting.current), []);
}
