import { connectors } from '@sterna/connectors';
import { Random } from '@sterna/sample-mailbox';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addEntry } from '../support/direct-pass.ts';
import { drive, Tree } from '../support/drive-tree.ts';
import { BareStage, LONG } from './bare-stage.ts';
import { googleDriveTarget } from './google-drive-target.ts';
import { newReport, passWithKills } from './harness.ts';
import { atRequest } from './scenarios/collections.ts';
import { expectSame, FILES, FOLDERS, fill } from './scenarios/drives.ts';

/** Ten kills of the first pass; drives.test.ts has all passes. */
const kill = new BareStage([...connectors.values()]);
beforeAll(() => (LONG ? kill.open() : undefined), 60_000);
afterAll(() => (LONG ? kill.close() : undefined));

test.runIf(LONG)('a drive arrives at Google whole and once, however often its pass dies', async () => {
  const report = newReport();
  const stage = { ...kill.stage, report };
  const source = new Tree(kill.folder('google-source'));
  fill(source, new Random(41), 6 * 1024 * 1024);
  const drives = await googleDriveTarget(kill);
  const { proxy } = drives;
  if (proxy === undefined) throw new Error('no proxy');
  const entry = await addEntry(kill.bench, drive(source.root), drives.endpoint);
  const first = await passWithKills(
    stage,
    entry,
    'initial',
    [
      // Folders, a session that was begun, parts of it, files whole: the token is the first POST.
      atRequest(proxy, 'POST', 3),
      atRequest(proxy, 'PUT', 0),
      atRequest(proxy, 'PUT', 2),
      atRequest(proxy, 'PUT', 1),
      atRequest(proxy, 'POST', 4),
      { at: 'after-intent-commit', nth: 1 },
      { at: 'after-acknowledgement', nth: 1 },
      { at: 'during-recovery', nth: 1 },
      { at: 'after-acknowledgement', nth: 2 },
      { at: 'before-close', nth: 1 },
    ],
    { permissions: false },
  );
  expect(first).toMatchObject({ status: 'completed', error: null, books: { balanced: true } });
  expect(first.books.total).toMatchObject({ seen: FOLDERS.length * FILES + 2, failed: 0, skipped: 0, uncertain: 0 });
  await expectSame(kill, source, drives, entry);
  await kill.expectVerified(entry);
  expect(report.hits).toBeGreaterThanOrEqual(8);
}, 300_000);
