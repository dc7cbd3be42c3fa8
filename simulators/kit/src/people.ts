import type { Random } from './random.ts';
import type { Size } from './size.ts';

/** Somebody of a sample organization. */
export interface Person {
  readonly given: string;
  readonly surname: string;
  readonly title: string;
  /** Absent: made of the given name and the domain. */
  readonly address?: string;
  readonly amounts?: Amounts;
}

/** How much somebody has, beside what is there for what is special about it. Absent: as much as the size says. */
export interface Amounts {
  readonly messages?: number;
  readonly files?: number;
}

/** Somebody who is put into an organization instead of its sample people. */
export interface Inhabitant extends Amounts {
  readonly address: string;
}

/** By domain; where a domain isn't named, the sample people are there. */
export type Inhabitants = Readonly<Record<string, readonly Inhabitant[]>>;

const PEOPLE: readonly [string, string, string][] = [
  ['Alice', 'Ashby', 'Head of research'],
  ['Björn', 'Øygård', 'Engineer'],
  ['Chloé', 'Lefèvre', 'Designer'],
  ['Daiki', 'Tanaka', 'Engineer'],
  ['Elena', 'Petrova', 'Accountant'],
  ['Farid', 'Haddad', 'Sales'],
  ['Grace', 'O’Neill', 'Counsel'],
  ['Hüseyin', 'Çelik', 'Support'],
  ['Ines', 'Müller', 'Support'],
  ['Jamal', 'Okafor', 'Director'],
];

/** People of an organization beside the ten with names: none, some, many. */
const MORE: Record<Size, number> = { small: 0, medium: 40, large: 490 };

/**
 * The ten with names first, then as many more as the size wants. One at a time: callers draw from `random` in between.
 *
 * @param inhabitants whoever is there instead of them
 */
export function* peopleOf(random: Random, size: Size, inhabitants?: readonly Inhabitant[]): Generator<Person> {
  if (inhabitants !== undefined) {
    yield* inhabitants.map(personOf);
    return;
  }
  for (const [given, surname, title] of PEOPLE) yield { given, surname, title };
  for (let at = 1; at <= MORE[size]; at++) {
    yield { given: `Person${at}`, surname: random.pick(PEOPLE)[1], title: 'Staff' };
  }
}

/** `ada.lovelace@tern.example` is called Ada Lovelace. */
function personOf({ address, ...amounts }: Inhabitant): Person {
  const [given, ...more] = (address.split('@')[0] ?? '')
    .split(/[._-]+/)
    .filter((word) => word !== '')
    .map((word) => `${word[0]?.toUpperCase()}${word.slice(1)}`);
  return { given: given ?? address, surname: more.join(' ') || 'Staff', title: 'Staff', address, amounts };
}

/** What stands before the @: `Chloé` → `chloe`. */
export function localPartOf(given: string): string {
  return given
    .replaceAll('ø', 'o')
    .normalize('NFD')
    .replace(/[^a-zA-Z0-9]/g, '')
    .toLowerCase();
}
