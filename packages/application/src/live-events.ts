import type { Actor, Context } from './context.ts';
import { notImplemented } from './not-implemented.ts';

export interface LiveEvent {
  /** `pass` (status changed), `progress`, `entry`, `license`, `remigration`, `lost` (events were missed: read again). */
  readonly type: string;
  readonly projectId: number | undefined;
  readonly entryId: number | undefined;
  readonly passId: number | undefined;
}

/** Live events of the actor's organization, until `signal` aborts or the consumer returns. */
export function subscribe(
  _context: Context,
  _actor: Actor,
  _input: { projectId?: number | undefined; signal?: AbortSignal | undefined },
): AsyncIterableIterator<LiveEvent> {
  return notImplemented('subscribe');
}
