import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSecureContext, TLSSocket } from 'node:tls';

/**
 * A proxy for clients that can't be told another address than the vendor's: it ends TLS for the vendor's names with a
 * certificate that only this test's authority vouches for, and hands the requests to the simulator. Any other name is
 * refused, so nothing leaves the machine.
 */
export interface VendorProxy {
  /** For HTTPS_PROXY. */
  readonly url: string;
  /** The file with the authority's certificate. */
  readonly authority: string;
  /** Names that were asked for and refused. */
  readonly refused: readonly string[];
  stop(): Promise<void>;
}

/** @param names that the vendor's clients have built in, such as graph.microsoft.com */
export async function startVendorProxy(simulator: string, names: readonly string[]): Promise<VendorProxy> {
  const folder = mkdtempSync(join(tmpdir(), 'vendor-proxy-'));
  const { authority, context } = makeCertificates(folder, names);
  const refused: string[] = [];
  const sockets = new Set<Socket>();

  // It never listens: it is given the sockets whose TLS was ended.
  const inner = createServer((request, response) => relay(simulator, request, response));
  inner.requestTimeout = 0;
  const outer = createServer((request, response) => {
    refused.push(request.url ?? '');
    response.writeHead(403).end();
  });
  outer.on('connect', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    const [name = '', port] = (request.url ?? '').split(':');
    if (!names.includes(name) || port !== '443') {
      refused.push(name);
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n');
      return;
    }
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
    if (head.length > 0) socket.unshift(head);
    const secure = new TLSSocket(socket, { isServer: true, secureContext: context, ALPNProtocols: ['http/1.1'] });
    secure.on('error', () => {});
    secure.once('secure', () => inner.emit('connection', secure));
  });
  await new Promise<void>((resolve) => outer.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(outer.address() as AddressInfo).port}`,
    authority,
    refused,
    async stop() {
      for (const socket of sockets) socket.destroy();
      outer.closeAllConnections();
      await new Promise((resolve) => outer.close(resolve));
      rmSync(folder, { recursive: true });
    },
  };
}

function relay(simulator: string, request: IncomingMessage, response: ServerResponse): void {
  const { hostname, port } = new URL(simulator);
  const onward = httpRequest({
    hostname,
    port,
    method: request.method ?? 'GET',
    path: request.url ?? '/',
    headers: request.headers,
  });
  onward.on('response', (reply) => {
    response.writeHead(reply.statusCode ?? 502, reply.headers);
    reply.pipe(response);
  });
  onward.on('error', () => response.destroy());
  response.on('close', () => onward.destroy());
  request.pipe(onward);
}

/** An authority of two days, and one certificate of it for all names. */
function makeCertificates(folder: string, names: readonly string[]) {
  const file = (name: string) => join(folder, name);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  const days = ['-days', '2'];
  openssl(
    'req',
    '-x509',
    ...newKey,
    ...days,
    '-subj',
    '/CN=Test authority',
    '-keyout',
    'authority.key',
    '-out',
    'authority.pem',
    '-addext',
    'basicConstraints=critical,CA:TRUE',
    '-addext',
    'keyUsage=critical,keyCertSign',
  );
  openssl('req', ...newKey, '-subj', '/CN=Simulator', '-keyout', 'server.key', '-out', 'server.csr');
  writeFileSync(
    file('server.ext'),
    `subjectAltName=${names.map((name) => `DNS:${name}`).join(',')}\nextendedKeyUsage=serverAuth\n`,
  );
  openssl(
    'x509',
    '-req',
    ...days,
    '-in',
    'server.csr',
    '-CA',
    'authority.pem',
    '-CAkey',
    'authority.key',
    '-CAcreateserial',
    '-extfile',
    'server.ext',
    '-out',
    'server.pem',
  );
  const context = createSecureContext({
    cert: readFileSync(file('server.pem')),
    key: readFileSync(file('server.key')),
  });
  return { authority: file('authority.pem'), context };
}
