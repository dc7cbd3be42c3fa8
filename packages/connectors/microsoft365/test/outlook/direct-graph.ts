import { MIGRATION_APP } from '@sterna/simulator-microsoft365';

// biome-ignore lint/suspicious/noExplicitAny: answers of a service, looked at by tests
export type Json = any;

/** Where a suite's endpoint is: a simulator, or a tenant that somebody owns, where nothing but what is in its scope is touched. */
export interface GraphEnd {
  readonly baseUrl: string;
  /** The simulator's own app and tenants unless said. */
  readonly signIn?: {
    readonly loginUrl: string;
    readonly tenant?: string;
    readonly clientId?: string;
    readonly secret: string;
  };
  /** What the names of all containers begin with; nothing unless said. */
  readonly scope?: string;
  /** Mail about meetings that was sent, as far as anybody knows. */
  readonly invitations?: readonly unknown[];
}

/** Nobody was ever mailed, whatever a test did. */
export function expectNoInvitations({ invitations = [] }: GraphEnd): void {
  if (invitations.length > 0) throw new Error(`${invitations.length} invitations were sent`);
}

/** Requests past the connector, signed in by its own means. */
export class DirectGraph {
  readonly #server: GraphEnd;
  readonly #user: string;
  #token: string | undefined;

  constructor(server: GraphEnd, user: string) {
    this.#server = server;
    this.#user = user;
  }

  /** @param path below the user */
  async call(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<{ status: number; json: Json; bytes: Buffer }> {
    this.#token ??= await this.#signIn();
    const url = path.startsWith('http') ? path : `${this.#server.baseUrl}/v1.0/users/${this.#user}${path}`;
    const answer = await fetch(url, {
      method,
      headers: {
        authorization: `Bearer ${this.#token}`,
        prefer: 'IdType="ImmutableId"',
        ...(body === undefined || Buffer.isBuffer(body) ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: Buffer.isBuffer(body) ? new Uint8Array(body) : JSON.stringify(body) }),
    });
    const bytes = Buffer.from(await answer.arrayBuffer());
    let json: Json;
    try {
      json = JSON.parse(bytes.toString('utf8'));
    } catch {
      json = undefined;
    }
    return { status: answer.status, json, bytes };
  }

  async ok(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Json> {
    const { status, json, bytes } = await this.call(method, path, body, headers);
    if (status >= 300) throw new Error(`${method} ${path}: ${status} ${bytes.toString('utf8').slice(0, 500)}`);
    return json;
  }

  async all(path: string): Promise<Json[]> {
    const found: Json[] = [];
    for (let next: string | undefined = path; next !== undefined; ) {
      const page: Json = await this.ok('GET', next);
      found.push(...page.value);
      next = page['@odata.nextLink'];
    }
    return found;
  }

  async #signIn(): Promise<string> {
    const { baseUrl, signIn } = this.#server;
    const { loginUrl = baseUrl, tenant = this.#user.split('@')[1], clientId, secret } = { ...signIn };
    const answer = await fetch(`${loginUrl}/${tenant}/oauth2/v2.0/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: clientId ?? MIGRATION_APP.id,
        client_secret: secret ?? MIGRATION_APP.secret,
        scope: 'https://graph.microsoft.com/.default',
      }).toString(),
    });
    return ((await answer.json()) as { access_token: string }).access_token;
  }
}
