import type { Inhabitant, Random, Size } from '@sterna/simulator-kit';
import type { Cloud } from '../cloud.ts';
import type { Domain } from '../state/domain.ts';

/** What an area puts into a domain. It has its own random numbers, so that areas don't shift each other's. */
export type Seeder = (cloud: Cloud, domain: Domain, random: Random, size: Size) => void;

/** By domain; where a domain isn't named, the sample people are there. */
export type Inhabitants = Readonly<Record<string, readonly Inhabitant[]>>;
