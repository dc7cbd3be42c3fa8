import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const MAIN = join(import.meta.dirname, '../bench/soak/main.ts');

async function soak(args: readonly string[], environment: NodeJS.ProcessEnv = process.env) {
  const child = spawn(process.execPath, [MAIN, ...args], { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      output += chunk;
    });
  const [status] = (await once(child, 'close')) as [number | null];
  return { status, output, last: output.trim().split('\n').at(-1) ?? '' };
}

test('a minute in which workers die and all else fails: nothing lost, nothing twice, books and licenses exact', async () => {
  const { status, output, last } = await soak(['--minutes', '1', '--mailboxes', '30', '--json']);
  expect(status, output).toBe(0);
  const figures = JSON.parse(last) as Record<string, number>;
  expect(figures, output).toMatchObject({ lost: 0, duplicated: 0, unbalanced: 0, licensesWrong: 0 });
  expect(figures.objects).toBeGreaterThanOrEqual(300);
  expect(figures.kills).toBeGreaterThanOrEqual(5);
}, 300_000);

test('what it doesn’t understand it names', async () => {
  const { status, output } = await soak(['--minutes', 'ten']);
  expect(status).toBe(2);
  expect(output).toContain('--minutes wants a whole number from 1 on, not “ten”');
});
