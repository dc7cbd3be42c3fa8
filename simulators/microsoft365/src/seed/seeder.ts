import type { Cloud } from '../cloud.ts';
import type { Random } from '../state/random.ts';
import type { Tenant } from '../state/tenant.ts';
import type { Size } from './size.ts';

/** What an area puts into a tenant. It has its own random numbers, so that areas don't shift each other's. */
export type Seeder = (cloud: Cloud, tenant: Tenant, random: Random, size: Size) => void;
