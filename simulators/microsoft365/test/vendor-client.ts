import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setGlobalProxyFromEnv } from 'node:http';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { Client } from '@microsoft/microsoft-graph-client';
import { startVendorProxy } from '@sterna/simulator-kit/vendor-proxy';
import type { Microsoft365 } from '../src/index.ts';

const GRAPH = 'graph.microsoft.com';
/** Uploads and downloads are on another host than Graph: the client must not send its token there. */
const OPEN = 'contoso-my.sharepoint.com';

/** The proxy makes its certificates with it. */
export const canImpersonate = spawnSync('openssl', ['version']).status === 0;
if (!canImpersonate) console.warn("openssl is not installed: the tests with the vendor's own client are skipped");

export interface VendorClient {
  readonly graph: Client;
  /** Names outside of the simulator that were asked for. */
  readonly refused: readonly string[];
  stop(): Promise<void>;
}

/**
 * Microsoft's own client as it is documented: its default middleware (sign-in, retries, redirects, telemetry) and its
 * default address. For as long as it is open, this process takes the proxy's authority for one, and https goes through the
 * proxy; the simulator tells URLs as the vendor does.
 */
export async function openVendorClient(server: Microsoft365, token: string): Promise<VendorClient> {
  const proxy = await startVendorProxy(server.baseUrl, [GRAPH, OPEN]);
  const authorities = getCACertificates('default');
  setDefaultCACertificates([...authorities, readFileSync(proxy.authority, 'utf8')]);
  const restore = setGlobalProxyFromEnv({ HTTPS_PROXY: proxy.url, NO_PROXY: '127.0.0.1' });
  server.cloud.baseUrl = `https://${GRAPH}`;
  server.cloud.openUrl = `https://${OPEN}`;
  return {
    graph: Client.init({ authProvider: (done) => done(null, token) }),
    refused: proxy.refused,
    async stop() {
      server.cloud.baseUrl = server.baseUrl;
      server.cloud.openUrl = server.baseUrl;
      restore();
      setDefaultCACertificates(authorities);
      await proxy.stop();
    },
  };
}
