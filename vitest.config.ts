import { relative } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** What takes minutes, the longest first. */
const LONG = [/^e2e\/kill\//, /^e2e\/web\//, /(conformance|suite)\.test\.ts$/, /^e2e\//, /^apps\//];

/**
 * Long files first, so that no worker is left with one when the other has nothing more to do. By themselves they would
 * come last: files that nobody has timed go by their size, and those of the longest say little.
 */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const at = LONG.findIndex((pattern) => pattern.test(relative(import.meta.dirname, moduleId)));
      return at === -1 ? LONG.length : at;
    };
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}

export default defineConfig({
  test: {
    include: [
      'packages/**/test/**/*.test.ts',
      'apps/**/test/**/*.test.ts',
      'simulators/**/test/**/*.test.ts',
      'test-servers/test/**/*.test.ts',
      'e2e/**/*.test.ts',
      'scripts/**/test/**/*.test.ts',
    ],
    // `npm run test:long` alone has the time for them.
    exclude: [
      '**/node_modules/**',
      '**/dist/**',
      ...(process.env.STERNA_TEST_LONG === undefined ? ['**/*.long.test.ts'] : []),
    ],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Browsers and real servers share two cores with their tests: a second look tells a slow moment from a fault.
    retry: process.env.CI === undefined ? 0 : 1,
    // Real servers and databases share two cores: more workers only makes them wait for each other.
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
  },
});
