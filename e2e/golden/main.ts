/**
 * `npm run golden`: a whole organization goes to another system and back through the product; then a checker that reads the
 * vendors' APIs alone compares every property of every object. Each difference is in the books, or it is unaccounted for.
 */
import { parseArgs } from 'node:util';
import { SternaError } from '@sterna/core';
import { compare, type Told } from './compare.ts';
import { writeFidelity } from './fidelity-document.ts';
import { type GoldenObject, type Holder, MAILBOX_KINDS, type Organization } from './objects.ts';
import { PAIRS, type Scale, type Stage } from './pairs.ts';
import { type Moved, Product } from './product.ts';
import { Progress } from './progress.ts';
import { Shelf } from './shelf.ts';
import { Tally } from './tally.ts';

const USAGE = `npm run golden -- [--pair ${Object.keys(PAIRS).join('|')}] [--size small|large] [--people N] [--kinds KIND,…] [--json] [--write]

  --people  as many of them alone
  --kinds   what people have of these kinds alone (${MAILBOX_KINDS.join(', ')}); --write then leaves the rows of others
  --json    the last line is {"objects":…,"identical":…,"noted":…,"unaccounted":…}
  --write   puts the table into docs/fidelity.md`;

/** People who are read at once: while one waits for an answer, another one's is looked at. */
const READERS = 4;

interface Options extends Scale {
  readonly pair: string;
  readonly json: boolean;
  readonly write: boolean;
}

function parse(args: readonly string[]): Options {
  const [first] = Object.keys(PAIRS) as [string];
  const { values } = parseArgs({
    args: [...args],
    options: {
      pair: { type: 'string', default: first },
      size: { type: 'string', default: 'small' },
      people: { type: 'string' },
      kinds: { type: 'string' },
      json: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
    },
  });
  const { pair, size, people, json, write } = values;
  const kinds = values.kinds?.split(',');
  if (PAIRS[pair] === undefined) throw new Error(`--pair ${pair}: there is ${Object.keys(PAIRS).join(', ')}.`);
  if (size !== 'small' && size !== 'large') throw new Error(`--size ${size}: there is small, large.`);
  if (people !== undefined && !/^[1-9]\d{0,2}$/.test(people)) throw new Error(`--people ${people} is no number.`);
  const strange = kinds?.find((kind) => !MAILBOX_KINDS.includes(kind));
  if (strange !== undefined) throw new Error(`--kinds ${strange}: there is ${MAILBOX_KINDS.join(', ')}.`);
  return { pair, size, kinds, people: people === undefined ? undefined : Number(people), json, write };
}

async function main(args: readonly string[]): Promise<void> {
  let options: Options;
  try {
    options = parse(args);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
    process.exitCode = 2;
    return;
  }
  const progress = new Progress();
  const start = PAIRS[options.pair] as (scale: Scale) => Promise<Stage>;
  const stage = await start(options);
  progress.say('the simulators are ready');
  const product = await Product.start(progress);
  const shelf = new Shelf();
  try {
    process.exitCode = await golden(stage, product, shelf, progress, options);
  } finally {
    shelf.close();
    await product.close();
    await stage.stop();
  }
}

async function golden(
  stage: Stage,
  product: Product,
  shelf: Shelf,
  progress: Progress,
  options: Options,
): Promise<number> {
  const [origin, middle, back] = stage.places;
  const kinds = options.kinds ?? stage.kinds;
  const say = (text: string): void => console.log(text);
  const { holders } = origin.organization;
  say(`${inWords(holders)}: ${origin.name} → ${middle.name} → ${back.name}`);
  let read = 0;
  await several(holders, async (holder, at) => {
    shelf.put(at, await origin.organization.read(holder));
    read += 1;
    progress.sometimes(() => `${origin.name}: ${read} of ${holders.length} are read, ${shelf.objects} objects`);
  });
  progress.say(`${origin.name}: ${shelf.objects} objects of ${inWords(holders)}`);
  const there = await product.move({
    name: `${origin.name} to ${middle.name}`,
    source: origin.system,
    target: middle.system,
    from: holders,
    to: middle.organization.holders,
    kinds,
    everybody: together(origin.organization.everybody, middle.organization.everybody),
  });
  const home = await product.move({
    name: `${middle.name} to ${back.name}`,
    source: middle.system,
    target: back.system,
    from: middle.organization.holders,
    to: back.organization.holders,
    kinds,
    everybody: together(middle.organization.everybody, back.organization.everybody),
  });
  const tally = new Tally();
  let compared = 0;
  await several(holders, async (_, at) => {
    await compareHolder(stage, { there, home }, at, shelf.take(at), tally);
    compared += 1;
    progress.sometimes(() => `${compared} of ${holders.length} are compared`);
  });
  progress.say('all is compared');

  const faults = [...there.faults, ...home.faults];
  for (const { name, mailed, failures } of await stage.reports()) {
    if (mailed > 0) faults.push(`${name} has mailed people ${mailed} times`);
    for (const failure of failures) faults.push(`${name} has a fault of its own: ${failure}`);
  }
  const figures = {
    objects: shelf.objects,
    identical: tally.count('identical'),
    noted: tally.count('noted'),
    unaccounted: tally.count('unaccounted') + faults.length,
  };
  const table = tally.table();
  if (!options.json || figures.unaccounted > 0) {
    say(table);
    for (const text of tally.examples()) say(text);
    for (const fault of faults.slice(0, 20)) say(fault);
  }
  if (options.write) writeFidelity(options.pair, table, options.kinds);
  if (options.json) say(JSON.stringify(figures));
  else
    say(
      `${figures.objects} objects, each compared twice: ${figures.identical} identical, ${figures.noted} with what differs noted, ${figures.unaccounted} unaccounted for`,
    );
  return figures.unaccounted === 0 ? 0 : 1;
}

/** `3 people, 2 sites, 1 team` */
function inWords(holders: readonly Holder[]): string {
  const count = (type: Holder['type']): number => holders.filter((one) => one.type === type).length;
  const words = { person: 'people', site: 'sites', group: 'groups', team: 'teams' } as const;
  return (['person', 'site', 'group', 'team'] as const)
    .flatMap((type) => (count(type) > 0 ? [`${count(type)} ${words[type]}`] : []))
    .join(', ');
}

/** What one had, against what went there, and against what came back. */
async function compareHolder(
  { places: [origin, middle, back] }: Stage,
  { there, home }: { readonly there: Moved; readonly home: Moved },
  at: number,
  mine: readonly GoldenObject[],
  tally: Tally,
): Promise<void> {
  const holderIn = ({ holders }: Organization): Holder => holders[at] as Holder;
  const { everybody } = origin.organization;
  const told = await there.toldOf(holderIn(origin.organization));
  const first = compare(
    mine.map(renaming(everybody, middle.organization.everybody)),
    await middle.organization.read(holderIn(middle.organization)),
    told,
  );
  const toldHome = await home.toldOf(holderIn(middle.organization));
  const second = compare(
    mine.map(renaming(everybody, back.organization.everybody)),
    await back.organization.read(holderIn(back.organization)),
    [...told, ...carried(toldHome, first.pairs)],
  );
  for (const finding of [...first.findings, ...second.findings]) tally.add(finding);
}

/** Several at once, in their order. */
async function several<T>(all: readonly T[], work: (one: T, at: number) => Promise<void>): Promise<void> {
  const entries = all.entries();
  await Promise.all(
    Array.from({ length: READERS }, async () => {
      for (const [at, one] of entries) await work(one, at);
    }),
  );
}

const together = (from: readonly string[], to: readonly string[]): (readonly [string, string])[] =>
  from.slice(0, to.length).map((address, at) => [address, to[at] as string] as const);

/** Notes of the way back speak of the copies: of the originals here. */
const carried = (told: readonly Told[], pairs: ReadonlyMap<string, string>): Told[] => {
  const originalOf = new Map([...pairs].map(([original, copy]) => [copy, original]));
  return told.map((note) => ({
    ...note,
    objectId: note.objectId === undefined ? undefined : (originalOf.get(note.objectId) ?? note.objectId),
  }));
};

const ADDRESSED: ReadonlySet<string> = new Set([
  ...[
    'attendees',
    'grants',
    'organizer',
    'author',
    'assigned',
    'members',
    'answersTo',
    'mentions',
    'reactions',
    'who',
    'personOrGroup',
    'conditions',
    'exceptions',
    'actions',
  ],
]);

/** People have other addresses where they went; in what they wrote and got the old ones stay. */
function renaming(from: readonly string[], to: readonly string[]): (object: GoldenObject) => GoldenObject {
  const addresses = new Map(from.map((address, at) => [address.toLowerCase(), (to[at] ?? address).toLowerCase()]));
  return (object) => ({
    ...object,
    ...(object.kind === 'member' ? { key: addresses.get(object.key) ?? object.key } : {}),
    ...(object.kind === 'setting'
      ? { key: object.key.replaceAll(/[^\s;]+@[^\s;]+/g, (address) => addresses.get(address) ?? address) }
      : {}),
    properties: Object.fromEntries(
      Object.entries(object.properties).map(([name, value]) => [
        name,
        ADDRESSED.has(name)
          ? value
              .split('\n')
              .map((line) => line.replaceAll(/[^\s;]+@[^\s;]+/g, (address) => addresses.get(address) ?? address))
              .sort()
              .join('\n')
          : value,
      ]),
    ),
  });
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof SternaError ? error.message : error);
  process.exitCode = 1;
});
