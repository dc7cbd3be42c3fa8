import type { LivePassesRow } from '@sterna/store';

export interface Forecast {
  /** Writing passes that are not over. */
  readonly passes: number;
  /** Of those that have listed their source. */
  readonly objectsLeft: number;
  /** Passes whose objects nobody has counted yet. */
  readonly unlisted: number;
  readonly objectsPerSecond: number;
  readonly bytesPerSecond: number;
  /** Undefined while nobody can know it. */
  readonly finishAt: Date | undefined;
  /** `objects`: what is left at the rates now; `passes`: as fast as passes ended in the last hour. */
  readonly basis: 'objects' | 'passes' | undefined;
}

/** Fewer passes than this say nothing about the others. */
const PACE_NEEDS = 5;

/**
 * When all that is under way will be through. What isn't known isn't guessed: with passes that haven't listed their
 * source the pace of the last hour stands in, and without that there is no time.
 */
export async function forecastOf(
  live: readonly LivePassesRow[],
  readPace: () => Promise<{ readonly passes: number; readonly seconds: number }>,
  now: Date,
): Promise<Forecast> {
  const writing = live.filter((row) => row.writes);
  const total = (of: (row: LivePassesRow) => number, rows = writing): number =>
    rows.reduce((sum, row) => sum + of(row), 0);
  const figures = {
    passes: total((row) => row.passes),
    objectsLeft: total((row) => row.objects_left),
    unlisted: total((row) => row.passes - row.listed),
    objectsPerSecond: Math.round(total((row) => row.objects_per_second) * 10) / 10,
    bytesPerSecond: Math.round(total((row) => row.bytes_per_second)),
  };
  const unknown: Forecast = { ...figures, finishAt: undefined, basis: undefined };
  if (figures.passes === 0) return unknown;
  const pending = writing.filter((row) => row.status === 'pending');
  const resumes = pending.map((row) => row.last_resume?.getTime() ?? Number.NaN);
  // What waits without a time waits for nobody knows how long.
  if (resumes.some(Number.isNaN)) return unknown;
  const until = (basis: 'objects' | 'passes', seconds: number, afterResume: number): Forecast => {
    const times = [now.getTime() + seconds * 1_000, ...resumes.map((at) => at + afterResume * 1_000)];
    return { ...figures, basis, finishAt: new Date(Math.ceil(Math.max(...times) / 1_000) * 1_000) };
  };
  if (figures.unlisted === 0) {
    const rate = total((row) => row.objects_per_second);
    if (rate <= 0) return unknown;
    const longest = Math.max(0, ...writing.map((row) => row.longest_eta));
    const waiting = total((row) => row.objects_left, pending);
    return until('objects', Math.max(longest, figures.objectsLeft / rate), waiting / rate);
  }
  const pace = await readPace();
  if (pace.passes < PACE_NEEDS || pace.seconds <= 0) return unknown;
  const perPass = pace.seconds / pace.passes;
  return until('passes', figures.passes * perPass, total((row) => row.passes, pending) * perPass);
}
