import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DOCUMENTED_LIMITS, type Google, startGoogle } from '@sterna/simulator-google';
import type { Mailbox } from '../support/books.ts';
import { goal, percent, table, whole } from '../support/figures.ts';
import { addressOf, mailboxOf, meteredRequest } from '../support/google.ts';
import type { Lab } from '../support/lab.ts';
import { KINDS, type Kind, onDisk, onlyOf } from '../support/objects-on-disk.ts';
import { runPasses } from './copies.ts';
import type { Part } from './part.ts';

/** Whose limit a user’s pass reaches at once, and the objects that take it a few minutes. */
const LIMITED: Readonly<Record<string, { readonly api: 'gmail' | 'calendar' | 'tasks'; readonly objects: number }>> = {
  mail: { api: 'gmail', objects: 900 },
  calendar: { api: 'calendar', objects: 2_000 },
  tasks: { api: 'tasks', objects: 2_000 },
};
const MINUTE = 60_000;
/** Of those objects: over within the first minute, so that nothing is measured. */
const QUICK_SHARE = 0.1;

/** How much of what a user may use in a minute a pass makes use of. */
export const googleQuotas: Part = {
  name: 'google-quotas',
  title: 'Google Workspace: what is used of the quotas, by the simulator',
  async run(lab, { quick }) {
    const shares = await sharesOf(lab, quick ? QUICK_SHARE : 1);
    return [
      'With the limits as documented, one user for each kind: of what a user may use in the whole minutes that a pass takes, as much as it used. It isn’t told the limit of Gmail, which projects of different ages have another of, and finds it.',
      table(
        ['kind', 'units a minute', 'write', 'minutes', 'refused', 'read', 'minutes', 'refused'],
        shares.map(({ name, limit, write, read }) => [
          name,
          whole(limit),
          ...[write, read].flatMap(({ share, minutes, refused }) => [
            share === undefined ? '–' : percent(share),
            whole(minutes),
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

interface Use {
  /** Of what may be used in its whole minutes; undefined where it took none. */
  readonly share: number | undefined;
  readonly minutes: number;
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
    // What the writing has used is no longer counted.
    await new Promise((resolve) => setTimeout(resolve, MINUTE));
    const read = await used(ends.map(({ theirs, read }) => [theirs, read]));
    return kinds.map(({ name }) => {
      const { api } = LIMITED[name] as (typeof LIMITED)[string];
      const nothing: Use = { share: undefined, minutes: 0, refused: 0 };
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

/** By API: of the whole minutes that a pass took, since what is left of the last one says nothing. */
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
    const from = taken[0]?.at ?? 0;
    const minutes = Math.floor(((taken.at(-1)?.at ?? 0) - from) / MINUTE);
    const units = taken.filter(({ at }) => at < from + minutes * MINUTE).reduce((sum, one) => sum + one.units, 0);
    const allowed = DOCUMENTED_LIMITS[api].perUserMinute * minutes;
    uses.set(api, { share: allowed > 0 ? units / allowed : undefined, minutes, refused: asked.length - taken.length });
  }
  return uses;
}

const isRefusal = (status: number): boolean => status === 403 || status === 429;
