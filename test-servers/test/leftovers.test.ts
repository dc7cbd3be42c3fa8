import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { isAlive, sleep } from '../src/index.ts';

const entry = fileURLToPath(new URL('../src/index.ts', import.meta.url));

async function runAndEnd(ending: string, launcher = 'startDovecot()'): Promise<{ pids: number[]; folder: string }> {
  const script = `
    const { ${launcher.replace(/\(.*/, '')} } = await import(${JSON.stringify(entry)});
    const server = await ${launcher};
    console.log(JSON.stringify({ pids: server.pids(), folder: server.folder }));
    ${ending}`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const line = await new Promise<string>((resolve) => child.stdout.once('data', (chunk) => resolve(String(chunk))));
  if (ending.includes('setInterval')) child.kill('SIGKILL');
  await new Promise((resolve) => child.once('exit', resolve));
  return JSON.parse(line);
}

test.each([
  ['Dovecot', 'is killed', 'setInterval(() => {}, 1000)'],
  ['Postgres', 'is killed', 'setInterval(() => {}, 1000)'],
  ['Dovecot', 'is killed', 'setInterval(() => {}, 1000)', '{ diskMegabytes: 16 }'],
  ['Cyrus', 'is killed', 'setInterval(() => {}, 1000)'],
  ['Apache', 'is killed', 'setInterval(() => {}, 1000)'],
  ['Dovecot', 'exits', 'process.exit(3)'],
  ['Postgres', 'throws', 'throw new Error("this one is expected")'],
])('%s: no process and no file stays when the test process %s', async (server, _, ending, options = '') => {
  const { pids, folder } = await runAndEnd(ending, `start${server}(${options})`);
  expect(pids.length).toBeGreaterThan(1);
  for (let tries = 0; tries < 100 && (pids.some(isAlive) || existsSync(folder)); tries++) await sleep(50);
  expect(pids.filter(isAlive)).toEqual([]);
  expect(existsSync(folder)).toBe(false);
});

test('a script which ends with stop() runs to its end', async () => {
  const script = `
    const { startDovecot } = await import(${JSON.stringify(entry)});
    { await using server = await startDovecot(); }
    console.log('the end');`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'ignore'] });
  let said = '';
  child.stdout.on('data', (chunk) => {
    said += chunk;
  });
  expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(0);
  expect(said).toBe('the end\n');
});
