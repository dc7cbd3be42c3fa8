import type { Call } from '../http/call.ts';
import { badRequest, forbidden, GoogleError, invalidParameter } from '../http/errors.ts';
import { page } from '../http/paging.ts';
import { json, type Result } from '../http/result.ts';
import type { Route } from '../http/router.ts';
import { asAdmin, failedPrecondition, has, isImporter, pastTime, readable, spaceOf } from './access.ts';
import { spaceJson } from './json.ts';
import { isMember, type Space } from './space.ts';
import { spacesOf } from './store.ts';

const told = (call: Call, space: Space): Result => json(spaceJson(space, call.cloud.baseUrl));

/** Named spaces; those that are imported are made with `importMode`. */
function create(call: Call): Result {
  const spaces = spacesOf(call.cloud);
  const body = call.json();
  const requestId = call.query.text('requestId');
  const key = `${call.user.id}/${requestId}`;
  const before = requestId === undefined ? undefined : spaces.byRequest.get(key);
  if (before !== undefined) return told(call, before);
  const isImport = body.importMode === true;
  if (!has(call, 'chat.spaces', 'chat.spaces.create') && !(isImport && has(call, 'chat.import')))
    throw forbidden('The scope is good for spaces in import mode only.');
  if (body.spaceType !== 'SPACE') throw badRequest('Only spaces of type SPACE can be created here.');
  const { displayName, createTime, spaceDetails } = body;
  if (typeof displayName !== 'string' || displayName.trim() === '' || displayName.length > 128)
    throw badRequest('Display name is missing, or longer than 128 characters.');
  if (createTime !== undefined && !isImport) throw badRequest('createTime can only be set in import mode.');
  if (
    call.cloud.assumptions.chatNamesAreUnique &&
    spaces.of(call.domain).some((one) => one.displayName.toLowerCase() === displayName.toLowerCase())
  )
    throw new GoogleError(409, 'alreadyExists', 'A space with this display name already exists.');
  const description = (spaceDetails as { description?: unknown } | undefined)?.description;
  if (typeof description === 'string' && description.length > 150) throw badRequest('The description is too long.');
  const space = spaces.create(call.domain, {
    displayName,
    ...(typeof description === 'string' ? { description } : {}),
    createdAt: createTime === undefined ? call.now : pastTime(call, 'space.createTime', createTime),
    creatorId: call.user.id,
    projectNumber: call.identity.project.number,
    isImport,
  });
  if (!isImport)
    spaces.join(space, { user: call.user, domain: call.domain }, { role: 'ROLE_MANAGER', createdAt: call.now });
  if (requestId !== undefined) spaces.byRequest.set(key, space);
  return told(call, space);
}

const get = (call: Call): Result =>
  told(call, readable(call, { admin: ['chat.admin.spaces', 'chat.admin.spaces.readonly'], imports: false }));

/** Those of the caller. */
function list(call: Call): Result {
  call.query.text('filter');
  const own = spacesOf(call.cloud).all.filter(
    (space) => space.importUntil === undefined && isMember(space, call.user.id),
  );
  return listed(call, own, 1000);
}

/** Those of the whole organization, for an administrator; by words of their names. */
function search(call: Call): Result {
  const isAdmin = asAdmin(call, 'chat.admin.spaces', 'chat.admin.spaces.readonly');
  const query = call.query.required('query');
  call.query.text('orderBy');
  if (isAdmin && !/\bcustomer\s*=\s*"customers\/my_customer"/.test(query)) throw invalidParameter('query');
  if (!/\bspace_type\s*=\s*"SPACE"/.test(query)) throw invalidParameter('query');
  const words = [...query.matchAll(/\bdisplay_name:\s*"((?:[^"\\]|\\.)*)"/g)].map(([, text = '']) =>
    text
      .replaceAll(/\\(.)/g, '$1')
      .toLowerCase()
      .split(/\s+/)
      .filter((word) => word !== ''),
  );
  const isNamed = ({ displayName }: Space): boolean =>
    words.length === 0 ||
    words.some((all) => all.every((word) => ` ${displayName.toLowerCase()}`.includes(` ${word}`)));
  const found = spacesOf(call.cloud)
    .of(call.domain)
    .filter((space) => space.importUntil === undefined || (isAdmin && call.cloud.assumptions.chatAdminSeesImports))
    .filter((space) => isAdmin || isMember(space, call.user.id))
    .filter(isNamed);
  return listed(call, found, isAdmin ? 1000 : 100);
}

function listed(call: Call, spaces: readonly Space[], max: number): Result {
  const { items, nextPageToken } = page(call, spaces, { name: 'pageSize', otherwise: 100, max, cut: true });
  return json({
    ...(items.length === 0 ? {} : { spaces: items.map((space) => spaceJson(space, call.cloud.baseUrl)) }),
    ...(nextPageToken === undefined ? {} : { nextPageToken }),
  });
}

/** From now on it is its people's: nothing of the past comes into it any more. */
function completeImport(call: Call): Result {
  const space = spaceOf(call);
  if (space.importUntil === undefined) throw failedPrecondition('The space is not in import mode.');
  if (!isImporter(call, space)) throw forbidden('The space is imported by another app.');
  space.importUntil = undefined;
  return json({ space: spaceJson(space, call.cloud.baseUrl) });
}

const PATH = '/v1/spaces';
const ONE = `${PATH}/{spacesId}`;

export const spaceRoutes: readonly Route[] = [
  {
    id: 'chat.spaces.create',
    method: 'POST',
    path: PATH,
    scopes: ['chat.app.spaces', 'chat.app.spaces.create', 'chat.import', 'chat.spaces', 'chat.spaces.create'],
    handle: create,
  },
  {
    id: 'chat.spaces.list',
    method: 'GET',
    path: PATH,
    scopes: ['chat.bot', 'chat.spaces', 'chat.spaces.readonly'],
    handle: list,
  },
  {
    id: 'chat.spaces.search',
    method: 'GET',
    path: `${PATH}:search`,
    scopes: ['chat.admin.spaces', 'chat.admin.spaces.readonly', 'chat.spaces', 'chat.spaces.readonly'],
    handle: search,
  },
  {
    id: 'chat.spaces.get',
    method: 'GET',
    path: ONE,
    scopes: [
      'chat.admin.spaces',
      'chat.admin.spaces.readonly',
      'chat.app.spaces',
      'chat.bot',
      'chat.spaces',
      'chat.spaces.readonly',
    ],
    handle: get,
  },
  {
    id: 'chat.spaces.completeImport',
    method: 'POST',
    path: `${ONE}:completeImport`,
    scopes: ['chat.import'],
    handle: completeImport,
  },
];
