import { setTimeout as sleep } from 'node:timers/promises';
import type { Fleet } from '@sterna/server/processes';
import { beginStorm, Random, STORMS } from '@sterna/simulator-kit';
import type { StandIn } from './stand-in.ts';

const KILL_AFTER_MS = [200, 1_200] as const;
const STORM_MS = [1_000, 2_500] as const;
const CALM_MS = [300, 1_500] as const;
const LOOK_MS = 100;

/** But for tokens that end as soon as they are given out, to all workers at once: no service does that. */
const POSSIBLE = STORMS.filter(({ fault }) => fault.kind !== 'expire-tokens');

export interface Situation {
  readonly standIns: readonly StandIn[];
  readonly fleet: Fleet;
  readonly seed: string;
  readonly kills: number;
  readonly storms: number;
  /** A pass is at work. */
  isRunning(): Promise<boolean>;
  /** All passes are over: nothing is left to be disturbed. */
  isOver(): boolean;
  /** Nobody wants to see the end any more. */
  readonly signal: AbortSignal;
}

/** Workers die at random moments of their work, and services have bad times. @returns storms by name, how often each was */
export async function makeTrouble(situation: Situation): Promise<ReadonlyMap<string, number>> {
  const storms = new Map<string, number>();
  await Promise.all([killWorkers(situation), haveStorms(situation, storms)]);
  return storms;
}

async function killWorkers({ fleet, seed, kills, isOver, isRunning, signal }: Situation): Promise<void> {
  const random = new Random(`${seed}/kills`);
  while (fleet.kills < kills && !isOver()) {
    if (await isRunning()) {
      await sleep(random.integer(...KILL_AFTER_MS), undefined, { signal });
      if (isOver()) return;
      await fleet.killOne();
    } else await sleep(LOOK_MS, undefined, { signal });
  }
}

async function haveStorms({ standIns, seed, storms: wanted, isOver, signal }: Situation, storms: Map<string, number>) {
  const random = new Random(`${seed}/storms`);
  const services = standIns.flatMap(({ faults }) => faults ?? []);
  if (services.length === 0) return;
  for (let n = 0; n < wanted && !isOver(); n++) {
    await sleep(random.integer(...CALM_MS), undefined, { signal });
    const storm = random.pick(POSSIBLE);
    const end = beginStorm(random.pick(services), storm, random);
    storms.set(storm.name, (storms.get(storm.name) ?? 0) + 1);
    await sleep(random.integer(...STORM_MS), undefined, { signal }).finally(end);
  }
}
