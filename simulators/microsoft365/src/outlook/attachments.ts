import type { Cloud } from '../cloud.ts';
import type { Call } from '../http/call.ts';
import { badRequest, GraphError, itemNotFound } from '../http/errors.ts';
import { bytesReply, jsonReply, noContent, type Reply } from '../http/reply.ts';
import type { Route } from '../http/router.ts';
import { beginUpload } from '../mail/upload-sessions.ts';
import { collectionReply } from '../odata/collection.ts';
import { shape } from '../odata/shape.ts';
import {
  boolean,
  instantText,
  integer,
  object,
  oneOf,
  orNull,
  type Reader,
  readOnly,
  text,
  unreadable,
} from './input.ts';

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
  if (name === undefined || contentBytes === undefined)
    throw badRequest('The attachment needs a name and contentBytes.');
  if (contentBytes.length >= smallAttachment) {
    throw new GraphError(413, 'ErrorMessageSizeExceeded', 'The attachment is too large for one request.');
  }
  return { name, contentType: contentType ?? guessedType(name), isInline, contentId, content: [contentBytes] };
};

export function makeAttachment(cloud: Cloud, of: AttachmentInput): Attachment {
  return {
    ...of,
    id: `${cloud.ids.mutable().slice(0, -1)}EgAQA${cloud.ids.token(22)}=`,
    modifiedAt: cloud.clock.now(),
  };
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
    {
      ...read,
      method: 'GET',
      path: `${path}/attachments/{attachment}`,
      handle: (call) => getAttachment(call, holder(call)),
    },
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
    throw badRequest(
      'The attachment is below the minimum size of an upload session.',
      'ErrorAttachmentSizeShouldNotBeLessThanMinimumSize',
    );
  }
  if (item.size > largestAttachment) {
    throw badRequest('The attachment is above the maximum size.', 'ErrorAttachmentSizeLimitExceeded');
  }
  const of = {
    name: item.name,
    contentType: item.contentType ?? guessedType(item.name),
    isInline: item.isInline ?? false,
    contentId: item.contentId ?? null,
  };
  const location = `${call.base}/${call.segments.slice(0, -1).map(encodeURIComponent).join('/')}`;
  return beginUpload(call, item.size, (content) => {
    const attachment = makeAttachment(call.cloud, { ...of, content });
    holder.replace([...holder.list(), attachment]);
    return `${location}/${encodeURIComponent(attachment.id)}`;
  });
}
