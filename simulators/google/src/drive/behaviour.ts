const DAY = 86_400_000;

/** Where the vendor's behaviour isn't certain or can be set by an administrator; changed by tests. */
export interface DriveBehaviour {
  /** Bytes that a person's files may take; undefined: no limit. */
  storageLimit: number | undefined;
  /** A change of name, description or properties sets modifiedTime to now unless the request sets it. */
  metadataBumpsModifiedTime: boolean;
  /** Changes tell of everything in a folder that went to the trash or came back, not of the folder alone. */
  trashTouchesDescendants: boolean;
  /** Changes tell of everything in a folder that is shared, or isn't any more. */
  sharingTouchesDescendants: boolean;
  /** Changes tell of everything that was deleted with a folder. */
  deletionToldForDescendants: boolean;
  /** How a page token of changes that is too old is answered. */
  expiredPageToken: 400 | 404 | 410;
  /** `size` is told of native documents too, as the reference has it since 2025. */
  nativeSizes: boolean;
  /** Folders can be moved from somebody's drive into a shared drive by the API. */
  foldersMoveIntoSharedDrives: boolean;
  /** Sharing outside of the domain is allowed. */
  externalSharing: boolean;
  /** An address without a Google account can be shared with only with a notification. */
  strangersNeedNotification: boolean;
  /** Pairs per file, public ones and those of each app alike. */
  maxProperties: number;
  /** Bytes of key and value together. */
  maxPropertyBytes: number;
  maxChildren: number;
  maxSharedDriveItems: number;
  maxDepth: number;
  maxPermissions: number;
  maxKeptRevisions: number;
  /** How long a revision lives after newer content came, milliseconds. */
  revisionLifetime: number;
  /** Items of one page at most, whatever is asked; 1000 by the reference. Drive may always give fewer. */
  pageSize: number;
}

export function defaultBehaviour(): DriveBehaviour {
  return {
    storageLimit: undefined,
    metadataBumpsModifiedTime: true,
    trashTouchesDescendants: false,
    sharingTouchesDescendants: true,
    deletionToldForDescendants: false,
    expiredPageToken: 410,
    nativeSizes: true,
    foldersMoveIntoSharedDrives: false,
    externalSharing: true,
    strangersNeedNotification: true,
    maxProperties: 30,
    maxPropertyBytes: 124,
    maxChildren: 500_000,
    maxSharedDriveItems: 500_000,
    maxDepth: 100,
    maxPermissions: 600,
    maxKeptRevisions: 200,
    revisionLifetime: 30 * DAY,
    pageSize: 1000,
  };
}
