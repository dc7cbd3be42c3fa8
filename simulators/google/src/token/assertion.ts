import { verify } from 'node:crypto';
import type { ServiceAccount } from '../state/project.ts';
import { TokenError } from './errors.ts';

/** Where the assertion must be meant for, wherever it is sent: clients have these built in. */
const AUDIENCES = ['https://oauth2.googleapis.com/token', 'https://www.googleapis.com/oauth2/v4/token'];
/** Clocks may differ by this much. */
const SKEW = 300;
const LONGEST = 3600;

export interface Claims {
  readonly account: ServiceAccount;
  /** The user to act for; undefined: the account itself. */
  readonly subject: string | undefined;
  readonly scopes: readonly string[];
}

/**
 * Checks the JWT that a service account signed. Throws TokenError.
 * Source: developers.google.com/identity/protocols/oauth2/service-account.
 *
 * @param now milliseconds
 */
export function checkAssertion(
  assertion: string,
  accounts: ReadonlyMap<string, ServiceAccount>,
  ownAudience: string,
  now: number,
): Claims {
  const [header, claims, signature] = assertion.split('.');
  const head = decode(header);
  const body = decode(claims);
  if (head === undefined || body === undefined || signature === undefined) {
    throw new TokenError('invalid_grant', 'Bad Request');
  }
  const account = accounts.get(String(body.iss));
  if (account === undefined || account.disabled) {
    throw new TokenError('invalid_grant', 'Invalid grant: account not found');
  }
  if (head.alg !== 'RS256') throw invalidJwt('Invalid JWT Signature.');
  // Without a key id, any of the account's keys may have signed.
  const keys = typeof head.kid === 'string' ? [account.keys.get(head.kid)] : [...account.keys.values()];
  const signed = Buffer.from(`${header}.${claims}`);
  const bytes = Buffer.from(signature, 'base64url');
  if (!keys.some((key) => key !== undefined && verify('sha256', signed, key, bytes))) {
    throw invalidJwt('Invalid JWT Signature.');
  }
  if (![...AUDIENCES, ownAudience].includes(String(body.aud))) {
    throw invalidJwt(`Invalid JWT: Failed audience check. The right audience is ${AUDIENCES[0]}`);
  }
  const seconds = now / 1000;
  const [issued, expires] = [Number(body.iat), Number(body.exp)];
  const timely = issued <= seconds + SKEW && expires > seconds - SKEW && expires - issued <= LONGEST;
  if (!timely) {
    throw invalidJwt(
      'Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values in the JWT claim.',
    );
  }
  const scopes = String(body.scope ?? '')
    .split(' ')
    .filter(Boolean);
  if (scopes.length === 0) throw new TokenError('invalid_scope', 'Empty or missing scope not allowed.');
  const subject = typeof body.sub === 'string' && body.sub !== account.email ? body.sub : undefined;
  return { account, subject, scopes };
}

function decode(part: string | undefined): Record<string, unknown> | undefined {
  try {
    return JSON.parse(Buffer.from(part ?? '', 'base64url').toString()) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

function invalidJwt(description: string): TokenError {
  return new TokenError('invalid_grant', description);
}
