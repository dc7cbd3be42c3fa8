import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';

/** How a switch of the simulator is flipped, and whether what we send meets it. */
export interface Flip<V, Way extends string> {
  /** To be run besides the setting that the simulator has by itself. */
  readonly other: readonly V[];
  /** The ways that meet it. */
  readonly ways: readonly Way[];
  /** Why nothing that we send meets it: then the simulator mustn't be seen looking at it. */
  readonly unmet?: string;
}

/** One for each switch: a new one without a line is a type error, and fails `everySwitch`. */
export type Flips<T, Way extends string> = { readonly [S in keyof T]: Flip<T[S], Way> };

export interface FlipCase<T, Way extends string> {
  readonly name: string;
  readonly way: Way;
  readonly switches: Partial<T>;
  /** Of these, the ones that the simulator has to look at. */
  readonly met: readonly (keyof T & string)[];
  readonly unmet: readonly (keyof T & string)[];
}

/**
 * Each way with nothing flipped, and each other setting of each switch, one by one.
 *
 * @param ways with the switches that a way needs to be one
 */
export function casesOf<T extends object, Way extends string>(
  flips: Flips<T, Way>,
  ways: Readonly<Record<Way, Partial<T>>>,
): FlipCase<T, Way>[] {
  const all = Object.entries(flips) as [keyof T & string, Flip<T[keyof T], Way>][];
  const unmet = all.flatMap(([name, flip]) => (flip.unmet === undefined ? [] : [name]));
  return [
    ...(Object.keys(ways) as Way[]).map((way) => ({
      name: `${way}, nothing flipped`,
      way,
      switches: ways[way],
      met: all.flatMap(([name, flip]) => (flip.ways.includes(way) && flip.unmet === undefined ? [name] : [])),
      unmet,
    })),
    ...all.flatMap(([name, flip]) =>
      flip.other.flatMap((value) =>
        flip.ways.map((way) => ({
          name: `${way}, ${name}: ${JSON.stringify(value)}`,
          way,
          switches: { ...ways[way], [name]: value },
          met: flip.unmet === undefined ? [name] : [],
          unmet: flip.unmet === undefined ? [] : [name],
        })),
      ),
    ),
  ];
}

const DOCS = readFileSync(join(import.meta.dirname, '../../docs/connectors/microsoft365.md'), 'utf8');

/** The table is whole and flips each switch to something that it isn't; and each is documented. */
export function expectEverySwitch<T extends object>(flips: Flips<T, string>, defaults: T): void {
  expect(Object.keys(flips).sort()).toEqual(Object.keys(defaults).sort());
  for (const [name, { other, ways }] of Object.entries(flips) as [keyof T, Flip<unknown, string>][]) {
    expect(other, String(name)).not.toEqual([]);
    expect(ways, String(name)).not.toEqual([]);
    expect(other, String(name)).not.toContainEqual(defaults[name]);
    expect(DOCS).toContain(`\`${String(name)}\``);
  }
}

/**
 * Sets switches, and counts how often each of all is looked at.
 *
 * @param of what the simulator looks at: changed in place
 */
export function watched<T extends object>(of: T, switches: Partial<T>): ReadonlyMap<string, number> {
  const looks = new Map<string, number>();
  for (const [name, preset] of Object.entries({ ...of, ...switches })) {
    looks.set(name, 0);
    Object.defineProperty(of, name, {
      enumerable: true,
      get: () => {
        looks.set(name, (looks.get(name) ?? 0) + 1);
        return preset;
      },
    });
  }
  return looks;
}

/**
 * What is met was looked at, and what we don't meet wasn't.
 *
 * @param looks of all that have these switches: those of each tenant
 */
export function expectMet<T extends object>(
  looks: readonly ReadonlyMap<string, number>[],
  { met, unmet }: Pick<FlipCase<T, string>, 'met' | 'unmet'>,
): void {
  const isLookedAt = (name: string): boolean => looks.some((one) => (one.get(name) ?? 0) > 0);
  expect(met.filter((name) => !isLookedAt(name))).toEqual([]);
  expect(unmet.filter(isLookedAt)).toEqual([]);
}
