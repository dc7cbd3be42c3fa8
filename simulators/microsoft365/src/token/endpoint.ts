import type { Incoming } from '@sterna/simulator-kit';
import type { Cloud } from '../cloud.ts';
import { jsonReply, type Reply } from '../http/reply.ts';
import type { App, RefreshGrant, Tenant } from '../state/tenant.ts';
import { checkAssertion } from './assertion.ts';
import { TokenError } from './errors.ts';

const DEFAULT_SCOPE = /^https:\/\/[^/]+\/\.default$/;
const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
/** Path segments that stand for any tenant. */
const ANY_TENANT = new Set(['common', 'organizations']);

/** `POST /{tenant}/oauth2/v2.0/token`: client credentials and refresh tokens. */
export function tokenReply(cloud: Cloud, tenantKey: string, incoming: Incoming): Reply {
  try {
    if (!/^application\/x-www-form-urlencoded\b/i.test(incoming.headers['content-type'] ?? '')) {
      throw new TokenError('invalid_request', 900144, 'The request body must contain form parameters.');
    }
    const form = new URLSearchParams(incoming.body.toString('utf8'));
    const grant = form.get('grant_type');
    if (grant === null) {
      throw new TokenError('invalid_request', 900144, "The request body must contain the parameter: 'grant_type'.");
    }
    const app = authenticatedApp(cloud, tenantKey, form, incoming);
    if (grant === 'client_credentials') return clientCredentials(cloud, tenantKey, form, app);
    if (grant === 'refresh_token') return refresh(cloud, tenantKey, form, app);
    throw new TokenError('unsupported_grant_type', 70003, `The app requested an unsupported grant type '${grant}'.`);
  } catch (error) {
    if (!(error instanceof TokenError)) throw error;
    return jsonReply(error.status, error.body(cloud), { 'cache-control': 'no-store' });
  }
}

function clientCredentials(cloud: Cloud, tenantKey: string, form: URLSearchParams, app: App): Reply {
  const tenant = cloud.tenant(tenantKey);
  if (tenant === undefined) throw noTenant(tenantKey);
  const scope = form.get('scope') ?? '';
  if (!DEFAULT_SCOPE.test(scope)) {
    throw new TokenError('invalid_scope', 1002012, `The provided value for scope ${scope} is not valid.`);
  }
  const consent = tenant.consents.get(app.id);
  if (consent === undefined) {
    throw new TokenError(
      'unauthorized_client',
      700016,
      `Application with identifier '${app.id}' was not found in the directory '${tenant.displayName}'.`,
    );
  }
  // An app without a consented permission gets a token all the same; Graph then answers 403.
  const { token, lifetime } = cloud.accessTokens.issue(tenant, app, new Set(consent));
  return tokenBody({ token_type: 'Bearer', expires_in: lifetime, ext_expires_in: lifetime, access_token: token });
}

function refresh(cloud: Cloud, tenantKey: string, form: URLSearchParams, app: App): Reply {
  const token = form.get('refresh_token') ?? '';
  const { tenant, grant } = refreshGrant(cloud, tenantKey, token);
  if (grant.appId !== app.id) throw new TokenError('invalid_grant', 70000, 'The grant was issued to another client.');
  const user = tenant.user(grant.userId);
  if (user === undefined || !user.accountEnabled) {
    throw new TokenError('invalid_grant', 50057, 'The user account is disabled.');
  }
  const issued = cloud.accessTokens.issue(tenant, app, new Set(grant.scopes), user);
  const next = cloud.ids.token(64);
  tenant.refreshTokens.set(next, grant);
  return tokenBody({
    token_type: 'Bearer',
    scope: grant.scopes.join(' '),
    expires_in: issued.lifetime,
    ext_expires_in: issued.lifetime,
    access_token: issued.token,
    refresh_token: next,
  });
}

function refreshGrant(cloud: Cloud, tenantKey: string, token: string): { tenant: Tenant; grant: RefreshGrant } {
  const named = cloud.tenant(tenantKey);
  if (named === undefined && !ANY_TENANT.has(tenantKey)) throw noTenant(tenantKey);
  for (const tenant of named === undefined ? cloud.tenants : [named]) {
    const grant = tenant.refreshTokens.get(token);
    if (grant !== undefined) return { tenant, grant };
  }
  throw new TokenError('invalid_grant', 50173, 'The provided grant has expired due to it being revoked.');
}

/** The client, by secret (in the form or as Basic credentials) or by an assertion signed with its certificate. */
function authenticatedApp(cloud: Cloud, tenantKey: string, form: URLSearchParams, incoming: Incoming): App {
  const basic = basicCredentials(incoming.headers.authorization);
  const id = form.get('client_id') ?? basic?.id;
  if (id === undefined) throw new TokenError('invalid_request', 900144, "The parameter 'client_id' is missing.");
  const app = cloud.apps.get(id.toLowerCase());
  if (app === undefined) {
    throw new TokenError('unauthorized_client', 700016, `Application with identifier '${id}' was not found.`);
  }
  if (app.disabled) throw new TokenError('unauthorized_client', 7000112, `Application '${id}' is disabled.`);
  const assertion = form.get('client_assertion');
  if (assertion !== null) {
    if (form.get('client_assertion_type') !== ASSERTION_TYPE) {
      throw new TokenError('invalid_request', 900144, "The parameter 'client_assertion_type' is missing or wrong.");
    }
    checkAssertion(app, assertion, audiences(cloud, tenantKey), cloud.clock.now());
    return app;
  }
  const secret = form.get('client_secret') ?? basic?.secret;
  if (secret === undefined) {
    throw new TokenError('invalid_client', 7000216, "'client_assertion' or 'client_secret' is required.", 401);
  }
  if (app.expiredSecrets.has(secret)) {
    throw new TokenError('invalid_client', 7000222, 'The provided client secret keys are expired.', 401);
  }
  if (!app.secrets.has(secret)) {
    throw new TokenError('invalid_client', 7000215, 'Invalid client secret provided.', 401);
  }
  return app;
}

/** RFC 6749, 2.3.1: both parts are form-encoded before they become Basic credentials. */
function basicCredentials(authorization: string | undefined): { id: string; secret: string } | undefined {
  const encoded = /^Basic\s+(.+)$/i.exec(authorization ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const [id = '', secret = ''] = Buffer.from(encoded, 'base64').toString().split(/:(.*)/s);
  return { id: formDecode(id), secret: formDecode(secret) };
}

function formDecode(text: string): string {
  return new URLSearchParams(`v=${text}`).get('v') ?? '';
}

function audiences(cloud: Cloud, tenantKey: string): string[] {
  const tenant = cloud.tenant(tenantKey);
  return ['https://login.microsoftonline.com', cloud.baseUrl].flatMap((host) =>
    [tenantKey, tenant?.id, tenant?.domain]
      .filter((key) => key !== undefined)
      .flatMap((key) => [`${host}/${key}/oauth2/v2.0/token`, `${host}/${key}/v2.0`]),
  );
}

function noTenant(key: string): TokenError {
  return new TokenError('invalid_request', 90002, `Tenant '${key}' not found.`);
}

function tokenBody(json: Record<string, unknown>): Reply {
  return jsonReply(200, json, { 'cache-control': 'no-store', pragma: 'no-cache' });
}
