import { constants, createHash, createPrivateKey, randomUUID, sign, X509Certificate } from 'node:crypto';
import type { LiveAccount } from '@sterna/connector-suite';

// biome-ignore lint/suspicious/noExplicitAny: answers of a service, looked at by tests
export type Json = any;

export interface Answer {
  readonly status: number;
  readonly json: Json;
  readonly bytes: Buffer;
  /** Graph's code of a refusal; empty where it is none. */
  readonly code: string;
}

/** Graph past the connector, with nothing of the connector's code: for looking at what the service does. */
export class LiveGraph {
  readonly #account: LiveAccount;
  readonly #graph: string;
  readonly #login: string;
  #token: string | undefined;

  constructor(account: LiveAccount) {
    this.#account = account;
    const { baseUrl, loginUrl } = account.connectorSettings;
    this.#graph = typeof baseUrl === 'string' ? new URL(baseUrl).origin : 'https://graph.microsoft.com';
    this.#login = typeof loginUrl === 'string' ? new URL(loginUrl).origin : 'https://login.microsoftonline.com';
  }

  /** @param path below the user, or beginning with `/admin` below the version */
  async call(
    method: string,
    path: string,
    body?: unknown,
    { version = 'v1.0', ...headers }: Record<string, string> = {},
  ): Promise<Answer> {
    this.#token ??= await this.#signIn();
    const below = /^\/(?:admin|users)\//.test(path)
      ? path
      : `/users/${encodeURIComponent(this.#account.address)}${path}`;
    const url = path.startsWith('https:') || path.startsWith('http:') ? path : `${this.#graph}/${version}${below}`;
    if (new URL(url).origin !== this.#graph) throw new Error('a link leads away from the service');
    for (let tries = 0; ; tries += 1) {
      const reply = await fetch(url, {
        method,
        headers: {
          authorization: `Bearer ${this.#token}`,
          ...(body === undefined || typeof body === 'string' || Buffer.isBuffer(body)
            ? {}
            : { 'content-type': 'application/json' }),
          ...headers,
          prefer: ['IdType="ImmutableId"', headers.prefer].filter(Boolean).join(', '),
        },
        ...(body === undefined
          ? {}
          : {
              body: Buffer.isBuffer(body)
                ? new Uint8Array(body)
                : typeof body === 'string'
                  ? body
                  : JSON.stringify(body),
            }),
      });
      const bytes = Buffer.from(await reply.arrayBuffer());
      if ((reply.status === 429 || reply.status === 503) && tries < 5) {
        const seconds = Number(reply.headers.get('retry-after') ?? '5');
        await new Promise((resolve) => setTimeout(resolve, Math.min(120, seconds) * 1_000));
        continue;
      }
      const json = parsed(bytes);
      return { status: reply.status, json, bytes, code: reply.status < 300 ? '' : (json?.error?.code ?? 'none') };
    }
  }

  /** @throws Error for what isn't 2xx: without the service's own prose, which may quote a mailbox */
  async ok(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Json> {
    const { status, json, code } = await this.call(method, path, body, headers);
    if (status >= 300) throw new Error(`${method} ${path.replace(/[\w=-]{30,}/g, '…')}: ${status} ${code}`);
    return json;
  }

  async #signIn(): Promise<string> {
    const { connectorSettings, address, password } = this.#account;
    const { clientId = '', tenant = address.split('@')[1] } = connectorSettings as {
      clientId?: string;
      tenant?: string;
    };
    const url = `${this.#login}/${tenant}/oauth2/v2.0/token`;
    const reply = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: clientId,
        scope: `${/microsoft/.test(this.#graph) ? this.#graph : 'https://graph.microsoft.com'}/.default`,
        ...proofOf(password, clientId, url),
      }).toString(),
    });
    const { access_token } = (await reply.json()) as { access_token?: string };
    if (access_token === undefined) throw new Error(`the sign-in answers ${reply.status}`);
    return access_token;
  }
}

function parsed(bytes: Buffer): Json {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** A secret, or a signature where the secret is a key and its certificate. */
function proofOf(password: string, clientId: string, audience: string): Record<string, string> {
  const [certificate] = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/.exec(password) ?? [];
  const [key] = /-----BEGIN ([A-Z ]*PRIVATE KEY)-----[\s\S]+?-----END \1-----/.exec(password) ?? [];
  if (certificate === undefined || key === undefined) return { client_secret: password };
  const thumbprint = createHash('sha256').update(new X509Certificate(certificate).raw).digest('base64url');
  const now = Math.floor(Date.now() / 1_000);
  const head = { alg: 'PS256', typ: 'JWT', 'x5t#S256': thumbprint };
  const claims = { aud: audience, iss: clientId, sub: clientId, jti: randomUUID(), nbf: now - 60, exp: now + 600 };
  const text = [head, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  const padding = constants.RSA_PKCS1_PSS_PADDING;
  const signature = sign('sha256', Buffer.from(text), { key: createPrivateKey(key), padding, saltLength: 32 });
  return {
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: `${text}.${signature.toString('base64url')}`,
  };
}
