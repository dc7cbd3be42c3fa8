import { allPages, type Client, type ResponseOf } from '@sterna/api-contract';
import { ITEM_TYPES, type ItemType, type MappingRow, mappingLookup, SternaError } from '@sterna/core';
import { Random } from '@sterna/simulator-kit';
import { itemTypesOf } from './choose.ts';
import { isPlace } from './stand-in.ts';

/** What is known of a project without asking its systems. */
export interface ProjectToRehearse {
  readonly id: number;
  readonly name: string;
  readonly source: SystemOf;
  readonly target: SystemOf;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly mapping: readonly MappingRow[];
  /** Live entries, by item type. */
  readonly all: Readonly<Partial<Record<ItemType, number>>>;
  /** Those that are rehearsed. */
  readonly entries: readonly RehearsedEntry[];
  /** Entries that nothing here stands in for, by item type. */
  readonly leftOut: readonly { readonly itemType: ItemType; readonly entries: number; readonly reason: string }[];
  /** Addresses of the whole user list (the first few thousand), and where the mapping table leads them. */
  readonly people: readonly { readonly source: string; readonly target: string | undefined }[];
  readonly sizes: Sizes;
  readonly licenses: ResponseOf<'forecastLicenses'>;
}

export interface SystemOf {
  readonly name: string;
  readonly connector: string;
  readonly settings: Readonly<Record<string, unknown>>;
}

export interface RehearsedEntry {
  readonly id: number;
  readonly itemType: ItemType;
  readonly source: string;
  readonly target: string;
  readonly merge: boolean;
  /** Its own, over the project's. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** That its stand-in is given: messages, files, or what there is. */
  readonly objects: number;
}

/** Real ones, of an entry on the average. */
export interface Sizes {
  /** Entries whose objects somebody has counted, of those that were looked at. */
  readonly counted: number;
  readonly looked: number;
  readonly messages: number | undefined;
  readonly files: number | undefined;
}

export interface Choice {
  readonly entries: number;
  /** Objects of a stand-in for each one of the real entry. */
  readonly scale: number;
  /** Of an entry that nobody has counted; undefined: what is usual. */
  readonly objects: number | undefined;
  readonly seed: string;
}

/** Of a user list that is longer, the first ones: a rehearsal needs people, not all of them. */
const MOST_READ = 5_000;
/** Of a page of the user list. */
const PAGE = 500;
/** A stand-in holds at most so many: more show nothing that fewer don't. */
const MOST_OBJECTS = 5_000;

type Entry = ResponseOf<'getEntry'>;

/** @throws SternaError config `rehearsal-without-entries` where there is nothing to rehearse */
export async function readProject(
  client: Client,
  project: ResponseOf<'getProject'>,
  choice: Choice,
): Promise<ProjectToRehearse> {
  const params = { id: project.id };
  const entries = await firstEntries(client, project.id);
  const { items: mapping } = await client.getMapping({ params });
  const capacity = await client.getProjectCapacity({ params, query: {} });
  const rehearsable = ITEM_TYPES.filter((one) =>
    [project.source, project.target].every(({ connector }) => itemTypesOf(connector).includes(one)),
  );
  const possible = entries.filter(({ itemType }) => rehearsable.includes(itemType));
  const taken = pick(possible, choice);
  if (taken.length === 0) throw nothingToRehearse(project.name, entries.length);
  const objects = (entry: Entry): number => {
    const usual = entry.itemType === 'mailbox' ? capacity.averages.messages : capacity.averages.files;
    const real = countedObjects(entry) ?? choice.objects ?? usual;
    return Math.min(MOST_OBJECTS, Math.max(1, Math.round(real * choice.scale)));
  };
  const lookup = mappingLookup(mapping);
  const system = async ({ id, name, connector }: { id: number; name: string; connector: string }) => {
    const { settings } = await client.getSystem({ params: { id } });
    return { name, connector, settings: (settings ?? {}) as Record<string, unknown> };
  };
  return {
    id: project.id,
    name: project.name,
    source: await system(project.source),
    target: await system(project.target),
    settings: project.settings,
    mapping,
    all: capacity.items,
    entries: taken.map((entry) => ({
      id: entry.id,
      itemType: entry.itemType,
      source: entry.sourceAddress,
      target: entry.targetAddress,
      merge: entry.merge,
      settings: entry.settings,
      objects: objects(entry),
    })),
    leftOut: leftOutOf(capacity.items, [project.source, project.target]),
    people: unique(possible.filter(isOfAPerson).map(({ sourceAddress }) => sourceAddress)).map((source) => ({
      source,
      target: lookup(source),
    })),
    sizes: sizesOf(possible),
    licenses: await client.forecastLicenses({ query: { projectId: project.id } }),
  };
}

async function firstEntries(client: Client, id: number): Promise<readonly Entry[]> {
  const entries: Entry[] = [];
  const page = (after: string | undefined) =>
    client.listEntries({ params: { id }, query: { limit: PAGE, ...(after === undefined ? {} : { after }) } });
  for await (const entry of allPages(page)) {
    entries.push(entry);
    if (entries.length >= MOST_READ) break;
  }
  return entries;
}

const isOfAPerson = ({ itemType, sourceAddress: address }: Entry): boolean => !isPlace({ itemType, address });

/** At random, but of each item type one at least, as far as there is room. */
function pick(entries: readonly Entry[], { entries: most, seed }: Choice): readonly Entry[] {
  const random = new Random(`${seed}/entries`);
  const shuffled = entries
    .map((entry) => ({ entry, at: random.next() }))
    .sort((a, b) => a.at - b.at)
    .map(({ entry }) => entry);
  const first = ITEM_TYPES.flatMap((type) => shuffled.find(({ itemType }) => itemType === type) ?? []);
  return unique([...first, ...shuffled])
    .slice(0, most)
    .sort((a, b) => a.id - b.id);
}

const COUNTING: ReadonlySet<string> = new Set(['initial', 'delta', 'audit', 'dry-run']);

function countedObjects({ lastPass }: Entry): number | undefined {
  const seen = lastPass?.books?.seen;
  return lastPass !== undefined && COUNTING.has(lastPass.kind) && seen !== undefined && seen > 0 ? seen : undefined;
}

function sizesOf(entries: readonly Entry[]): Sizes {
  const average = (type: ItemType): number | undefined => {
    const counts = entries.flatMap((entry) => (entry.itemType === type ? (countedObjects(entry) ?? []) : []));
    return counts.length === 0 ? undefined : Math.round(counts.reduce((sum, n) => sum + n, 0) / counts.length);
  };
  return {
    counted: entries.filter((entry) => countedObjects(entry) !== undefined).length,
    looked: entries.length,
    messages: average('mailbox'),
    files: average('drive'),
  };
}

const leftOutOf = (
  items: Readonly<Record<string, number>>,
  systems: readonly { readonly name: string; readonly connector: string }[],
): ProjectToRehearse['leftOut'] =>
  ITEM_TYPES.flatMap((itemType) => {
    const entries = items[itemType] ?? 0;
    const without = systems.find(({ connector }) => !itemTypesOf(connector).includes(itemType));
    if (entries === 0 || without === undefined) return [];
    const { name, connector } = without;
    return [{ itemType, entries, reason: `Nothing here stands in for a ${itemType} of ${name} (${connector}).` }];
  });

const unique = <T>(list: readonly T[]): T[] => [...new Set(list)];

const nothingToRehearse = (name: string, entries: number): SternaError =>
  new SternaError(
    'config',
    'rehearsal-without-entries',
    entries === 0
      ? `The project "${name}" has no entries.`
      : `The project "${name}" has only entries that nothing here stands in for.`,
    {
      field: 'PROJECT',
      fix: 'Import its user list first: sterna list import PROJECT FILE.',
    },
  );
