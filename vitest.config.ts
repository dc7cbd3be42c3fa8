import { defineConfig } from 'vitest/config';

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
  },
});
