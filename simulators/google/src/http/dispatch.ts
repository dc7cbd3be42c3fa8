import type { Incoming, Reply } from '@sterna/simulator-kit';
import type { Cloud } from '../cloud.ts';
import type { Metered } from '../limits/quota.ts';
import type { Identity } from '../state/identity.ts';
import { isTokenPath, tokenReply } from '../token/endpoint.ts';
import { wholeScope } from '../token/scopes.ts';
import { multipartUpload, simpleUpload } from '../upload/one-request.ts';
import { beginUpload, continueUpload } from '../upload/sessions.ts';
import { batchOf, batchReply } from './batch.ts';
import { badRequest, errorInfo, GoogleError, notFound } from './errors.ts';
import { type Family, familyOf } from './families.ts';
import { parseFields } from './fields.ts';
import { openReply } from './open.ts';
import { errorReply, perform, type Task } from './perform.ts';
import { Query } from './query.ts';
import type { Route, Router } from './router.ts';

const BODY_LIMIT = 10 * 1024 * 1024;
const NOTHING = Buffer.alloc(0);

/**
 * Answers one request: finds its route, its identity and scopes, takes from the quotas, and calls the handler.
 *
 * @param answerItem answers an item of a batch as if it had come alone
 */
export async function dispatch(
  cloud: Cloud,
  router: Router,
  incoming: Incoming,
  answerItem: (item: Incoming) => Promise<Reply>,
): Promise<Reply> {
  const [path = '/', query = ''] = incoming.target.split(/\?(.*)/s);
  const plain = path.replace(/^(?:\/resumable)?\/upload(?=\/)/, '');
  const family = familyOf(plain);
  try {
    const open = openReply(cloud, incoming.method, path);
    if (open !== undefined) return open;
    if (isTokenPath(path) && incoming.method === 'POST') return tokenReply(cloud, incoming);
    const batch = batchOf(path);
    if (batch !== undefined && incoming.method === 'POST') return await batchReply(cloud, batch, incoming, answerItem);
    if (family === undefined) throw notFound();
    return await answer(cloud, router, { incoming, family, path, plain, query: new Query(query) });
  } catch (error) {
    if (error instanceof GoogleError) return errorReply(error, family?.errors ?? 'classic');
    throw error;
  }
}

/** The refusal of a request in the words of the API that it is for. */
export function refusal(incoming: Incoming, error: GoogleError): Reply {
  const path = (incoming.target.split('?')[0] ?? '').replace(/^(?:\/resumable)?\/upload(?=\/)/, '');
  return errorReply(error, familyOf(path)?.errors ?? 'classic');
}

interface Asked {
  readonly incoming: Incoming;
  readonly family: Family;
  readonly path: string;
  /** The path without `/upload`. */
  readonly plain: string;
  readonly query: Query;
}

async function answer(cloud: Cloud, router: Router, asked: Asked): Promise<Reply> {
  const { incoming, family, path, plain, query } = asked;
  const uploading = path !== plain;
  const uploadKey = query.text('upload_id');
  if (uploading && uploadKey !== undefined) return continueUpload(cloud, incoming, uploadKey);

  const identity = cloud.accessTokens.identify(incoming.headers.authorization, query.text('access_token'));
  const found = router.find(incoming.method, plain);
  if (!('route' in found)) {
    throw found.known ? new GoogleError(405, 'httpMethodNotAllowed', 'Method Not Allowed') : notFound();
  }
  const { route, parameters } = found;
  checkEnabled(cloud, identity, family);
  checkScopes(route, identity, family);
  const limit = uploading ? (route.media?.maxBytes ?? 0) + BODY_LIMIT : (route.bodyLimit ?? BODY_LIMIT);
  if (incoming.body.length > limit)
    throw new GoogleError(413, 'requestTooLarge', 'Request payload size exceeds the limit.');
  const metered: Metered = {
    family: family.name,
    method: route.id,
    media: query.text('alt') === 'media',
    uploads: uploading ? Number(incoming.headers['x-upload-content-length'] ?? incoming.body.length) : 0,
    project: identity.project.number,
    user: query.text('quotaUser') ?? identity.user.id,
  };
  const admission = cloud.quota.admit(metered);
  let sent = 0;
  try {
    const fieldsText = query.text('fields');
    const task: Task = {
      route,
      family,
      incoming,
      identity,
      parameters,
      query,
      fields: fieldsText === undefined || fieldsText === '' ? undefined : parseFields(fieldsText),
      body: incoming.body,
      media: undefined,
    };
    const reply = await (uploading ? upload(cloud, task, path) : perform(cloud, task));
    sent = reply.body.reduce((sum, chunk) => sum + chunk.length, 0);
    return reply;
  } finally {
    admission.leave(sent);
  }
}

async function upload(cloud: Cloud, task: Task, path: string): Promise<Reply> {
  const maxBytes = task.route.media?.maxBytes;
  if (maxBytes === undefined) throw notFound();
  const type = task.query.text('uploadType');
  if (type === 'resumable') return beginUpload(cloud, task, path);
  if (type !== 'media' && type !== 'multipart') throw badRequest('Invalid upload type.', 'invalidUploadType');
  const { metadata, media } = type === 'media' ? simpleUpload(task.incoming) : multipartUpload(task.incoming);
  if (media.body.length > maxBytes)
    throw new GoogleError(413, 'uploadTooLarge', 'Media larger than the maximum allowed.');
  return perform(cloud, { ...task, body: type === 'media' ? NOTHING : metadata, media });
}

/** As a project is that never asked for this API. */
function checkEnabled(cloud: Cloud, { project }: Identity, { name, service }: Family): void {
  if (!cloud.apisOff.has(name)) return;
  const words = `has not been used in project ${project.number} before or it is disabled.`;
  throw new GoogleError(403, 'accessNotConfigured', `The API ${service} ${words}`, {
    domain: 'usageLimits',
    details: [errorInfo('SERVICE_DISABLED', 'googleapis.com', { consumer: `projects/${project.number}`, service })],
  });
}

function checkScopes(route: Route, identity: Identity, family: Family): void {
  if (route.scopes.some((scope) => identity.scopes.has(wholeScope(scope)))) return;
  throw new GoogleError(403, 'insufficientPermissions', 'Request had insufficient authentication scopes.', {
    inner: 'Insufficient Permission',
    details: [
      errorInfo('ACCESS_TOKEN_SCOPE_INSUFFICIENT', 'googleapis.com', { method: route.id, service: family.service }),
    ],
    headers: { 'www-authenticate': 'Bearer realm="https://accounts.google.com/", error="insufficient_scope"' },
  });
}
