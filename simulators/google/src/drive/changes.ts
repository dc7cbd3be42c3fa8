import type { Change } from './change-log.ts';
import { driveError, invalidParameter } from './errors.ts';
import { defined, driveJson, fileJson, type Json, timeJson, type View } from './json.ts';
import { inMyDrive } from './list.ts';

export interface ChangesRequest {
  readonly driveId: string | undefined;
  readonly includeItemsFromAllDrives: boolean;
  readonly includeRemoved: boolean;
  readonly includeCorpusRemovals: boolean;
  readonly restrictToMyDrive: boolean;
  readonly pageSize: number;
  /** Changes newer than this (ms) aren't told yet. */
  readonly visibleUntil: number;
}

/** Numbers as Drive gives them: where the next change will stand. */
export function startPageToken(view: View): string {
  return String(view.corpus.log.sequence + 1);
}

/** Source: developers.google.com/workspace/drive/api/guides/manage-changes. */
export function changesPage(view: View, pageToken: string, request: ChangesRequest): Json {
  const { corpus, person } = view;
  const { log } = corpus;
  if (!/^[1-9]\d{0,15}$/.test(pageToken) || Number(pageToken) > log.sequence + 1) throw invalidParameter('pageToken');
  if (Number(pageToken) < log.oldest) throw expired(corpus.behaviour.expiredPageToken);
  const wanted = (change: Change): boolean => {
    if (!change.audience.has(person.permissionId)) return false;
    if (request.driveId !== undefined) return change.driveId === request.driveId;
    if (change.driveId !== undefined && !request.includeItemsFromAllDrives) return false;
    const file = change.kind === 'file' ? corpus.file(change.id) : undefined;
    if (file !== undefined && corpus.isRoot(file)) return false;
    if (request.restrictToMyDrive && (file === undefined || !inMyDrive(view, file))) return false;
    return request.includeRemoved || !isRemoved(view, change);
  };
  const { changes, after, done } = log.since(Number(pageToken) - 1, request.pageSize, wanted, request.visibleUntil);
  return defined({
    kind: 'drive#changeList',
    nextPageToken: done ? undefined : String(after + 1),
    newStartPageToken: done ? String(after + 1) : undefined,
    changes: changes.map((change) => changeJson(view, change, request.includeCorpusRemovals)),
  });
}

function isRemoved(view: View, change: Change): boolean {
  const { corpus, person, now } = view;
  if (change.kind === 'drive') {
    const drive = corpus.drives.get(change.id);
    return drive === undefined || corpus.access.role(drive.root, person, now) === undefined;
  }
  const file = corpus.file(change.id);
  return file === undefined || !corpus.access.listed(file, person, now);
}

function changeJson(view: View, change: Change, evenIfRemoved: boolean): Json {
  const { corpus, person, now } = view;
  const removed = isRemoved(view, change);
  const common = {
    kind: 'drive#change',
    type: change.kind,
    changeType: change.kind,
    time: timeJson(change.at),
    removed,
  };
  if (change.kind === 'drive') {
    const drive = corpus.drives.get(change.id);
    return defined({
      ...common,
      type: 'teamDrive',
      driveId: change.id,
      teamDriveId: change.id,
      drive: removed || drive === undefined ? undefined : driveJson(view, drive),
    });
  }
  const file = corpus.file(change.id);
  const reachable = file !== undefined && corpus.access.role(file, person, now) !== undefined;
  return defined({
    ...common,
    fileId: change.id,
    driveId: change.driveId,
    teamDriveId: change.driveId,
    file: reachable && (!removed || evenIfRemoved) ? fileJson(view, file) : undefined,
  });
}

function expired(status: 400 | 404 | 410) {
  if (status === 400) return invalidParameter('pageToken');
  if (status === 404)
    return driveError(404, 'notFound', 'The page token was not found.', {
      location: 'pageToken',
      locationType: 'parameter',
    });
  return driveError(410, 'gone', 'The page token is no longer valid.', {
    location: 'pageToken',
    locationType: 'parameter',
  });
}
