import { createSite, sitesOf } from '../sites/sites.ts';
import type { Site } from '../sites/site.ts';
import type { Tenant } from '../state/tenant.ts';
import type { Group } from './group.ts';

/** The site that comes with a Microsoft 365 group; its library is the group's drive. */
export function addSite(tenant: Tenant, group: Group, at: number): Site {
  return createSite(tenant, {
    name: group.mailNickname,
    displayName: group.displayName,
    description: group.description ?? '',
    group: { id: group.id, displayName: group.displayName, email: group.mail ?? '' },
    template: 'group',
    at,
  });
}

export function removeSite(tenant: Tenant, group: Group): void {
  const site = sitesOf(tenant).ofGroup(group.id);
  if (site !== undefined) sitesOf(tenant).remove(site);
}
