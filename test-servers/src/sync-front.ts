/**
 * Collection synchronization (RFC 6578) before a WebDAV server that has none: what changed is found by comparing its disk with
 * what it was. Everything else is passed on.
 */
import { lstatSync, readdirSync } from 'node:fs';
import { Agent, createServer, request as forward, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { WebServer } from './web-server.ts';

export interface SyncFrontOptions {
  /** Changes that one answer tells at most. */
  readonly limit?: number;
  /** What `sync-level` may be; default `infinite`. */
  readonly level?: '1' | 'infinite';
}

export interface SyncFront {
  readonly url: string;
  readonly host: string;
  readonly port: number;
  /** Requests so far, in order: `PROPFIND /ada/`. */
  readonly requests: string[];
  /** All tokens are too old from now on. */
  expire(): void;
  stop(): Promise<void>;
}

/** Paths below the root, those of folders with a slash at their end; and what a file is. */
type Snapshot = ReadonlyMap<string, string>;

const TOKEN = 'urn:test:sync:';
/** What Apache keeps to itself. */
const isHidden = (name: string): boolean => name === '.DAV' || name.startsWith('.davfs.tmp');

function look(root: string, path = ''): [string, string][] {
  return readdirSync(join(root, path), { withFileTypes: true }).flatMap((entry): [string, string][] => {
    if (isHidden(entry.name)) return [];
    const inner = `${path}${entry.name}`;
    if (entry.isDirectory()) return [[`${inner}/`, 'folder'], ...look(root, `${inner}/`)];
    const { size, mtimeNs, ino } = lstatSync(join(root, inner), { bigint: true });
    return [[inner, `${size} ${mtimeNs} ${ino}`]];
  });
}

/** Of a folder that came, or is gone, itself alone: what is in it goes with it. */
function changesBetween(before: Snapshot, now: Snapshot): { path: string; isGone: boolean }[] {
  const isWithin = (path: string, there: Snapshot): boolean => {
    const parent = path.replace(/[^/]+\/?$/, '');
    return parent !== '' && !there.has(parent);
  };
  const gone = [...before.keys()].filter((path) => !now.has(path) && !isWithin(path, now));
  const come = [...now.keys()].filter((path) => before.get(path) !== now.get(path) && !isWithin(path, before));
  return [...gone.map((path) => ({ path, isGone: true })), ...come.map((path) => ({ path, isGone: false }))];
}

const escaped = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;');
const encoded = (path: string): string => path.split('/').map(encodeURIComponent).join('/');

export async function startSyncFront(
  server: Pick<WebServer, 'url' | 'host' | 'port' | 'root'>,
  options: SyncFrontOptions = {},
): Promise<SyncFront> {
  const { limit = Number.POSITIVE_INFINITY, level = 'infinite' } = options;
  const requests: string[] = [];
  const agent = new Agent({ keepAlive: true });
  const snapshots = new Map<string, Snapshot>();
  let serial = 0;
  const remember = (snapshot: Snapshot): string => {
    const token = `${TOKEN}${++serial}`;
    snapshots.set(token, snapshot);
    return token;
  };
  const folderOf = (incoming: IncomingMessage): string =>
    join(server.root, decodeURIComponent(new URL(incoming.url ?? '/', 'http://x').pathname));

  const report = (incoming: IncomingMessage, asked: string): { status: number; body: string } => {
    const refused = (status: number, condition: string) => ({
      status,
      body: `<?xml version="1.0"?><D:error xmlns:D="DAV:"><D:${condition}/></D:error>`,
    });
    if (!asked.includes('sync-collection')) return refused(403, 'supported-report');
    if (!asked.includes(`sync-level>${level}<`)) return refused(403, 'sync-traversal-supported');
    const token = /sync-token>([^<]*)</.exec(asked)?.[1] ?? '';
    const before = token === '' ? new Map() : snapshots.get(token);
    if (before === undefined) return refused(403, 'valid-sync-token');
    const folder = folderOf(incoming);
    const now: Snapshot = new Map(look(folder).filter(([path]) => level === 'infinite' || !/\/./.test(path)));
    const changes = changesBetween(before, now);
    const told = changes.slice(0, limit);
    const base = (incoming.url ?? '/').replace(/\/?$/, '/');
    const responses = told.map(({ path, isGone }) => {
      const href = `<D:href>${escaped(`${base}${encoded(path)}`)}</D:href>`;
      if (isGone) return `<D:response>${href}<D:status>HTTP/1.1 404 Not Found</D:status></D:response>`;
      const type = path.endsWith('/') ? '<D:collection/>' : '';
      return `<D:response>${href}<D:propstat><D:prop><D:resourcetype>${type}</D:resourcetype></D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response>`;
    });
    let reached = now;
    if (told.length < changes.length) {
      const partly = new Map(before);
      for (const { path, isGone } of told)
        for (const one of new Set([...before.keys(), ...now.keys()].filter((at) => isSame(at, path))))
          if (isGone) partly.delete(one);
          else if (now.has(one)) partly.set(one, now.get(one) as string);
      reached = partly;
      responses.push(
        `<D:response><D:href>${escaped(base)}</D:href><D:status>HTTP/1.1 507 Insufficient Storage</D:status><D:error><D:number-of-matches-within-limits/></D:error></D:response>`,
      );
    }
    return {
      status: 207,
      body: `<?xml version="1.0"?><D:multistatus xmlns:D="DAV:">${responses.join('')}<D:sync-token>${remember(reached)}</D:sync-token></D:multistatus>`,
    };
  };

  const pass = async (incoming: IncomingMessage, answer: ServerResponse): Promise<void> => {
    const { method = '', url: path = '/' } = incoming;
    requests.push(`${method} ${path}`);
    const own = `http://${incoming.headers.host}`;
    const headers = Object.fromEntries(
      Object.entries(incoming.headers).map(([name, value]) => [
        name,
        (name === 'destination' || name === 'if') && typeof value === 'string'
          ? value.replaceAll(own, new URL(server.url).origin)
          : value,
      ]),
    );
    headers.host = `${server.host}:${server.port}`;
    const isReport = method === 'REPORT' && incoming.headers.authorization !== undefined;
    const isAsked = isReport || (method === 'PROPFIND' && incoming.headers.depth === '0');
    let body: string | undefined;
    if (isAsked) {
      const chunks: Buffer[] = [];
      for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
      body = Buffer.concat(chunks).toString('utf8');
    }
    if (isReport) {
      const told = report(incoming, body ?? '');
      answer.writeHead(told.status, { 'content-type': 'application/xml; charset=utf-8' }).end(told.body);
      return;
    }
    const outgoing = forward({ host: server.host, port: server.port, method, path, headers, agent }, (got) => {
      if (!body?.includes('sync-token') || got.statusCode !== 207) {
        answer.writeHead(got.statusCode ?? 502, got.headers);
        got.pipe(answer);
        return;
      }
      const chunks: Buffer[] = [];
      got.on('data', (chunk: Buffer) => chunks.push(chunk));
      got.on('end', () => {
        const token = remember(
          new Map(look(folderOf(incoming)).filter(([at]) => level === 'infinite' || !/\/./.test(at))),
        );
        const added = `<S:propstat xmlns:S="DAV:"><S:prop><S:sync-token>${token}</S:sync-token><S:supported-report-set><S:supported-report><S:report><S:sync-collection/></S:report></S:supported-report></S:supported-report-set></S:prop><S:status>HTTP/1.1 200 OK</S:status></S:propstat>`;
        const { 'content-length': _, 'transfer-encoding': __, ...kept } = got.headers;
        const text = Buffer.concat(chunks)
          .toString('utf8')
          .replace(/<\/\w+:response>/, (end) => `${added}${end}`);
        answer.writeHead(207, kept).end(text);
      });
    });
    outgoing.on('error', () => answer.destroy());
    if (body === undefined) incoming.pipe(outgoing);
    else outgoing.end(body);
  };

  const listener = createServer((incoming, answer) => {
    pass(incoming, answer).catch(() => answer.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    listener.once('error', reject);
    listener.listen(0, '127.0.0.1', resolve);
  });
  const { port } = listener.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    host: '127.0.0.1',
    port,
    requests,
    expire: () => snapshots.clear(),
    async stop() {
      agent.destroy();
      listener.closeAllConnections();
      await new Promise((resolve) => listener.close(resolve));
    },
  };
}

/** It is that, or in that folder. */
const isSame = (path: string, told: string): boolean => path === told || (told.endsWith('/') && path.startsWith(told));
