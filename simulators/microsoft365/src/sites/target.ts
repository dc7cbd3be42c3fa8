import { changedMeanwhile, noSuchItem } from '../drive/errors.ts';
import { checkLock } from '../drive/target.ts';
import type { Call } from '../http/call.ts';
import type { SiteList } from './list.ts';
import { type Page, pageETag } from './pages.ts';
import { type Row, rowETag } from './row.ts';
import type { Site } from './site.ts';
import { sitesOf } from './sites.ts';

/** The site of `/sites/{site}`. Throws 404, and 423 or 403 for one that is locked. */
export function siteOf(call: Call): Site {
  const site = sitesOf(call.tenant).byId(call.parameter('site'));
  if (site === undefined) throw noSuchItem();
  checkLock(site.lock, call.incoming.method !== 'GET');
  return site;
}

/** Throws 404. */
export function listOf(call: Call): { site: Site; list: SiteList } {
  const site = siteOf(call);
  const list = site.list(call.parameter('list'));
  if (list === undefined) throw noSuchItem();
  return { site, list };
}

/** Throws 404. */
export function rowOf(call: Call): { site: Site; list: SiteList; row: Row } {
  const { site, list } = listOf(call);
  const id = call.parameter('item');
  const row = /^\d{1,9}$/.test(id)
    ? list.contents.row(Number(id))
    : list.contents.rows.find(({ guid }) => guid === id.toLowerCase());
  if (row === undefined) throw noSuchItem();
  return { site, list, row };
}

/** Throws 404. */
export function pageOf(call: Call): { site: Site; page: Page } {
  const site = siteOf(call);
  const page = site.pages.byId(call.parameter('page'));
  if (page === undefined) throw noSuchItem();
  return { site, page };
}

/** Throws 412 when If-Match names another version. */
export function checkRowTag(call: Call, row: Row): void {
  checkTag(call, rowETag(row));
}

export function checkPageTag(call: Call, page: Page): void {
  checkTag(call, pageETag(page));
}

function checkTag(call: Call, current: string): void {
  const wanted = call.header('if-match');
  if (wanted !== undefined && wanted !== '*' && wanted !== current) throw changedMeanwhile();
}
