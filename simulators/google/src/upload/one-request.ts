import type { Incoming } from '@sterna/simulator-kit';
import type { Media } from '../http/call.ts';
import { badRequest } from '../http/errors.ts';
import { boundaryOf, splitMultipart } from '../http/multipart.ts';

/** What an upload says of its file, and the file. */
export interface Upload {
  /** JSON text; empty when there is none. */
  readonly metadata: Buffer;
  readonly media: Media;
}

/** `uploadType=media`: the body is the file. */
export function simpleUpload(incoming: Incoming): Upload {
  const contentType = incoming.headers['content-type'] ?? 'application/octet-stream';
  return { metadata: Buffer.alloc(0), media: { contentType, body: incoming.body } };
}

/** `uploadType=multipart`: two parts, the JSON first. Throws 400 for any other body. */
export function multipartUpload(incoming: Incoming): Upload {
  const boundary = boundaryOf(incoming.headers['content-type']);
  const parts = boundary === undefined ? undefined : splitMultipart(incoming.body, boundary);
  const [metadata, file] = parts ?? [];
  if (metadata === undefined || file === undefined || parts?.length !== 2) {
    throw badRequest('Malformed multipart body.', 'malformedMultipartBody');
  }
  const encoded = /^base64$/i.test(file.headers['content-transfer-encoding'] ?? '');
  return {
    metadata: metadata.body,
    media: {
      contentType: file.headers['content-type'] ?? 'application/octet-stream',
      body: encoded ? Buffer.from(file.body.toString('latin1'), 'base64') : file.body,
    },
  };
}
