import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClientRun } from '../support/clients.ts';

const PROGRAM = '/usr/bin/vdirsyncer';

interface Account {
  readonly url: string;
  readonly user: string;
}

/** Debian's package of the same name; undefined where it isn't installed. */
export async function vdirsyncerVersion(): Promise<string | undefined> {
  if (!existsSync(PROGRAM)) return undefined;
  const child = execFile(PROGRAM, ['--version']);
  let text = '';
  child.stdout?.on('data', (chunk) => {
    text += chunk;
  });
  await once(child, 'close');
  return text.trim().replace(', version', '');
}

/**
 * One way, calendars and address books: `discover`, which makes the collections, and `sync` of one after the other. All
 * at once it opens sixteen connections for each, more than Radicale's queue takes: it is thrown out and ends.
 *
 * @param collections as `sync` names them: `caldav/c0`
 */
export async function runVdirsyncer(
  folder: string,
  source: Account,
  target: Account,
  collections: readonly string[],
): Promise<ClientRun> {
  mkdirSync(folder, { recursive: true });
  const storage = (name: string, type: string, { url, user }: Account): string =>
    `[storage ${name}]\ntype = "${type}"\nurl = "${url}"\nusername = "${user}"\npassword = "pw"\n`;
  const pair = (type: string): string =>
    `[pair ${type}]\na = "${type}_source"\nb = "${type}_target"\ncollections = ["from a"]\nconflict_resolution = "a wins"\n${storage(`${type}_source`, type, source)}${storage(`${type}_target`, type, target)}`;
  const config = join(folder, 'config');
  writeFileSync(config, `[general]\nstatus_path = "${join(folder, 'status')}"\n${pair('caldav')}${pair('carddav')}`);
  // It asks before it makes a collection. `time` of the shell: Node tells nothing of a child's own CPU time.
  const child = spawn(
    'bash',
    [
      '-c',
      `TIMEFORMAT='%R %U %S'; time { yes | ${PROGRAM} -v WARNING -c "$1" discover >/dev/null && for one in "\${@:2}"; do ${PROGRAM} -v WARNING -c "$1" sync "$one" >/dev/null || exit 1; done; }`,
      'bash',
      config,
      ...collections,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'], env: { PATH: '/usr/bin:/bin', HOME: folder, LANG: 'C.UTF-8' } },
  );
  let errors = '';
  child.stderr?.on('data', (chunk) => {
    errors += chunk;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  const times = /^([\d.]+) ([\d.]+) ([\d.]+)$/m.exec(errors);
  if (code !== 0 || times === null) throw new Error(`vdirsyncer ended with exit code ${code}: ${errors.slice(-2_000)}`);
  const [seconds = 0, user = 0, system = 0] = times.slice(1).map(Number);
  return { seconds, cpuSeconds: user + system, rssMegabytes: Number.NaN };
}
