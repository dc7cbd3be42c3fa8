import type { Call } from '../http/call.ts';
import type { Route } from '../http/router.ts';
import { copyItem, monitor } from './copy.ts';
import { deltaPage } from './delta.ts';
import { notSupported } from './errors.ts';
import {
  createChild,
  createColumn,
  deleteForever,
  deleteItem,
  getDrive,
  getFields,
  getItem,
  getListItem,
  listChildren,
  listColumns,
  listDrives,
  updateFields,
  updateItem,
} from './items.ts';
import {
  createLink,
  deletePermission,
  getPermission,
  grantPermission,
  invite,
  listPermissions,
  updatePermission,
} from './permissions.ts';
import { driveOf, itemOf } from './target.ts';
import {
  budgetOf,
  commitElsewhere,
  createUploadSession,
  deleteUpload,
  download,
  getContent,
  getUploadStatus,
  postCommit,
  putChunk,
  putContent,
} from './transfer.ts';
import { MAX_CHUNK } from './upload-session.ts';
import { deleteVersion, getVersion, getVersionContent, listVersions, restoreVersion } from './versions.ts';

const READ = [
  'Files.Read.All',
  'Files.ReadWrite.All',
  'Sites.Read.All',
  'Sites.ReadWrite.All',
  'Sites.FullControl.All',
  'Files.Read',
  'Files.ReadWrite',
];
const WRITE = READ.filter((name) => !/\.Read(?:\.|$)/.test(name));

const MEBIBYTE = 1024 * 1024;
/** The chunk that is too large must reach the session, which has its own words for it. */
const CHUNK_LIMIT = MAX_CHUNK + MEBIBYTE;
const CONTENT_LIMIT = 260 * MEBIBYTE;

/**
 * Resource units: 1 for one item, for delta with a token and for content; 2 for lists and writes; 5 for whatever has to
 * do with permissions. Source: learn.microsoft.com/en-us/sharepoint/dev/general-development/how-to-avoid-getting-throttled-or-blocked-in-sharepoint-online.
 */
const ONE = 1;
const PERMISSIONS = 5;

type Operation = Pick<Route, 'method' | 'handle'> & Partial<Pick<Route, 'resourceUnits' | 'bodyLimit' | 'permissions'>>;

/** What an item has, whether it is addressed by id, as the root, or by a path after either. */
const ITEM_OPERATIONS: Readonly<Record<string, readonly Operation[]>> = {
  '': [
    { method: 'GET', handle: getItem, resourceUnits: ONE },
    { method: 'PATCH', handle: updateItem },
    { method: 'PUT', handle: commitElsewhere },
    { method: 'DELETE', handle: deleteItem },
  ],
  '/children': [
    { method: 'GET', handle: listChildren },
    { method: 'POST', handle: createChild },
  ],
  '/content': [
    { method: 'GET', handle: getContent, resourceUnits: ONE },
    { method: 'PUT', handle: putContent, bodyLimit: CONTENT_LIMIT },
  ],
  '/copy': [{ method: 'POST', handle: copyItem }],
  '/createLink': [{ method: 'POST', handle: createLink, resourceUnits: PERMISSIONS }],
  '/createUploadSession': [{ method: 'POST', handle: createUploadSession }],
  '/delta': [{ method: 'GET', handle: delta, resourceUnits: deltaUnits }],
  '/invite': [{ method: 'POST', handle: invite, resourceUnits: PERMISSIONS }],
  '/listItem': [{ method: 'GET', handle: getListItem, resourceUnits: ONE }],
  '/listItem/fields': [
    { method: 'GET', handle: getFields, resourceUnits: ONE },
    { method: 'PATCH', handle: updateFields },
  ],
  '/permanentDelete': [{ method: 'POST', handle: deleteForever }],
  '/permissions': [{ method: 'GET', handle: listPermissions, resourceUnits: PERMISSIONS, permissions: READ }],
  '/permissions/{permission}': [
    { method: 'GET', handle: getPermission, resourceUnits: PERMISSIONS },
    { method: 'PATCH', handle: updatePermission, resourceUnits: PERMISSIONS },
    { method: 'DELETE', handle: deletePermission, resourceUnits: PERMISSIONS },
  ],
  '/permissions/{permission}/grant': [{ method: 'POST', handle: grantPermission, resourceUnits: PERMISSIONS }],
  '/versions': [{ method: 'GET', handle: listVersions }],
  '/versions/{version}': [
    { method: 'GET', handle: getVersion, resourceUnits: ONE },
    { method: 'DELETE', handle: deleteVersion },
  ],
  '/versions/{version}/content': [{ method: 'GET', handle: getVersionContent, resourceUnits: ONE }],
  '/versions/{version}/restoreVersion': [{ method: 'POST', handle: restoreVersion }],
};

const DRIVE_OPERATIONS: Readonly<Record<string, readonly Operation[]>> = {
  '': [{ method: 'GET', handle: getDrive, resourceUnits: ONE }],
  '/list/columns': [
    { method: 'GET', handle: listColumns },
    { method: 'POST', handle: createColumn },
  ],
};

const HOLDERS = ['/users/{user}', '/sites/{site}', '/groups/{group}'];
const DRIVES = ['/drives/{drive}', ...HOLDERS.flatMap((holder) => [`${holder}/drive`, `${holder}/drives/{drive}`])];

export const routes: Route[] = [
  ...DRIVES.flatMap((drive) => [
    ...routesOf(drive, DRIVE_OPERATIONS),
    ...routesOf(`${drive}/root`, ITEM_OPERATIONS),
    ...routesOf(`${drive}/items/{item}`, ITEM_OPERATIONS),
  ]),
  ...HOLDERS.flatMap((holder) => routesOf(`${holder}/drives`, { '': [{ method: 'GET', handle: listDrives }] })),
  { ...openPath('download'), method: 'GET', handle: download, resourceUnits: ONE },
  { ...openPath('upload'), method: 'GET', handle: getUploadStatus, resourceUnits: ONE },
  { ...openPath('upload'), method: 'PUT', handle: putChunk, bodyLimit: CHUNK_LIMIT },
  { ...openPath('upload'), method: 'POST', handle: postCommit },
  { ...openPath('upload'), method: 'DELETE', handle: deleteUpload },
  { at: 'open', method: 'GET', path: '/open/monitor/{key}', handle: monitor },
];

/** Whoever has the URL may use it; its use counts as that of the app that it was made for. */
function openPath(kind: 'upload' | 'download') {
  return {
    at: 'open',
    path: `/open/${kind}/{key}`,
    service: 'drive',
    budget: budgetOf(`drive-${kind}`),
  } as const;
}

function routesOf(prefix: string, operations: Readonly<Record<string, readonly Operation[]>>): Route[] {
  return Object.entries(operations).flatMap(([suffix, list]) =>
    list.map((operation) => ({
      permissions: operation.method === 'GET' ? READ : WRITE,
      service: 'drive' as const,
      ...operation,
      path: prefix + suffix,
    })),
  );
}

/** OneDrive for Business has one feed a drive, that of its root. */
function delta(call: Call) {
  const drive = driveOf(call);
  if (itemOf(call).item !== drive.root) throw notSupported('Delta is supported on the root of a drive alone.');
  return deltaPage(call, drive);
}

function deltaUnits(call: Call): number {
  return call.query.other.has('token') || call.functionArguments.has('token') ? 1 : 2;
}
