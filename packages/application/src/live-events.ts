import { projectById, type RawEvent } from '@sterna/store';
import { mayIn, requireSomewhere } from './access.ts';
import type { Actor, Context } from './context.ts';
import { homesHeardOf } from './entry-homes.ts';
import { reachProject } from './reach.ts';

export interface LiveEvent {
  /**
   * `pass` (its status changed), `progress`, `entry` (made, changed, deleted), `project`, `license`, `remigration`,
   * `bulk` (an action on many goes on: its figures are `data`), `batch` (schedule or checklist), `notification`
   * (something to tell, or another way to tell it), `delivery` (it was told, or not),
   * `lost` (events were missed: read the state again).
   */
  readonly type: string;
  readonly projectId: number | undefined;
  readonly entryId: number | undefined;
  readonly passId: number | undefined;
  readonly data?: Readonly<Record<string, unknown>> | undefined;
}

/** A consumer that is slower than this many events gets `lost` instead of them. */
const MAX_WAITING = 1_000;

/**
 * Live events of the actor's organization, until `signal` aborts or the consumer returns. Events that come while the
 * consumer is busy wait; progress of one pass waits once.
 *
 * @throws SternaError config `not-found` for a project of nobody or of others
 */
export async function* subscribe(
  context: Context,
  actor: Actor,
  input: {
    projectId?: number | undefined;
    /** What happened in the last so many milliseconds comes first; `lost` where that isn't known any more. */
    recentMs?: number | undefined;
    signal?: AbortSignal | undefined;
  },
): AsyncGenerator<LiveEvent, void, undefined> {
  requireSomewhere(actor, 'read');
  const waiting: RawEvent[] = [];
  let wake: () => void = () => {};
  // Listening first: what happens while the project is looked up isn't missed.
  const unsubscribe = context.events.subscribe((event) => {
    if (event.type === 'progress' && waiting.some((one) => one.type === 'progress' && one.passId === event.passId))
      return;
    if (waiting.length >= MAX_WAITING) waiting.splice(0, waiting.length, { type: 'lost' });
    else waiting.push(event);
    wake();
  }, input.recentMs);
  const onAbort = (): void => wake();
  input.signal?.addEventListener('abort', onAbort);
  const audience = new Audience(context, actor);
  try {
    if (input.projectId !== undefined) await reachProject(context.db, actor, 'read', input.projectId);
    while (input.signal?.aborted !== true) {
      const event = waiting.shift();
      if (event === undefined) {
        await new Promise<void>((resolve) => {
          wake = resolve;
          if (waiting.length > 0 || input.signal?.aborted === true) resolve();
        });
        continue;
      }
      const live = await audience.admit(event);
      if (live === undefined) continue;
      if (input.projectId !== undefined && live.projectId !== undefined && live.projectId !== input.projectId) continue;
      yield live;
    }
  } finally {
    unsubscribe();
    input.signal?.removeEventListener('abort', onAbort);
  }
}

/** Decides which events an actor may see. */
class Audience {
  readonly #context: Context;
  readonly #actor: Actor;
  /** Which of them the actor may read: for as long as the rights are those of this actor. */
  readonly #projects = new Map<number, boolean>();

  constructor(context: Context, actor: Actor) {
    this.#context = context;
    this.#actor = actor;
  }

  async admit(event: RawEvent): Promise<LiveEvent | undefined> {
    const { type, entryId, passId, data } = event;
    if (type === 'lost') return { type, projectId: undefined, entryId: undefined, passId: undefined };
    if (entryId !== undefined) {
      const home = await homesHeardOf(this.#context).of(entryId);
      if (home?.organizationId !== this.#actor.organizationId || !mayIn(this.#actor, 'read', home.projectId))
        return undefined;
      return { type, projectId: home.projectId ?? undefined, entryId, passId, data };
    }
    if (event.projectId !== undefined)
      return (await this.#isOurs(event.projectId))
        ? { type, projectId: event.projectId, entryId, passId, data }
        : undefined;
    // Names nothing: only an organization's own events do that, and they say whose they are. Everybody sees its balance.
    return event.organizationId === this.#actor.organizationId &&
      (type === 'license' || this.#actor.scopes.includes('read'))
      ? { type, projectId: undefined, entryId, passId, data }
      : undefined;
  }

  async #isOurs(projectId: number): Promise<boolean> {
    let ours = this.#projects.get(projectId);
    if (ours === undefined) {
      ours =
        mayIn(this.#actor, 'read', projectId) &&
        (await projectById(this.#context.db, this.#actor.organizationId, projectId)) !== undefined;
      this.#projects.set(projectId, ours);
    }
    return ours;
  }
}
