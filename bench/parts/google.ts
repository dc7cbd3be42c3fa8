import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { costOf, type Google, startGoogle } from '@sterna/simulator-google';
import type { Mailbox } from '../support/books.ts';
import { table, whole } from '../support/figures.ts';
import type { Lab } from '../support/lab.ts';
import { KINDS, type Kind, onDisk } from '../support/objects-on-disk.ts';
import { runPasses } from './copies.ts';
import type { Part } from './part.ts';

const FULL = 1_000;
const QUICK = 100;
/** Objects that appear before the third pass. */
const MORE = 10;
const DOMAIN = 'nordwind.example';

/** What the vendor meters is units a user and minute: how many a pass takes. */
export const google: Part = {
  name: 'google',
  title: 'Google Workspace: requests and units, by the simulator',
  async run(lab, { quick }) {
    const objects = quick ? QUICK : FULL;
    const server = await startGoogle({ empty: true });
    const rows: string[][] = [];
    try {
      for (const [at, kind] of KINDS.filter(({ name }) => name === 'mail').entries())
        rows.push(await spentOn(lab, server, kind, objects, at));
    } finally {
      await server.stop();
    }
    return [
      `Requests and, behind the stroke, units of quota for ${whole(objects)} objects, sign-in included, by a simulator with empty mailboxes and no limits: a pass that writes them (from a folder), one without changes, one with ${MORE} more objects; and a pass that reads them (into a folder), and one without changes.`,
      table(['kind', 'write', 'no change', `${MORE} more`, 'read', 'no change'], rows),
    ].join('\n\n');
  },
};

const mailboxOf = ({ baseUrl, keyFile }: Google, address: string): Mailbox => ({
  connector: 'google',
  settings: { baseUrl, tokenUrl: `${baseUrl}/token`, unitsPerMinute: { gmail: 1_000_000_000 } },
  address,
  password: JSON.stringify(keyFile),
});

/** One person for each kind, written from one folder and read into another. */
async function spentOn(lab: Lab, server: Google, kind: Kind, objects: number, person: number): Promise<string[]> {
  const [from, to] = ['from', 'to'].map((end) => join(lab.folder, `google-${kind.name}-${end}`)) as [string, string];
  mkdirSync(to);
  const address = [...server.domain(DOMAIN).users.values()][person]?.primaryEmail as string;
  kind.write(from, 0, objects);
  const theirs = mailboxOf(server, address);
  const into = await lab.books.addEntryBetween(onDisk(kind, from), theirs, kind.itemType);
  const counted = async (entry: number, pass: 'initial' | 'delta', created: number): Promise<string> => {
    server.requests.length = 0;
    const queued = await lab.books.queuePass(entry, pass, {});
    await runPasses(lab, [queued]);
    const found = await lab.books.check(queued);
    if (found.created !== created) throw new Error(`${kind.name}: ${found.created} of ${created} objects were created`);
    const units = server.requests.reduce((sum, request) => sum + unitsOf(request), 0);
    return `${whole(server.requests.filter(({ inBatch }) => !inBatch).length)} / ${whole(units)}`;
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

/** Gmail's methods, by their requests. */
const METHODS: readonly (readonly [request: RegExp, method: string])[] = [
  [/^GET \/gmail\/v1\/users\/me\/profile/, 'getProfile'],
  [/^GET \/gmail\/v1\/users\/me\/history/, 'history.list'],
  [/^GET \/gmail\/v1\/users\/me\/labels/, 'labels.list'],
  [/^POST \/gmail\/v1\/users\/me\/labels/, 'labels.create'],
  [/^GET \/gmail\/v1\/users\/me\/messages\?/, 'messages.list'],
  [/^GET \/gmail\/v1\/users\/me\/messages\//, 'messages.get'],
  [/^POST \/gmail\/v1\/users\/me\/messages\/batchModify/, 'messages.batchModify'],
  [/^POST \/gmail\/v1\/users\/me\/messages\/[^/]+\/modify/, 'messages.modify'],
  [/^POST \/upload\/gmail\/v1\/users\/me\/messages/, 'messages.insert'],
  [/^POST \/upload\/gmail\/v1\/users\/me\/drafts/, 'drafts.create'],
];

function unitsOf({ method, target }: { readonly method: string; readonly target: string }): number {
  if (target.startsWith('/token')) return 0;
  const found = METHODS.find(([request]) => request.test(`${method} ${target}`))?.[1];
  if (found === undefined) throw new Error(`nobody knows what ${method} ${target} costs`);
  return costOf(`gmail.users.${found}`, false);
}
