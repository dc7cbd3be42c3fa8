import { invalidRequest } from '../drive/errors.ts';
import { actorOf } from '../drive/target.ts';
import type { Call } from '../http/call.ts';
import { entityReply, jsonReply, noContent, type Reply } from '../http/reply.ts';
import type { Route } from '../http/router.ts';
import { collectionReply } from '../odata/collection.ts';
import type { Expand } from '../odata/expand.ts';
import { checkExpand, checkSelect, project } from '../odata/shape.ts';
import { canvasFrom, canvasJson, type Json, webPartJson, webPartsOf } from './canvas.ts';
import { PAGE, pageJson } from './json.ts';
import { emptyPage, type Page, type PageContent } from './pages.ts';
import type { Site } from './site.ts';
import { checkPageTag, pageOf, siteOf } from './target.ts';

/** Sources: learn.microsoft.com/graph/api/resources/sitepage, …/sitepage-create, …/sitepage-publish. */
export function pageRoutes(read: readonly string[], write: readonly string[]): Route[] {
  const reading = { method: 'GET', permissions: read, service: 'drive' } as const;
  const writing = { permissions: write, service: 'drive' } as const;
  const pages = '/sites/{site}/pages';
  const page = `${pages}/{page}`;
  return [
    { ...reading, path: pages, handle: listBasePages },
    { ...reading, path: `${pages}/sitePage`, handle: listPages },
    { ...writing, method: 'POST', path: pages, handle: createPage },
    { ...reading, path: page, resourceUnits: 1, handle: getBasePage },
    { ...writing, method: 'DELETE', path: page, handle: deletePage },
    { ...reading, path: `${page}/sitePage`, resourceUnits: 1, handle: getPage },
    { ...writing, method: 'PATCH', path: `${page}/sitePage`, handle: updatePage },
    { ...writing, method: 'POST', path: `${page}/sitePage/publish`, handle: publishPage },
    { ...reading, path: `${page}/sitePage/canvasLayout`, resourceUnits: 1, handle: getCanvas },
    { ...reading, path: `${page}/sitePage/webParts`, handle: listWebParts },
  ];
}

/** Without what site pages alone have. */
function listBasePages(call: Call): Reply {
  return pagesReply(call, basePageJson);
}

function listPages(call: Call): Reply {
  return pagesReply(call, pageJson);
}

function pagesReply(call: Call, json: (site: Site, page: Page) => Json): Reply {
  const site = siteOf(call);
  const { expand } = call.query;
  checkExpand(PAGE, expand);
  return collectionReply(call, site.pages.all, {
    shape: PAGE,
    json: (page) => withExpanded(json(site, page), page, expand),
    pageSize: site.behaviour.pageSize,
    paging: 'skiptoken',
  });
}

function getBasePage(call: Call): Reply {
  const { site, page } = pageOf(call);
  return pageReply(call, basePageJson(site, page), page);
}

function getPage(call: Call): Reply {
  const { site, page } = pageOf(call);
  return pageReply(call, pageJson(site, page), page);
}

/** A draft: nobody but its authors sees it until it is published. */
function createPage(call: Call): Reply {
  const site = siteOf(call);
  const body = call.json();
  if (!/sitePage$/.test(String(body['@odata.type'] ?? ''))) {
    throw invalidRequest("The '@odata.type' must be '#microsoft.graph.sitePage'.");
  }
  const title = text(body, 'title');
  if (title === undefined) throw invalidRequest('A page needs a title.');
  const page = site.pages.create(
    nameIn(body) ?? `${title.replaceAll(/[^\p{L}\p{N}]+/gu, '-')}.aspx`,
    { ...emptyPage(title), ...contentIn(site, body) },
    { by: actorOf(call), at: call.now },
  );
  return pageReply(call, pageJson(site, page), page, 201);
}

function updatePage(call: Call): Reply {
  const { site, page } = pageOf(call);
  checkPageTag(call, page);
  const body = call.json();
  const name = nameIn(body);
  site.pages.update(page, { ...contentIn(site, body), name }, { by: actorOf(call), at: call.now });
  return pageReply(call, pageJson(site, page), page);
}

function publishPage(call: Call): Reply {
  const { site, page } = pageOf(call);
  site.pages.publish(page, { by: actorOf(call), at: call.now });
  return noContent();
}

function deletePage(call: Call): Reply {
  const { site, page } = pageOf(call);
  checkPageTag(call, page);
  site.pages.remove(page);
  return noContent();
}

function getCanvas(call: Call): Reply {
  return entityReply(call, canvasJson(pageOf(call).page.canvas));
}

function listWebParts(call: Call): Reply {
  return jsonReply(200, {
    '@odata.context': `${call.base}/$metadata#${call.contextPath}`,
    value: webPartsOf(pageOf(call).page.canvas).map(webPartJson),
  });
}

function pageReply(call: Call, json: Json, page: Page, status = 200): Reply {
  const { select, expand } = call.query;
  checkSelect(PAGE, select);
  checkExpand(PAGE, expand);
  const names = select && [...select, ...expand.map(({ property }) => property)];
  return entityReply(call, project(withExpanded(json, page, expand), names), { status });
}

/** The canvas comes only to those who ask for it. */
function withExpanded(json: Json, page: Page, expand: readonly Expand[]): Json {
  const { canvasLayout, ...rest } = json;
  for (const { property } of expand) {
    if (property === 'canvasLayout') rest.canvasLayout = canvasLayout;
    else rest.webParts = webPartsOf(page.canvas).map(webPartJson);
  }
  return rest;
}

function basePageJson(site: Site, page: Page): Json {
  const { promotionKind, showComments, showRecommendedPages, thumbnailWebUrl, titleArea, reactions, ...base } =
    pageJson(site, page);
  return base;
}

function contentIn(site: Site, body: Json): Partial<PageContent> {
  const content: Partial<PageContent> = {};
  for (const name of ['title', 'description', 'thumbnailWebUrl'] as const) {
    const value = text(body, name);
    if (value !== undefined) content[name] = value;
  }
  const { pageLayout, promotionKind, titleArea, canvasLayout } = body;
  if (pageLayout === 'article' || pageLayout === 'home') content.pageLayout = pageLayout;
  else if (pageLayout !== undefined) throw invalidRequest(`The layout '${String(pageLayout)}' is unknown.`);
  if (promotionKind === 'page' || promotionKind === 'newsPost') content.promotionKind = promotionKind;
  else if (promotionKind !== undefined) throw invalidRequest(`'${String(promotionKind)}' is no promotionKind.`);
  for (const name of ['showComments', 'showRecommendedPages'] as const) {
    if (typeof body[name] === 'boolean') content[name] = body[name];
  }
  if (typeof titleArea === 'object' && titleArea !== null) content.titleArea = titleArea as Json;
  if (canvasLayout !== undefined) content.canvas = canvasFrom(canvasLayout, () => site.pages.newGuid());
  return content;
}

function nameIn(body: Json): string | undefined {
  const name = text(body, 'name');
  if (name === undefined) return undefined;
  if (!/^[^"*:<>?/\\|#%]+\.aspx$/i.test(name)) throw invalidRequest('The name of a page ends in .aspx.');
  return name;
}

function text(body: Json, name: string): string | undefined {
  const value = body[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw invalidRequest(`'${name}' must be a string.`);
  return value;
}
