import type { Call } from '../http/call.ts';
import { entityReply, jsonReply, noContent, type Reply } from '../http/reply.ts';
import { collectionReply } from '../odata/collection.ts';
import { checkSelect, project } from '../odata/shape.ts';
import { type ConflictBehavior, type Dates, type Drive, parseConflictBehavior } from './drive.ts';
import { drivesOf } from './drives.ts';
import { invalidRequest, notSupported } from './errors.ts';
import { type DriveItem, isFolder } from './item.ts';
import { DRIVE, DRIVE_ITEM, driveJson, fieldsJson, listItemJson } from './json.ts';
import { itemReply, selected, sortedChildren, wholeItem } from './reply.ts';
import { actorOf, checkLock, checkTags, driveOf, heldDrives, itemOf } from './target.ts';

export function getDrive(call: Call): Reply {
  const select = call.query.select;
  checkSelect(DRIVE, select);
  return entityReply(call, project(driveJson(driveOf(call)), select));
}

export function listDrives(call: Call): Reply {
  const drives = heldDrives(call);
  if (drives[0] !== undefined) checkLock(drives[0].site.lock, false);
  return collectionReply(call, drives, { shape: DRIVE, json: driveJson });
}

export function getItem(call: Call): Reply {
  const { drive, item } = itemOf(call);
  return itemReply(call, drive, item);
}

export function listChildren(call: Call): Reply {
  const { drive, item } = itemOf(call);
  const { select } = call.query;
  const visible = call.now - call.cloud.faults.listDelayMs;
  return collectionReply(
    call,
    sortedChildren(item).filter((child) => drive.log.changedAt(child.id) <= visible),
    {
      shape: DRIVE_ITEM,
      json: (child) => selected(wholeItem(call, drive, child), select),
      view: (child) => wholeItem(call, drive, child),
      pageSize: drive.behaviour.pageSize,
      maxPageSize: 1000,
      filter: false,
      paging: 'skiptoken',
    },
  );
}

/** `{"name", "folder": {}, "@microsoft.graph.conflictBehavior"}`: a folder; files come by their content. */
export function createChild(call: Call): Reply {
  const { drive, item } = itemOf(call);
  const body = call.json();
  if (typeof body.folder !== 'object' || body.folder === null) {
    throw invalidRequest('A new item needs the folder facet; a file is made by uploading its content.');
  }
  const { folder, created } = drive.createFolder(item, nameIn(body) ?? '', conflictOf(call, body) ?? 'fail', {
    by: actorOf(call),
    at: call.now,
    dates: datesIn(body),
    description: textIn(body, 'description'),
  });
  return itemReply(call, drive, folder, { status: created ? 201 : 200 });
}

/** Name, place, dates and description; what is read-only (who made it, sizes) is left as it is, without a word. */
export function updateItem(call: Call): Reply {
  const { drive, item } = itemOf(call);
  checkTags(call, item);
  const body = call.json();
  const by = actorOf(call);
  const at = call.now;
  const to = body.parentReference === undefined ? undefined : referredFolder(call, drive, body.parentReference);
  const name = nameIn(body);
  if (to !== undefined || name !== undefined) {
    const folder = to ?? item.parent ?? drive.root;
    const stays = folder === item.parent && (name ?? item.name) === item.name;
    if (!stays) drive.relocate(item, folder, name ?? item.name, conflictOf(call, body) ?? 'fail', by, at);
  }
  if (body.description !== undefined) drive.setDescription(item, textIn(body, 'description'), by, at);
  const dates = datesIn(body);
  if (dates.created !== undefined || dates.modified !== undefined) drive.setDates(item, dates, by, at);
  return itemReply(call, drive, item);
}

export function deleteItem(call: Call): Reply {
  const { drive, item } = itemOf(call);
  checkTags(call, item);
  drive.remove(item, actorOf(call), call.now);
  return noContent();
}

export function deleteForever(call: Call): Reply {
  const { drive, item } = itemOf(call);
  checkTags(call, item);
  drive.removeForever(item, call.now);
  return noContent();
}

export function getListItem(call: Call): Reply {
  const { drive, item } = itemOf(call);
  const withFields = call.query.expand.some(({ property }) => property === 'fields');
  const select = call.query.select;
  return entityReply(call, project(listItemJson(drive, item, withFields), select && [...select, 'fields']));
}

export function getFields(call: Call): Reply {
  const { drive, item } = itemOf(call);
  return entityReply(call, project(fieldsJson(drive, item), call.query.select));
}

/** Values of the library's own columns. */
export function updateFields(call: Call): Reply {
  const { drive, item } = itemOf(call);
  checkTags(call, item);
  const body = call.json();
  if (drive.list !== undefined) {
    drive.list.write(item, body, call.now);
    return entityReply(call, fieldsJson(drive, item));
  }
  for (const name of Object.keys(body)) {
    if (!drive.columns.has(name)) throw invalidRequest(`Field '${name}' is not recognized`);
  }
  for (const [name, value] of Object.entries(body)) {
    if (value === null) item.columns.delete(name);
    else item.columns.set(name, value);
  }
  drive.touch(item, call.now);
  return entityReply(call, fieldsJson(drive, item));
}

export function listColumns(call: Call): Reply {
  const drive = driveOf(call);
  return jsonReply(200, {
    '@odata.context': `${call.base}/$metadata#${call.contextPath}`,
    value: drive.list?.columns ?? [...drive.columns.values()],
  });
}

export function createColumn(call: Call): Reply {
  const drive = driveOf(call);
  const body = call.json();
  if (drive.list !== undefined) return entityReply(call, drive.list.addColumn(body, call.now), { status: 201 });
  const name = nameIn(body);
  if (name === undefined) throw invalidRequest('A column needs a name.');
  if (drive.columns.has(name)) throw invalidRequest('A column of this name is there already.');
  const column = { ...body, id: drive.newGuid(), name };
  drive.columns.set(name, column);
  return entityReply(call, column, { status: 201 });
}

/** `@microsoft.graph.conflictBehavior` of the query or, as most pages show it, of the body. */
export function conflictOf(call: Call, body: Record<string, unknown>): ConflictBehavior | undefined {
  return parseConflictBehavior(
    call.query.other.get('@microsoft.graph.conflictbehavior') ?? body['@microsoft.graph.conflictBehavior'],
  );
}

/** `fileSystemInfo`. Throws 400 for what isn't a time. */
export function datesIn(body: Record<string, unknown>): Dates {
  const info = body.fileSystemInfo;
  if (typeof info !== 'object' || info === null) return {};
  const { createdDateTime, lastModifiedDateTime } = info as Record<string, unknown>;
  return { created: momentIn(createdDateTime), modified: momentIn(lastModifiedDateTime) };
}

function momentIn(value: unknown): number | undefined {
  if (value === undefined || value === null) return undefined;
  const moment =
    typeof value === 'string' && /^\d{4}-\d\d-\d\dT.*(?:Z|[+-]\d\d:\d\d)$/.test(value) ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(moment)) throw invalidRequest('A date and time was malformed.');
  return moment;
}

export function textIn(body: Record<string, unknown>, name: string): string | undefined {
  const value = body[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw invalidRequest(`'${name}' must be a string.`);
  return value;
}

export function nameIn(body: Record<string, unknown>): string | undefined {
  return textIn(body, 'name');
}

/** The folder that a parentReference names, in the same drive. */
function referredFolder(call: Call, drive: Drive, reference: unknown): DriveItem {
  const found = referred(call, drive, reference);
  if (found.drive !== drive) throw notSupported('Items cannot be moved between drives: copy them.');
  return found.folder;
}

/** The folder that a parentReference names, by id or by path. Throws 400 or 404. */
export function referred(call: Call, drive: Drive, reference: unknown): { drive: Drive; folder: DriveItem } {
  if (typeof reference !== 'object' || reference === null) throw invalidRequest('parentReference is malformed.');
  const { id, driveId, path } = reference as Record<string, unknown>;
  const there = driveId === undefined || driveId === drive.id ? drive : drivesOf(call.tenant).byId(String(driveId));
  if (there === undefined) throw invalidRequest('The drive of parentReference is unknown.');
  let folder: DriveItem | undefined;
  if (typeof id === 'string') folder = there.item(id);
  else if (typeof path === 'string') {
    const names = /(?:^|\/)root:?\/?(.*)$/.exec(path)?.[1]?.split('/').filter(Boolean);
    if (names === undefined) throw invalidRequest('The path of parentReference is malformed.');
    folder = there.follow(there.root, names.map(decodeURIComponent));
  } else folder = there.root;
  if (folder === undefined || !isFolder(folder)) throw invalidRequest('parentReference does not name a folder.');
  return { drive: there, folder };
}
