import type { Call } from '../http/call.ts';
import { page } from '../http/paging.ts';
import { empty, type Result } from '../http/result.ts';
import type { Route } from '../http/router.ts';
import type { Reaching } from './access.ts';
import { fileNotFound, insufficientPermissions } from './errors.ts';
import type { DriveFile } from './file.ts';
import { canShare, permissionJson, type View } from './json.ts';
import { allDrives, fileOf, ignore, reply, viewOf } from './request.ts';
import { route } from './route.ts';
import {
  createPermission,
  deletePermission,
  type PermissionRequest,
  permissionNotFound,
  permissionsOn,
  updatePermission,
} from './sharing.ts';

const FIELDS = 'kind,id,type,role';

function list(call: Call): Result {
  const view = viewOf(call);
  const { file, admin } = shared(call, view);
  ignore(call, 'includePermissionsForView');
  // Who can't share a file of somebody's drive may not know who else has it.
  const role = view.corpus.access.role(file, view.person, view.now);
  if (file.drive === undefined && !admin && (role === undefined || !canShare(file, role, false))) {
    throw insufficientPermissions(file.id);
  }
  const all = [...permissionsOn(file, view.now).values()];
  // All at once in somebody's drive, 100 at most of a shared drive's.
  const most = file.drive === undefined ? Math.max(all.length, 100) : 100;
  const { items, nextPageToken } = page(call, all, { name: 'pageSize', otherwise: most, max: 100, cut: true }, file.id);
  return reply(
    call,
    {
      kind: 'drive#permissionList',
      ...(nextPageToken === undefined ? {} : { nextPageToken }),
      permissions: items.map((each) => permissionJson(each, file)),
    },
    `kind,nextPageToken,permissions(${FIELDS})`,
  );
}

function get(call: Call): Result {
  const view = viewOf(call);
  const { file } = shared(call, view);
  return reply(call, permissionJson(reaching(view, file, call.parameter('permissionId')), file), FIELDS);
}

function create(call: Call): Result {
  const view = viewOf(call);
  const { file, admin } = shared(call, view);
  ignore(call, 'enforceSingleParent');
  const grant = createPermission(view.corpus, file, requestOf(call, admin), view.person, view.now);
  return reply(call, permissionJson(reaching(view, file, grant.id), file), FIELDS);
}

function update(call: Call): Result {
  const view = viewOf(call);
  const { file, admin } = shared(call, view);
  const id = call.parameter('permissionId');
  updatePermission(view.corpus, file, id, requestOf(call, admin), view.person, view.now);
  return reply(call, permissionJson(reaching(view, file, id), file), FIELDS);
}

function remove(call: Call): Result {
  const view = viewOf(call);
  const { file, admin } = shared(call, view);
  deletePermission(view.corpus, file, call.parameter('permissionId'), view.person, admin, view.now);
  return empty();
}

function reaching(view: View, file: DriveFile, id: string): readonly Reaching[] {
  const found = permissionsOn(file, view.now).get(id);
  if (found === undefined) throw permissionNotFound(id);
  return found;
}

/** The item, and whether it is a shared drive of the domain that its administrator asks for as such. */
function shared(call: Call, view: View): { file: DriveFile; admin: boolean } {
  ignore(call, 'enforceExpansiveAccess');
  if (!call.query.boolean('useDomainAdminAccess')) return { file: fileOf(call, view), admin: false };
  const drive = view.corpus.drives.get(call.parameter('fileId'));
  const { supportsAllDrives } = allDrives(call);
  if (drive === undefined || drive.domain !== call.domain.name || !call.user.isAdmin || !supportsAllDrives) {
    throw fileNotFound(call.parameter('fileId'));
  }
  return { file: drive.root, admin: true };
}

function requestOf(call: Call, admin: boolean): PermissionRequest {
  const { query } = call;
  return {
    body: call.json(),
    sendNotificationEmail:
      query.text('sendNotificationEmail') === undefined ? undefined : query.boolean('sendNotificationEmail'),
    emailMessage: query.text('emailMessage'),
    transferOwnership: query.boolean('transferOwnership'),
    moveToNewOwnersRoot: query.boolean('moveToNewOwnersRoot'),
    removeExpiration: query.boolean('removeExpiration'),
    admin,
  };
}

const PATH = '/files/{fileId}/permissions';
export const permissionRoutes: readonly Route[] = [
  route('permissions.list', 'GET', PATH, list),
  route('permissions.get', 'GET', `${PATH}/{permissionId}`, get),
  route('permissions.create', 'POST', PATH, create),
  route('permissions.update', 'PATCH', `${PATH}/{permissionId}`, update),
  route('permissions.delete', 'DELETE', `${PATH}/{permissionId}`, remove),
];
