import type { Tenant } from './tenant.ts';

/**
 * An area's own state, one for each tenant, made when first asked for: `const mail = perTenant(() => new MailState())`,
 * then `mail(tenant)`. So the core needn't know what the areas keep.
 */
export function perTenant<T>(create: (tenant: Tenant) => T): (tenant: Tenant) => T {
  const states = new WeakMap<Tenant, T & object>();
  return (tenant) => {
    const known = states.get(tenant);
    if (known !== undefined) return known;
    const fresh = create(tenant) as T & object;
    states.set(tenant, fresh);
    return fresh;
  };
}
