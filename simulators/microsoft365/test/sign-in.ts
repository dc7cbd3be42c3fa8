import { MIGRATION_APP, type Microsoft365, type Tenant } from '../src/index.ts';

/** A client of one tenant, signed in as the migration app. */
export interface Client {
  /** @param path under /v1.0, or an absolute URL (a nextLink); bodies are sent as JSON unless they are bytes or text */
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

export async function signIn(server: Microsoft365, tenant: Tenant): Promise<Client> {
  const reply = await fetch(`${server.baseUrl}/${tenant.id}/oauth2/v2.0/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: MIGRATION_APP.id,
      client_secret: MIGRATION_APP.secret,
      scope: 'https://graph.microsoft.com/.default',
    }),
  });
  const { access_token: token } = (await reply.json()) as { access_token: string };
  return clientWith(server, token);
}

export function clientWith(server: Microsoft365, token: string): Client {
  const call = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const plain = body === undefined || typeof body === 'string' || body instanceof Uint8Array;
    const response = await fetch(path.startsWith('http') ? path : `${server.baseUrl}/v1.0${path}`, {
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
    const json = /json/.test(response.headers.get('content-type') ?? '') ? JSON.parse(bytes.toString()) : undefined;
    return { status: response.status, headers: response.headers, json, bytes };
  };
  return Object.assign(call, { token });
}
