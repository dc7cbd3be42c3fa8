import { randomUUID } from 'node:crypto';
import { CONNECTION_LOST } from '@sterna/cloud-http';
import { SternaError } from '@sterna/core';
import type { GoogleClient, GoogleRequest } from './client.ts';

export interface Upload {
  /** Of the method, below `/upload`: `/gmail/v1/users/me/messages`. */
  readonly path: string;
  readonly query?: GoogleRequest['query'];
  /** Its JSON. */
  readonly metadata: unknown;
  readonly contentType: string;
  readonly doing: string;
  readonly right: string;
  readonly units: number;
}

/**
 * JSON and content in one request (https://developers.google.com/workspace/gmail/api/guides/uploads#multipart).
 *
 * @throws SternaError; transient `outcome-unknown` where it may be there now
 */
export async function uploadWhole<T>(client: GoogleClient, upload: Upload, content: Buffer): Promise<T> {
  const boundary = `sterna-${randomUUID()}`;
  const head =
    `--${boundary}\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n${JSON.stringify(upload.metadata)}\r\n` +
    `--${boundary}\r\nContent-Type: ${upload.contentType}\r\n\r\n`;
  const { body } = await client.send<T>({
    method: 'POST',
    path: `/upload${upload.path}`,
    query: { ...upload.query, uploadType: 'multipart' },
    headers: { 'content-type': `multipart/related; boundary=${boundary}` },
    body: Buffer.concat([Buffer.from(head, 'utf8'), content, Buffer.from(`\r\n--${boundary}--\r\n`, 'latin1')]),
    doing: upload.doing,
    right: upload.right,
    units: upload.units,
  });
  return body;
}

/** More often than a piece is sent in vain, nothing gets better. */
const MOST_TRIES = 6;

/**
 * A resumable upload (https://developers.google.com/workspace/gmail/api/guides/uploads#resumable): what is lost on the
 * way is asked for and sent again, and the last piece alone makes the object.
 *
 * @param size Of all of it, in bytes
 * @param pieceBytes A multiple of 262,144
 * @throws SternaError; what the content throws; transient `outcome-unknown` where it may be there now
 */
export async function uploadInPieces<T>(
  client: GoogleClient,
  upload: Upload,
  content: AsyncIterable<Buffer>,
  size: number,
  pieceBytes: number,
): Promise<T> {
  const { header } = await client.send({
    method: 'POST',
    path: `/upload${upload.path}`,
    query: { ...upload.query, uploadType: 'resumable' },
    headers: { 'x-upload-content-type': upload.contentType, 'x-upload-content-length': String(size) },
    body: upload.metadata,
    doing: upload.doing,
    right: upload.right,
    units: upload.units,
    // A place to send it to is no object yet.
    repeatable: true,
  });
  const session = header('location');
  if (session === undefined)
    throw new SternaError(
      'transient',
      'service-answer-invalid',
      `There is no address in the answer to ${upload.doing}.`,
      {
        fix: 'Sterna tries again by itself.',
      },
    );
  let at = 0;
  try {
    for await (const piece of piecesOf(content, pieceBytes)) {
      const isLast = at + piece.length >= size;
      const done = await sendPiece<T>(client, upload, session, piece, at, size, isLast);
      if (done !== undefined) return done;
      at += piece.length;
    }
  } catch (error) {
    await cancel(client, upload, session);
    throw error;
  }
  await cancel(client, upload, session);
  throw new SternaError('object', 'size-changed', 'The object became another one while it was read.', {
    fix: 'Start a delta pass.',
  });
}

/** @returns the object, once it is whole */
async function sendPiece<T>(
  client: GoogleClient,
  { doing, right }: Upload,
  session: string,
  piece: Buffer,
  start: number,
  size: number,
  isLast: boolean,
): Promise<T | undefined> {
  let have = start;
  for (let tries = 1; ; tries += 1) {
    const rest = piece.subarray(have - start);
    try {
      const answer = await client.send<T>({
        method: 'PUT',
        path: session,
        headers: { 'content-range': `bytes ${have}-${start + piece.length - 1}/${size}` },
        body: rest,
        doing,
        right,
        units: 0,
        expected: [308],
        repeatable: false,
      });
      if (answer.status !== 308) return answer.body;
      have = receivedOf(answer.header('range'));
    } catch (error) {
      if (!isLost(error) || tries >= MOST_TRIES) throw error;
      // What arrived of it, the service knows; it may be all.
      const answer = await client.send<T>({
        method: 'PUT',
        path: session,
        headers: { 'content-range': `bytes */${size}` },
        body: Buffer.alloc(0),
        doing,
        right,
        units: 0,
        expected: [308],
      });
      if (answer.status !== 308) return answer.body;
      have = receivedOf(answer.header('range'));
    }
    if (have >= start + piece.length && !isLast) return undefined;
    if (have < start || tries >= MOST_TRIES)
      throw new SternaError('transient', 'upload-lost', `What was sent for ${doing} got lost on the way.`, {
        fix: 'Sterna tries again by itself.',
      });
  }
}

const isLost = (error: unknown): boolean =>
  error instanceof SternaError && (error.code === 'outcome-unknown' || error.code === CONNECTION_LOST);

/** `bytes=0-N`; without it nothing has arrived. */
function receivedOf(range: string | undefined): number {
  const end = /^bytes=0-(\d{1,15})$/.exec(range ?? '')?.[1];
  return end === undefined ? 0 : Number(end) + 1;
}

/** Nothing is left of it anyway, after a week. */
async function cancel(client: GoogleClient, { doing, right }: Upload, session: string): Promise<void> {
  await client
    .send({ method: 'DELETE', path: session, doing, right, units: 0, expected: [404, 410, 499] })
    .catch(() => undefined);
}

async function* piecesOf(content: AsyncIterable<Buffer>, pieceBytes: number): AsyncGenerator<Buffer> {
  let held: Buffer[] = [];
  let length = 0;
  for await (const chunk of content) {
    held.push(chunk);
    length += chunk.length;
    if (length < pieceBytes) continue;
    const all = Buffer.concat(held);
    const whole = all.length - (all.length % pieceBytes);
    for (let at = 0; at < whole; at += pieceBytes) yield all.subarray(at, at + pieceBytes);
    held = [all.subarray(whole)];
    length = all.length - whole;
  }
  const rest = Buffer.concat(held);
  if (rest.length > 0) yield rest;
}
