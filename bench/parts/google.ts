import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Google, startGoogle } from '@sterna/simulator-google';
import { table, whole } from '../support/figures.ts';
import { addressOf, mailboxOf, meteredRequest } from '../support/google.ts';
import type { Lab } from '../support/lab.ts';
import { KINDS, type Kind, onDisk, onlyOf } from '../support/objects-on-disk.ts';
import { runPasses } from './copies.ts';
import type { Part } from './part.ts';

const FULL = 1_000;
const QUICK = 100;
/** Objects that appear before the third pass. */
const MORE = 10;
/** What the vendor meters is units a user and minute: how many a pass takes. */
export const google: Part = {
  name: 'google',
  title: 'Google Workspace: requests and units, by the simulator',
  async run(lab, { quick }) {
    const objects = quick ? QUICK : FULL;
    const server = await startGoogle({ empty: true });
    const rows: string[][] = [];
    try {
      for (const [at, kind] of KINDS.entries()) rows.push(await spentOn(lab, server, kind, objects, at));
    } finally {
      await server.stop();
    }
    return [
      `Units of quota for ${whole(objects)} objects and, behind a stroke, how many requests they were where that is another number; each request in a batch counts. Each pass is one over objects of one kind alone; the containers of a mailbox are looked at in any case. By a simulator with empty mailboxes and no limits: a pass that writes them (from a folder), one without changes, one with ${MORE} more objects; and a pass that reads them (into a folder), and one without changes.`,
      table(['kind', 'write', 'no change', `${MORE} more`, 'read', 'no change'], rows),
    ].join('\n\n');
  },
};

/** One person for each kind, written from one folder and read into another. */
async function spentOn(lab: Lab, server: Google, kind: Kind, objects: number, person: number): Promise<string[]> {
  const [from, to] = ['from', 'to'].map((end) => join(lab.folder, `google-${kind.name}-${end}`)) as [string, string];
  mkdirSync(to);
  kind.write(from, 0, objects);
  const theirs = mailboxOf(server, addressOf(server, person), true);
  const into = await lab.books.addEntryBetween(onDisk(kind, from), theirs, kind.itemType);
  const counted = async (entry: number, pass: 'initial' | 'delta', created: number): Promise<string> => {
    server.requests.length = 0;
    const queued = await lab.books.queuePass(entry, pass, onlyOf(kind.kind));
    await runPasses(lab, [queued]);
    const found = await lab.books.check(queued);
    if (found.created !== created) throw new Error(`${kind.name}: ${found.created} of ${created} objects were created`);
    const metered = server.requests.flatMap((request) => meteredRequest(request) ?? []);
    const units = metered.reduce((sum, one) => sum + one.units, 0);
    return units === metered.length ? whole(units) : `${whole(units)} / ${whole(metered.length)}`;
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
