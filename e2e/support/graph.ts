import { MIGRATION_APP, type Microsoft365 } from '@sterna/simulator-microsoft365';

// biome-ignore lint/suspicious/noExplicitAny: answers of a service, looked at by tests
export type Json = any;

export const RULES = '/mailFolders/inbox/messageRules';
export const CATEGORIES = '/outlook/masterCategories';

/** What the migration app signs in with, in one tenant. */
export async function appToken(server: Microsoft365, domain: string): Promise<string> {
  const form = { grant_type: 'client_credentials', client_id: MIGRATION_APP.id, client_secret: MIGRATION_APP.secret };
  const body = new URLSearchParams({ ...form, scope: 'https://graph.microsoft.com/.default' }).toString();
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const answer = await fetch(`${server.baseUrl}/${domain}/oauth2/v2.0/token`, { method: 'POST', headers, body });
  return ((await answer.json()) as { access_token: string }).access_token;
}

/** @param body JSON unless it is a string: bytes then */
export type TenantGraph = (method: string, path: string, body?: object | string, ifMatch?: string) => Promise<Json>;

/** Graph past the connector, as an app of the tenant; paths may be whole addresses. */
export async function graphOfTenant(server: Microsoft365, domain: string): Promise<TenantGraph> {
  const token = await appToken(server, domain);
  return async (method, path, body, ifMatch) => {
    const type = typeof body === 'string' ? 'application/octet-stream' : 'application/json';
    const answer = await fetch(path.startsWith('http') ? path : `${server.baseUrl}/v1.0${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': type }),
        ...(ifMatch === undefined ? {} : { 'if-match': ifMatch }),
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  };
}

/** Graph past the connector, below one user. */
export class Graph {
  readonly #server: Microsoft365;
  readonly #address: string;
  #graph: Promise<TenantGraph> | undefined;

  constructor(server: Microsoft365, address: string) {
    this.#server = server;
    this.#address = address;
  }

  async call(method: string, path: string, body?: object): Promise<Json> {
    this.#graph ??= graphOfTenant(this.#server, this.#address.split('@')[1] as string);
    return (await this.#graph)(method, `/users/${this.#address}${path}`, body);
  }

  rules = async (): Promise<Json[]> => (await this.call('GET', RULES)).value;
  categories = async (): Promise<Json[]> => (await this.call('GET', CATEGORIES)).value;
  settings = (): Promise<Json> => this.call('GET', '/mailboxSettings');
}
