import { PROBLEMS, type Problem } from './recommend.ts';

/** What "delta or remigrate" was asked. */
export interface AgainSearch {
  readonly problem?: Problem;
  /** Another target address, where that is the problem. */
  readonly target?: string;
}

export function readAgainSearch(search: Record<string, unknown>): AgainSearch {
  const problem = PROBLEMS.find((known) => known === search.problem);
  return {
    ...(problem === undefined ? {} : { problem }),
    ...(typeof search.target === 'string' && search.target !== '' ? { target: search.target.slice(0, 1_000) } : {}),
  };
}

/** Ids of the entries to remigrate, comma-separated; more than an address can hold are in the session's storage. */
export interface RemigrateSearch {
  readonly entries?: string;
}

// The router reads a single id as a number.
export const readRemigrateSearch = ({ entries }: Record<string, unknown>): RemigrateSearch =>
  typeof entries === 'string' || typeof entries === 'number' ? { entries: String(entries) } : {};

/** Where the user list leaves ids that are too many for an address. */
export const handOverKey = (projectId: number): string => `sterna-remigrate-${projectId}`;

/** Which entries the user list has chosen, once each, in its order. */
export function chosenEntries(projectId: number, search: RemigrateSearch): readonly number[] {
  const text = search.entries ?? window.sessionStorage.getItem(handOverKey(projectId)) ?? '';
  const ids = text
    .replace(/[[\]\s]/g, '')
    .split(',')
    .map(Number)
    .filter((id) => Number.isSafeInteger(id) && id > 0);
  return [...new Set(ids)];
}
