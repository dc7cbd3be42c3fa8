import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import type { Dovecot } from '@sterna/test-servers';

/** Passes bytes on and remembers when: the time from the first connect to the last byte of an answer. */
export interface StampProxy {
  readonly host: string;
  readonly port: number;
  firstConnectAt: number | undefined;
  lastReplyAt: number | undefined;
  stop(): void;
}

export async function startStampProxy(target: Dovecot): Promise<StampProxy> {
  const server = createServer({ noDelay: true }, (client) => {
    proxy.firstConnectAt ??= performance.now();
    const upstream = connect({ host: target.host, port: target.port, noDelay: true });
    client.pipe(upstream);
    upstream.on('data', () => {
      proxy.lastReplyAt = performance.now();
    });
    upstream.pipe(client);
    // Either side may reset at the end.
    client.on('error', () => upstream.destroy());
    upstream.on('error', () => client.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const proxy: StampProxy = {
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    firstConnectAt: undefined,
    lastReplyAt: undefined,
    stop: () => {
      server.close();
    },
  };
  return proxy;
}
