import type { Cloud } from '../cloud.ts';
import type { Incoming } from '../http/call.ts';
import { jsonReply, type Reply } from '../http/reply.ts';
import type { App, Tenant } from '../state/tenant.ts';
import { TokenError } from './errors.ts';

const DEFAULT_SCOPE = /^https:\/\/[^/]+\/\.default$/;

/** `POST /{tenant}/oauth2/v2.0/token`: client credentials and refresh tokens. */
export function tokenReply(cloud: Cloud, tenantKey: string, incoming: Incoming): Reply {
  try {
    if (!/^application\/x-www-form-urlencoded\b/i.test(incoming.headers['content-type'] ?? '')) {
      throw new TokenError('invalid_request', 900144, 'The request body must contain form parameters.');
    }
    const form = new URLSearchParams(incoming.body.toString('utf8'));
    const grant = form.get('grant_type');
    if (grant === 'client_credentials') return clientCredentials(cloud, tenantKey, form, incoming);
    if (grant === null) {
      throw new TokenError('invalid_request', 900144, "The request body must contain the parameter: 'grant_type'.");
    }
    throw new TokenError('unsupported_grant_type', 70003, `The app requested an unsupported grant type '${grant}'.`);
  } catch (error) {
    if (!(error instanceof TokenError)) throw error;
    return jsonReply(error.status, error.body(cloud), { 'cache-control': 'no-store' });
  }
}

function clientCredentials(cloud: Cloud, tenantKey: string, form: URLSearchParams, incoming: Incoming): Reply {
  const tenant = cloud.tenant(tenantKey);
  if (tenant === undefined) throw noTenant(tenantKey);
  const app = authenticatedApp(cloud, form, incoming);
  const scope = form.get('scope') ?? '';
  if (!DEFAULT_SCOPE.test(scope)) {
    throw new TokenError('invalid_scope', 1002012, `The provided value for scope ${scope} is not valid.`);
  }
  const consent = consentOf(tenant, app);
  const { token, lifetime } = cloud.accessTokens.issue(tenant, app, new Set(consent));
  return tokenBody({ token_type: 'Bearer', expires_in: lifetime, ext_expires_in: lifetime, access_token: token });
}

function authenticatedApp(cloud: Cloud, form: URLSearchParams, _incoming: Incoming): App {
  const id = form.get('client_id');
  if (id === null) throw new TokenError('invalid_request', 900144, "The parameter 'client_id' is missing.");
  const app = cloud.apps.get(id.toLowerCase());
  if (app === undefined) {
    throw new TokenError('unauthorized_client', 700016, `Application with identifier '${id}' was not found.`);
  }
  const secret = form.get('client_secret');
  if (secret === null) {
    throw new TokenError('invalid_client', 7000216, "'client_assertion', 'client_secret' or 'request' is required.", 401);
  }
  if (!app.secrets.has(secret)) {
    throw new TokenError('invalid_client', 7000215, 'Invalid client secret provided.', 401);
  }
  return app;
}

function consentOf(tenant: Tenant, app: App): Set<string> {
  const consent = tenant.consents.get(app.id);
  if (consent === undefined) {
    throw new TokenError(
      'unauthorized_client',
      700016,
      `Application with identifier '${app.id}' was not found in the directory '${tenant.displayName}'.`,
    );
  }
  return consent;
}

function noTenant(key: string): TokenError {
  return new TokenError('invalid_request', 90002, `Tenant '${key}' not found.`);
}

function tokenBody(json: Record<string, unknown>): Reply {
  return jsonReply(200, json, { 'cache-control': 'no-store', pragma: 'no-cache' });
}
