import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Dovecot } from '@sterna/test-servers';
import { runMbsync } from '../clients/mbsync.ts';
import { type ClientRun, runClient } from '../support/clients.ts';
import type { Lab } from '../support/lab.ts';

export type RelayMode = 'multi' | 'pending' | 'single';

const addressOf = ({ host, port }: Dovecot, user: string) => ({ host, port, user });

/** One copy by the bare relay into a new account, which is removed again. */
export async function relayCopy(lab: Lab, from: string, mode: RelayMode, target: Dovecot): Promise<ClientRun> {
  const user = lab.freshUser('relay');
  const run = await runClient(lab.clients.relay, {
    source: addressOf(lab.source, from),
    target: addressOf(target, user),
    mode,
  });
  lab.forget(target, user);
  return run;
}

export async function mbsyncCopy(lab: Lab, from: string): Promise<ClientRun> {
  const user = lab.freshUser('mbsync');
  const folder = join(lab.folder, user);
  const run = await runMbsync({
    folder,
    source: { server: lab.source, user: from },
    target: { server: lab.target, user },
  });
  lab.forget(lab.target, user);
  rmSync(folder, { recursive: true });
  return run;
}

/** Initial passes of these accounts in one worker process, so many at a time. */
export async function sternaCopies(
  lab: Lab,
  from: readonly string[],
  target: Dovecot,
  concurrency: number,
): Promise<ClientRun & { created: number }> {
  const users = from.map(() => lab.freshUser('sterna'));
  const passes: number[] = [];
  for (const [i, user] of users.entries()) {
    const entry = await lab.books.addEntry({ server: lab.source, user: from[i] as string }, { server: target, user });
    passes.push(await lab.books.queuePass(entry, 'initial'));
  }
  const run = await runPasses(lab, passes, concurrency);
  let created = 0;
  for (const pass of passes) created += (await lab.books.check(pass)).created;
  for (const user of users) lab.forget(target, user);
  return { ...run, created };
}

export const passSetup = ({ books }: Pick<Lab, 'books'>, passes: readonly number[], concurrency = 1) => ({
  dataDir: books.dataDir,
  databaseUrl: books.database.url,
  passes,
  concurrency,
});

export const runPasses = (lab: Lab, passes: readonly number[], concurrency = 1): Promise<ClientRun> =>
  runClient(lab.clients.pass, passSetup(lab, passes, concurrency));
