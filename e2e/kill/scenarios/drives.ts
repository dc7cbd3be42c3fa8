import { join } from 'node:path';
import { Random } from '@sterna/sample-mailbox';
import { expect, test } from 'vitest';
import { addEntry, notes, pass, twinEntry } from '../../support/direct-pass.ts';
import { drive, Tree } from '../../support/drive-tree.ts';
import { type BareStage, LONG } from '../bare-stage.ts';
import type { DriveKind, DriveStage } from '../drive-stage.ts';
import type { DriveTarget } from '../drive-target.ts';
import { type Kill, type KillReport, newReport, passWithKills } from '../harness.ts';
import { atPiece, atRequest, FIRST_PASS, REPLACEMENTS } from './collections.ts';

const ROUNDS = LONG ? 9 : 1;
const TIMEOUT_MS = LONG ? 2_400_000 : 600_000;
export const FOLDERS = ['', 'Work', 'Work/Büro & Größe', 'Private'];
export const FILES = 8;
const LARGE = 6 * 1024 * 1024;
/** Above what object storage takes in one request of ours: in three parts. */
const LARGE_IN_PARTS = 20 * 1024 * 1024;

/** Small files, among them twins and empty ones, and large ones that go in pieces. */
export function fill(tree: Tree, random: Random, large: number): void {
  for (const [at, folder] of FOLDERS.entries())
    for (let n = 0; n < FILES; n += 1)
      tree.write(join(folder, `file ${n}.txt`), n === 0 ? '' : n === 1 ? 'the same everywhere' : `file ${n} in ${at}`);
  for (const name of ['large 1.bin', 'Work/large 2.bin']) tree.write(name, noise(random, large + random.below(1_000)));
  tree.folder('Empty/inside');
}

function noise(random: Random, size: number): Buffer {
  const block = Buffer.from(Array.from({ length: 4_096 }, () => random.below(256)));
  const content = Buffer.concat(Array.from({ length: Math.ceil(size / block.length) }, () => block));
  // No piece of it is like another.
  for (let at = 0; at < content.length; at += block.length) content.writeUInt32LE(at, at);
  return content.subarray(0, size);
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
          const drives = await kill.target(kind, round);
          const { target, endpoint, proxy } = drives;
          const isS3 = kind === 'S3 of Swift';
          // Both are known by what is sent to them alone.
          const isCloud = kind === 'OneDrive' || kind === 'Google Drive';
          // Who owns files on a disk is nobody there: their rights would wait.
          const patch = isCloud ? { permissions: false } : {};
          const large = isS3 ? LARGE_IN_PARTS : LARGE;
          fill(source, random, large);
          const entry = await addEntry(kill.bench, drive(source.root), endpoint);
          const inFlight = (method: 'PUT' | 'POST' | 'PATCH' | 'MOVE' | 'DELETE', skip: number): Kill =>
            proxy === undefined ? { afterMs: 100 + random.below(250) } : atRequest(proxy, method, skip);

          const first = await passWithKills(
            stage,
            entry,
            'initial',
            [
              ...FIRST_PASS.slice(0, 3),
              // As early as files are sent: each run gets further here, and one that ends its pass is the last to be killed.
              ...(isCloud && proxy !== undefined
                ? [inFlight('POST', 6), inFlight('PUT', 0), atPiece(proxy, 1), inFlight('PUT', 2), inFlight('PUT', 1)]
                : []),
              ...FIRST_PASS.slice(3),
              { at: 'after-acknowledgement', nth: 3 },
              { afterMs: 50 + random.below(300) },
              inFlight('PUT', 2),
              inFlight(kind === 'WebDAV of Apache' ? 'PUT' : isS3 || isCloud ? 'POST' : 'MOVE', 1),
              ...(isS3 ? [inFlight('POST', 0), inFlight('PUT', 4), inFlight('POST', 1), inFlight('DELETE', 0)] : []),
            ],
            patch,
          );
          const files = FOLDERS.length * FILES + 2;
          expect(first).toMatchObject({ status: 'completed', error: null, books: { balanced: true } });
          expect(first.books.total).toMatchObject({ seen: files, failed: 0, skipped: 0, uncertain: 0 });
          await expectSame(kill, source, drives, entry);

          for (const folder of FOLDERS)
            for (let n = 2; n < 5; n += 1) source.write(join(folder, `file ${n}.txt`), `second ${folder} ${n}`);
          source.write('large 1.bin', noise(random, large));
          const changed = await passWithKills(
            stage,
            entry,
            'delta',
            [
              ...(isCloud ? [inFlight('PUT', 1)] : []),
              ...(kind === 'OneDrive' ? [inFlight('POST', 2)] : []),
              ...REPLACEMENTS,
              ...(isS3 ? [inFlight('PUT', 1), inFlight('POST', 0), inFlight('POST', 0)] : []),
            ],
            patch,
          );
          expect(changed).toMatchObject({ status: 'completed', error: null, books: { balanced: true } });
          expect(changed.books.total).toMatchObject({ updated: FOLDERS.length * 3 + 1, created: 0, skipped: 0 });
          await expectSame(kill, source, drives, entry);

          source.move('Work/Büro & Größe', 'Moved');
          source.move('large 1.bin', 'Private/large renamed.bin');
          source.remove('Private/file 5.txt');
          source.write('Private/file new.txt', 'new');
          const moved = await passWithKills(
            stage,
            entry,
            'delta',
            [
              // A move is a copy and a removal there.
              ...(isS3 ? [inFlight('PUT', 2), inFlight('DELETE', 1), inFlight('DELETE', 0)] : []),
              { at: 'after-intent-commit', nth: 2 },
              { at: 'after-acknowledgement', nth: 2 },
              { at: 'during-recovery', nth: 1 },
              { at: 'after-acknowledgement', nth: 1 },
              { at: 'before-close', nth: 1 },
            ],
            { ...patch, deletions: 'propagate' },
          );
          expect(moved).toMatchObject({ status: 'completed', error: null, books: { balanced: true } });
          await expectSame(kill, source, drives, entry);
          await kill.expectVerified(entry);

          expect((await pass(kill.bench, entry, 'empty', { empty: 'freeze' })).result).toMatchObject({
            objects: files,
          });
          const emptied = await passWithKills(
            stage,
            entry,
            'empty',
            [inFlight(kind === 'Google Drive' ? 'PATCH' : 'DELETE', 3)],
            { empty: 'remove' },
          );
          expect(emptied).toMatchObject({ status: 'completed', error: null });
          expect(await target.truth()).toEqual({});

          const anew = await twinEntry(kill.bench, entry);
          const again = await passWithKills(
            stage,
            anew,
            'initial',
            [
              { at: 'after-acknowledgement', nth: 2 },
              { at: 'during-recovery', nth: 1 },
            ],
            patch,
          );
          expect(again).toMatchObject({ status: 'completed', error: null });
          expect(again.books.total).toMatchObject({ seen: files, failed: 0, skipped: 0 });
          await expectSame(kill, source, drives, anew);
          await kill.expectVerified(anew);
        },
        TIMEOUT_MS,
      );
  }
}

/** Every file and folder, and nothing besides: no half of one, no temporary name. */
export async function expectSame(
  kill: BareStage,
  source: Tree,
  drives: DriveTarget,
  entry: number,
  bench = kill.bench,
): Promise<void> {
  expect(await drives.target.truth()).toEqual(source.truth());
  expect(await drives.openUploads()).toEqual([]);
  expect((await notes(bench, entry)).filter(({ kind }) => kind === 'failure' || kind === 'suspect')).toEqual([]);
  await kill.expectSettled(entry, bench);
}
