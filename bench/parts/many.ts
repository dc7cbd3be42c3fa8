import { performance } from 'node:perf_hooks';
import type { ClientRun } from '../support/clients.ts';
import { fixed, median, table, whole } from '../support/figures.ts';
import { mbsyncCopy, sternaCopies } from './copies.ts';
import type { Part } from './part.ts';

const MAILBOXES = 8;
const CONCURRENCY = 4;

/** Many mailboxes: what more of them at once bring, and what one message costs us in CPU. */
export const many: Part = {
  name: 'many',
  title: 'Many mailboxes at once',
  async run(lab, { runs, messages }) {
    const each = Math.ceil(messages / MAILBOXES);
    const users = Array.from({ length: MAILBOXES }, (_, n) => `many${n}`);
    for (const [n, user] of users.entries()) lab.seed(user, each, 10, 100 + n);
    const total = each * MAILBOXES;
    const copies: Record<string, () => Promise<ClientRun>> = {
      'Sterna, one after the other': () => sternaCopies(lab, users, lab.target, 1),
      [`Sterna, ${CONCURRENCY} at once in one process`]: () => sternaCopies(lab, users, lab.target, CONCURRENCY),
      'mbsync, one after the other': () => mbsyncCopies(1),
      [`mbsync, ${CONCURRENCY} processes at once`]: () => mbsyncCopies(CONCURRENCY),
    };
    const mbsyncCopies = async (width: number): Promise<ClientRun> => {
      const startedAt = performance.now();
      const left = [...users];
      let cpuSeconds = 0;
      await Promise.all(
        Array.from({ length: width }, async () => {
          for (let user = left.shift(); user !== undefined; user = left.shift())
            cpuSeconds += (await mbsyncCopy(lab, user)).cpuSeconds;
        }),
      );
      return { seconds: (performance.now() - startedAt) / 1_000, cpuSeconds, rssMegabytes: Number.NaN };
    };
    const rounds = Math.min(runs, 2);
    const taken = new Map<string, ClientRun[]>(Object.keys(copies).map((name) => [name, []]));
    for (let round = 1; round <= rounds; round++)
      for (const [name, copy] of Object.entries(copies)) {
        const run = await copy();
        taken.get(name)?.push(run);
        console.log(`  round ${round}: ${name}: ${whole(total / run.seconds)} messages/s`);
      }
    const rows = [...taken].map(([name, all]) => [
      name,
      whole(median(all.map((run) => total / run.seconds))),
      fixed(median(all.map((run) => (run.cpuSeconds / total) * 1e6)) / 1_000, 3),
    ]);
    return [
      `${MAILBOXES} mailboxes of ${whole(each)} messages; ${rounds} interleaved rounds, medians.`,
      table(['copy', 'messages/s in all', 'client CPU, ms per message'], rows),
    ].join('\n\n');
  },
};
