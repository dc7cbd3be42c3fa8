import { createHash } from 'node:crypto';
import { type Reaching, reachingGrants, roleOf } from './access.ts';
import type { Corpus } from './corpus.ts';
import { quotaBytes } from './corpus.ts';
import { badRequest, driveError, forbidden, insufficientPermissions, notWritable, quotaExceeded } from './errors.ts';
import { type DriveFile, type Grant, isFolder, type Person, ROLES, type Role, strength } from './file.ts';

const YEAR = 366 * 86_400_000;
const TYPES = ['user', 'group', 'domain', 'anyone'] as const;

/** What permissions.create and update are asked for. */
export interface PermissionRequest {
  readonly body: Readonly<Record<string, unknown>>;
  /** As given: undefined when the parameter is absent. */
  readonly sendNotificationEmail: boolean | undefined;
  readonly emailMessage: string | undefined;
  readonly transferOwnership: boolean;
  readonly moveToNewOwnersRoot: boolean;
  readonly removeExpiration: boolean;
  /** A domain's administrator, who needs no role on a shared drive. */
  readonly admin: boolean;
}

/** The permissions that reach an item, those of one grantee together. */
export function permissionsOn(file: DriveFile, now: number): Map<string, Reaching[]> {
  const byId = new Map<string, Reaching[]>();
  for (const reaching of reachingGrants(file, now)) {
    const known = byId.get(reaching.grant.id);
    if (known === undefined) byId.set(reaching.grant.id, [reaching]);
    else known.push(reaching);
  }
  return byId;
}

/** The strongest of one grantee's. */
export function strongest(reaching: readonly Reaching[]): Role {
  return reaching.map(roleOf).reduce((best, role) => (strength(role) > strength(best) ? role : best));
}

/** Source: developers.google.com/workspace/drive/api/guides/manage-sharing. */
export function createPermission(
  corpus: Corpus,
  file: DriveFile,
  request: PermissionRequest,
  by: Person,
  at: number,
): Grant {
  const { body } = request;
  const type = TYPES.find((each) => each === body.type);
  if (type === undefined) throw badRequest('The permission type field is required.');
  const role = roleIn(body);
  if (role === undefined) throw badRequest('The permission role field is required.');
  const personal = type === 'user' || type === 'group';
  if (
    request.sendNotificationEmail !== undefined &&
    (!personal || (role === 'owner' && !request.sendNotificationEmail))
  ) {
    throw forbidden(
      "The sendNotificationEmail parameter is only applicable for permissions of type 'user' or 'group', and must not be disabled for ownership transfers.",
      'sendNotificationEmail',
    );
  }
  checkMayShare(corpus, file, by, role, request.admin, at);
  checkRole(file, type, role);
  if (role === 'owner') {
    checkTransfer(request, type);
    const heir = corpus.principals.person(addressIn(body));
    if (heir === undefined) throw unknownAddress(addressIn(body));
    return transfer(corpus, file, heir, request, by, at);
  }
  const grantee = granteeOf(corpus, type, request, by);
  const expires = expiryIn(body, grantee.type, at);
  if (file.drive !== undefined && expires !== undefined && corpus.isRoot(file)) {
    throw driveError(
      403,
      'expirationDateNotAllowedForSharedDriveMembers',
      'Members of shared drives cannot have expiration dates.',
    );
  }
  const known = file.grants.get(grantee.id);
  if (known?.role === 'owner') throw forbidden('The owner of a file cannot be given another role.');
  if (known === undefined && file.grants.size >= corpus.behaviour.maxPermissions) {
    throw driveError(
      403,
      'teamDriveMembershipRequired',
      'The maximum number of permissions on this file has been reached.',
    );
  }
  const before = corpus.audience(file, at);
  const grant: Grant = {
    ...grantee,
    role,
    allowFileDiscovery: !personal && body.allowFileDiscovery === true,
    expires,
    pendingOwner: false,
    view: typeof body.view === 'string' ? body.view : undefined,
    by,
    at: known?.at ?? at,
  };
  file.grants.set(grant.id, grant);
  if (personal && request.sendNotificationEmail !== false) notify(corpus, file, grant, request.emailMessage, by, at);
  corpus.touchSharing(file, at, before);
  return grant;
}

export function updatePermission(
  corpus: Corpus,
  file: DriveFile,
  id: string,
  request: PermissionRequest,
  by: Person,
  at: number,
): Grant {
  const { body } = request;
  for (const name of ['type', 'emailAddress', 'domain', 'id', 'displayName', 'kind']) {
    if (body[name] !== undefined) throw notWritable();
  }
  const grant = ownGrant(file, id, at);
  const role = roleIn(body);
  checkMayShare(corpus, file, by, role ?? grant.role, request.admin, at);
  if (role === 'owner') {
    checkTransfer(request, grant.type);
    const heir = corpus.principals.person(grant.emailAddress as string);
    if (heir === undefined) throw unknownAddress(grant.emailAddress as string);
    return transfer(corpus, file, heir, request, by, at);
  }
  if (grant.role === 'owner' && role !== undefined)
    throw forbidden('The owner of a file cannot be given another role.');
  const before = corpus.audience(file, at);
  if (role !== undefined) {
    checkRole(file, grant.type, role);
    grant.role = role;
  }
  if (request.removeExpiration) grant.expires = undefined;
  else grant.expires = expiryIn(body, grant.type, at) ?? grant.expires;
  if (typeof body.pendingOwner === 'boolean') grant.pendingOwner = body.pendingOwner;
  corpus.touchSharing(file, at, before);
  return grant;
}

export function deletePermission(
  corpus: Corpus,
  file: DriveFile,
  id: string,
  by: Person,
  admin: boolean,
  at: number,
): void {
  const grant = ownGrant(file, id, at);
  if (grant.role === 'owner') throw forbidden('The owner of a file cannot be removed.');
  // Anybody may give up what is theirs.
  if (id !== by.permissionId) checkMayShare(corpus, file, by, grant.role, admin, at);
  const before = corpus.audience(file, at);
  file.grants.delete(id);
  corpus.touchSharing(file, at, before);
}

/** Throws 404 for nobody's, 403 for one that comes from a folder above. */
function ownGrant(file: DriveFile, id: string, at: number): Grant {
  const own = file.grants.get(id);
  if (own !== undefined) return own;
  if (permissionsOn(file, at).has(id)) {
    throw driveError(
      403,
      'cannotModifyInheritedPermission',
      'Inherited permissions cannot be changed on the item that inherits them.',
    );
  }
  throw permissionNotFound(id);
}

export function permissionNotFound(id: string) {
  return driveError(404, 'notFound', `Permission not found: ${id}.`, {
    location: 'permissionId',
    locationType: 'parameter',
  });
}

function checkMayShare(corpus: Corpus, file: DriveFile, by: Person, role: Role, admin: boolean, at: number): void {
  if (admin) return;
  const mine = corpus.access.role(file, by, at);
  const { drive } = file;
  let needed: Role = 'writer';
  if (drive !== undefined) {
    const strict = isFolder(file) && drive.restrictions.get('sharingFoldersRequiresOrganizerPermission') === true;
    if (corpus.isRoot(file) || strict) needed = 'organizer';
    else if (isFolder(file)) needed = 'fileOrganizer';
  } else if (!file.writersCanShare) needed = 'owner';
  if (
    mine === undefined ||
    strength(mine) < strength(needed) ||
    (role !== 'owner' && strength(role) > strength(mine))
  ) {
    throw insufficientPermissions(file.id);
  }
}

/** Which roles there can be where. The reasons are Drive's. */
function checkRole(file: DriveFile, type: Grant['type'], role: Role): void {
  const shared = file.drive !== undefined;
  if (shared && role === 'owner') {
    throw driveError(403, 'ownerOnTeamDriveItemNotSupported', 'Items in shared drives do not have owners.');
  }
  if (!shared && role === 'organizer') {
    throw driveError(
      403,
      'organizerOnNonTeamDriveNotSupported',
      'The organizer role is only available in shared drives.',
    );
  }
  if (!shared && role === 'fileOrganizer') {
    throw driveError(
      403,
      'fileOrganizerOnNonTeamDriveNotSupported',
      'The fileOrganizer role is only available in shared drives.',
    );
  }
  const root = shared && file.drive?.root === file;
  if (shared && role === 'organizer' && !root) {
    throw driveError(
      403,
      'organizerOnNonTeamDriveItemNotSupported',
      'Only members of the whole shared drive can be organizers.',
    );
  }
  if (shared && role === 'fileOrganizer' && !isFolder(file)) {
    throw driveError(
      403,
      'fileOrganizerOnNonTeamDriveItemNotSupported',
      'Only folders and shared drives have file organizers.',
    );
  }
  if (type === 'user' || type === 'group') return;
  if (root) {
    throw driveError(
      403,
      'cannotShareTeamDriveTopFolderWithAnyoneOrDomains',
      'A shared drive cannot be shared with anyone or with a whole domain.',
    );
  }
  if (strength(role) > strength('writer')) throw badRequest(`The role ${role} is not available for ${type}.`);
}

function checkTransfer(request: PermissionRequest, type: Grant['type']): void {
  if (!request.transferOwnership) {
    throw forbidden(
      "The transferOwnership parameter must be enabled when the permission role is 'owner'.",
      'transferOwnership',
    );
  }
  if (type !== 'user') throw badRequest('Only a user can own a file.');
}

function transfer(
  corpus: Corpus,
  file: DriveFile,
  heir: Person,
  request: PermissionRequest,
  by: Person,
  at: number,
): Grant {
  const { owner } = file;
  if (owner?.permissionId !== by.permissionId) throw insufficientPermissions(file.id);
  if (domainOf(heir.emailAddress) !== domainOf(owner.emailAddress)) {
    throw driveError(
      403,
      'ownershipChangeAcrossDomainNotPermitted',
      'Ownership can only be transferred to another user in the same domain.',
    );
  }
  const limit = corpus.behaviour.storageLimit;
  if (limit !== undefined && corpus.usage(heir).total + quotaBytes(file) > limit) throw quotaExceeded();
  const before = corpus.audience(file, at);
  const common = {
    type: 'user' as const,
    domain: undefined,
    allowFileDiscovery: false,
    expires: undefined,
    pendingOwner: false,
    view: undefined,
    by,
    at,
  };
  file.grants.set(owner.permissionId, {
    ...common,
    id: owner.permissionId,
    role: 'writer',
    emailAddress: owner.emailAddress,
    displayName: owner.displayName,
  });
  const grant: Grant = {
    ...common,
    id: heir.permissionId,
    role: 'owner',
    emailAddress: heir.emailAddress,
    displayName: heir.displayName,
  };
  file.grants.set(heir.permissionId, grant);
  file.owner = heir;
  if (request.moveToNewOwnersRoot) corpus.move(file, corpus.rootOf(heir, at), heir, at);
  notify(corpus, file, grant, request.emailMessage, by, at);
  corpus.touchSharing(file, at, before);
  return grant;
}

function granteeOf(
  corpus: Corpus,
  type: Grant['type'],
  request: PermissionRequest,
  by: Person,
): Pick<Grant, 'id' | 'type' | 'emailAddress' | 'domain' | 'displayName'> {
  const { body } = request;
  const external = corpus.behaviour.externalSharing;
  if (type === 'anyone') {
    if (!external) throw sharingOutside();
    return { id: 'anyoneWithLink', type, emailAddress: undefined, domain: undefined, displayName: undefined };
  }
  if (type === 'domain') {
    const { domain } = body;
    if (typeof domain !== 'string' || domain === '') throw badRequest('The domain of the permission is missing.');
    if (!external && domain.toLowerCase() !== domainOf(by.emailAddress)) throw sharingOutside();
    return { id: `${idOf(`domain ${domain}`)}k`, type, emailAddress: undefined, domain, displayName: domain };
  }
  const address = addressIn(body);
  if (!external && domainOf(address) !== domainOf(by.emailAddress)) throw sharingOutside();
  const person = corpus.principals.person(address);
  if (person !== undefined) {
    return {
      id: person.permissionId,
      type: 'user',
      emailAddress: person.emailAddress,
      domain: undefined,
      displayName: person.displayName,
    };
  }
  const group = corpus.principals.group(address);
  if (group !== undefined) {
    return {
      id: idOf(`group ${group.emailAddress}`),
      type: 'group',
      emailAddress: group.emailAddress,
      domain: undefined,
      displayName: group.displayName,
    };
  }
  if (corpus.behaviour.strangersNeedNotification && request.sendNotificationEmail === false)
    throw unknownAddress(address);
  return {
    id: idOf(`user ${address}`),
    type,
    emailAddress: address,
    domain: undefined,
    displayName: address.split('@')[0],
  };
}

function notify(
  corpus: Corpus,
  file: DriveFile,
  grant: Grant,
  message: string | undefined,
  by: Person,
  at: number,
): void {
  corpus.mailsSent.push({ at, to: grant.emailAddress as string, from: by.emailAddress, fileId: file.id, message });
}

function unknownAddress(address: string) {
  return driveError(
    400,
    'invalidSharingRequest',
    `Bad Request. User message: "You are trying to invite ${address}. Since there is no Google account associated with this email address, you must check the "Notify people" box to invite this recipient."`,
  );
}

function sharingOutside() {
  return driveError(403, 'publishOutNotPermitted', 'Sharing outside of the domain is not permitted.');
}

function addressIn(body: Readonly<Record<string, unknown>>): string {
  const { emailAddress } = body;
  if (typeof emailAddress !== 'string' || !/^[^@\s]+@[^@\s]+$/.test(emailAddress)) {
    throw badRequest('The specified emailAddress is invalid or not applicable for the given permission type.');
  }
  return emailAddress;
}

function roleIn(body: Readonly<Record<string, unknown>>): Role | undefined {
  if (body.role === undefined || body.role === null) return undefined;
  const role = ROLES.find((each) => each === body.role);
  if (role === undefined) throw badRequest('The specified role is invalid.');
  return role;
}

function expiryIn(body: Readonly<Record<string, unknown>>, type: Grant['type'], at: number): number | undefined {
  const { expirationTime } = body;
  if (expirationTime === undefined || expirationTime === null) return undefined;
  const moment = typeof expirationTime === 'string' ? Date.parse(expirationTime) : Number.NaN;
  if (Number.isNaN(moment)) throw badRequest('Invalid value for expirationTime.');
  if (type === 'domain' || type === 'anyone')
    throw badRequest('Expiration dates can only be set on user and group permissions.');
  if (moment <= at || moment > at + YEAR) {
    throw badRequest('Expiration dates must be in the future and at most one year ahead.');
  }
  return moment;
}

/** Decimal, as permission ids are. */
function idOf(text: string): string {
  return BigInt(`0x${createHash('sha256').update(text.toLowerCase()).digest('hex').slice(0, 16)}`)
    .toString()
    .padStart(20, '0');
}

function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1).toLowerCase();
}
