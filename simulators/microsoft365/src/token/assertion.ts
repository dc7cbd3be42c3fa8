import { constants, verify } from 'node:crypto';
import type { App } from '../state/tenant.ts';
import { TokenError } from './errors.ts';

/** The longest that Entra lets an assertion live is a day; clocks may differ by five minutes. */
const SKEW_MS = 5 * 60_000;

/**
 * Checks the JWT that an app signed with its certificate's key (RS256 or PS256, `x5t` or `x5t#S256` in its header).
 * Source: learn.microsoft.com/entra/identity-platform/certificate-credentials.
 */
export function checkAssertion(app: App, assertion: string, audiences: readonly string[], now: number): void {
  const [header, claims, signature] = assertion.split('.');
  const head = decode(header);
  const body = decode(claims);
  if (head === undefined || body === undefined || signature === undefined) {
    throw new TokenError('invalid_client', 50027, 'JWT token is invalid or malformed.', 401);
  }
  const key = app.certificates.get(String(head['x5t#S256'] ?? head.x5t ?? ''));
  if (key === undefined) {
    throw refused(700027, 'The certificate used to sign the client assertion is not registered on the application.');
  }
  const pss = head.alg === 'PS256';
  if (!pss && head.alg !== 'RS256') throw refused(5002738, `Invalid algorithm '${head.alg}' of the client assertion.`);
  const options = pss ? { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 } : key;
  const valid = verify('sha256', Buffer.from(`${header}.${claims}`), options, Buffer.from(signature, 'base64url'));
  if (!valid) throw refused(700027, 'Client assertion contains an invalid signature.');
  if (!audiences.includes(String(body.aud))) throw refused(700023, 'Client assertion audience claim does not match.');
  if (body.iss !== app.id || body.sub !== app.id) {
    throw refused(700021, "Client assertion application identifier doesn't match 'client_id' parameter.");
  }
  const [notBefore, expires] = [Number(body.nbf ?? 0) * 1000, Number(body.exp) * 1000];
  if (!(now + SKEW_MS >= notBefore && now - SKEW_MS < expires)) {
    throw refused(700024, 'Client assertion is not within its valid time range.');
  }
}

function decode(part: string | undefined): Record<string, unknown> | undefined {
  try {
    return JSON.parse(Buffer.from(part ?? '', 'base64url').toString()) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

function refused(number: number, message: string): TokenError {
  return new TokenError('invalid_client', number, message, 401);
}
