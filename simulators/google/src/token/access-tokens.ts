import { createHmac } from 'node:crypto';
import type { Clock } from '@sterna/simulator-kit';
import { GoogleError } from '../http/errors.ts';
import type { Identity } from '../state/identity.ts';

/** How long an access token lives, in seconds. */
const LIFETIME = 3599;

/** The access tokens that are out, and what they allow. */
export class AccessTokens {
  readonly #clock: Clock;
  readonly #key: Buffer;
  readonly #issued = new Map<string, { readonly identity: Identity; readonly expiresAt: number }>();
  #serial = 0;

  constructor(clock: Clock, key: Buffer) {
    this.#clock = clock;
    this.#key = key;
  }

  /** @returns the token, and for how many seconds it is good */
  issue(identity: Identity): { readonly token: string; readonly lifetime: number } {
    const secret = createHmac('sha512', this.#key)
      .update(String(++this.#serial))
      .digest('base64url');
    const token = `ya29.c.${secret}`;
    this.#issued.set(token, { identity, expiresAt: this.#clock.now() + LIFETIME * 1000 });
    return { token, lifetime: LIFETIME };
  }

  /** Throws 401 for what is no token, or no longer one. @param parameter of the query: `access_token` */
  identify(authorization: string | undefined, parameter?: string): Identity {
    const token = /^(?:Bearer|OAuth)\s+(.+)$/i.exec(authorization ?? '')?.[1] ?? parameter;
    if (token === undefined) throw unauthorized('required', 'Login Required.', MISSING);
    const issued = this.#issued.get(token);
    if (issued === undefined || issued.expiresAt <= this.#clock.now() || issued.identity.user.suspended) {
      this.#issued.delete(token);
      throw unauthorized('authError', 'Invalid Credentials', INVALID);
    }
    return issued.identity;
  }

  /** Ends all tokens that are out: their next use is 401. */
  expireAll(): void {
    this.#issued.clear();
  }
}

const EXPECTED =
  'Expected OAuth 2 access token, login cookie or other valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.';
const MISSING = `Request is missing required authentication credential. ${EXPECTED}`;
const INVALID = `Request had invalid authentication credentials. ${EXPECTED}`;

function unauthorized(reason: string, inner: string, message: string): GoogleError {
  return new GoogleError(401, reason, message, {
    inner,
    location: 'Authorization',
    locationType: 'header',
    headers: { 'www-authenticate': 'Bearer realm="https://accounts.google.com/", error="invalid_token"' },
  });
}
