import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { chosenSuites } from './kinds.ts';

const { STERNA_LIVE_SYSTEM: system = '', STERNA_LIVE_ONLY: only = 'behaviours,golden,suites' } = process.env;
const chosen = only.split(',');

/** Against a service that somebody pays for: one thing after the other, and nothing is tried a second time. */
export default defineConfig({
  root: join(import.meta.dirname, '../..'),
  test: {
    include: [
      ...(chosen.includes('golden') ? ['e2e/live/golden.live.ts'] : []),
      ...(chosen.includes('behaviours') ? [`packages/connectors/${system}/test/live/behaviours.live.ts`] : []),
      ...(chosen.includes('suites')
        ? chosenSuites.map((suite) => `packages/connectors/${system}/test/live/suites/${suite}.live.ts`)
        : []),
    ],
    // Its `teardown` removes whatever the tests left in the account.
    globalSetup: [`packages/connectors/${system}/test/live/teardown.ts`],
    testTimeout: 900_000,
    hookTimeout: 900_000,
    fileParallelism: false,
    retry: 0,
  },
});
