import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClientRun } from '../support/clients.ts';

const PROGRAM = '/usr/bin/rclone';

/** `rclone v1.60.1-DEV` */
export const rcloneVersion = (): string =>
  execFileSync(PROGRAM, ['version'], { encoding: 'utf8' }).split('\n')[0] ?? 'rclone';

/** Debian's rclone with its defaults (4 transfers, 8 checkers): copies what the target hasn't, from start to exit. */
export async function runRclone(folder: string, source: string, target: string): Promise<ClientRun> {
  mkdirSync(folder, { recursive: true });
  const password = execFileSync(PROGRAM, ['obscure', 'pw'], { encoding: 'utf8' }).trim();
  const remote = (name: string, url: string): string =>
    `[${name}]\ntype = webdav\nurl = ${url}\nvendor = other\nuser = user\npass = ${password}\n`;
  const config = join(folder, 'rclone.conf');
  writeFileSync(config, `${remote('from', source)}\n${remote('to', target)}`);
  // `time` of the shell: Node tells nothing of a child's own CPU time.
  const child = spawn(
    'bash',
    ['-c', `TIMEFORMAT='%R %U %S'; time ${PROGRAM} copy from: to: --config "$1" -q`, 'bash', config],
    { stdio: ['ignore', 'ignore', 'pipe'], env: { PATH: '/usr/bin:/bin', HOME: folder } },
  );
  let errors = '';
  child.stderr?.on('data', (chunk) => {
    errors += chunk;
  });
  let rssMegabytes = 0;
  const watch = setInterval(() => {
    rssMegabytes = Math.max(rssMegabytes, peakOfChild(child.pid));
  }, 100);
  const [code] = (await once(child, 'close')) as [number | null];
  clearInterval(watch);
  const times = /^([\d.]+) ([\d.]+) ([\d.]+)$/m.exec(errors);
  if (code !== 0 || times === null) throw new Error(`rclone ended with exit code ${code}: ${errors.slice(-2_000)}`);
  const [seconds = 0, user = 0, system = 0] = times.slice(1).map(Number);
  return { seconds, cpuSeconds: user + system, rssMegabytes };
}

/** Of the shell's only child; 0 while there is none. */
function peakOfChild(shell: number | undefined): number {
  try {
    const [pid] = readFileSync(`/proc/${shell}/task/${shell}/children`, 'utf8').trim().split(' ');
    return Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1_024;
  } catch {
    return 0;
  }
}
