import { type Shape, shape } from '../odata/shape.ts';
import type { Drive } from './drive.ts';
import type { Grantee, LinkGrant } from './grant.ts';
import { type Actor, cTagOf, currentVersion, type DriveItem, eTagOf, isFolder, lineage, type Version } from './item.ts';
import { mediaTypeOf } from './media-types.ts';
import { type Reaching, sharingScope } from './sharing.ts';

/** Names that only a client that selects them gets. */
export const ON_REQUEST = ['sharepointIds', 'webDavUrl'];

export const DRIVE_ITEM: Shape = shape(
  'driveItem',
  [
    'cTag',
    'content.downloadUrl',
    'createdBy',
    'createdDateTime',
    'deleted',
    'description',
    'eTag',
    'file',
    'fileSystemInfo',
    'folder',
    'id',
    'lastModifiedBy',
    'lastModifiedDateTime',
    'name',
    'package',
    'parentReference',
    'remoteItem',
    'root',
    'searchResult',
    'shared',
    'sharepointIds',
    'size',
    'specialFolder',
    'webDavUrl',
    'webUrl',
    'audio',
    'bundle',
    'image',
    'location',
    'malware',
    'pendingOperations',
    'photo',
    'publication',
    'video',
  ],
  ['children', 'listItem'],
);

export const DRIVE: Shape = shape('drive', [
  'createdBy',
  'createdDateTime',
  'description',
  'driveType',
  'eTag',
  'id',
  'lastModifiedBy',
  'lastModifiedDateTime',
  'name',
  'owner',
  'parentReference',
  'quota',
  'sharePointIds',
  'system',
  'webUrl',
]);

export const PERMISSION: Shape = shape('permission', [
  'expirationDateTime',
  'grantedTo',
  'grantedToIdentities',
  'grantedToIdentitiesV2',
  'grantedToV2',
  'hasPassword',
  'id',
  'inheritedFrom',
  'invitation',
  'link',
  'roles',
  'shareId',
]);

export const VERSION: Shape = shape('driveItemVersion', [
  'content',
  'id',
  'lastModifiedBy',
  'lastModifiedDateTime',
  'publication',
  'size',
]);

/** SharePoint tells whole seconds. */
export function isoSeconds(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
}

export function driveJson(drive: Drive): Record<string, unknown> {
  const { recycleBin, remaining, quota, used } = drive;
  const filled = 1 - remaining / quota;
  return {
    createdDateTime: isoSeconds(drive.created),
    description: '',
    id: drive.id,
    lastModifiedDateTime: isoSeconds(drive.root.modified),
    name: drive.name,
    webUrl: `${drive.site.url}/${encodeURIComponent(drive.path)}`,
    driveType: drive.driveType,
    createdBy: { user: { displayName: 'System Account' } },
    owner: ownerJson(drive),
    quota: {
      deleted: recycleBin.size,
      remaining,
      state: filled >= 1 ? 'exceeded' : filled > 0.99 ? 'critical' : filled > 0.9 ? 'nearing' : 'normal',
      total: quota,
      used,
    },
  };
}

/** A whole item; `downloadUrl` for a file. `inDelta`: the feed leaves out paths and cTags. */
export function itemJson(
  drive: Drive,
  item: DriveItem,
  options: { downloadUrl?: string; inDelta?: boolean; onRequest?: boolean } = {},
): Record<string, unknown> {
  const { downloadUrl, inDelta = false, onRequest = false } = options;
  const scope = sharingScope(item);
  return {
    ...(downloadUrl === undefined ? {} : { '@microsoft.graph.downloadUrl': downloadUrl }),
    createdDateTime: isoSeconds(item.created),
    eTag: eTagOf(item),
    id: item.id,
    lastModifiedDateTime: isoSeconds(item.modified),
    name: item.name,
    webUrl: webUrl(drive, item),
    ...(isFolder(item) || inDelta ? {} : { cTag: cTagOf(item) }),
    size: item.size,
    ...(item.description === undefined ? {} : { description: item.description }),
    createdBy: actorJson(drive, item.createdBy),
    lastModifiedBy: actorJson(drive, item.modifiedBy),
    parentReference: parentReference(drive, item, inDelta),
    fileSystemInfo: {
      createdDateTime: isoSeconds(item.created),
      lastModifiedDateTime: isoSeconds(item.modified),
    },
    ...(isFolder(item)
      ? { folder: { childCount: item.children.size } }
      : {
          file: {
            hashes: { quickXorHash: currentVersion(item).content.quickXorHash },
            mimeType: mediaTypeOf(item.name),
          },
        }),
    ...(item.parent === undefined ? { root: {} } : {}),
    ...(scope === undefined ? {} : { shared: { scope } }),
    ...(onRequest ? { sharepointIds: sharepointIds(drive, item), webDavUrl: webUrl(drive, item) } : {}),
  };
}

/** What delta tells of an item that is gone. */
export function deletedJson(drive: Drive, id: string): Record<string, unknown> {
  return { id, parentReference: { driveType: drive.driveType, driveId: drive.id }, deleted: { state: 'deleted' } };
}

function itemReference(drive: Drive, item: DriveItem): Record<string, unknown> {
  return {
    driveType: drive.driveType,
    driveId: drive.id,
    id: item.id,
    name: item.parent === undefined ? 'root' : item.name,
    path: pathOf(drive, item),
  };
}

export function versionJson(drive: Drive, version: Version): Record<string, unknown> {
  return {
    id: version.id,
    lastModifiedBy: actorJson(drive, version.modifiedBy),
    lastModifiedDateTime: isoSeconds(version.modified),
    size: version.content.size,
  };
}

export function permissionJson(drive: Drive, { grant, from }: Reaching): Record<string, unknown> {
  return {
    id: grant.id,
    roles: grant.roles,
    ...(grant.kind === 'direct' ? directJson(drive, grant.grantee) : linkJson(drive, grant)),
    ...(grant.expires === undefined ? {} : { expirationDateTime: grant.expires }),
    ...(from === undefined ? {} : { inheritedFrom: itemReference(drive, from) }),
  };
}

export function listItemJson(drive: Drive, item: DriveItem, withFields: boolean): Record<string, unknown> {
  return {
    createdDateTime: isoSeconds(item.created),
    eTag: eTagOf(item),
    id: `${item.listItemId}`,
    lastModifiedDateTime: isoSeconds(item.modified),
    webUrl: webUrl(drive, item),
    createdBy: actorJson(drive, item.createdBy),
    lastModifiedBy: actorJson(drive, item.modifiedBy),
    parentReference: { id: drive.listId, siteId: siteKey(drive) },
    contentType: isFolder(item) ? { id: '0x012000', name: 'Folder' } : { id: '0x010100', name: 'Document' },
    ...(withFields ? { fields: fieldsJson(drive, item) } : {}),
  };
}

export function fieldsJson(drive: Drive, item: DriveItem): Record<string, unknown> {
  if (drive.list !== undefined) return drive.list.fields(item);
  return {
    id: `${item.listItemId}`,
    FileLeafRef: item.name,
    Created: isoSeconds(item.created),
    Modified: isoSeconds(item.modified),
    ...Object.fromEntries(item.columns),
  };
}

/** A site without a group has no owner but the system. */
function ownerJson(drive: Drive): Record<string, unknown> {
  const { owner } = drive;
  if (owner.kind === 'site') return { user: { displayName: 'System Account' } };
  if (owner.kind === 'user') return { user: person(drive, owner) };
  return { group: { displayName: `${owner.displayName} Owners`, email: owner.email, id: owner.id } };
}

function siteKey(drive: Drive): string {
  return `${new URL(drive.site.url).hostname},${drive.site.siteId},${drive.site.webId}`;
}

function pathOf(drive: Drive, item: DriveItem): string {
  const names = lineage(item).map(({ name }) => `/${name}`);
  return `/drives/${drive.id}/root:${names.join('')}`;
}

function parentReference(drive: Drive, item: DriveItem, inDelta: boolean): Record<string, unknown> {
  const { parent } = item;
  if (parent === undefined) return { driveType: drive.driveType, driveId: drive.id };
  const { path, ...rest } = itemReference(drive, parent);
  return { ...rest, ...(inDelta ? {} : { path }), siteId: siteKey(drive) };
}

export function webUrl(drive: Drive, item: DriveItem): string {
  const names = lineage(item).map(({ name }) => `/${encodeURIComponent(name)}`);
  return `${drive.site.url}/${encodeURIComponent(drive.path)}${names.join('')}`;
}

function sharepointIds(drive: Drive, item: DriveItem): Record<string, unknown> {
  return {
    listId: drive.listId,
    listItemId: `${item.listItemId}`,
    listItemUniqueId: item.guid,
    siteId: drive.site.siteId,
    siteUrl: drive.site.url,
    tenantId: drive.tenantId,
    webId: drive.site.webId,
  };
}

function actorJson(drive: Drive, actor: Actor): Record<string, unknown> {
  return {
    ...(actor.application === undefined ? {} : { application: { ...actor.application } }),
    user: actor.user === undefined ? { displayName: 'SharePoint App' } : person(drive, actor.user),
  };
}

function person(drive: Drive, who: { id?: string | undefined; displayName: string; email?: string }) {
  return {
    displayName: who.displayName,
    ...(drive.behaviour.identityEmails && who.email !== undefined ? { email: who.email } : {}),
    ...(who.id === undefined ? {} : { id: who.id }),
  };
}

function identitySetV2(drive: Drive, who: Grantee): Record<string, unknown> {
  if (who.kind === 'siteGroup') {
    return { siteGroup: { id: who.id, displayName: who.displayName, loginName: who.displayName } };
  }
  const site = { ...person(drive, who), id: `${siteUserNumber(who)}`, loginName: loginName(drive, who) };
  return { [who.kind]: person(drive, who), siteUser: site };
}

/** SharePoint's name of somebody; guests carry their address in a form of its own. */
function loginName(drive: Drive, who: Grantee): string {
  if (who.id !== undefined) return `i:0#.f|membership|${who.email}`;
  return `i:0#.f|membership|${who.email.replace('@', '_')}#ext#@${drive.domain}`;
}

/** A person's number in the site's user list; the same person has the same. */
function siteUserNumber(who: Grantee): number {
  return 10 + [...who.email].reduce((sum, letter) => (sum * 31 + (letter.codePointAt(0) ?? 0)) % 9973, 0);
}

function directJson(drive: Drive, who: Grantee): Record<string, unknown> {
  return {
    grantedToV2: identitySetV2(drive, who),
    grantedTo: { user: who.kind === 'siteGroup' ? { displayName: who.displayName } : person(drive, who) },
    ...(who.id === undefined ? { invitation: { email: who.email, signInRequired: true } } : {}),
  };
}

function linkJson(drive: Drive, grant: LinkGrant): Record<string, unknown> {
  return {
    shareId: `u!${Buffer.from(grant.webUrl).toString('base64url')}`,
    hasPassword: grant.hasPassword,
    grantedToIdentitiesV2: grant.people.map((who) => identitySetV2(drive, who)),
    grantedToIdentities: grant.people.map((who) => ({ user: person(drive, who) })),
    link: {
      type: grant.type,
      scope: grant.scope,
      webUrl: grant.webUrl,
      preventsDownload: false,
      ...(grant.applicationId === undefined
        ? {}
        : { application: { id: grant.applicationId, displayName: grant.applicationName } }),
    },
  };
}
