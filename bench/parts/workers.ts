import { join } from 'node:path';
import { type Microsoft365, startMicrosoft365 } from '@sterna/simulator-microsoft365';
import { fixed, goal, table, whole } from '../support/figures.ts';
import type { Lab } from '../support/lab.ts';
import { mailboxOf } from '../support/microsoft365.ts';
import { KINDS, onDisk } from '../support/objects-on-disk.ts';
import { runPasses } from './copies.ts';
import type { Part } from './part.ts';

const LATENCY_MS = 20;
/** Of each worker: one pass at a time, which has four requests in flight, as the vendor allows a mailbox. */
const MAILBOXES = 4;
const FULL = 400;
const QUICK = 40;
const WORKERS = [1, 2, 4] as const;

/** What more workers bring where the way to the systems is what takes the time. */
export const workers: Part = {
  name: 'workers',
  title: 'Many workers',
  async run(lab, { quick }) {
    const each = quick ? QUICK : FULL;
    const server = await startMicrosoft365({ size: 'large', empty: true, latencyMs: LATENCY_MS });
    try {
      const [messages] = KINDS;
      if (messages === undefined) throw new Error('there are no kinds');
      const folder = join(lab.folder, 'workers');
      messages.write(folder, 0, each);
      const people = [...server.tenant('fabrikam.example').users.values()].map((one) => one.userPrincipalName);
      const rates: { workers: number; rate: number; cpuMs: number }[] = [];
      for (const count of WORKERS) {
        const shares = await sharesOf(lab, server, onDisk(messages, folder), people, count);
        const startedAt = performance.now();
        const runs = await Promise.all(shares.map((passes) => runPasses(lab, passes, 1)));
        const seconds = (performance.now() - startedAt) / 1_000;
        for (const pass of shares.flat()) {
          const { created } = await lab.books.check(pass);
          if (created !== each) throw new Error(`${created} of ${each} objects were created`);
        }
        const objects = count * MAILBOXES * each;
        const cpuMs = (1_000 * runs.reduce((sum, run) => sum + run.cpuSeconds, 0)) / objects;
        // By the slowest worker's own clock: starting programs isn't what is measured.
        const longest = Math.max(...runs.map((run) => run.seconds));
        rates.push({ workers: count, rate: objects / longest, cpuMs });
        console.log(`  ${count} workers: ${whole(objects / longest)} objects/s (${fixed(seconds, 1)} s in all)`);
      }
      const [one, , four] = rates;
      const factor = (four?.rate ?? 0) / (one?.rate ?? 1);
      return [
        `Worker processes on one PostgreSQL, each with ${MAILBOXES} mailboxes of ${whole(each)} messages, one after the other, into a tenant of the simulator that answers each request after ${LATENCY_MS} ms and takes four at once of a mailbox.`,
        table(
          ['workers', 'objects/s in all', 'CPU, ms per object'],
          rates.map(({ workers, rate, cpuMs }) => [whole(workers), whole(rate), fixed(cpuMs, 2)]),
        ),
        goal(factor >= 3.5, `- four workers do ${fixed(factor, 2)} × as much as one (goal 3.5)`),
      ].join('\n\n');
    } finally {
      await server.stop();
    }
  },
};

/** Passes for each worker, into mailboxes that nothing was written to. */
async function sharesOf(
  lab: Lab,
  server: Microsoft365,
  source: ReturnType<typeof onDisk>,
  people: string[],
  workers: number,
): Promise<readonly (readonly number[])[]> {
  const shares: number[][] = [];
  for (let worker = 0; worker < workers; worker += 1) {
    const passes: number[] = [];
    for (let n = 0; n < MAILBOXES; n += 1) {
      const address = people.shift();
      if (address === undefined) throw new Error('there are no more mailboxes');
      const entry = await lab.books.addEntryBetween(source, mailboxOf(server, address));
      passes.push(await lab.books.queuePass(entry, 'initial'));
    }
    shares.push(passes);
  }
  return shares;
}
