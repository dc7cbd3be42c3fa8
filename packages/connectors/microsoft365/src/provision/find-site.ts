import type { BlueprintSite } from '@sterna/connector-kit';
import { segment } from '../graph/client.ts';
import { statusOf } from '../graph/errors.ts';
import { type GraphGroup, groupAt } from '../groups/find-group.ts';
import { parseSiteAddress } from '../sites/site-address.ts';
import { SITE_RIGHTS } from '../sites/site-context.ts';
import type { Place } from './place.ts';

/** https://learn.microsoft.com/en-us/graph/api/resources/site */
export interface FoundSite {
  /** `host,siteId,webId` */
  readonly id: string;
  readonly webUrl: string;
  readonly name?: string | null;
  readonly displayName?: string | null;
  readonly description?: string | null;
}

const SELECTED = { $select: 'id,webUrl,name,displayName,description' };

/** @throws SternaError config `bad-address` */
export async function findSite({ client, drive }: Place, address: string): Promise<FoundSite | undefined> {
  const { host, path } = parseSiteAddress(address);
  try {
    const { body } = await client.send<FoundSite>({
      method: 'GET',
      path: `/sites/${host}${path.length === 0 ? '' : `:/${path.map(segment).join('/')}`}`,
      query: SELECTED,
      doing: 'looking the site up',
      right: SITE_RIGHTS.read,
      budget: drive,
      cost: { units: 1 },
    });
    return body;
  } catch (thrown) {
    // A host that isn't the tenant's is an invalid request.
    if (statusOf(thrown) !== 404 && statusOf(thrown) !== 400) throw thrown;
    return undefined;
  }
}

/** The site of a group; undefined while there is none yet. */
export async function siteOfGroup({ client, drive }: Place, groupId: string): Promise<FoundSite | undefined> {
  const { status, body } = await client.send<FoundSite>({
    method: 'GET',
    path: `/groups/${segment(groupId)}/sites/root`,
    query: SELECTED,
    doing: 'looking for the site of the group',
    right: SITE_RIGHTS.read,
    budget: drive,
    cost: { units: 1 },
    expected: [404],
  });
  return status === 404 ? undefined : body;
}

interface Library {
  readonly owner?: { readonly group?: { readonly id?: string | null } | null } | null;
}

/** What a site came with: its library says whose it is, and of a group only one site is its own. */
export async function ownerOfSite(
  place: Place,
  site: FoundSite,
): Promise<BlueprintSite & { readonly group?: GraphGroup }> {
  const isBelow = parseSiteAddress(site.webUrl).path.length > 2;
  if (isBelow) return { comesWith: 'below' };
  const { status, body } = await place.client.send<Library>({
    method: 'GET',
    path: `/sites/${segment(site.id)}/drive`,
    query: { $select: 'id,owner' },
    doing: 'looking for whose site it is',
    right: SITE_RIGHTS.read,
    budget: place.drive,
    cost: { units: 1 },
    // Without a library of its own, or locked: it can't be told.
    expected: [404, 423],
  });
  const groupId = status < 300 ? body.owner?.group?.id : undefined;
  const group = groupId ? await groupAt(place, groupId) : undefined;
  if (group === undefined) return { comesWith: 'alone' };
  const own = await siteOfGroup(place, group.id);
  return own?.id === site.id ? { comesWith: 'group', group } : { comesWith: 'channel' };
}
