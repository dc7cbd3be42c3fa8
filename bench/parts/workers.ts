import { join } from 'node:path';
import { type Microsoft365, startMicrosoft365 } from '@sterna/simulator-microsoft365';
import { startClient } from '../support/clients.ts';
import { fixed, goal, table, whole } from '../support/figures.ts';
import type { Lab } from '../support/lab.ts';
import { mailboxOf } from '../support/microsoft365.ts';
import { openNarrowLine } from '../support/narrow-line.ts';
import { KINDS, onDisk } from '../support/objects-on-disk.ts';
import { passSetup, runPasses } from './copies.ts';
import type { Part } from './part.ts';

const LATENCY_MS = 20;
/** Of each worker: one pass at a time, which has four requests in flight, as the vendor allows a mailbox. */
const MAILBOXES = 4;
const FULL = 400;
const QUICK = 40;
const WORKERS = [1, 2, 4] as const;

/** Of one mailbox: the line of each connection, as from a vendor that gives each just so much. */
const HUGE = 6_000;
const HUGE_QUICK = 2_000;
const HUGE_LINE = { latencyMs: LATENCY_MS, bytesPerSecond: 4_000_000 };
const HUGE_WORKERS = [1, 4] as const;

/** What more workers bring where the way to the systems is what takes the time. */
export const workers: Part = {
  name: 'workers',
  title: 'Many workers',
  async run(lab, { quick }) {
    return [await manyMailboxes(lab, quick), await oneHugeMailbox(lab, quick)].join('\n\n');
  },
};

async function manyMailboxes(lab: Lab, quick: boolean): Promise<string> {
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
}

/** Messages of one mailbox in seconds, by the database's clock, from the claim of its pass to its end. */
async function oneHugeMailbox(lab: Lab, quick: boolean): Promise<string> {
  const messages = quick ? HUGE_QUICK : HUGE;
  const from = lab.freshUser('huge');
  const { bytes } = lab.seed(from, messages, 1, 77);
  const source = await openNarrowLine(lab.source, HUGE_LINE);
  const target = await openNarrowLine(lab.target, HUGE_LINE);
  const rates: { workers: number; rate: number; cpuMs: number }[] = [];
  try {
    for (const workers of HUGE_WORKERS) {
      const user = lab.freshUser('huge');
      const entry = await lab.books.addEntry({ server: source, user: from }, { server: target, user });
      const split = { from: messages / 4, size: messages / 20 };
      const setup = { ...passSetup(lab, []), split };
      const fleet = Array.from({ length: workers }, () => startClient(lab.clients.worker, setup));
      await until(lab, `select count(*) >= ${workers} as is from pg_stat_activity where query = 'listen sterna_pass'`);
      const pass = await lab.books.queuePass(entry, 'initial');
      await until(lab, `select ended_at is not null as is from pass where id = ${pass}`);
      for (const { child } of fleet) child.kill('SIGTERM');
      const runs = await Promise.all(fleet.map(({ ended }) => ended));
      const { created } = await lab.books.check(pass);
      if (created !== messages) throw new Error(`${created} of ${messages} messages were created`);
      const seconds = await secondsOf(lab, pass);
      const cpuSeconds = runs.reduce((sum, { report }) => sum + (report?.cpuSeconds ?? 0), 0);
      rates.push({ workers, rate: messages / seconds, cpuMs: (1_000 * cpuSeconds) / messages });
      console.log(
        `  one mailbox, ${workers} workers: ${whole(messages / seconds)} messages/s (${fixed(seconds, 1)} s)`,
      );
      lab.forget(lab.target, user);
    }
  } finally {
    await Promise.all([source.stop(), target.stop()]);
    lab.forget(lab.source, from);
  }
  const [one, four] = rates;
  return [
    `One huge entry: a mailbox of ${whole(messages)} messages (${whole(bytes / 1_000_000)} MB) in one folder, from one Dovecot to another over lines of ${LATENCY_MS} ms that carry ${HUGE_LINE.bytesPerSecond / 1_000_000} MB/s each way for each connection, worked on in shares.`,
    table(
      ['workers', 'messages/s', 'CPU, ms per message'],
      rates.map(({ workers, rate, cpuMs }) => [whole(workers), whole(rate), fixed(cpuMs, 2)]),
    ),
    `- four workers do ${fixed((four?.rate ?? 0) / (one?.rate ?? 1), 2)} × as much of it as one`,
  ].join('\n\n');
}

async function secondsOf(lab: Lab, pass: number): Promise<number> {
  const { rows } = await lab.books.database.pool.query(
    'select extract(epoch from ended_at - started_at)::float8 as seconds from pass where id = $1',
    [pass],
  );
  return rows[0].seconds;
}

/** Asks the database until it says yes. */
async function until(lab: Lab, question: string): Promise<void> {
  while ((await lab.books.database.pool.query(question)).rows[0].is !== true)
    await new Promise((resolve) => setTimeout(resolve, 50));
}

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
