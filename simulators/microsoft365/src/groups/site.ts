import { noSuchItem } from '../drive/errors.ts';
import type { Site } from '../sites/site.ts';
import { createSite, sitesOf } from '../sites/sites.ts';
import type { Tenant } from '../state/tenant.ts';
import type { Group } from './group.ts';

/** The site that comes with a Microsoft 365 group, and goes with it; its library is the group's drive. */
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

/** Throws 404. */
export function siteOfGroup(tenant: Tenant, group: Group): Site {
  const site = sitesOf(tenant).ofGroup(group.id);
  if (site === undefined) throw noSuchItem();
  return site;
}

export function removeSite(tenant: Tenant, group: Group): void {
  const sites = sitesOf(tenant);
  for (const site of sites.all) if (site.group?.id === group.id) sites.remove(site);
}
