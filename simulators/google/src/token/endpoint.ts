import type { Incoming, Reply } from '@sterna/simulator-kit';
import type { Cloud } from '../cloud.ts';
import type { OAuthClient } from '../state/project.ts';
import { checkAssertion } from './assertion.ts';
import { TokenError } from './errors.ts';

const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
/** oauth2.googleapis.com/token, and the older address of the same. */
const PATHS = new Set(['/token', '/oauth2/v4/token']);

export function isTokenPath(path: string): boolean {
  return PATHS.has(path);
}

/** `POST /token`: a service account's assertion, or a refresh token. */
export function tokenReply(cloud: Cloud, incoming: Incoming): Reply {
  try {
    const form = new URLSearchParams(incoming.body.toString('utf8'));
    const grant = form.get('grant_type') ?? '';
    if (grant === JWT_BEARER) return issued(serviceAccount(cloud, form));
    if (grant === 'refresh_token') return issued(refresh(cloud, form, incoming));
    throw new TokenError('unsupported_grant_type', `Invalid grant_type: ${grant}`);
  } catch (error) {
    if (!(error instanceof TokenError)) throw error;
    return jsonBody(error.status, { error: error.error, error_description: error.message });
  }
}

function serviceAccount(cloud: Cloud, form: URLSearchParams): Record<string, unknown> {
  const assertion = form.get('assertion');
  if (assertion === null) throw new TokenError('invalid_request', 'Missing required parameter: assertion');
  const own = `${cloud.baseUrl}/token`;
  const { account, subject, scopes } = checkAssertion(assertion, cloud.serviceAccounts, own, cloud.clock.now());
  // An account on its own has nothing here that it could reach: no user, no domain.
  if (subject === undefined) throw unauthorizedClient();
  const { domain, user } = cloud.findUser(subject) ?? {};
  if (domain === undefined || user === undefined) {
    throw new TokenError('invalid_grant', 'Invalid email or User ID');
  }
  const granted = domain.delegations.get(account.clientId);
  const missing = scopes.filter((scope) => granted?.has(scope) !== true);
  if (missing.length === scopes.length) throw unauthorizedClient();
  if (missing.length > 0) {
    throw cloud.assumptions.partlyDelegated === 'access_denied'
      ? new TokenError('access_denied', 'Requested client not authorized.', 403)
      : unauthorizedClient();
  }
  if (user.suspended) throw new TokenError('invalid_grant', 'account_disabled');
  const { token, lifetime } = cloud.accessTokens.issue({
    domain,
    user,
    clientId: account.clientId,
    project: account.project,
    scopes: new Set(scopes),
  });
  return { access_token: token, expires_in: lifetime, token_type: 'Bearer' };
}

function refresh(cloud: Cloud, form: URLSearchParams, incoming: Incoming): Record<string, unknown> {
  const client = authenticatedClient(cloud, form, incoming);
  const token = form.get('refresh_token') ?? '';
  for (const domain of cloud.domains) {
    const grant = domain.refreshTokens.get(token);
    const user = grant === undefined ? undefined : domain.users.get(grant.userId);
    if (grant === undefined || user === undefined || user.suspended || grant.clientId !== client.id) continue;
    const scopes = new Set(grant.scopes);
    const issued = cloud.accessTokens.issue({ domain, user, clientId: client.id, project: client.project, scopes });
    return {
      access_token: issued.token,
      expires_in: issued.lifetime,
      scope: grant.scopes.join(' '),
      token_type: 'Bearer',
    };
  }
  throw new TokenError('invalid_grant', 'Token has been expired or revoked.');
}

/** The client's id and secret, in the form or as Basic credentials. */
function authenticatedClient(cloud: Cloud, form: URLSearchParams, incoming: Incoming): OAuthClient {
  const basic = /^Basic\s+(.+)$/i.exec(incoming.headers.authorization ?? '')?.[1];
  const [basicId, basicSecret] = Buffer.from(basic ?? '', 'base64')
    .toString()
    .split(/:(.*)/s)
    .map(decodeURIComponent);
  const client = cloud.oauthClients.get(form.get('client_id') ?? basicId ?? '');
  if (client === undefined) throw new TokenError('invalid_client', 'The OAuth client was not found.', 401);
  if (client.secret !== (form.get('client_secret') ?? basicSecret)) {
    throw new TokenError('invalid_client', 'Unauthorized', 401);
  }
  return client;
}

function unauthorizedClient(): TokenError {
  return new TokenError(
    'unauthorized_client',
    'Client is unauthorized to retrieve access tokens using this method, or client not authorized for any of the scopes requested.',
    401,
  );
}

function issued(json: Record<string, unknown>): Reply {
  return jsonBody(200, json);
}

function jsonBody(status: number, json: Record<string, unknown>): Reply {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store', pragma: 'no-cache' },
    body: [Buffer.from(JSON.stringify(json, undefined, 2))],
    json,
  };
}
