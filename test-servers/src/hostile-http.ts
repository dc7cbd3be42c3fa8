/** HTTP servers that mean harm, or are broken in ways that look like it. */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';

/** A hundred megabytes of blanks; whoever unpacks what nobody asked for has them all. */
export const GZIP_BOMB = gzipSync(Buffer.alloc(100 * 1024 * 1024, ' '));

const XML = { 'content-type': 'application/xml' };
const ANSWERS = {
  'never answers': () => undefined,
  'drips a byte now and then': (reply) => {
    reply.writeHead(207, XML);
    const drip = setInterval(() => reply.write(' '), 20);
    reply.on('close', () => clearInterval(drip));
  },
  'never ends': (reply) => {
    reply.writeHead(207, XML);
    const piece = Buffer.alloc(1024 * 1024, ' ');
    const more = (): void => {
      while (!reply.destroyed && reply.write(piece));
      if (!reply.destroyed) reply.once('drain', more);
    };
    more();
  },
  'promises more than it sends': (reply) => {
    reply.writeHead(207, { ...XML, 'content-length': '1000000000000' });
    reply.write('<?xml version="1.0"?>');
    setImmediate(() => reply.destroy());
  },
  'sends a bomb in gzip': (reply) => {
    reply.writeHead(207, { ...XML, 'content-encoding': 'gzip' }).end(GZIP_BOMB);
  },
} satisfies Record<string, (reply: ServerResponse) => void>;

export type Hostility = keyof typeof ANSWERS;
export const HOSTILITIES = Object.keys(ANSWERS) as Hostility[];

export interface HostileHttp {
  /** Ends with a slash; everything below it is answered alike. */
  url(what: Hostility): string;
  stop(): void;
}

export async function startHostileHttp(): Promise<HostileHttp> {
  const server = createServer((request, reply) => {
    request.resume();
    ANSWERS[decodeURIComponent(request.url?.split('/')[1] ?? '') as Hostility]?.(reply);
  });
  await new Promise<void>((resolve) => server.listen({ port: 0, host: '127.0.0.1' }, resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: (what) => `http://127.0.0.1:${port}/${encodeURIComponent(what)}/`,
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}
