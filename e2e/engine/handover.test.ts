import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { filesConnector } from '@sterna/connector-files';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { exitOf, killLeftovers, newReport, type Stage, startPass, untilReady, untilStopped } from '../kill/harness.ts';
import { addEntry, type Bench, openBench, passOutcome, queuePass } from '../support/direct-pass.ts';
import { drive, Tree } from '../support/drive-tree.ts';
import { scratch } from '../support/folders.ts';
import { until } from '../support/until.ts';

const FILES = 60;
/** Nobody who waits for a lease to run out is mistaken for somebody who was handed the pass. */
const LEASE_SECONDS = 120;
const HANDOVER_MS = 10_000;

let dir: string;
let bench: Bench;
beforeAll(async () => {
  dir = scratch('handover');
  bench = await openBench(dir, [filesConnector]);
}, 60_000);
afterAll(async () => {
  killLeftovers();
  await bench?.close();
  rmSync(dir, { recursive: true, force: true });
});

test('a worker that is told to end in the middle of a pass hands it over at once', async () => {
  const [source, target] = [new Tree(join(dir, 'source')), new Tree(join(dir, 'target'))];
  for (let n = 0; n < FILES; n += 1) source.write(`folder/${n}.txt`, `file ${n}`);
  const entry = await addEntry(bench, drive(source.root), drive(target.root));
  const id = await queuePass(bench, entry, 'initial');
  const stage: Stage = {
    bench,
    script: join(import.meta.dirname, '../kill/pass-process.ts'),
    dataDir: dir,
    databaseUrl: undefined,
    batch: 5,
    leaseSeconds: LEASE_SECONDS,
    // Nobody helps: the other one is to get the pass itself.
    split: { from: 10_000, size: 10_000 },
    report: newReport(),
  };

  // Intents are open and their files not written yet when it is told.
  const leaving = startPass(stage, id, { stop: { at: 'after-intent-commit', nth: 3 } });
  await untilStopped(leaving);
  const staying = startPass(stage, id);
  await untilReady(staying);
  leaving.kill('SIGTERM');
  leaving.kill('SIGCONT');
  expect(await exitOf(leaving)).toEqual([0, null]);
  expect(Object.keys(target.truth()).length).toBeLessThan(FILES);

  await until('the other one has it', async () => (await passOutcome(bench, id)).status !== 'queued', HANDOVER_MS);
  await until('the pass is over', async () => (await passOutcome(bench, id)).status !== 'running', HANDOVER_MS);
  const { status, error, books } = await passOutcome(bench, id);
  expect({ status, error }).toEqual({ status: 'completed', error: null });
  expect(books).toMatchObject({ balanced: true, kinds: { file: { seen: FILES, created: FILES, failed: 0 } } });
  expect(target.truth()).toEqual(source.truth());

  const ended = exitOf(staying);
  staying.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
}, 60_000);
