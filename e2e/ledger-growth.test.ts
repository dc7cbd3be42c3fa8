import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const MAIN = join(import.meta.dirname, '../bench/main.ts');
const LONG = process.env.STERNA_TEST_LONG !== undefined;

/** The rates are the bench's own business (docs/benchmarks.md); with --quick it writes none of them down. */
test.runIf(LONG)(
  'five million rows need no more than 450 bytes each, and the last don’t wait for the first',
  async () => {
    const args = ['--only', 'ledger-growth', '--rows', '5000000', '--quick'];
    const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => {
        output += chunk;
      });
    const [status] = (await once(child, 'close')) as [number | null];
    expect(status, output).toBe(0);
    expect(Number(/(\d+) bytes a row/.exec(output)?.[1]), output).toBeLessThanOrEqual(450);
    expect(output).toMatch(/\(goal 80 %\).*holds/);
  },
  1_800_000,
);
