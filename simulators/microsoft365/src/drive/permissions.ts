import type { Call } from '../http/call.ts';
import { GraphError } from '../http/errors.ts';
import { entityReply, jsonReply, noContent, type Reply } from '../http/reply.ts';
import { collectionReply } from '../odata/collection.ts';
import { drivesOf } from './drives.ts';
import { driveError, invalidRequest, notSupported } from './errors.ts';
import type { Grantee, LinkScope } from './grant.ts';
import { PERMISSION, permissionJson } from './json.ts';
import {
  addPeople,
  findGrant,
  grantTo,
  linkOf,
  ownGrant,
  parseRoles,
  type Recipient,
  reachingGrants,
  removeGrant,
  resolveRecipient,
  stopInheriting,
} from './sharing.ts';
import { itemOf } from './target.ts';

/** The item's own, then those that come from the folders above (`inheritedFrom`). */
export function listPermissions(call: Call): Reply {
  const { drive, item } = itemOf(call);
  return collectionReply(call, reachingGrants(item), {
    shape: PERMISSION,
    json: (reaching) => permissionJson(drive, reaching),
    pageSize: 200,
    filter: false,
    orderby: false,
    paging: 'skiptoken',
  });
}

export function getPermission(call: Call): Reply {
  const { drive, item } = itemOf(call);
  return entityReply(call, permissionJson(drive, findGrant(item, call.parameter('permission'))));
}

/**
 * Shares with people. Who can't be shared with gets an entry with `error`, and the reply is then 207; when nobody can,
 * the first one's refusal is the reply.
 */
export function invite(call: Call): Reply {
  const { drive, item } = itemOf(call);
  const body = call.json();
  const roles = parseRoles(body.roles);
  const sendInvitation = body.sendInvitation === true;
  if (!sendInvitation && body.requireSignIn !== true) {
    throw invalidRequest('One of sendInvitation or requireSignIn must be true.');
  }
  if (typeof body.password === 'string') throw notSupported('Passwords exist in OneDrive Personal alone.');
  const recipients = body.recipients;
  if (!Array.isArray(recipients) || recipients.length === 0) throw invalidRequest('Recipients are missing.');
  const drives = drivesOf(call.tenant);
  if (body.retainInheritedPermissions === false) stopInheriting(drive, item, call.now);
  const expires = typeof body.expirationDateTime === 'string' ? body.expirationDateTime : undefined;

  const refusals: GraphError[] = [];
  const value = recipients.map((recipient: Recipient) => {
    try {
      const grantee = resolveRecipient(call.tenant, recipient, drive.behaviour.externalSharing);
      const grant = grantTo(drive, item, grantee, [...roles], expires, call.now);
      if (sendInvitation) {
        drives.mailsSent.push({ at: call.now, to: grantee.email, driveId: drive.id, itemId: item.id });
      }
      return permissionJson(drive, { grant, from: undefined });
    } catch (error) {
      if (!(error instanceof GraphError)) throw error;
      refusals.push(error);
      const invitation = { email: recipient.email ?? recipient.objectId ?? recipient.alias };
      return { invitation, roles, error: { code: error.code, message: error.message } };
    }
  });
  if (refusals.length === recipients.length) throw refusals[0] as GraphError;
  return jsonReply(refusals.length === 0 ? 200 : 207, {
    '@odata.context': `${call.base}/$metadata#Collection(permission)`,
    value,
  });
}

/** 201 for a new link, 200 for the one that the app has there already. */
export function createLink(call: Call): Reply {
  const { drive, item } = itemOf(call);
  const body = call.json();
  const { type } = body;
  if (type === 'embed') throw notSupported('Links to embed exist in OneDrive Personal alone.');
  if (type !== 'view' && type !== 'edit') throw invalidRequest('The type of the link is missing or unknown.');
  const scope = linkScope(body.scope ?? 'organization');
  if (scope === 'anonymous' && !drive.behaviour.anonymousLinks) {
    throw driveError(403, 'accessDenied', 'Anonymous links are disabled by policy.', 'sharingDisabled');
  }
  if (typeof body.password === 'string') throw notSupported('Passwords exist in OneDrive Personal alone.');
  const people = peopleIn(call, body.recipients ?? [], drive.behaviour.externalSharing);
  if (people.length > 0 && scope !== 'users') throw invalidRequest('Only links for chosen people have recipients.');
  if (body.retainInheritedPermissions === false) stopInheriting(drive, item, call.now);
  const { app } = call.identity;
  const { grant, created } = linkOf(
    drive,
    item,
    {
      type,
      scope,
      applicationId: app.id,
      applicationName: app.displayName,
      people,
      expires: typeof body.expirationDateTime === 'string' ? body.expirationDateTime : undefined,
      hasPassword: false,
    },
    call.now,
  );
  if (body.sendNotification === true) {
    for (const { email } of people) {
      drivesOf(call.tenant).mailsSent.push({ at: call.now, to: email, driveId: drive.id, itemId: item.id });
    }
  }
  return entityReply(call, permissionJson(drive, { grant, from: undefined }), { status: created ? 201 : 200 });
}

/** Roles of a person's right, or the end of an anonymous link: nothing else can be changed. */
export function updatePermission(call: Call): Reply {
  const { drive, item } = itemOf(call);
  const grant = ownGrant(item, call.parameter('permission'));
  const body = call.json();
  if (grant.kind === 'direct') grant.roles = parseRoles(body.roles);
  else {
    const { expirationDateTime } = body;
    if (grant.scope !== 'anonymous' || body.roles !== undefined || typeof expirationDateTime !== 'string') {
      throw invalidRequest('This property of the sharing link cannot be changed.');
    }
    grant.expires = expirationDateTime;
  }
  drive.touch(item, call.now);
  return entityReply(call, permissionJson(drive, { grant, from: undefined }));
}

export function deletePermission(call: Call): Reply {
  const { drive, item } = itemOf(call);
  removeGrant(drive, item, call.parameter('permission'), call.now);
  return noContent();
}

/** Lets more people use a link. */
export function grantPermission(call: Call): Reply {
  const { drive, item } = itemOf(call);
  const grant = ownGrant(item, call.parameter('permission'));
  if (grant.kind !== 'link') throw invalidRequest('People are granted the use of a link.');
  const body = call.json();
  parseRoles(body.roles);
  addPeople(grant, peopleIn(call, body.recipients, drive.behaviour.externalSharing));
  drive.touch(item, call.now);
  return jsonReply(200, {
    '@odata.context': `${call.base}/$metadata#Collection(permission)`,
    value: [permissionJson(drive, { grant, from: undefined })],
  });
}

function peopleIn(call: Call, recipients: unknown, externalSharing: boolean): Grantee[] {
  if (!Array.isArray(recipients)) throw invalidRequest('Recipients are missing.');
  return recipients.map((recipient: Recipient) => resolveRecipient(call.tenant, recipient, externalSharing));
}

function linkScope(value: unknown): LinkScope {
  if (value === 'anonymous' || value === 'organization' || value === 'users') return value;
  throw invalidRequest('The scope of the link is unknown.');
}
