import { join } from 'node:path';
import { Random } from '@sterna/sample-mailbox';
import { expect, test } from 'vitest';
import { addEntry, notes, pass, twinEntry } from '../../support/direct-pass.ts';
import { drive, Tree } from '../../support/drive-tree.ts';
import { LONG } from '../bare-stage.ts';
import type { DriveKind, DriveStage } from '../drive-stage.ts';
import { type Kill, type KillReport, newReport, passWithKills } from '../harness.ts';
import { atRequest, FIRST_PASS, REPLACEMENTS } from './collections.ts';

const ROUNDS = LONG ? 9 : 1;
const TIMEOUT_MS = 600_000;
const FOLDERS = ['', 'Work', 'Work/Büro & Größe', 'Private'];
const FILES = 8;
const LARGE = 6 * 1024 * 1024;

/** Small files, among them twins and empty ones, and large ones that go in pieces. */
function fill(tree: Tree, random: Random): void {
  for (const [at, folder] of FOLDERS.entries())
    for (let n = 0; n < FILES; n += 1)
      tree.write(join(folder, `file ${n}.txt`), n === 0 ? '' : n === 1 ? 'the same everywhere' : `file ${n} in ${at}`);
  for (const name of ['large 1.bin', 'Work/large 2.bin']) tree.write(name, noise(random, LARGE + random.below(1_000)));
  tree.folder('Empty/inside');
}

function noise(random: Random, size: number): Buffer {
  const block = Buffer.from(Array.from({ length: 4_096 }, () => random.below(256)));
  return Buffer.concat(Array.from({ length: Math.ceil(size / block.length) }, () => block)).subarray(0, size);
}

/**
 * Drives that arrive whole and once, however often their pass dies: the first, one that replaces, one that moves and removes,
 * the emptying of the target and the remigration after it.
 */
export function drivesKilled(kill: DriveStage, reports: Map<DriveKind, KillReport>): void {
  for (const kind of kill.kinds) {
    const report = newReport();
    reports.set(kind, report);
    for (let round = 0; round < ROUNDS; round += 1)
      test.concurrent(
        `${kind}, round ${round}: first, changes, moves and removals, emptied, anew`,
        async () => {
          const stage = { ...kill.stage, report };
          const random = new Random(9_000 + round);
          const source = new Tree(kill.folder(`${kind}-${round}-source`));
          const { target, endpoint, proxy } = await kill.target(kind, round);
          fill(source, random);
          const entry = await addEntry(kill.bench, drive(source.root), endpoint);
          const inFlight = (method: 'PUT' | 'MOVE' | 'DELETE', skip: number): Kill =>
            proxy === undefined ? { afterMs: 100 + random.below(250) } : atRequest(proxy, method, skip);

          const first = await passWithKills(stage, entry, 'initial', [
            ...FIRST_PASS,
            { at: 'after-acknowledgement', nth: 3 },
            { afterMs: 50 + random.below(300) },
            inFlight('PUT', 2),
            inFlight(kind === 'WebDAV of Apache' ? 'PUT' : 'MOVE', 1),
          ]);
          const files = FOLDERS.length * FILES + 2;
          expect(first).toMatchObject({ status: 'completed', error: null, books: { balanced: true } });
          expect(first.books.total).toMatchObject({ seen: files, failed: 0, skipped: 0, uncertain: 0 });
          await expectSame(kill, source, target, entry);

          for (const folder of FOLDERS)
            for (let n = 2; n < 5; n += 1) source.write(join(folder, `file ${n}.txt`), `second ${folder} ${n}`);
          source.write('large 1.bin', noise(random, LARGE));
          const changed = await passWithKills(stage, entry, 'delta', REPLACEMENTS);
          expect(changed).toMatchObject({ status: 'completed', error: null, books: { balanced: true } });
          expect(changed.books.total).toMatchObject({ updated: FOLDERS.length * 3 + 1, created: 0, skipped: 0 });
          await expectSame(kill, source, target, entry);

          source.move('Work/Büro & Größe', 'Moved');
          source.move('large 1.bin', 'Private/large renamed.bin');
          source.remove('Private/file 5.txt');
          source.write('Private/file new.txt', 'new');
          const moved = await passWithKills(
            stage,
            entry,
            'delta',
            [
              { at: 'after-intent-commit', nth: 2 },
              { at: 'after-acknowledgement', nth: 2 },
              { at: 'during-recovery', nth: 1 },
              { at: 'after-acknowledgement', nth: 1 },
              { at: 'before-close', nth: 1 },
            ],
            { deletions: 'propagate' },
          );
          expect(moved).toMatchObject({ status: 'completed', error: null, books: { balanced: true } });
          await expectSame(kill, source, target, entry);
          await kill.expectVerified(entry);

          expect((await pass(kill.bench, entry, 'empty', { empty: 'freeze' })).result).toMatchObject({
            objects: files,
          });
          const emptied = await passWithKills(stage, entry, 'empty', [inFlight('DELETE', 3)], { empty: 'remove' });
          expect(emptied).toMatchObject({ status: 'completed', error: null });
          expect(target.truth()).toEqual({});

          const anew = await twinEntry(kill.bench, entry);
          const again = await passWithKills(stage, anew, 'initial', [
            { at: 'after-acknowledgement', nth: 2 },
            { at: 'during-recovery', nth: 1 },
          ]);
          expect(again).toMatchObject({ status: 'completed', error: null });
          expect(again.books.total).toMatchObject({ seen: files, failed: 0, skipped: 0 });
          await expectSame(kill, source, target, anew);
          await kill.expectVerified(anew);
        },
        TIMEOUT_MS,
      );
  }
}

/** Every file and folder, and nothing besides: no half of one, no temporary name. */
async function expectSame(kill: DriveStage, source: Tree, target: Tree, entry: number): Promise<void> {
  expect(target.truth()).toEqual(source.truth());
  expect((await notes(kill.bench, entry)).filter(({ kind }) => kind === 'failure' || kind === 'suspect')).toEqual([]);
  await kill.expectSettled(entry);
}
