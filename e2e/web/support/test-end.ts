import { onTestFinished } from 'vitest';

/** Calls back when the test that is running ends; outside of tests (a measurement, a script) never. */
export function whenTestEnds(callback: (test: { name: string; failed: boolean }) => Promise<void>): void {
  if (process.env.VITEST === undefined) return;
  onTestFinished(({ task }) => callback({ name: task.name, failed: task.result?.state === 'fail' }));
}
