import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Microsoft365, startMicrosoft365 } from '@sterna/simulator-microsoft365';
import type { Mailbox } from '../support/books.ts';
import { table, whole } from '../support/figures.ts';
import type { Lab } from '../support/lab.ts';
import { mailboxOf, requestsTo } from '../support/microsoft365.ts';
import { KINDS, type Kind, onDisk, onlyOf } from '../support/objects-on-disk.ts';
import { runPasses } from './copies.ts';
import type { Part } from './part.ts';

const FULL = 1_000;
const QUICK = 100;
/** Objects that appear before a pass that finds some. */
const MORE = 10;
const [SOURCE, TARGET] = ['contoso.example', 'fabrikam.example'];

/** What the vendor meters is requests: how many a pass takes, for each kind of content. */
export const microsoft365: Part = {
  name: 'microsoft365',
  title: 'Microsoft 365: requests, by the simulator',
  async run(lab, { quick }) {
    const objects = quick ? QUICK : FULL;
    const rows: string[][] = [];
    const between: string[][] = [];
    const [from, to] = [
      await startMicrosoft365({ empty: [SOURCE, TARGET] }),
      await startMicrosoft365({ empty: [SOURCE, TARGET] }),
    ];
    try {
      for (const [at, kind] of KINDS.entries()) {
        const person = await personOf(lab, from, to, kind, at);
        rows.push(await withFiles(lab, person, objects));
        between.push(await betweenTenants(lab, person, objects));
      }
    } finally {
      await from.stop();
      await to.stop();
    }
    between.push(await settingsOf(lab));
    return [
      `Requests to Microsoft Graph for ${whole(objects)} objects as the vendor meters them: each request in a batch counts, the batch itself doesn’t; behind a stroke, how many were sent where batches made that fewer; of drives, whose limits are in resource units, also those. Each pass is one over objects of one kind alone; the containers and settings of a mailbox are looked at in any case, which is most of what a pass without changes takes. Sign-in included; by a simulator with empty mailboxes and drives and no limits. First a pass that writes them (from a folder), one without changes, one with ${MORE} more objects; and a pass that reads them (into a folder), and one without changes.`,
      table(['kind', 'write', 'no change', `${MORE} more`, 'read', 'no change'], rows),
      `From one tenant to another, where mail and events go by Exchange’s own export and import: requests to the source, and to the target.`,
      table(
        ['kind', 'source', 'target', ...[`no change`, `${MORE} more`].flatMap((pass) => [`${pass}: source`, 'target'])],
        between,
      ),
    ].join('\n\n');
  },
};

const told = ({ metered, sent, units }: ReturnType<typeof requestsTo>): string =>
  `${whole(metered)}${sent === metered ? '' : ` / ${whole(sent)}`}${units === 0 ? '' : ` (${whole(units)} units)`}`;

/** Who has one kind of content, in two tenants of two services, and its files on disk. */
interface Person {
  readonly kind: Kind;
  readonly from: Microsoft365;
  readonly to: Microsoft365;
  readonly theirs: Mailbox;
  readonly target: Mailbox;
  readonly files: string;
  /** Entry that brings the files into their mailbox. */
  readonly filling: number;
}

async function personOf(lab: Lab, from: Microsoft365, to: Microsoft365, kind: Kind, at: number): Promise<Person> {
  const addressIn = (server: Microsoft365, domain: string): string =>
    [...server.tenant(domain).users.values()][at]?.userPrincipalName ?? '';
  const theirs = mailboxOf(from, addressIn(from, SOURCE));
  const files = join(lab.folder, `m365-${kind.name}-from`);
  return {
    kind,
    from,
    to,
    theirs,
    target: mailboxOf(to, addressIn(to, TARGET)),
    files,
    filling: await lab.books.addEntryBetween(onDisk(kind, files), theirs, kind.itemType),
  };
}

/** One pass, and what it took of both services. */
async function counted(
  lab: Lab,
  { kind, from, to }: Pick<Person, 'kind' | 'from' | 'to'>,
  entry: number,
  pass: 'initial' | 'delta',
  created: number,
): Promise<readonly [source: string, target: string]> {
  for (const server of [from, to]) requestsTo(server);
  const queued = await lab.books.queuePass(entry, pass, onlyOf(kind.kind));
  await runPasses(lab, [queued]);
  const found = await lab.books.check(queued);
  if (found.created !== created) throw new Error(`${kind.name}: ${found.created} of ${created} objects were created`);
  return [told(requestsTo(from)), told(requestsTo(to))];
}

/** Written from one folder and read into another. */
async function withFiles(lab: Lab, person: Person, objects: number): Promise<string[]> {
  const { kind, theirs, files, filling } = person;
  const read = join(lab.folder, `m365-${kind.name}-to`);
  mkdirSync(read);
  const row = [kind.name];
  const count = async (...pass: [entry: number, kind: 'initial' | 'delta', created: number]): Promise<void> => {
    row.push((await counted(lab, person, ...pass))[0]);
  };
  kind.write(files, 0, objects);
  await count(filling, 'initial', objects);
  await count(filling, 'delta', 0);
  kind.write(files, objects, objects + MORE);
  await count(filling, 'delta', MORE);
  const reading = await lab.books.addEntryBetween(theirs, onDisk(kind, read), kind.itemType);
  await count(reading, 'initial', objects + MORE);
  await count(reading, 'delta', 0);
  console.log(`  ${row.join(', ')}`);
  return row;
}

/** What is there now, to the other service, and what comes after that. */
async function betweenTenants(lab: Lab, person: Person, objects: number): Promise<string[]> {
  const { kind, theirs, target, files, filling } = person;
  const entry = await lab.books.addEntryBetween(theirs, target, kind.itemType);
  const there = objects + MORE;
  const row = [kind.name, ...(await counted(lab, person, entry, 'initial', there))];
  row.push(...(await counted(lab, person, entry, 'delta', 0)));
  kind.write(files, there, there + MORE);
  await counted(lab, person, filling, 'delta', MORE);
  row.push(...(await counted(lab, person, entry, 'delta', MORE)));
  console.log(`  between tenants: ${row.join(', ')}`);
  return row;
}

/** The settings of a mailbox that has some: rules, categories, an automatic reply. */
async function settingsOf(lab: Lab): Promise<string[]> {
  const [from, to] = [await startMicrosoft365(), await startMicrosoft365({ empty: [SOURCE, TARGET] })];
  try {
    const [theirs, target] = [mailboxOf(from, `alice@${SOURCE}`), mailboxOf(to, `alice@${TARGET}`)];
    const entry = await lab.books.addEntryBetween(theirs, target);
    const row: string[] = [];
    let settings = 0;
    for (const pass of ['initial', 'delta'] as const) {
      for (const server of [from, to]) requestsTo(server);
      const queued = await lab.books.queuePass(entry, pass, onlyOf('setting'));
      await runPasses(lab, [queued]);
      const { created } = await lab.books.check(queued);
      settings += created;
      row.push(told(requestsTo(from)), told(requestsTo(to)));
    }
    return [`settings (${settings} of one mailbox)`, ...row, '–', '–'];
  } finally {
    await from.stop();
    await to.stop();
  }
}
