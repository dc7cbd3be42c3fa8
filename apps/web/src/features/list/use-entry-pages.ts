import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import { useLiveEvents } from '../../live/live-events.tsx';
import { EntryPages, type EntrySource } from './entry-pages.ts';
import { arrivedFirstPage, sourceOf } from './first-page.ts';
import { type ListSearch, PAGE } from './search.ts';

/** A list that changes all the time is loaded anew at most this often. */
const RELOAD_MS = 3_000;
const FIRST_ROWS = 60;
/** Rows that fly past aren't read again; where the scrolling pauses for so long, those in sight are. */
const STILL_MS = 200;
/** Rows fetched before they come into sight. */
const AHEAD = 40;

const isUnread = (view: { pages: EntryPages; of: EntrySource }, source: EntrySource): boolean =>
  view.of === source && view.pages.total === undefined && view.pages.failure === undefined;

export interface EntryPagesView {
  readonly pages: EntryPages;
  /** They aren't those of the search yet. */
  readonly isStale: boolean;
  /** Which rows are on the screen: they are loaded, and kept up to date. */
  readonly show: (first: number, last: number) => void;
  /** Loads these rows too, and keeps the list as it is until they are there. */
  readonly loadRange: (first: number, last: number) => Promise<EntryPages>;
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
  const source = useMemo(() => sourceOf(projectId, search), [key]);
  const [view, setView] = useState(() => ({
    pages: new EntryPages(source, PAGE, arrivedFirstPage(projectId, search)),
    of: source,
  }));
  const { pages } = view;
  const current = useRef(view);
  const shown = useRef<readonly [number, number]>([0, FIRST_ROWS]);
  const newest = useRef(pages);
  const lastLoad = useRef(0);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const dirty = useRef(new Set<number>());
  const isRefreshing = useRef(false);
  const scrolledAt = useRef(0);
  const ranges = useRef(0);
  const isFirst = useRef(true);

  const load = useCallback(async (from: EntrySource): Promise<void> => {
    clearTimeout(timer.current);
    timer.current = undefined;
    lastLoad.current = Date.now();
    // The first one of the page is empty or has just arrived: as good as new.
    const isNew = isFirst.current || isUnread(current.current, from);
    isFirst.current = false;
    const fresh = isNew ? current.current.pages : new EntryPages(from, PAGE);
    newest.current = fresh;
    await fresh.ensure(...shown.current);
    if (newest.current !== fresh) {
      if (fresh !== current.current.pages) fresh.close();
      return;
    }
    const old = current.current;
    // A list that couldn't be read again is better than none; the next event, or the reconnection, tries once more.
    if (fresh.failure !== undefined && old.of === from && old.pages.total !== undefined) {
      newest.current = old.pages;
      return;
    }
    if (old.pages === fresh) return;
    old.pages.close();
    current.current = { pages: fresh, of: from };
    setView(current.current);
  }, []);

  useEffect(() => {
    shown.current = [0, FIRST_ROWS];
    void load(source);
    return () => clearTimeout(timer.current);
  }, [source, load]);

  const reloadSoon = useCallback(() => {
    timer.current ??= setTimeout(
      () => {
        timer.current = undefined;
        if (ranges.current > 0) {
          lastLoad.current = Date.now();
          reloadSoon();
        } else void load(source);
      },
      Math.max(0, lastLoad.current + RELOAD_MS - Date.now()),
    );
  }, [source, load]);

  const refresh = useCallback(async (): Promise<void> => {
    if (isRefreshing.current) return;
    isRefreshing.current = true;
    // One request at a time: a slow server is asked less often, not more.
    while (dirty.current.size > 0) {
      const rest = scrolledAt.current + STILL_MS - Date.now();
      if (rest > 0) {
        await new Promise((resolve) => setTimeout(resolve, rest));
        continue;
      }
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
      // A bulk action names no entries: there are too many.
      if (event.type === 'entry' || event.type === 'bulk' || (event.type === 'pass' && isOrderedByStatus)) moved = true;
      if (event.entryId !== undefined) dirty.current.add(event.entryId);
    }
    void refresh();
    if (moved) reloadSoon();
  });

  useSyncExternalStore(pages.subscribe, () => pages.version);
  const show = useCallback(
    (first: number, last: number) => {
      if (shown.current[0] !== first) scrolledAt.current = Date.now();
      shown.current = [first, last];
      void pages.ensure(Math.max(0, first - AHEAD), last + AHEAD);
    },
    [pages],
  );
  const reload = useCallback(() => void load(source), [source, load]);
  const loadRange = useCallback(async (first: number, last: number): Promise<EntryPages> => {
    ranges.current += 1;
    try {
      const { pages: rows } = current.current;
      await rows.load(first, last);
      return rows;
    } finally {
      ranges.current -= 1;
    }
  }, []);
  return { pages, isStale: view.of !== source, show, loadRange, reload };
}
