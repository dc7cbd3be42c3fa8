/**
 * The books of a pass: every source object ends in exactly one state, and the sum must equal what the source says
 * it holds. A pass whose books don't balance is a failed pass.
 */
export const OBJECT_STATES = [
  'created',
  'updated',
  'unchanged',
  'filtered',
  'skipped',
  'merged',
  'uncertain',
  'failed',
] as const;
export type ObjectState = (typeof OBJECT_STATES)[number];

/** Books of places (folders, labels) and access (permissions). */
export const SIDE_STATES = ['applied', 'unchanged', 'waiting', 'failed'] as const;
export type SideState = (typeof SIDE_STATES)[number];

export type Books = Readonly<{ seen: number } & Record<ObjectState, number>>;

export const EMPTY_BOOKS: Books = Object.freeze({
  seen: 0,
  created: 0,
  updated: 0,
  unchanged: 0,
  filtered: 0,
  skipped: 0,
  merged: 0,
  uncertain: 0,
  failed: 0,
});

export const sumOfStates = (books: Books): number => OBJECT_STATES.reduce((sum, state) => sum + books[state], 0);

/** `seen = created + updated + unchanged + filtered + skipped + merged + uncertain + failed`. */
export const balances = (books: Books): boolean => books.seen === sumOfStates(books);

export const migrated = (books: Books): number => books.created + books.updated;

export const addBooks = (a: Books, b: Books): Books => {
  const sum: Record<string, number> = { seen: a.seen + b.seen };
  for (const state of OBJECT_STATES) sum[state] = a[state] + b[state];
  return sum as Books;
};
