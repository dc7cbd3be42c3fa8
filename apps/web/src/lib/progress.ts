import type { Schema } from '../api/client.ts';

/** `progress` of a pass, as the engine writes it (packages/engine, ProgressSnapshot). */
export interface Progress {
  readonly phase: string;
  readonly container: string | null;
  readonly objects: number;
  readonly planned: number;
  readonly bytes: number;
  readonly failed: number;
  readonly objectsPerSecond: number;
  readonly bytesPerSecond: number;
  readonly etaSeconds: number | null;
  readonly throttledUntil: string | null;
  /** Absent from what earlier versions wrote. */
  readonly throttledBy?: { readonly side: 'source' | 'target'; readonly reason: string } | null;
  /** On it at once, each on its share; passes of earlier versions don't tell. */
  readonly workers?: number;
}

const LIVE: ReadonlySet<string> = new Set(['queued', 'running', 'pending']);
export const isLive = (pass: { readonly status: string } | undefined): boolean =>
  pass !== undefined && LIVE.has(pass.status);

export const progressOf = (pass: { readonly progress?: unknown } | undefined): Progress | undefined =>
  // It is empty until a worker has said something.
  typeof (pass?.progress as Progress | null | undefined)?.objects === 'number'
    ? (pass?.progress as Progress)
    : undefined;

export interface Standing {
  readonly done: number;
  readonly total: number;
  readonly failed: number;
  readonly etaSeconds: number | undefined;
  readonly live: boolean;
}

/** How far a pass is: as it says itself while it runs, by its books afterwards. */
export function standingOf(pass: Schema<'Entry'>['lastPass']): Standing | undefined {
  if (pass === undefined) return undefined;
  const progress = progressOf(pass);
  const { books } = pass;
  if (isLive(pass) || books === undefined) {
    if (progress === undefined)
      return isLive(pass) ? { done: 0, total: 0, failed: 0, etaSeconds: undefined, live: true } : undefined;
    return {
      done: progress.objects,
      total: progress.objects + progress.planned,
      failed: progress.failed,
      etaSeconds: progress.etaSeconds ?? undefined,
      live: isLive(pass),
    };
  }
  const failed = books.failed + books.uncertain;
  return { done: books.seen - failed, total: books.seen, failed, etaSeconds: undefined, live: false };
}
