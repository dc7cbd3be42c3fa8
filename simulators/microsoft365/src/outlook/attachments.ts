import type { Cloud } from '../cloud.ts';
import type { Call } from '../http/call.ts';
import { badRequest, GraphError, itemNotFound } from '../http/errors.ts';
import { bytesReply, jsonReply, noContent, type Reply } from '../http/reply.ts';
import type { Route } from '../http/router.ts';
import { collectionReply } from '../odata/collection.ts';
import { shape } from '../odata/shape.ts';
import { boolean, instantText, integer, object, oneOf, orNull, type Reader, readOnly, text, unreadable } from './input.ts';

/**
 * Files attached to an event. Small ones come in one POST, larger ones through an upload session.
 * https://learn.microsoft.com/graph/outlook-large-attachments
 */
export interface Attachment {
  readonly id: string;
  readonly name: string;
  readonly contentType: string;
  readonly isInline: boolean;
  readonly contentId: string | null;
  readonly modifiedAt: number;
  readonly content: readonly Buffer[];
}

/** A POST takes files below this size, an upload session those from it on. */
export const smallAttachment = 3 * 1024 * 1024;
const largestAttachment = 150 * 1024 * 1024;
const largestPart = 4 * 1024 * 1024;
const sessionLifetime = 7 * 86_400_000;

/** Item attachments, which Exchange makes of messages and events, are beyond what the simulator keeps. */
const fileAttachmentShape = shape('attachment', [
  'id',
  'lastModifiedDateTime',
  'name',
  'contentType',
  'size',
  'isInline',
  'contentId',
  'contentLocation',
  'contentBytes',
]);

/** Base64 as OData writes Edm.Binary: with or without padding, either alphabet. */
export const binary: Reader<Buffer> = (value, path) => {
  const given = text(value, path);
  if (!/^[A-Za-z0-9+/_-]*={0,2}$/.test(given)) throw unreadable(path, 'Edm.Binary');
  return Buffer.from(given, 'base64');
};

const fileAttachmentFields = object('fileAttachment', {
  id: readOnly,
  size: readOnly,
  lastModifiedDateTime: readOnly,
  contentLocation: readOnly,
  name: text,
  contentType: orNull(text),
  isInline: boolean,
  contentId: orNull(text),
  contentBytes: binary,
});

export type AttachmentInput = Omit<Attachment, 'id' | 'modifiedAt'>;

/** Reads the fileAttachment that a body carries. Throws 400 for other kinds, 413 for files that are too large. */
export const attachmentInput: Reader<AttachmentInput> = (value, path) => {
  const type = (value as Record<string, unknown> | null)?.['@odata.type'];
  if (String(type).replace('#', '') !== 'microsoft.graph.fileAttachment') {
    throw badRequest('The attachment needs the @odata.type #microsoft.graph.fileAttachment.', 'ErrorInvalidRequest');
  }
  const { name, contentType, isInline = false, contentId = null, contentBytes } = fileAttachmentFields(value, path);
  if (name === undefined || contentBytes === undefined) throw badRequest('The attachment needs a name and contentBytes.');
  if (contentBytes.length >= smallAttachment) {
    throw new GraphError(413, 'ErrorMessageSizeExceeded', 'The attachment is too large for one request.');
  }
  return { name, contentType: contentType ?? guessedType(name), isInline, contentId, content: [contentBytes] };
};

export function makeAttachment(cloud: Cloud, of: AttachmentInput): Attachment {
  return { ...of, id: `${cloud.ids.mutable().slice(0, -1)}EgAQA${cloud.ids.token(22)}=`, modifiedAt: cloud.clock.now() };
}

const guessedType = (name: string) => (name.toLowerCase().endsWith('.txt') ? 'text/plain' : 'application/octet-stream');

/** Bytes of the content, plus what Exchange counts for the rest. */
export function attachmentSize({ content }: Attachment): number {
  return content.reduce((sum, chunk) => sum + chunk.length, 0) + 240;
}

export function attachmentJson(attachment: Attachment): Record<string, unknown> {
  return {
    '@odata.type': '#microsoft.graph.fileAttachment',
    '@odata.mediaContentType': attachment.contentType,
    id: attachment.id,
    lastModifiedDateTime: instantText(attachment.modifiedAt),
    name: attachment.name,
    contentType: attachment.contentType,
    size: attachmentSize(attachment),
    isInline: attachment.isInline,
    contentId: attachment.contentId,
    contentLocation: null,
    contentBytes: Buffer.concat(attachment.content).toString('base64'),
  };
}

/** What holds attachments: an event, or one instance of a series. */
export interface AttachmentHolder {
  list(): readonly Attachment[];
  /** Replaces the list: the holder's version changes. */
  replace(attachments: readonly Attachment[]): void;
}

interface UploadSession {
  readonly key: string;
  readonly holder: AttachmentHolder;
  readonly of: Omit<AttachmentInput, 'content'>;
  readonly size: number;
  readonly expires: number;
  readonly location: string;
  readonly parts: Buffer[];
}

const sessions = new WeakMap<Cloud, Map<string, UploadSession>>();

function sessionsOf(cloud: Cloud): Map<string, UploadSession> {
  const known = sessions.get(cloud) ?? new Map<string, UploadSession>();
  sessions.set(cloud, known);
  return known;
}

/**
 * The operations on a collection of attachments, under each path that leads to it.
 *
 * @param holder finds what the request's path names
 */
export function attachmentRoutes(
  paths: readonly string[],
  permissions: { readonly read: readonly string[]; readonly write: readonly string[] },
  holder: (call: Call) => AttachmentHolder,
): Route[] {
  const read = { permissions: permissions.read, service: 'outlook' } as const;
  const write = { permissions: permissions.write, service: 'outlook' } as const;
  return paths.flatMap((path): Route[] => [
    { ...read, method: 'GET', path: `${path}/attachments`, handle: (call) => listAttachments(call, holder(call)) },
    { ...write, method: 'POST', path: `${path}/attachments`, handle: (call) => addAttachment(call, holder(call)) },
    { ...read, method: 'GET', path: `${path}/attachments/{attachment}`, handle: (call) => getAttachment(call, holder(call)) },
    {
      ...read,
      method: 'GET',
      path: `${path}/attachments/{attachment}/$value`,
      handle: (call) => {
        const attachment = find(call, holder(call));
        return bytesReply(attachment.contentType, attachment.content);
      },
    },
    {
      ...write,
      method: 'DELETE',
      path: `${path}/attachments/{attachment}`,
      handle: (call) => {
        const from = holder(call);
        const { id } = find(call, from);
        from.replace(from.list().filter((attachment) => attachment.id !== id));
        return noContent();
      },
    },
    {
      ...write,
      method: 'POST',
      path: `${path}/attachments/createUploadSession`,
      handle: (call) => createUploadSession(call, holder(call)),
    },
  ]);
}

/** Where the parts of an upload session go. The URL is its own key: these requests carry no token. */
export const uploadRoutes: Route[] = [
  { method: 'PUT', at: 'open', path: '/open/outlook-upload/{key}', bodyLimit: 64 * 1024 * 1024, handle: putPart },
  { method: 'GET', at: 'open', path: '/open/outlook-upload/{key}', handle: (call) => progress(sessionOf(call), 200) },
  {
    method: 'DELETE',
    at: 'open',
    path: '/open/outlook-upload/{key}',
    handle: (call) => {
      sessionsOf(call.cloud).delete(sessionOf(call).key);
      return noContent();
    },
  },
];

function find(call: Call, holder: AttachmentHolder): Attachment {
  const id = call.parameter('attachment');
  const found = holder.list().find((attachment) => attachment.id === id);
  if (found === undefined) throw itemNotFound();
  return found;
}

function listAttachments(call: Call, holder: AttachmentHolder): Reply {
  return collectionReply(call, holder.list(), { shape: fileAttachmentShape, json: attachmentJson, pageSize: 1000 });
}

function getAttachment(call: Call, holder: AttachmentHolder): Reply {
  const context = `${call.base}/$metadata#${call.segments.slice(0, -1).map(encodeURIComponent).join('/')}/$entity`;
  return jsonReply(200, { '@odata.context': context, ...attachmentJson(find(call, holder)) });
}

function addAttachment(call: Call, holder: AttachmentHolder): Reply {
  const attachment = makeAttachment(call.cloud, attachmentInput(call.json(), ''));
  holder.replace([...holder.list(), attachment]);
  const context = `${call.base}/$metadata#${call.contextPath}/$entity`;
  return jsonReply(201, { '@odata.context': context, ...attachmentJson(attachment) });
}

const sessionFields = object('createUploadSession', {
  AttachmentItem: object('attachmentItem', {
    attachmentType: oneOf(['file', 'item', 'reference']),
    name: text,
    size: integer,
    contentType: orNull(text),
    contentId: orNull(text),
    isInline: orNull(boolean),
  }),
});

function createUploadSession(call: Call, holder: AttachmentHolder): Reply {
  const { AttachmentItem: item } = sessionFields(call.json(), '');
  if (item?.attachmentType !== 'file' || item.name === undefined || item.size === undefined) {
    throw badRequest('AttachmentItem needs attachmentType file, a name and a size.', 'ErrorInvalidRequest');
  }
  if (item.size < smallAttachment) {
    throw badRequest('The attachment is below the minimum size of an upload session.', 'ErrorAttachmentSizeShouldNotBeLessThanMinimumSize');
  }
  if (item.size > largestAttachment) {
    throw badRequest('The attachment is above the maximum size.', 'ErrorAttachmentSizeLimitExceeded');
  }
  const key = call.cloud.ids.token(64);
  const session: UploadSession = {
    key,
    holder,
    of: {
      name: item.name,
      contentType: item.contentType ?? guessedType(item.name),
      isInline: item.isInline ?? false,
      contentId: item.contentId ?? null,
    },
    size: item.size,
    expires: call.now + sessionLifetime,
    location: `${call.base}/${call.segments.slice(0, -1).map(encodeURIComponent).join('/')}`,
    parts: [],
  };
  sessionsOf(call.cloud).set(key, session);
  return jsonReply(201, {
    '@odata.context': `${call.base}/$metadata#microsoft.graph.uploadSession`,
    uploadUrl: `${call.cloud.baseUrl}/open/outlook-upload/${key}`,
    ...progressOf(session),
  });
}

function sessionOf(call: Call): UploadSession {
  const session = sessionsOf(call.cloud).get(call.parameter('key'));
  if (session === undefined || session.expires <= call.now) {
    throw new GraphError(404, 'ErrorItemNotFound', 'The upload session was not found.');
  }
  return session;
}

const received = ({ parts }: { parts: readonly Buffer[] }) => parts.reduce((sum, part) => sum + part.length, 0);

function progressOf(session: UploadSession): Record<string, unknown> {
  return { expirationDateTime: new Date(session.expires).toISOString(), nextExpectedRanges: [String(received(session))] };
}

function progress(session: UploadSession, status: number): Reply {
  return jsonReply(status, progressOf(session));
}

function putPart(call: Call): Reply {
  const session = sessionOf(call);
  const { body } = call.incoming;
  checkRange(call.header('content-range'), body.length, received(session), session.size);
  session.parts.push(body);
  if (received(session) < session.size) return progress(session, 200);
  sessionsOf(call.cloud).delete(session.key);
  const attachment = makeAttachment(call.cloud, { ...session.of, content: session.parts });
  session.holder.replace([...session.holder.list(), attachment]);
  return noContent(201, { location: `${session.location}/${encodeURIComponent(attachment.id)}`, 'content-length': '0' });
}

/** Throws unless the part continues the file: Outlook takes parts in order, below 4 MB each. */
export function checkRange(header: string | undefined, length: number, expected: number, size: number): void {
  const range = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(header ?? '');
  if (range === null) throw badRequest('Content-Range is missing or malformed.', 'ErrorInvalidRequest');
  const [from = 0, to = 0, total = 0] = range.slice(1).map(Number);
  if (length > largestPart) throw new GraphError(413, 'RequestEntityTooLarge', 'A part must be below 4 MB.');
  if (to - from + 1 !== length || total !== size || to >= total) {
    throw badRequest('Content-Range does not fit the body or the file.', 'ErrorInvalidRequest');
  }
  if (from !== expected) throw new GraphError(416, 'ErrorUploadRangeNotExpected', `Expected the file from byte ${expected} on.`);
}
