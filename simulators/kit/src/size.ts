export type Size = 'small' | 'medium' | 'large';

/** How many of something a person has: one of the ten with names, and one of all others. */
export type Counts = Readonly<Record<Size, readonly [named: number, others: number]>>;

const NAMED = 10;

/** @param at the person's place among the tenant's users */
export function countFor(counts: Counts, size: Size, at: number): number {
  return counts[size][at < NAMED ? 0 : 1];
}
