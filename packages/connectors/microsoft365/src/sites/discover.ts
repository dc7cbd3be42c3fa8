import type { DiscoveredItem, SystemConfig } from '@sterna/connector-kit';
import { connect } from '../connect.ts';
import { formatSiteAddress, parseSiteAddress } from './site-address.ts';
import { SITE_RIGHTS } from './site-context.ts';

const NEVER = new AbortController().signal;

interface Site {
  readonly displayName?: string | null;
  readonly webUrl?: string | null;
  readonly isPersonalSite?: boolean | null;
}

/**
 * All sites of the tenant, subsites among them; people's OneDrives are entries of another kind.
 *
 * @throws SternaError auth | config | transient | throttled
 */
export async function* discoverSites(
  system: SystemConfig,
  signal: AbortSignal = NEVER,
): AsyncGenerator<DiscoveredItem> {
  const { client, drive } = connect({ system, address: undefined, signal });
  try {
    for await (const page of client.pages<Site>({
      method: 'GET',
      path: '/sites/getAllSites',
      query: { $select: 'displayName,webUrl,isPersonalSite' },
      doing: 'listing the sites',
      right: SITE_RIGHTS.read,
      budget: drive,
      cost: { units: 2 },
    }))
      for (const { displayName, webUrl, isPersonalSite } of page.value) {
        if (isPersonalSite === true || !webUrl) continue;
        yield {
          itemType: 'site',
          address: formatSiteAddress(parseSiteAddress(webUrl)),
          ...(displayName ? { displayName } : {}),
        };
      }
  } finally {
    client.destroy();
  }
}
