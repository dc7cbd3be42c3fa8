import { createHmac } from 'node:crypto';
import type { Clock } from '@sterna/simulator-kit';
import { GraphError } from '../http/errors.ts';
import type { Identity } from '../state/identity.ts';
import type { App, DirectoryUser, Tenant } from '../state/tenant.ts';

/** How long an access token lives, in seconds; Entra's are good for about an hour. */
const LIFETIME = 3599;

interface Issued {
  readonly identity: Identity;
  readonly expiresAt: number;
}

/** The access tokens that are out, and what they allow. */
export class AccessTokens {
  readonly #clock: Clock;
  readonly #key: Buffer;
  readonly #issued = new Map<string, Issued>();
  #serial = 0;

  constructor(clock: Clock, key: Buffer) {
    this.#clock = clock;
    this.#key = key;
  }

  /** @returns the token, and for how many seconds it is good */
  issue(tenant: Tenant, app: App, permissions: ReadonlySet<string>, user?: DirectoryUser) {
    const now = Math.floor(this.#clock.now() / 1000);
    const expiresAt = (now + LIFETIME) * 1000;
    const claims = {
      aud: 'https://graph.microsoft.com',
      iss: `https://sts.windows.net/${tenant.id}/`,
      iat: now,
      nbf: now,
      exp: now + LIFETIME,
      appid: app.id,
      tid: tenant.id,
      uti: String(++this.#serial),
      ...(user === undefined
        ? { idtyp: 'app', roles: [...permissions] }
        : { idtyp: 'user', scp: [...permissions].join(' '), oid: user.id, upn: user.userPrincipalName }),
    };
    const body = `${part({ typ: 'JWT', alg: 'HS256' })}.${part(claims)}`;
    const token = `${body}.${createHmac('sha256', this.#key).update(body).digest('base64url')}`;
    this.#issued.set(token, { identity: { tenant, app, user, permissions }, expiresAt });
    return { token, lifetime: LIFETIME };
  }

  /** Throws 401 for what is no token, or no longer one. */
  identify(authorization: string | undefined): Identity {
    const token = /^Bearer\s+(.+)$/i.exec(authorization ?? '')?.[1];
    if (token === undefined) throw unauthorized('Access token is empty.');
    const issued = this.#issued.get(token);
    if (issued === undefined) throw unauthorized('Access token validation failure. Invalid audience or signature.');
    if (issued.expiresAt <= this.#clock.now()) {
      this.#issued.delete(token);
      throw unauthorized('Lifetime validation failed, the token is expired.');
    }
    return issued.identity;
  }

  /** Ends all tokens that are out, or those of one app: their next use is 401. */
  expireAll(appId?: string): void {
    for (const [token, { identity }] of this.#issued) {
      if (appId === undefined || identity.app.id === appId) this.#issued.set(token, { identity, expiresAt: 0 });
    }
  }
}

function part(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function unauthorized(message: string): GraphError {
  return new GraphError(401, 'InvalidAuthenticationToken', message, {
    headers: {
      'www-authenticate':
        'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", client_id="00000003-0000-0000-c000-000000000000"',
    },
  });
}
