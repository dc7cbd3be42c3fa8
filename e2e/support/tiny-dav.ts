import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { DavProtocol } from './dav-servers.ts';
import type { Endpoint } from './direct-pass.ts';

export interface Refusal {
  readonly status: number;
  /** Name of the precondition element (RFC 4918 section 16), `valid-calendar-data`. */
  readonly precondition?: string;
}

/** A server of one collection that gives and takes any bytes: what no real server would hold can still be a source. */
export interface TinyDav {
  readonly objects: Map<string, Buffer>;
  /** So far, in order: `PROPFIND /home/`. */
  readonly requests: readonly string[];
  readonly end: Endpoint;
  stop(): Promise<void>;
}

export interface TinyDavOptions {
  readonly objects?: ReadonlyMap<string, Buffer>;
  /** Asked before every PUT. */
  readonly refuses?: (body: Buffer, id: string) => Refusal | undefined;
  readonly component?: 'VEVENT' | 'VTODO';
  /** It says of its collection, where it is asked for that, whether anything changed (`getctag` of CalendarServer). */
  readonly ctag?: true;
}

const NAMESPACES = {
  caldav: 'urn:ietf:params:xml:ns:caldav',
  carddav: 'urn:ietf:params:xml:ns:carddav',
} as const;

export async function startTinyDav(protocol: DavProtocol, options: TinyDavOptions = {}): Promise<TinyDav> {
  const objects = new Map(options.objects);
  const type = protocol === 'caldav' ? 'calendar' : 'addressbook';
  const etag = (body: Buffer): string => `"${createHash('sha1').update(body).digest('hex')}"`;
  const response = (href: string, properties: string): string =>
    `<d:response><d:href>${href}</d:href><d:propstat><d:prop>${properties}</d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>`;
  const requests: string[] = [];
  const ctag = (): string =>
    `<cs:getctag xmlns:cs="http://calendarserver.org/ns/">${etag(Buffer.concat([...objects.values()])).slice(1, -1)}</cs:getctag>`;
  const collectionFor = (asked: Buffer): string =>
    response(
      '/home/c/',
      `<d:resourcetype><d:collection/><x:${type}/></d:resourcetype><d:displayname>Corpus</d:displayname><x:supported-calendar-component-set><x:comp name="${options.component ?? 'VEVENT'}"/></x:supported-calendar-component-set>${options.ctag && asked.includes('getctag') ? ctag() : ''}`,
    );
  const multistatus = (inner: string): string =>
    `<?xml version="1.0"?><d:multistatus xmlns:d="DAV:" xmlns:x="${NAMESPACES[protocol]}">${inner}</d:multistatus>`;
  const error = (precondition: string): string =>
    `<?xml version="1.0"?><d:error xmlns:d="DAV:" xmlns:x="${NAMESPACES[protocol]}"><x:${precondition}/></d:error>`;

  const answer = (
    request: IncomingMessage,
    body: Buffer,
  ): { status: number; body?: string | Buffer; headers?: Record<string, string> } => {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://x').pathname);
    const id = path.startsWith('/home/c/') ? path.slice('/home/c/'.length) : '';
    const known = objects.get(id);
    switch (request.method) {
      case 'OPTIONS':
        return { status: 200, headers: { dav: '1, calendar-access, addressbook' } };
      case 'PROPFIND': {
        const isDeep = request.headers.depth === '1';
        const collection = collectionFor(body);
        if (path === '/home/c/')
          return {
            status: 207,
            body: multistatus(
              collection +
                (isDeep
                  ? [...objects]
                      .map(([name, text]) =>
                        response(
                          `/home/c/${encodeURIComponent(name)}`,
                          `<d:resourcetype/><d:getetag>${etag(text)}</d:getetag>`,
                        ),
                      )
                      .join('')
                  : ''),
            ),
          };
        return {
          status: 207,
          body: multistatus(
            response('/home/', '<d:resourcetype><d:collection/></d:resourcetype>') + (isDeep ? collection : ''),
          ),
        };
      }
      case 'GET':
        return known === undefined ? { status: 404 } : { status: 200, body: known, headers: { etag: etag(known) } };
      case 'PUT': {
        const isThere = known !== undefined;
        if (request.headers['if-none-match'] === '*' && isThere) return { status: 412 };
        const wanted = request.headers['if-match'];
        if (wanted !== undefined && (!isThere || wanted !== etag(known))) return { status: 412 };
        const refusal = options.refuses?.(body, id);
        if (refusal !== undefined)
          return {
            status: refusal.status,
            ...(refusal.precondition === undefined ? {} : { body: error(refusal.precondition) }),
          };
        objects.set(id, body);
        return { status: 201, headers: { etag: etag(body) } };
      }
      case 'DELETE':
        return { status: objects.delete(id) ? 204 : 404 };
      default:
        // Reports: it knows none, so that objects are listed and read one by one.
        return { status: 403, body: error('supported-report') };
    }
  };

  const server = createServer((request: IncomingMessage, reply: ServerResponse) => {
    const chunks: Buffer[] = [];
    requests.push(`${request.method} ${request.url}`);
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { status, body, headers } = answer(request, Buffer.concat(chunks));
      reply.writeHead(status, headers).end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen({ port: 0, host: '127.0.0.1' }, resolve));
  const { port } = server.address() as AddressInfo;
  return {
    objects,
    requests,
    end: {
      connector: protocol,
      settings: { url: `http://127.0.0.1:${port}/home/` },
      address: 'user',
      password: 'pw',
    },
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
