/**
 * `npm run golden`: a whole organization goes to another system and back through the product; then a checker that reads the
 * vendors' APIs alone compares every property of every object. Each difference is in the books, or it is unaccounted for.
 */
import { parseArgs } from 'node:util';
import { SternaError } from '@sterna/core';
import { compare, type Finding, type Told } from './compare.ts';
import type { GoldenObject } from './objects.ts';
import { PAIRS, type Size, type Stage } from './pairs.ts';
import { Product } from './product.ts';
import { propertyTable, writeFidelity } from './table.ts';

const USAGE = `npm run golden -- [--pair ${Object.keys(PAIRS).join('|')}] [--size small|large] [--json] [--write]

  --json   the last line is {"objects":…,"identical":…,"noted":…,"unaccounted":…}
  --write  puts the table into docs/fidelity.md`;

interface Options {
  readonly pair: string;
  readonly size: Size;
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
      json: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
    },
  });
  const { pair, size } = values;
  if (PAIRS[pair] === undefined) throw new Error(`--pair ${pair}: there is ${Object.keys(PAIRS).join(', ')}.`);
  if (size !== 'small' && size !== 'large') throw new Error(`--size ${size}: there is small, large.`);
  return { pair, size, json: values.json, write: values.write };
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
  const start = PAIRS[options.pair] as (size: Size) => Promise<Stage>;
  const stage = await start(options.size);
  const product = await Product.start();
  try {
    process.exitCode = await golden(stage, product, options);
  } finally {
    await product.close();
    await stage.stop();
  }
}

async function golden(stage: Stage, product: Product, options: Options): Promise<number> {
  const [origin, middle, back] = stage.places;
  const say = (text: string): void => console.log(text);
  const people = origin.organization.people;
  say(`${people.length} people: ${origin.name} → ${middle.name} → ${back.name}`);
  const originals = await everything(origin.organization.read, people);
  const faults: string[] = [];
  const there = await product.move({
    name: `${origin.name} to ${middle.name}`,
    source: origin.system,
    target: middle.system,
    from: people,
    to: middle.organization.people,
    everybody: together(origin.organization.everybody, middle.organization.everybody),
  });
  const home = await product.move({
    name: `${middle.name} to ${back.name}`,
    source: middle.system,
    target: back.system,
    from: middle.organization.people,
    to: back.organization.people,
    everybody: together(middle.organization.everybody, back.organization.everybody),
  });
  faults.push(...there.faults, ...home.faults);
  const middles = await everything(middle.organization.read, middle.organization.people);
  const returned = await everything(back.organization.read, back.organization.people);
  const findings: Finding[] = [];
  for (const [at, address] of people.entries()) {
    const mine = originals[at] as readonly GoldenObject[];
    const told = there.told.get(address) ?? [];
    const rename = renaming(origin.organization.everybody, middle.organization.everybody);
    const first = compare(mine.map(rename), middles[at] ?? [], told);
    findings.push(...first.findings);
    const toldHome = home.told.get(middle.organization.people[at] ?? '') ?? [];
    const second = compare(
      mine.map(renaming(origin.organization.everybody, back.organization.everybody)),
      returned[at] ?? [],
      [...told, ...carried(toldHome, first.pairs)],
    );
    findings.push(...second.findings);
  }
  for (const place of stage.places)
    if (place.organization.mailed() > 0)
      faults.push(`${place.name} has mailed people ${place.organization.mailed()} times`);
  for (const failure of stage.failures()) faults.push(`a simulator's own fault: ${failure}`);
  const count = (verdict: Finding['verdict']): number => findings.filter((one) => one.verdict === verdict).length;
  const figures = {
    objects: originals.reduce((sum, list) => sum + list.length, 0),
    identical: count('identical'),
    noted: count('noted'),
    unaccounted: count('unaccounted') + faults.length,
  };
  const table = propertyTable(findings);
  if (!options.json || figures.unaccounted > 0) {
    say(table);
    for (const text of examples(findings)) say(text);
    for (const fault of faults.slice(0, 20)) say(fault);
  }
  if (options.write) writeFidelity(options.pair, table);
  if (options.json) say(JSON.stringify(figures));
  else
    say(
      `${figures.objects} objects, each compared twice: ${figures.identical} identical, ${figures.noted} with what differs noted, ${figures.unaccounted} unaccounted for`,
    );
  return figures.unaccounted === 0 ? 0 : 1;
}

const together = (from: readonly string[], to: readonly string[]): (readonly [string, string])[] =>
  from.slice(0, to.length).map((address, at) => [address, to[at] as string] as const);

const everything = async (
  read: (address: string) => Promise<readonly GoldenObject[]>,
  people: readonly string[],
): Promise<(readonly GoldenObject[])[]> => {
  const all: (readonly GoldenObject[])[] = [];
  for (const address of people) all.push(await read(address));
  return all;
};

/** Notes of the way back speak of the copies: of the originals here. */
const carried = (told: readonly Told[], pairs: ReadonlyMap<string, string>): Told[] => {
  const originalOf = new Map([...pairs].map(([original, copy]) => [copy, original]));
  return told.map((note) => ({
    ...note,
    objectId: note.objectId === undefined ? undefined : (originalOf.get(note.objectId) ?? note.objectId),
  }));
};

/** People have other addresses where they went; in what they wrote and got the old ones stay. */
function renaming(from: readonly string[], to: readonly string[]): (object: GoldenObject) => GoldenObject {
  const addresses = new Map(from.map((address, at) => [address.toLowerCase(), (to[at] ?? address).toLowerCase()]));
  const mapped = new Set(['attendees', 'grants', 'organizer']);
  return (object) => ({
    ...object,
    properties: Object.fromEntries(
      Object.entries(object.properties).map(([name, value]) => [
        name,
        mapped.has(name)
          ? value
              .split('\n')
              .map((line) => line.replace(/\S+@\S+/, (address) => addresses.get(address) ?? address))
              .sort()
              .join('\n')
          : value,
      ]),
    ),
  });
}

/** Two of each sort of what is unaccounted for. */
function* examples(findings: readonly Finding[]): Generator<string> {
  const shown = new Map<string, number>();
  for (const one of findings) {
    if (one.verdict !== 'unaccounted') continue;
    const silent = one.differences.filter(({ code }) => code === undefined).map(({ property }) => property);
    const sort = `${one.kind} ${one.problem ?? silent.join(' ')}`;
    shown.set(sort, (shown.get(sort) ?? 0) + 1);
    if ((shown.get(sort) ?? 0) <= EXAMPLES) yield inWords(one);
  }
}

const EXAMPLES = 2;

function inWords({ kind, key, name, problem, differences, codes }: Finding): string {
  const what = `${kind} ${JSON.stringify(name)} (${key.slice(0, 60)})`;
  if (problem !== undefined) return `${what}: ${problem}${codes.length > 0 ? `, told: ${codes.join(', ')}` : ''}`;
  const each = differences
    .filter(({ code }) => code === undefined)
    .map(
      ({ property, was, is }) =>
        `\n    ${property}: ${JSON.stringify(was.slice(0, 120))} → ${JSON.stringify(is.slice(0, 120))}`,
    );
  return `${what}, told: ${codes.join(', ') || 'nothing'}${each.join('')}`;
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof SternaError ? error.message : error);
  process.exitCode = 1;
});
