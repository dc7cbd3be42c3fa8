import type { Call } from '../http/call.ts';
import { json, type Result } from '../http/result.ts';
import type { Route } from '../http/router.ts';
import { changesPage, startPageToken } from './changes.ts';
import { driveError } from './errors.ts';
import type { View } from './json.ts';
import { allDrives, FILE_FIELDS, ignore, reply, viewOf } from './request.ts';
import { route } from './route.ts';

function start(call: Call): Result {
  const view = viewOf(call);
  driveIdOf(call, view);
  return json({ kind: 'drive#startPageToken', startPageToken: startPageToken(view) });
}

function list(call: Call): Result {
  const view = viewOf(call);
  const { query } = call;
  ignore(call, 'includeLabels', 'includePermissionsForView', 'spaces');
  const pageToken = query.required('pageToken');
  const size = query.integer('pageSize', { otherwise: 100, min: 1, max: 1000, cut: true });
  const { includeItemsFromAllDrives } = allDrives(call);
  const changes = changesPage(view, pageToken, {
    driveId: driveIdOf(call, view),
    includeItemsFromAllDrives,
    includeRemoved: query.boolean('includeRemoved', true),
    includeCorpusRemovals: query.boolean('includeCorpusRemovals'),
    restrictToMyDrive: query.boolean('restrictToMyDrive'),
    pageSize: Math.min(size, view.corpus.behaviour.pageSize),
    visibleUntil: view.now - call.cloud.faults.listDelayMs,
  });
  return reply(
    call,
    changes,
    `kind,nextPageToken,newStartPageToken,changes(kind,type,changeType,time,removed,fileId,driveId,teamDriveId,file(${FILE_FIELDS}),drive(kind,id,name))`,
  );
}

/** The shared drive whose own log is wanted. Throws 404 for one that the person isn't in. */
function driveIdOf(call: Call, view: View): string | undefined {
  const { supportsAllDrives } = allDrives(call);
  const id = call.query.text('driveId') ?? call.query.text('teamDriveId');
  if (id === undefined) return undefined;
  const drive = view.corpus.drives.get(id);
  if (
    drive === undefined ||
    !supportsAllDrives ||
    view.corpus.access.role(drive.root, view.person, view.now) === undefined
  ) {
    throw driveError(404, 'notFound', `Shared drive not found: ${id}`, {
      location: 'driveId',
      locationType: 'parameter',
    });
  }
  return id;
}

export const changeRoutes: readonly Route[] = [
  route('changes.getStartPageToken', 'GET', '/changes/startPageToken', start),
  route('changes.list', 'GET', '/changes', list),
];
