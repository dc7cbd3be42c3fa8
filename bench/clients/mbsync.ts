import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Endpoint } from '../support/books.ts';
import type { ClientRun } from '../support/clients.ts';

export interface MbsyncSetup {
  /** Holds its configuration and its state. */
  readonly folder: string;
  readonly source: Endpoint;
  readonly target: Endpoint;
}

/** Starts mbsync (Debian's isync) as its manual has it for a one-way copy. */
export function startMbsync({ folder, source, target }: MbsyncSetup): {
  child: ChildProcess;
  ended: Promise<{ report: ClientRun | undefined }>;
} {
  mkdirSync(join(folder, 'state'), { recursive: true });
  const store = (name: string, { server, user }: Endpoint): string =>
    `IMAPAccount ${name}\nHost ${server.host}\nPort ${server.port}\nUser ${user}\nPass pw\nSSLType None\nAuthMechs LOGIN\n
IMAPStore ${name}\nAccount ${name}\n`;
  writeFileSync(
    join(folder, 'mbsyncrc'),
    `${store('source', source)}
${store('target', target)}
Channel copy\nFar :source:\nNear :target:\nPatterns *\nSync Pull\nCreate Near\nRemove None\nExpunge None
CopyArrivalDate yes\nSyncState ${join(folder, 'state')}/\n`,
  );
  // `time` of the shell: Node tells nothing of a child's own CPU time.
  const child = spawn(
    'bash',
    ['-c', `TIMEFORMAT='%R %U %S'; time mbsync -q -c "$1" copy`, 'bash', join(folder, 'mbsyncrc')],
    { stdio: ['ignore', 'ignore', 'pipe'], detached: true },
  );
  let errors = '';
  child.stderr?.on('data', (chunk) => {
    errors += chunk;
  });
  const ended = (async () => {
    const [code] = (await once(child, 'close')) as [number | null];
    const times = /^([\d.]+) ([\d.]+) ([\d.]+)$/m.exec(errors);
    if (code !== 0 || !times) {
      if (code === 0 || code === null || code > 128) return { report: undefined };
      throw new Error(`mbsync ended with exit code ${code}: ${errors}`);
    }
    const [seconds = 0, user = 0, system = 0] = times.slice(1).map(Number);
    return { report: { seconds, cpuSeconds: user + system, rssMegabytes: Number.NaN } };
  })();
  return { child, ended };
}

export async function runMbsync(setup: MbsyncSetup): Promise<ClientRun> {
  const { report } = await startMbsync(setup).ended;
  if (report === undefined) throw new Error('mbsync was killed');
  return report;
}
