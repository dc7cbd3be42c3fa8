import { authorityOf, type Capabilities, isLoopback, type OpenRequest, type Session } from '@sterna/connector-kit';
import { SternaError } from '@sterna/core';
import { Collections } from './collections.ts';
import type { DavDialect } from './dialect.ts';
import { discoverHome } from './discover.ts';
import { DavHttp } from './http.ts';
import { quietWrites } from './quiet.ts';
import { DavReader } from './reader.ts';
import { addressedUrl, parseDavSettings } from './settings.ts';
import { SignIn } from './sign-in.ts';
import { DavWriter } from './writer.ts';

/** @throws SternaError auth | config | transient | throttled */
export async function openDavSession(dialect: DavDialect, request: OpenRequest): Promise<Session> {
  const settings = parseDavSettings(request.system.settings);
  const credentials = { ...request.system.credentials, ...request.credentials };
  const user = credentials.user ?? request.address;
  if (credentials.password === undefined && credentials.accessToken === undefined)
    throw new SternaError('auth', 'password-missing', 'There is no password for this mailbox.', {
      field: 'password',
      fix: 'Give it with the system or with the entry.',
    });
  const url = addressedUrl(settings.url, request.address, user);
  const allowsBasic = url.protocol === 'https:' || settings.insecure || isLoopback(url.hostname);
  const signIn = new SignIn(
    {
      user,
      ...(credentials.password === undefined ? {} : { password: credentials.password }),
      ...(credentials.accessToken === undefined ? {} : { accessToken: credentials.accessToken }),
    },
    allowsBasic,
  );
  const http = new DavHttp({
    signIn,
    ca: authorityOf(settings),
    verifyCertificate: settings.verifyCertificate,
    maxConnections: settings.maxConnections,
    timeoutMs: settings.timeoutSeconds * 1_000,
    retryDelaysMs: settings.retryDelaysMs,
    signal: request.signal,
  });
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
      // Two batches, so that the connections have work while the books of one are written.
      batch: { objects: 4 * settings.maxConnections, bytes: 16 * 1024 * 1024, inFlight: 2 },
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
