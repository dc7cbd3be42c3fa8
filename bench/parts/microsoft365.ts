import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { MIGRATION_APP, type Microsoft365, startMicrosoft365 } from '@sterna/simulator-microsoft365';
import type { Mailbox } from '../support/books.ts';
import { fixed, goal, table, whole } from '../support/figures.ts';
import type { Lab } from '../support/lab.ts';
import { KINDS, type Kind, onDisk } from '../support/objects-on-disk.ts';
import { runPasses } from './copies.ts';
import type { Part } from './part.ts';

const FULL = { objects: 1_000, mailboxes: 100, each: 40 };
const QUICK = { objects: 100, mailboxes: 10, each: 10 };
/** Objects that appear before the third pass. */
const MORE = 10;
const DOMAIN = 'contoso.example';
/** Passes at a time, as a worker may be told to run. */
const AT_ONCE = 16;

/** What the vendor meters is requests: how many a pass takes, for each kind of content. */
export const microsoft365: Part = {
  name: 'microsoft365',
  title: 'Microsoft 365: requests, by the simulator',
  async run(lab, { quick }) {
    const { objects, mailboxes, each } = quick ? QUICK : FULL;
    const server = await startMicrosoft365({ empty: [DOMAIN, 'fabrikam.example'] });
    const rows: string[][] = [];
    try {
      for (const [at, kind] of KINDS.entries()) rows.push(await requestsOf(lab, server, kind, objects, at));
    } finally {
      await server.stop();
    }
    const crowd = await together(lab, mailboxes, each);
    return [
      `Requests to Microsoft Graph for ${whole(objects)} objects, sign-in included, by a simulator with empty mailboxes and drives and no limits: a pass that writes them (from a folder), one without changes, one with ${MORE} more objects; and a pass that reads them (into a folder), and one without changes.`,
      table(['kind', 'write', 'no change', `${MORE} more`, 'read', 'no change'], rows),
      `${whole(crowd.mailboxes)} mailboxes of ${whole(each)} messages, events, contacts and tasks each, from one tenant to another, ${AT_ONCE} at a time in one worker, simulator and database on the same two cores: ${whole(crowd.requests)} requests in ${fixed(crowd.seconds, 1)} s, ${fixed((1_000 * crowd.cpuSeconds) / crowd.objects, 2)} ms of the worker’s CPU for each of ${whole(crowd.objects)} objects, peak RSS ${whole(crowd.rssMegabytes)} MB.`,
      goal(
        crowd.requests / crowd.seconds >= 800,
        `- ${whole(crowd.requests / crowd.seconds)} requests a second together (goal 800)`,
      ),
    ].join('\n\n');
  },
};

function mailboxOf({ baseUrl }: Microsoft365, address: string): Mailbox {
  const settings = { tenant: address.split('@')[1], clientId: MIGRATION_APP.id, baseUrl, loginUrl: baseUrl };
  return { connector: 'microsoft365', settings, address, password: MIGRATION_APP.secret };
}

/** One person for each kind, written from one folder and read into another. */
async function requestsOf(
  lab: Lab,
  server: Microsoft365,
  kind: Kind,
  objects: number,
  person: number,
): Promise<string[]> {
  const [from, to] = ['from', 'to'].map((end) => join(lab.folder, `m365-${kind.name}-${end}`)) as [string, string];
  mkdirSync(to);
  const address = [...server.tenant(DOMAIN).users.values()][person]?.userPrincipalName as string;
  kind.write(from, 0, objects);
  const theirs = mailboxOf(server, address);
  const into = await lab.books.addEntryBetween(onDisk(kind, from), theirs, kind.itemType);
  const counted = async (entry: number, pass: 'initial' | 'delta', created: number): Promise<string> => {
    server.requests.length = 0;
    const queued = await lab.books.queuePass(entry, pass, kind.itemType === 'drive' ? { permissions: false } : {});
    await runPasses(lab, [queued]);
    const found = await lab.books.check(queued);
    if (found.created !== created) throw new Error(`${kind.name}: ${found.created} of ${created} objects were created`);
    return whole(server.requests.filter(({ inBatch }) => !inBatch).length);
  };
  const write = await counted(into, 'initial', objects);
  const still = await counted(into, 'delta', 0);
  kind.write(from, objects, objects + MORE);
  const more = await counted(into, 'delta', MORE);
  const out = await lab.books.addEntryBetween(theirs, onDisk(kind, to), kind.itemType);
  const read = await counted(out, 'initial', objects + MORE);
  const quiet = await counted(out, 'delta', 0);
  console.log(`  ${kind.name}: write ${write}, ${still}, ${more}; read ${read}, ${quiet}`);
  return [kind.name, write, still, more, read, quiet];
}

/** Many mailboxes at once, from tenant to tenant. @param each objects of each kind in a mailbox */
async function together(lab: Lab, mailboxes: number, each: number) {
  const server = await startMicrosoft365({ size: 'large', empty: true });
  try {
    const people = [...server.tenant(DOMAIN).users.values()].slice(0, mailboxes).map((one) => one.userPrincipalName);
    await fill(lab, server, people, each);
    const passes: number[] = [];
    for (const address of people) {
      const target = mailboxOf(server, `${address.split('@')[0]}@fabrikam.example`);
      const entry = await lab.books.addEntryBetween(mailboxOf(server, address), target);
      passes.push(await lab.books.queuePass(entry, 'initial'));
    }
    server.requests.length = 0;
    const run = await runPasses(lab, passes, AT_ONCE);
    let objects = 0;
    for (const pass of passes) objects += (await lab.books.check(pass)).created;
    const wanted = mailboxes * each * KINDS.filter(({ itemType }) => itemType === 'mailbox').length;
    if (objects !== wanted) throw new Error(`${objects} of ${wanted} objects of ${mailboxes} mailboxes were created`);
    return { ...run, mailboxes, objects, requests: server.requests.filter(({ inBatch }) => !inBatch).length };
  } finally {
    await server.stop();
  }
}

/** The same in each, by passes of our own, which aren't measured. */
async function fill(lab: Lab, server: Microsoft365, people: readonly string[], each: number): Promise<void> {
  const passes: number[] = [];
  for (const kind of KINDS.filter(({ itemType }) => itemType === 'mailbox')) {
    const folder = join(lab.folder, `m365-crowd-${kind.name}`);
    kind.write(folder, 0, each);
    for (const address of people) {
      const entry = await lab.books.addEntryBetween(onDisk(kind, folder), mailboxOf(server, address));
      passes.push(await lab.books.queuePass(entry, 'initial'));
    }
  }
  await runPasses(lab, passes, AT_ONCE);
}
