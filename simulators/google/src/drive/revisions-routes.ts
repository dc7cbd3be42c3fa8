import type { Call } from '../http/call.ts';
import { page } from '../http/paging.ts';
import { empty, type Result } from '../http/result.ts';
import type { Route } from '../http/router.ts';
import { contentResult } from './bytes.ts';
import { badRequest, driveError, insufficientPermissions, notWritable } from './errors.ts';
import { type DriveFile, headOf, isBlob, isFolder, isNative, type Revision } from './file.ts';
import { checkAbuse } from './files-routes.ts';
import { revisionJson, type View } from './json.ts';
import { anyFileOf, reply, viewOf } from './request.ts';
import { route } from './route.ts';

const FIELDS = 'kind,id,mimeType,modifiedTime';
const WRITABLE = new Set(['keepForever', 'published', 'publishAuto', 'publishedOutsideDomain', 'kind']);

function list(call: Call): Result {
  const view = viewOf(call);
  const file = revisedFile(call, view);
  const { items, nextPageToken } = page(
    call,
    file.revisions,
    { name: 'pageSize', otherwise: 200, max: 1000, cut: true },
    file.id,
  );
  return reply(
    call,
    {
      kind: 'drive#revisionList',
      ...(nextPageToken === undefined ? {} : { nextPageToken }),
      revisions: items.map((revision) => revisionJson(view, file, revision)),
    },
    `kind,nextPageToken,revisions(${FIELDS})`,
  );
}

function get(call: Call): Result {
  const view = viewOf(call);
  const acknowledged = call.query.boolean('acknowledgeAbuse');
  const file = revisedFile(call, view);
  const revision = revisionOf(call, file);
  if (!call.wantsMedia) return reply(call, revisionJson(view, file, revision), FIELDS);
  if (revision.native !== undefined) {
    throw driveError(403, 'fileNotDownloadable', 'Only files with binary content can be downloaded.', {
      location: 'alt',
      locationType: 'parameter',
    });
  }
  checkAbuse(view, file, acknowledged);
  return contentResult(call, revision.mimeType, revision.content);
}

/** Source: developers.google.com/workspace/drive/api/reference/rest/v3/revisions/update. */
function update(call: Call): Result {
  const view = viewOf(call);
  const { corpus, person, now } = view;
  const file = revisedFile(call, view);
  corpus.checkRole(file, person, 'writer', now);
  const revision = revisionOf(call, file);
  const body = call.json();
  for (const name of Object.keys(body)) if (!WRITABLE.has(name)) throw notWritable();
  const native = isNative(file);
  if (typeof body.keepForever === 'boolean') {
    if (native) throw badRequest('keepForever is only applicable to files with binary content.');
    const kept = file.revisions.filter(({ keepForever }) => keepForever).length;
    if (body.keepForever && !revision.keepForever && kept >= corpus.behaviour.maxKeptRevisions) {
      throw driveError(403, 'revisionLimitExceeded', 'The limit of revisions that are kept forever has been reached.');
    }
    revision.keepForever = body.keepForever;
  }
  for (const name of ['published', 'publishAuto', 'publishedOutsideDomain'] as const) {
    const value = body[name];
    if (typeof value !== 'boolean') continue;
    if (!native) throw badRequest(`${name} is only applicable to Docs Editors files.`);
    revision[name] = value;
  }
  corpus.touch(file, now);
  return reply(call, revisionJson(view, file, revision), FIELDS);
}

function remove(call: Call): Result {
  const view = viewOf(call);
  const { corpus, person, now } = view;
  const file = revisedFile(call, view);
  corpus.checkRole(file, person, 'writer', now);
  const revision = revisionOf(call, file);
  if (!isBlob(file))
    throw driveError(403, 'revisionsNotDeletable', 'Revisions of Docs Editors files cannot be deleted.');
  if (file.revisions.length === 1) {
    throw driveError(400, 'cannotDeleteOnlyRevision', 'The only revision of a file cannot be deleted.');
  }
  const wasHead = headOf(file) === revision;
  file.revisions.splice(file.revisions.indexOf(revision), 1);
  const head = headOf(file) as Revision;
  if (wasHead) head.superseded = undefined;
  file.mimeType = head.mimeType;
  corpus.touch(file, now);
  return empty();
}

/** Throws 403 for who may only read, and for what has no revisions. */
function revisedFile(call: Call, view: View): DriveFile {
  const file = anyFileOf(call, view);
  if (isFolder(file) || headOf(file) === undefined) {
    throw driveError(403, 'revisionsNotSupported', 'The file does not support revisions.');
  }
  if (!view.corpus.access.atLeast(file, view.person, 'writer', view.now)) throw insufficientPermissions(file.id);
  return file;
}

/** By id, or `head`. */
function revisionOf(call: Call, file: DriveFile): Revision {
  const id = call.parameter('revisionId');
  const revision = id === 'head' ? headOf(file) : file.revisions.find((each) => each.id === id);
  if (revision !== undefined) return revision;
  throw driveError(404, 'notFound', `Revision not found: ${id}.`, {
    location: 'revisionId',
    locationType: 'parameter',
  });
}

const PATH = '/files/{fileId}/revisions';
export const revisionRoutes: readonly Route[] = [
  route('revisions.list', 'GET', PATH, list),
  route('revisions.get', 'GET', `${PATH}/{revisionId}`, get),
  route('revisions.update', 'PATCH', `${PATH}/{revisionId}`, update),
  route('revisions.delete', 'DELETE', `${PATH}/{revisionId}`, remove),
];
