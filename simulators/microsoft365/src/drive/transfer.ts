import type { Call } from '../http/call.ts';
import { jsonReply, noContent, type Reply } from '../http/reply.ts';
import type { Budget } from '../http/router.ts';
import { Content } from './content.ts';
import { type ConflictBehavior, type Drive, parseConflictBehavior } from './drive.ts';
import { drivesOf } from './drives.ts';
import { changedMeanwhile, driveError, invalidRequest, nameTaken, noSuchItem } from './errors.ts';
import { currentVersion, type DriveItem, eTagOf, isFolder } from './item.ts';
import { conflictOf, datesIn, nameIn, textIn } from './items.ts';
import { mediaTypeOf } from './media-types.ts';
import { type DownloadKey, downloadUrl, itemReply, type OpenKey, selected, wholeItem } from './reply.ts';
import { actorOf, checkTags, itemOf, type Target, targetOf } from './target.ts';
import { type Committed, matches, parseContentRange, type UploadSession, uploadSessionsOf } from './upload-session.ts';

/** 302 to a URL that needs no sign-in. */
export function getContent(call: Call): Reply {
  const { drive, item } = itemOf(call);
  if (isFolder(item)) throw invalidRequest('A folder has no content.');
  const known = call.header('if-none-match');
  if (known !== undefined && matches(item, known)) return noContent(304);
  return noContent(302, { location: downloadUrl(call, drive, item) });
}

/** The whole content in one request: a new file, or a new version of one. */
export function putContent(call: Call): Reply {
  const target = targetOf(call);
  const { drive, item, name } = target;
  const { body } = call.incoming;
  if (body.length > drive.behaviour.maxSimpleUpload) {
    throw driveError(413, 'invalidRequest', 'The file is too large for a simple upload.', 'maxFileSizeExceeded');
  }
  const content = new Content([body]);
  const writing = { by: actorOf(call), at: call.now };
  const conflict = conflictOf(call, {}) ?? 'replace';
  if (name !== undefined) {
    if (call.header('if-match') !== undefined) throw changedMeanwhile();
    return committedReply(call, drive, madeFile(drive.writeFile(item, name, content, conflict, writing)));
  }
  checkTags(call, item);
  if (call.header('if-none-match') === '*' || (conflict === 'fail' && call.relativePath !== undefined))
    throw nameTaken();
  if (conflict === 'rename' && call.relativePath !== undefined && item.parent !== undefined) {
    const made = drive.writeFile(item.parent, item.name, content, conflict, writing);
    return committedReply(call, drive, madeFile(made));
  }
  return committedReply(call, drive, { item: drive.replaceContent(item, content, writing), created: false });
}

/** `{"item": {conflictBehavior, name, fileSize, fileSystemInfo, description}, "deferCommit"}`, all of it optional. */
export function createUploadSession(call: Call): Reply {
  const target = targetOf(call);
  const body = call.incoming.body.length === 0 ? {} : call.json();
  const properties = (body.item ?? {}) as Record<string, unknown>;
  const { drive } = target;
  const known = call.header('if-none-match');
  if (known !== undefined && target.name === undefined && matches(target.item, known)) throw changedMeanwhile();
  const said = nameIn(properties);
  const last = call.relativePath?.at(-1);
  if (said !== undefined && last !== undefined && said !== last) {
    throw invalidRequest('The name in the body is not the name in the path.');
  }
  const fileSize = properties.fileSize;
  if (fileSize !== undefined && !(Number.isSafeInteger(fileSize) && (fileSize as number) >= 0)) {
    throw invalidRequest('fileSize must be a number of bytes.');
  }
  const session = uploadSessionsOf(drive).create(
    {
      target: uploadTarget(call, target),
      conflict: conflictOf(call, properties),
      dates: datesIn(properties),
      description: textIn(properties, 'description'),
      fileSize: fileSize as number | undefined,
      deferCommit: body.deferCommit === true,
      ifMatch: call.header('if-match'),
      by: actorOf(call),
    },
    call.now,
  );
  return jsonReply(200, {
    '@odata.context': `${call.base}/$metadata#microsoft.graph.uploadSession`,
    uploadUrl: uploadUrl(call, drive, session),
    expirationDateTime: new Date(session.expires).toISOString(),
    nextExpectedRanges: session.nextExpectedRanges,
  });
}

/** By path, the name is what counts, whether something is there or not; by id, the item. */
function uploadTarget(call: Call, { drive, item, name }: Target) {
  if (name !== undefined) return { folder: item, name };
  const last = call.relativePath?.at(-1);
  if (last === undefined) return { folder: undefined, item };
  return { folder: item.parent ?? drive.root, name: last };
}

interface UploadKey extends OpenKey {
  readonly session: string;
}

function uploadUrl(call: Call, drive: Drive, session: UploadSession): string {
  const key: UploadKey = { app: call.identity.app.id, tenant: drive.tenantId, drive: drive.id, session: session.id };
  return `${call.cloud.openUrl}/open/upload/${call.cloud.tokens.seal('drive-upload', key)}`;
}

function sessionByKey(call: Call, sealed: string): { drive: Drive; session: UploadSession } {
  const key = call.cloud.tokens.open<UploadKey>('drive-upload', sealed);
  const drive = openDrive(call, key);
  return { drive, session: uploadSessionsOf(drive).find(key.session, call.now) };
}

function openSession(call: Call): { drive: Drive; session: UploadSession } {
  const found = sessionByKey(call, call.parameter('key'));
  refuseBearer(call, found.drive);
  return found;
}

export function putChunk(call: Call): Reply {
  const { drive, session } = openSession(call);
  session.receive(parseContentRange(call.header('content-range')), call.incoming.body);
  if (!session.complete || session.deferCommit) return progressReply(session, 202);
  return openCommittedReply(call, drive, session.commit(call.now));
}

/** The explicit end of a session with deferCommit: an empty POST. */
export function postCommit(call: Call): Reply {
  const { drive, session } = openSession(call);
  return openCommittedReply(call, drive, session.commit(call.now));
}

export function getUploadStatus(call: Call): Reply {
  return progressReply(openSession(call).session, 200);
}

export function deleteUpload(call: Call): Reply {
  const { drive, session } = openSession(call);
  uploadSessionsOf(drive).close(session);
  return noContent();
}

/** PUT of an item with `@microsoft.graph.sourceUrl`: commits a session whose last chunk met a conflict. */
export function commitElsewhere(call: Call): Reply {
  const target = targetOf(call);
  const body = call.json();
  const url = textIn(body, '@microsoft.graph.sourceUrl');
  const sealed = url === undefined ? undefined : /\/open\/upload\/([^/?]+)$/.exec(url)?.[1];
  if (sealed === undefined) throw invalidRequest('@microsoft.graph.sourceUrl must be the URL of an upload session.');
  const { drive, session } = sessionByKey(call, sealed);
  if (drive !== target.drive) throw noSuchItem();
  if (target.name === undefined) checkTags(call, target.item);
  const name = nameIn(body) ?? target.name;
  const conflict: ConflictBehavior | undefined = parseConflictBehavior(body['@microsoft.graph.conflictBehavior']);
  const done = session.commit(call.now, {
    ...(name === undefined ? {} : { name }),
    ...(conflict === undefined ? {} : { conflict }),
  });
  return committedReply(call, drive, done);
}

/** Whose limits a chunk, or the content itself, counts towards. */
export function budgetOf(kind: 'drive-upload' | 'drive-download') {
  return (call: Call): Budget => {
    const { app, tenant } = call.cloud.tokens.open<OpenKey>(kind, call.parameter('key'));
    return { app, tenant };
  };
}

/** The content itself: no sign-in, Range as usual, always what is current unless the URL is a version's. */
export function download(call: Call): Reply {
  const key = call.cloud.tokens.open<DownloadKey>('drive-download', call.parameter('key'));
  const drive = openDrive(call, key);
  refuseBearer(call, drive);
  if (key.expires <= call.now) throw driveError(401, 'unauthenticated', 'The download URL has expired.');
  const item = drive.item(key.item);
  const version = key.version === undefined ? currentVersion(item) : item.versions.find(({ id }) => id === key.version);
  if (version === undefined) throw noSuchItem();
  const { content } = version;
  const headers: Record<string, string> = {
    'accept-ranges': 'bytes',
    'content-type': mediaTypeOf(item.name),
    'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(item.name)}`,
    'last-modified': new Date(version.modified).toUTCString(),
    etag: eTagOf(item),
  };
  const range = parseRange(call.header('range'), content.size);
  if (range === 'unsatisfiable') {
    return { status: 416, headers: { 'content-range': `bytes */${content.size}` }, body: [] };
  }
  if (range === undefined) return { status: 200, headers, body: [...content.slice()] };
  const [first, last] = range;
  headers['content-range'] = `bytes ${first}-${last}/${content.size}`;
  return { status: 206, headers, body: [...content.slice(first, last + 1)] };
}

/** First and last byte; undefined: the whole, for want of a range or for one of a kind that is ignored. */
export function parseRange(
  header: string | undefined,
  size: number,
): readonly [number, number] | 'unsatisfiable' | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '');
  if (match === null) return undefined;
  const [, from = '', to = ''] = match;
  if (from === '' && to === '') return undefined;
  if (from === '') return Number(to) === 0 || size === 0 ? 'unsatisfiable' : [Math.max(0, size - Number(to)), size - 1];
  const first = Number(from);
  const last = to === '' ? size - 1 : Math.min(Number(to), size - 1);
  if (to !== '' && Number(to) < first) return undefined;
  return first >= size ? 'unsatisfiable' : [first, last];
}

function openDrive(call: Call, key: { tenant: string; drive: string }): Drive {
  const tenant = call.cloud.tenant(key.tenant);
  const drive = tenant === undefined ? undefined : drivesOf(tenant).byId(key.drive);
  if (drive === undefined) throw noSuchItem();
  return drive;
}

function refuseBearer(call: Call, drive: Drive): void {
  if (drive.behaviour.authorizationOnTransferUrl === 'refused' && call.header('authorization') !== undefined) {
    throw driveError(401, 'unauthenticated', 'This URL is signed in already: send no Authorization header.');
  }
}

function progressReply(session: UploadSession, status: number): Reply {
  return jsonReply(status, {
    expirationDateTime: new Date(session.expires).toISOString(),
    nextExpectedRanges: session.nextExpectedRanges,
  });
}

function madeFile({ file, created }: { file: DriveItem; created: boolean }): Committed {
  return { item: file, created };
}

function committedReply(call: Call, drive: Drive, { item, created }: Committed): Reply {
  return itemReply(call, drive, item, { status: created ? 201 : 200 });
}

function openCommittedReply(call: Call, drive: Drive, { item, created }: Committed): Reply {
  return jsonReply(created ? 201 : 200, selected(wholeItem(call, drive, item), undefined));
}
