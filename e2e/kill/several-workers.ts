import type { ChildProcess } from 'node:child_process';
import type { CrashPoint } from '@sterna/engine';
import { expect } from 'vitest';
import { type PassOutcome, passOutcome } from '../support/direct-pass.ts';
import { until } from '../support/until.ts';
import { count, exitOf, type KillReport, type Stage, startPass } from './harness.ts';

const POINTS: readonly CrashPoint[] = [
  'before-intent-commit',
  'after-intent-commit',
  'after-acknowledgement',
  'after-settle-commit',
  'after-confirm',
];
/** Each so manieth is to die while it settles what others left, which only the one that has the pass ever does. */
const IN_RECOVERY = 8;

/** Swift takes its time. */
const PATIENCE_MS = 400_000;

/** Several processes work on one pass, and each is killed at some point of the protocol, until there were enough kills. */
export async function passByKilledWorkers(
  stage: Stage,
  passId: number,
  { workers, kills }: { readonly workers: number; readonly kills: number },
): Promise<{ readonly outcome: PassOutcome; readonly report: KillReport }> {
  const { bench, report } = stage;
  const alive = new Set<ChildProcess>();
  let isOver = false;
  let started = 0;
  const work = async (): Promise<void> => {
    while (!isOver) {
      started += 1;
      const at: CrashPoint =
        started % IN_RECOVERY === 0 ? 'during-recovery' : (POINTS[started % POINTS.length] as CrashPoint);
      const nth = at === 'during-recovery' ? 1 : 1 + (started % 4);
      const child = startPass(stage, passId, report.hits + alive.size < kills ? { kill: { at, nth } } : {});
      alive.add(child);
      const [code, signal] = await exitOf(child);
      alive.delete(child);
      if (signal === 'SIGKILL') count(report, at);
      else if (!isOver) throw new Error(`a worker ended by itself (${code ?? signal})`);
    }
  };
  const working = Promise.all(Array.from({ length: workers }, work));
  // Where one ends by itself there is nothing to wait for.
  await Promise.race([
    working,
    until(
      'the pass is over',
      async () => /completed|failed/.test((await passOutcome(bench, passId)).status),
      PATIENCE_MS,
    ),
  ]);
  isOver = true;
  for (const child of alive) child.kill('SIGTERM');
  await working;

  const outcome = await passOutcome(bench, passId);
  expect({ status: outcome.status, error: outcome.error }).toEqual({ status: 'completed', error: null });
  expect(outcome.books.balanced).toBe(true);
  const { rows } = await bench.database.pool.query(
    'select count(*)::int as left from lease where within is not null and expires_at > now()',
  );
  expect(rows[0].left).toBe(0);
  return { outcome, report };
}
