import { imapConnector } from '@sterna/connector-imap';
import { startPostgres } from '@sterna/test-servers';
import { expect, test } from 'vitest';
import { addEntry, openBench, queuePass } from '../../support/direct-pass.ts';
import { imapEndpoint } from '../../support/dovecot-mailbox.ts';
import { newReport, type Stage } from '../harness.ts';
import { type KillStage, LONG } from '../kill-stage.ts';
import { passByKilledWorkers } from '../several-workers.ts';

const MESSAGES = LONG ? 1_500 : 200;
const KILLS = LONG ? 40 : 8;

/** Whoever dies, the one that has the pass or one that helps it, and whoever is left: each message once. */
export function workersKilled(kill: KillStage): void {
  test.concurrent('workers on shares of one huge mailbox, killed again and again', async () => {
    // Workers take whatever there is to do: a database of their own keeps them from what other scenarios queue.
    const postgres = await startPostgres({ fsync: false });
    kill.later(() => postgres.stop());
    const dataDir = kill.folder('workers');
    const bench = await openBench(dataDir, [imapConnector], { url: postgres.url });
    kill.later(() => bench.close());
    const stage: Stage = {
      ...kill.stage,
      bench,
      dataDir,
      databaseUrl: postgres.url,
      split: { from: 40, size: 16 },
      report: newReport(),
    };
    const user = kill.fresh('workers');
    kill.seed(user, 901, MESSAGES);
    const entry = await addEntry(bench, kill.from(user), imapEndpoint(kill.target, user));
    const id = await queuePass(bench, entry, 'initial');
    const { report } = await passByKilledWorkers(stage, id, { workers: 3, kills: KILLS });
    await kill.expectExactlyOnce(user, entry, kill.target, bench);
    expect(report.hits).toBeGreaterThanOrEqual(KILLS / 2);
    kill.report.hits += report.hits;
    kill.report.byName.workers = report.hits;
  }, 600_000);
}
