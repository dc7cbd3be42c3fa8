import { createHash } from 'node:crypto';
import { exportOf } from './native.ts';
import type { DrivePermission } from './permission.ts';

/** As far as it is needed: https://developers.google.com/workspace/drive/api/reference/rest/v3/files */
export interface DriveFile {
  readonly id: string;
  readonly name?: string;
  readonly mimeType?: string;
  readonly parents?: readonly string[];
  readonly size?: string;
  readonly md5Checksum?: string;
  readonly createdTime?: string;
  readonly modifiedTime?: string;
  readonly headRevisionId?: string;
  readonly trashed?: boolean;
  readonly ownedByMe?: boolean;
  readonly shared?: boolean;
  /** Counts all changes; of items in shared drives alone it is of use here. */
  readonly version?: string;
  /** Items of shared drives: somebody has rights on it by itself. */
  readonly hasAugmentedPermissions?: boolean;
  readonly permissions?: readonly DrivePermission[];
  readonly appProperties?: Readonly<Record<string, string>>;
  /** Of a shortcut: what it leads to, which may be anybody's, or nowhere any more. */
  readonly shortcutDetails?: { readonly targetId?: string };
}

export const FOLDER = 'application/vnd.google-apps.folder';
export const SHORTCUT = 'application/vnd.google-apps.shortcut';
const NATIVE = /^application\/vnd\.google-apps\./;

/** Key in `appProperties`, which are this project's alone, of what a file was written for. */
export const STAMP = 'sterna';

export const FILE_FIELDS =
  'id,name,mimeType,parents,size,md5Checksum,createdTime,modifiedTime,headRevisionId,trashed,ownedByMe,shared,version,hasAugmentedPermissions,appProperties,shortcutDetails(targetId),permissions(id,type,role,emailAddress,domain,expirationTime,deleted,pendingOwner,permissionDetails(inherited))';

export const isFolder = ({ mimeType }: DriveFile): boolean => mimeType === FOLDER;
export const isShortcut = ({ mimeType }: DriveFile): boolean => mimeType === SHORTCUT;
/** A Google document, spreadsheet …, which has no bytes of its own. */
export const isNative = ({ mimeType = '' }: DriveFile): boolean => NATIVE.test(mimeType);

export const sizeOf = ({ size }: DriveFile): number => Number(size ?? 0);

/**
 * Equal as long as the content is: its checksum with its size, so that neither a new name nor sharing makes it another one,
 * and a revision has the one that it had then. A Google document has no checksum: what it says changes with its time. A
 * shortcut always leads to the same.
 */
export function versionOf(file: DriveFile): string {
  if (isShortcut(file)) return `shortcut ${file.shortcutDetails?.targetId ?? ''}`;
  if (isNative(file)) return `document ${file.modifiedTime ?? ''} ${exportOf(file)?.extension ?? ''}`;
  return file.md5Checksum === undefined
    ? `revision ${file.headRevisionId ?? file.modifiedTime ?? ''}`
    : contentVersion(file.md5Checksum, sizeOf(file));
}

export const contentVersion = (md5: string, size: number): string => `${md5} ${size}`;

export const dateOf = ({ modifiedTime }: DriveFile): Date | undefined => dateIn(modifiedTime);

/** When it was created, as whoever stored it says. */
export const createdOf = ({ createdTime }: DriveFile): Date | undefined => dateIn(createdTime);

const dateIn = (text: string | undefined): Date | undefined => {
  const told = Date.parse(text ?? '');
  return Number.isNaN(told) ? undefined : new Date(told);
};

/** Of the rights that an item has of its own. `-` where it has none but its owner's. */
export function accessVersionOf(file: DriveFile): string {
  // Of what is in shared drives a listing doesn't tell who has rights.
  if (file.permissions === undefined) return file.hasAugmentedPermissions === true ? `own ${file.version ?? ''}` : '-';
  return permissionsVersion(file.permissions, file.ownedByMe);
}

export function permissionsVersion(permissions: readonly DrivePermission[], ownedByMe = true): string {
  const own = ownPermissions(permissions, ownedByMe);
  if (own.length === 0) return '-';
  const told = own
    .map(({ type, role, emailAddress, domain, expirationTime }) =>
      [type, role, emailAddress ?? '', domain ?? '', expirationTime ?? ''].join('\t'),
    )
    .sort();
  return createHash('sha256').update(told.join('\n')).digest('base64url').slice(0, 16);
}

/** Is anybody but its owner told to have rights on it? */
export const isShared = ({ shared, hasAugmentedPermissions }: DriveFile): boolean =>
  shared === true || hasAugmentedPermissions === true;

/**
 * Given on the item itself, not on a folder above it, and not what the drive's user has by owning it. What somebody else
 * put into the user's folder is still theirs: that right has to be given anew, as the copy is the target user's.
 */
export const ownPermissions = (permissions: readonly DrivePermission[], ownedByMe = true): readonly DrivePermission[] =>
  permissions.filter(
    ({ role, deleted, pendingOwner, permissionDetails = [] }) =>
      deleted !== true &&
      pendingOwner !== true &&
      // Nobody owns by a folder above, though it may let the owner write, too.
      (role === 'owner' ? !ownedByMe : !permissionDetails.some(({ inherited }) => inherited === true)),
  );
