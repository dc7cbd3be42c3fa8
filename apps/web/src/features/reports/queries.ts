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

const nextOf = (last: { readonly next?: string | undefined }): string | undefined => last.next;

export function useReportEntries(projectId: number) {
  return useInfiniteQuery({
    queryKey: ['get', ENTRIES, at(projectId)],
    queryFn: ({ pageParam, signal }) => entriesPage(projectId, pageParam, PAGE, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: nextOf,
    meta: OWN,
  });
}

export function useReportFailures(projectId: number, code: string | undefined) {
  return useInfiniteQuery({
    queryKey: ['get', FAILURES, { ...at(projectId), code }],
    queryFn: ({ pageParam, signal }) => failuresPage(projectId, code, pageParam, PAGE, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: nextOf,
    meta: OWN,
  });
}

export function useProjectLinks(projectId: number) {
  return useInfiniteQuery({
    queryKey: ['get', LINKS, at(projectId)],
    queryFn: ({ pageParam, signal }) => dataOf(api.GET(LINKS, { params: pageOf(projectId, pageParam), signal })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: nextOf,
    meta: OWN,
  });
}

export function useLinks(projectId: number, entryId: number) {
  return useInfiniteQuery({
    queryKey: ['get', LINK_LIST, { ...at(projectId), entryId }],
    queryFn: ({ pageParam, signal }) => {
      const { path, query } = pageOf(projectId, pageParam);
      return dataOf(api.GET(LINK_LIST, { params: { path, query: { ...query, entryId } }, signal }));
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: nextOf,
    meta: OWN,
  });
}

const pageOf = (id: number, after: string | undefined) => ({
  path: { id },
  query: { limit: PAGE, ...(after === undefined ? {} : { after }) },
});

const PAGE = 100;

export const entriesPage = (id: number, after: string | undefined, limit: number, signal: AbortSignal) =>
  dataOf(
    api.GET(ENTRIES, {
      params: { path: { id }, query: { limit, ...(after === undefined ? {} : { after }) } },
      signal,
    }),
  );

export const failuresPage = (
  id: number,
  code: string | undefined,
  after: string | undefined,
  limit: number,
  signal: AbortSignal,
) =>
  dataOf(
    api.GET(FAILURES, {
      params: {
        path: { id },
        query: { limit, ...(code === undefined ? {} : { code }), ...(after === undefined ? {} : { after }) },
      },
      signal,
    }),
  );

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
