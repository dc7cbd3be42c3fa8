import type { Call } from '../http/call.ts';
import { entityReply, type Reply } from '../http/reply.ts';
import { checkExpand, checkSelect, project } from '../odata/shape.ts';
import type { Drive } from './drive.ts';
import { type DriveItem, isFolder } from './item.ts';
import { DRIVE_ITEM, itemJson, listItemJson, ON_REQUEST } from './json.ts';

const DOWNLOAD_URL = '@microsoft.graph.downloadUrl';

/** What a URL that needs no sign-in carries: whose it is, and whose limits its use counts towards. */
export interface OpenKey {
  readonly app: string;
  readonly tenant: string;
  readonly drive: string;
}

export interface DownloadKey extends OpenKey {
  readonly item: string;
  /** Nothing: whatever is current when it is used. */
  readonly version?: string;
  /** Milliseconds since 1970. */
  readonly expires: number;
}

/** For whom a URL is made: for who asks, or for whose upload ends. */
function appOf(call: Call): string {
  if (call.route.at !== 'open') return call.identity.app.id;
  return call.cloud.tokens.open<OpenKey>('drive-upload', call.parameter('key')).app;
}

/** A URL that needs no sign-in, and works for a while. */
export function downloadUrl(call: Call, drive: Drive, item: DriveItem, version?: string): string {
  const key: DownloadKey = {
    app: appOf(call),
    tenant: drive.tenantId,
    drive: drive.id,
    item: item.id,
    ...(version === undefined ? {} : { version }),
    expires: call.now + drive.behaviour.downloadUrlLifetime,
  };
  return `${call.cloud.openUrl}/open/download/${call.cloud.tokens.seal('drive-download', key)}`;
}

/** All properties of an item; what nobody selected is dropped by `selected`. */
export function wholeItem(
  call: Call,
  drive: Drive,
  item: DriveItem,
  options: { inDelta?: boolean } = {},
): Record<string, unknown> {
  return itemJson(drive, item, {
    ...options,
    onRequest: true,
    ...(isFolder(item) ? {} : { downloadUrl: downloadUrl(call, drive, item) }),
  });
}

/** What the client asked for: some properties aren't sent unless named, the download URL not when others are named. */
export function selected(
  item: Record<string, unknown>,
  select: readonly string[] | undefined,
): Record<string, unknown> {
  const chosen = { ...item };
  for (const name of ON_REQUEST) if (select?.includes(name) !== true) delete chosen[name];
  if (select === undefined) return chosen;
  if (!select.some((name) => name === DOWNLOAD_URL || name === 'content.downloadUrl')) delete chosen[DOWNLOAD_URL];
  return project(chosen, select);
}

/** One item, as `$select` and `$expand` (children, listItem) want it. */
export function itemReply(
  call: Call,
  drive: Drive,
  item: DriveItem,
  more: { status?: number; headers?: Record<string, string> } = {},
): Reply {
  const { select, expand } = call.query;
  checkSelect(DRIVE_ITEM, select);
  checkExpand(DRIVE_ITEM, expand);
  const json = selected(wholeItem(call, drive, item), select);
  for (const { property, select: inner, expand: deeper } of expand) {
    if (property === 'children') {
      checkSelect(DRIVE_ITEM, inner);
      json.children = sortedChildren(item).map((child) => selected(wholeItem(call, drive, child), inner));
    } else {
      const withFields = deeper.some((part) => part.property === 'fields');
      json.listItem = project(listItemJson(drive, item, withFields), inner && [...inner, 'fields']);
    }
  }
  return entityReply(call, json, more);
}

/** By name, whatever the case. */
export function sortedChildren(item: DriveItem): DriveItem[] {
  if (!isFolder(item)) return [];
  return [...item.children.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, child]) => child);
}
