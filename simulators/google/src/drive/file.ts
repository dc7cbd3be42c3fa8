import type { Content } from './content.ts';
import { FOLDER, SHORTCUT } from './media-types.ts';
import type { NativeContent } from './native.ts';

/** Somebody who has a Google account. */
export interface Person {
  /** The same on every file: `user.permissionId`. */
  readonly permissionId: string;
  readonly emailAddress: string;
  readonly displayName: string;
}

export type Role = 'owner' | 'organizer' | 'fileOrganizer' | 'writer' | 'commenter' | 'reader';

/** From the weakest to the strongest. */
export const ROLES: readonly Role[] = ['reader', 'commenter', 'writer', 'fileOrganizer', 'organizer', 'owner'];

export function strength(role: Role): number {
  return ROLES.indexOf(role);
}

/** A permission that lies on the item itself. */
export interface Grant {
  readonly id: string;
  readonly type: 'user' | 'group' | 'domain' | 'anyone';
  role: Role;
  readonly emailAddress: string | undefined;
  readonly domain: string | undefined;
  readonly displayName: string | undefined;
  allowFileDiscovery: boolean;
  /** Milliseconds. */
  expires: number | undefined;
  pendingOwner: boolean;
  view: string | undefined;
  /** Who gave it, and when. */
  readonly by: Person;
  readonly at: number;
}

export interface Revision {
  readonly id: string;
  readonly content: Content;
  readonly native: NativeContent | undefined;
  readonly mimeType: string;
  readonly originalFilename: string;
  readonly modified: number;
  /** When newer content came; from then on it lives for 30 days unless kept. */
  superseded: number | undefined;
  readonly by: Person;
  keepForever: boolean;
  published: boolean;
  publishAuto: boolean;
  publishedOutsideDomain: boolean;
}

export interface Reply {
  readonly id: string;
  readonly author: Person;
  content: string;
  readonly action: 'resolve' | 'reopen' | undefined;
  readonly created: number;
  modified: number;
  deleted: boolean;
}

export interface Comment {
  readonly id: string;
  readonly author: Person;
  content: string;
  readonly anchor: string | undefined;
  readonly quoted: { readonly mimeType?: string; readonly value?: string } | undefined;
  readonly created: number;
  modified: number;
  deleted: boolean;
  resolved: boolean;
  readonly replies: Reply[];
}

/** A shared drive. Its root folder has its id. */
export interface SharedDrive {
  readonly id: string;
  name: string;
  readonly domain: string;
  readonly root: DriveFile;
  readonly created: number;
  colorRgb: string;
  themeId: string | undefined;
  readonly restrictions: Map<string, boolean>;
  /** People who don't want to see it in the list. */
  readonly hiddenFor: Set<string>;
  /** Those in its trash too, the root not. */
  itemCount: number;
}

/** A file, folder, shortcut or native Google document. */
export interface DriveFile {
  readonly id: string;
  /** Grows by creation: the order in which lists are paged. */
  readonly sequence: number;
  name: string;
  mimeType: string;
  /** Undefined for a root, and for what lost its place. */
  parent: DriveFile | undefined;
  /** The shared drive that it lies in. */
  drive: SharedDrive | undefined;
  /** Undefined in a shared drive. */
  owner: Person | undefined;
  created: number;
  modified: number;
  modifiedBy: Person;
  description: string | undefined;
  originalFilename: string | undefined;
  folderColorRgb: string | undefined;
  /** The kept part of a name's end, which stays when a new name has none. */
  fullFileExtension: string | undefined;
  /** Set when this item itself is in the trash, not when a folder above is. */
  trashed: { readonly at: number; readonly by: Person } | undefined;
  readonly revisions: Revision[];
  readonly grants: Map<string, Grant>;
  inheritedPermissionsDisabled: boolean;
  readonly properties: Map<string, string>;
  /** By the app's project. */
  readonly appProperties: Map<string, Map<string, string>>;
  /** Permission ids of those who starred it. */
  readonly starredBy: Set<string>;
  readonly viewedBy: Map<string, number>;
  readonly modifiedByAt: Map<string, number>;
  readonly target: { readonly id: string; readonly mimeType: string } | undefined;
  contentRestrictions:
    | { readonly readOnly: boolean; readonly reason: string | undefined; readonly by: Person; readonly at: number }
    | undefined;
  copyRequiresWriterPermission: boolean;
  writersCanShare: boolean;
  /** Found to be malware or spam: downloads need acknowledgeAbuse. */
  abusive: boolean;
  version: number;
  readonly comments: Map<string, Comment>;
}

export function isFolder(file: DriveFile): boolean {
  return file.mimeType === FOLDER;
}

export function isShortcut(file: DriveFile): boolean {
  return file.mimeType === SHORTCUT;
}

export function headOf(file: DriveFile): Revision | undefined {
  return file.revisions.at(-1);
}

/** Bytes come with it: neither a folder, a shortcut nor a native document. */
export function isBlob(file: DriveFile): boolean {
  const head = headOf(file);
  return head !== undefined && head.native === undefined;
}

export function isNative(file: DriveFile): boolean {
  return headOf(file)?.native !== undefined;
}

/** The item, then its folders up to the root. */
export function* lineage(file: DriveFile): Generator<DriveFile> {
  for (let at: DriveFile | undefined = file; at !== undefined; at = at.parent) yield at;
}

/** In the trash, itself or with a folder above it. */
export function isTrashed(file: DriveFile): boolean {
  for (const each of lineage(file)) if (each.trashed !== undefined) return true;
  return false;
}
