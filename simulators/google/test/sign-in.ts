import { createSign } from 'node:crypto';
import { type Google, MIGRATION_SCOPES } from '../src/index.ts';

/** A client that acts for one user. */
export interface Client {
  /** @param path from the root (`/gmail/v1/…`), or an absolute URL; bodies are sent as JSON unless they are bytes or text */
  (method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  readonly token: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** The JSON of the body; undefined when it is none. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it by hand
  readonly json: any;
  readonly bytes: Buffer;
}

/** Signs in as the migration's service account for the user with that address. */
export async function signIn(server: Google, subject: string, scopes = MIGRATION_SCOPES): Promise<Client> {
  const reply = await requestToken(server, assertion(server, { sub: subject, scope: scopes.join(' ') }));
  const { access_token: token } = (await reply.json()) as { access_token: string };
  return clientWith(server, token);
}

export function requestToken(server: Google, jwt: string): Promise<Response> {
  return fetch(`${server.baseUrl}/token`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion: jwt }),
  });
}

/** A service account's signed claims, good unless changed. */
export function assertion(server: Google, claims: Record<string, unknown>, key = server.keyFile.private_key): string {
  const now = Math.floor(server.clock.now() / 1000);
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const head = part({ alg: 'RS256', typ: 'JWT', kid: server.keyFile.private_key_id });
  const usual = {
    iss: server.keyFile.client_email,
    aud: 'https://oauth2.googleapis.com/token',
    iat: now,
    exp: now + 3600,
  };
  const body = `${head}.${part({ ...usual, ...claims })}`;
  return `${body}.${createSign('RSA-SHA256').update(body).sign(key, 'base64url')}`;
}

export function clientWith(server: Google, token: string): Client {
  const call = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const plain = body === undefined || typeof body === 'string' || body instanceof Uint8Array;
    const response = await fetch(path.startsWith('http') ? path : `${server.baseUrl}${path}`, {
      method,
      redirect: 'manual',
      headers: {
        authorization: `Bearer ${token}`,
        ...(plain ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined
        ? {}
        : { body: plain ? (body as string | Uint8Array<ArrayBuffer>) : JSON.stringify(body) }),
    });
    const bytes = Buffer.from(await response.arrayBuffer());
    const json =
      /json/.test(response.headers.get('content-type') ?? '') && bytes.length > 0
        ? JSON.parse(bytes.toString())
        : undefined;
    return { status: response.status, headers: response.headers, json, bytes };
  };
  return Object.assign(call, { token });
}
