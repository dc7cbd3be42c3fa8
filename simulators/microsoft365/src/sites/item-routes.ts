import { driveError, invalidRequest, noSuchItem } from '../drive/errors.ts';
import { DRIVE_ITEM, isoSeconds, itemJson } from '../drive/json.ts';
import { actorOf } from '../drive/target.ts';
import type { Call } from '../http/call.ts';
import { entityReply, noContent, type Reply } from '../http/reply.ts';
import type { Route } from '../http/router.ts';
import { collectionReply } from '../odata/collection.ts';
import { deltaReply } from '../odata/delta.ts';
import type { Expand } from '../odata/expand.ts';
import { checkExpand, checkSelect, project } from '../odata/shape.ts';
import type { Json } from './canvas.ts';
import { type Column, isReference } from './columns.ts';
import { findType } from './content-types.ts';
import { textOf, written } from './field-values.ts';
import { ITEM_VERSION, LIST_ITEM, rowFieldsJson, rowJson, rowVersionJson } from './json.ts';
import { LibraryRows } from './library.ts';
import type { SiteList } from './list.ts';
import { type ContentTypeInfo, type ListItem, type Row, type RowVersion, rowETag } from './row.ts';
import type { Site } from './site.ts';
import { checkRowTag, listOf, rowOf } from './target.ts';

/** The client knows that its query may look through the whole list. */
const MAY_FAIL = 'honornonindexedquerieswarningmayfailrandomly';
const MAX_PAGE = 5000;

/** Sources: learn.microsoft.com/graph/api/resources/listitem, …/fieldvalueset, …/listitem-delta. */
export function itemRoutes(read: readonly string[], write: readonly string[]): Route[] {
  const reading = { method: 'GET', permissions: read, service: 'drive' } as const;
  const writing = { permissions: write, service: 'drive' } as const;
  const items = '/sites/{site}/lists/{list}/items';
  const item = `${items}/{item}`;
  return [
    { ...reading, path: items, handle: listItems },
    { ...writing, method: 'POST', path: items, handle: createItem },
    {
      ...reading,
      path: `${items}/delta`,
      resourceUnits: (call) => (call.query.other.has('token') ? 1 : 2),
      handle: delta,
    },
    { ...reading, path: item, resourceUnits: 1, handle: getItem },
    { ...writing, method: 'PATCH', path: item, handle: updateItem },
    { ...writing, method: 'DELETE', path: item, handle: deleteItem },
    { ...reading, path: `${item}/fields`, resourceUnits: 1, handle: getFields },
    { ...writing, method: 'PATCH', path: `${item}/fields`, handle: updateFields },
    { ...reading, path: `${item}/driveItem`, resourceUnits: 1, handle: getDriveItem },
    { ...reading, path: `${item}/versions`, handle: listVersions },
    { ...reading, path: `${item}/versions/{version}`, resourceUnits: 1, handle: getVersion },
    { ...writing, method: 'POST', path: `${item}/versions/{version}/restoreVersion`, handle: restoreVersion },
  ];
}

function listItems(call: Call): Reply {
  const { site, list } = listOf(call);
  const { expand } = call.query;
  checkExpand(LIST_ITEM, expand);
  checkThreshold(call, site, list);
  const columns = firstLookups(list.columns, site.behaviour.maxLookups);
  return collectionReply(call, list.contents.rows, {
    shape: LIST_ITEM,
    json: (row) => wholeRow(site, list, row, expand, columns),
    view: (row) => ({ ...rowJson(site, list, row), fields: queried(site, list, row) }),
    pageSize: site.behaviour.pageSize,
    maxPageSize: MAX_PAGE,
    ignoreCase: true,
    paging: 'skiptoken',
  });
}

function getItem(call: Call): Reply {
  const { site, list, row } = rowOf(call);
  return itemReply(call, site, list, row);
}

/** `{"fields": {…}, "contentType": {"id"}}`. Files of a library and pages are made otherwise. */
function createItem(call: Call): Reply {
  const { site, list } = listOf(call);
  const { items } = list;
  const body = call.json();
  const changes = written(list.columns, fieldsIn(body), site.rules);
  const item = items.create(list.columns, changes, contentTypeIn(list, body), { by: actorOf(call), at: call.now });
  list.touch(call.now);
  return itemReply(call, site, list, item, 201, true);
}

function updateItem(call: Call): Reply {
  const { site, list, row } = rowOf(call);
  checkRowTag(call, row);
  const body = call.json();
  const item = change(call, site, list, row, fieldsIn(body));
  if (body.contentType !== undefined && 'values' in item) (item as ListItem).contentType = contentTypeIn(list, body);
  return itemReply(call, site, list, item, 200, true);
}

function deleteItem(call: Call): Reply {
  const { list, row } = rowOf(call);
  checkRowTag(call, row);
  if (list.contents instanceof LibraryRows) {
    list.contents.drive.remove(row.driveItem as NonNullable<Row['driveItem']>, actorOf(call), call.now);
  } else list.items.remove(row, call.now);
  list.touch(call.now);
  return noContent();
}

function getFields(call: Call): Reply {
  const { site, list, row } = rowOf(call);
  const select = call.query.select;
  return entityReply(call, project(rowFieldsJson(site, list, row, select), select));
}

/** The columns that are named alone change. Throws 412 when If-Match names another version. */
function updateFields(call: Call): Reply {
  const { site, list, row } = rowOf(call);
  checkRowTag(call, row);
  const changed = change(call, site, list, row, call.json());
  return entityReply(call, rowFieldsJson(site, list, changed, undefined));
}

function getDriveItem(call: Call): Reply {
  const { list, row } = rowOf(call);
  if (!(list.contents instanceof LibraryRows) || row.driveItem === undefined) throw noSuchItem();
  checkSelect(DRIVE_ITEM, call.query.select);
  return entityReply(call, project(itemJson(list.contents.drive, row.driveItem), call.query.select));
}

/** Newest first, the current one included. */
function listVersions(call: Call): Reply {
  const { site, list, row } = rowOf(call);
  const { expand } = call.query;
  checkExpand(ITEM_VERSION, expand);
  return collectionReply(call, row.versions.toReversed(), {
    shape: ITEM_VERSION,
    json: (version) => versionWithFields(site, list, row, version, expand),
    pageSize: 200,
    filter: false,
    orderby: false,
    paging: 'skiptoken',
  });
}

function getVersion(call: Call): Reply {
  const { site, list, row } = rowOf(call);
  return entityReply(call, versionWithFields(site, list, row, versionOf(call, row), call.query.expand));
}

function restoreVersion(call: Call): Reply {
  const { list, row } = rowOf(call);
  const version = versionOf(call, row);
  const changes = new Map<string, unknown>([...row.values.keys()].map((name) => [name, null]));
  for (const [name, value] of version.values) changes.set(name, value);
  list.items.update(list.columns, row as ListItem, changes, { by: actorOf(call), at: call.now });
  list.touch(call.now);
  return noContent();
}

function delta(call: Call): Reply {
  const { site, list } = listOf(call);
  const { items } = list;
  return deltaReply(call, {
    log: items.log,
    scope: `list ${list.id}`,
    shape: LIST_ITEM,
    parameter: 'drive',
    expand: true,
    pageSize: site.behaviour.pageSize,
    json: (id, { expand }) => {
      const row = items.row(Number(id));
      return row && wholeRow(site, list, row, expand, list.columns);
    },
    removed: ({ id }) => ({ id, parentReference: { siteId: site.id }, deleted: { state: 'deleted' } }),
    gone: () => driveError(410, 'resyncRequired', 'Resync required.', 'resyncChangesApplyDifferences'),
  });
}

function change(call: Call, site: Site, list: SiteList, row: Row, fields: Json): Row {
  if (list.contents instanceof LibraryRows && row.driveItem !== undefined) {
    const { drive } = list.contents;
    drive.list?.write(row.driveItem, fields, call.now);
    return list.contents.rowOf(row.driveItem);
  }
  const changes = written(list.columns, fields, site.rules);
  list.items.update(list.columns, row as ListItem, changes, { by: actorOf(call), at: call.now });
  list.touch(call.now);
  return row;
}

function itemReply(call: Call, site: Site, list: SiteList, row: Row, status = 200, withFields = false): Reply {
  const { select, expand } = call.query;
  checkSelect(LIST_ITEM, select);
  checkExpand(LIST_ITEM, expand);
  const always: Expand[] = withFields
    ? [{ property: 'fields', select: undefined, filter: undefined, top: undefined, expand: [] }]
    : [];
  const json = wholeRow(site, list, row, [...always, ...expand], list.columns);
  const names = select && [...select, ...[...always, ...expand].map(({ property }) => property)];
  return entityReply(call, { '@odata.etag': rowETag(row), ...project(json, names) }, { status });
}

function wholeRow(site: Site, list: SiteList, row: Row, expand: readonly Expand[], columns: readonly Column[]): Json {
  const json: Json = rowJson(site, list, row);
  for (const { property, select } of expand) {
    if (property === 'fields') json.fields = project(rowFieldsJson(site, list, row, select, columns), select);
    else if (property === 'versions') json.versions = row.versions.toReversed().map(rowVersionJson);
    else if (list.contents instanceof LibraryRows && row.driveItem !== undefined) {
      json.driveItem = project(itemJson(list.contents.drive, row.driveItem), select);
    }
  }
  return json;
}

/** A listing tells the first dozen columns of people and lookups, and says nothing of the rest. */
function firstLookups(columns: readonly Column[], most: number): readonly Column[] {
  let seen = 0;
  return columns.filter((column) => !isReference(column) || column.builtIn || ++seen <= most);
}

/** What `$filter` and `$orderby` see: lookups by their number as well as by their text. */
function queried(site: Site, list: SiteList, row: Row): Json {
  const texts = list.columns.filter(isReference).map((column) => {
    const value = row.values.get(column.name);
    return [column.name, value === undefined ? undefined : textOf(column, value, site.references)];
  });
  return { ...rowFieldsJson(site, list, row, undefined), ...Object.fromEntries(texts) };
}

/**
 * A query by a column without an index is refused unless the client says that it knows, and then it still is where the
 * list has more rows than SharePoint looks through.
 */
function checkThreshold(call: Call, site: Site, list: SiteList): void {
  const text = `${call.query.text('$filter') ?? ''} ${call.query.text('$orderby') ?? ''}`;
  const names = [...text.matchAll(/fields\/(\w+)/gi)].map(([, name]) => (name as string).replace(/LookupId$/, ''));
  const plain = names.find((name) => list.columns.find((column) => column.name === name)?.indexed !== true);
  if (plain === undefined) return;
  if (!call.preferences.has(MAY_FAIL)) {
    throw invalidRequest(
      `Field '${plain}' cannot be referenced in filter or orderby as it is not indexed. Provide the 'Prefer: HonorNonIndexedQueriesWarningMayFailRandomly' header to allow this, but be warned that such queries may fail on large lists.`,
    );
  }
  if (list.contents.rows.length > site.behaviour.listViewThreshold) {
    throw driveError(
      429,
      'activityLimitReached',
      'The attempted operation is prohibited because it exceeds the list view threshold.',
      'throttledRequest',
    );
  }
}

function versionWithFields(site: Site, list: SiteList, row: Row, version: RowVersion, expand: readonly Expand[]): Json {
  const fields = expand.find(({ property }) => property === 'fields');
  return {
    ...rowVersionJson(version),
    ...(fields === undefined
      ? {}
      : {
          fields: {
            ...rowFieldsJson(site, list, { ...row, values: version.values }, fields.select),
            Modified: isoSeconds(version.modified),
            _UIVersionString: version.id,
          },
        }),
  };
}

function versionOf(call: Call, row: Row): RowVersion {
  const version = row.versions.find(({ id }) => id === call.parameter('version'));
  if (version === undefined) throw noSuchItem();
  return version;
}

function fieldsIn(body: Json): Json {
  const { fields } = body;
  if (fields === undefined || fields === null) return {};
  if (typeof fields !== 'object' || Array.isArray(fields)) throw invalidRequest('fields must be an object.');
  return fields as Json;
}

function contentTypeIn(list: SiteList, body: Json): ContentTypeInfo {
  const wanted = (body.contentType as Json | undefined)?.id;
  const type = typeof wanted === 'string' ? findType(list.contentTypes, wanted) : list.contentTypes[0];
  return type === undefined ? { id: '0x01', name: 'Item' } : { id: type.id, name: type.name };
}
