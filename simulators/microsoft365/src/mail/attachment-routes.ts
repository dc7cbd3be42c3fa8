import type { Call } from '../http/call.ts';
import { badRequest, GraphError } from '../http/errors.ts';
import { bytesReply, entityReply, noContent, type Reply } from '../http/reply.ts';
import type { Route } from '../http/router.ts';
import { collectionReply } from '../odata/collection.ts';
import { checkSelect, project } from '../odata/shape.ts';
import { mailbox } from './folder-routes.ts';
import { attachmentOfJson, INLINE_ATTACHMENT_LIMIT } from './json-in.ts';
import { ATTACHMENT, attachmentJson, shownId } from './json-out.ts';
import type { Attachment, Message } from './message.ts';
import { message } from './message-routes.ts';
import { mimeOfItem } from './mime-out.ts';
import { READ_MAIL, WRITE_MAIL } from './permissions.ts';
import { beginUpload } from './upload-sessions.ts';

const SESSION_LIMIT = 150 * 1024 * 1024;

const read = { permissions: READ_MAIL, service: 'outlook' } as const;
const write = { permissions: WRITE_MAIL, service: 'outlook' } as const;

export const attachmentRoutes: Route[] = [
  '/users/{user}/messages/{message}/attachments',
  '/users/{user}/mailFolders/{folder}/messages/{message}/attachments',
].flatMap((path): Route[] => [
  { ...read, method: 'GET', path, handle: list },
  { ...write, method: 'POST', path, handle: create },
  { ...write, method: 'POST', path: `${path}/createUploadSession`, handle: createUploadSession },
  { ...read, method: 'GET', path: `${path}/{attachment}`, handle: get },
  { ...read, method: 'GET', path: `${path}/{attachment}/$value`, handle: getBytes },
  { ...write, method: 'DELETE', path: `${path}/{attachment}`, handle: remove },
]);

function list(call: Call): Reply {
  const { select } = call.query;
  const content = select === undefined || select.includes('contentBytes');
  return collectionReply(call, message(call).attachments, {
    shape: ATTACHMENT,
    json: (one) => attachmentJson(one, { content, item: false }),
  });
}

function get(call: Call): Reply {
  const found = attachment(call);
  const { select } = call.query;
  // The only thing that can be expanded: `microsoft.graph.itemAttachment/item`.
  const expand = call.query.text('$expand')?.toLowerCase();
  if (expand !== undefined && !['microsoft.graph.itemattachment/item', 'item'].includes(expand)) {
    throw badRequest(`Expanding '${expand}' is not supported here.`);
  }
  checkSelect(ATTACHMENT, select);
  const json = attachmentJson(found, { content: true, item: expand !== undefined });
  return entityReply(call, project(json, select && [...select, 'item']));
}

async function getBytes(call: Call): Promise<Reply> {
  const found = attachment(call);
  if (found.kind === 'file') return bytesReply(found.contentType ?? 'application/octet-stream', found.content);
  if (found.kind === 'item' && found.item['@odata.type'] === '#microsoft.graph.message') {
    return bytesReply('text/plain', [await mimeOfItem(found)]);
  }
  throw new GraphError(405, 'ErrorInvalidRequest', 'The attachment has no content.');
}

function create(call: Call): Reply {
  const added = attachmentOfJson(call.json(), call.cloud.ids, call.now);
  add(call, message(call), added);
  return entityReply(call, attachmentJson(added, { content: true, item: true }), { status: 201 });
}

function createUploadSession(call: Call): Reply {
  const json = call.json();
  const item = (json.AttachmentItem ?? json.attachmentItem) as Record<string, unknown> | undefined;
  const { attachmentType, name, size, isInline, contentId, contentType } = item ?? {};
  if (attachmentType !== 'file' || typeof name !== 'string' || typeof size !== 'number') {
    throw badRequest('AttachmentItem needs attachmentType file, name and size.', 'ErrorInvalidRequest');
  }
  if (size < INLINE_ATTACHMENT_LIMIT) {
    throw badRequest(
      'The attachment is below the minimum size of an upload session.',
      'ErrorAttachmentSizeShouldNotBeLessThanMinimumSize',
    );
  }
  if (size > SESSION_LIMIT) throw badRequest('The attachment is too large.', 'ErrorAttachmentSizeLimitExceeded');
  const into = message(call);
  const { id } = into;
  return beginUpload(call, size, (content) => {
    const added: Attachment = {
      kind: 'file',
      id: call.cloud.ids.mutable(),
      name,
      contentType: typeof contentType === 'string' ? contentType : 'application/octet-stream',
      isInline: isInline === true,
      contentId: typeof contentId === 'string' ? contentId : null,
      modifiedAt: call.now,
      content,
    };
    // By the id that it had: a message that moved meanwhile is no longer found.
    add(call, mailbox(call).message(call.immutableIds ? into.key : id), added);
    const of = encodeURIComponent(shownId(into, call.immutableIds));
    return `${call.base}/users/${call.user().id}/messages/${of}/attachments/${encodeURIComponent(added.id)}`;
  });
}

function remove(call: Call): Reply {
  const of = message(call);
  const gone = attachment(call);
  of.attachments = of.attachments.filter((other) => other !== gone);
  of.mime = undefined;
  mailbox(call).touchMessage(of);
  return noContent();
}

function add(call: Call, to: Message, added: Attachment): void {
  to.attachments = [...to.attachments, added];
  to.mime = undefined;
  mailbox(call).touchMessage(to);
}

function attachment(call: Call): Attachment {
  const found = message(call).attachments.find(({ id }) => id === call.parameter('attachment'));
  if (found !== undefined) return found;
  throw new GraphError(404, 'ErrorItemNotFound', 'The specified object was not found in the store.');
}
