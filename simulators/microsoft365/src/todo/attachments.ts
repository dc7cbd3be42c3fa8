import type { Cloud } from '../cloud.ts';
import type { Call } from '../http/call.ts';
import { badRequest, GraphError, itemNotFound } from '../http/errors.ts';
import { bytesReply, entityReply, jsonReply, noContent, type Reply } from '../http/reply.ts';
import type { Route } from '../http/router.ts';
import { collectionReply } from '../odata/collection.ts';
import { shape } from '../odata/shape.ts';
import { binary, smallAttachment } from '../outlook/attachments.ts';
import { instantText, integer, object, oneOf, orNull, readOnly, text } from '../outlook/input.ts';
import { foundTask, readTasks, taskPath, writeTasks } from './place.ts';
import type { TaskAttachment } from './store.ts';

/**
 * Files of a task. The parts of an upload session go to the session's own path, with the token of the signed-in app.
 * https://learn.microsoft.com/graph/todo-attachments
 */
const largestAttachment = 25 * 1024 * 1024;
const largestPart = 4 * 1024 * 1024;
const sessionLifetime = 86_400_000;

const read = { permissions: readTasks, service: 'outlook' } as const;
const write = { permissions: writeTasks, service: 'outlook' } as const;

/** The reference has no application permission for these: https://learn.microsoft.com/graph/api/todotask-post-attachments */
const byUsers =
  (handle: (call: Call) => Reply) =>
  (call: Call): Reply => {
    if (call.identity.user !== undefined || call.cloud.assumptions.taskAttachmentsByApps) return handle(call);
    throw new GraphError(403, 'ErrorAccessDenied', 'Access is denied. Check credentials and try again.');
  };

const attachmentShape = shape('attachmentBase', [
  'id',
  'lastModifiedDateTime',
  'name',
  'contentType',
  'size',
  'contentBytes',
]);

export const attachmentRoutes: Route[] = [
  { ...read, method: 'GET', path: `${taskPath}/attachments`, handle: listAttachments },
  {
    ...write,
    method: 'POST',
    path: `${taskPath}/attachments`,
    bodyLimit: 5 * 1024 * 1024,
    handle: byUsers(addAttachment),
  },
  { ...write, method: 'POST', path: `${taskPath}/attachments/createUploadSession`, handle: byUsers(createSession) },
  { ...read, method: 'GET', path: `${taskPath}/attachments/{attachment}`, handle: getAttachment },
  { ...read, method: 'GET', path: `${taskPath}/attachments/{attachment}/$value`, handle: getBytes },
  { ...write, method: 'DELETE', path: `${taskPath}/attachments/{attachment}`, handle: byUsers(deleteAttachment) },
  {
    ...read,
    method: 'GET',
    path: `${taskPath}/attachmentSessions/{session}`,
    handle: (call) => jsonReply(200, progress(sessionOf(call))),
  },
  { ...write, method: 'DELETE', path: `${taskPath}/attachmentSessions/{session}`, handle: byUsers(deleteSession) },
  {
    ...write,
    method: 'PUT',
    path: `${taskPath}/attachmentSessions/{session}/content`,
    bodyLimit: 64 * 1024 * 1024,
    handle: byUsers(putPart),
  },
];

function attachmentJson(attachment: TaskAttachment, withContent: boolean): Record<string, unknown> {
  const size = attachment.content.reduce((sum, chunk) => sum + chunk.length, 0);
  return {
    '@odata.type': '#microsoft.graph.taskFileAttachment',
    id: attachment.id,
    lastModifiedDateTime: instantText(attachment.modifiedAt),
    name: attachment.name,
    contentType: attachment.contentType,
    size,
    // A list never carries the bytes: https://learn.microsoft.com/graph/api/todotask-list-attachments
    ...(withContent ? { contentBytes: Buffer.concat(attachment.content).toString('base64') } : {}),
  };
}

function listAttachments(call: Call): Reply {
  return collectionReply(call, foundTask(call).task.attachments, {
    shape: attachmentShape,
    json: (attachment) => attachmentJson(attachment, false),
  });
}

const fields = object('taskFileAttachment', {
  id: readOnly,
  lastModifiedDateTime: readOnly,
  size: readOnly,
  name: text,
  contentType: orNull(text),
  contentBytes: binary,
});

function add(call: Call, of: Pick<TaskAttachment, 'name' | 'contentType' | 'content'>): TaskAttachment {
  const { mailbox, task } = foundTask(call);
  const attachment = { ...of, id: call.cloud.ids.mutable(), modifiedAt: call.now };
  mailbox.changeTask(task, { attachments: [...task.attachments, attachment] });
  return attachment;
}

function addAttachment(call: Call): Reply {
  const { name, contentType, contentBytes } = fields(call.json(), '');
  if (name === undefined || contentBytes === undefined)
    throw badRequest('The attachment needs a name and contentBytes.');
  if (contentBytes.length >= smallAttachment) {
    throw new GraphError(413, 'ErrorMessageSizeExceeded', 'The attachment is too large for one request.');
  }
  const attachment = add(call, {
    name,
    contentType: contentType ?? 'application/octet-stream',
    content: [contentBytes],
  });
  return entityReply(call, attachmentJson(attachment, true), { status: 201 });
}

function attachmentOf(call: Call): TaskAttachment {
  const found = foundTask(call).task.attachments.find(({ id }) => id === call.parameter('attachment'));
  if (found === undefined) throw itemNotFound();
  return found;
}

function getAttachment(call: Call): Reply {
  return entityReply(call, attachmentJson(attachmentOf(call), true));
}

function getBytes(call: Call): Reply {
  const { contentType, content } = attachmentOf(call);
  return bytesReply(contentType, content);
}

function deleteAttachment(call: Call): Reply {
  const { mailbox, task } = foundTask(call);
  const { id } = attachmentOf(call);
  mailbox.changeTask(task, { attachments: task.attachments.filter((one) => one.id !== id) });
  return noContent();
}

interface Session {
  readonly id: string;
  readonly taskId: string;
  readonly name: string;
  readonly contentType: string;
  readonly size: number;
  readonly expires: number;
  readonly parts: Buffer[];
}

const sessions = new WeakMap<Cloud, Map<string, Session>>();

function sessionsOf(cloud: Cloud): Map<string, Session> {
  const known = sessions.get(cloud) ?? new Map<string, Session>();
  sessions.set(cloud, known);
  return known;
}

const sessionFields = object('createUploadSession', {
  attachmentInfo: object('attachmentInfo', {
    attachmentType: oneOf(['file', 'item', 'reference']),
    name: text,
    size: integer,
    contentType: orNull(text),
  }),
});

function createSession(call: Call): Reply {
  const { task } = foundTask(call);
  const { attachmentInfo: info } = sessionFields(call.json(), '');
  if (info?.attachmentType !== 'file' || info.name === undefined || info.size === undefined) {
    throw badRequest('attachmentInfo needs attachmentType file, a name and a size.', 'ErrorInvalidRequest');
  }
  if (info.size > largestAttachment)
    throw badRequest('The attachment is above 25 MB.', 'ErrorAttachmentSizeLimitExceeded');
  const session: Session = {
    id: call.cloud.ids.mutable(),
    taskId: task.id,
    name: info.name,
    contentType: info.contentType ?? 'application/octet-stream',
    size: info.size,
    expires: call.now + sessionLifetime,
    parts: [],
  };
  sessionsOf(call.cloud).set(session.id, session);
  const path = call.segments.slice(0, -2).map(encodeURIComponent).join('/');
  return jsonReply(201, {
    '@odata.context': `${call.base}/$metadata#microsoft.graph.uploadSession`,
    uploadUrl: `${call.base}/${path}/attachmentSessions/${encodeURIComponent(session.id)}`,
    ...progress(session),
  });
}

function sessionOf(call: Call): Session {
  const session = sessionsOf(call.cloud).get(call.parameter('session'));
  if (session === undefined || session.expires <= call.now || session.taskId !== foundTask(call).task.id)
    throw itemNotFound();
  return session;
}

const received = ({ parts }: Session) => parts.reduce((sum, part) => sum + part.length, 0);

function progress(session: Session): Record<string, unknown> {
  const from = received(session);
  return {
    expirationDateTime: new Date(session.expires).toISOString(),
    nextExpectedRanges: [from === 0 ? '0-' : String(from)],
  };
}

function deleteSession(call: Call): Reply {
  sessionsOf(call.cloud).delete(sessionOf(call).id);
  return noContent();
}

function putPart(call: Call): Reply {
  const session = sessionOf(call);
  checkRange(call.header('content-range'), call.incoming.body.length, received(session), session.size);
  session.parts.push(call.incoming.body);
  if (received(session) < session.size) return jsonReply(200, progress(session));
  sessionsOf(call.cloud).delete(session.id);
  const attachment = add(call, { name: session.name, contentType: session.contentType, content: session.parts });
  const path = call.segments.slice(0, -3).map(encodeURIComponent).join('/');
  return noContent(201, { location: `${call.base}/${path}/attachments/${encodeURIComponent(attachment.id)}` });
}

/** Throws unless the part continues the file: parts come in order, none above 4 MB. */
function checkRange(header: string | undefined, length: number, expected: number, size: number): void {
  const range = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(header ?? '');
  const [from = 0, to = -1, total = 0] = range === null ? [] : range.slice(1).map(Number);
  if (length > largestPart) throw new GraphError(413, 'RequestEntityTooLarge', 'A part must be below 4 MB.');
  if (range === null || to - from + 1 !== length || total !== size || to >= total) {
    throw badRequest('Content-Range does not fit the body or the file.', 'ErrorInvalidRequest');
  }
  if (from !== expected) throw new GraphError(416, 'ErrorInvalidRange', `Expected the file from byte ${expected} on.`);
}
