import type { CrashPoint } from '@sterna/engine';
import { Random } from '@sterna/sample-mailbox';
import { type FaultProxy, startFaultProxy } from '@sterna/test-servers';
import { expect, test } from 'vitest';
import type { DavKind } from '../../support/dav-varied.ts';
import { addEntry, pass, twinEntry } from '../../support/direct-pass.ts';
import { DavSource, davConnectorOf, davEndpoint, radicaleTruth } from '../../support/radicale-mailbox.ts';
import { LONG } from '../bare-stage.ts';
import type { DavStage } from '../dav-stage.ts';
import { type Kill, type KillReport, newReport, passWithKills } from '../harness.ts';

/** Each round kills 23 times. */
const ROUNDS = LONG ? 10 : 1;
/** In the long run five of them are at work at once, all the time. */
const TIMEOUT_MS = 600_000;
const NAMES = ['Work', 'Büro & Größe', 'Private'];
const OBJECTS = 12;

const at = (point: CrashPoint, nth = 1): Kill => ({ at: point, nth });

/**
 * With the server's next request of this kind under way: nobody knows whether it takes effect. Not only at the start of a
 * line: on a connection that is kept it comes right behind the body of the last one.
 */
export const atRequest = (proxy: FaultProxy, method: string, skip: number): Kill =>
  atBytes(proxy, `at ${method}`, new RegExp(`${method} /[^\r\n]* HTTP/1\\.1\r\n`), skip);

/** With a piece of an upload under way that isn't the first: its session has a part. */
export const atPiece = (proxy: FaultProxy, skip: number): Kill =>
  atBytes(proxy, 'at a piece', /\r\ncontent-range: bytes [1-9]/i, skip);

const atBytes = (proxy: FaultProxy, name: string, match: RegExp, skip: number): Kill => ({
  name,
  by: async (child) => {
    await proxy.rule({
      direction: 'toServer',
      match,
      skip,
      do: () => {
        child.kill('SIGKILL');
      },
    }).struck;
  },
});

export const FIRST_PASS: readonly Kill[] = [
  at('during-listing'),
  at('before-intent-commit'),
  at('after-intent-commit', 2),
  at('after-acknowledgement'),
  at('during-recovery'),
  at('after-settle-commit'),
  at('after-acknowledgement', 2),
  at('during-recovery'),
];

/** One batch for each collection: an acknowledged one is settled by what the copies hold, and not sent again. */
export const REPLACEMENTS: readonly Kill[] = [
  at('before-intent-commit'),
  at('after-intent-commit'),
  at('after-acknowledgement'),
  at('during-recovery'),
  at('after-acknowledgement'),
  at('after-settle-commit'),
  at('before-close'),
];

/**
 * Calendars, task lists and address books that arrive whole and once, however often their pass dies: the first, one that
 * replaces, one that removes, the emptying of the target and the remigration after it.
 */
export function collectionsKilled(kill: DavStage, reports: Map<DavKind, KillReport>): void {
  for (const kind of ['event', 'task', 'contact'] as const) {
    const report = newReport();
    reports.set(kind, report);
    for (let round = 0; round < ROUNDS; round += 1)
      test.concurrent(
        `${kind}s, round ${round}: first, changes, removals, emptied, anew`,
        async () => {
          const stage = { ...kill.stage, report };
          const random = new Random(7_000 + round);
          const user = kill.user();
          const proxy = await startFaultProxy({ target: kill.target, protocol: 'raw' });
          kill.later(() => proxy.stop());
          const connector = davConnectorOf(kind);
          const source = new DavSource(kill.source, user, kind);
          await source.make(NAMES, OBJECTS);
          const entry = await addEntry(
            kill.bench,
            davEndpoint(kill.source, connector, user),
            davEndpoint({ url: `http://${proxy.host}:${proxy.port}/` }, connector, user),
          );

          const first = await passWithKills(stage, entry, 'initial', [
            ...FIRST_PASS,
            { afterMs: 50 + random.below(300) },
            atRequest(proxy, 'PUT', 2),
          ]);
          expect(first).toMatchObject({ status: 'completed', error: null });
          expect(first.books).toMatchObject({ balanced: true });
          expect(first.books.total).toMatchObject({
            seen: NAMES.length * OBJECTS,
            failed: 0,
            skipped: 0,
            uncertain: 0,
          });
          await kill.expectExactlyOnce(user, entry);

          for (const [i] of NAMES.entries()) for (let n = 0; n < 4; n += 1) await source.put(i, n, 'second');
          const changed = await passWithKills(stage, entry, 'delta', REPLACEMENTS);
          expect(changed).toMatchObject({ status: 'completed', error: null });
          expect(changed.books.total).toMatchObject({ updated: NAMES.length * 4, created: 0, skipped: 0, failed: 0 });
          expect(changed.books.balanced).toBe(true);
          await kill.expectExactlyOnce(user, entry);

          for (const [i] of NAMES.entries()) {
            await source.remove(i, 5);
            await source.remove(i, 6);
            await source.put(i, OBJECTS);
          }
          const removed = await passWithKills(
            stage,
            entry,
            'delta',
            [atRequest(proxy, 'DELETE', 1), atRequest(proxy, 'DELETE', 0)],
            { deletions: 'propagate' },
          );
          expect(removed).toMatchObject({ status: 'completed', error: null });
          expect(removed.books.balanced).toBe(true);
          await kill.expectExactlyOnce(user, entry);
          await kill.expectVerified(entry);

          const held = NAMES.length * (OBJECTS - 1);
          expect((await pass(kill.bench, entry, 'empty', { empty: 'freeze' })).result).toMatchObject({ objects: held });
          const emptied = await passWithKills(
            stage,
            entry,
            'empty',
            [atRequest(proxy, 'DELETE', 3), atRequest(proxy, 'DELETE', 9)],
            { empty: 'remove' },
          );
          expect(emptied).toMatchObject({ status: 'completed', error: null });
          expect([...radicaleTruth(kill.target, user).values()].flat()).toEqual([]);

          const anew = await twinEntry(kill.bench, entry);
          const again = await passWithKills(stage, anew, 'initial', [
            at('after-acknowledgement', 2),
            at('during-recovery'),
          ]);
          expect(again).toMatchObject({ status: 'completed', error: null });
          expect(again.books.total).toMatchObject({ seen: held, failed: 0, skipped: 0 });
          await kill.expectExactlyOnce(user, anew);
          await kill.expectVerified(anew);
        },
        TIMEOUT_MS,
      );
  }
}
