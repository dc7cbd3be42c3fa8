import type { Reaching } from './access.ts';
import type { Corpus } from './corpus.ts';
import { quotaBytes } from './corpus.ts';
import {
  type Comment,
  type DriveFile,
  headOf,
  isBlob,
  isFolder,
  isNative,
  isTrashed,
  type Person,
  type Reply,
  type Revision,
  type Role,
  type SharedDrive,
  strength,
} from './file.ts';
import { extensionOf, FOLDER } from './media-types.ts';
import { EXPORT_FORMATS } from './native.ts';
import { permissionsOn, strongest } from './sharing.ts';

/** Who looks, when, through which app. */
export interface View {
  readonly corpus: Corpus;
  readonly person: Person;
  readonly now: number;
  /** The app's project: whose appProperties are told. */
  readonly project: string;
  /** `http://127.0.0.1:1234/drive/v3` */
  readonly base: string;
}

export type Json = Record<string, unknown>;

export function timeJson(ms: number): string {
  return new Date(ms).toISOString();
}

export function userJson(person: Person, me: Person): Json {
  return {
    kind: 'drive#user',
    displayName: person.displayName,
    me: person.permissionId === me.permissionId,
    permissionId: person.permissionId,
    emailAddress: person.emailAddress,
  };
}

/** Everything that Drive tells of a file; what doesn't apply is absent. */
export function fileJson(view: View, file: DriveFile): Json {
  const { corpus, person, now } = view;
  const head = headOf(file);
  const blob = isBlob(file);
  const native = isNative(file);
  const folder = isFolder(file);
  const { drive, owner } = file;
  const role = corpus.access.role(file, person, now) ?? 'reader';
  const given = corpus.access.sharedWith(file, person, now);
  const permissions = permissionsOn(file, now);
  const mine = file.modifiedByAt.get(person.permissionId);
  const viewed = file.viewedBy.get(person.permissionId);
  const { parent, trashed } = file;
  const parentSeen = parent !== undefined && corpus.access.role(parent, person, now) !== undefined;
  const shares = canShare(file, role, corpus.isRoot(file));
  const targetFolder = file.target?.mimeType === FOLDER;
  return defined({
    kind: 'drive#file',
    id: file.id,
    name: file.name,
    mimeType: file.mimeType,
    description: file.description,
    starred: file.starredBy.has(person.permissionId),
    trashed: isTrashed(file),
    explicitlyTrashed: trashed !== undefined,
    trashingUser: drive !== undefined && trashed !== undefined ? userJson(trashed.by, person) : undefined,
    trashedTime: drive !== undefined && trashed !== undefined ? timeJson(trashed.at) : undefined,
    parents: parentSeen ? [parent.id] : undefined,
    properties: pairsJson(file.properties),
    appProperties: pairsJson(file.appProperties.get(view.project)),
    spaces: ['drive'],
    version: String(file.version),
    webContentLink: blob ? `${view.base}/uc?id=${file.id}&export=download` : undefined,
    webViewLink: `https://drive.google.com/${folder ? 'drive/folders' : 'file/d'}/${file.id}`,
    iconLink: `https://drive-thirdparty.googleusercontent.com/16/type/${file.mimeType}`,
    hasThumbnail: false,
    thumbnailVersion: '0',
    viewedByMe: viewed !== undefined,
    viewedByMeTime: viewed === undefined ? undefined : timeJson(viewed),
    createdTime: timeJson(file.created),
    modifiedTime: timeJson(file.modified),
    modifiedByMeTime: mine === undefined ? undefined : timeJson(mine),
    modifiedByMe: mine !== undefined,
    sharedWithMeTime: given === undefined ? undefined : timeJson(given.at),
    sharingUser: given === undefined ? undefined : userJson(given.by, person),
    owners: owner === undefined ? undefined : [userJson(owner, person)],
    ownedByMe: drive === undefined ? owner?.permissionId === person.permissionId : undefined,
    driveId: drive?.id,
    teamDriveId: drive?.id,
    lastModifyingUser: userJson(file.modifiedBy, person),
    shared: drive === undefined ? permissions.size > 1 : undefined,
    hasAugmentedPermissions: drive === undefined ? undefined : file.grants.size > 0 && !corpus.isRoot(file),
    capabilities: capabilitiesJson(file, role, owner?.permissionId === person.permissionId, corpus.isRoot(file)),
    viewersCanCopyContent: !file.copyRequiresWriterPermission,
    copyRequiresWriterPermission: file.copyRequiresWriterPermission,
    writersCanShare: drive === undefined ? file.writersCanShare : undefined,
    permissions:
      drive === undefined && shares ? [...permissions.values()].map((each) => permissionJson(each, file)) : undefined,
    permissionIds: [...permissions.keys()],
    folderColorRgb: folder || targetFolder ? (file.folderColorRgb ?? '#8f8f8f') : undefined,
    originalFilename: blob ? file.originalFilename : undefined,
    fullFileExtension: blob ? file.fullFileExtension : undefined,
    fileExtension: blob ? (extensionOf(file.name) ?? file.fullFileExtension?.split('.').at(-1)) : undefined,
    md5Checksum: blob ? head?.content.hash('md5') : undefined,
    sha1Checksum: blob ? head?.content.hash('sha1') : undefined,
    sha256Checksum: blob ? head?.content.hash('sha256') : undefined,
    size: blob || (native && corpus.behaviour.nativeSizes) ? String(head?.content.size) : undefined,
    quotaBytesUsed: String(quotaBytes(file)),
    headRevisionId: blob ? head?.id : undefined,
    exportLinks: native ? exportLinks(view, file) : undefined,
    isAppAuthorized: true,
    shortcutDetails:
      file.target === undefined ? undefined : { targetId: file.target.id, targetMimeType: file.target.mimeType },
    contentRestrictions:
      file.contentRestrictions === undefined
        ? undefined
        : [
            defined({
              readOnly: file.contentRestrictions.readOnly,
              reason: file.contentRestrictions.reason,
              type: 'globalContentRestriction',
              restrictingUser: userJson(file.contentRestrictions.by, person),
              restrictionTime: timeJson(file.contentRestrictions.at),
            }),
          ],
    inheritedPermissionsDisabled: folder ? file.inheritedPermissionsDisabled : undefined,
  });
}

/** @param reaching those of one grantee, on the item and from above */
export function permissionJson(reaching: readonly Reaching[], file: DriveFile): Json {
  const [{ grant }] = reaching as [Reaching];
  const own = reaching.find(({ from }) => from === undefined)?.grant;
  const personal = grant.type === 'user' || grant.type === 'group';
  const details = reaching.map(({ grant: each, from }) =>
    defined({
      permissionType: each.role === 'organizer' || (from ?? file) === file.drive?.root ? 'member' : 'file',
      role: each.role,
      inheritedFrom: from?.id,
      inherited: from !== undefined,
    }),
  );
  const expires = own?.expires ?? grant.expires;
  return defined({
    kind: 'drive#permission',
    id: grant.id,
    type: grant.type,
    role: strongest(reaching),
    emailAddress: grant.emailAddress,
    domain: grant.domain,
    displayName: grant.displayName,
    allowFileDiscovery: personal ? undefined : grant.allowFileDiscovery,
    expirationTime: expires === undefined ? undefined : timeJson(expires),
    deleted: personal ? false : undefined,
    pendingOwner: grant.type === 'user' && file.drive === undefined ? grant.pendingOwner : undefined,
    view: grant.view,
    permissionDetails: details,
    teamDrivePermissionDetails:
      file.drive === undefined
        ? undefined
        : details.map(({ permissionType, ...rest }) => ({ teamDrivePermissionType: permissionType, ...rest })),
  });
}

export function revisionJson(view: View, file: DriveFile, revision: Revision): Json {
  const native = revision.native !== undefined;
  return defined({
    kind: 'drive#revision',
    id: revision.id,
    mimeType: revision.mimeType,
    modifiedTime: timeJson(revision.modified),
    keepForever: native ? undefined : revision.keepForever,
    published: revision.published,
    publishAuto: native ? revision.publishAuto : undefined,
    publishedOutsideDomain: native ? revision.publishedOutsideDomain : undefined,
    lastModifyingUser: userJson(revision.by, view.person),
    originalFilename: native ? undefined : revision.originalFilename,
    md5Checksum: native ? undefined : revision.content.hash('md5'),
    size: native ? undefined : String(revision.content.size),
    exportLinks: native ? exportLinks(view, file, revision) : undefined,
  });
}

export function commentJson(view: View, comment: Comment, withDeleted: boolean): Json {
  return defined({
    kind: 'drive#comment',
    id: comment.id,
    createdTime: timeJson(comment.created),
    modifiedTime: timeJson(comment.modified),
    author: authorJson(comment.author, view.person),
    content: comment.deleted ? undefined : comment.content,
    htmlContent: comment.deleted ? undefined : escapeHtml(comment.content),
    deleted: comment.deleted,
    resolved: comment.resolved ? true : undefined,
    anchor: comment.anchor,
    quotedFileContent: comment.quoted,
    replies: comment.replies.filter(({ deleted }) => withDeleted || !deleted).map((reply) => replyJson(view, reply)),
  });
}

export function replyJson(view: View, reply: Reply): Json {
  return defined({
    kind: 'drive#reply',
    id: reply.id,
    createdTime: timeJson(reply.created),
    modifiedTime: timeJson(reply.modified),
    author: authorJson(reply.author, view.person),
    content: reply.deleted ? undefined : reply.content,
    htmlContent: reply.deleted ? undefined : escapeHtml(reply.content),
    deleted: reply.deleted,
    action: reply.action,
  });
}

export function driveJson(view: View, drive: SharedDrive): Json {
  const role = view.corpus.access.role(drive.root, view.person, view.now) ?? 'reader';
  const organizer = strength(role) >= strength('organizer');
  const manager = strength(role) >= strength('fileOrganizer');
  const writer = strength(role) >= strength('writer');
  return defined({
    kind: 'drive#drive',
    id: drive.id,
    name: drive.name,
    colorRgb: drive.colorRgb,
    themeId: drive.themeId,
    createdTime: timeJson(drive.created),
    hidden: drive.hiddenFor.has(view.person.permissionId),
    restrictions: Object.fromEntries(
      [
        'adminManagedRestrictions',
        'copyRequiresWriterPermission',
        'domainUsersOnly',
        'driveMembersOnly',
        'sharingFoldersRequiresOrganizerPermission',
      ].map((name) => [name, drive.restrictions.get(name) ?? false]),
    ),
    capabilities: {
      canAddChildren: writer,
      canComment: strength(role) >= strength('commenter'),
      canCopy: true,
      canDeleteChildren: organizer,
      canDeleteDrive: organizer,
      canDownload: true,
      canEdit: writer,
      canListChildren: true,
      canManageMembers: organizer,
      canReadRevisions: writer,
      canRename: writer,
      canRenameDrive: organizer,
      canShare: writer,
      canTrashChildren: manager,
    },
  });
}

/** What somebody with that role may share. */
export function canShare(file: DriveFile, role: Role, isRoot: boolean): boolean {
  if (file.drive === undefined)
    return role === 'owner' || (strength(role) >= strength('writer') && file.writersCanShare);
  if (isRoot) return role === 'organizer';
  return strength(role) >= strength(isFolder(file) ? 'fileOrganizer' : 'writer');
}

function capabilitiesJson(file: DriveFile, role: Role, owned: boolean, root: boolean): Json {
  const writer = strength(role) >= strength('writer');
  const shared = file.drive !== undefined;
  const manages = shared ? strength(role) >= strength('fileOrganizer') : owned;
  const folder = isFolder(file);
  return {
    canAddChildren: folder && writer,
    canComment: strength(role) >= strength('commenter'),
    canCopy: !folder,
    canDelete: !root && (shared ? role === 'organizer' : owned),
    canDownload: isBlob(file) || isNative(file),
    canEdit: writer,
    canListChildren: folder,
    canModifyContent: writer && file.contentRestrictions?.readOnly !== true,
    canMoveItemOutOfDrive: shared ? role === 'organizer' : owned && !root,
    canMoveItemWithinDrive: !root && (shared ? manages : writer),
    canReadRevisions: writer,
    canRemoveChildren: folder && writer,
    canRename: writer && !root,
    canShare: canShare(file, role, root),
    canTrash: !root && manages,
    canUntrash: !root && manages,
  };
}

function exportLinks(view: View, file: DriveFile, revision?: Revision): Json | undefined {
  const formats = EXPORT_FORMATS[file.mimeType];
  if (formats === undefined) return undefined;
  const query = revision === undefined ? '' : `&revision=${revision.id}`;
  return Object.fromEntries(
    formats.map((format) => [
      format,
      `${view.base}/files/${file.id}/export?mimeType=${encodeURIComponent(format)}&alt=media${query}`,
    ]),
  );
}

function authorJson(author: Person, me: Person): Json {
  return { kind: 'drive#user', displayName: author.displayName, me: author.permissionId === me.permissionId };
}

function pairsJson(pairs: ReadonlyMap<string, string> | undefined): Json | undefined {
  return pairs === undefined || pairs.size === 0 ? undefined : Object.fromEntries(pairs);
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

export function defined(entries: Json): Json {
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined));
}
