import type { Connector } from '@sterna/connector-kit';
import { scoped } from '@sterna/connector-suite';
import type { ContentKind } from '@sterna/core';
import { DirectDrive, type Google, MIGRATION_SCOPES } from '@sterna/simulator-google';
import { googleConnector } from '../../src/index.ts';
import { UNHURRIED } from '../unhurried.ts';

// biome-ignore lint/suspicious/noExplicitAny: tests look into it by hand
export type Json = any;

/** Where a suite's endpoint is: a simulator, or a domain that somebody owns, where nothing but what is in its scope is touched. */
export interface GoogleEnd {
  /** @param body JSON unless it is bytes; those need a `content-type` */
  request(
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<GoogleAnswer>;
  /** What the names of all containers begin with; nothing unless said. */
  readonly scope?: string;
  /** Mails about events that were sent, as far as anybody knows. */
  mailed?(): number;
  /** Uploads that were begun and not ended, as far as anybody knows. */
  openUploads?(): number;
}

export interface GoogleAnswer {
  readonly status: number;
  readonly bytes: Buffer;
  readonly headers: Headers;
}

/** A user of the simulator. */
export function simulatedEnd(server: Google, address: string): GoogleEnd {
  const found = server.cloud.findUser(address);
  if (found === undefined) throw new Error(`no user ${address}`);
  const { project, clientId } = server.serviceAccount;
  const { token } = server.cloud.accessTokens.issue({
    ...found,
    clientId,
    project,
    scopes: new Set(MIGRATION_SCOPES),
  });
  return {
    async request(method, path, body, headers = {}) {
      const response = await fetch(`${server.baseUrl}${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
        ...(body === undefined ? {} : { body: Buffer.isBuffer(body) ? new Uint8Array(body) : JSON.stringify(body) }),
      });
      return {
        status: response.status,
        bytes: Buffer.from(await response.arrayBuffer()),
        headers: response.headers,
      };
    },
    mailed: () => server.calendarMails.length,
    openUploads: () => new DirectDrive(server, address).openUploads,
  };
}

/** Requests of one user, past the connector. */
export class DirectGoogle {
  readonly #end: GoogleEnd;

  constructor(end: GoogleEnd) {
    this.#end = end;
  }

  async ok(method: string, path: string, body?: unknown): Promise<Json> {
    const { bytes } = await this.sent(method, path, body);
    return bytes.length === 0 ? undefined : JSON.parse(bytes.toString('utf8'));
  }

  /** @throws Error for what isn't 2xx */
  async sent(
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<GoogleAnswer> {
    const answer = await this.#end.request(method, path, body, headers);
    if (answer.status >= 300)
      throw new Error(`${method} ${path}: ${answer.status} ${answer.bytes.toString('utf8').slice(0, 500)}`);
    return answer;
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

export const onlyFor = (kind: ContentKind, scope = ''): Connector => ({
  ...googleConnector,
  open: (request) =>
    (scope === '' ? googleConnector : scoped(googleConnector, scope)).open({ ...request, kinds: [kind] }),
});
