import type { Call } from '../http/call.ts';
import { badRequest, GraphError } from '../http/errors.ts';
import { jsonReply, noContent, type Reply } from '../http/reply.ts';
import type { Budget, Route } from '../http/router.ts';

/** Largest part of an upload, bytes, and how long a session lives. */
const PART_LIMIT = 4 * 1024 * 1024;
const LIFETIME_MS = 3 * 86_400_000;

/** A file on its way into an Outlook item: a message here, an event elsewhere. */
export interface UploadSession {
  readonly size: number;
  readonly expiresAt: number;
  readonly parts: Buffer[];
  received: number;
  readonly budget: Budget;
  /** Attaches the bytes. @returns where the attachment is, an absolute URL */
  readonly finish: (content: readonly Buffer[]) => string;
}

const sessions = new WeakMap<object, Map<string, UploadSession>>();

function sessionsOf(call: Call): Map<string, UploadSession> {
  const known = sessions.get(call.cloud) ?? new Map<string, UploadSession>();
  sessions.set(call.cloud, known);
  return known;
}

/** Answers createUploadSession. */
export function beginUpload(call: Call, size: number, finish: UploadSession['finish']): Reply {
  const key = call.cloud.ids.token(43);
  const session: UploadSession = {
    size,
    expiresAt: call.now + LIFETIME_MS,
    parts: [],
    received: 0,
    budget: { app: call.identity.app.id, tenant: call.tenant.id, mailbox: call.user().id },
    finish,
  };
  sessionsOf(call).set(key, session);
  return jsonReply(201, {
    '@odata.context': `${call.base}/$metadata#microsoft.graph.uploadSession`,
    uploadUrl: `${call.cloud.openUrl}${URL_PREFIX}${key}`,
    ...stateOf(session),
  });
}

const URL_PREFIX = '/open/outlook-attachment/';

const open = {
  at: 'open',
  path: `${URL_PREFIX}{key}`,
  service: 'outlook',
  bodyLimit: PART_LIMIT,
  budget: (call: Call) => sessionsOf(call).get(call.parameter('key'))?.budget,
} as const;

export const uploadRoutes: Route[] = [
  { ...open, method: 'PUT', handle: put },
  { ...open, method: 'GET', handle: (call) => jsonReply(200, stateOf(session(call))) },
  { ...open, method: 'DELETE', handle: cancel },
];

function put(call: Call): Reply {
  const into = session(call);
  const { body } = call.incoming;
  const range = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(call.header('content-range') ?? '');
  const [first = -1, last = -1, total = -1] = range?.slice(1).map(Number) ?? [];
  if (total !== into.size || last - first + 1 !== body.length || body.length === 0) {
    throw badRequest('The Content-Range header is missing or wrong.', 'ErrorInvalidRequest');
  }
  if (first !== into.received) {
    throw new GraphError(416, 'ErrorInvalidRange', 'The fragment does not begin where the next one is expected.');
  }
  into.parts.push(body);
  into.received += body.length;
  if (into.received < into.size) return jsonReply(200, stateOf(into));
  sessionsOf(call).delete(call.parameter('key'));
  return noContent(201, { location: into.finish(into.parts), 'content-length': '0' });
}

function cancel(call: Call): Reply {
  session(call);
  sessionsOf(call).delete(call.parameter('key'));
  return noContent();
}

function session(call: Call): UploadSession {
  if (call.header('authorization') !== undefined) {
    throw new GraphError(401, 'InvalidAuthenticationToken', 'The URL is pre-authenticated; send no Authorization.');
  }
  const found = sessionsOf(call).get(call.parameter('key'));
  if (found === undefined || found.expiresAt <= call.now) {
    throw new GraphError(404, 'ErrorItemNotFound', 'The upload session was not found.');
  }
  return found;
}

function stateOf({ expiresAt, received }: UploadSession) {
  return { expirationDateTime: new Date(expiresAt).toISOString(), nextExpectedRanges: [`${received}-`] };
}
