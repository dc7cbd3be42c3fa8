import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import { api, dataOf } from '../../api/client.ts';
import { useLiveEvents } from '../../live/live-events.tsx';
import { EntryPages, type FetchPage } from './entry-pages.ts';
import { type ListSearch, queryOf } from './search.ts';

/** A list that changes all the time is loaded anew at most this often. */
const RELOAD_MS = 3_000;
const FIRST_ROWS = 60;

const fetcher =
  (projectId: number, search: ListSearch): FetchPage =>
  ({ after, reversed, limit }) =>
    dataOf(
      api.GET('/api/projects/{id}/entries', {
        params: {
          path: { id: projectId },
          query: {
            ...queryOf(search),
            descending: String((search.desc === true) !== reversed) as 'true' | 'false',
            limit,
            ...(after === undefined ? {} : { after }),
          },
        },
      }),
    );

export interface EntryPagesView {
  readonly pages: EntryPages;
  /** Which rows are on the screen: they are loaded, and kept up to date. */
  readonly show: (first: number, last: number) => void;
  readonly reload: () => void;
}

/**
 * The entries that `search` finds, live. What an event changes is read again for the rows on the screen alone; where
 * entries come, go or change places, the list is loaded anew behind the one that is shown, and swapped when the rows on
 * the screen are there: nothing jumps or blinks.
 */
export function useEntryPages(projectId: number, search: ListSearch): EntryPagesView {
  const key = JSON.stringify([projectId, search]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key stands for both
  const fetchPage = useMemo(() => fetcher(projectId, search), [key]);
  const [pages, setPages] = useState(() => new EntryPages(fetchPage));
  const shown = useRef<readonly [number, number]>([0, FIRST_ROWS]);
  const newest = useRef(pages);
  const lastLoad = useRef(0);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const dirty = useRef(new Set<number>());
  const isRefreshing = useRef(false);

  const load = useCallback(async (fetch: FetchPage): Promise<void> => {
    clearTimeout(timer.current);
    timer.current = undefined;
    lastLoad.current = Date.now();
    const fresh = new EntryPages(fetch);
    newest.current = fresh;
    await fresh.ensure(...shown.current);
    if (newest.current !== fresh) return fresh.close();
    setPages((old) => {
      if (old !== fresh) old.close();
      return fresh;
    });
  }, []);

  useEffect(() => {
    shown.current = [0, FIRST_ROWS];
    void load(fetchPage);
    return () => clearTimeout(timer.current);
  }, [fetchPage, load]);

  const reloadSoon = useCallback(() => {
    timer.current ??= setTimeout(() => void load(fetchPage), Math.max(0, lastLoad.current + RELOAD_MS - Date.now()));
  }, [fetchPage, load]);

  const refresh = useCallback(async (): Promise<void> => {
    if (isRefreshing.current) return;
    isRefreshing.current = true;
    // One request at a time: a slow server is asked less often, not more.
    while (dirty.current.size > 0) {
      const ids = dirty.current;
      dirty.current = new Set();
      await newest.current.refresh(ids).catch(() => undefined);
    }
    isRefreshing.current = false;
  }, []);

  const isOrderedByStatus = search.status !== undefined || search.sort === 'status';
  useLiveEvents((events) => {
    if (events === undefined) return reloadSoon();
    let moved = false;
    for (const event of events) {
      if (event.projectId !== projectId) continue;
      if (event.type === 'entry' || (event.type === 'pass' && isOrderedByStatus)) moved = true;
      if (event.entryId !== undefined) dirty.current.add(event.entryId);
    }
    void refresh();
    if (moved) reloadSoon();
  });

  useSyncExternalStore(pages.subscribe, () => pages.version);
  const show = useCallback(
    (first: number, last: number) => {
      shown.current = [first, last];
      void pages.ensure(first, last);
    },
    [pages],
  );
  const reload = useCallback(() => void load(fetchPage), [fetchPage, load]);
  return { pages, show, reload };
}
