import { connectors } from '@sterna/connectors';
import { startPostgres } from '@sterna/test-servers';
import { expect, test } from 'vitest';
import { addEntry, openBench, queuePass } from '../../support/direct-pass.ts';
import { drive, Tree } from '../../support/drive-tree.ts';
import { LONG } from '../bare-stage.ts';
import type { DriveKind, DriveStage } from '../drive-stage.ts';
import { type KillReport, newReport, type Stage } from '../harness.ts';
import { passByKilledWorkers } from '../several-workers.ts';
import { expectSame } from './drives.ts';

const FOLDERS = LONG ? 60 : 12;
const FILES = 12;
const KILLS = LONG ? 30 : 6;
const LARGE = 20 * 1024 * 1024;

/** Whoever dies, the one that has the pass or one that helps it: each file once, under a name of its own. */
export function driveWorkersKilled(kill: DriveStage, reports: Map<DriveKind, KillReport>): void {
  for (const kind of LONG ? kill.kinds : (['WebDAV of Apache'] as const))
    test.concurrent(`${kind}: workers on shares of one huge drive, killed again and again`, async () => {
      // Workers take whatever there is to do: a database of their own keeps them from what other scenarios queue.
      const postgres = await startPostgres({ fsync: false });
      kill.later(() => postgres.stop());
      const dataDir = kill.folder(`${kind}-workers`);
      const bench = await openBench(dataDir, [...connectors.values()], { url: postgres.url });
      kill.later(() => bench.close());
      const report = newReport();
      const split = { from: 40, size: 16 };
      const stage: Stage = { ...kill.stage, bench, dataDir, databaseUrl: postgres.url, split, report };
      const source = new Tree(kill.folder(`${kind}-workers-source`));
      for (let folder = 0; folder < FOLDERS; folder += 1)
        for (let n = 0; n < FILES; n += 1)
          source.write(
            `${'in/'.repeat(folder % 3)}${folder}/${n}.txt`,
            n < 3 ? 'the same everywhere' : `${folder} ${n}`,
          );
      for (const folder of [1, 5]) source.write(`large/${folder}/file.bin`, Buffer.alloc(LARGE, `${folder} of many `));
      const drives = await kill.target(kind, 100);
      const entry = await addEntry(bench, drive(source.root), drives.endpoint);
      // Who owns files on a disk is nobody in a cloud: their rights would wait.
      const id = await queuePass(bench, entry, 'initial', { permissions: false });
      const { outcome } = await passByKilledWorkers(stage, id, { workers: 3, kills: KILLS });
      const files = FOLDERS * FILES + 2;
      expect(outcome.books.total).toMatchObject({ seen: files, failed: 0, skipped: 0, uncertain: 0 });
      await expectSame(kill, source, drives, entry, bench);
      expect(report.hits).toBeGreaterThanOrEqual(KILLS / 3);
      const all = reports.get(kind);
      if (all === undefined) return;
      all.hits += report.hits;
      all.byName.workers = report.hits;
    }, 600_000);
}
