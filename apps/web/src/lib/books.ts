import type { Schema } from '../api/client.ts';

export type Books = Schema<'Books'>;

/** In reading order: what is in the target, what was left out on purpose, what needs a person. */
export const BOOK_STATES = [
  'created',
  'updated',
  'unchanged',
  'merged',
  'filtered',
  'skipped',
  'uncertain',
  'failed',
] as const;
export type BookState = (typeof BOOK_STATES)[number];

/** `unaccounted`: what is missing for the states to add up to `seen`, or what they have too much. */
export type BookPart = { readonly state: BookState | 'unaccounted'; readonly count: number };

const sumOf = (books: Books): number => BOOK_STATES.reduce((sum, state) => sum + books[state], 0);

/** What the states have more (or, negative, fewer) than the source says it holds. 0 where the books balance. */
export const surplusOf = (books: Books): number => sumOf(books) - books.seen;

/** The states that hold something. Their shares of `widthOf` fill the bar, whatever the books say. */
export function partsOf(books: Books): readonly BookPart[] {
  const parts: BookPart[] = BOOK_STATES.filter((state) => books[state] > 0).map((state) => ({
    state,
    count: books[state],
  }));
  const missing = -surplusOf(books);
  return missing > 0 ? [...parts, { state: 'unaccounted', count: missing }] : parts;
}

export const widthOf = (books: Books): number => Math.max(books.seen, sumOf(books));
