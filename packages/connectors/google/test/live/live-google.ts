import { createPrivateKey, sign } from 'node:crypto';
import type { LiveAccount } from '@sterna/connector-suite';

// biome-ignore lint/suspicious/noExplicitAny: answers of a service, looked at by tests
export type Json = any;

export interface Answer {
  readonly status: number;
  readonly json: Json;
  readonly bytes: Buffer;
  readonly headers: Headers;
  /** Google's reason of a refusal; empty where it is none. */
  readonly code: string;
}

/** By what a path begins with: where the API answers, and what it takes to use it. */
const FAMILIES = [
  [
    'gmail',
    /^\/gmail\/v1\/users\/me\/settings\//,
    'https://gmail.googleapis.com',
    'https://www.googleapis.com/auth/gmail.settings.basic',
  ],
  ['gmail', /^\/(?:upload\/)?gmail\//, 'https://gmail.googleapis.com', 'https://mail.google.com/'],
  ['calendar', /^\/calendar\//, 'https://www.googleapis.com', 'https://www.googleapis.com/auth/calendar'],
  ['people', /^\/v1\//, 'https://people.googleapis.com', 'https://www.googleapis.com/auth/contacts'],
  ['tasks', /^\/tasks\//, 'https://tasks.googleapis.com', 'https://www.googleapis.com/auth/tasks'],
  ['drive', /^\/(?:upload\/)?drive\//, 'https://www.googleapis.com', 'https://www.googleapis.com/auth/drive'],
] as const;

const TRIES = 6;

/** Google's APIs past the connector, with nothing of the connector's code: for looking at what the service does. */
export class LiveGoogle {
  readonly #account: LiveAccount;
  readonly #tokens = new Map<string, Promise<string>>();

  constructor(account: LiveAccount) {
    this.#account = account;
  }

  get address(): string {
    return this.#account.address;
  }

  /** @param body JSON unless it is bytes; those need a `content-type` */
  async call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const family = FAMILIES.find(([, pattern]) => pattern.test(path));
    if (family === undefined) throw new Error(`which API is ${path}?`);
    const [api, , origin, scope] = family;
    const { baseUrl, baseUrls } = this.#account.connectorSettings as {
      baseUrl?: string;
      baseUrls?: Readonly<Record<string, string>>;
    };
    const url = `${new URL(baseUrls?.[api] ?? baseUrl ?? origin).origin}${path}`;
    for (let tries = 1; ; tries += 1) {
      const reply = await fetch(url, {
        method,
        headers: {
          authorization: `Bearer ${await this.token(scope)}`,
          ...(body === undefined || Buffer.isBuffer(body) ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: Buffer.isBuffer(body) ? new Uint8Array(body) : JSON.stringify(body) }),
      });
      const bytes = Buffer.from(await reply.arrayBuffer());
      const json = parsed(bytes);
      const code = reply.status < 300 ? '' : String(json?.error?.errors?.[0]?.reason ?? json?.error?.status ?? 'none');
      const isBusy = reply.status === 429 || reply.status === 503 || /rateLimitExceeded/i.test(code);
      if (!isBusy || tries === TRIES) return { status: reply.status, json, bytes, headers: reply.headers, code };
      await new Promise((resolve) => setTimeout(resolve, 2 ** tries * 1_000));
    }
  }

  /** @throws Error for what isn't 2xx: without the service's own prose, which may quote a mailbox */
  async ok(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Json> {
    const { status, json, code } = await this.call(method, path, body, headers);
    if (status >= 300) throw new Error(`${method} ${path.replace(/[\w=@.-]{30,}/g, '…')}: ${status} ${code}`);
    return json;
  }

  /** All pages. @param list the name that the API has for it */
  async all(path: string, list: string): Promise<Json[]> {
    const found: Json[] = [];
    for (let token = ''; ; ) {
      const page = await this.ok('GET', `${path}${token === '' ? '' : `&pageToken=${encodeURIComponent(token)}`}`);
      found.push(...(page?.[list] ?? []));
      token = page?.nextPageToken ?? '';
      if (token === '') return found;
    }
  }

  token(scope: string): Promise<string> {
    const known = this.#tokens.get(scope) ?? this.#signIn(scope);
    this.#tokens.set(scope, known);
    return known;
  }

  async #signIn(scope: string): Promise<string> {
    const { status, json } = await this.grant(scope);
    if (status >= 300) throw new Error(`the sign-in answers ${status} ${json?.error}`);
    return json.access_token;
  }

  /** Asks for a token for these scopes, divided by blanks. https://developers.google.com/identity/protocols/oauth2/service-account */
  async grant(scope: string): Promise<Pick<Answer, 'status' | 'json'>> {
    const { password, address, connectorSettings } = this.#account;
    const key = JSON.parse(password) as Readonly<Record<string, string>>;
    const { tokenUrl } = connectorSettings as { tokenUrl?: string };
    const audience = key.token_uri ?? 'https://oauth2.googleapis.com/token';
    const now = Math.floor(Date.now() / 1_000);
    const head = { alg: 'RS256', typ: 'JWT', kid: key.private_key_id };
    const claims = { iss: key.client_email, sub: address, scope, aud: audience, iat: now, exp: now + 3_600 };
    const text = [head, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
    const signature = sign('sha256', Buffer.from(text), createPrivateKey(key.private_key ?? ''));
    const reply = await fetch(tokenUrl ?? audience, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({
        grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
        assertion: `${text}.${signature.toString('base64url')}`,
      }).toString(),
    });
    return { status: reply.status, json: parsed(Buffer.from(await reply.arrayBuffer())) };
  }
}

function parsed(bytes: Buffer): Json {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}
