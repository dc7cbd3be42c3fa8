import type { Call } from '../http/call.ts';
import { GraphError } from '../http/errors.ts';
import type { Drive } from './drive.ts';
import { drivesOf } from './drives.ts';
import { changedMeanwhile, driveError, invalidRequest, noSuchItem } from './errors.ts';
import type { Actor, DriveItem } from './item.ts';
import { mayUse } from './sharing.ts';
import { matches } from './upload-session.ts';

/** What a request is about; `name`: the last name of its path is free in `item`. */
export interface Target {
  readonly drive: Drive;
  readonly item: DriveItem;
  readonly name?: string;
}

/** The drive of `/drives/{drive}` or `/users/{user}/drive`. Throws 404. */
export function driveOf(call: Call): Drive {
  const drives = drivesOf(call.tenant);
  if (call.route.path.startsWith('/users/')) {
    const drive = drives.of(call.user());
    if (drive === undefined) throw new GraphError(404, 'ResourceNotFound', "User's mysite not found.");
    if (call.route.path.includes('{drive}') && drive.id !== call.parameter('drive')) throw noSuchItem();
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
