import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Fleet, type Program, startProgram } from '@sterna/server/processes';
import type { Random } from '@sterna/simulator-kit';

export const STERNA = join(import.meta.dirname, '../../apps/cli/bin/sterna');
const STEPPED_CLOCK = pathToFileURL(join(import.meta.dirname, 'stepped-clock.mjs')).href;

/**
 * Workers of the built program.
 *
 * @param options.concurrency passes at a time in each
 * @param options.isClockWrong each worker's wall clock is wrong, and set anew every few seconds
 */
export function startFleet(
  program: Program,
  options: {
    readonly size: number;
    readonly concurrency: number;
    readonly isClockWrong: boolean;
    readonly random: Random;
  },
): Fleet {
  const { size, concurrency, isClockWrong, random } = options;
  return new Fleet({
    size,
    random,
    log: program.log,
    start() {
      const clock = { NODE_OPTIONS: `--import=${STEPPED_CLOCK}`, SOAK_CLOCK: String(random.integer(0, 2 ** 31)) };
      return startProgram(
        program,
        ['worker', '--concurrency', String(concurrency)],
        isClockWrong ? { env: clock } : {},
      );
    },
  });
}
