import { driveError, invalidRequest, noSuchItem } from '../drive/errors.ts';
import { driveJson } from '../drive/json.ts';
import { actorOf } from '../drive/target.ts';
import type { Call } from '../http/call.ts';
import { entityReply, noContent, type Reply } from '../http/reply.ts';
import type { Route } from '../http/router.ts';
import { collectionReply } from '../odata/collection.ts';
import type { Expand } from '../odata/expand.ts';
import { checkExpand, checkSelect, project } from '../odata/shape.ts';
import type { Json } from './canvas.ts';
import { type Column, changeColumn } from './columns.ts';
import { type ContentType, checkTypeName, childType, findType } from './content-types.ts';
import { COLUMN, CONTENT_TYPE, columnJson, contentTypeJson, LIST, listJson, rowFieldsJson, rowJson } from './json.ts';
import { LibraryRows } from './library.ts';
import { ListItems, type SiteList } from './list.ts';
import type { Site } from './site.ts';
import { sitesOf } from './sites.ts';
import { listOf, siteOf } from './target.ts';

const TEMPLATES = [
  'genericList',
  'documentLibrary',
  'survey',
  'links',
  'announcements',
  'contacts',
  'events',
  'tasks',
  'discussionBoard',
  'pictureLibrary',
  'issueTracking',
];

/** Sources: learn.microsoft.com/graph/api/resources/list, …/columndefinition, …/contenttype. */
export function listRoutes(read: readonly string[], manage: readonly string[]): Route[] {
  const reading = { method: 'GET', permissions: read, service: 'drive' } as const;
  const writing = { permissions: manage, service: 'drive' } as const;
  const lists = '/sites/{site}/lists';
  const list = `${lists}/{list}`;
  const columns = (prefix: string): Route[] => [
    { ...reading, path: `${prefix}/columns`, handle: listColumns },
    { ...writing, method: 'POST', path: `${prefix}/columns`, handle: createColumn },
    { ...reading, path: `${prefix}/columns/{column}`, resourceUnits: 1, handle: getColumn },
    { ...writing, method: 'PATCH', path: `${prefix}/columns/{column}`, handle: updateColumn },
    { ...writing, method: 'DELETE', path: `${prefix}/columns/{column}`, handle: deleteColumn },
  ];
  const types = (prefix: string): Route[] => [
    { ...reading, path: `${prefix}/contentTypes`, handle: listTypes },
    { ...reading, path: `${prefix}/contentTypes/{type}`, resourceUnits: 1, handle: getType },
    { ...writing, method: 'PATCH', path: `${prefix}/contentTypes/{type}`, handle: updateType },
    { ...writing, method: 'DELETE', path: `${prefix}/contentTypes/{type}`, handle: deleteType },
    { ...reading, path: `${prefix}/contentTypes/{type}/columns`, handle: listTypeColumns },
    { ...writing, method: 'POST', path: `${prefix}/contentTypes/{type}/columns`, handle: addTypeColumn },
  ];
  return [
    { ...reading, path: lists, handle: listLists },
    { ...writing, method: 'POST', path: lists, handle: createList },
    { ...reading, path: list, resourceUnits: 1, handle: getList },
    { ...writing, method: 'PATCH', path: list, handle: updateList },
    { ...writing, method: 'DELETE', path: list, handle: deleteList },
    { ...reading, path: `${list}/drive`, resourceUnits: 1, handle: getListDrive },
    ...columns(list),
    ...columns('/sites/{site}'),
    ...types(list),
    ...types('/sites/{site}'),
    { ...writing, method: 'POST', path: '/sites/{site}/contentTypes', handle: createType },
    { ...writing, method: 'POST', path: `${list}/contentTypes/addCopy`, handle: addTypeCopy },
  ];
}

/** Without those of the system, unless `$select` names `system`. */
function listLists(call: Call): Reply {
  const site = siteOf(call);
  const { select, expand } = call.query;
  checkExpand(LIST, expand);
  const system = select?.includes('system') === true;
  const lists = [...site.lists.values()].filter((list) => system || !list.system);
  return collectionReply(call, lists, {
    shape: LIST,
    json: (list) => ({ ...listJson(site, list), ...expandedList(site, list, expand) }),
    pageSize: site.behaviour.pageSize,
    paging: 'skiptoken',
  });
}

function getList(call: Call): Reply {
  const { site, list } = listOf(call);
  return listReply(call, site, list);
}

/** `{displayName, name?, description?, columns?, list: {template, …}}`; 409 when the name is taken. */
function createList(call: Call): Reply {
  const site = siteOf(call);
  const body = call.json();
  const displayName = text(body, 'displayName') ?? text(body, 'name');
  if (displayName === undefined) throw invalidRequest('A list needs a displayName.');
  const info = (body.list ?? {}) as Json;
  const template = String(info.template ?? 'genericList');
  if (!TEMPLATES.includes(template)) throw invalidRequest(`The template '${template}' is unknown.`);
  const given = body.columns ?? [];
  if (!Array.isArray(given)) throw invalidRequest('columns must be a list.');
  // All are looked at before anything is made.
  const columns = given.flatMap((column: Json) => site.newColumns(column));
  const wanted = {
    displayName,
    ...named(text(body, 'name')),
    description: text(body, 'description') ?? '',
    hidden: info.hidden === true,
    by: actorOf(call),
    at: call.now,
  };
  if (site.list(displayName) !== undefined) {
    throw driveError(
      409,
      'nameAlreadyExists',
      'A list, survey, discussion board, or document library with the name exists.',
    );
  }
  const list =
    template === 'documentLibrary'
      ? site.listOf(sitesOf(call.tenant).addLibrary(site, displayName, call.now))
      : site.addList(wanted, template);
  list.description = wanted.description;
  list.contentTypesEnabled = info.contentTypesEnabled === true;
  for (const column of columns) list.addColumn(column, call.now);
  return listReply(call, site, list, 201);
}

function updateList(call: Call): Reply {
  const { site, list } = listOf(call);
  checkSystem(list);
  const body = call.json();
  const displayName = text(body, 'displayName');
  if (displayName !== undefined && displayName !== list.displayName) {
    if (site.list(displayName) !== undefined && site.list(displayName) !== list) {
      throw driveError(409, 'nameAlreadyExists', 'A list with the name exists.');
    }
    list.displayName = displayName;
    if (list.contents instanceof LibraryRows) list.contents.drive.name = displayName;
  }
  list.description = text(body, 'description') ?? list.description;
  const info = body.list as Json | undefined;
  if (typeof info?.hidden === 'boolean') list.hidden = info.hidden;
  if (typeof info?.contentTypesEnabled === 'boolean') list.contentTypesEnabled = info.contentTypesEnabled;
  list.touch(call.now);
  return listReply(call, site, list);
}

/** To the site's recycle bin. Lookups that look in it are left alone. */
function deleteList(call: Call): Reply {
  const { site, list } = listOf(call);
  checkSystem(list);
  if (list.contents instanceof LibraryRows) {
    if (list.contents.drive === site.library) throw invalidRequest('The default library cannot be deleted.');
    sitesOf(call.tenant).removeLibrary(site, list.contents.drive);
  }
  site.removeList(list);
  return noContent();
}

function getListDrive(call: Call): Reply {
  const { list } = listOf(call);
  if (!(list.contents instanceof LibraryRows)) throw noSuchItem();
  return entityReply(call, project(driveJson(list.contents.drive), call.query.select));
}

function listReply(call: Call, site: Site, list: SiteList, status = 200): Reply {
  const { select, expand } = call.query;
  checkSelect(LIST, select);
  checkExpand(LIST, expand);
  const json = { ...listJson(site, list), ...expandedList(site, list, expand) };
  const names = select && [...select, ...expand.map(({ property }) => property)];
  return entityReply(call, project(json, names), { status });
}

function expandedList(site: Site, list: SiteList, expand: readonly Expand[]): Json {
  const more: Json = {};
  for (const { property, expand: inner } of expand) {
    if (property === 'columns') more.columns = list.columns.map((column) => columnJson(site, column));
    else if (property === 'contentTypes') more.contentTypes = list.contentTypes.map(contentTypeJson);
    else if (property === 'items') {
      const fields = inner.find((each) => each.property === 'fields');
      more.items = list.contents.rows.slice(0, site.behaviour.pageSize).map((row) => ({
        ...rowJson(site, list, row),
        ...(fields === undefined ? {} : { fields: rowFieldsJson(site, list, row, fields.select) }),
      }));
    } else if (list.contents instanceof LibraryRows) more.drive = driveJson(list.contents.drive);
  }
  return more;
}

// Columns: of a list, or the site's own

interface Columns {
  readonly site: Site;
  readonly list: SiteList | undefined;
  readonly columns: readonly Column[];
}

function columnsOf(call: Call): Columns {
  if (!call.route.path.includes('{list}')) {
    const site = siteOf(call);
    return { site, list: undefined, columns: site.columns };
  }
  const { site, list } = listOf(call);
  return { site, list, columns: list.columns };
}

function listColumns(call: Call): Reply {
  const { site, columns } = columnsOf(call);
  return collectionReply(call, columns, {
    shape: COLUMN,
    json: (column) => columnJson(site, column),
    pageSize: 200,
    paging: 'skiptoken',
    orderby: false,
  });
}

function createColumn(call: Call): Reply {
  const { site, list } = columnsOf(call);
  const columns = site.newColumns(call.json());
  for (const column of columns) {
    if (list !== undefined) list.addColumn(column, call.now);
    else if (site.columns.some(({ name }) => name === column.name)) {
      throw invalidRequest('A column of this name is there already.', 'nameAlreadyExists');
    } else site.columns.push(column);
  }
  return entityReply(call, columnJson(site, columns[0] as Column), { status: 201 });
}

function getColumn(call: Call): Reply {
  const { site, column } = columnOf(call);
  return entityReply(call, columnJson(site, column));
}

function updateColumn(call: Call): Reply {
  const { site, list, column } = columnOf(call);
  changeColumn(column, call.json());
  list?.touch(call.now);
  return entityReply(call, columnJson(site, column));
}

function deleteColumn(call: Call): Reply {
  const { site, list, column } = columnOf(call);
  if (list === undefined) site.columns.splice(site.columns.indexOf(column), 1);
  else list.removeColumn(column, call.now);
  return noContent();
}

function columnOf(call: Call): Columns & { readonly column: Column } {
  const found = columnsOf(call);
  const key = call.parameter('column');
  const column = found.columns.find(({ id, name }) => id === key || name === key);
  if (column === undefined) throw noSuchItem();
  return { ...found, column };
}

// Content types: of a list, or the site's own

interface Types {
  readonly site: Site;
  readonly list: SiteList | undefined;
  readonly types: ContentType[];
}

function typesOf(call: Call): Types {
  if (!call.route.path.includes('{list}')) {
    const site = siteOf(call);
    return { site, list: undefined, types: site.contentTypes };
  }
  const { site, list } = listOf(call);
  return { site, list, types: list.contentTypes };
}

function typeOf(call: Call): Types & { readonly type: ContentType } {
  const found = typesOf(call);
  return { ...found, type: findType(found.types, call.parameter('type')) };
}

function listTypes(call: Call): Reply {
  return collectionReply(call, typesOf(call).types, {
    shape: CONTENT_TYPE,
    json: contentTypeJson,
    pageSize: 200,
    paging: 'skiptoken',
    orderby: false,
  });
}

function getType(call: Call): Reply {
  return entityReply(call, contentTypeJson(typeOf(call).type));
}

/** `{name, description?, group?, base: {id, name}}`, or `parentId` instead of `base`. */
function createType(call: Call): Reply {
  const site = siteOf(call);
  const body = call.json();
  const name = text(body, 'name');
  const parent = (body.base as Json | undefined)?.id ?? body.parentId;
  if (name === undefined || typeof parent !== 'string') throw invalidRequest('A content type needs a name and a base.');
  checkTypeName(site.contentTypes, name);
  const type = childType(findType(site.contentTypes, parent), site.random.bytes(16).toString('hex'), {
    name,
    description: text(body, 'description') ?? '',
    group: text(body, 'group') ?? 'Custom Content Types',
  });
  site.contentTypes.push(type);
  return entityReply(call, contentTypeJson(type), { status: 201 });
}

/** `{contentType: "<address or id of one of the site's>"}`. */
function addTypeCopy(call: Call): Reply {
  const { site, list } = listOf(call);
  const { contentType } = call.json();
  if (typeof contentType !== 'string') throw invalidRequest('contentType is missing.');
  const parent = findType(site.contentTypes, decodeURIComponent(contentType.split('/').at(-1) ?? ''));
  checkTypeName(list.contentTypes, parent.name);
  const type = site.typeForList(parent);
  list.contentTypes.push(type);
  for (const column of type.columns) {
    if (!list.columns.some(({ name }) => name === column.name)) list.addColumn(column, call.now);
  }
  return entityReply(call, contentTypeJson(type), { status: 201 });
}

function updateType(call: Call): Reply {
  const { types, type } = typeOf(call);
  if (type.builtIn) throw invalidRequest('The content type cannot be changed.');
  const body = call.json();
  const name = text(body, 'name');
  if (name !== undefined && name !== type.name) {
    checkTypeName(types, name);
    type.name = name;
  }
  type.description = text(body, 'description') ?? type.description;
  type.group = text(body, 'group') ?? type.group;
  return entityReply(call, contentTypeJson(type));
}

function deleteType(call: Call): Reply {
  const { types, type } = typeOf(call);
  if (type.builtIn) throw invalidRequest('The content type cannot be deleted.');
  types.splice(types.indexOf(type), 1);
  return noContent();
}

function listTypeColumns(call: Call): Reply {
  const { site, type } = typeOf(call);
  return collectionReply(call, type.columns, { shape: COLUMN, json: (column) => columnJson(site, column) });
}

/** `{"sourceColumn@odata.bind": "https://graph…/sites/{site}/columns/{column}"}`. */
function addTypeColumn(call: Call): Reply {
  const { site, type } = typeOf(call);
  const source = call.json()['sourceColumn@odata.bind'];
  const id = typeof source === 'string' ? source.split('/').at(-1) : undefined;
  const column = site.columns.find((each) => each.id === id);
  if (column === undefined) throw invalidRequest('The source column is not there.');
  type.columns.push(column);
  return entityReply(call, columnJson(site, column), { status: 201 });
}

function checkSystem(list: SiteList): void {
  if (list.system || !(list.contents instanceof ListItems || list.contents instanceof LibraryRows)) {
    throw driveError(403, 'accessDenied', 'This list cannot be changed.');
  }
}

function named(name: string | undefined): { name?: string } {
  return name === undefined ? {} : { name };
}

function text(body: Json, name: string): string | undefined {
  const value = body[name];
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value !== 'string') throw invalidRequest(`'${name}' must be a string.`);
  return value;
}
