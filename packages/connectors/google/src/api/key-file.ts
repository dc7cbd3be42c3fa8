import { createPrivateKey, type KeyObject } from 'node:crypto';
import { isLoopback } from '@sterna/connector-kit';
import { SternaError } from '@sterna/core';

/** A service account's key, as Google Cloud's console gives it out in JSON. */
export interface ServiceAccountKey {
  /** `name@project.iam.gserviceaccount.com` */
  readonly email: string;
  /** What the Admin console delegates scopes to: a number. */
  readonly clientId: string;
  /** Whose quotas it uses: the project's id, or the account's where the file names none. */
  readonly project: string;
  readonly keyId: string;
  readonly privateKey: KeyObject;
  readonly tokenUri: string;
}

const HOW =
  'In Google Cloud’s console: IAM & Admin › Service accounts › the account › Keys › Add key › JSON; give that file’s whole text.';

/**
 * @param text The whole file; nothing of it goes into an error
 * @throws SternaError auth `key-file-missing` | `key-file-invalid`, which says what is wrong and what to give instead
 */
export function parseKeyFile(text: string | undefined): ServiceAccountKey {
  if (text === undefined || text.trim() === '')
    throw new SternaError('auth', 'key-file-missing', 'There is no key of the service account.', {
      field: 'password',
      fix: HOW,
    });
  const file = jsonOf(text);
  if (file === undefined) {
    if (text.includes('-----BEGIN'))
      throw invalid('it is a private key alone, without the account that it belongs to', HOW);
    if (/^\s*[/~.][^{\n]*$/.test(text)) throw invalid('it is the path of a file', 'Give the text that is in the file.');
    throw invalid('it is no JSON', HOW);
  }
  if ('installed' in file || 'web' in file)
    throw invalid('it is an OAuth client’s secret, which acts for nobody by itself', HOW);
  if (file.type !== 'service_account')
    throw invalid(
      file.type === 'authorized_user' ? 'it is one user’s own sign-in' : 'its “type” isn’t “service_account”',
      HOW,
    );
  const field = (name: string): string => {
    const value = file[name];
    if (typeof value === 'string' && value.trim() !== '') return value;
    throw invalid(`it lacks “${name}”`, HOW);
  };
  const email = field('client_email');
  if (!/^[^\s@]{1,200}@[^\s@]{1,200}$/.test(email)) throw invalid('its “client_email” is no address', HOW);
  const clientId = field('client_id');
  if (!/^[\w-]{1,100}$/.test(clientId)) throw invalid('its “client_id” is none', HOW);
  const { project_id: project } = file;
  return {
    email,
    clientId,
    project: typeof project === 'string' && /^[\w.:-]{1,100}$/.test(project) ? project : clientId,
    keyId: field('private_key_id'),
    privateKey: privateKeyOf(field('private_key')),
    tokenUri: tokenUriOf(file.token_uri),
  };
}

function privateKeyOf(pem: string): KeyObject {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === 'rsa') return key;
  } catch {
    // The cause may quote the key.
  }
  throw invalid('its “private_key” is no RSA key in PEM: it may have lost its line breaks', HOW);
}

function tokenUriOf(given: unknown): string {
  if (given === undefined) return 'https://oauth2.googleapis.com/token';
  let url: URL | undefined;
  try {
    url = new URL(String(given));
  } catch {
    url = undefined;
  }
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname))) return url.href;
  throw invalid('its “token_uri” is no https address', HOW);
}

function jsonOf(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)
      ? (parsed as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

const invalid = (what: string, fix: string): SternaError =>
  new SternaError('auth', 'key-file-invalid', `That is no service account’s key: ${what}.`, { field: 'password', fix });
