import { authorityOf, isLoopback, type OpenRequest } from '@sterna/connector-kit';
import { SternaError } from '@sterna/core';
import { DavHttp } from './http.ts';
import { addressedUrl, type ConnectionSettings } from './settings.ts';
import { SignIn } from './sign-in.ts';

export interface DavConnection {
  readonly http: DavHttp;
  /** The setting `url`, for this address and user. */
  readonly url: URL;
  readonly user: string;
  readonly signIn: SignIn;
}

/**
 * Nothing is sent yet.
 *
 * @throws SternaError auth `password-missing`; config
 */
export function connectDav(settings: ConnectionSettings, request: OpenRequest): DavConnection {
  const credentials = { ...request.system.credentials, ...request.credentials };
  const user = credentials.user ?? request.address;
  if (credentials.password === undefined && credentials.accessToken === undefined)
    throw new SternaError('auth', 'password-missing', 'There is no password for this account.', {
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
  return { http, url, user, signIn };
}
