import type { Random, Size } from '@sterna/simulator-kit';
import type { Cloud } from '../cloud.ts';
import type { Domain } from '../state/domain.ts';

/** What an area puts into a domain. It has its own random numbers, so that areas don't shift each other's. */
export type Seeder = (cloud: Cloud, domain: Domain, random: Random, size: Size) => void;
