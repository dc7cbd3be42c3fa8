export type Size = 'small' | 'medium' | 'large';

/**
 * How many of something a person has: one of the ten with names, one of the forty after them, and one of all others, who
 * have as much as those forty unless said.
 */
export type Counts = Readonly<Record<Size, readonly [named: number, next: number, others?: number]>>;

const NAMED = 10;
const NEXT = 50;

/** @param at the person's place among the tenant's users */
export function countFor(counts: Counts, size: Size, at: number): number {
  const [named, next, others = next] = counts[size];
  return at < NAMED ? named : at < NEXT ? next : others;
}
