import { Random } from '@sterna/sample-mailbox';
import type { Dovecot } from '@sterna/test-servers';
import { expect, test } from 'vitest';
import { addEntry } from '../../support/direct-pass.ts';
import { imapEndpoint } from '../../support/dovecot-mailbox.ts';
import { type Kill, passWithKills } from '../harness.ts';
import { type KillStage, LONG } from '../kill-stage.ts';

const REPEAT = LONG ? 4 : 1;

export const times = (count: number, kill: (i: number) => Kill): Kill[] =>
  Array.from({ length: count }, (_, i) => kill(i));

export const atRandom = (count: number, random: Random): Kill[] =>
  times(count, () => ({ afterMs: 20 + random.below(330) }));

/** A mailbox that arrives whole and once, however often its pass dies; and the delta pass after a week-end as well. */
export async function scenario(
  kill: KillStage,
  name: string,
  seed: number,
  kills: Iterable<Kill>,
  target: Dovecot = kill.target,
): Promise<void> {
  const user = kill.fresh(name);
  kill.seed(user, seed);
  const entry = await addEntry(kill.bench, kill.from(user), imapEndpoint(target, user));
  const outcome = await passWithKills(kill.stage, entry, 'initial', kills);
  expect(outcome.error).toBeNull();
  expect(outcome.status).toBe('completed');
  expect(outcome.books.balanced).toBe(true);
  await kill.expectExactlyOnce(user, entry, target);
  kill.grow(user, seed + 1);
  const delta = await passWithKills(
    kill.stage,
    entry,
    'delta',
    [
      { at: 'after-acknowledgement', nth: 1 },
      { at: 'during-listing', nth: 2 },
    ],
    { deletions: 'propagate' },
  );
  expect(delta.status).toBe('completed');
  expect(delta.books.balanced).toBe(true);
  await kill.expectVerified(entry);
}

const POINTS = [
  'during-listing',
  'before-intent-commit',
  'after-intent-commit',
  'after-acknowledgement',
  'after-settle-commit',
  'after-confirm',
  'before-close',
] as const;

export function killedAtPoints(kill: KillStage): void {
  for (let round = 0; round < REPEAT; round += 1) {
    test.concurrent(`chosen points, round ${round}`, async () => {
      await Promise.all(
        POINTS.map((at, i) =>
          scenario(
            kill,
            `point-${round}-${i}`,
            100 * round + i,
            times(at === 'before-close' ? 2 : 12, (n) => ({ at, nth: 1 + (n % 3) })),
          ),
        ),
      );
    }, 600_000);

    test.concurrent(`recovery itself, round ${round}`, async () => {
      const kills: Kill[] = [];
      for (let i = 0; i < 6; i += 1)
        kills.push(
          { at: 'after-acknowledgement', nth: 2 },
          { at: 'during-recovery', nth: 1 },
          { at: 'during-recovery', nth: 1 },
        );
      await scenario(kill, `recovery-${round}`, 100 * round + 20, kills);
    }, 600_000);

    test.concurrent(`random moments, round ${round}`, async () => {
      const random = new Random(4_711 + round);
      await Promise.all(
        [0, 1].map((i) => scenario(kill, `random-${round}-${i}`, 100 * round + 30 + i, atRandom(20, random))),
      );
    }, 600_000);
  }
}
