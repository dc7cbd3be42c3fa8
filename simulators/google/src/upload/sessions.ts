import type { Incoming, Reply } from '@sterna/simulator-kit';
import { bytesReply, noContent, stateOf } from '@sterna/simulator-kit';
import type { Cloud } from '../cloud.ts';
import { badRequest, GoogleError, notFound } from '../http/errors.ts';
import { perform, type Task } from '../http/perform.ts';

/** Chunks, but for the last, are at least this long; what is more is kept in multiples of it. */
const GRAIN = 256 * 1024;
const LIFETIME = 7 * 86_400_000;

interface Session {
  /** The request that began it; its media is still to come. */
  readonly task: Task;
  readonly contentType: string;
  /** Where the client said how long the file is. */
  total: number | undefined;
  readonly beganAt: number;
  readonly chunks: Buffer[];
  received: number;
  done: Reply | undefined;
}

const sessionsOf = stateOf((_: Cloud) => new Map<string, Session>());

/**
 * `uploadType=resumable`: answers where to send the file.
 * Source: developers.google.com/workspace/drive/api/guides/manage-uploads#resumable.
 *
 * @param path that was asked, with `/upload` before it
 */
export function beginUpload(cloud: Cloud, task: Task, path: string): Reply {
  const { headers } = task.incoming;
  const total = headers['x-upload-content-length'];
  if (total !== undefined && !/^\d+$/.test(total)) throw badRequest('Invalid X-Upload-Content-Length.');
  const limit = task.route.media?.maxBytes ?? 0;
  if (total !== undefined && Number(total) > limit) throw tooLarge();
  const key = cloud.ids.token(70);
  sessionsOf(cloud).set(key, {
    task,
    contentType: headers['x-upload-content-type'] ?? 'application/octet-stream',
    total: total === undefined ? undefined : Number(total),
    beganAt: cloud.clock.now(),
    chunks: [],
    received: 0,
    done: undefined,
  });
  const query = new URLSearchParams(task.incoming.target.split(/\?(.*)/s)[1] ?? '');
  query.delete('access_token');
  query.set('upload_id', key);
  const headersOut = { 'x-guploader-uploadid': key, location: `${cloud.baseUrl}${path}?${query}` };
  return { ...bytesReply('text/plain; charset=utf-8', [], headersOut), status: 200 };
}

/** A chunk of the file, the question how much has come, or (DELETE) the end of it. Its key is all the sign-in it needs. */
export async function continueUpload(cloud: Cloud, incoming: Incoming, key: string): Promise<Reply> {
  const session = sessionsOf(cloud).get(key);
  const now = cloud.clock.now();
  if (session === undefined) throw notFound('Upload session not found.');
  if (now - session.beganAt > LIFETIME || session.beganAt < cloud.faults.uploadsInvalidBefore) {
    sessionsOf(cloud).delete(key);
    throw notFound('Upload session has expired.');
  }
  if (incoming.method === 'DELETE') {
    sessionsOf(cloud).delete(key);
    return noContent(499, { 'content-length': '0' });
  }
  if (incoming.method !== 'PUT' && incoming.method !== 'POST')
    throw new GoogleError(405, 'httpMethodNotAllowed', 'Method Not Allowed');
  if (session.done !== undefined) return session.done;
  const range = parseRange(incoming);
  if (range.total !== undefined) session.total ??= range.total;
  if (session.total !== undefined && range.total !== undefined && range.total !== session.total) {
    throw badRequest('The total size of the file changed during the upload.');
  }
  if (range.start !== undefined) keep(cloud, session, range.start, incoming.body);
  if (session.total === undefined || session.received < session.total) return incomplete(session.received);
  const media = { contentType: session.contentType, body: Buffer.concat(session.chunks) };
  session.done = await perform(cloud, { ...session.task, media });
  session.chunks.length = 0;
  return session.done;
}

/** Takes what is new of a chunk that begins at `start`. */
function keep(cloud: Cloud, session: Session, start: number, body: Buffer): void {
  if (start > session.received) {
    throw badRequest(
      `Invalid request. According to the Content-Range header, the upload offset is ${start} byte(s), which exceeds already uploaded size of ${session.received} byte(s).`,
    );
  }
  const limit = session.task.route.media?.maxBytes ?? 0;
  if (start + body.length > (session.total ?? limit) || start + body.length > limit) throw tooLarge();
  const last = session.total !== undefined && start + body.length === session.total;
  if (!last && body.length < GRAIN) {
    throw badRequest(
      `Invalid request. The number of bytes uploaded is required to be equal or greater than ${GRAIN}, except for the final request (it's recommended to be the exact multiple of ${GRAIN}). The received request contained ${body.length} bytes, which does not meet this requirement.`,
    );
  }
  const fresh = body.subarray(session.received - start);
  const most = cloud.faults.chunkKeepsAtMost;
  const whole = last && (most === undefined || most >= fresh.length);
  const kept = whole
    ? fresh
    : fresh.subarray(0, Math.floor(Math.min(fresh.length, most ?? fresh.length) / GRAIN) * GRAIN);
  session.chunks.push(kept);
  session.received += kept.length;
}

interface ContentRange {
  /** Undefined: no bytes come, the client asks. */
  readonly start: number | undefined;
  readonly total: number | undefined;
}

/** `bytes 0-99/200`, `bytes 0-99/*`, `bytes *\/200`; without the header, the body is the whole file. */
function parseRange({ headers, body }: Incoming): ContentRange {
  const header = headers['content-range'];
  if (header === undefined) return { start: 0, total: body.length };
  const found = /^bytes (?:(\d+)-(\d+)|\*)\/(\d+|\*)$/.exec(header);
  if (found === null) throw badRequest('Failed to parse Content-Range header.');
  const [, start, end, total] = found;
  if (start !== undefined && Number(end) - Number(start) + 1 !== body.length) {
    throw badRequest('The Content-Range header does not agree with the length of the body.');
  }
  return { start: start === undefined ? undefined : Number(start), total: total === '*' ? undefined : Number(total) };
}

function incomplete(received: number): Reply {
  const headers: Record<string, string> = received === 0 ? {} : { range: `bytes=0-${received - 1}` };
  return { status: 308, headers: { 'content-length': '0', ...headers }, body: [] };
}

function tooLarge(): GoogleError {
  return new GoogleError(413, 'uploadTooLarge', 'Media larger than the maximum allowed.');
}

/** Uploads that were begun and neither ended nor given up. For tests. */
export function openUploadsOf(cloud: Cloud): number {
  return [...sessionsOf(cloud).values()].filter(({ done }) => done === undefined).length;
}
