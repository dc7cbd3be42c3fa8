import { expect } from 'vitest';
import type { Drive } from '../../src/drive/drive.ts';
import { drivesOf } from '../../src/drive/drives.ts';
import { type Microsoft365, type Options, startMicrosoft365, VirtualClock } from '../../src/index.ts';
import { Contract } from '../contract/index.ts';
import { type Answer, type Client, signIn } from '../sign-in.ts';

export interface DriveLab {
  readonly server: Microsoft365;
  readonly clock: VirtualClock;
  readonly client: Client;
  /** Alice's, empty. */
  readonly drive: Drive;
  /** `/drives/{id}` */
  readonly at: string;
  /** Puts a small file by its path from the root. */
  put(path: string, content: string | Buffer, query?: string): Promise<Answer>;
  /** The bytes of a path, by following the redirect without the token. */
  get(path: string): Promise<Buffer>;
  /** A request that is wrong on purpose. */
  allow(fault: RegExp): void;
  /** Fails when a request or a reply wasn't what Graph's description says. */
  stop(): Promise<void>;
}

/** Contoso on a clock of its own, with an empty drive of Alice's. */
export async function openDriveLab(options: Pick<Options, 'limits'> = {}): Promise<DriveLab> {
  const clock = new VirtualClock();
  const contract = new Contract();
  const allowed: RegExp[] = [];
  const server = await startMicrosoft365({ ...options, empty: true, clock, observe: contract.observe });
  const tenant = server.tenant('contoso.example');
  const drive = drivesOf(tenant).provision(tenant.named('alice'), clock.now());
  const client = await signIn(server, tenant);
  const at = `/drives/${drive.id}`;
  return {
    server,
    clock,
    client,
    drive,
    at,
    put: (path, content, query = '') =>
      client('PUT', `${at}/root:/${encodePath(path)}:/content${query}`, content, {
        'content-type': 'application/octet-stream',
      }),
    async get(path) {
      const { status, headers } = await client('GET', `${at}/root:/${encodePath(path)}:/content`);
      if (status !== 302) throw new Error(`${path}: ${status}`);
      return (await open('GET', headers.get('location') as string)).bytes;
    },
    allow(fault) {
      allowed.push(fault);
    },
    async stop() {
      await server.stop();
      expect(server.failures).toEqual([]);
      expect(contract.faults.filter((fault) => !allowed.some((pattern) => pattern.test(fault)))).toEqual([]);
    },
  };
}

export function encodePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}

/** A request to a URL that needs no sign-in. */
export async function open(
  method: string,
  url: string,
  body?: Buffer,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(url, { method, headers, ...(body === undefined ? {} : { body: new Uint8Array(body) }) });
  const bytes = Buffer.from(await response.arrayBuffer());
  const json = /json/.test(response.headers.get('content-type') ?? '') ? JSON.parse(bytes.toString()) : undefined;
  return { status: response.status, headers: response.headers, json, bytes };
}

/** Follows nextLinks; what the pages held, and the last page's deltaLink. */
export async function allPages(
  client: Client,
  path: string,
  headers?: Record<string, string>,
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it by hand
): Promise<{ value: any[]; deltaLink: string; pages: number }> {
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it by hand
  const value: any[] = [];
  let next: string | undefined = path;
  let deltaLink = '';
  let pages = 0;
  while (next !== undefined) {
    const { status, json } = await client('GET', next, undefined, headers);
    if (status !== 200) throw new Error(`${next}: ${status} ${JSON.stringify(json)}`);
    value.push(...json.value);
    deltaLink = json['@odata.deltaLink'];
    next = json['@odata.nextLink'];
    pages++;
  }
  return { value, deltaLink, pages };
}
