import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { imapConnector } from '@sterna/connector-imap';
import { growSampleMailbox, Random, writeSampleMailbox } from '@sterna/sample-mailbox';
import { type Dovecot, type Postgres, startDovecot, startPostgres } from '@sterna/test-servers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addEntry, type Bench, notes, openBench, pass, verifyResult } from '../support/direct-pass.ts';
import { differences, imapEndpoint, maildirTruth } from '../support/dovecot-mailbox.ts';
import { scratch } from '../support/folders.ts';
import { bundlePassProcess } from './bundle.ts';
import { type Kill, newReport, passWithKills, type Stage } from './harness.ts';

/** Scenarios by point; the long test multiplies them. */
const LONG = process.env.STERNA_TEST_LONG !== undefined;
const REPEAT = LONG ? 4 : 1;
const MESSAGES = 110;
const BATCH = 4;

let dir: string;
let bench: Bench;
let postgres: Postgres;
let source: Dovecot;
let target: Dovecot;
let stage: Stage;
const report = newReport();

beforeAll(async () => {
  dir = scratch('kill');
  let script: string;
  [postgres, source, target, script] = await Promise.all([
    startPostgres(),
    startDovecot({ listescape: true }),
    startDovecot({ listescape: true }),
    bundlePassProcess(dir),
  ]);
  const dataDir = join(dir, 'data');
  bench = await openBench(dataDir, [imapConnector], { url: postgres.url });
  stage = { bench, script, dataDir, databaseUrl: postgres.url, batch: BATCH, leaseSeconds: 0.5, report };
}, 60_000);

afterAll(async () => {
  console.log('kills:', JSON.stringify(report));
  await bench.close();
  await Promise.all([source.stop(), target.stop(), postgres.stop()]);
  rmSync(dir, { recursive: true, force: true });
});

/** No message of 6 MB here: what is big is slow, and has a scenario of its own. */
function seed(user: string, seedNumber: number, size = 0): void {
  writeSampleMailbox(source.mailRoot(user), { seed: seedNumber, messages: MESSAGES, size });
  source.adopt(user);
}

async function expectExactlyOnce(user: string, entry: number, books: { balanced: boolean }): Promise<void> {
  expect(books.balanced).toBe(true);
  expect(differences(maildirTruth(source.mailRoot(user)), maildirTruth(target.mailRoot(user)))).toEqual([]);
  // No mark is left on anything, no intent and no to-do is left open.
  const reply = await target.rawCommand(
    user,
    'SELECT INBOX',
    'UID SEARCH KEYWORD $SternaPending-' + bench.deps.secrets.installation.id,
  );
  expect(reply.at(-1)?.untagged?.join(' ') ?? '').not.toMatch(/SEARCH \d/);
  const { rows } = await bench.database.pool.query(
    'select (select count(*) from intent where entry_id = $1)::int as intents, (select count(*) from todo where entry_id = $1)::int as todos',
    [entry],
  );
  expect(rows[0]).toEqual({ intents: 0, todos: 0 });
}

async function scenario(user: string, seedNumber: number, kills: Iterable<Kill>, size = 0): Promise<void> {
  seed(user, seedNumber, size);
  const entry = await addEntry(bench, imapEndpoint(source, user), imapEndpoint(target, user));
  const outcome = await passWithKills(stage, entry, 'initial', kills);
  expect(outcome.error).toBeNull();
  expect(outcome.status).toBe('completed');
  await expectExactlyOnce(user, entry, outcome.books);
  // The week-end: new, changed, moved; killed as well.
  growSampleMailbox(source.mailRoot(user), { seed: seedNumber + 1 });
  source.adopt(user);
  const delta = await passWithKills(
    stage,
    entry,
    'delta',
    [
      { at: 'after-acknowledgement', nth: 1 },
      { at: 'during-listing', nth: 2 },
    ],
    {
      deletions: 'propagate',
    },
  );
  expect(delta.status).toBe('completed');
  expect(delta.books.balanced).toBe(true);
  const check = verifyResult(await pass(bench, entry, 'verify', { verifyDepth: 'content' }));
  expect(check).toMatchObject({ ok: true, missing: 0, duplicated: 0, different: 0, notMigrated: 0 });
  expect((await notes(bench, entry)).filter((note) => note.code === 'unknown-marked-copy')).toEqual([]);
}

const times = (count: number, kill: (i: number) => Kill): Kill[] => Array.from({ length: count }, (_, i) => kill(i));

describe('killed at every point of the protocol, and at random', () => {
  const points = [
    'during-listing',
    'before-intent-commit',
    'after-intent-commit',
    'after-acknowledgement',
    'after-settle-commit',
    'after-confirm',
    'before-close',
  ] as const;

  for (let round = 0; round < REPEAT; round += 1) {
    test.concurrent(`chosen points, round ${round}`, async () => {
      await Promise.all(
        points.map((at, i) =>
          scenario(
            `point-${round}-${i}`,
            100 * round + i,
            times(at === 'before-close' ? 4 : 16, (n) => ({ at, nth: 1 + (n % 3) })),
          ),
        ),
      );
    }, 240_000);

    test.concurrent(`recovery itself, round ${round}`, async () => {
      const kills: Kill[] = [];
      for (let i = 0; i < 8; i += 1)
        kills.push(
          { at: 'after-acknowledgement', nth: 2 },
          { at: 'during-recovery', nth: 1 },
          { at: 'during-recovery', nth: 1 },
        );
      await scenario(`recovery-${round}`, 100 * round + 20, kills);
    }, 240_000);

    test.concurrent(`random moments, round ${round}`, async () => {
      const random = new Random(4_711 + round);
      await Promise.all(
        [0, 1, 2].map((i) =>
          scenario(
            `random-${round}-${i}`,
            100 * round + 30 + i,
            times(20, () => ({ afterMs: 20 + random.below(330) })),
          ),
        ),
      );
    }, 240_000);
  }
});
