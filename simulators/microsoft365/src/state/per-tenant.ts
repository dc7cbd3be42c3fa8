import { stateOf } from '@sterna/simulator-kit';
import type { Tenant } from './tenant.ts';

/** An area's own state, one for each tenant, made when first asked for. */
export const perTenant = <T>(create: (tenant: Tenant) => T) => stateOf(create);
