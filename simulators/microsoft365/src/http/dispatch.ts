import { randomUUID } from 'node:crypto';
import type { Incoming } from '@sterna/simulator-kit';
import { batchReply } from '../batch.ts';
import type { Cloud } from '../cloud.ts';
import { noSuchItem } from '../drive/errors.ts';
import { type Admission, type Budget, FREE } from '../limits/throttle.ts';
import { Query } from '../odata/query.ts';
import { sitesOf } from '../sites/sites.ts';
import type { Identity } from '../state/identity.ts';
import { tokenReply } from '../token/endpoint.ts';
import { Call } from './call.ts';
import { badRequest, GraphError } from './errors.ts';
import { type ODataPath, parsePath } from './path.ts';
import { jsonReply, type Reply } from './reply.ts';
import type { Match, Route, Router } from './router.ts';

const DEFAULT_BODY_LIMIT = 4 * 1024 * 1024;

/** The three trees of paths. */
export interface Routers {
  readonly v1: Router;
  readonly beta: Router;
  readonly open: Router;
}

/**
 * Answers one request: finds its route, its identity and permissions, takes from the budgets, and calls the handler.
 *
 * @param answerItem answers an item of a batch as if it had come alone
 */
export async function dispatch(
  cloud: Cloud,
  routers: Routers,
  incoming: Incoming,
  answerItem: (item: Incoming) => Promise<Reply>,
): Promise<Reply> {
  try {
    return await answer(cloud, routers, incoming, answerItem);
  } catch (error) {
    if (error instanceof GraphError) return errorReply(cloud, incoming, error);
    throw error;
  }
}

async function answer(
  cloud: Cloud,
  routers: Routers,
  incoming: Incoming,
  answerItem: (item: Incoming) => Promise<Reply>,
): Promise<Reply> {
  const [path = '/', query = ''] = incoming.target.split(/\?(.*)/s);
  const tokenPath = /^\/([^/]+)\/oauth2\/v2\.0\/token$/.exec(path);
  if (tokenPath !== null && incoming.method === 'POST') return tokenReply(cloud, tokenPath[1] as string, incoming);

  const version = /^\/(v1\.0|beta)(?=\/|$)/i.exec(path)?.[1]?.toLowerCase();
  const router = version === 'v1.0' ? routers.v1 : version === 'beta' ? routers.beta : routers.open;
  const rest = version === undefined ? path : path.slice(version.length + 1);
  // Graph looks at the token before anything else.
  const identity = version === undefined ? undefined : cloud.accessTokens.identify(incoming.headers.authorization);
  if (identity !== undefined && rest.toLowerCase() === '/$batch' && incoming.method === 'POST') {
    if (incoming.body.length > DEFAULT_BODY_LIMIT) throw tooLarge();
    return batchReply(incoming, answerItem);
  }
  const odataPath = parsePath(rest);
  const segments =
    identity === undefined
      ? odataPath.segments
      : withSiteId(withoutMe(odataPath.segments, identity), odataPath, identity);
  const found = router.find(incoming.method, segments);
  if (!('route' in found)) throw notFound(found.known, segments);
  const { route, parameters }: Match = found;
  if (incoming.body.length > (route.bodyLimit ?? DEFAULT_BODY_LIMIT)) {
    throw tooLarge();
  }
  const normalized = { ...odataPath, segments };
  const call = new Call(cloud, incoming, { route, path: normalized, parameters, query: new Query(query) }, identity);
  const admission = admit(call, route, identity);
  try {
    await cloud.clock.sleep(cloud.latencyMs);
    if (identity !== undefined) checkPermissions(route, identity);
    const reply = await route.handle(call);
    if (call.query.unread.size > 0 && incoming.method === 'GET' && reply.status < 300) {
      throw badRequest(`The query option ${[...call.query.unread].join(', ')} is not supported here.`);
    }
    return { ...reply, headers: { ...admission.headers, ...reply.headers } };
  } finally {
    admission.leave();
  }
}

function admit(call: Call, route: Route, identity: Identity | undefined): Admission {
  const budget = route.budget === undefined ? budgetOf(call, identity) : route.budget(call);
  if (budget === undefined || route.service === undefined) return FREE;
  const bytes = ['POST', 'PATCH', 'PUT'].includes(route.method) ? call.incoming.body.length : 0;
  const units = typeof route.resourceUnits === 'function' ? route.resourceUnits(call) : (route.resourceUnits ?? 2);
  if (route.service === 'drive') call.cloud.resourceUnits += units;
  return call.cloud.throttle.admit({ service: route.service, bytes, units }, budget);
}

function budgetOf(call: Call, identity: Identity | undefined): Budget | undefined {
  if (identity === undefined) return undefined;
  const budget = { app: identity.app.id, tenant: identity.tenant.id };
  const user = call.route.path.includes('{user}') ? identity.tenant.user(call.parameter('user')) : undefined;
  return user === undefined ? budget : { ...budget, mailbox: user.id };
}

function tooLarge(): GraphError {
  return new GraphError(413, 'RequestEntityTooLarge', 'The request entity is too large.');
}

/** `/me` is the signed-in user; an app on its own has none. */
function withoutMe(segments: string[], identity: Identity): string[] {
  if (segments[0]?.toLowerCase() !== 'me') return segments;
  if (identity.user === undefined) throw badRequest('/me request is only valid with delegated authentication flow.');
  return ['users', identity.user.id, ...segments.slice(1)];
}

/** A site has several addresses: `root`, its host, its host and path. Handlers see its id. */
function withSiteId(segments: string[], { sitePath }: ODataPath, { tenant }: Identity): string[] {
  const [first = '', key = '', ...rest] = segments;
  if (first.toLowerCase() !== 'sites') return segments;
  const sites = sitesOf(tenant);
  const host = key.toLowerCase();
  const named = host === 'root' || host === sites.hostname;
  const site = sitePath !== undefined ? (named ? sites.byPath(sitePath) : undefined) : named ? sites.root : undefined;
  if (sitePath !== undefined && site === undefined) throw noSuchItem();
  return site === undefined ? segments : [first, site.id, ...rest];
}

function checkPermissions(route: Route, identity: Identity): void {
  const wanted = route.permissions ?? [];
  if (wanted.length === 0 || wanted.some((name) => identity.permissions.has(name))) return;
  if (route.service === 'outlook') {
    throw new GraphError(403, 'ErrorAccessDenied', 'Access is denied. Check credentials and try again.');
  }
  if (route.service === 'drive') throw new GraphError(403, 'accessDenied', 'Access denied');
  throw new GraphError(403, 'Authorization_RequestDenied', 'Insufficient privileges to complete the operation.');
}

function notFound(known: boolean, segments: readonly string[]): GraphError {
  if (known)
    return new GraphError(405, 'Request_BadRequest', 'Specified HTTP method is not allowed for the request target.');
  return badRequest(`Resource not found for the segment '${segments.at(-1) ?? ''}'.`);
}

export function errorReply(cloud: Cloud, incoming: Incoming, error: GraphError): Reply {
  // Not of the cloud's own ids: what is created mustn't depend on how many requests failed.
  const requestId = randomUUID();
  const innerError = {
    ...error.inner,
    date: new Date(cloud.clock.now()).toISOString().slice(0, 19),
    'request-id': requestId,
    'client-request-id': incoming.headers['client-request-id'] ?? requestId,
  };
  return jsonReply(
    error.status,
    { error: { code: error.code, message: error.message, innerError } },
    { 'request-id': requestId, ...error.headers },
  );
}
