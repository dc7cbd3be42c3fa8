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

/** Kills of the first pass; drives.test.ts has all passes. The slice has a few of them, into a shared drive. */
const kill = new BareStage([...connectors.values()]);
beforeAll(() => kill.open(), 60_000);
afterAll(() => kill.close());

const TARGETS = [['a shared drive', true] as const, ...(LONG ? [['My Drive', false] as const] : [])];

test.each(TARGETS)(
  'a drive arrives in %s whole and once, however often its pass dies',
  async (name, isShared) => {
    const report = newReport();
    const stage = { ...kill.stage, report };
    const source = new Tree(kill.folder(`google-source of ${name}`));
    fill(source, new Random(41), 6 * 1024 * 1024);
    const drives = await googleDriveTarget(kill, isShared);
    const { proxy } = drives;
    if (proxy === undefined) throw new Error('no proxy');
    const entry = await addEntry(kill.bench, drive(source.root), drives.endpoint);
    // Folders, a session that was begun, parts of it, files whole: the token is the first POST.
    const points = [
      atRequest(proxy, 'PUT', 2),
      { at: 'after-acknowledgement', nth: 1 } as const,
      ...(LONG
        ? [
            atRequest(proxy, 'POST', 4),
            atRequest(proxy, 'POST', 3),
            atRequest(proxy, 'PUT', 0),
            atRequest(proxy, 'PUT', 1),
            { at: 'after-intent-commit', nth: 1 } as const,
            { at: 'during-recovery', nth: 1 } as const,
            { at: 'after-acknowledgement', nth: 2 } as const,
            { at: 'before-close', nth: 1 } as const,
          ]
        : []),
    ];
    const first = await passWithKills(stage, entry, 'initial', points, { permissions: false });
    expect(first).toMatchObject({ status: 'completed', error: null, books: { balanced: true } });
    expect(first.books.total).toMatchObject({ seen: FOLDERS.length * FILES + 2, failed: 0, skipped: 0, uncertain: 0 });
    await expectSame(kill, source, drives, entry);
    await kill.expectVerified(entry);
    expect(report.hits).toBeGreaterThanOrEqual(points.length - 2);
  },
  300_000,
);
