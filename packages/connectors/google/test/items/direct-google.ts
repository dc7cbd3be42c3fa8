import type { Connector } from '@sterna/connector-kit';
import { type Google, MIGRATION_SCOPES } from '@sterna/simulator-google';
import { googleConnector } from '../../src/index.ts';
import { UNHURRIED } from '../unhurried.ts';

// biome-ignore lint/suspicious/noExplicitAny: tests look into it by hand
export type Json = any;

/** Requests of one user to the simulator, past the connector. */
export class DirectGoogle {
  readonly #server: Google;
  readonly #token: string;

  constructor(server: Google, address: string) {
    const found = server.cloud.findUser(address);
    if (found === undefined) throw new Error(`no user ${address}`);
    const { project, clientId } = server.serviceAccount;
    const { token } = server.cloud.accessTokens.issue({
      ...found,
      clientId,
      project,
      scopes: new Set(MIGRATION_SCOPES),
    });
    this.#server = server;
    this.#token = token;
  }

  async ok(method: string, path: string, body?: unknown): Promise<Json> {
    const response = await fetch(`${this.#server.baseUrl}${path}`, {
      method,
      headers: { authorization: `Bearer ${this.#token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  }

  /** All pages. @param list the name that the API has for it */
  async all(path: string, list: string): Promise<Json[]> {
    const found: Json[] = [];
    for (let token = ''; ; ) {
      const page = await this.ok('GET', `${path}${token === '' ? '' : `&pageToken=${encodeURIComponent(token)}`}`);
      found.push(...(page[list] ?? []));
      token = page.nextPageToken ?? '';
      if (token === '') return found;
    }
  }
}

export const simulated = (server: Google, address: string, settings: Record<string, unknown> = {}) => ({
  system: {
    settings: { baseUrl: server.baseUrl, tokenUrl: `${server.baseUrl}/token`, ...UNHURRIED, ...settings },
    credentials: { password: JSON.stringify(server.keyFile) },
  },
  address,
});

export const onlyFor = (kind: 'event' | 'contact' | 'task'): Connector => ({
  ...googleConnector,
  open: (request) => googleConnector.open({ ...request, kinds: [kind] }),
});
