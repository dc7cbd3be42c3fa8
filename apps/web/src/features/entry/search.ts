import { getRouteApi } from '@tanstack/react-router';

export const TABS = ['books', 'failures', 'verify', 'history'] as const;
export type Tab = (typeof TABS)[number];

/** What the page shows, so that a link or a reload leads back to it. */
export interface EntrySearch {
  /** Default: the books. */
  readonly tab?: Tab;
  /** Id of the pass whose books are shown; default: the last one that has some. */
  readonly pass?: number;
  /** The group whose objects are shown: `failed.imap-append-refused`, `fidelity.flag-dropped`. */
  readonly open?: string;
  /** The noted object that is shown side by side. */
  readonly compare?: number;
}

export function readEntrySearch(search: Record<string, unknown>): EntrySearch {
  const tab = TABS.find((known) => known === search.tab);
  return {
    ...(tab === undefined ? {} : { tab }),
    ...(isId(search.pass) ? { pass: search.pass } : {}),
    ...(typeof search.open === 'string' ? { open: search.open } : {}),
    ...(isId(search.compare) ? { compare: search.compare } : {}),
  };
}

const isId = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) > 0;

export const entryRoute = getRouteApi('/app/entries/$entryId/');

/** Shows something else on this page; what is undefined leaves the address. */
export function useShow(): (change: { readonly [Key in keyof EntrySearch]?: EntrySearch[Key] | undefined }) => void {
  const navigate = entryRoute.useNavigate();
  return (change) =>
    void navigate({
      search: (before) =>
        Object.fromEntries(
          Object.entries({ ...before, ...change }).filter(([, value]) => value !== undefined),
        ) as EntrySearch,
      replace: true,
      resetScroll: false,
    });
}
