import type { Content } from './content.ts';
import type { Grant } from './grant.ts';

/** Who did it: a person, an app on its own, or an app for a person. */
export interface Actor {
  readonly user?: { readonly id?: string; readonly displayName: string; readonly email?: string };
  readonly application?: { readonly id: string; readonly displayName: string };
}

/** One kept state of a file; `id` is what SharePoint calls it: 1.0, 2.0 … */
export interface Version {
  readonly id: string;
  readonly content: Content;
  readonly modified: number;
  readonly modifiedBy: Actor;
}

/** Times are milliseconds since 1970, whole seconds: SharePoint keeps no more. */
export interface DriveItem {
  readonly id: string;
  readonly guid: string;
  /** Number of the item in the library's list. */
  readonly listItemId: number;
  name: string;
  parent: DriveItem | undefined;
  /** By `nameKey`; undefined for a file. */
  readonly children: Map<string, DriveItem> | undefined;
  /** Oldest first, the last one is the current; empty for a folder. */
  readonly versions: Version[];
  created: number;
  modified: number;
  createdBy: Actor;
  modifiedBy: Actor;
  description: string | undefined;
  /** Of a folder: of all files below it. */
  size: number;
  eTagNumber: number;
  cTagNumber: number;
  /** Only those given on this very item. */
  readonly grants: Grant[];
  /** False: sharing of the folders above no longer reaches it. */
  inheritsSharing: boolean;
  /** Values of the library's own columns. */
  readonly columns: Map<string, unknown>;
  /** Somebody has it open: writes answer 423. */
  locked: boolean;
}

export interface DriveFile extends DriveItem {
  readonly children: undefined;
}

export interface DriveFolder extends DriveItem {
  readonly children: Map<string, DriveItem>;
}

export function isFolder(item: DriveItem): item is DriveFolder {
  return item.children !== undefined;
}

export function currentVersion(item: DriveItem): Version {
  const version = item.versions.at(-1);
  if (version === undefined) throw new Error(`${item.id} is a folder: it has no content`);
  return version;
}

export function eTagOf(item: DriveItem): string {
  return `"{${item.guid.toUpperCase()}},${item.eTagNumber}"`;
}

export function cTagOf(item: DriveItem): string {
  return `"c:{${item.guid.toUpperCase()}},${item.cTagNumber}"`;
}

/** The item and all below it, parents before children. */
export function* subtree(item: DriveItem): Generator<DriveItem> {
  yield item;
  if (isFolder(item)) for (const child of item.children.values()) yield* subtree(child);
}

/** From the root's child down to the item; empty for the root. */
export function lineage(item: DriveItem): DriveItem[] {
  const line: DriveItem[] = [];
  for (let at = item; at.parent !== undefined; at = at.parent) line.unshift(at);
  return line;
}
