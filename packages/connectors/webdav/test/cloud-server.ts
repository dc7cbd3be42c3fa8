import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/**
 * A server that answers as the developer manual of Nextcloud says (WebDAV basics, chunked upload v2), in memory. It shares
 * nothing with the connector.
 */
export interface CloudFile {
  readonly content: Buffer;
  /** Seconds. */
  readonly mtime: number;
  readonly etag: string;
  readonly checksum: string | undefined;
}

export interface CloudRequest {
  readonly method: string;
  /** Decoded. */
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
}

/** What a test makes of a request, instead of the server. */
export type Trick =
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string }
  /** Does it, and says nothing: the connection ends. */
  | 'lose the answer'
  /** Doesn't do it, and the connection ends. */
  | 'lose the request'
  /** Sends so many bytes of a file, and the connection ends. */
  | { readonly cutAfter: number };

export interface CloudOptions {
  readonly signIn?: { readonly bearer: string } | 'basic' | 'digest';
  /** Bytes that files may take. */
  readonly quota?: number;
  /** How it writes hrefs. */
  readonly href?: (path: string, origin: string) => string;
}

export const MIN_CHUNK = 5 * 1024 * 1024;
const FILES = '/remote.php/dav/files/user';
const UPLOADS = '/remote.php/dav/uploads/user';

export class CloudServer {
  readonly files = new Map<string, CloudFile>();
  readonly folders = new Set<string>([FILES, UPLOADS]);
  readonly log: CloudRequest[] = [];
  /** Asked before each request. */
  trick: (request: CloudRequest) => Trick | undefined = () => undefined;
  /** Told of each request that has been answered. */
  after: (request: CloudRequest) => void = () => {};
  nonce = 'first';
  readonly #options: CloudOptions;
  readonly #server = createServer();
  readonly #sockets = new Set<Socket>();
  #serial = 0;

  constructor(options: CloudOptions = {}) {
    this.#options = options;
    const answer = (request: IncomingMessage, response: ServerResponse): void => {
      this.#answer(request, response).catch(() => request.socket.destroy());
    };
    this.#server.on('request', answer);
    this.#server.on('checkContinue', (request, response) => {
      const challenge = this.#challenge(request);
      // As a real one, which looks at the head before it asks for the body.
      if (challenge !== undefined) {
        this.#note(request);
        response.writeHead(401, { 'www-authenticate': challenge, connection: 'close' }).end();
        return;
      }
      response.writeContinue();
      answer(request, response);
    });
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get url(): string {
    return `${this.origin}${FILES}/`;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Below the user's root. */
  file(path: string): CloudFile | undefined {
    return this.files.get(`${FILES}/${path}`);
  }

  put(path: string, content: Buffer, mtime = 1_600_000_000): void {
    const parts = path.split('/').slice(0, -1);
    parts.forEach((_, i) => {
      this.folders.add(`${FILES}/${parts.slice(0, i + 1).join('/')}`);
    });
    this.#store(`${FILES}/${path}`, content, mtime, undefined);
  }

  /** Names of the user's files. */
  names(): string[] {
    return [...this.files.keys()]
      .flatMap((path) => (path.startsWith(FILES) ? [path.slice(FILES.length + 1)] : []))
      .sort();
  }

  count(method: string, path: RegExp | string): number {
    return this.log.filter(
      (one) => one.method === method && (typeof path === 'string' ? one.path.endsWith(path) : path.test(one.path)),
    ).length;
  }

  #store(path: string, content: Buffer, mtime: number, checksum: string | undefined): CloudFile {
    const file = {
      content,
      mtime,
      checksum,
      etag: `"${createHash('md5')
        .update(`${++this.#serial}`)
        .digest('hex')}"`,
    };
    this.files.set(path, file);
    return file;
  }

  #challenge({ headers }: IncomingMessage): string | undefined {
    const { signIn = 'basic' } = this.#options;
    const given = headers.authorization ?? '';
    if (typeof signIn === 'object') return given === `Bearer ${signIn.bearer}` ? undefined : 'Bearer realm="cloud"';
    if (signIn === 'digest')
      return given.startsWith('Digest ') && given.includes(`nonce="${this.nonce}"`)
        ? undefined
        : `Digest realm="cloud", nonce="${this.nonce}", qop="auth", stale=true`;
    return given === `Basic ${Buffer.from('user:pw').toString('base64')}` ? undefined : 'Basic realm="cloud"';
  }

  #note(request: IncomingMessage): CloudRequest {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://x').pathname).replace(/\/$/, '');
    const noted = { method: request.method ?? '', path, headers: request.headers };
    this.log.push(noted);
    return noted;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const noted = this.#note(request);
    const trick = this.trick(noted);
    const chunks: Buffer[] = [];
    if (trick === 'lose the request') {
      request.socket.destroy();
      return;
    }
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const challenge = this.#challenge(request);
    if (challenge !== undefined) {
      response.writeHead(401, { 'www-authenticate': challenge }).end();
      return;
    }
    if (typeof trick === 'object' && 'status' in trick) {
      response.writeHead(trick.status, trick.headers).end(trick.body);
      return;
    }
    const { status, headers = {}, body = '' } = this.#done(noted, Buffer.concat(chunks));
    if (trick === 'lose the answer') {
      request.socket.destroy();
      return;
    }
    const bytes = Buffer.from(body as string);
    response.writeHead(status, { 'content-length': String(bytes.length), ...headers });
    this.after(noted);
    if (trick === undefined) response.end(bytes);
    else response.write(bytes.subarray(0, trick.cutAfter), () => request.socket.destroy());
  }

  #done(
    { method, path, headers }: CloudRequest,
    body: Buffer,
  ): { status: number; headers?: Record<string, string>; body?: string | Buffer } {
    const file = this.files.get(path);
    const name = path.slice(path.lastIndexOf('/') + 1);
    const parent = path.slice(0, path.lastIndexOf('/'));
    const none = headers['if-none-match'];
    const match = headers['if-match'];
    if (method !== 'GET' && ((none === '*' && file !== undefined) || (match !== undefined && match !== file?.etag)))
      return { status: 412 };
    const told = (one: CloudFile): Record<string, string> => ({
      etag: one.etag,
      'oc-etag': one.etag,
      ...(headers['x-oc-mtime'] === undefined ? {} : { 'x-oc-mtime': 'accepted' }),
    });
    const mtime = Number(headers['x-oc-mtime'] ?? Math.floor(Date.now() / 1_000));
    const checksum = headers['oc-checksum'] as string | undefined;
    switch (method) {
      case 'OPTIONS':
        return { status: 200, headers: { dav: '1, 3, extended-mkcol' } };
      case 'PROPFIND':
        return this.#propfind(path, headers.depth === '1');
      case 'GET':
        return this.#get(file, headers);
      case 'MKCOL':
        if (file !== undefined || this.folders.has(path)) return { status: 405 };
        if (!this.folders.has(parent)) return { status: 409 };
        this.folders.add(path);
        return { status: 201 };
      case 'PUT': {
        if (this.folders.has(path)) return { status: 409 };
        if (!this.folders.has(parent)) return { status: path.startsWith(UPLOADS) ? 404 : 409 };
        if (path.startsWith(UPLOADS)) {
          if (headers.destination === undefined) return { status: 400 };
          if (!/^\d{1,5}$/.test(name) || Number(name) < 1 || Number(name) > 10_000) return { status: 400 };
          if (this.#isFull(Number(headers['oc-total-length']))) return { status: 507 };
          this.#store(path, body, mtime, undefined);
          return { status: 201 };
        }
        if (/\.(part|filepart)$/i.test(name)) return { status: 400 };
        if (this.#isFull(body.length)) return { status: 507 };
        return { status: file === undefined ? 201 : 204, headers: told(this.#store(path, body, mtime, checksum)) };
      }
      case 'MOVE': {
        const to = decodeURIComponent(new URL(headers.destination as string).pathname).replace(/\/$/, '');
        if (!this.folders.has(to.slice(0, to.lastIndexOf('/')))) return { status: 409 };
        const there = this.files.get(to);
        const isThere = there !== undefined || this.folders.has(to);
        const condition = /\(\[(.*)\]\)/.exec((headers.if as string | undefined) ?? '')?.[1];
        if (condition !== undefined && condition !== there?.etag) return { status: 412 };
        if (path.startsWith(UPLOADS) && name === '.file') {
          if (!this.folders.has(parent)) return { status: 404 };
          if (headers.overwrite === 'F' && isThere) return { status: 412 };
          const pieces = [...this.files].filter(([one]) => one.startsWith(`${parent}/`)).sort();
          const content = Buffer.concat(pieces.map(([, { content }]) => content));
          if (pieces.slice(0, -1).some(([, piece]) => piece.content.length < MIN_CHUNK)) return { status: 400 };
          if (content.length !== Number(headers['oc-total-length'])) return { status: 400 };
          this.#remove(parent);
          return { status: isThere ? 204 : 201, headers: told(this.#store(to, content, mtime, checksum)) };
        }
        if (file === undefined) return { status: 404 };
        if (headers.overwrite === 'F' && isThere) return { status: 412 };
        this.files.delete(path);
        this.files.set(to, file);
        return { status: isThere ? 204 : 201 };
      }
      case 'DELETE':
        if (file === undefined && !this.folders.has(path)) return { status: 404 };
        this.#remove(path);
        return { status: 204 };
      case 'PROPPATCH':
        return { status: 403 };
      default:
        return { status: 501 };
    }
  }

  #isFull(more: number): boolean {
    const { quota } = this.#options;
    const used = [...this.files].reduce(
      (sum, [path, { content }]) => sum + (path.startsWith(FILES) ? content.length : 0),
      0,
    );
    return quota !== undefined && used + more > quota;
  }

  #remove(path: string): void {
    for (const one of [...this.files.keys(), ...this.folders])
      if (one === path || one.startsWith(`${path}/`)) {
        this.files.delete(one);
        this.folders.delete(one);
      }
  }

  #get(
    file: CloudFile | undefined,
    headers: IncomingMessage['headers'],
  ): { status: number; headers?: Record<string, string>; body?: Buffer } {
    if (file === undefined) return { status: 404 };
    const common = { etag: file.etag, 'last-modified': new Date(file.mtime * 1_000).toUTCString() };
    const start = /^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1];
    if (start === undefined || (headers['if-range'] !== undefined && headers['if-range'] !== file.etag))
      return { status: 200, headers: common, body: file.content };
    const size = file.content.length;
    return {
      status: 206,
      headers: { ...common, 'content-range': `bytes ${start}-${size - 1}/${size}` },
      body: file.content.subarray(Number(start)),
    };
  }

  #propfind(path: string, isDeep: boolean): { status: number; body?: string } {
    const { href = (one) => one } = this.#options;
    const encoded = (one: string): string =>
      href(one.split('/').map(encodeURIComponent).join('/'), this.origin).replace(/&/g, '&amp;');
    const one = (at: string): string => {
      const file = this.files.get(at);
      const kind =
        file === undefined
          ? '<d:resourcetype><d:collection/></d:resourcetype><d:quota-used-bytes>10</d:quota-used-bytes><d:quota-available-bytes>-3</d:quota-available-bytes>'
          : `<d:resourcetype/><d:getcontentlength>${file.content.length}</d:getcontentlength><d:getetag>${file.etag.replaceAll('"', '&quot;')}</d:getetag><d:getlastmodified>${new Date(file.mtime * 1_000).toUTCString()}</d:getlastmodified>`;
      return `<d:response><d:href>${encoded(at)}${file === undefined ? '/' : ''}</d:href><d:propstat><d:prop>${kind}<oc:fileid>1</oc:fileid></d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>`;
    };
    if (!this.files.has(path) && !this.folders.has(path)) return { status: 404 };
    const inside = [...this.folders, ...this.files.keys()].filter(
      (at) => at.startsWith(`${path}/`) && !at.slice(path.length + 1).includes('/'),
    );
    return {
      status: 207,
      body: `<?xml version="1.0"?><d:multistatus xmlns:d="DAV:" xmlns:oc="http://owncloud.org/ns">${[path, ...(isDeep ? inside : [])].map(one).join('')}</d:multistatus>`,
    };
  }
}
