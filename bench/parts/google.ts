import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DOCUMENTED_LIMITS, type Google, startGoogle } from '@sterna/simulator-google';
import type { Mailbox } from '../support/books.ts';
import { goal, percent, table, whole } from '../support/figures.ts';
import { meteredRequest } from '../support/google-units.ts';
import type { Lab } from '../support/lab.ts';
import { KINDS, type Kind, onDisk, onlyOf } from '../support/objects-on-disk.ts';
import { runPasses } from './copies.ts';
import type { Part } from './part.ts';

const FULL = 1_000;
const QUICK = 100;
/** Objects that appear before the third pass. */
const MORE = 10;
const DOMAIN = 'nordwind.example';
/** Whose limit a user’s pass reaches at once, and the objects that take it a few minutes. */
const LIMITED: Readonly<Record<string, { readonly api: 'gmail' | 'calendar' | 'tasks'; readonly objects: number }>> = {
  mail: { api: 'gmail', objects: 600 },
  calendar: { api: 'calendar', objects: 1_500 },
  tasks: { api: 'tasks', objects: 1_500 },
};
const MINUTE = 60_000;
/** Of those objects: over within the first minute, so that nothing is measured. */
const QUICK_SHARE = 0.1;
const ALL_APIS = ['gmail', 'calendar', 'people', 'tasks', 'drive'];

/** What the vendor meters is units a user and minute: how many a pass takes, and how much of them it makes use of. */
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
    const shares = await sharesOf(lab, quick ? QUICK_SHARE : 1);
    return [
      `Units of quota for ${whole(objects)} objects and, behind a stroke, how many requests they were where that is another number; each request in a batch counts. By a simulator with empty mailboxes and no limits: a pass that writes them (from a folder), one without changes, one with ${MORE} more objects; and a pass that reads them (into a folder), and one without changes.`,
      table(['kind', 'write', 'no change', `${MORE} more`, 'read', 'no change'], rows),
      'With the limits as documented, one user for each kind: of what a user may use in a minute, as much as a pass used once its first minute was over. It isn’t told the limit of Gmail, which projects of different ages have another of, and finds it.',
      table(
        ['kind', 'units a minute', 'write', 'refused', 'read', 'refused'],
        shares.map(({ name, limit, write, read }) => [
          name,
          whole(limit),
          ...[write, read].flatMap(({ share, refused }) => [
            share === undefined ? '–' : percent(share),
            whole(refused),
          ]),
        ]),
      ),
      goal(
        shares.every(({ write, read }) => [write, read].every(({ share = 0 }) => share >= 0.85)),
        '- at least 85 % of what is documented, both ways',
      ),
    ].join('\n\n');
  },
};

/** @param isUnhurried the connector knows of no limits either */
function mailboxOf({ baseUrl, keyFile }: Google, address: string, isUnhurried: boolean): Mailbox {
  const unitsPerMinute = Object.fromEntries(ALL_APIS.map((api) => [api, 1_000_000_000]));
  return {
    connector: 'google',
    settings: { baseUrl, tokenUrl: `${baseUrl}/token`, ...(isUnhurried ? { unitsPerMinute } : {}) },
    address,
    password: JSON.stringify(keyFile),
  };
}

const addressOf = (server: Google, person: number): string =>
  [...server.domain(DOMAIN).users.values()][person]?.primaryEmail ?? '';

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

interface Use {
  /** Of what may be used in a minute, after the first; undefined where that was all. */
  readonly share: number | undefined;
  readonly refused: number;
}
interface Shares {
  readonly name: string;
  readonly limit: number;
  readonly write: Use;
  readonly read: Use;
}

/** All kinds that a limit holds up, side by side: each user has quotas of their own. @param part of the objects */
async function sharesOf(lab: Lab, part: number): Promise<readonly Shares[]> {
  const server = await startGoogle({ empty: true, limits: 'documented' });
  try {
    const kinds = KINDS.filter(({ name }) => name in LIMITED);
    const ends = kinds.map((kind, at) => {
      const folders = ['from', 'to'].map((end) => join(lab.folder, `google-limited-${kind.name}-${end}`));
      const [from, to] = folders as [string, string];
      kind.write(from, 0, (LIMITED[kind.name]?.objects ?? 0) * part);
      mkdirSync(to);
      return {
        files: onDisk(kind, from),
        theirs: mailboxOf(server, addressOf(server, at), false),
        read: onDisk(kind, to),
      };
    });
    const used = async (pairs: readonly (readonly [Mailbox, Mailbox])[]): Promise<ReadonlyMap<string, Use>> => {
      server.requests.length = 0;
      const passes: number[] = [];
      for (const [at, pair] of pairs.entries()) {
        const entry = await lab.books.addEntryBetween(...pair);
        passes.push(await lab.books.queuePass(entry, 'initial', onlyOf((kinds[at] as Kind).kind)));
      }
      await runPasses(lab, passes, passes.length);
      for (const pass of passes) await lab.books.check(pass);
      return usesOf(server);
    };
    const write = await used(ends.map(({ files, theirs }) => [files, theirs]));
    const read = await used(ends.map(({ theirs, read }) => [theirs, read]));
    return kinds.map(({ name }) => {
      const { api } = LIMITED[name] as (typeof LIMITED)[string];
      const nothing: Use = { share: undefined, refused: 0 };
      return {
        name,
        limit: DOCUMENTED_LIMITS[api].perUserMinute,
        write: write.get(api) ?? nothing,
        read: read.get(api) ?? nothing,
      };
    });
  } finally {
    await server.stop();
  }
}

/** By API. The first minute's units may be used at once, so it says nothing. */
function usesOf(server: Google): ReadonlyMap<string, Use> {
  const uses = new Map<string, Use>();
  for (const { api } of Object.values(LIMITED)) {
    const asked = server.requests.flatMap((request) => {
      const metered = meteredRequest(request);
      return metered?.api === api
        ? [{ at: request.at, units: metered.units, isRefused: isRefusal(request.status) }]
        : [];
    });
    const taken = asked.filter(({ isRefused }) => !isRefused);
    const from = (taken[0]?.at ?? 0) + MINUTE;
    const until = taken.at(-1)?.at ?? 0;
    const units = taken.filter(({ at }) => at >= from).reduce((sum, one) => sum + one.units, 0);
    const wanted = (DOCUMENTED_LIMITS[api].perUserMinute * (until - from)) / MINUTE;
    uses.set(api, { share: wanted > 0 ? units / wanted : undefined, refused: asked.length - taken.length });
  }
  return uses;
}

const isRefusal = (status: number): boolean => status === 403 || status === 429;
