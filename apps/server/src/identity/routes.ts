import { signInByIdentity } from '@sterna/application';
import { asSternaError, SternaError } from '@sterna/core';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { ServerContext } from '../http/context.ts';
import { setSessionCookie } from '../http/sign-in.ts';
import { CALLBACK_PATH, type Provider } from './provider.ts';

export const BEGIN_PATH = '/api/sign-in/provider';
const COOKIE = 'sterna_sign_in';
/** Time to sign in at the provider. */
const ATTEMPT_MS = 10 * 60_000;
/** Binds what is sealed to its use. */
const PURPOSE = 'sign-in at the provider';

const attemptSchema = z.object({
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  next: z.string(),
  until: z.number(),
});

/**
 * The two addresses that a browser goes through when somebody signs in at the provider. They answer with redirects, and
 * lead back to the sign-in page with the code of what went wrong: nothing that the provider sent is shown.
 */
export function addProviderSignIn(app: FastifyInstance, context: ServerContext, provider: Provider): void {
  app.get<{ Querystring: { next?: unknown } }>(BEGIN_PATH, { schema: { hide: true } }, async (request, reply) => {
    const next = ownPath(request.query.next);
    try {
      const { url, attempt } = await provider.begin();
      const until = Date.now() + ATTEMPT_MS;
      const sealed = context.application.secrets.sealJson(PURPOSE, { ...attempt, next, until });
      reply.setCookie(COOKIE, sealed.toString('base64url'), {
        path: BEGIN_PATH,
        httpOnly: true,
        // The provider sends the browser back from another site.
        sameSite: 'lax',
        secure: context.secureCookies,
        expires: new Date(until),
      });
      return await reply.redirect(url.href, 303);
    } catch (thrown) {
      return refused(request, reply, next, thrown);
    }
  });
  app.get(CALLBACK_PATH, { schema: { hide: true } }, async (request, reply) => {
    const attempt = readAttempt(context, request.cookies[COOKIE]);
    // Whatever comes of it: it counts once.
    reply.clearCookie(COOKIE, { path: BEGIN_PATH });
    try {
      if (attempt === undefined)
        throw new SternaError('auth', 'sign-in-stale', 'This sign-in was begun elsewhere, or too long ago.', {
          fix: 'Sign in again.',
        });
      const identity = await provider.finish(queryOf(request), attempt);
      const session = await signInByIdentity(context.application, identity);
      setSessionCookie(reply, context, session.token, session.expiresAt);
      return await reply.redirect(attempt.next, 303);
    } catch (thrown) {
      return refused(request, reply, attempt?.next ?? '/', thrown);
    }
  });
}

/**
 * A path of ours, and nothing that a browser takes for another host. As it was given: made shorter, `/.//HOST` would
 * become one.
 */
const ownPath = (given: unknown): string =>
  typeof given === 'string' && /^\/(?![/\\])[!-[\]-~]*$/.test(given) ? given : '/';

const queryOf = (request: FastifyRequest): string => {
  const at = request.url.indexOf('?');
  return at === -1 ? '?' : request.url.slice(at);
};

function readAttempt(context: ServerContext, cookie: string | undefined): z.output<typeof attemptSchema> | undefined {
  try {
    const sealed = Buffer.from(cookie ?? '', 'base64url');
    const attempt = attemptSchema.parse(context.application.secrets.unsealJson(PURPOSE, sealed));
    return attempt.until > Date.now() ? attempt : undefined;
  } catch {
    // Made up, or sealed by a key that is gone.
    return undefined;
  }
}

function refused(request: FastifyRequest, reply: FastifyReply, next: string, thrown: unknown): FastifyReply {
  const error = asSternaError(thrown);
  const log = error.class === 'bug' ? request.log.error : request.log.warn;
  log.call(request.log, { code: error.code, words: error.message }, 'sign-in at the provider failed');
  const query = new URLSearchParams({ refused: error.code, ...(next === '/' ? {} : { next }) });
  return reply.redirect(`/sign-in?${query}`, 303);
}
