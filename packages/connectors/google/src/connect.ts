import { Budget, type Clock, givenToken, systemClock, type TokenSource, Transport } from '@sterna/cloud-http';
import { authorityOf, type OpenRequest } from '@sterna/connector-kit';
import type { Api } from './api/apis.ts';
import { GoogleClient } from './api/client.ts';
import { DelegatedTokens } from './api/delegated-tokens.ts';
import { parseKeyFile, type ServiceAccountKey } from './api/key-file.ts';
import { quotaOf, userLimits } from './api/quotas.ts';
import { type GoogleSettings, originsOf, parseGoogleSettings, tokenUrlOf } from './settings.ts';

/** Sets of scopes, the best first. */
export type ScopeSets = readonly (readonly string[])[];

export interface Connection {
  readonly settings: GoogleSettings;
  /** Undefined with a given access token. */
  readonly key: ServiceAccountKey | undefined;
  readonly signal: AbortSignal;
  /** Signed in as this user, with what these scopes allow. */
  tokens(subject: string, scopes: ScopeSets): TokenSource;
  client(api: Api, subject: string, scopes: ScopeSets): GoogleClient;
  /** Ends all that its clients do. */
  destroy(): void;
}

type ConnectRequest = Pick<OpenRequest, 'system' | 'credentials' | 'signal' | 'observe'>;

/**
 * Nothing is sent yet.
 *
 * @throws SternaError auth `key-file-missing` | `key-file-invalid`; config
 */
export function connect(request: ConnectRequest, clock: Clock = systemClock): Connection {
  const settings = parseGoogleSettings(request.system.settings);
  const origins = originsOf(settings);
  const tokenUrl = tokenUrlOf(settings);
  const { password, accessToken } = { ...request.system.credentials, ...request.credentials };
  const key = accessToken === undefined ? parseKeyFile(password) : undefined;
  const transport = new Transport({
    ca: authorityOf(settings),
    verifyCertificate: settings.verifyCertificate,
    timeoutMs: settings.timeoutSeconds * 1_000,
  });
  const own = new AbortController();
  const signal = AbortSignal.any([request.signal, own.signal]);
  const tokens = (subject: string, scopes: ScopeSets): TokenSource =>
    key === undefined
      ? givenToken(accessToken ?? '', 'Google', 'the service account’s key file')
      : new DelegatedTokens({ key, subject, scopes, tokenUrl }, transport, clock);
  const budget = (api: Api, user: string): Budget => {
    const perUser = settings.unitsPerMinute?.[api];
    // Of a token that was given nobody knows whose project it is.
    if (key === undefined) return new Budget(userLimits(api, perUser), clock);
    const perProject = settings.projectUnitsPerMinute?.[api];
    return quotaOf({ project: key.project, api, origin: origins[api], user, perUser, perProject }, clock);
  };
  return {
    settings,
    key,
    signal,
    tokens,
    client: (api, subject, scopes) =>
      new GoogleClient({
        api,
        origin: origins[api],
        tokens: tokens(subject, scopes),
        transport,
        clock,
        signal,
        userAgent: settings.userAgent,
        budget: budget(api, subject),
        onThrottled: (retryAt, reason) => request.observe?.({ type: 'throttled', retryAt, reason }),
      }),
    destroy() {
      own.abort();
      transport.destroy();
    },
  };
}
