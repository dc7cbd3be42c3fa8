import type { PassView } from '@sterna/api-contract';
import type { ProjectToRehearse } from './project.ts';
import type { RehearsalRequest } from './rehearsed.ts';

/** How long the whole project takes, at its real sizes. */
export interface Estimate {
  readonly entries: number;
  readonly objects: number;
  readonly bytes: number;
  /** By the vendors’ limits and the workers’ speed, at least. */
  readonly atLeastSeconds: number;
  /** Which of them that is. */
  readonly bound: string | undefined;
  readonly p50Seconds: number;
  readonly p90Seconds: number;
  readonly basis: string;
}

/**
 * The model of capacity (docs/capacity.md) with what is known of the sizes. Where passes between the real systems have
 * ended, as fast as those; else as the model says, and stretched as the passes of the rehearsal were by what was done to them.
 *
 * @param passes the disturbed ones
 */
export async function estimate(
  { client, workers, concurrency }: RehearsalRequest,
  project: ProjectToRehearse,
  passes: readonly PassView[],
): Promise<Estimate> {
  const { messages, files, counted, looked } = project.sizes;
  const capacity = await client.getProjectCapacity({
    params: { id: project.id },
    query: {
      workers,
      passes: concurrency,
      ...(messages === undefined ? {} : { messages }),
      ...(files === undefined ? {} : { files }),
    },
  });
  const { entries, objects, bytes, seconds, bounds } = capacity;
  const known = { entries, objects, bytes, atLeastSeconds: seconds, bound: bounds[0]?.words };
  const sizes = `${counted} of ${looked} entries are counted, the others taken for usual ones.`;
  const past = await pastRates(client, project);
  if (past !== undefined) {
    const lanes = Math.max(1, Math.min(entries, workers * concurrency));
    const of = (each: number): number => Math.max(seconds, Math.ceil((objects * each) / lanes));
    return { ...known, p50Seconds: of(past.p50), p90Seconds: of(past.p90), basis: `${past.basis} ${sizes}` };
  }
  const stretch = stretchOf(passes);
  return {
    ...known,
    p50Seconds: seconds,
    p90Seconds: Math.ceil(seconds * stretch),
    basis: `No pass between the real systems has ended yet: p50 is what the limits allow, p90 as much longer as the passes here took for what was done to them (× ${stretch.toFixed(1)}). ${sizes}`,
  };
}

/** Seconds of an object, from the books of the project's server: nothing is asked of the real systems. */
async function pastRates(
  client: RehearsalRequest['client'],
  { entries: [first] }: ProjectToRehearse,
): Promise<{ readonly p50: number; readonly p90: number; readonly basis: string } | undefined> {
  // All entries are between the same two systems, whose rates these are.
  if (first === undefined) return undefined;
  const { estimate } = await client.planEntry({ params: { id: first.id }, query: { live: false } });
  return estimate.perObject === undefined ? undefined : { ...estimate.perObject, basis: estimate.basis };
}

/** Of the pass in the middle: from its start to its end against the time that it worked. */
function stretchOf(passes: readonly PassView[]): number {
  const stretches = passes
    .flatMap(({ startedAt, endedAt, activeSeconds }) =>
      startedAt === undefined || endedAt === undefined || activeSeconds <= 0
        ? []
        : Math.max(1, (Date.parse(endedAt) - Date.parse(startedAt)) / 1_000 / activeSeconds),
    )
    .sort((a, b) => a - b);
  return stretches[Math.floor(stretches.length / 2)] ?? 1;
}
