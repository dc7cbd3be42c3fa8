import type { Call } from '../http/call.ts';
import { GraphError } from '../http/errors.ts';
import { entityReply, jsonReply, noContent, type Reply } from '../http/reply.ts';
import { collectionReply } from '../odata/collection.ts';
import type { Drive } from './drive.ts';
import { drivesOf } from './drives.ts';
import { driveError, invalidRequest, notSupported } from './errors.ts';
import type { Grantee, LinkScope } from './grant.ts';
import { PERMISSION, permissionJson } from './json.ts';
import {
  addPeople,
  findGrant,
  grantTo,
  linkOf,
  type Outsiders,
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
 * Shares with people. Who can't be shared with is told by an entry with `error`, and the reply is then 207; when nobody
 * can, the first one's refusal is the reply. An app on its own reaches people of the tenant and guests that are there.
 * Source: learn.microsoft.com/en-us/graph/api/driveitem-invite.
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
  const expires = typeof body.expirationDateTime === 'string' ? body.expirationDateTime : undefined;

  const outsiders = outsidersOf(call, drive);
  const resolved = recipients.map((recipient: Recipient) => {
    try {
      return resolveRecipient(call.tenant, recipient, outsiders);
    } catch (error) {
      if (error instanceof GraphError) return error;
      throw error;
    }
  });
  const refusals = resolved.filter((outcome) => outcome instanceof GraphError);
  const partly = refusals.length < recipients.length && drive.behaviour.partialInvitation === 'multi-status';
  if (refusals.length > 0 && !partly) throw refusals[0];

  if (body.retainInheritedPermissions === false) stopInheriting(drive, item, call.now);
  const value = resolved.map((outcome, i) => {
    if (outcome instanceof GraphError) {
      const { email, objectId, alias } = recipients[i] as Recipient;
      const invitation = { email: email ?? objectId ?? alias };
      return { invitation, roles, error: { code: outcome.code, message: outcome.message } };
    }
    const grant = grantTo(drive, item, outcome, [...roles], expires, call.now);
    if (outcome.id === undefined) drives.guests.add(outcome.email.toLowerCase());
    if (sendInvitation) {
      drives.mailsSent.push({ at: call.now, to: outcome.email, driveId: drive.id, itemId: item.id });
    }
    return permissionJson(drive, { grant, from: undefined });
  });
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
  const people = peopleIn(call, drive, body.recipients ?? []);
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
  addPeople(grant, peopleIn(call, drive, body.recipients));
  drive.touch(item, call.now);
  return jsonReply(200, {
    '@odata.context': `${call.base}/$metadata#Collection(permission)`,
    value: [permissionJson(drive, { grant, from: undefined })],
  });
}

function peopleIn(call: Call, drive: Drive, recipients: unknown): Grantee[] {
  if (!Array.isArray(recipients)) throw invalidRequest('Recipients are missing.');
  const outsiders = outsidersOf(call, drive);
  return recipients.map((recipient: Recipient) => resolveRecipient(call.tenant, recipient, outsiders));
}

function outsidersOf(call: Call, drive: Drive): Outsiders {
  return {
    allowed: drive.behaviour.externalSharing,
    guests: drivesOf(call.tenant).guests,
    newOnes: call.identity.user !== undefined,
  };
}

function linkScope(value: unknown): LinkScope {
  if (value === 'anonymous' || value === 'organization' || value === 'users') return value;
  throw invalidRequest('The scope of the link is unknown.');
}
