import { Budget, type Clock, givenToken, systemClock, type TokenSource, Transport } from '@sterna/cloud-http';
import { authorityOf, type OpenRequest } from '@sterna/connector-kit';
import { SternaError } from '@sterna/core';
import { GraphClient } from './graph/client.ts';
import { CLOUDS } from './graph/clouds.ts';
import { driveBudgetOf } from './graph/drive-budget.ts';
import { DIRECTORY_LIMITS, OUTLOOK_LIMITS } from './graph/limits.ts';
import { AppTokens } from './graph/token-source.ts';
import { type Microsoft365Settings, parseMicrosoft365Settings, placesOf, tenantOf } from './settings.ts';

export interface Connection {
  readonly client: GraphClient;
  readonly settings: Microsoft365Settings;
  readonly tokens: TokenSource;
  /** For identities and words: the tenant, and the host where it isn't the public cloud. */
  readonly where: string;
  readonly outlook: Budget;
  readonly drive: Budget;
  readonly directory: Budget;
}

type ConnectRequest = Pick<OpenRequest, 'system' | 'credentials' | 'signal' | 'observe'> & {
  readonly address: string | undefined;
};

/**
 * Nothing is sent yet.
 *
 * @throws SternaError auth `password-missing`; config
 */
export function connect(request: ConnectRequest, clock: Clock = systemClock): Connection {
  const settings = parseMicrosoft365Settings(request.system.settings);
  const places = placesOf(settings);
  const { password, accessToken } = { ...request.system.credentials, ...request.credentials };
  const transport = new Transport({
    ca: authorityOf(settings),
    verifyCertificate: settings.verifyCertificate,
    timeoutMs: settings.timeoutSeconds * 1_000,
  });
  const tenant = tenantOf(settings, request.address);
  const tokens =
    accessToken === undefined
      ? new AppTokens(
          {
            ...places,
            tenant,
            clientId: clientIdOf(settings),
            secret: secretOf(password),
            resource: CLOUDS[settings.cloud].graph,
          },
          transport,
          clock,
        )
      : givenToken(accessToken, 'Microsoft 365', 'the app’s client secret or certificate');
  const client = new GraphClient({
    graph: places.graph,
    tokens,
    transport,
    clock,
    signal: request.signal,
    userAgent: settings.userAgent,
    onThrottled: (retryAt, reason) => request.observe?.({ type: 'throttled', retryAt, reason }),
  });
  return {
    client,
    settings,
    tokens,
    where: `${tenant.toLowerCase()} at ${new URL(places.graph).host}`,
    outlook: new Budget(OUTLOOK_LIMITS, clock),
    drive: driveBudgetOf(
      {
        ...{ app: settings.clientId, tenant: tenant.toLowerCase(), graph: places.graph },
        unitsPerMinute: settings.resourceUnitsPerMinute,
      },
      clock,
    ),
    directory: new Budget(DIRECTORY_LIMITS, clock),
  };
}

function clientIdOf({ clientId }: Microsoft365Settings): string {
  if (clientId !== undefined) return clientId;
  throw new SternaError('config', 'client-id-missing', 'Nothing says which app signs in.', {
    field: 'clientId',
    fix: 'Give the application (client) id of the app registration in the settings of the system.',
  });
}

function secretOf(password: string | undefined): string {
  if (password !== undefined && password !== '') return password;
  throw new SternaError('auth', 'password-missing', 'There is no client secret, or certificate, of the app.', {
    field: 'password',
    fix: 'Give the secret’s value, or PEM text with private key and certificate, as the password of the system.',
  });
}
