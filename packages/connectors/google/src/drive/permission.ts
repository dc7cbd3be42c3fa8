/** As far as it is needed: https://developers.google.com/workspace/drive/api/reference/rest/v3/permissions */
export interface DrivePermission {
  readonly id: string;
  readonly type?: 'user' | 'group' | 'domain' | 'anyone';
  readonly role?: 'owner' | 'organizer' | 'fileOrganizer' | 'writer' | 'commenter' | 'reader';
  readonly emailAddress?: string;
  readonly domain?: string;
  /** RFC 3339; of users and groups alone, at most a year ahead. */
  readonly expirationTime?: string;
  readonly deleted?: boolean;
  readonly pendingOwner?: boolean;
  readonly permissionDetails?: readonly { readonly inherited?: boolean }[];
}
