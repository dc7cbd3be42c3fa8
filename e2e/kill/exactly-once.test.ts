import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { KillStage } from './kill-stage.ts';
import { databaseKilled } from './scenarios/databases.ts';
import { landedLate } from './scenarios/late.ts';
import { killedInLiterals } from './scenarios/literals.ts';
import { otherPasses } from './scenarios/passes.ts';
import { killedAtPoints } from './scenarios/points.ts';
import { serverKilled } from './scenarios/servers.ts';
import { otherTargets } from './scenarios/targets.ts';
import { workersKilled } from './scenarios/workers.ts';

const kill = new KillStage();
beforeAll(() => kill.open(), 60_000);
afterAll(async () => {
  console.log('kills:', JSON.stringify(kill.report));
  await kill.close();
});

describe('exactly once', () => {
  killedAtPoints(kill);
  killedInLiterals(kill);
  serverKilled(kill);
  landedLate(kill);
  databaseKilled(kill);
  otherTargets(kill);
  otherPasses(kill);
  workersKilled(kill);
});

test('at least 200 kills hit a living process', () => {
  expect(kill.report.hits).toBeGreaterThanOrEqual(200);
});
