import type { Client, ResponseOf } from '@sterna/api-contract';

/** Why passes did not go on for a while, and how long in all. */
export interface Pause {
  readonly system: string | undefined;
  readonly kind: string;
  readonly code: string | undefined;
  readonly reason: string;
  /** In which at least one pass waited for it. */
  readonly seconds: number;
  /** That waited for it at the same time, at most. */
  readonly passes: number;
}

type Wait = ResponseOf<'getOverview'>['throttled'][number];

/** Looks now and then at what the dashboard would say. */
export class PauseLog {
  readonly #client: Client;
  readonly #projectId: number;
  readonly #pauses = new Map<string, Pause>();
  #lookedAt = performance.now();

  constructor(client: Client, projectId: number) {
    this.#client = client;
    this.#projectId = projectId;
  }

  /** The longest first. */
  get pauses(): readonly Pause[] {
    return [...this.#pauses.values()].sort((a, b) => b.seconds - a.seconds);
  }

  async look(): Promise<void> {
    const { throttled } = await this.#client.getOverview({ query: { projectId: this.#projectId } });
    const now = performance.now();
    const seconds = (now - this.#lookedAt) / 1_000;
    this.#lookedAt = now;
    for (const wait of throttled) this.#add(wait, seconds);
  }

  #add({ system, kind, code, reason, passes }: Wait, seconds: number): void {
    const key = JSON.stringify([system?.id, kind, code]);
    const known = this.#pauses.get(key);
    this.#pauses.set(key, {
      system: system?.name,
      kind,
      code,
      reason,
      seconds: (known?.seconds ?? 0) + seconds,
      passes: Math.max(known?.passes ?? 0, passes),
    });
  }
}
