import { createHash } from 'node:crypto';
import { asSternaError, SternaError } from '@sterna/core';
import type { GoogleRequest } from '../api/client.ts';
import type { DriveApi } from './drive-api.ts';
import { SCOPES, UNITS } from './drive-api.ts';

/** Without progress, it is given up after so many tries. */
const TRIES = 5;
/** Bytes of one chunk of a streamed body. */
const CHUNK = 512 * 1024;

/** A content with bytes of its own: that of a file, or of an earlier revision of it. */
export interface Stored {
  /** Of `files.get` or `revisions.get`. */
  readonly path: string;
  readonly size: number;
  /** MD5 in hex, where it is told. */
  readonly md5: string | undefined;
  /** The file that is read as it is now: what is in the trash can be read, too, but isn't there. */
  readonly fileId?: string;
}

const request = (path: string, at: number): GoogleRequest => ({
  method: 'GET',
  path,
  query: { alt: 'media', supportsAllDrives: path.includes('/revisions/') ? undefined : true },
  headers: { accept: '*/*', 'accept-encoding': 'identity', ...(at === 0 ? {} : { range: `bytes=${at}-` }) },
  doing: 'reading a file',
  right: SCOPES.read[0],
  units: UNITS.download,
  expected: [404, 416],
});

/**
 * The bytes from a place on.
 *
 * @throws SternaError object `changed-while-read` where they are no more; transient where the connection breaks
 */
async function* bytesFrom(api: DriveApi, path: string, at: number): AsyncGenerator<Buffer> {
  const stream = await api.client.open(request(path, at));
  if (stream.status !== 200 && stream.status !== 206) {
    stream.leave();
    throw changedWhileRead();
  }
  // A server that knows no ranges begins anew.
  let skip = stream.status === 206 ? 0 : at;
  try {
    for await (const chunk of stream.body) {
      const rest = chunk.subarray(Math.min(skip, chunk.length));
      skip -= chunk.length - rest.length;
      for (let from = 0; from < rest.length; from += CHUNK) yield rest.subarray(from, from + CHUNK);
    }
  } finally {
    stream.leave();
  }
}

/**
 * One content, each time from its start. A transfer that breaks goes on from where it was; the checksum at its end says
 * whether all of it was the same content.
 */
export class FileBody implements AsyncIterable<Buffer> {
  readonly #api: DriveApi;
  readonly #stored: Stored;

  constructor(api: DriveApi, stored: Stored) {
    this.#api = api;
    this.#stored = stored;
  }

  /** @throws SternaError object `changed-while-read`; transient where it can't be got to its end */
  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    const hash = createHash('md5');
    const { path, size, md5, fileId } = this.#stored;
    if (fileId !== undefined && (await this.#api.look(fileId))?.md5Checksum !== md5) throw changedWhileRead();
    let at = 0;
    for (let failures = 0; at < size; ) {
      const from = at;
      try {
        for await (const chunk of bytesFrom(this.#api, path, at)) {
          at += chunk.length;
          if (at > size) throw changedWhileRead();
          hash.update(chunk);
          yield chunk;
        }
        if (at < size) throw cutShort();
      } catch (thrown) {
        const error = asSternaError(thrown);
        if (at > from) failures = 0;
        if (error.class !== 'transient' || error.code === 'aborted' || failures >= TRIES) throw thrown;
        await this.#api.client.clock.sleep(this.#api.client.backoff(failures), this.#api.client.signal);
        failures += 1;
      }
    }
    if (md5 !== undefined && hash.digest('hex') !== md5) throw changedWhileRead();
  }
}

/** @throws SternaError as FileBody's iterator */
export async function wholeContent(api: DriveApi, stored: Stored): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of new FileBody(api, stored)) chunks.push(chunk);
  return chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
}

export const changedWhileRead = (): SternaError =>
  new SternaError('object', 'changed-while-read', 'The file changed while it was being read.', {
    fix: 'Start a delta pass: it reads the file as it is then.',
  });

const cutShort = (): SternaError =>
  new SternaError('transient', 'google-connection-lost', 'Google Drive ended the transfer early.', {
    fix: 'Nothing to do: Sterna tries again by itself.',
  });
