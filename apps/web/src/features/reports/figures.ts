import type { Books } from '../../lib/books.ts';

/** The states of the books in three heaps, as a customer asks for them. Together they are all that was seen. */
export interface Heaps {
  readonly inTarget: number;
  readonly leftOut: number;
  readonly attention: number;
}

export const heapsOf = (books: Books): Heaps => ({
  inTarget: books.created + books.updated + books.unchanged + books.merged,
  leftOut: books.filtered + books.skipped,
  attention: books.failed + books.uncertain,
});

export const countOf = (entries: Readonly<Record<string, number>>): number =>
  Object.values(entries).reduce((sum, count) => sum + count, 0);

const RUNNING = ['running', 'pending'];
export const isRunning = (entries: Readonly<Record<string, number>>): boolean =>
  RUNNING.some((status) => (entries[status] ?? 0) > 0);
