import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LONG } from './bare-stage.ts';
import { type DriveKind, DriveStage } from './drive-stage.ts';
import type { KillReport } from './harness.ts';
import { driveWorkersKilled } from './scenarios/drive-workers.ts';
import { drivesKilled } from './scenarios/drives.ts';

const kill = new DriveStage();
const reports = new Map<DriveKind, KillReport>();
beforeAll(() => kill.open(), 60_000);
afterAll(async () => {
  console.log('kills:', JSON.stringify(Object.fromEntries(reports)));
  await kill.close();
});

describe('exactly once', () => {
  drivesKilled(kill, reports);
  driveWorkersKilled(kill, reports);
});

test('of each kind of target enough kills hit a living process', () => {
  for (const [kind, { hits }] of reports) expect(hits, kind).toBeGreaterThanOrEqual(LONG ? 200 : 15);
  // Else its uploads pass by the proxy that tells of them.
  expect(reports.get('OneDrive')?.byName['at a piece']).toBeGreaterThan(0);
});
