import type { Ceiling, Quotas } from '@sterna/connector-kit';
import type { ContentKind, ItemType } from '@sterna/core';
import type { Load, Share } from './load.ts';

/** One end of a project. */
export interface End {
  readonly title: string;
  /** Undefined: the customer's own server, whose speed nobody publishes. */
  readonly quotas: Quotas | undefined;
}

export interface Means {
  readonly workers: number;
  /** Passes of a worker at a time (`--concurrency`). */
  readonly passes: number;
  /** Of the way between the systems and the workers, bytes a second. Undefined: it isn't what holds back. */
  readonly bandwidth?: number;
}

/** Something that a first pass over everything can't be faster than. */
export interface Bound {
  readonly what: 'source' | 'target' | 'workers' | 'network';
  readonly words: string;
  readonly seconds: number;
  /** More workers, or more passes at a time, make it shorter. */
  readonly scales: boolean;
  /** Page of the vendor, or the bench that measured it. */
  readonly source: string;
}

export interface Capacity {
  readonly entries: number;
  readonly objects: number;
  readonly bytes: number;
  /** The longest first: a first pass takes as long as that, at least. */
  readonly bounds: readonly Bound[];
  readonly seconds: number;
  /** What it would take with any number of workers. */
  readonly floorSeconds: number;
  /** So many workers get to the floor; undefined where nothing but workers holds back. */
  readonly workersForFloor: number | undefined;
  /** Of the ledger, when everything is migrated. */
  readonly databaseBytes: number;
  readonly workerMemoryBytes: number;
}

/** Measured (docs/benchmarks.md, 2 cores of an AMD EPYC); each a little above the measure. */
export const MEASURES = {
  /** Worker's CPU for an object between the customer's own servers. */
  cpuSecondsPerObject: 0.5e-3,
  /** Where an end is a vendor's cloud, with several requests for an object. */
  cpuSecondsPerCloudObject: 1.8e-3,
  /** Hashing and passing on what is large: both cores gave 138 MB/s. */
  cpuSecondsPerByte: 1 / 100e6,
  ledgerBytesPerObject: 250,
  workerMemoryBytes: 400e6,
} as const;

interface Total extends Share {
  readonly kind: ContentKind;
  readonly itemType: ItemType;
  /** Entries that hold it. */
  readonly items: number;
}

/**
 * How long a first pass over everything takes at least, and by what. Ceilings of one mailbox are met by more passes at
 * a time, those of a tenant by nothing.
 *
 * @throws RangeError where there are no workers
 */
export function reckon(load: Load, source: End, target: End, means: Means): Capacity {
  if (!(means.workers >= 1 && means.passes >= 1)) throw new RangeError('at least one worker, and one pass at a time');
  const totals = totalsOf(load);
  const entries = Object.values(load.items).reduce((sum, n) => sum + n, 0);
  const objects = totals.reduce((sum, one) => sum + one.objects * one.items, 0);
  const bytes = totals.reduce((sum, one) => sum + one.bytes * one.items, 0);
  const lanes = Math.max(1, Math.min(entries, means.workers * means.passes));
  const isCloud = source.quotas !== undefined || target.quotas !== undefined;
  const cpu =
    objects * (isCloud ? MEASURES.cpuSecondsPerCloudObject : MEASURES.cpuSecondsPerObject) +
    bytes * MEASURES.cpuSecondsPerByte;
  const own: Bound = {
    what: 'workers',
    words: `a core for each of ${count(means.workers, 'worker')}`,
    seconds: cpu / means.workers,
    scales: true,
    source: 'docs/benchmarks.md',
  };
  const bounds = [
    ...boundsOf('source', source, totals, load.items, lanes),
    ...boundsOf('target', target, totals, load.items, lanes),
    own,
    ...networkBound(bytes, means.bandwidth),
  ].sort((a, b) => b.seconds - a.seconds);
  const seconds = bounds[0]?.seconds ?? 0;
  const fixed = bounds.filter(({ scales }) => !scales);
  const floorSeconds = fixed[0]?.seconds ?? 0;
  // Lanes end where every entry has one: what a single mailbox takes is never shorter.
  const ofItems = bounds.filter(({ scales, what }) => scales && what !== 'workers').map((one) => one.seconds);
  const alone = Math.max(0, ...ofItems) * (lanes / Math.max(1, entries));
  const reachable = Math.max(floorSeconds, alone);
  const slowest = Math.max(0, ...bounds.filter(({ scales }) => scales).map((one) => one.seconds));
  return {
    entries,
    objects,
    bytes,
    bounds,
    seconds,
    floorSeconds: reachable,
    workersForFloor: reachable === 0 ? undefined : Math.max(1, Math.ceil((slowest / reachable) * means.workers)),
    databaseBytes: objects * MEASURES.ledgerBytesPerObject,
    workerMemoryBytes: means.workers * MEASURES.workerMemoryBytes,
  };
}

const networkBound = (bytes: number, bandwidth: number | undefined): readonly Bound[] =>
  bandwidth === undefined
    ? []
    : [
        {
          what: 'network',
          words: `${figure(Math.round((bandwidth * 8) / 1e6))} Mbit/s between the systems`,
          seconds: bytes / bandwidth,
          scales: false,
          source: '--bandwidth',
        },
      ];

const figure = (n: number): string => n.toLocaleString('en-US');
const count = (n: number, word: string): string => `${figure(n)} ${word}${n === 1 ? '' : 's'}`;

const totalsOf = ({ items, perItem }: Load): readonly Total[] =>
  (Object.entries(items) as [ItemType, number][]).flatMap(([itemType, n]) =>
    (Object.entries(perItem[itemType] ?? {}) as [ContentKind, Share][]).map(([kind, share]) => ({
      ...share,
      kind,
      itemType,
      items: n,
    })),
  );

function boundsOf(
  what: 'source' | 'target',
  { title, quotas }: End,
  totals: readonly Total[],
  items: Load['items'],
  lanes: number,
): readonly Bound[] {
  const way = what === 'source' ? 'read' : 'write';
  const itemTypes = Object.keys(items) as ItemType[];
  const people = Math.max(0, ...Object.values(items));
  return (quotas?.ceilings ?? []).flatMap((ceiling): Bound[] => {
    if (ceiling.direction !== undefined && ceiling.direction !== way) return [];
    const metered = totals.filter(({ kind }) => ceiling.kinds.includes(kind));
    const takes = (total: Total): number => of(ceiling, quotas as Quotas, way, total);
    if (metered.every((total) => takes(total) === 0)) return [];
    const ofTenant = waits(
      ceiling,
      people,
      metered.reduce((sum, total) => sum + takes(total) * total.items, 0),
    );
    const ofItems = itemTypes.map(
      (type) =>
        waits(
          ceiling,
          people,
          metered.filter(({ itemType }) => itemType === type).reduce((sum, total) => sum + takes(total), 0),
        ) * (items[type] ?? 0),
    );
    return [
      {
        what,
        words: `${title}: ${ceiling.words(people)}`,
        seconds: ceiling.scope === 'tenant' ? ofTenant : ofItems.reduce((sum, one) => sum + one, 0) / lanes,
        scales: ceiling.scope === 'item',
        source: ceiling.source,
      },
    ];
  });
}

/** Seconds until the last of it is allowed: what fits into the first window needn't wait. */
const waits = (ceiling: Ceiling, people: number, amount: number): number =>
  Math.max(0, amount / ceiling.amount(people) - 1) * ceiling.seconds;

/** What one entry takes of a meter. */
function of({ meter }: Ceiling, { costs }: Quotas, way: 'read' | 'write', { kind, objects, bytes }: Total): number {
  if (meter === 'bytes') return bytes;
  return objects * (costs[kind]?.[way][meter] ?? 0);
}
