import { CSRF_HEADER } from '@sterna/api-contract';
import { type Actor, actorOfSession, actorOfToken, scopesSomewhere } from '@sterna/application';
import { SternaError } from '@sterna/core';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ServerContext } from './context.ts';
import { signInNeeded } from './errors.ts';

export const SESSION_COOKIE = 'sterna_session';

/**
 * Sign-in is checked when the head of a request has arrived: before its body is read or anything is validated, so
 * that strangers learn nothing about what a route takes, and can't make us parse 64 MB.
 */
export function addSignIn(app: FastifyInstance, context: ServerContext): void {
  app.decorateRequest('actor', undefined);
  app.addHook('onRequest', async (request) => {
    const scope = request.routeOptions.config.scope;
    if (scope === undefined || scope === 'public') return;
    const actor = await actorOf(request, context);
    if (scope !== 'self' && !scopesSomewhere(actor).includes(scope)) {
      throw new SternaError('auth', 'scope-missing', `This needs the scope "${scope}".`, {
        fix: 'Use a token or an account that has it.',
      });
    }
    request.actor = actor;
  });
}

/** Who asks, with the rights of now. @throws SternaError auth, where it is nobody that we know */
export async function actorOf(request: FastifyRequest, context: ServerContext): Promise<Actor> {
  const authorization = request.headers.authorization;
  if (authorization !== undefined) {
    const token = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
    if (token === undefined) throw signInNeeded();
    return actorOfToken(context.application, token);
  }
  const session = request.cookies[SESSION_COOKIE];
  if (session === undefined) throw signInNeeded();
  // SameSite=Strict keeps foreign sites out already; a neighbour on the same site is kept out by this header.
  const safe = request.method === 'GET' || request.method === 'HEAD';
  if (!safe && request.headers[CSRF_HEADER] === undefined) {
    throw new SternaError(
      'auth',
      'csrf-header-missing',
      'Requests that change something need the header that proves they come from Sterna.',
      {
        fix: `Send the header ${CSRF_HEADER}: 1, or use an API token.`,
      },
    );
  }
  return actorOfSession(context.application, session);
}

export function setSessionCookie(reply: FastifyReply, context: ServerContext, token: string, expires: Date): void {
  reply.setCookie(SESSION_COOKIE, token, {
    path: '/',
    httpOnly: true,
    sameSite: 'strict',
    secure: context.secureCookies,
    expires,
  });
}

export function clearSessionCookie(reply: FastifyReply): void {
  reply.clearCookie(SESSION_COOKIE, { path: '/' });
}
