import { allItems, type Client, type PassView } from '@sterna/api-contract';
import {
  type AccessBooks,
  addBooks,
  type Books,
  EMPTY_BOOKS,
  type ItemType,
  LICENSE_TYPES,
  licenseTypeOf,
} from '@sterna/core';
import { type Estimate, estimate } from './estimate.ts';
import { countAgainstBooks } from './held.ts';
import type { RehearsalProject } from './passes.ts';
import type { Pause } from './pauses.ts';
import type { ProjectToRehearse } from './project.ts';
import type { Rehearsed } from './rehearsed.ts';

const VERIFIED = ['identical', 'rewritten', 'adapted', 'missing', 'duplicated', 'different'] as const;

/** What a rehearsal found. */
export interface RehearsalReport {
  readonly project: { readonly id: number; readonly name: string };
  readonly seed: string;
  readonly standIns: { readonly source: string; readonly target: string };
  readonly entries: {
    readonly rehearsed: number;
    readonly all: Readonly<Partial<Record<ItemType, number>>>;
    readonly leftOut: ProjectToRehearse['leftOut'];
  };
  /** What preprocess found to be missing, or couldn't make, for sites, groups and teams. */
  readonly unprepared: readonly {
    readonly source: string;
    readonly what: string;
    readonly outcome: string;
    readonly reason?: string | undefined;
    readonly fix?: string | undefined;
  }[];
  /** What became of each object, by item type. */
  readonly items: readonly { readonly itemType: ItemType; readonly entries: number; readonly books: Books }[];
  readonly failures: readonly {
    readonly itemType: ItemType;
    readonly state: 'failed' | 'uncertain';
    readonly code: string;
    readonly reason: string;
    readonly fix?: string | undefined;
    readonly objects: number;
  }[];
  /** Rights of files and folders; those that wait are of people whom the target doesn’t know. */
  readonly access: { readonly inPlace: number; readonly waiting: number; readonly failed: number };
  /** Passes that ended as failed. */
  readonly failedPasses: readonly {
    readonly source: string;
    readonly kind: string;
    readonly reason: string;
    readonly fix?: string | undefined;
  }[];
  /** What people would be told: what the target can’t hold, names that it takes only otherwise, what was left out. */
  readonly notes: readonly {
    readonly kind: string;
    readonly code: string;
    readonly reason: string;
    readonly objects: number;
  }[];
  /** People of the user list that the mapping table leads nowhere. */
  readonly unmapped: { readonly count: number; readonly people: readonly string[] };
  readonly pauses: readonly Pause[];
  readonly troubles: { readonly kills: number; readonly storms: Readonly<Record<string, number>> };
  readonly licenses: readonly {
    readonly type: string;
    readonly burns: number;
    readonly available: number;
    readonly short: number;
  }[];
  readonly estimate: Estimate;
  readonly verify: Readonly<Record<(typeof VERIFIED)[number], number>>;
  /** By what the stand-ins hold in the end, read past the product, against its books. */
  readonly lost: number;
  readonly duplicated: number;
  /** Passes whose books don’t balance. */
  readonly unbalanced: number;
  /** Mails that people would have got by what was done to their mailboxes and drives. */
  readonly mailed: number;
  /** What must not be, in words: counts that differ, licenses that burned twice, faults of the stand-ins themselves. */
  readonly findings: readonly string[];
  readonly seconds: number;
}

export async function report(found: Rehearsed): Promise<RehearsalReport> {
  const { request, project, standIns, client, passes, rehearsed } = found;
  const counts = await countAgainstBooks(found);
  const mailed = standIns.source.mailed() + standIns.target.mailed();
  const all = [...passes.first, ...passes.second];
  return {
    project: { id: project.id, name: project.name },
    seed: request.seed,
    standIns: { source: standIns.source.told, target: standIns.target.told },
    entries: { rehearsed: rehearsed.actors.length, all: project.all, leftOut: project.leftOut },
    unprepared: unpreparedOf(found),
    items: await booksByItemType(client, rehearsed),
    failures: await failuresOf(client, rehearsed),
    access: accessOf(passes.second),
    failedPasses: failedPasses(found),
    notes: await notesOf(client, rehearsed),
    unmapped: unmappedOf(project),
    pauses: found.pauses,
    troubles: found.troubles,
    licenses: licensesOf(project),
    estimate: await estimate(request, project, passes.first),
    verify: verifiedOf(passes.verified),
    lost: counts.lost,
    duplicated: counts.duplicated,
    unbalanced: all.filter(({ books }) => books?.balanced === false).length,
    mailed,
    findings: [
      ...counts.findings,
      ...(await wrongLicenses(client, rehearsed)),
      ...(mailed === 0 ? [] : [`The services would have mailed people ${mailed} times.`]),
      ...[standIns.source, standIns.target].flatMap((one) =>
        one.failures().map((failure) => `A stand-in has a fault of its own: ${failure}`),
      ),
    ],
    seconds: found.seconds,
  };
}

/** Nothing that must not be. */
export const isSound = ({ lost, duplicated, unbalanced, failedPasses, verify, findings }: RehearsalReport): boolean =>
  lost + duplicated + unbalanced + verify.missing + verify.duplicated + verify.different === 0 &&
  failedPasses.length + findings.length === 0;

function unpreparedOf({ passes, rehearsed }: Rehearsed): RehearsalReport['unprepared'] {
  const sources = new Map(rehearsed.actors.map(({ id, entry }) => [id, entry.source]));
  return passes.preprocessed.flatMap(({ entryId, result }) =>
    ((result as { lines?: RehearsalReport['unprepared'] } | undefined)?.lines ?? [])
      .filter(({ outcome }) => outcome === 'missing' || outcome === 'failed')
      .map(({ what, outcome, reason, fix }) => ({ source: sources.get(entryId) ?? '', what, outcome, reason, fix })),
  );
}

/** Over both passes. */
async function booksByItemType(client: Client, rehearsed: RehearsalProject): Promise<RehearsalReport['items']> {
  const params = { id: rehearsed.id };
  const entries = await allItems((after) =>
    client.reportEntries({ params, query: after === undefined ? {} : { after } }),
  );
  const booksOf = new Map(entries.map(({ entryId, books }) => [entryId, books]));
  const items = new Map<ItemType, { itemType: ItemType; entries: number; books: Books }>();
  for (const { id, entry } of rehearsed.actors) {
    const { itemType } = entry;
    const books = booksOf.get(id) ?? EMPTY_BOOKS;
    const known = items.get(itemType) ?? { itemType, entries: 0, books: EMPTY_BOOKS };
    items.set(itemType, { itemType, entries: known.entries + 1, books: addBooks(known.books, books) });
  }
  return [...items.values()];
}

async function failuresOf(client: Client, { actors }: RehearsalProject): Promise<RehearsalReport['failures']> {
  const failures = new Map<string, RehearsalReport['failures'][number]>();
  for (const { id, entry } of actors) {
    const { groups } = await client.entryFailures({ params: { id } });
    for (const { code, state, objects, reason, fix } of groups) {
      const key = JSON.stringify([entry.itemType, state, code]);
      const before = failures.get(key)?.objects ?? 0;
      failures.set(key, { itemType: entry.itemType, state, code, reason, fix, objects: before + objects });
    }
  }
  return mostFirst(failures.values());
}

/** As the second pass found them. */
function accessOf(passes: readonly PassView[]): RehearsalReport['access'] {
  const all = passes.flatMap(({ result }) => (result as { access?: AccessBooks } | undefined)?.access ?? []);
  const sum = (key: 'applied' | 'unchanged' | 'waiting' | 'failed'): number =>
    all.reduce((total, one) => total + one[key], 0);
  return { inPlace: sum('applied') + sum('unchanged'), waiting: sum('waiting'), failed: sum('failed') };
}

function failedPasses({ passes, rehearsed }: Rehearsed): RehearsalReport['failedPasses'] {
  const sources = new Map(rehearsed.actors.map(({ id, entry }) => [id, entry.source]));
  return Object.values(passes).flatMap((some) =>
    some.flatMap(({ entryId, status, kind, error }) =>
      status.startsWith('completed')
        ? []
        : {
            source: sources.get(entryId) ?? '',
            kind,
            reason: (error as { message?: string } | undefined)?.message ?? status,
            fix: (error as { fix?: string } | undefined)?.fix,
          },
    ),
  );
}

/** What is noted of single objects or of entries as wholes; what has failed is told apart. */
async function notesOf(client: Client, { actors }: RehearsalProject): Promise<RehearsalReport['notes']> {
  const notes = new Map<string, RehearsalReport['notes'][number]>();
  for (const { id } of actors) {
    const { items } = await client.countNotes({ params: { id }, query: {} });
    for (const { kind, code, reason, objects } of items) {
      if (kind === 'failure' || kind === 'uncertain') continue;
      const key = JSON.stringify([kind, code]);
      notes.set(key, { kind, code, reason, objects: (notes.get(key)?.objects ?? 0) + objects });
    }
  }
  return mostFirst(notes.values());
}

const mostFirst = <T extends { readonly objects: number }>(list: Iterable<T>): readonly T[] =>
  [...list].sort((a, b) => b.objects - a.objects);

const NAMED = 100;

function unmappedOf({ people }: ProjectToRehearse): RehearsalReport['unmapped'] {
  const unmapped = people.flatMap(({ source, target }) => (target === undefined ? source : []));
  return { count: unmapped.length, people: unmapped.slice(0, NAMED) };
}

function licensesOf({ id, licenses }: ProjectToRehearse): RehearsalReport['licenses'] {
  return licenses.projects.flatMap(({ projectId, type, open, assigned, short }) =>
    projectId === id && open + assigned > 0
      ? {
          type,
          burns: open + assigned,
          available: licenses.types.find((one) => one.type === type)?.available ?? 0,
          short,
        }
      : [],
  );
}

function verifiedOf(passes: readonly PassView[]): RehearsalReport['verify'] {
  const sum = (figure: string): number =>
    passes.reduce((total, { result }) => total + ((result as Record<string, number> | undefined)?.[figure] ?? 0), 0);
  return Object.fromEntries(VERIFIED.map((figure) => [figure, sum(figure)])) as RehearsalReport['verify'];
}

/** Each entry burns one, whatever happens to it. */
async function wrongLicenses(client: Client, { actors }: RehearsalProject): Promise<readonly string[]> {
  const { items } = await client.getBalances();
  return LICENSE_TYPES.flatMap((type) => {
    const entries = actors.filter(({ entry }) => licenseTypeOf(entry.itemType) === type).length;
    const burned = items.filter((one) => one.type === type).reduce((sum, one) => sum + one.burned, 0);
    return burned === entries ? [] : [`${entries} entries burned ${burned} ${type} licenses.`];
  });
}
