import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DavKind } from '../support/dav-varied.ts';
import { LONG } from './bare-stage.ts';
import { DavStage } from './dav-stage.ts';
import type { KillReport } from './harness.ts';
import { changedBetweenRuns } from './scenarios/between-runs.ts';
import { collectionsKilled } from './scenarios/collections.ts';
import { davServersKilled } from './scenarios/dav-servers.ts';
import { objectFilesKilled } from './scenarios/object-files.ts';
import { wholeMailboxKilled } from './scenarios/standards.ts';

const kill = new DavStage();
const reports = new Map<DavKind, KillReport>();
beforeAll(() => kill.open(), 60_000);
afterAll(async () => {
  console.log('kills:', JSON.stringify({ ...Object.fromEntries(reports), others: kill.report }));
  await kill.close();
});

describe('exactly once', () => {
  collectionsKilled(kill, reports);
  wholeMailboxKilled(kill);
  davServersKilled(kill);
  objectFilesKilled(kill);
  changedBetweenRuns(kill);
});

test('of each kind enough kills hit a living process', () => {
  for (const [kind, { hits }] of reports) expect(hits, kind).toBeGreaterThanOrEqual(LONG ? 200 : 20);
});
