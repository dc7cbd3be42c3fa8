import { createHash, randomBytes } from 'node:crypto';
import { SternaError } from '@sterna/core';
import { type DavAnswer, propfind } from '@sterna/dav';
import { contentDiffers, folderGone } from './errors.ts';
import { type Facts, factsIn } from './facts.ts';
import { openFile } from './file-body.ts';
import { isGone, lookAt } from './listing.ts';
import { segmentsOf } from './paths.ts';
import type { Traits } from './probe.ts';
import { type Remote, unixTime } from './remote.ts';
import type { Place } from './roll-call.ts';
import type { Server } from './server.ts';
import { Pieces, type Source } from './source.ts';

/** What goes where. */
export interface Upload {
  /** The final name. */
  readonly url: URL;
  readonly folder: URL;
  readonly source: Source;
  readonly date: Date | undefined;
  readonly stamp: string | undefined;
  /** Undefined: there must be nothing yet. Else what is replaced, with its ETag where one can be asked for. */
  readonly over: { readonly etag: string | undefined } | undefined;
  /** Its place among those that are written together. */
  readonly together?: Place | undefined;
}

/** Answer of the request that decided, and the version of what it brought, where that is known for certain. */
export interface Sent {
  readonly answer: DavAnswer;
  readonly version?: string | undefined;
}

/** Most chunks of one upload that Nextcloud takes; it wants them to be named 1 to 10000. */
const MAX_CHUNKS = 10_000;

/**
 * Ways to bring content under a name so that it is there whole or not at all. The answer is that of the request that
 * decided: 2xx, or 412 where the condition didn't hold, or 404 where the folder or what was uploaded is gone.
 */
export class Uploader {
  readonly #remote: Remote;
  readonly #server: Server;
  readonly #traits: Traits;
  readonly #chunkBytes: number;

  constructor(remote: Remote, server: Server, traits: Traits, chunkBytes: number) {
    this.#remote = remote;
    this.#server = server;
    this.#traits = traits;
    this.#chunkBytes = chunkBytes;
  }

  async send(upload: Upload): Promise<Sent> {
    const { source, over } = upload;
    const { atomicPut, createsOnly, matches, times } = this.#traits;
    const isStream = source.whole === undefined;
    if (isStream && this.#server.uploads !== undefined) {
      const answer = await this.#chunked(upload, this.#server.uploads);
      if (answer !== undefined) return { answer };
    }
    const isConditional = over === undefined ? createsOnly : matches && over.etag !== undefined;
    // Where the date needs a request of its own, it is set before the file is seen.
    const isDated = times === 'header' || times === 'none';
    // A condition is looked at when a request begins: what is sent for minutes goes aside first, so that it holds at the end.
    const isShort = !isStream || this.#server.kind === 'cloud';
    if (atomicPut && isConditional && isDated && isShort) return { answer: await this.#straight(upload) };
    return this.#aside(upload);
  }

  async #straight({ url, source, date, over }: Upload): Promise<DavAnswer> {
    return this.#remote.put(url, bodyOf(source), {
      onlyIf: over?.etag === undefined ? 'nothing' : { etag: over.etag },
      date,
      checksum: this.#checksum(source),
    });
  }

  /** To a temporary name, then moved. */
  async #aside(upload: Upload): Promise<Sent> {
    const { url, folder, source, date, stamp, over } = upload;
    const name = `.sterna-${stamp ?? randomBytes(16).toString('hex')}.${this.#server.kind === 'cloud' ? 'tmp' : 'part'}`;
    const temporary = new URL(name, folder);
    const isResumable = source.whole === undefined && source.size > this.#chunkBytes && this.#traits.partialPut;
    try {
      if (isResumable) await this.#inPieces(temporary, source);
      else {
        const answer = await this.#remote.put(temporary, bodyOf(source), { date });
        if (answer.status === 404 || answer.status === 409) throw folderGone();
        if (answer.status === 412) throw contentDiffers();
      }
      if (date !== undefined && (this.#traits.times === 'getlastmodified' || this.#traits.times === 'win32'))
        await this.#remote.setDate(temporary, date, this.#traits.times);
      // Nobody else knows its name: what is seen of it here is ours, which of the final name nothing can tell.
      const isSeen = source.whole === undefined || this.#traits.moveKeepsVersion;
      const written = isSeen ? await this.#look(upload, name, temporary) : undefined;
      const isMissing = written === undefined && source.whole !== undefined;
      // Where it is missing the move says so.
      if (isSeen && !isMissing && written?.size !== source.size) throw contentDiffers();
      if (over === undefined && !this.#traits.moveKeeps && (await lookAt(this.#remote.http, url)) !== undefined) {
        await this.#remote.discard(temporary);
        return { answer: { status: 412, url, body: Buffer.alloc(0), header: () => undefined, repeated: false } };
      }
      const answer = await this.#remote.move(temporary, url, {
        overwrite: over !== undefined,
        onlyOver: this.#traits.moveMatches ? over?.etag : undefined,
      });
      if (answer.status === 412) await this.#remote.discard(temporary);
      const isKnown = this.#traits.moveKeepsVersion && written?.etag !== undefined;
      return { answer, version: isKnown ? written?.version : undefined };
    } catch (thrown) {
      // What can be gone on with stays; the rest is of no use to anybody.
      const isOver = thrown instanceof SternaError && thrown.class === 'object';
      if (!isResumable || isOver) await this.#remote.discard(temporary);
      throw thrown;
    }
  }

  #look({ together }: Upload, name: string, temporary: URL): Promise<Facts | undefined> {
    return together === undefined ? lookAt(this.#remote.http, temporary) : together.come(name, temporary);
  }

  /** By Content-Range, from where an earlier try of the same object broke off; what is there is compared, not believed. */
  async #inPieces(temporary: URL, source: Source): Promise<void> {
    const pieces = new Pieces(source);
    try {
      const there = await lookAt(this.#remote.http, temporary);
      let at = 0;
      if (there !== undefined && there.size > source.size) await this.#remote.remove(temporary);
      else if (there !== undefined && there.size > 0) at = await this.#compared(temporary, pieces);
      while (at < source.size) {
        const length = Math.min(this.#chunkBytes, source.size - at);
        const answer = await this.#remote.put(
          temporary,
          { size: length, chunks: pieces.take(length) },
          { headers: { 'content-range': `bytes ${at}-${at + length - 1}/${source.size}` } },
        );
        if (answer.status === 404 || answer.status === 409) throw folderGone();
        if (answer.status >= 300) throw contentDiffers();
        at += length;
      }
      await pieces.end();
    } finally {
      await pieces.close();
    }
  }

  /** How many bytes at its start are the source's, which pass meanwhile. */
  async #compared(url: URL, pieces: Pieces): Promise<number> {
    const file = await openFile(this.#remote.http, url);
    if (file === undefined) return 0;
    let same = 0;
    for await (const chunk of file.answer.body)
      for (let at = 0; at < chunk.length; ) {
        const mine = await pieces.next(chunk.length - at);
        if (mine === undefined) return same;
        if (!mine.equals(chunk.subarray(at, at + mine.length))) {
          pieces.unread(mine);
          return same;
        }
        at += mine.length;
        same += mine.length;
      }
    return same;
  }

  /**
   * Chunked upload of Nextcloud and ownCloud: pieces in a folder of their own, put together by a MOVE. What is in that folder
   * from an earlier try of the same object is not sent again.
   *
   * @returns undefined where the server has no such uploads: nothing of the source has passed then
   */
  async #chunked(upload: Upload, uploads: URL): Promise<DavAnswer | undefined> {
    const { url, source, date, stamp, over } = upload;
    const length = Math.max(this.#chunkBytes, Math.ceil(source.size / MAX_CHUNKS));
    const headers = { destination: url.href, 'oc-total-length': String(source.size) };
    const folder = new URL(`${uploadName(stamp, source.size, date, length)}/`, uploads);
    const made = await this.#remote.makeFolder(folder, headers).catch((thrown: unknown) => {
      if (thrown instanceof SternaError && (isGone(thrown) || thrown.code === 'not-allowed-there')) return undefined;
      throw thrown;
    });
    if (made === undefined || made.status === 404 || made.status === 409) return undefined;
    const pieces = new Pieces(source);
    try {
      let chunk = made.status === 405 ? await this.#chunksThere(folder, source.size, length) : 0;
      await pieces.skip(Math.min(chunk * length, source.size));
      while (chunk * length < source.size) {
        const size = Math.min(length, source.size - chunk * length);
        chunk += 1;
        const answer = await this.#remote.put(
          new URL(String(chunk).padStart(5, '0'), folder),
          { size, chunks: pieces.take(size) },
          { headers },
        );
        // The server forgets uploads after a day.
        if (answer.status >= 300) throw uploadLost();
      }
      await pieces.end();
    } catch (thrown) {
      if (thrown instanceof SternaError && thrown.class === 'object') await this.#remote.discard(folder);
      throw thrown;
    } finally {
      await pieces.close();
    }
    const answer = await this.#remote.move(new URL('.file', folder), url, {
      overwrite: over !== undefined,
      onlyOver: this.#traits.moveMatches ? over?.etag : undefined,
      headers: {
        'oc-total-length': String(source.size),
        'oc-checksum': `SHA1:${source.digest}`,
        ...(date === undefined ? {} : { 'x-oc-mtime': unixTime(date) }),
      },
    });
    if (answer.status === 412) await this.#remote.discard(folder);
    if (answer.status === 409) throw folderGone();
    return answer;
  }

  /** How many chunks from the first one on are there whole. */
  async #chunksThere(folder: URL, size: number, length: number): Promise<number> {
    const { responses } = await propfind(
      this.#remote.http,
      folder,
      1,
      ['d:getcontentlength', 'd:resourcetype'],
      'looking at an upload',
    );
    const sizes = new Map(responses.map((one) => [segmentsOf(one.href).at(-1) ?? '', factsIn(one).size]));
    let chunks = 0;
    while (
      chunks * length < size &&
      sizes.get(String(chunks + 1).padStart(5, '0')) === Math.min(length, size - chunks * length)
    )
      chunks += 1;
    return chunks;
  }

  /** Nextcloud keeps it, ownCloud checks it. */
  #checksum(source: Source): string | undefined {
    return this.#server.kind === 'cloud' && source.whole !== undefined ? `SHA1:${source.digest}` : undefined;
  }
}

const bodyOf = (source: Source) => source.whole ?? { size: source.size, chunks: source.stream() };

/** Equal only for tries that send the same: pieces can't be read back and compared. */
const uploadName = (stamp: string | undefined, size: number, date: Date | undefined, length: number): string =>
  `sterna-${createHash('sha256')
    .update(`${stamp ?? randomBytes(16).toString('hex')} ${size} ${date?.getTime() ?? ''} ${length}`)
    .digest('hex')
    .slice(0, 40)}`;

const uploadLost = (): SternaError =>
  new SternaError('transient', 'upload-lost', 'The server no longer knows of this upload.', {
    fix: 'Nothing to do: Sterna begins it anew.',
  });
