import { MIGRATION_APP, type Microsoft365 } from '@sterna/simulator-microsoft365';

// biome-ignore lint/suspicious/noExplicitAny: answers of a service, looked at by tests
export type Json = any;

export const RULES = '/mailFolders/inbox/messageRules';
export const CATEGORIES = '/outlook/masterCategories';

/** Graph past the connector, below one user. */
export class Graph {
  readonly #server: Microsoft365;
  readonly #address: string;
  #token: Promise<string> | undefined;

  constructor(server: Microsoft365, address: string) {
    this.#server = server;
    this.#address = address;
  }

  async call(method: string, path: string, body?: object): Promise<Json> {
    this.#token ??= this.#signIn();
    const answer = await fetch(`${this.#server.baseUrl}/v1.0/users/${this.#address}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${await this.#token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  }

  rules = async (): Promise<Json[]> => (await this.call('GET', RULES)).value;
  categories = async (): Promise<Json[]> => (await this.call('GET', CATEGORIES)).value;
  settings = (): Promise<Json> => this.call('GET', '/mailboxSettings');

  async #signIn(): Promise<string> {
    const form = { grant_type: 'client_credentials', client_id: MIGRATION_APP.id, client_secret: MIGRATION_APP.secret };
    const body = new URLSearchParams({ ...form, scope: 'https://graph.microsoft.com/.default' }).toString();
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const url = `${this.#server.baseUrl}/${this.#address.split('@')[1]}/oauth2/v2.0/token`;
    return ((await (await fetch(url, { method: 'POST', headers, body })).json()) as { access_token: string })
      .access_token;
  }
}
