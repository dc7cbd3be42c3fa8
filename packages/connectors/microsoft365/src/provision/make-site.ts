import { eventually, failed, found, missing, refusedLine } from '@sterna/cloud-http';
import type { Blueprint, ProvisionLine } from '@sterna/connector-kit';
import { formatSiteAddress, parseSiteAddress, type SiteAddress } from '../sites/site-address.ts';
import { findSite, siteOfGroup } from './find-site.ts';
import { ensureGroup } from './make-group.ts';
import { ensureMembers } from './make-members.ts';
import { findPeople } from './people-of-target.ts';
import type { Place } from './place.ts';

/** Seconds before further looks: SharePoint makes the site of a new group in the background. */
const WAITS = [2, 5, 10, 15];

/** The site that a group has by itself. */
export async function* ensureSiteOfGroup(place: Place, groupId: string): AsyncGenerator<ProvisionLine> {
  const what = 'site of the group';
  try {
    const site = await eventually(place.client, WAITS, () => siteOfGroup(place, groupId));
    yield site === undefined ? notYet(what) : found(what, site.webUrl);
  } catch (thrown) {
    yield refusedLine(what, thrown);
  }
}

const notYet = (what: string): ProvisionLine =>
  missing(what, {
    reason: 'SharePoint makes it some minutes after the group.',
    fix: 'Preprocess again in some minutes; opening the group’s files in a browser makes it at once.',
  });

/** A site: what Graph can make is one that comes with a group; of the others, how an administrator makes it. */
export async function* ensureSite(place: Place, blueprint: Blueprint): AsyncGenerator<ProvisionLine> {
  const address = parseSiteAddress(place.request.address);
  const what = `site ${formatSiteAddress(address)}`;
  try {
    const site = await findSite(place, place.request.address);
    if (site !== undefined) yield found(what);
    else if (blueprint.site?.comesWith === 'group') yield* makeWithGroup(place, blueprint, address, what);
    else yield byHand(what, blueprint, address);
  } catch (thrown) {
    yield refusedLine(what, thrown);
  }
}

async function* makeWithGroup(
  place: Place,
  blueprint: Blueprint,
  address: SiteAddress,
  what: string,
): AsyncGenerator<ProvisionLine> {
  const [, nickname] = address.path;
  if (address.path.length !== 2 || nickname === undefined) {
    yield byHand(what, blueprint, address);
    return;
  }
  const { known, lines } = await findPeople(place, blueprint.members);
  yield* lines;
  const inPlace = yield* ensureGroup(place, { nickname }, blueprint, known);
  if (inPlace === undefined) return;
  yield* ensureMembers(place, inPlace, known);
  const site = await eventually(place.client, WAITS, () => siteOfGroup(place, inPlace.group.id));
  if (site === undefined) yield notYet(what);
  else if (site.webUrl.toLowerCase() === urlOf(address).toLowerCase()) yield found(what, 'It came with its group.');
  else
    yield failed(what, {
      reason: `The site of the group is at ${site.webUrl}.`,
      fix: 'Give the entry that target address.',
    });
}

const urlOf = ({ host, path }: SiteAddress): string =>
  `https://${host}${path.map((part) => `/${encodeURIComponent(part)}`).join('')}`;

/** A text within PowerShell's quotes: what has a meaning there is doubled. */
const quoted = (text: string): string => `'${text.replaceAll(/['\u2018\u2019\u201a\u201b]/g, '$&$&')}'`;

/** https://learn.microsoft.com/en-us/powershell/module/sharepoint-online/new-sposite */
function byHand(what: string, { name, site }: Blueprint, address: SiteAddress): ProvisionLine {
  const url = urlOf(address);
  switch (site?.comesWith) {
    case 'channel':
      return missing(what, {
        reason: 'It comes with a private or shared channel.',
        fix: 'Preprocess the team of that channel first.',
      });
    case 'below':
      return missing(what, {
        reason: 'It is below another site, and Microsoft Graph can’t make such a site.',
        fix: `Make it with PnP PowerShell, signed in at the site above: New-PnPWeb -Title ${quoted(name)} -Url ${quoted(address.path.at(-1) ?? '')} -Template 'STS#3'.`,
      });
    default:
      return missing(what, {
        reason: 'It has no group, and Microsoft Graph v1.0 can’t make such a site.',
        fix: `Make it in SharePoint’s admin center, or with PowerShell: New-SPOSite -Url ${quoted(url)} -Title ${quoted(name)} -Owner <administrator> -StorageQuota 1024 -Template 'SITEPAGEPUBLISHING#0' (for a team site without a group 'STS#3').`,
      });
  }
}
