import type { Capabilities, OpenRequest, Session } from '@sterna/connector-kit';
import { Collections } from './collections.ts';
import { connectDav } from './connect.ts';
import type { DavDialect } from './dialect.ts';
import { discoverHome } from './discover.ts';
import { quietWrites } from './quiet.ts';
import { DavReader } from './reader.ts';
import { parseDavSettings } from './settings.ts';
import { DavWriter } from './writer.ts';

/** @throws SternaError auth | config | transient | throttled */
export async function openDavSession(dialect: DavDialect, request: OpenRequest): Promise<Session> {
  const settings = parseDavSettings(request.system.settings);
  const { http, url, signIn } = connectDav(settings, request);
  try {
    const home = await discoverHome(http, dialect, url);
    const collections = new Collections(http, dialect, home);
    const reader = new DavReader(http, dialect, collections, settings.pageSize);
    const schedules = dialect.schedules(home.features);
    const quiet = schedules ? quietWrites(home) : undefined;
    const capabilities: Capabilities = {
      kinds: dialect.kinds,
      settle: 'reserved-id',
      delta: 'token',
      // Servers keep the meaning; few keep the bytes.
      bytes: 'rewritten',
      idScope: 'container',
      collapsesTwins: false,
      dateKept: false,
      moves: false,
      keywords: 'none',
      permissions: false,
      versions: false,
      schedules,
      // While one batch is read back and another one's books are written, the connections have work of a third.
      batch: { objects: 16 * settings.maxConnections, bytes: 16 * 1024 * 1024, inFlight: 3 },
      maxObjectBytes: undefined,
      evidence: {
        home: home.evidence,
        'sign-in': signIn.scheme ?? 'none was asked for',
        features: home.features === '' ? 'none named' : home.features,
        scheduling: quiet?.evidence ?? 'the server mails nobody',
      },
    };
    return {
      capabilities,
      reader,
      ...(request.role === 'write' ? { writer: new DavWriter(http, dialect, collections, reader, quiet) } : {}),
      identity: `${dialect.protocol}://${url.host}${home.urls[0]?.pathname ?? ''}`,
      quota: async () => undefined,
      close: async () => http.destroy(),
      destroy: () => http.destroy(),
    };
  } catch (error) {
    http.destroy();
    throw error;
  }
}
