import type { Random, Size } from '@sterna/simulator-kit';
import type { Cloud } from '../cloud.ts';
import type { Tenant } from '../state/tenant.ts';

/** What an area puts into a tenant. It has its own random numbers, so that areas don't shift each other's. */
export type Seeder = (cloud: Cloud, tenant: Tenant, random: Random, size: Size) => void;
