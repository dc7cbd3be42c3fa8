import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { imapConnector } from '@sterna/connector-imap';
import { type FaultProxy, startFaultProxy, startPostgres } from '@sterna/test-servers';
import { expect, test } from 'vitest';
import { addEntry, type Bench, openBench, passOutcome, queuePass } from '../../support/direct-pass.ts';
import { differences, imapEndpoint, maildirTruth } from '../../support/dovecot-mailbox.ts';
import { finishPass, runAndKill, type Stage } from '../harness.ts';
import type { KillStage } from '../kill-stage.ts';

/** Strikes at the nth APPENDs: so the pass is in the middle of its work, with intents open. */
function atAppends(proxy: FaultProxy, skips: readonly number[], fault: (i: number) => Promise<void>): () => number {
  let hits = 0;
  for (const [i, skip] of skips.entries())
    proxy.rule({
      direction: 'toServer',
      match: /APPEND [^\r\n]*\r\n/,
      skip,
      do: async () => {
        await fault(i);
        hits += 1;
      },
    });
  return () => hits;
}

async function settled(bench: Bench, id: number): Promise<void> {
  const outcome = await passOutcome(bench, id);
  expect(outcome).toMatchObject({ status: 'completed', error: null });
  expect(outcome.books.balanced).toBe(true);
  const { rows } = await bench.database.pool.query('select count(*)::int as n from intent');
  expect(rows[0].n).toBe(0);
}

export function databaseKilled(kill: KillStage): void {
  test.concurrent('PostgreSQL killed while the pass lives, and the pass as well', async () => {
    const postgres = await startPostgres();
    kill.later(() => postgres.stop());
    const dataDir = kill.folder('database-killed');
    const bench = await openBench(dataDir, [imapConnector], { url: postgres.url });
    kill.later(() => bench.close());
    const stage: Stage = { ...kill.stage, bench, dataDir, databaseUrl: postgres.url };
    const proxy = await startFaultProxy({ target: kill.target });
    kill.later(() => proxy.stop());
    const user = 'database';
    kill.seed(user, 801);
    const entry = await addEntry(bench, kill.from(user), imapEndpoint(proxy, user));
    const id = await queuePass(bench, entry, 'initial');
    const restart = async () => {
      await postgres.kill();
      await postgres.restart();
    };
    const hits = atAppends(proxy, [2, 8, 14], (i) => (i === 1 ? postgres.crashBackend() : restart()));
    // The pass outlives the first two; then it is killed together with its database.
    let recovered: Promise<unknown> = Promise.resolve();
    expect(
      await runAndKill(stage, id, {
        name: 'with its database',
        by: (child) =>
          proxy.rule({
            direction: 'toServer',
            match: /APPEND [^\r\n]*\r\n/,
            skip: 11,
            do: async () => {
              const gone = new Promise((resolve) => child.once('exit', resolve));
              child.kill('SIGKILL');
              recovered = restart();
              await Promise.all([gone, recovered]);
            },
          }).struck,
      }),
    ).toBe(true);
    await recovered;
    await finishPass(stage, id);
    expect(hits()).toBe(3);
    await settled(bench, id);
    expect(differences(kill.sourceTruth(user), maildirTruth(kill.target.mailRoot(user)))).toEqual([]);
    await kill.expectNoMarks(user);
  }, 600_000);

  test.concurrent('the embedded PostgreSQL killed while the pass lives', async () => {
    const dataDir = kill.folder('embedded');
    const bench = await openBench(dataDir, [imapConnector]);
    kill.later(() => bench.close());
    // Not bundled: the server's binaries are found from where the packages lie.
    const script = join(import.meta.dirname, '../pass-process.ts');
    const stage: Stage = { ...kill.stage, bench, dataDir, databaseUrl: undefined, script };
    const proxy = await startFaultProxy({ target: kill.target });
    kill.later(() => proxy.stop());
    const user = 'embedded';
    kill.seed(user, 802);
    const entry = await addEntry(bench, kill.from(user), imapEndpoint(proxy, user));
    const id = await queuePass(bench, entry, 'initial');
    const { rows } = await bench.database.pool.query('show data_directory');
    const hits = atAppends(proxy, [3, 9], async () => {
      const pid = Number(readFileSync(join(rows[0].data_directory, 'postmaster.pid'), 'utf8').split('\n')[0]);
      process.kill(pid, 'SIGKILL');
    });
    await finishPass(stage, id);
    expect(hits()).toBe(2);
    await settled(bench, id);
    expect(differences(kill.sourceTruth(user), maildirTruth(kill.target.mailRoot(user)))).toEqual([]);
    await kill.expectNoMarks(user);
  }, 600_000);
}
