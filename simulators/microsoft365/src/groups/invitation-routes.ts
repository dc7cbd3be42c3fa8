import { drivesOf } from '../drive/drives.ts';
import type { Call } from '../http/call.ts';
import { entityReply, type Reply } from '../http/reply.ts';
import type { Route } from '../http/router.ts';
import { boolean, object, orNull, readOnly, text } from '../outlook/input.ts';
import type { DirectoryUser, Tenant } from '../state/tenant.ts';
import { refused } from './errors.ts';
import { notify } from './notices.ts';
import { groups } from './place.ts';

/** Guests: https://learn.microsoft.com/graph/api/invitation-post */
export const invitationRoutes: Route[] = [
  {
    method: 'POST',
    path: '/invitations',
    permissions: ['User.Invite.All', 'User.ReadWrite.All', 'Directory.ReadWrite.All'],
    service: 'directory',
    handle: invite,
  },
];

const fields = object('invitation', {
  id: readOnly,
  invitedUserEmailAddress: text,
  invitedUserDisplayName: orNull(text),
  inviteRedirectUrl: text,
  sendInvitationMessage: boolean,
});

/** Makes somebody of another organization known to the directory. */
export function addGuest(tenant: Tenant, id: string, email: string, displayName: string, at: number): DirectoryUser {
  const guest: DirectoryUser = {
    id,
    userPrincipalName: `${email.replace('@', '_')}#EXT#@${tenant.domain}`,
    mail: email,
    displayName,
    givenName: null,
    surname: null,
    jobTitle: null,
    officeLocation: null,
    preferredLanguage: null,
    purpose: 'user',
    accountEnabled: true,
    hasMailbox: false,
    createdAt: at,
  };
  tenant.guests.set(id, guest);
  // Files can be shared with whoever the directory knows.
  drivesOf(tenant).guests.add(email.toLowerCase());
  return guest;
}

/** Somebody who is a guest already stays the same. */
function invite(call: Call): Reply {
  const { invitedUserEmailAddress: email, inviteRedirectUrl, ...given } = fields(call.json(), '');
  if (!email?.includes('@') || !inviteRedirectUrl)
    throw refused('invitedUserEmailAddress and inviteRedirectUrl are required.');
  if (call.tenant.user(email) !== undefined) throw refused('The user is a member of the organization already.');
  const known = [...call.tenant.guests.values()].find(({ mail }) => mail.toLowerCase() === email.toLowerCase());
  const guest =
    known ?? addGuest(call.tenant, groups(call).ids.guid(), email, given.invitedUserDisplayName ?? email, call.now);
  const sends = given.sendInvitationMessage === true;
  if (sends) notify(call.tenant, call.now, 'guest-invitation', guest.id, [email]);
  const invitation = {
    id: groups(call).ids.guid(),
    inviteRedeemUrl: `https://login.microsoftonline.com/redeem?rd=${guest.id}`,
    invitedUserDisplayName: guest.displayName,
    invitedUserEmailAddress: email,
    inviteRedirectUrl,
    sendInvitationMessage: sends,
    status: 'PendingAcceptance',
    invitedUser: { id: guest.id },
  };
  return entityReply(call, invitation, { status: 201 });
}
