import { createHash, randomBytes } from 'node:crypto';
import { hash as argonHash, verify as argonVerify } from '@node-rs/argon2';
import { SternaError } from '@sterna/core';
import {
  type AccountWithOrganization,
  type ApiTokenRow,
  accountByEmail,
  accountById,
  accountsOf,
  type DomainDb,
  deleteSession,
  deleteSessionsOf,
  firstOrganizationId,
  hasOrganization,
  inOrganization,
  insertAccount,
  insertOrganization,
  insertSession,
  insertToken,
  lockOrganizations,
  revokeTokenRow,
  tokensOf,
  updatePassword,
  useToken,
  violatedIndex,
} from '@sterna/store';
import {
  ALL_SCOPES,
  actorFor,
  found,
  nameTaken,
  readName,
  requireOwner,
  requireScope,
  requireSomewhere,
} from './access.ts';
import type { Actor, Context, ProjectRole, Role, Scope } from './context.ts';
import { reachProject } from './reach.ts';
import { sessionsIn } from './session-lookups.ts';

export interface Session {
  /** Given out once; only its hash is stored. */
  readonly token: string;
  readonly expiresAt: Date;
  readonly account: AccountView;
}

export interface AccountView {
  readonly id: number;
  readonly email: string;
  readonly role: Role;
  readonly organization: { readonly id: number; readonly publicId: string; readonly name: string };
  readonly createdAt: Date;
}

export interface TokenView {
  readonly id: number;
  readonly name: string;
  /** Email of the account that it acts for. */
  readonly account: string;
  readonly scopes: readonly Scope[];
  /** Undefined: wherever its person may. */
  readonly projects: readonly number[] | undefined;
  readonly createdAt: Date;
  readonly expiresAt: Date | undefined;
  readonly lastUsedAt: Date | undefined;
  readonly revokedAt: Date | undefined;
}

const SESSION_HOURS = 12;
const MIN_PASSWORD = 12;
/** argon2id as OWASP recommends it: 19 MiB, 2 rounds, 1 lane. @node-rs/argon2 takes argon2id unless told. */
const ARGON = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
/** Told apart by their beginning, so that a leaked one can be found by scanners. */
const SESSION_PREFIX = 'sterna_s_';
const TOKEN_PREFIX = 'sterna_t_';

/** 256 random bits: a plain hash is enough to store them. */
const secretHash = (token: string): Buffer => createHash('sha256').update(token, 'utf8').digest();

export const accountView = (row: AccountWithOrganization): AccountView => ({
  id: row.id,
  email: row.email,
  role: row.role,
  organization: { id: row.organization_id, publicId: row.organization_public_id, name: row.organization_name },
  createdAt: row.created_at,
});

const tokenView = (row: ApiTokenRow, account: string): TokenView => ({
  id: row.id,
  name: row.name,
  account,
  scopes: row.scopes as Scope[],
  projects: row.projects ?? undefined,
  createdAt: row.created_at,
  expiresAt: row.expires_at ?? undefined,
  lastUsedAt: row.last_used_at ?? undefined,
  revokedAt: row.revoked_at ?? undefined,
});

export async function hashNewPassword(password: string): Promise<string> {
  if (password.length < MIN_PASSWORD || password.length > 1_000)
    throw new SternaError('config', 'password-too-short', `A password has at least ${MIN_PASSWORD} characters.`, {
      field: 'password',
      fix: 'Choose a longer one: a few words will do.',
    });
  return argonHash(password, ARGON);
}

export function readEmail(email: string): string {
  const trimmed = email.trim();
  if (/^[^\s@]+@[^\s@]+$/.test(trimmed) && trimmed.length <= 320) return trimmed;
  throw new SternaError('config', 'email-invalid', 'This is no email address.', {
    field: 'email',
    fix: 'Write it as name@example.org.',
  });
}

/** False until the first administrator exists. Needs no actor. */
export const isSetUp = (context: Context): Promise<boolean> => hasOrganization(context.db);

/**
 * Creates the first organization and its owner, exactly once, and signs in. Needs no actor.
 *
 * @throws SternaError config `already-set-up` | `password-too-short` | `email-invalid` | `name-invalid`
 */
export async function setUp(
  context: Context,
  input: { organization: string; email: string; password: string },
): Promise<Session> {
  const name = readName(input.organization, 'organization');
  const email = readEmail(input.email);
  if (await hasOrganization(context.db)) throw alreadySetUp();
  const passwordHash = await hashNewPassword(input.password);
  const accountId = await context.db.transaction().execute(async (trx) => {
    // Of two that set up at the same instant the second waits here, and finds the first one's.
    await lockOrganizations(trx);
    if (await hasOrganization(trx)) throw alreadySetUp();
    const organization = await insertOrganization(trx, name);
    return insertAccount(trx, { organizationId: organization.id, email, passwordHash, role: 'owner' });
  });
  const account = found(await accountById(context.db, accountId), 'account', accountId);
  await inOrganization(context.db, account.organization_id, account.email, async (tx) => {
    tx.audit('organization.set-up', `organization/${account.organization_id}`, { name, owner: email });
  });
  return openSession(context, account);
}

const alreadySetUp = (): SternaError =>
  new SternaError('config', 'already-set-up', 'This installation has its administrator already.', {
    fix: 'Sign in. Further accounts are made by the owner.',
  });

export async function openSession(
  context: Context,
  account: AccountWithOrganization,
  options: { atProvider?: boolean } = {},
): Promise<Session> {
  const token = SESSION_PREFIX + randomBytes(32).toString('base64url');
  const expiresAt = new Date(Date.now() + SESSION_HOURS * 3_600_000);
  const { atProvider = false } = options;
  await insertSession(context.db, { tokenHash: secretHash(token), accountId: account.id, expiresAt, atProvider });
  return { token, expiresAt, account: accountView(account) };
}

/** A hash of nobody's password: a sign-in with an unknown name takes as long as one with a wrong password. */
let decoy: Promise<string> | undefined;

/**
 * @throws SternaError auth `sign-in-refused` (one error for a wrong name and a wrong password); config `passwords-off`,
 *   whatever was given, where people sign in at the provider
 */
export async function signIn(context: Context, input: { email: string; password: string }): Promise<Session> {
  const account = await accountByEmail(context.db, input.email.trim());
  refusePasswordsOff(context, account);
  decoy ??= argonHash(randomBytes(16).toString('hex'), ARGON);
  const isRight = await argonVerify(account?.password_hash ?? (await decoy), input.password.slice(0, 1_000));
  if (account === undefined || !isRight)
    throw new SternaError('auth', 'sign-in-refused', 'The email address or the password is wrong.', {
      fix: 'Try again, or ask the owner for a new password.',
    });
  return openSession(context, account);
}

/** Whoever was let in on the server itself has a password that counts for a while. */
function refusePasswordsOff(context: Context, account: AccountWithOrganization | undefined): void {
  const until = account?.password_until ?? undefined;
  if (context.signIn.passwords || (until !== undefined && until.getTime() > Date.now())) return;
  throw new SternaError('config', 'passwords-off', 'Passwords are switched off on this server.', {
    fix: 'Sign in at the provider. Whoever runs the server can let an owner in: sterna recover.',
  });
}

/** @returns whether the session was opened by a sign-in at the provider */
export async function signOut(context: Context, input: { token: string }): Promise<boolean> {
  return deleteSession(context.db, secretHash(input.token));
}

/** @throws SternaError auth `session-expired` */
export async function actorOfSession(context: Context, token: string): Promise<Actor> {
  const account = await sessionsIn(context).of(secretHash(token));
  if (account === undefined)
    throw new SternaError('auth', 'session-expired', 'Nobody is signed in.', { fix: 'Sign in again.' });
  return actorFor(account, account.email, { scopes: ALL_SCOPES });
}

/** @throws SternaError auth `token-refused` */
export async function actorOfToken(context: Context, token: string): Promise<Actor> {
  const row = token.startsWith(TOKEN_PREFIX) ? await useToken(context.db, secretHash(token)) : undefined;
  const account = row === undefined ? undefined : await accountById(context.db, row.account_id);
  if (row === undefined || account === undefined)
    throw new SternaError('auth', 'token-refused', 'This token is unknown, expired or revoked.', {
      fix: 'Make a new one: sterna tokens create.',
    });
  return actorFor(account, `${account.email} (token ${row.name})`, {
    scopes: row.scopes as Scope[],
    projects: row.projects ?? undefined,
  });
}

/** In one project: the role there (undefined where the organization's counts alone), and what may be done. */
export interface ProjectRights {
  readonly projectId: number;
  readonly role: ProjectRole | undefined;
  readonly scopes: readonly Scope[];
}

export interface Me extends AccountView {
  /** In the whole organization. */
  readonly scopes: readonly Scope[];
  /** Where it is more than that, or where a token is limited to. */
  readonly projects: readonly ProjectRights[];
}

export async function whoAmI(context: Context, actor: Actor): Promise<Me> {
  const account = found(await accountById(context.db, actor.accountId), 'account', actor.accountId);
  const projects = [...actor.projects].map(([projectId, scopes]) => ({
    projectId,
    role: account.project_roles[projectId],
    scopes: ALL_SCOPES.filter((scope) => actor.scopes.includes(scope) || scopes.includes(scope)),
  }));
  return { ...accountView(account), scopes: actor.scopes, projects };
}

/** Ends the account's other sessions. @throws SternaError auth `sign-in-refused`; config `password-too-short` */
export async function changePassword(
  context: Context,
  actor: Actor,
  input: { current: string; password: string },
): Promise<void> {
  const account = found(await accountById(context.db, actor.accountId), 'account', actor.accountId);
  refusePasswordsOff(context, account);
  if (account.password_hash === null)
    throw new SternaError('config', 'no-password', 'This account has no password: it signs in at the provider.', {
      field: 'current',
      fix: 'Change the password there, or have the owner set one here.',
    });
  if (!(await argonVerify(account.password_hash, input.current.slice(0, 1_000))))
    throw new SternaError('auth', 'sign-in-refused', 'The current password is wrong.', { field: 'current' });
  const passwordHash = await hashNewPassword(input.password);
  await inOrganization(context.db, actor.organizationId, actor.name, async (tx) => {
    await updatePassword(tx.db, account.id, passwordHash, account.password_until);
    await deleteSessionsOf(tx.db, account.id);
    tx.audit('account.change-password', `account/${account.id}`);
  });
}

export async function addAccount(
  db: DomainDb,
  account: { organizationId: number; email: string; passwordHash: string | null; role: Role },
): Promise<AccountView> {
  const id = await insertAccount(db, account).catch((error: unknown) => {
    if (violatedIndex(error) === 'account_email')
      throw new SternaError('config', 'email-taken', 'There is already an account with this email address.', {
        field: 'email',
        fix: 'Use another address.',
      });
    throw error;
  });
  return accountView(found(await accountById(db, id), 'account', id));
}

/** Owner. */
export async function createAccount(
  context: Context,
  actor: Actor,
  input: { email: string; password: string; role: Role },
): Promise<AccountView> {
  requireOwner(actor);
  const email = readEmail(input.email);
  const passwordHash = await hashNewPassword(input.password);
  return inOrganization(context.db, actor.organizationId, actor.name, async (tx) => {
    const account = await addAccount(tx.db, {
      organizationId: actor.organizationId,
      email,
      passwordHash,
      role: input.role,
    });
    tx.audit('account.create', `account/${account.id}`, { email, role: input.role });
    return account;
  });
}

export async function listAccounts(context: Context, actor: Actor): Promise<readonly AccountView[]> {
  requireScope(actor, 'admin');
  return (await accountsOf(context.db, actor.organizationId)).map(accountView);
}

/** A further organization with its first owner. Only an owner of the installation's first organization. */
export async function createOrganization(
  context: Context,
  actor: Actor,
  input: { name: string; email: string; password: string },
): Promise<AccountView> {
  requireOwner(actor);
  if ((await firstOrganizationId(context.db)) !== actor.organizationId)
    throw new SternaError('auth', 'not-allowed', 'Only the installation’s own organization can make others.', {
      fix: 'Ask the administrator of the installation.',
    });
  const name = readName(input.name);
  const email = readEmail(input.email);
  const passwordHash = await hashNewPassword(input.password);
  return inOrganization(context.db, actor.organizationId, actor.name, async (tx) => {
    const organization = await insertOrganization(tx.db, name).catch((error: unknown) => {
      if (violatedIndex(error) !== undefined) throw nameTaken('an organization', name);
      throw error;
    });
    const account = await addAccount(tx.db, { organizationId: organization.id, email, passwordHash, role: 'owner' });
    tx.audit('organization.create', `organization/${organization.id}`, { name, owner: email });
    return account;
  });
}

/**
 * `token` is shown once. It can't do more than the actor, and later no more than its person.
 *
 * @param input.projects limits it to these
 * @throws SternaError auth `not-allowed`; config `not-found`
 */
export async function createToken(
  context: Context,
  actor: Actor,
  input: {
    name: string;
    scopes: readonly Scope[];
    projects?: readonly number[] | undefined;
    expiresAt?: Date | undefined;
  },
): Promise<TokenView & { token: string }> {
  const name = readName(input.name);
  const scopes = ALL_SCOPES.filter((scope) => input.scopes.includes(scope));
  if (scopes.length === 0)
    throw new SternaError('config', 'scopes-empty', 'A token needs at least one of read, operate, admin.', {
      field: 'scopes',
    });
  for (const scope of scopes) requireSomewhere(actor, scope);
  if (input.expiresAt !== undefined && input.expiresAt.getTime() <= Date.now())
    throw new SternaError('config', 'expiry-past', 'The token would have expired already.', { field: 'expiresAt' });
  const token = TOKEN_PREFIX + randomBytes(32).toString('base64url');
  return inOrganization(context.db, actor.organizationId, actor.name, async (tx) => {
    for (const id of input.projects ?? []) await reachProject(tx.db, actor, 'read', id);
    const projects = input.projects ?? actor.limitedTo;
    const row = await insertToken(tx.db, {
      organizationId: actor.organizationId,
      accountId: actor.accountId,
      name,
      tokenHash: secretHash(token),
      scopes,
      projects,
      expiresAt: input.expiresAt,
    });
    tx.audit('token.create', `token/${row.id}`, { name, scopes, ...(projects === undefined ? {} : { projects }) });
    const { email } = await whoAmI({ ...context, db: tx.db }, actor);
    return { ...tokenView(row, email), token };
  });
}

export async function listTokens(context: Context, actor: Actor): Promise<readonly TokenView[]> {
  requireSomewhere(actor, 'read');
  return (await tokensOf(context.db, actor.organizationId))
    .filter((row) => actor.scopes.includes('admin') || row.account_id === actor.accountId)
    .map((row) => tokenView(row, row.account_email));
}

/** One's own; an `admin` any of the organization. */
export async function revokeToken(context: Context, actor: Actor, input: { tokenId: number }): Promise<TokenView> {
  requireSomewhere(actor, 'read');
  return inOrganization(context.db, actor.organizationId, actor.name, async (tx) => {
    const mine = (await tokensOf(tx.db, actor.organizationId)).find((row) => row.id === input.tokenId);
    if (mine?.account_id !== actor.accountId) requireScope(actor, 'admin');
    const { account_email: email } = found(mine, 'token', input.tokenId);
    const row = found(await revokeTokenRow(tx.db, actor.organizationId, input.tokenId), 'token', input.tokenId);
    tx.audit('token.revoke', `token/${row.id}`, { name: row.name });
    return tokenView(row, email);
  });
}
