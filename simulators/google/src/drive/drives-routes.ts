import type { Call } from '../http/call.ts';
import { page } from '../http/paging.ts';
import { empty, type Result } from '../http/result.ts';
import type { Route } from '../http/router.ts';
import { badRequest, driveError, forbidden, insufficientPermissions, notWritable } from './errors.ts';
import type { SharedDrive } from './file.ts';
import { hasUntrashed } from './files-routes.ts';
import { driveJson, type View } from './json.ts';
import { DRIVE_OPERATORS, matches, parseQuery } from './query.ts';
import { reply, viewOf } from './request.ts';
import { route } from './route.ts';
import { textIn } from './write.ts';

const FIELDS = 'kind,id,name';
const WRITABLE = new Set(['kind', 'name', 'colorRgb', 'themeId', 'restrictions', 'backgroundImageFile', 'hidden']);

function list(call: Call): Result {
  const view = viewOf(call);
  const { corpus, person, now } = view;
  const admin = adminAsked(call);
  const q = call.query.text('q');
  if (q !== undefined && q !== '' && !admin) {
    throw forbidden('The q parameter is only supported when useDomainAdminAccess is set.', 'q');
  }
  const query = q === undefined || q === '' ? undefined : parseQuery(q, DRIVE_OPERATORS);
  const drives = [...corpus.drives.values()].filter((drive) => {
    const seen = admin ? drive.domain === call.domain.name : corpus.access.role(drive.root, person, now) !== undefined;
    return seen && (query === undefined || matches(query, searched(view, drive)));
  });
  const { items, nextPageToken } = page(call, drives, { name: 'pageSize', otherwise: 10, max: 100 }, q);
  return reply(
    call,
    {
      kind: 'drive#driveList',
      ...(nextPageToken === undefined ? {} : { nextPageToken }),
      drives: items.map((drive) => driveJson(view, drive)),
    },
    `kind,nextPageToken,drives(${FIELDS})`,
  );
}

function searched(view: View, drive: SharedDrive) {
  const grants = [...drive.root.grants.values()];
  return {
    text: (term: string) => (term === 'name' ? drive.name : ''),
    time: (term: string) => {
      if (term === 'createdTime') return drive.created;
      return grants.filter(({ role }) => term === 'memberCount' || role === 'organizer').length;
    },
    flag: () => drive.hiddenFor.has(view.person.permissionId),
    collection: () => [],
    pairs: () => new Map<string, string>(),
  };
}

function get(call: Call): Result {
  const view = viewOf(call);
  return reply(call, driveJson(view, driveOf(call, view, adminAsked(call))), FIELDS);
}

/** Source: developers.google.com/workspace/drive/api/reference/rest/v3/drives/create. */
function create(call: Call): Result {
  const view = viewOf(call);
  const requestId = call.query.required('requestId');
  const body = call.json();
  const name = textIn(body, 'name');
  if (name === undefined || name === '') throw badRequest('The name of the shared drive is missing.');
  const drive = view.corpus.createDrive(call.domain.name, name, requestId, view.person, view.now);
  change(drive, body);
  return reply(call, driveJson(view, drive), FIELDS);
}

function update(call: Call): Result {
  const view = viewOf(call);
  const admin = adminAsked(call);
  const drive = driveOf(call, view, admin);
  checkOrganizer(view, drive, admin);
  change(drive, call.json());
  view.corpus.touchDrive(drive, view.now);
  return reply(call, driveJson(view, drive), FIELDS);
}

function remove(call: Call): Result {
  const view = viewOf(call);
  const admin = adminAsked(call);
  const withItems = call.query.boolean('allowItemDeletion');
  const drive = driveOf(call, view, admin);
  checkOrganizer(view, drive, admin);
  if (withItems && !admin)
    throw badRequest('allowItemDeletion is only supported with useDomainAdminAccess.', 'allowItemDeletion');
  if (!withItems && hasUntrashed(view, drive.root)) {
    throw driveError(
      403,
      'cannotDeleteNonEmptyDrive',
      'A shared drive that contains untrashed items cannot be deleted.',
    );
  }
  view.corpus.deleteDrive(drive, view.now);
  return empty();
}

function hide(hidden: boolean) {
  return (call: Call): Result => {
    const view = viewOf(call);
    const drive = driveOf(call, view, false);
    if (hidden) drive.hiddenFor.add(view.person.permissionId);
    else drive.hiddenFor.delete(view.person.permissionId);
    return reply(call, driveJson(view, drive), FIELDS);
  };
}

function change(drive: SharedDrive, body: Readonly<Record<string, unknown>>): void {
  for (const name of Object.keys(body)) if (!WRITABLE.has(name)) throw notWritable();
  const name = textIn(body, 'name');
  if (name !== undefined && name !== '') {
    drive.name = name;
    drive.root.name = name;
  }
  drive.colorRgb = textIn(body, 'colorRgb') ?? drive.colorRgb;
  drive.themeId = textIn(body, 'themeId') ?? drive.themeId;
  for (const [restriction, value] of Object.entries((body.restrictions ?? {}) as Record<string, unknown>)) {
    if (typeof value === 'boolean') drive.restrictions.set(restriction, value);
  }
}

function adminAsked(call: Call): boolean {
  if (!call.query.boolean('useDomainAdminAccess')) return false;
  if (call.user.isAdmin) return true;
  throw forbidden('The user is not an administrator of the domain.', 'useDomainAdminAccess');
}

function driveOf(call: Call, view: View, admin: boolean): SharedDrive {
  const id = call.parameter('driveId');
  const drive = view.corpus.drives.get(id);
  const seen =
    drive !== undefined &&
    (admin
      ? drive.domain === call.domain.name
      : view.corpus.access.role(drive.root, view.person, view.now) !== undefined);
  if (drive !== undefined && seen) return drive;
  throw driveError(404, 'notFound', `Shared drive not found: ${id}`, {
    location: 'driveId',
    locationType: 'parameter',
  });
}

function checkOrganizer(view: View, drive: SharedDrive, admin: boolean): void {
  if (!admin && !view.corpus.access.atLeast(drive.root, view.person, 'organizer', view.now)) {
    throw insufficientPermissions(drive.id);
  }
}

const DRIVES = '/drives';
const DRIVE = `${DRIVES}/{driveId}`;
export const driveRoutes: readonly Route[] = [
  route('drives.list', 'GET', DRIVES, list),
  route('drives.get', 'GET', DRIVE, get),
  route('drives.create', 'POST', DRIVES, create),
  route('drives.update', 'PATCH', DRIVE, update),
  route('drives.delete', 'DELETE', DRIVE, remove),
  route('drives.hide', 'POST', `${DRIVE}/hide`, hide(true)),
  route('drives.unhide', 'POST', `${DRIVE}/unhide`, hide(false)),
];
