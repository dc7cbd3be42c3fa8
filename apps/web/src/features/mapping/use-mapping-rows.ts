import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { api, dataOf, type Schema } from '../../api/client.ts';
import type { MappingSearch } from './search.ts';

export type MappingRow = Schema<'MappingRow'>;

const PATH = '/api/projects/{id}/mapping/rows';
const PAGE = 200;

/** The rows that match, page by page as somebody scrolls: the whole table never travels. */
export function useMappingRows(projectId: number, { q, kind }: MappingSearch) {
  const query = { ...(q === undefined ? {} : { search: q }), ...(kind === undefined ? {} : { kind }) };
  const pages = useInfiniteQuery({
    // As the generated hooks make keys, so that live events find it.
    queryKey: ['get', PATH, { params: { path: { id: projectId }, query } }],
    queryFn: ({ pageParam, signal }) =>
      dataOf(
        api.GET(PATH, {
          params: {
            path: { id: projectId },
            query: { ...query, limit: PAGE, ...(pageParam === undefined ? {} : { after: pageParam }) },
          },
          signal,
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next,
    placeholderData: (previous) => previous,
  });
  const first = pages.data?.pages[0];
  return {
    pages,
    rows: pages.data?.pages.flatMap((page) => page.items) ?? [],
    total: first?.total,
    matching: first?.matching ?? 0,
  };
}

/** Reads the table again after a change of this page. */
export function useReadAgain(projectId: number): () => Promise<void> {
  const queryClient = useQueryClient();
  return () =>
    queryClient.invalidateQueries({
      predicate: ({ queryKey: [, path, init] }) =>
        path === PATH && (init as { params: { path: { id: number } } }).params.path.id === projectId,
    });
}
