import type { Actor, Context, Role, Scope } from './context.ts';
import { notImplemented } from './not-implemented.ts';

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
  readonly scopes: readonly Scope[];
  readonly createdAt: Date;
  readonly expiresAt: Date | undefined;
  readonly lastUsedAt: Date | undefined;
  readonly revokedAt: Date | undefined;
}

/** False until the first administrator exists. Needs no actor. */
export async function isSetUp(_context: Context): Promise<boolean> {
  return notImplemented('isSetUp');
}

/**
 * Creates the first organization and its owner, exactly once, and signs in. Needs no actor.
 *
 * @throws SternaError config `already-set-up` | `password-too-short` | `email-invalid`
 */
export async function setUp(
  _context: Context,
  _input: { organization: string; email: string; password: string },
): Promise<Session> {
  return notImplemented('setUp');
}

/** @throws SternaError auth `sign-in-refused` (one error for a wrong name and a wrong password) */
export async function signIn(_context: Context, _input: { email: string; password: string }): Promise<Session> {
  return notImplemented('signIn');
}

export async function signOut(_context: Context, _input: { token: string }): Promise<void> {
  return notImplemented('signOut');
}

/** @throws SternaError auth `session-expired` */
export async function actorOfSession(_context: Context, _token: string): Promise<Actor> {
  return notImplemented('actorOfSession');
}

/** @throws SternaError auth `token-refused` */
export async function actorOfToken(_context: Context, _token: string): Promise<Actor> {
  return notImplemented('actorOfToken');
}

export async function whoAmI(_context: Context, _actor: Actor): Promise<AccountView & { scopes: readonly Scope[] }> {
  return notImplemented('whoAmI');
}

export async function changePassword(
  _context: Context,
  _actor: Actor,
  _input: { current: string; password: string },
): Promise<void> {
  return notImplemented('changePassword');
}

/** Owner. */
export async function createAccount(
  _context: Context,
  _actor: Actor,
  _input: { email: string; password: string; role: Role },
): Promise<AccountView> {
  return notImplemented('createAccount');
}

export async function listAccounts(_context: Context, _actor: Actor): Promise<readonly AccountView[]> {
  return notImplemented('listAccounts');
}

/** A further organization with its first owner. Only an owner of the installation's first organization. */
export async function createOrganization(
  _context: Context,
  _actor: Actor,
  _input: { name: string; email: string; password: string },
): Promise<AccountView> {
  return notImplemented('createOrganization');
}

/** `token` is shown once. Scopes can't exceed the actor's own. */
export async function createToken(
  _context: Context,
  _actor: Actor,
  _input: { name: string; scopes: readonly Scope[]; expiresAt?: Date | undefined },
): Promise<TokenView & { token: string }> {
  return notImplemented('createToken');
}

export async function listTokens(_context: Context, _actor: Actor): Promise<readonly TokenView[]> {
  return notImplemented('listTokens');
}

export async function revokeToken(_context: Context, _actor: Actor, _input: { tokenId: number }): Promise<TokenView> {
  return notImplemented('revokeToken');
}
