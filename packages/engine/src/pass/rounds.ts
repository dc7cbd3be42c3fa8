import type { SternaError } from '@sterna/core';
import type { PassContext } from './context.ts';
import { recover } from './recover.ts';

/** Rounds of "connection lost, settle, go on" without any object settled in between before the pass gives up for now. */
const FRUITLESS_ROUNDS = 3;

/**
 * Works until nothing is of unknown outcome: after each round that leaves something so, what is open is settled by what
 * the target holds, and the next round does the rest.
 *
 * @param round Resolves to the error of a write whose outcome is unknown: settle before anything else
 * @throws that error where round after round settles nothing
 */
export async function inRounds(context: PassContext, round: () => Promise<SternaError | undefined>): Promise<void> {
  let fruitless = 0;
  for (;;) {
    const before = context.progress.objects;
    const lost = await round();
    if (lost === undefined) return;
    await recover(context);
    fruitless = context.progress.objects > before ? 0 : fruitless + 1;
    if (fruitless >= FRUITLESS_ROUNDS) throw lost;
  }
}
