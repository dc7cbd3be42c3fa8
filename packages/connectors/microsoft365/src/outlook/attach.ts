import { SternaError } from '@sterna/core';
import type { GraphClient } from '../graph/client.ts';
import { isOutcomeUnknown, statusOf } from '../graph/errors.ts';
import type { PartContext } from '../part.ts';

export interface NewAttachment {
  readonly name: string;
  readonly contentType: string;
  readonly content: Buffer;
  readonly contentId?: string | undefined;
  readonly isInline: boolean;
}

const RIGHT = 'Mail.ReadWrite';
/** Smaller ones are posted, larger ones uploaded (https://learn.microsoft.com/en-us/graph/outlook-large-attachments). */
const UPLOAD_FROM = 3 * 1024 * 1024;
/** Below the 4 MB of a request. */
const CHUNK = 10 * 327_680;
const MOST_TRIES = 5;

export const fitsInline = ({ content }: NewAttachment): boolean => content.length < UPLOAD_FROM;

/** Part of a create, or a request of its own. */
export const inlineForm = ({ name, contentType, content, contentId, isInline }: NewAttachment) => ({
  '@odata.type': '#microsoft.graph.fileAttachment',
  name,
  contentType,
  isInline,
  ...(contentId === undefined ? {} : { contentId }),
  contentBytes: content.toString('base64'),
});

/**
 * Adds an attachment to a message of ours.
 *
 * @param path Of the message
 * @throws SternaError; where it may or may not have been added, `outcome-unknown`
 */
export async function attach(context: PartContext, path: string, attachment: NewAttachment): Promise<void> {
  if (!fitsInline(attachment)) return upload(context, path, attachment);
  await context.client.send({
    method: 'POST',
    path: `${path}/attachments`,
    body: inlineForm(attachment),
    doing: 'adding an attachment',
    right: RIGHT,
    budget: context.outlook,
  });
}

interface UploadState {
  readonly nextExpectedRanges?: readonly string[];
}

async function upload({ client, outlook }: PartContext, path: string, attachment: NewAttachment): Promise<void> {
  const { name, contentType, content, contentId, isInline } = attachment;
  const { body } = await client.send<{ readonly uploadUrl: string }>({
    method: 'POST',
    path: `${path}/attachments/createUploadSession`,
    body: {
      AttachmentItem: {
        attachmentType: 'file',
        name,
        size: content.length,
        contentType,
        isInline,
        ...(contentId === undefined ? {} : { contentId }),
      },
    },
    doing: 'beginning the upload of an attachment',
    right: RIGHT,
    budget: outlook,
    // A session that nobody uses expires.
    repeatable: true,
  });
  let failures = 0;
  for (let at = 0; at < content.length; ) {
    const end = Math.min(at + CHUNK, content.length);
    try {
      const { status } = await client.send<UploadState>({
        method: 'PUT',
        path: body.uploadUrl,
        headers: {
          'content-type': 'application/octet-stream',
          'content-range': `bytes ${at}-${end - 1}/${content.length}`,
        },
        body: content.subarray(at, end),
        doing: 'uploading an attachment',
        budget: outlook,
        signIn: 'none',
        repeatable: false,
        expected: [416],
      });
      at = status === 416 ? await received(client, outlook, body.uploadUrl, content.length) : end;
    } catch (error) {
      failures += 1;
      if (!isOutcomeUnknown(error) || failures >= MOST_TRIES) throw error;
      at = await received(client, outlook, body.uploadUrl, content.length);
    }
  }
}

/** How much of it the service has. After the last byte the session is gone. */
async function received(
  client: GraphClient,
  budget: PartContext['outlook'],
  uploadUrl: string,
  size: number,
): Promise<number> {
  try {
    const { body } = await client.send<UploadState | undefined>({
      method: 'GET',
      path: uploadUrl,
      doing: 'asking how far an upload is',
      budget,
      signIn: 'none',
    });
    const start = Number(/^\d+/.exec(body?.nextExpectedRanges?.[0] ?? '')?.[0] ?? Number.NaN);
    return Number.isFinite(start) ? start : size;
  } catch (error) {
    if (statusOf(error) !== 404 && statusOf(error) !== 410) throw error;
    throw new SternaError('transient', 'outcome-unknown', 'The upload of an attachment was lost.', {
      fix: 'Nothing to do: Sterna writes the message again.',
      cause: error,
    });
  }
}
