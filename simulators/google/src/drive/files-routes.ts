import type { Call } from '../http/call.ts';
import { page } from '../http/paging.ts';
import { empty, type Result } from '../http/result.ts';
import type { Route } from '../http/router.ts';
import { contentResult } from './bytes.ts';
import { badRequest, driveError, insufficientPermissions, invalidParameter } from './errors.ts';
import { type DriveFile, headOf, isBlob, isNative, isTrashed } from './file.ts';
import { fileJson, type View } from './json.ts';
import { selectFiles } from './list.ts';
import { exportNative, MAX_EXPORT } from './native.ts';
import { allDrives, anyFileOf, FILE_FIELDS, fileOf, ignore, mediaOf, reply, viewOf } from './request.ts';
import { route } from './route.ts';
import { copyFile, createFile, deleteFile, fileFor, updateFile, type WriteOptions } from './write.ts';

/** Source: developers.google.com/workspace/drive/api/reference/rest/v3/files/create. */
const MAX_UPLOAD = 5_497_558_138_880;

const LABELS = ['includeLabels', 'includePermissionsForView'];
const UPLOADING = [
  'enforceSingleParent',
  'ignoreDefaultVisibility',
  'ocrLanguage',
  'useContentAsIndexableText',
  ...LABELS,
];

function list(call: Call): Result {
  const view = viewOf(call);
  const { query } = call;
  ignore(call, ...LABELS);
  const driveId = query.text('driveId') ?? query.text('teamDriveId');
  const request = {
    q: query.text('q'),
    corpora: query.text('corpora'),
    driveId,
    orderBy: query.text('orderBy'),
    spaces: query.text('spaces'),
    ...allDrives(call),
  };
  ignore(call, 'corpus');
  const visible = view.now - call.cloud.faults.listDelayMs;
  const files = selectFiles(view, request).filter(({ id }) => view.corpus.log.changedAt(id) <= visible);
  const most = Math.min(1000, view.corpus.behaviour.pageSize);
  const scope = JSON.stringify([
    request.q,
    request.corpora,
    driveId,
    request.orderBy,
    request.includeItemsFromAllDrives,
  ]);
  const size = query.integer('pageSize', { otherwise: 100, min: 1, max: 1000, cut: true });
  const { items, nextPageToken } = page(
    call,
    files,
    { name: 'pageSize', otherwise: Math.min(size, most), max: most, cut: true },
    scope,
  );
  return reply(
    call,
    {
      kind: 'drive#fileList',
      ...(nextPageToken === undefined ? {} : { nextPageToken }),
      incompleteSearch: false,
      files: items.map((file) => fileJson(view, file)),
    },
    `kind,nextPageToken,incompleteSearch,files(${FILE_FIELDS})`,
  );
}

function get(call: Call): Result {
  const view = viewOf(call);
  ignore(call, ...LABELS);
  const file = fileOf(call, view);
  const acknowledged = call.query.boolean('acknowledgeAbuse');
  if (!call.wantsMedia) return reply(call, fileJson(view, file), FILE_FIELDS);
  return download(call, view, file, acknowledged);
}

function download(call: Call, view: View, file: DriveFile, acknowledged: boolean): Result {
  const head = headOf(file);
  if (head === undefined || !isBlob(file)) {
    throw driveError(
      403,
      'fileNotDownloadable',
      'Only files with binary content can be downloaded. Use Export with Docs Editors files.',
      { location: 'alt', locationType: 'parameter' },
    );
  }
  checkAbuse(view, file, acknowledged);
  return contentResult(call, file.mimeType, head.content);
}

/** Only the owner, or an organizer of the shared drive, may download what was found to be harmful. */
export function checkAbuse(view: View, file: DriveFile, acknowledged: boolean): void {
  if (!file.abusive) return;
  const may = view.corpus.access.atLeast(file, view.person, file.drive === undefined ? 'owner' : 'organizer', view.now);
  if (acknowledged && may) return;
  throw driveError(
    403,
    'cannotDownloadAbusiveFile',
    'This file has been identified as malware or spam and cannot be downloaded.',
    { location: 'alt', locationType: 'parameter' },
  );
}

function create(call: Call): Result {
  const view = viewOf(call);
  const options = writeOptions(call, false);
  const file = createFile(view, call.json(), mediaOf(call), options);
  return reply(call, fileJson(view, file), FILE_FIELDS);
}

function update(call: Call): Result {
  const view = viewOf(call);
  const options = writeOptions(call, true);
  const file = fileOf(call, view);
  updateFile(view, file, call.json(), mediaOf(call), options);
  return reply(call, fileJson(view, file), FILE_FIELDS);
}

function copy(call: Call): Result {
  const view = viewOf(call);
  const copyComments = call.query.boolean('copyComments');
  const options = { ...writeOptions(call, false), copyComments };
  const file = copyFile(view, fileOf(call, view), call.json(), options);
  return reply(call, fileJson(view, file), FILE_FIELDS);
}

function remove(call: Call): Result {
  const view = viewOf(call);
  ignore(call, 'enforceSingleParent');
  deleteFile(view, fileOf(call, view));
  return empty();
}

/** Everything of one's own that is in the trash, or everything in a shared drive's. */
function emptyTrash(call: Call): Result {
  const view = viewOf(call);
  const { corpus, person, now } = view;
  ignore(call, 'enforceSingleParent');
  const driveId = call.query.text('driveId');
  const drive = driveId === undefined ? undefined : fileFor(view, driveId, true);
  if (drive !== undefined && !corpus.access.atLeast(drive, person, 'organizer', now)) {
    throw insufficientPermissions(drive.id);
  }
  for (const file of [...corpus.files]) {
    const mine = drive === undefined ? file.owner?.permissionId === person.permissionId : file.drive?.id === drive.id;
    if (mine && file.trashed !== undefined && corpus.file(file.id) === file) corpus.deleteForever(file, now);
  }
  return empty();
}

/** Of native documents. Source: developers.google.com/workspace/drive/api/reference/rest/v3/files/export. */
function exportFile(call: Call): Result {
  const view = viewOf(call);
  const mimeType = call.query.required('mimeType');
  const revisionId = call.query.text('revision');
  const file = anyFileOf(call, view);
  const revision = revisionId === undefined ? headOf(file) : file.revisions.find(({ id }) => id === revisionId);
  if (!isNative(file) || revision?.native === undefined) {
    throw driveError(403, 'fileNotExportable', 'Export only supports Docs Editors files.');
  }
  const content = exportNative(revision.native, file.mimeType, mimeType);
  if (content === undefined) {
    throw badRequest('The requested conversion is not supported.', 'convertTo');
  }
  if (content.size > MAX_EXPORT) {
    throw driveError(403, 'exportSizeLimitExceeded', 'This file is too large to be exported.');
  }
  return contentResult(call, mimeType, content);
}

function generateIds(call: Call): Result {
  const view = viewOf(call);
  const count = call.query.integer('count', { otherwise: 10, min: 1, max: 1000 });
  const space = call.query.choice('space', ['drive', 'appDataFolder'], 'drive');
  const type = call.query.choice('type', ['files', 'shortcuts'], 'files');
  if (type === 'shortcuts' && space !== 'drive') throw invalidParameter('type');
  const ids = view.corpus.generateIds(count);
  return reply(call, { kind: 'drive#generatedIds', space, ids }, 'kind,space,ids');
}

function writeOptions(call: Call, moves: boolean): WriteOptions {
  ignore(call, ...UPLOADING);
  const ids = (name: string) => (moves ? (call.query.text(name) ?? '').split(',').filter(Boolean) : []);
  return {
    keepRevisionForever: call.query.boolean('keepRevisionForever'),
    addParents: ids('addParents'),
    removeParents: ids('removeParents'),
    supportsAllDrives: allDrives(call).supportsAllDrives,
  };
}

/** Whether anything but the trash holds something of the drive. */
export function hasUntrashed(view: View, root: DriveFile): boolean {
  for (const file of view.corpus.subtree(root)) if (file !== root && !isTrashed(file)) return true;
  return false;
}

export const fileRoutes: readonly Route[] = [
  route('files.list', 'GET', '/files', list),
  route('files.get', 'GET', '/files/{fileId}', get),
  route('files.create', 'POST', '/files', create, { maxBytes: MAX_UPLOAD }),
  route('files.update', 'PATCH', '/files/{fileId}', update, { maxBytes: MAX_UPLOAD }),
  route('files.copy', 'POST', '/files/{fileId}/copy', copy),
  route('files.delete', 'DELETE', '/files/{fileId}', remove),
  route('files.emptyTrash', 'DELETE', '/files/trash', emptyTrash),
  route('files.export', 'GET', '/files/{fileId}/export', exportFile),
  route('files.generateIds', 'GET', '/files/generateIds', generateIds),
];
