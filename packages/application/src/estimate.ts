import { pastRates, type SystemRow } from '@sterna/store';
import type { Actor, Context } from './context.ts';
import type { Estimate } from './plan-types.ts';

/** One initial pass that ended. */
interface Past {
  readonly objects: number;
  readonly seconds: number;
}

/**
 * From past initial passes between the same two systems, weighted by their size: half of their objects were as fast as p50
 * says, nine of ten as p90. Few passes tell little, so p90 is widened by a share of one through their number.
 *
 * @param read seconds that a dry run took: what is known where no pass has ended yet
 */
export async function estimateOf(
  context: Context,
  actor: Actor,
  systems: { readonly source: SystemRow; readonly target: SystemRow },
  size: { readonly objects: number | undefined; readonly bytes: number | undefined },
  read?: number,
): Promise<Estimate> {
  const rates = await pastRates(context.db, actor.organizationId, {
    source: systems.source.id,
    target: systems.target.id,
  });
  const past = rates.flatMap(({ kind, books, seconds }): Past[] => {
    const objects = Number((books as { seen?: unknown } | null)?.seen ?? 0);
    return kind === 'initial' && objects > 0 && seconds > 0 ? [{ objects, seconds }] : [];
  });
  if (past.length === 0)
    return read === undefined
      ? { ...size, seconds: undefined, p90Seconds: undefined, basis: NONE }
      : { ...size, seconds: Math.ceil(2 * read), p90Seconds: Math.ceil(4 * read), basis: `${NONE} ${GUESS}` };
  const { objects } = size;
  const p50 = secondsPerObject(past, 0.5);
  const p90 = secondsPerObject(past, 0.9) * (1 + 1 / past.length);
  const passes = `${past.length} initial ${past.length === 1 ? 'pass' : 'passes'} between these two systems`;
  return {
    ...size,
    seconds: objects === undefined ? undefined : Math.ceil(objects * p50),
    p90Seconds: objects === undefined ? undefined : Math.ceil(objects * p90),
    perObject: { p50, p90 },
    basis: `${(1 / p50).toFixed(1)} objects a second (p50), ${(1 / p90).toFixed(1)} (p90), from ${passes}.`,
  };
}

const NONE = 'No initial pass between these two systems has ended yet.';
const GUESS = 'A guess: writing takes as long as reading took in the dry run (p50), or three times as long (p90).';

/** So that this share of all their objects was at least as fast. */
function secondsPerObject(past: readonly Past[], share: number): number {
  const fastest = past.toSorted((a, b) => a.seconds / a.objects - b.seconds / b.objects);
  const all = past.reduce((sum, { objects }) => sum + objects, 0);
  let sum = 0;
  for (const { objects, seconds } of fastest) {
    sum += objects;
    if (sum >= share * all) return seconds / objects;
  }
  return 0;
}
