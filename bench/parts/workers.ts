import { randomFillSync } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Microsoft365, startMicrosoft365 } from '@sterna/simulator-microsoft365';
import { startRcloneWebdav } from '@sterna/test-servers';
import type { Mailbox } from '../support/books.ts';
import { startClient } from '../support/clients.ts';
import { fixed, goal, median, range, table, whole } from '../support/figures.ts';
import type { Lab } from '../support/lab.ts';
import { mailboxOf } from '../support/microsoft365.ts';
import { type NarrowLine, openNarrowLine } from '../support/narrow-line.ts';
import { KINDS, onDisk } from '../support/objects-on-disk.ts';
import type { Options } from '../support/options.ts';
import { passSetup, runPasses } from './copies.ts';
import type { Part } from './part.ts';

const LATENCY_MS = 20;
/** Of each worker: one pass at a time, which has four requests in flight, as the vendor allows a mailbox. */
const MAILBOXES = 4;
const FULL = 1_500;
const QUICK = 40;
const WORKERS = [1, 2, 4] as const;

/** Of one mailbox: the line of each connection, as from a vendor that gives each just so much. */
const HUGE = 6_000;
const HUGE_QUICK = 2_000;
const HUGE_LINE = { latencyMs: LATENCY_MS, bytesPerSecond: 4_000_000 };
const HUGE_WORKERS = [1, 4] as const;

/** Of one drive: files of 100 kB in folders of 25, over lines that carry each in a tenth of a second. */
const DRIVE_FILES = 3_000;
const DRIVE_FILES_QUICK = 1_000;
const FILE_BYTES = 100_000;
const FILES_OF_FOLDER = 25;
const DRIVE_LINE = { latencyMs: LATENCY_MS, bytesPerSecond: 1_000_000 };

/** What more workers bring where the way to the systems is what takes the time. */
export const workers: Part = {
  name: 'workers',
  title: 'Many workers',
  async run(lab, options) {
    const parts = [manyMailboxes, oneHugeMailbox, oneHugeDrive];
    const told: string[] = [];
    for (const part of parts) told.push(await part(lab, options));
    return told.join('\n\n');
  },
};

async function manyMailboxes(lab: Lab, { quick, runs }: Options): Promise<string> {
  const each = quick ? QUICK : FULL;
  const [messages] = KINDS;
  if (messages === undefined) throw new Error('there are no kinds');
  const folder = join(lab.folder, 'workers');
  messages.write(folder, 0, each);
  const rounds: Rate[][] = [];
  while (rounds.length < runs) rounds.push(await oneRound(lab, onDisk(messages, folder), each));
  const factors = rounds.map((rates) => (rates.at(-1)?.rate ?? 0) / (rates[0]?.rate ?? 1));
  return [
    `Worker processes on one PostgreSQL, each with ${MAILBOXES} mailboxes of ${whole(each)} messages, one after the other, into a tenant of the simulator that answers each request after ${LATENCY_MS} ms and takes four at once of a mailbox. Interleaved rounds: ${runs}, medians.`,
    table(
      ['workers', 'objects/s in all', 'least – most', 'CPU, ms per object'],
      WORKERS.map((workers, at) => {
        const all = rounds.map((rates) => rates[at] as Rate);
        const rates = all.map(({ rate }) => rate);
        return [whole(workers), whole(median(rates)), range(rates), fixed(median(all.map(({ cpuMs }) => cpuMs)), 2)];
      }),
    ),
    goal(
      median(factors) >= 3.5,
      `- four workers do ${fixed(median(factors), 2)} × as much as one (each round: ${factors.map((factor) => fixed(factor, 2)).join(', ')}; goal 3.5)`,
    ),
  ].join('\n\n');
}

interface Rate {
  /** Objects a second, of all workers together. */
  readonly rate: number;
  readonly cpuMs: number;
}

/** Each number of workers once, into a tenant that nobody wrote to. */
async function oneRound(lab: Lab, source: ReturnType<typeof onDisk>, each: number): Promise<Rate[]> {
  const server = await startMicrosoft365({ size: 'large', empty: true, latencyMs: LATENCY_MS });
  try {
    const people = [...server.tenant('fabrikam.example').users.values()].map((one) => one.userPrincipalName);
    const rates: Rate[] = [];
    for (const count of WORKERS) {
      const shares = await sharesOf(lab, server, source, people, count);
      const runs = await Promise.all(shares.map((passes) => runPasses(lab, passes, 1)));
      for (const pass of shares.flat()) {
        const { created } = await lab.books.check(pass);
        if (created !== each) throw new Error(`${created} of ${each} objects were created`);
      }
      const objects = count * MAILBOXES * each;
      // By the slowest worker's own clock: starting programs isn't what is measured.
      const rate = objects / Math.max(...runs.map((run) => run.seconds));
      const cpuMs = (1_000 * runs.reduce((sum, run) => sum + run.cpuSeconds, 0)) / objects;
      rates.push({ rate, cpuMs });
      console.log(`  ${count} workers: ${whole(rate)} objects/s, ${fixed(cpuMs, 2)} ms of CPU each`);
    }
    return rates;
  } finally {
    await server.stop();
  }
}

async function oneHugeMailbox(lab: Lab, { quick }: Options): Promise<string> {
  const messages = quick ? HUGE_QUICK : HUGE;
  const from = lab.freshUser('huge');
  const { bytes } = lab.seed(from, messages, 1, 77);
  const source = await openNarrowLine(lab.source, HUGE_LINE);
  const target = await openNarrowLine(lab.target, HUGE_LINE);
  const users: string[] = [];
  try {
    const told = await inShares(lab, 'message', messages, () => {
      const user = lab.freshUser('huge');
      users.push(user);
      return lab.books.addEntry({ server: source, user: from }, { server: target, user });
    });
    return [
      `One huge entry: a mailbox of ${whole(messages)} messages (${whole(bytes / 1_000_000)} MB) in one folder, from one Dovecot to another over ${wordsOf(HUGE_LINE)}, worked on in shares.`,
      told,
    ].join('\n\n');
  } finally {
    await Promise.all([source.stop(), target.stop()]);
    for (const user of users) lab.forget(lab.target, user);
    lab.forget(lab.source, from);
  }
}

async function oneHugeDrive(lab: Lab, { quick }: Options): Promise<string> {
  const files = quick ? DRIVE_FILES_QUICK : DRIVE_FILES;
  const args = ['--dir-cache-time', '1s'];
  const [from, to] = await Promise.all([startRcloneWebdav({ args }), startRcloneWebdav({ args })]);
  const source = await openNarrowLine(from, DRIVE_LINE);
  const target = await openNarrowLine(to, DRIVE_LINE);
  const folderOf = ({ host, port }: NarrowLine, name: string): Mailbox => ({
    connector: 'webdav',
    settings: { url: `http://${host}:${port}/${name}/` },
    address: 'user',
  });
  try {
    for (let n = 0; n < files; n += 1) {
      const folder = join(from.root, 'huge', String(Math.floor(n / FILES_OF_FOLDER)));
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, `${n}.bin`), randomFillSync(Buffer.alloc(FILE_BYTES)));
    }
    let copies = 0;
    const told = await inShares(lab, 'file', files, () => {
      const name = `copy-${++copies}`;
      mkdirSync(join(to.root, name));
      return lab.books.addEntryBetween(folderOf(source, 'huge'), folderOf(target, name), 'drive');
    });
    return [
      `The same of a drive: ${whole(files)} files of ${whole(FILE_BYTES / 1_000)} kB in ${whole(files / FILES_OF_FOLDER)} folders, from one \`rclone serve webdav\` to another over ${wordsOf(DRIVE_LINE)}.`,
      told,
    ].join('\n\n');
  } finally {
    await Promise.all([source.stop(), target.stop()]);
    await Promise.all([from.stop(), to.stop()]);
  }
}

const wordsOf = ({ latencyMs, bytesPerSecond }: typeof HUGE_LINE): string =>
  `lines of ${latencyMs} ms that carry ${bytesPerSecond / 1_000_000} MB/s each way for each connection`;

/** Objects of one entry in seconds, by the database's clock, from the claim of its pass to its end. */
async function inShares(lab: Lab, word: string, objects: number, addEntry: () => Promise<number>): Promise<string> {
  const rates: { workers: number; rate: number; cpuMs: number }[] = [];
  for (const workers of HUGE_WORKERS) {
    const entry = await addEntry();
    const setup = { ...passSetup(lab, []), split: { from: objects / 4, size: objects / 20 } };
    const fleet = Array.from({ length: workers }, () => startClient(lab.clients.worker, setup));
    await until(lab, `select count(*) >= ${workers} as is from pg_stat_activity where query = 'listen sterna_pass'`);
    const pass = await lab.books.queuePass(entry, 'initial');
    await until(lab, `select ended_at is not null as is from pass where id = ${pass}`);
    for (const { child } of fleet) child.kill('SIGTERM');
    const runs = await Promise.all(fleet.map(({ ended }) => ended));
    const { created } = await lab.books.check(pass);
    if (created !== objects) throw new Error(`${created} of ${objects} ${word}s were created`);
    const seconds = await secondsOf(lab, pass);
    const cpuSeconds = runs.reduce((sum, { report }) => sum + (report?.cpuSeconds ?? 0), 0);
    rates.push({ workers, rate: objects / seconds, cpuMs: (1_000 * cpuSeconds) / objects });
    console.log(`  one entry, ${workers} workers: ${whole(objects / seconds)} ${word}s/s (${fixed(seconds, 1)} s)`);
  }
  const [one, four] = rates;
  return [
    table(
      ['workers', `${word}s/s`, `CPU, ms per ${word}`],
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
