import { SternaError } from '@sterna/core';
import type { GraphClient, GraphRequest } from '../graph/client.ts';
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

/** How an upload of To Do differs from one of Outlook. */
interface UploadWay {
  readonly right: string;
  readonly form: object;
  /** Where the pieces go, below the session's URL. */
  readonly below: string;
  /** `none`: the session's URL is its own permission. */
  readonly signIn?: 'none';
}

function upload(context: PartContext, path: string, attachment: NewAttachment): Promise<void> {
  const { name, contentType, content, contentId, isInline } = attachment;
  const form = {
    AttachmentItem: {
      attachmentType: 'file',
      name,
      size: content.length,
      contentType,
      isInline,
      ...(contentId === undefined ? {} : { contentId }),
    },
  };
  return uploadPieces(context, path, content, { right: RIGHT, form, below: '', signIn: 'none' });
}

/** @param path of what it is attached to */
export async function uploadPieces(
  { client, outlook }: PartContext,
  path: string,
  content: Buffer,
  { right, form, below, signIn }: UploadWay,
): Promise<void> {
  const { body } = await client.send<{ readonly uploadUrl: string }>({
    method: 'POST',
    path: `${path}/attachments/createUploadSession`,
    body: form,
    doing: 'beginning the upload of an attachment',
    right,
    budget: outlook,
    // A session that nobody uses expires.
    repeatable: true,
  });
  const common = { right, budget: outlook, ...(signIn === undefined ? {} : { signIn }) } as const;
  const received = (): Promise<number> => receivedOf(client, { ...common, path: body.uploadUrl }, content.length);
  let failures = 0;
  for (let at = 0; at < content.length; ) {
    const end = Math.min(at + CHUNK, content.length);
    try {
      const { status } = await client.send<UploadState>({
        ...common,
        method: 'PUT',
        path: `${body.uploadUrl}${below}`,
        headers: {
          'content-type': 'application/octet-stream',
          'content-range': `bytes ${at}-${end - 1}/${content.length}`,
        },
        body: content.subarray(at, end),
        doing: 'uploading an attachment',
        repeatable: false,
        expected: [416],
      });
      at = status === 416 ? await received() : end;
    } catch (error) {
      failures += 1;
      if (!isOutcomeUnknown(error) || failures >= MOST_TRIES) throw error;
      at = await received();
    }
  }
}

/** How much of it the service has. After the last byte the session is gone. */
async function receivedOf(
  client: GraphClient,
  session: Pick<GraphRequest, 'path' | 'right' | 'budget' | 'signIn'>,
  size: number,
): Promise<number> {
  try {
    const { body } = await client.send<UploadState | undefined>({
      ...session,
      method: 'GET',
      doing: 'asking how far an upload is',
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
