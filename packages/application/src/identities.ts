import { SternaError } from '@sterna/core';
import {
  type AccountWithOrganization,
  accountByEmail,
  accountById,
  accountOfIdentity,
  accountsOf,
  type DomainDb,
  deleteSessionsOf,
  firstOrganizationId,
  hasIdentity,
  type IdentityKey,
  inOrganization,
  insertIdentity,
  type OrganizationTransaction,
  organizationByName,
  organizationIds,
  updatePassword,
  updateRole,
} from '@sterna/store';
import { found } from './access.ts';
import { addAccount, hashNewPassword, openSession, readEmail, type Session } from './accounts.ts';
import type { Context, IdentityPolicy, Role } from './context.ts';
import { isLastOwner } from './people.ts';

/** Who the provider says that somebody is; proven by whoever hands it over. */
export interface Identity extends IdentityKey {
  readonly email: string | undefined;
  /** `email_verified`; undefined where the provider doesn't say. */
  readonly emailVerified: boolean | undefined;
  readonly groups: readonly string[];
}

/** From the most to the least: of several groups the one that gives most counts. */
const RANKS: readonly Role[] = ['owner', 'operator', 'auditor', 'viewer', 'none'];

/**
 * The account of an identity: the one that it opened before, else the one with its verified address, else, where the
 * policy says so, a new one. Needs no actor.
 *
 * @throws SternaError auth `provider-off` | `email-unverified` | `email-foreign` | `identity-unknown` |
 *   `identity-differs` | `groups-without-role`
 */
export async function signInByIdentity(context: Context, identity: Identity): Promise<Session> {
  const policy = context.signIn.identities;
  if (policy === undefined)
    throw new SternaError('auth', 'provider-off', 'This server has no provider of identities.', {
      fix: 'Sign in with your password.',
    });
  const role = roleOf(policy, identity);
  const known = await accountOfIdentity(context.db, identity);
  const account = known ?? (await accountByVerifiedEmail(context, policy, identity, role));
  return openSession(context, await withRole(context, account, role), { atProvider: true });
}

/** Undefined where groups decide nothing. @throws SternaError auth `groups-without-role` */
function roleOf(policy: IdentityPolicy, identity: Identity): Role | undefined {
  if (Object.keys(policy.roles).length === 0) return undefined;
  const roles = new Set(
    identity.groups.flatMap((group) => (Object.hasOwn(policy.roles, group) ? policy.roles[group] : [])),
  );
  const role = RANKS.find((one) => roles.has(one));
  if (role !== undefined) return role;
  throw new SternaError('auth', 'groups-without-role', 'None of your groups has a role here.', {
    fix: 'Ask whoever runs the provider to put you into one that has.',
  });
}

async function accountByVerifiedEmail(
  context: Context,
  policy: IdentityPolicy,
  identity: Identity,
  role: Role | undefined,
): Promise<AccountWithOrganization> {
  const email = verifiedEmail(policy, identity);
  const before = await accountByEmail(context.db, email);
  const organizationId = before?.organization_id ?? (await organizationForNew(context.db, policy));
  return inOrganization(context.db, organizationId, `${email} (provider)`, async (tx) => {
    const account = before ?? (await newAccount(tx, organizationId, email, role ?? 'none'));
    if (await hasIdentity(tx.db, account.id, identity.issuer))
      throw new SternaError('auth', 'identity-differs', `${email} was somebody else at the provider before.`, {
        fix: 'Have the owner remove that account; then sign in again, or have a new one made.',
      });
    await insertIdentity(tx.db, account.id, identity);
    tx.audit('account.identity', `account/${account.id}`, { email, issuer: identity.issuer });
    return account;
  });
}

/** @throws SternaError auth `email-unverified` | `email-foreign` */
function verifiedEmail(policy: IdentityPolicy, { email, emailVerified }: Identity): string {
  if (email === undefined || !(emailVerified ?? policy.vouchesForAddresses))
    throw new SternaError('auth', 'email-unverified', 'The provider doesn’t say that your e-mail address is yours.', {
      fix: 'Verify it there, or have whoever runs the provider send a verified one.',
    });
  const address = readEmail(email);
  if (policy.domains.includes(address.slice(address.lastIndexOf('@') + 1).toLowerCase())) return address;
  throw new SternaError('auth', 'email-foreign', 'The provider doesn’t speak for the domain of your e-mail address.', {
    fix: 'Sign in with an address of your organization.',
  });
}

/** @throws SternaError auth `identity-unknown` */
async function organizationForNew(db: DomainDb, { creates }: IdentityPolicy): Promise<number> {
  const id =
    creates === undefined
      ? undefined
      : creates.organization === undefined
        ? await firstOrganizationId(db)
        : await organizationByName(db, creates.organization);
  if (id !== undefined) return id;
  throw new SternaError('auth', 'identity-unknown', 'You have no account here.', {
    fix: 'Ask the owner of the organization to add your e-mail address.',
  });
}

async function newAccount(
  tx: OrganizationTransaction,
  organizationId: number,
  email: string,
  role: Role,
): Promise<AccountWithOrganization> {
  const { id } = await addAccount(tx.db, { organizationId, email, passwordHash: null, role });
  tx.audit('account.create', `account/${id}`, { email, role });
  return found(await accountById(tx.db, id), 'account', id);
}

/** The groups' role counts from now on; the last owner stays one, or nobody could make another. */
async function withRole(
  context: Context,
  account: AccountWithOrganization,
  role: Role | undefined,
): Promise<AccountWithOrganization> {
  if (role === undefined || role === account.role) return account;
  return inOrganization(context.db, account.organization_id, `${account.email} (provider)`, async (tx) => {
    if (isLastOwner(await accountsOf(tx.db, account.organization_id), account)) return account;
    await updateRole(tx.db, account.id, role);
    tx.audit('account.role', `account/${account.id}`, { email: account.email, from: account.role, to: role });
    return { ...account, role };
  });
}

/** How long a password counts that was given on the server itself, where passwords are off. */
const RECOVERY_HOURS = 1;

/**
 * A new password for an owner who can't get in: lost, or the provider is out of order and passwords are off. Where they
 * are, it counts for an hour. For whoever has the server's data; needs no actor.
 *
 * @param input.email undefined: the only owner there is
 * @throws SternaError config `owner-unknown` | `password-too-short`
 */
export async function recoverAccount(
  context: Context,
  input: { email?: string | undefined; password: string },
): Promise<{ readonly email: string; readonly until: Date | undefined }> {
  const owners: AccountWithOrganization[] = [];
  for (const id of await organizationIds(context.db))
    owners.push(...(await accountsOf(context.db, id)).filter((one) => one.role === 'owner'));
  const asked = input.email?.trim().toLowerCase();
  const [owner, ...more] = asked === undefined ? owners : owners.filter((one) => one.email.toLowerCase() === asked);
  if (owner === undefined || more.length > 0)
    throw new SternaError(
      'config',
      'owner-unknown',
      asked === undefined ? `There are ${owners.length} owners.` : `No owner has the address ${asked}.`,
      { field: 'EMAIL', fix: `Name one of them: ${owners.map((one) => one.email).join(', ')}.` },
    );
  const passwordHash = await hashNewPassword(input.password);
  const until = context.signIn.passwords ? undefined : new Date(Date.now() + RECOVERY_HOURS * 3_600_000);
  await inOrganization(context.db, owner.organization_id, 'sterna recover', async (tx) => {
    await updatePassword(tx.db, owner.id, passwordHash, until ?? null);
    await deleteSessionsOf(tx.db, owner.id);
    tx.audit('account.recover', `account/${owner.id}`, { email: owner.email });
  });
  return { email: owner.email, until };
}
