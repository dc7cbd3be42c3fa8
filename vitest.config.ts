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
    exclude: ['**/node_modules/**', '**/dist/**'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Real servers and databases share two cores: more workers only makes them wait for each other.
    maxWorkers: 2,
  },
});
