import type { Client } from '@sterna/api-contract';

/** Why passes did not go on for a while, and how long in all. */
export interface Pause {
  /** The system's name. */
  readonly whose: string | undefined;
  /** As the overview has it: `throttled`, `unavailable` … */
  readonly kind: string;
  readonly reason: string;
  /** In which at least one pass waited for it. */
  readonly seconds: number;
  /** That waited for it at the same time, at most. */
  readonly passes: number;
}

type Now = Pick<Pause, 'whose' | 'kind' | 'reason'> & { readonly waiting: number };

/** Looks now and then at what the dashboard would say. */
export class PauseLog {
  readonly #client: Client;
  readonly #projectId: number;
  readonly #names: Readonly<Record<'source' | 'target', string>>;
  readonly #pauses = new Map<string, Pause>();
  #lookedAt = performance.now();

  constructor(client: Client, projectId: number, names: Readonly<Record<'source' | 'target', string>>) {
    this.#client = client;
    this.#names = names;
    this.#projectId = projectId;
  }

  /** The longest first. */
  get pauses(): readonly Pause[] {
    return [...this.#pauses.values()].sort((a, b) => b.seconds - a.seconds);
  }

  async look(): Promise<void> {
    const { throttled, passes } = await this.#client.getOverview({ query: { projectId: this.#projectId } });
    const now = performance.now();
    const seconds = (now - this.#lookedAt) / 1_000;
    this.#lookedAt = now;
    const waiting = throttled.map(
      ({ system, side, kind, reason, passes: waiting }): Now => ({
        whose: system?.name ?? side,
        kind,
        reason,
        waiting,
      }),
    );
    // A running pass waits by itself as long as that is short.
    const running = passes.items.flatMap(({ throttledBy: by }): Now[] =>
      by === undefined ? [] : [{ whose: this.#names[by.side], kind: 'throttled', reason: by.reason, waiting: 1 }],
    );
    for (const [key, all] of Map.groupBy([...waiting, ...running], ({ whose, kind, reason }) =>
      JSON.stringify([whose, kind, reason]),
    ))
      this.#add(key, all as [Now, ...Now[]], seconds);
  }

  #add(key: string, all: readonly [Now, ...Now[]], seconds: number): void {
    const known = this.#pauses.get(key);
    const [{ whose, kind, reason }] = all;
    this.#pauses.set(key, {
      whose,
      kind,
      reason,
      seconds: (known?.seconds ?? 0) + seconds,
      passes: Math.max(
        known?.passes ?? 0,
        all.reduce((sum, { waiting }) => sum + waiting, 0),
      ),
    });
  }
}
