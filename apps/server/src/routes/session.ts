import { SCOPES, type Scope, type sessionRoutes } from '@sterna/api-contract';
import {
  actorOfSession,
  changePassword,
  createAccount,
  createToken,
  isSetUp,
  listAccounts,
  listTokens,
  removeAccount,
  revokeToken,
  type Session,
  scopesSomewhere,
  setUp,
  signIn,
  signOut,
  updateAccount,
  waitsForReconcile,
  whoAmI,
} from '@sterna/application';
import { SternaError } from '@sterna/core';
import type { Context } from '../http/context.ts';
import type { Handlers } from '../http/handler.ts';
import { clearSessionCookie, SESSION_COOKIE, setSessionCookie } from '../http/sign-in.ts';
import { BEGIN_PATH } from '../identity/routes.ts';

/** A token for a program, with all that the account may do. */
async function tokenFor(context: Context, session: Session, name: string): Promise<string> {
  const actor = await actorOfSession(context, session.token);
  const scopes = scopesSomewhere(actor);
  if (scopes.length === 0)
    throw new SternaError('auth', 'no-access-yet', `${actor.name} has no role in any project yet.`, {
      fix: 'Ask the owner of the organization or of the project for one.',
    });
  return (await createToken(context, actor, { name, scopes })).token;
}

/** A scope includes those before it. */
const withLower = (scopes: readonly Scope[]): readonly Scope[] =>
  SCOPES.slice(0, Math.max(...scopes.map((scope) => SCOPES.indexOf(scope))) + 1);

export const sessionHandlers: Handlers<typeof sessionRoutes> = {
  getHealth: async ({ application, server }) => ({
    status: 'ok',
    version: server.version,
    setUp: await isSetUp(application),
    restoredAt: (await waitsForReconcile(application))?.toISOString(),
  }),
  setUp: async ({ body, application, server, reply }) => {
    const session = await setUp(application, body);
    setSessionCookie(reply, server, session.token, session.expiresAt);
    const token = body.token ? await tokenFor(application, session, 'set-up') : undefined;
    return { account: session.account, token };
  },
  signIn: async ({ body, application, server, reply }) => {
    server.signInLimit.check(body.email);
    const session = await signIn(application, body).catch((thrown: unknown) => {
      server.signInLimit.failed(body.email);
      throw thrown;
    });
    server.signInLimit.succeeded(body.email);
    const token = body.token === undefined ? undefined : await tokenFor(application, session, body.token);
    if (token !== undefined) {
      // A program asked: it has its token, and the session would only lie around.
      await signOut(application, { token: session.token });
      return { account: session.account, token };
    }
    setSessionCookie(reply, server, session.token, session.expiresAt);
    return { account: session.account };
  },
  getSignInWays: async ({ application, server }) => ({
    passwords: application.signIn.passwords,
    provider: server.provider === undefined ? undefined : { name: server.provider.name, path: BEGIN_PATH },
  }),
  signOut: async ({ application, server, request, reply }) => {
    const token = request.cookies[SESSION_COOKIE];
    const atProvider = token !== undefined && (await signOut(application, { token }));
    clearSessionCookie(reply);
    return { provider: atProvider ? (await server.provider?.signOutUrl())?.href : undefined };
  },
  getMe: async ({ application, actor }) => {
    const { scopes, projects, ...account } = await whoAmI(application, actor);
    return { account, scopes, projects };
  },
  changePassword: async ({ application, server, actor, body, request, reply }) => {
    await changePassword(application, actor, body);
    // All sessions have ended, this one too; whoever has just typed both passwords isn't asked for one again.
    if (request.cookies[SESSION_COOKIE] !== undefined) {
      const { email } = await whoAmI(application, actor);
      const session = await signIn(application, { email, password: body.password });
      setSessionCookie(reply, server, session.token, session.expiresAt);
    }
    return undefined;
  },
  listTokens: async ({ application, actor }) => ({ items: await listTokens(application, actor) }),
  createToken: async ({ application, actor, body }) => {
    const expiresAt = body.expiresAt === undefined ? undefined : new Date(body.expiresAt);
    const { token, ...details } = await createToken(application, actor, {
      name: body.name,
      scopes: withLower(body.scopes),
      projects: body.projects,
      expiresAt,
    });
    return { token, details };
  },
  deleteToken: async ({ application, actor, params }) => revokeToken(application, actor, { tokenId: params.id }),
  listAccounts: async ({ application, actor }) => ({ items: await listAccounts(application, actor) }),
  createAccount: async ({ application, actor, body }) => createAccount(application, actor, body),
  updateAccount: async ({ application, actor, params, body }) =>
    updateAccount(application, actor, { accountId: params.id, ...body }),
  removeAccount: async ({ application, actor, params }) => {
    await removeAccount(application, actor, { accountId: params.id });
    return undefined;
  },
};
