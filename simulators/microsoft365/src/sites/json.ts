import type { Actor } from '../drive/item.ts';
import { isoSeconds } from '../drive/json.ts';
import { type Shape, shape } from '../odata/shape.ts';
import { canvasJson, type Json } from './canvas.ts';
import type { Column } from './columns.ts';
import type { ContentType } from './content-types.ts';
import { told } from './field-values.ts';
import type { SiteList } from './list.ts';
import { type Page, pageETag, versionOf } from './pages.ts';
import { type Row, type RowVersion, rowETag } from './row.ts';
import type { Site } from './site.ts';

const BASE_ITEM = [
  'createdBy',
  'createdDateTime',
  'description',
  'eTag',
  'id',
  'lastModifiedBy',
  'lastModifiedDateTime',
  'name',
  'parentReference',
  'webUrl',
];

export const SITE: Shape = shape(
  'site',
  [...BASE_ITEM, 'displayName', 'isPersonalSite', 'root', 'sharepointIds', 'siteCollection'],
  ['drive', 'drives', 'lists', 'sites'],
);

export const LIST: Shape = shape(
  'list',
  [...BASE_ITEM, 'displayName', 'list', 'sharepointIds', 'system'],
  ['columns', 'contentTypes', 'drive', 'items'],
);

export const LIST_ITEM: Shape = shape(
  'listItem',
  [...BASE_ITEM, 'contentType', 'deleted', 'sharepointIds'],
  ['driveItem', 'fields', 'versions'],
);

export const ITEM_VERSION: Shape = shape(
  'listItemVersion',
  ['id', 'lastModifiedBy', 'lastModifiedDateTime', 'publication'],
  ['fields'],
);

export const COLUMN: Shape = shape('columnDefinition', [
  'boolean',
  'calculated',
  'choice',
  'columnGroup',
  'contentApprovalStatus',
  'currency',
  'dateTime',
  'defaultValue',
  'description',
  'displayName',
  'enforceUniqueValues',
  'geolocation',
  'hidden',
  'hyperlinkOrPicture',
  'id',
  'indexed',
  'isDeletable',
  'isReorderable',
  'isSealed',
  'lookup',
  'name',
  'number',
  'personOrGroup',
  'propagateChanges',
  'readOnly',
  'required',
  'sourceContentType',
  'term',
  'text',
  'thumbnail',
  'type',
  'validation',
]);

export const CONTENT_TYPE: Shape = shape(
  'contentType',
  [
    'description',
    'group',
    'hidden',
    'id',
    'inheritedFrom',
    'isBuiltIn',
    'name',
    'order',
    'parentId',
    'readOnly',
    'sealed',
  ],
  ['base', 'columns', 'columnLinks'],
);

export const PAGE: Shape = shape(
  'sitePage',
  [
    ...BASE_ITEM,
    'pageLayout',
    'promotionKind',
    'publishingState',
    'reactions',
    'showComments',
    'showRecommendedPages',
    'thumbnailWebUrl',
    'title',
    'titleArea',
  ],
  ['canvasLayout', 'webParts'],
);

export function siteJson(site: Site, tenantId: string): Json {
  const isRoot = site.parent === undefined;
  return {
    createdDateTime: isoSeconds(site.created),
    description: site.description,
    id: site.id,
    lastModifiedDateTime: isoSeconds(site.modified),
    name: site.name,
    webUrl: site.url,
    displayName: site.displayName,
    isPersonalSite: false,
    ...(isRoot ? { root: {} } : { parentReference: { siteId: site.parent.id } }),
    siteCollection: { hostname: site.hostname, ...(site.path === '' ? { root: {} } : {}) },
    sharepointIds: { siteId: site.siteId, siteUrl: site.url, tenantId, webId: site.webId },
  };
}

export function listJson(site: Site, list: SiteList): Json {
  return {
    createdDateTime: isoSeconds(list.created),
    description: list.description,
    eTag: `"${list.id},${list.eTagNumber}"`,
    id: list.id,
    lastModifiedDateTime: isoSeconds(list.modified),
    name: list.name,
    webUrl: list.webUrl,
    displayName: list.displayName,
    createdBy: actorJson(list.createdBy),
    lastModifiedBy: actorJson(list.createdBy),
    parentReference: { siteId: site.id },
    list: { contentTypesEnabled: list.contentTypesEnabled, hidden: list.hidden, template: list.template },
    sharepointIds: { listId: list.id, siteId: site.siteId, siteUrl: site.url, webId: site.webId },
    ...(list.system ? { system: {} } : {}),
  };
}

export function columnJson(site: Site, column: Column): Json {
  const { facet } = column;
  const shown = facet !== undefined && (facet !== 'term' || site.behaviour.termFacetShown);
  return {
    columnGroup: column.columnGroup,
    description: column.description,
    displayName: column.displayName,
    enforceUniqueValues: column.enforceUniqueValues,
    hidden: column.hidden,
    id: column.id,
    indexed: column.indexed,
    isDeletable: !column.builtIn,
    name: column.name,
    readOnly: column.readOnly,
    required: column.required,
    ...(column.defaultValue === undefined ? {} : { defaultValue: column.defaultValue }),
    ...(column.validation === undefined ? {} : { validation: column.validation }),
    ...(shown ? { [facet]: column.options } : {}),
  };
}

export function contentTypeJson(type: ContentType): Json {
  return {
    id: type.id,
    description: type.description,
    group: type.group,
    hidden: false,
    isBuiltIn: type.builtIn,
    name: type.name,
    parentId: type.parentId,
    readOnly: false,
    sealed: false,
  };
}

export function rowJson(site: Site, list: SiteList, row: Row): Json {
  return {
    createdDateTime: isoSeconds(row.created),
    eTag: rowETag(row),
    id: `${row.id}`,
    lastModifiedDateTime: isoSeconds(row.modified),
    webUrl: row.webUrl,
    createdBy: actorJson(row.createdBy),
    lastModifiedBy: actorJson(row.modifiedBy),
    parentReference: { id: row.driveItem?.parent?.guid ?? list.id, siteId: site.id },
    contentType: { ...row.contentType },
    sharepointIds: {
      listId: list.id,
      listItemId: `${row.id}`,
      listItemUniqueId: row.guid,
      siteId: site.siteId,
      siteUrl: site.url,
      webId: site.webId,
    },
  };
}

/** @param named fields that the client selected by name; undefined: it selected none */
export function rowFieldsJson(
  site: Site,
  list: SiteList,
  row: Row,
  named: readonly string[] | undefined,
  columns: readonly Column[] = list.columns,
): Json {
  const fields = told(columns, row.values, site.references, new Set(named));
  return {
    '@odata.etag': rowETag(row),
    ...fields,
    ...(row.values.has('Title')
      ? { LinkTitle: row.values.get('Title'), LinkTitleNoMenu: row.values.get('Title') }
      : {}),
    id: `${row.id}`,
    ContentType: row.contentType.name,
    Modified: isoSeconds(row.modified),
    Created: isoSeconds(row.created),
    AuthorLookupId: `${site.numberOf(row.createdBy)}`,
    EditorLookupId: `${site.numberOf(row.modifiedBy)}`,
    _UIVersionString: row.versions.at(-1)?.id ?? '1.0',
    Attachments: row.hasAttachments,
    Edit: '',
    ItemChildCount: '0',
    FolderChildCount: '0',
  };
}

export function rowVersionJson(version: RowVersion): Json {
  return {
    id: version.id,
    lastModifiedBy: actorJson(version.modifiedBy),
    lastModifiedDateTime: isoSeconds(version.modified),
  };
}

export function pageJson(site: Site, page: Page): Json {
  return {
    '@odata.type': '#microsoft.graph.sitePage',
    '@odata.etag': pageETag(page),
    createdDateTime: isoSeconds(page.created),
    description: page.description,
    eTag: pageETag(page),
    id: page.id,
    lastModifiedDateTime: isoSeconds(page.modified),
    name: page.name,
    webUrl: site.pages.urlOf(page),
    title: page.title,
    pageLayout: page.pageLayout,
    promotionKind: page.promotionKind,
    showComments: page.showComments,
    showRecommendedPages: page.showRecommendedPages,
    thumbnailWebUrl: page.thumbnailWebUrl,
    createdBy: actorJson(page.createdBy),
    lastModifiedBy: actorJson(page.modifiedBy),
    parentReference: { siteId: site.id },
    publishingState: {
      level: page.checkedOutBy === undefined ? page.level : 'checkout',
      versionId: versionOf(page),
      ...(page.checkedOutBy === undefined ? {} : { checkedOutBy: actorJson(page.checkedOutBy) }),
    },
    reactions: { commentCount: 0, likeCount: 0, shareCount: 0 },
    titleArea: page.titleArea,
    canvasLayout: canvasJson(page.canvas),
  };
}

/** In lists people have their address too. */
export function actorJson({ application, user }: Actor): Json {
  return {
    ...(application === undefined ? {} : { application: { ...application } }),
    user: user === undefined ? { displayName: 'SharePoint App' } : { ...user },
  };
}
