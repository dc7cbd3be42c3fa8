import type { Call } from '../http/call.ts';
import { entityReply, noContent, type Reply } from '../http/reply.ts';
import { collectionReply } from '../odata/collection.ts';
import type { Drive } from './drive.ts';
import { invalidRequest, noSuchItem } from './errors.ts';
import { currentVersion, type DriveItem, isFolder, type Version } from './item.ts';
import { VERSION, versionJson } from './json.ts';
import { downloadUrl } from './reply.ts';
import { actorOf, itemOf } from './target.ts';

/** Newest first, the current one included. */
export function listVersions(call: Call): Reply {
  const { drive, item } = itemOf(call);
  if (isFolder(item)) throw invalidRequest('A folder has no versions.');
  return collectionReply(call, item.versions.toReversed(), {
    shape: VERSION,
    json: (version) => versionJson(drive, version),
    pageSize: 200,
    filter: false,
    orderby: false,
    paging: 'skiptoken',
  });
}

export function getVersion(call: Call): Reply {
  const { drive, version } = versionOf(call);
  return entityReply(call, versionJson(drive, version));
}

/** 302 as for the file itself; the current version has no content of its own. */
export function getVersionContent(call: Call): Reply {
  const { drive, item, version } = versionOf(call);
  if (version === currentVersion(item)) {
    throw invalidRequest('You cannot get the content of the current version.');
  }
  return noContent(302, { location: downloadUrl(call, drive, item, version.id) });
}

/** The old content becomes a new version; what came after it stays. */
export function restoreVersion(call: Call): Reply {
  const { drive, item, version } = versionOf(call);
  if (version === currentVersion(item)) throw invalidRequest('The version is the current one.');
  drive.restoreVersion(item, version.id, actorOf(call), call.now);
  return noContent();
}

export function deleteVersion(call: Call): Reply {
  const { item, version } = versionOf(call);
  if (version === currentVersion(item)) throw invalidRequest('The current version cannot be deleted.');
  item.versions.splice(item.versions.indexOf(version), 1);
  return noContent();
}

function versionOf(call: Call): { drive: Drive; item: DriveItem; version: Version } {
  const { drive, item } = itemOf(call);
  const version = item.versions.find(({ id }) => id === call.parameter('version'));
  if (version === undefined) throw noSuchItem();
  return { drive, item, version };
}
