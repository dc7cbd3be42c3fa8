import type { Call } from '../http/call.ts';
import { GraphError } from '../http/errors.ts';
import type { Drive, SiteLock } from './drive.ts';
import { drivesOf } from './drives.ts';
import { changedMeanwhile, driveError, invalidRequest, noSuchItem, siteBlocked } from './errors.ts';
import type { Actor, DriveItem } from './item.ts';
import { mayUse } from './sharing.ts';
import { matches } from './upload-session.ts';

/** What a request is about; `name`: the last name of its path is free in `item`. */
export interface Target {
  readonly drive: Drive;
  readonly item: DriveItem;
  readonly name?: string;
}

/** The drive of `/drives/{drive}`, or of a user, site or group: `/users/{user}/drive`. Throws 404, and 423 where its site is locked. */
export function driveOf(call: Call): Drive {
  const drive = named(call);
  checkLock(drive.site.lock, call.incoming.method !== 'GET');
  return drive;
}

/** The drives of the user, site or group that the path begins with. Throws 404. */
export function heldDrives(call: Call): readonly Drive[] {
  const { path } = call.route;
  const drives = drivesOf(call.tenant);
  if (path.startsWith('/users/')) return drives.heldBy(call.user().id);
  const held = drives.heldBy(call.parameter(path.startsWith('/sites/') ? 'site' : 'group'));
  if (held.length === 0) throw noSuchItem();
  return held;
}

/** Throws 423 for a site that nobody may look at, 403 for one that is only to be read. */
export function checkLock(lock: SiteLock, writing: boolean): void {
  if (lock === 'noAccess') throw siteBlocked();
  if (lock === 'readOnly' && writing) throw driveError(403, 'accessDenied', 'The site is read-only.');
}

function named(call: Call): Drive {
  const drives = drivesOf(call.tenant);
  if (!call.route.path.startsWith('/drives/')) {
    const held = heldDrives(call);
    const { path } = call.route;
    const wanted = path.includes('{drive}') ? call.parameter('drive') : held[0]?.id;
    const drive = held.find(({ id }) => id === wanted);
    if (drive === undefined && held.length > 0) throw noSuchItem();
    if (drive === undefined) throw new GraphError(404, 'ResourceNotFound', "User's mysite not found.");
    return drive;
  }
  const id = call.parameter('drive');
  if (!/^b![\w-]+$/.test(id)) {
    throw invalidRequest('The provided drive id appears to be malformed, or does not represent a valid drive.');
  }
  const drive = drives.byId(id);
  if (drive === undefined) throw noSuchItem();
  return drive;
}

/** The item of `/root`, `/items/{item}` and a `:/path:` after it. Throws 404. */
export function itemOf(call: Call): Target {
  const target = targetOf(call);
  if (target.name !== undefined) throw noSuchItem();
  return target;
}

/** The same, but the last name of the path may be one that isn't there yet. */
export function targetOf(call: Call): Target {
  const drive = driveOf(call);
  const start = call.route.path.includes('/items/{item}') ? drive.item(call.parameter('item')) : drive.root;
  const names = call.relativePath ?? [];
  const item = drive.follow(start, names);
  if (item !== undefined) {
    checkAccess(call, item);
    return { drive, item };
  }
  const folder = drive.follow(start, names.slice(0, -1)) as DriveItem;
  checkAccess(call, folder);
  return { drive, item: folder, name: names.at(-1) as string };
}

/** A signed-in user sees what is theirs or shared with them; an app on its own sees all. */
function checkAccess(call: Call, item: DriveItem): void {
  const { user } = call.identity;
  if (user !== undefined && !mayUse(item, user, call.incoming.method !== 'GET')) {
    throw driveError(403, 'accessDenied', 'Access denied');
  }
}

/** Throws 412 when If-Match names neither the eTag nor the cTag. */
export function checkTags(call: Call, item: DriveItem): void {
  const wanted = call.header('if-match');
  if (wanted !== undefined && !matches(item, wanted)) throw changedMeanwhile();
}

/** In whose name the call writes: nobody can write in another's. */
export function actorOf(call: Call): Actor {
  const { app, user } = call.identity;
  const application = { id: app.id, displayName: app.displayName };
  if (user === undefined) return { application, user: { displayName: 'SharePoint App' } };
  return { application, user: { id: user.id, displayName: user.displayName, email: user.mail } };
}
