import { createSign } from 'node:crypto';

/** What is needed of a service account's key file. */
export interface ServiceAccountKey {
  readonly client_email: string;
  readonly private_key: string;
  readonly private_key_id: string;
  readonly token_uri: string;
}

/** An access token of a service account in a person's name (https://developers.google.com/identity/protocols/oauth2/service-account). */
export async function tokenFor(key: ServiceAccountKey, subject: string, scopes: readonly string[]): Promise<string> {
  const now = Math.floor(Date.now() / 1_000);
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const text = `${part({ alg: 'RS256', typ: 'JWT', kid: key.private_key_id })}.${part({
    iss: key.client_email,
    sub: subject,
    scope: scopes.join(' '),
    aud: key.token_uri,
    iat: now,
    exp: now + 3_600,
  })}`;
  const assertion = `${text}.${createSign('RSA-SHA256').update(text).sign(key.private_key).toString('base64url')}`;
  const answer = await fetch(key.token_uri, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion }),
  });
  const told = (await answer.json()) as { access_token?: string; error?: string };
  if (told.access_token === undefined) throw new Error(`no token for ${subject}: ${told.error}`);
  return told.access_token;
}
