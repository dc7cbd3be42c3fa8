import { createHash } from 'node:crypto';

/** As far as it is needed: https://learn.microsoft.com/en-us/graph/api/resources/driveitem */
export interface DriveItem {
  readonly id: string;
  readonly name?: string;
  readonly size?: number;
  readonly eTag?: string;
  readonly cTag?: string;
  readonly file?: { readonly hashes?: { readonly quickXorHash?: string | null } | null } | null;
  readonly folder?: object | null;
  readonly root?: object | null;
  readonly deleted?: object | null;
  /** A notebook: a folder that is one thing. */
  readonly package?: { readonly type?: string | null } | null;
  /** A shortcut to something that lies elsewhere. */
  readonly remoteItem?: object | null;
  readonly shared?: object | null;
  readonly lastModifiedBy?: { readonly application?: { readonly id?: string | null } | null } | null;
  readonly parentReference?: { readonly id?: string | null } | null;
  readonly fileSystemInfo?: {
    readonly lastModifiedDateTime?: string | null;
    readonly createdDateTime?: string | null;
  } | null;
  readonly '@microsoft.graph.downloadUrl'?: string;
}

export const ITEM_PROPERTIES =
  'id,name,size,eTag,cTag,file,folder,root,package,remoteItem,shared,parentReference,fileSystemInfo,lastModifiedBy';
/** The drive's delta knows no cTag (https://learn.microsoft.com/en-us/graph/api/driveitem-delta). */
export const DELTA_PROPERTIES = ITEM_PROPERTIES.replace('cTag', 'deleted');
export const DOWNLOAD_PROPERTIES = `${ITEM_PROPERTIES},@microsoft.graph.downloadUrl`;

/** A notebook is a folder to Graph, but nothing of it could be read by itself. */
export const isFolder = (item: DriveItem): boolean => Boolean(item.folder ?? item.root) && !isSpecial(item);

/** Why it isn't migrated; undefined for files. */
export const isSpecial = (item: DriveItem): 'notebook' | 'shortcut' | undefined => {
  if (item.package) return 'notebook';
  return item.remoteItem ? 'shortcut' : undefined;
};

/**
 * Equal as long as the content is: the hash with the size, so that neither sharing nor a new name makes it another one, and
 * an earlier version has the one that it had then. Without a hash, the tag that changes with the content.
 */
export function versionOf(item: DriveItem): string {
  const hash = hashOf(item);
  return hash === undefined ? `tag ${item.cTag ?? item.eTag ?? ''}` : contentVersion(hash, item.size ?? 0);
}

export const contentVersion = (hash: string, size: number): string => `${hash} ${size}`;

export const hashOf = ({ file }: DriveItem): string | undefined => file?.hashes?.quickXorHash ?? undefined;

/** When the content was modified, as whoever stored it says. */
export const dateOf = ({ fileSystemInfo }: DriveItem): Date | undefined => dateIn(fileSystemInfo?.lastModifiedDateTime);

/** When the file was created, as whoever stored it says. */
export const createdOf = ({ fileSystemInfo }: DriveItem): Date | undefined => dateIn(fileSystemInfo?.createdDateTime);

const dateIn = (text: string | null | undefined): Date | undefined => {
  const told = Date.parse(text ?? '');
  return Number.isNaN(told) ? undefined : new Date(told);
};

/**
 * Of the rights that an item has of its own: sharing it changes its tag. `-` where it isn't shared. What isn't shared any
 * more has no tag of its own any more.
 */
export function accessVersionOf(item: DriveItem): string {
  if (!item.shared) return '-';
  return createHash('sha256')
    .update(`${JSON.stringify(item.shared)}\0${item.eTag ?? ''}`)
    .digest('base64url')
    .slice(0, 16);
}
