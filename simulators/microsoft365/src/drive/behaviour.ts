/** What isn't documented beyond doubt, or documented two ways: a test sets it as it needs it. */
export interface DriveBehaviour {
  /** SharePoint writes the library's properties into Office files, so that size and hash change. */
  rewriteOffice: boolean;
  /** Setting dates by PATCH makes a version, as a new content does (rclone's onedrive page, `no_versions`). */
  datesMakeVersion: boolean;
  /** What a bearer token sent to an upload or download URL does; documented: "may result in 401". */
  authorizationOnTransferUrl: 'refused' | 'ignored';
  /**
   * An upload session without conflictBehavior, where the name is taken: the page of createUploadSession says `fail`, that
   * of driveItem says `replace`; clients rely on the latter (microsoft-graph-docs issue 19010).
   */
  uploadConflictDefault: 'replace' | 'fail';
  /** When an upload session with `fail` tells of a name that was taken before it began. */
  uploadConflictTold: 'creation' | 'last chunk';
  /** A second session for a name whose session is open: 409 until that is finished, deleted or expired (onedrive-api-docs issue 747). */
  oneSessionPerName: boolean;
  /** Whether the If-Match of createUploadSession is looked at again when the last chunk comes; the page doesn't say. */
  ifMatchAtCommit: boolean;
  /** What `replace` makes of a folder that exists: undocumented. */
  replacedFolder: 'emptied' | 'kept';
  /** Only OneDrive Personal keeps descriptions (page of driveItem); false: accepted and forgotten. */
  keepDescriptions: boolean;
  /** Milliseconds. */
  uploadSessionLifetime: number;
  /** Milliseconds; the pages say "a few minutes" and "1 hour". */
  downloadUrlLifetime: number;
  /** Bytes of PUT …/content; the page said 4 MB until it said 250 MB. */
  maxSimpleUpload: number;
  /** How long a copy takes, milliseconds. */
  copyDuration: number;
  /** Identities have an `email`: undocumented, though rclone's authors have seen it. */
  identityEmails: boolean;
  /** An invitation that some recipients can't have: the others get it and the reply is 207, or nobody does and it is 400. */
  partialInvitation: 'multi-status' | 'refused';
  anonymousLinks: boolean;
  externalSharing: boolean;
  /** Versions kept of a file. */
  maxVersions: number;
  /** Items in a page of delta and of children when the request doesn't say. */
  pageSize: number;
  /** What the 410 on a delta token asks for. */
  resyncCode: 'resyncChangesApplyDifferences' | 'resyncChangesUploadDifferences';
  /** Every so manieth page of delta is empty and has a nextLink; 0: none. */
  emptyDeltaPageEvery: number;
  /** Delta tells every so manieth item twice, the first time as it was named before; 0: none. */
  staleDeltaItemEvery: number;
}

export const DEFAULT_BEHAVIOUR: Readonly<DriveBehaviour> = {
  rewriteOffice: true,
  datesMakeVersion: true,
  authorizationOnTransferUrl: 'refused',
  uploadConflictDefault: 'replace',
  uploadConflictTold: 'last chunk',
  oneSessionPerName: true,
  ifMatchAtCommit: false,
  replacedFolder: 'emptied',
  keepDescriptions: false,
  uploadSessionLifetime: 24 * 3600 * 1000,
  downloadUrlLifetime: 3600 * 1000,
  maxSimpleUpload: 250 * 1024 * 1024,
  copyDuration: 0,
  identityEmails: false,
  partialInvitation: 'multi-status',
  anonymousLinks: true,
  externalSharing: true,
  maxVersions: 500,
  pageSize: 200,
  resyncCode: 'resyncChangesApplyDifferences',
  emptyDeltaPageEvery: 0,
  staleDeltaItemEvery: 0,
};
