import type { ChildProcess } from 'node:child_process';
import { imapConnector } from '@sterna/connector-imap';
import type { CrashPoint } from '@sterna/engine';
import { startPostgres } from '@sterna/test-servers';
import { expect, test } from 'vitest';
import { addEntry, openBench, passOutcome, queuePass } from '../../support/direct-pass.ts';
import { imapEndpoint } from '../../support/dovecot-mailbox.ts';
import { until } from '../../support/until.ts';
import { count, exitOf, newReport, type Stage, startPass } from '../harness.ts';
import { type KillStage, LONG } from '../kill-stage.ts';

const WORKERS = 3;
const MESSAGES = LONG ? 1_500 : 200;
const KILLS = LONG ? 40 : 8;
const POINTS: readonly CrashPoint[] = [
  'before-intent-commit',
  'after-intent-commit',
  'after-acknowledgement',
  'after-settle-commit',
  'after-confirm',
];
/** Each so manieth is to die while it settles what others left, which only the one that has the pass ever does. */
const IN_RECOVERY = 8;

/** Whoever dies, the one that has the pass or one that helps it, and whoever is left: each message once. */
export function workersKilled(kill: KillStage): void {
  test.concurrent('workers on shares of one huge mailbox, killed again and again', async () => {
    // Workers take whatever there is to do: a database of their own keeps them from what other scenarios queue.
    const postgres = await startPostgres({ fsync: false });
    kill.later(() => postgres.stop());
    const dataDir = kill.folder('workers');
    const bench = await openBench(dataDir, [imapConnector], { url: postgres.url });
    kill.later(() => bench.close());
    const report = newReport();
    const stage: Stage = {
      ...kill.stage,
      bench,
      dataDir,
      databaseUrl: postgres.url,
      split: { from: 40, size: 16 },
      report,
    };
    const user = kill.fresh('workers');
    kill.seed(user, 901, MESSAGES);
    const entry = await addEntry(bench, kill.from(user), imapEndpoint(kill.target, user));
    const id = await queuePass(bench, entry, 'initial');

    const alive = new Set<ChildProcess>();
    let isOver = false;
    let started = 0;
    const work = async (): Promise<void> => {
      while (!isOver) {
        started += 1;
        const at: CrashPoint =
          started % IN_RECOVERY === 0 ? 'during-recovery' : (POINTS[started % POINTS.length] as CrashPoint);
        const nth = at === 'during-recovery' ? 1 : 1 + (started % 4);
        const child = startPass(stage, id, report.hits + alive.size < KILLS ? { kill: { at, nth } } : {});
        alive.add(child);
        const [code, signal] = await exitOf(child);
        alive.delete(child);
        if (signal === 'SIGKILL') count(report, at);
        else if (!isOver) throw new Error(`a worker ended by itself (${code ?? signal})`);
      }
    };
    const workers = Promise.all(Array.from({ length: WORKERS }, work));
    // Where one ends by itself there is nothing to wait for.
    await Promise.race([
      workers,
      until('the pass is over', async () => /completed|failed/.test((await passOutcome(bench, id)).status)),
    ]);
    isOver = true;
    for (const child of alive) child.kill('SIGTERM');
    await workers;

    const { status, books, error } = await passOutcome(bench, id);
    expect({ status, error }).toEqual({ status: 'completed', error: null });
    expect(books.balanced).toBe(true);
    await kill.expectExactlyOnce(user, entry, kill.target, bench);
    expect(report.hits).toBeGreaterThanOrEqual(KILLS / 2);
    const { rows } = await bench.database.pool.query(
      `select count(*)::int as left from lease where within is not null and expires_at > now()`,
    );
    expect(rows[0].left).toBe(0);
    kill.report.hits += report.hits;
    kill.report.byName.workers = report.hits;
  }, 600_000);
}
