import {
  constants,
  createHash,
  createPrivateKey,
  type KeyObject,
  randomUUID,
  sign,
  X509Certificate,
} from 'node:crypto';
import { SternaError } from '@sterna/core';

/** A private key and its certificate, as an app registration knows them. */
export interface SigningKey {
  readonly key: string;
  readonly certificate: string;
}

const LIFETIME_SECONDS = 600;
const PEM_BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----[\s\S]+?-----END \1-----/g;

/**
 * A secret that is PEM text with a private key and a certificate; undefined for what is no PEM.
 *
 * @throws SternaError auth `certificate-incomplete`
 */
export function signingKeyOf(secret: string): SigningKey | undefined {
  if (!secret.includes('-----BEGIN')) return undefined;
  const blocks = [...secret.matchAll(PEM_BLOCK)];
  const key = blocks.find(([, label]) => label?.endsWith('PRIVATE KEY'))?.[0];
  const certificate = blocks.find(([, label]) => label === 'CERTIFICATE')?.[0];
  if (key === undefined || certificate === undefined)
    throw new SternaError('auth', 'certificate-incomplete', 'The PEM text lacks the private key or the certificate.', {
      field: 'password',
      fix: 'Give both in one text: first the private key, then the certificate that the app registration has.',
    });
  return { key, certificate };
}

/**
 * A signed client assertion, as
 * https://learn.microsoft.com/en-us/entra/identity-platform/certificate-credentials has it (PS256, x5t#S256).
 *
 * @param audience The token endpoint
 * @param now Milliseconds since 1970
 * @throws SternaError auth `certificate-unreadable` | `certificate-mismatch`
 */
export function clientAssertion(signing: SigningKey, clientId: string, audience: string, now: number): string {
  const { certificate, key } = keysOf(signing);
  if (!certificate.checkPrivateKey(key))
    throw new SternaError('auth', 'certificate-mismatch', 'The private key isn’t the one of the certificate.', {
      field: 'password',
      fix: 'Give the private key that the certificate was made with.',
    });
  const seconds = Math.floor(now / 1_000);
  const thumbprint = createHash('sha256').update(certificate.raw).digest('base64url');
  const header = { alg: 'PS256', typ: 'JWT', 'x5t#S256': thumbprint };
  const claims = {
    aud: audience,
    iss: clientId,
    sub: clientId,
    jti: randomUUID(),
    nbf: seconds - 60,
    iat: seconds,
    exp: seconds + LIFETIME_SECONDS,
  };
  const text = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  const padding = constants.RSA_PKCS1_PSS_PADDING;
  const signature = sign('sha256', Buffer.from(text), { key, padding, saltLength: 32 });
  return `${text}.${signature.toString('base64url')}`;
}

function keysOf(signing: SigningKey): { readonly certificate: X509Certificate; readonly key: KeyObject } {
  let reason: string | undefined;
  try {
    const key = createPrivateKey(signing.key);
    if (key.asymmetricKeyType === 'rsa') return { certificate: new X509Certificate(signing.certificate), key };
  } catch (cause) {
    // The cause may quote the key.
    reason = (cause as NodeJS.ErrnoException).code;
  }
  throw new SternaError('auth', 'certificate-unreadable', 'The private key or the certificate can’t be used.', {
    field: 'password',
    fix: 'Give an unencrypted RSA private key and its certificate in PEM.',
    details: { reason: reason ?? 'unreadable' },
  });
}
