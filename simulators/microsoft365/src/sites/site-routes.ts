import { driveError, invalidRequest, noSuchItem } from '../drive/errors.ts';
import { DRIVE, driveJson } from '../drive/json.ts';
import type { Call } from '../http/call.ts';
import { entityReply, jsonReply, noContent, type Reply } from '../http/reply.ts';
import type { Route } from '../http/router.ts';
import { collectionReply } from '../odata/collection.ts';
import type { Expand } from '../odata/expand.ts';
import { checkExpand, checkSelect, project } from '../odata/shape.ts';
import type { Json } from './canvas.ts';
import { SITE, siteJson } from './json.ts';
import { personalSitesOf } from './personal-sites.ts';
import type { AppGrant, Site } from './site.ts';
import { sitesOf } from './sites.ts';
import { siteOf } from './target.ts';

const PERMISSION_UNITS = 5;
const ROLES = ['read', 'write', 'owner', 'fullcontrol', 'manage'];

/** Sources: learn.microsoft.com/graph/api/resources/site, …/site-getallsites, …/site-list-permissions. */
export function siteRoutes(read: readonly string[], full: readonly string[]): Route[] {
  const reading = { method: 'GET', permissions: read, service: 'drive' } as const;
  const granting = { permissions: full, service: 'drive', resourceUnits: PERMISSION_UNITS } as const;
  return [
    { ...reading, path: '/sites', handle: searchSites },
    { ...reading, path: '/sites/getAllSites', handle: getAllSites },
    { ...reading, path: '/sites/{site}', resourceUnits: 1, handle: getSite },
    { ...reading, path: '/sites/{site}/sites', handle: listSubsites },
    { ...granting, method: 'GET', path: '/sites/{site}/permissions', handle: listAppGrants },
    { ...granting, method: 'POST', path: '/sites/{site}/permissions', handle: createAppGrant },
    { ...granting, method: 'GET', path: '/sites/{site}/permissions/{permission}', handle: getAppGrant },
    { ...granting, method: 'PATCH', path: '/sites/{site}/permissions/{permission}', handle: updateAppGrant },
    { ...granting, method: 'DELETE', path: '/sites/{site}/permissions/{permission}', handle: deleteAppGrant },
  ];
}

/** One site, as `$select` and `$expand` want it; also what `/groups/{id}/sites/root` answers. */
export function siteReply(call: Call, site: Site): Reply {
  const { select, expand } = call.query;
  checkSelect(SITE, select);
  checkExpand(SITE, expand);
  const json = { ...siteJson(site, call.tenant.id), ...expanded(call, site, expand) };
  return entityReply(call, project(json, select && [...select, ...expand.map(({ property }) => property)]));
}

/** `search=` by name, `*` for all, or the root site by its filter: nothing else is offered. */
function searchSites(call: Call): Reply {
  const sites = sitesOf(call.tenant);
  const asked = call.query.text('$search') ?? call.query.other.get('search');
  const filter = call.query.text('$filter');
  let found: readonly Site[];
  if (filter !== undefined) {
    if (!/^siteCollection\/root ne null$/.test(filter)) throw invalidRequest('Invalid filter clause');
    found = [sites.root];
  } else if (asked === undefined) found = [sites.root];
  else {
    const words = asked.replace(/\*$/, '').toLowerCase();
    found = sites.all.filter(({ displayName, url }) => `${displayName} ${url}`.toLowerCase().includes(words));
  }
  return sitesReply(call, found);
}

function getAllSites(call: Call): Reply {
  const personal = sitesOf(call.tenant).behaviour.personalSitesListed ? personalSitesOf(call.tenant) : [];
  return collectionReply(
    call,
    [...sitesOf(call.tenant).all.map((site) => siteJson(site, call.tenant.id)), ...personal],
    {
      shape: SITE,
      json: (site) => site,
      pageSize: 200,
      paging: 'skiptoken',
      filter: false,
      orderby: false,
    },
  );
}

/** A locked one is still told of: only what is in it isn't. */
function getSite(call: Call): Reply {
  return siteReply(call, siteOf(call));
}

function listSubsites(call: Call): Reply {
  return sitesReply(call, sitesOf(call.tenant).childrenOf(siteOf(call)));
}

function sitesReply(call: Call, sites: readonly Site[]): Reply {
  return collectionReply(call, sites, {
    shape: SITE,
    json: (site) => siteJson(site, call.tenant.id),
    pageSize: 200,
    paging: 'skiptoken',
    filter: false,
    orderby: false,
  });
}

function expanded(call: Call, site: Site, expand: readonly Expand[]): Json {
  const more: Json = {};
  for (const { property, select } of expand) {
    if (property === 'drive') more.drive = project(driveJson(site.library), checked(select));
    else if (property === 'drives') {
      more.drives = site.libraries.map((drive) => project(driveJson(drive), checked(select)));
    } else if (property === 'sites') {
      more.sites = sitesOf(call.tenant)
        .childrenOf(site)
        .map((child) => siteJson(child, call.tenant.id));
    } else throw invalidRequest(`'${property}' cannot be expanded here.`);
  }
  return more;
}

function checked(select: readonly string[] | undefined): readonly string[] | undefined {
  checkSelect(DRIVE, select);
  return select;
}

function listAppGrants(call: Call): Reply {
  return jsonReply(200, {
    '@odata.context': `${call.base}/$metadata#${call.contextPath}`,
    value: siteOf(call).appGrants.map(grantJson),
  });
}

function createAppGrant(call: Call): Reply {
  const site = siteOf(call);
  const { roles, grantedToIdentities, grantedToIdentitiesV2 } = call.json();
  const [identity] =
    ((grantedToIdentitiesV2 ?? grantedToIdentities) as { application?: AppGrant['application'] }[]) ?? [];
  if (identity?.application === undefined) throw invalidRequest('An application is expected.');
  const { id, displayName } = identity.application;
  const grant: AppGrant = {
    id: Buffer.from(`i:0i.t|ms.sp.ext|${id}@${call.tenant.id}`).toString('base64url'),
    roles: rolesIn(roles),
    application: { id, displayName },
  };
  site.appGrants.push(grant);
  return entityReply(call, grantJson(grant), { status: 201 });
}

function getAppGrant(call: Call): Reply {
  return entityReply(call, grantJson(appGrant(call).grant));
}

function updateAppGrant(call: Call): Reply {
  const { grant } = appGrant(call);
  grant.roles = rolesIn(call.json().roles);
  return entityReply(call, grantJson(grant));
}

function deleteAppGrant(call: Call): Reply {
  const { site, grant } = appGrant(call);
  site.appGrants.splice(site.appGrants.indexOf(grant), 1);
  return noContent();
}

function appGrant(call: Call): { site: Site; grant: AppGrant } {
  const site = siteOf(call);
  const grant = site.appGrants.find(({ id }) => id === call.parameter('permission'));
  if (grant === undefined) throw noSuchItem();
  return { site, grant };
}

function rolesIn(value: unknown): string[] {
  if (Array.isArray(value) && value.length > 0 && value.every((role) => ROLES.includes(String(role)))) {
    return value.map(String);
  }
  throw driveError(400, 'invalidRequest', 'The roles are missing or unknown.');
}

function grantJson({ id, roles, application }: AppGrant): Json {
  return { id, roles, grantedToIdentitiesV2: [{ application }], grantedToIdentities: [{ application }] };
}
