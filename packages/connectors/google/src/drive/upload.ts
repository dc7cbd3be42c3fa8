import { randomBytes } from 'node:crypto';
import type { ServiceAnswer } from '@sterna/cloud-http';
import { asSternaError, SternaError } from '@sterna/core';
import { segment } from '../api/client.ts';
import { isOutcomeUnknown } from '../api/errors.ts';
import { type DriveApi, SCOPES, UNITS } from './drive-api.ts';
import { type DriveFile, isNative, STAMP, versionOf } from './drive-file.ts';
import { exportOf, type ImportFormat } from './native.ts';
import type { Source } from './source.ts';
import { readNote, removeNotes, type UploadNote, writeNote } from './upload-note.ts';

/** Uploads of at least so many pieces are worth going on with after Sterna was ended. */
const RESUMED_PIECES = 4;
const TRIES = 6;

export interface Upload {
  readonly folderId: string;
  readonly name: string;
  readonly source: Source;
  readonly date: Date | undefined;
  /** Of a new file. */
  readonly created?: Date | undefined;
  readonly stamp: string | undefined;
  /** A new content of this file; undefined: a new file. */
  readonly over: DriveFile | undefined;
  /** A new file: what it is to become, where Drive can make it that; `name` stays the file's. */
  readonly as?: ImportFormat | undefined;
}

/** Of a file that was to get a new content: it isn't there any more, or is another one by now. */
export type Uploaded =
  | { readonly outcome: 'done'; readonly file: DriveFile }
  | { readonly outcome: 'missing' | 'changed' };

interface Begun {
  readonly url: string;
  readonly fileId: string;
  /** Bytes that the session has already. */
  readonly has: number;
}

/** Sends contents. A new file gets an id that Drive gave before: to send it twice makes one file. */
export class Uploader {
  readonly #api: DriveApi;
  readonly #pieceBytes: number;

  /** @param pieceBytes multiple of 256 KiB */
  constructor(api: DriveApi, pieceBytes: number) {
    this.#api = api;
    this.#pieceBytes = pieceBytes;
  }

  async send(upload: Upload): Promise<Uploaded> {
    const { source } = upload;
    if (source.size <= this.#pieceBytes) {
      const content = await source.take(source.size);
      await source.end();
      return (upload.as && (await this.#converted(upload, content, upload.as))) ?? this.#whole(upload, content);
    }
    return this.#inPieces({ ...upload, as: undefined });
  }

  /** What an interrupted upload of this stamp left in the folder. */
  async discard(folderId: string, stamp: string): Promise<void> {
    const note = await readNote(this.#api, folderId, stamp);
    if (note !== undefined) await this.#cancel(note.uploadUrl);
    await removeNotes(this.#api, folderId, stamp);
  }

  /**
   * As a Google document. Drive takes no id of ours for one, so that it is never sent twice by itself: what became of an
   * answer that was lost, the stamp tells.
   *
   * @returns undefined where Drive can't convert it
   */
  async #converted(
    upload: Upload,
    content: Buffer,
    { mimeType, from, extension }: ImportFormat,
  ): Promise<Uploaded | undefined> {
    const { id: _, ...said } = metadata({ ...upload, name: upload.name.slice(0, -extension.length) }, '');
    const { status, body: file } = await this.#api.write<DriveFile>({
      method: 'POST',
      path: '/upload/drive/v3/files',
      ...multipart({ ...said, mimeType }, content, from),
      doing: 'writing a Google document',
      repeatable: false,
      expected: [400, 404, 413],
    });
    if (status === 404) throw folderGone();
    return status === 400 || status === 413 ? undefined : { outcome: 'done', file };
  }

  /** In one request. */
  async #whole(upload: Upload, content: Buffer): Promise<Uploaded> {
    const { over } = upload;
    const fileId = over?.id ?? (await this.#api.newId());
    const { status, body: file } = await this.#api.write<DriveFile>({
      method: over === undefined ? 'POST' : 'PATCH',
      path: `/upload/drive/v3/files${over === undefined ? '' : `/${segment(fileId)}`}`,
      ...multipart(metadata(upload, fileId), content, mediaType(upload)),
      doing: 'writing a file',
      repeatable: true,
      expected: over === undefined ? [404, 409] : [404],
    });
    return this.#answered(upload, fileId, status, file);
  }

  /** 409: an earlier try, whose answer was lost, made it. */
  async #answered(upload: Upload, fileId: string, status: number, file: DriveFile): Promise<Uploaded> {
    if (status === 404) {
      if (upload.over === undefined) throw folderGone();
      return { outcome: 'missing' };
    }
    if (status !== 409) return { outcome: 'done', file };
    const there = await this.#api.look(fileId);
    if (there === undefined) throw unsettled();
    return { outcome: 'done', file: there };
  }

  async #inPieces(upload: Upload): Promise<Uploaded> {
    const { folderId, source, stamp, over } = upload;
    const isNoted = stamp !== undefined && over === undefined && source.size >= RESUMED_PIECES * this.#pieceBytes;
    let begun = isNoted ? await this.#takenUp(upload, stamp) : undefined;
    if (begun === undefined) {
      const fileId = over?.id ?? (await this.#api.newId());
      const url = await this.#begin(upload, fileId);
      if (url === undefined) return { outcome: 'missing' };
      begun = { url, fileId, has: 0 };
      if (isNoted) {
        await removeNotes(this.#api, folderId, stamp);
        await writeNote(this.#api, folderId, stamp, noteOf(upload, begun));
      }
    }
    await source.skip(begun.has);
    try {
      const sent = await this.#pieces(upload, begun);
      if (isNoted) await removeNotes(this.#api, folderId, stamp);
      return sent;
    } catch (thrown) {
      // What the source will never go on with is given up; the rest is there for a later try.
      const isOver = source.failure !== undefined && asSternaError(thrown).class === 'object';
      if (!isNoted || isOver) await this.#cancel(begun.url).catch(() => undefined);
      if (isNoted && isOver) await removeNotes(this.#api, folderId, stamp).catch(() => undefined);
      throw thrown;
    }
  }

  /** The session of an earlier try, with what it has. */
  async #takenUp(upload: Upload, stamp: string): Promise<Begun | undefined> {
    const note = await readNote(this.#api, upload.folderId, stamp);
    if (note === undefined) return undefined;
    if (note.size === upload.source.size && note.date === upload.date?.getTime()) {
      const asked = await this.#ask(note.uploadUrl, note.size);
      if (asked !== undefined && asked.status === 308) {
        return { url: note.uploadUrl, fileId: note.fileId, has: receivedOf(asked) };
      }
    }
    await this.#cancel(note.uploadUrl);
    return undefined;
  }

  /** Undefined where there is nothing to write over. */
  async #begin(upload: Upload, fileId: string): Promise<string | undefined> {
    const { over, source } = upload;
    const { status, header } = await this.#api.write({
      method: over === undefined ? 'POST' : 'PATCH',
      path: `/upload/drive/v3/files${over === undefined ? '' : `/${segment(fileId)}`}`,
      query: { uploadType: 'resumable' },
      headers: {
        'x-upload-content-type': mediaType(upload),
        'x-upload-content-length': String(source.size),
      },
      body: metadata(upload, fileId),
      doing: 'beginning an upload',
      // A session more is nothing but forgotten.
      repeatable: true,
      expected: [404],
    });
    if (status === 404) {
      if (over === undefined) throw folderGone();
      return undefined;
    }
    const url = header('location');
    if (url === undefined) throw uploadLost();
    return url;
  }

  /** Sends what the session doesn't have yet. */
  async #pieces(upload: Upload, begun: Begun): Promise<Uploaded> {
    const { source } = upload;
    const { size } = source;
    let at = begun.has;
    let piece: Buffer | undefined;
    for (let failures = 0; ; ) {
      if (piece === undefined) {
        const length = Math.min(this.#pieceBytes, size - at);
        piece = await source.take(length);
        if (at + length >= size) await source.end();
      }
      // The last piece makes it the file's content.
      const became = at + piece.length === size ? await this.#becameAnother(upload) : undefined;
      if (became !== undefined) {
        await this.#cancel(begun.url);
        return { outcome: became };
      }
      const answer = await this.#put(begun.url, mediaType(upload), piece, at, size);
      let told = answer;
      if (told === undefined || told.status >= 500) {
        if (failures >= TRIES) throw unsettled();
        await this.#api.client.clock.sleep(this.#api.client.backoff(failures), this.#api.client.signal);
        failures += 1;
        // Nobody knows what the session has: it says so.
        told = await this.#ask(begun.url, size);
        if (told === undefined) continue;
      }
      if (told.status !== 308) return this.#ended(upload, begun, told);
      const has = receivedOf(told);
      const taken = has - at;
      if (taken < 0 || taken > piece.length) throw uploadLost();
      if (taken > 0) failures = 0;
      else if (answer !== undefined && answer.status === 308) {
        failures += 1;
        if (failures >= TRIES) throw unsettled();
      }
      at = has;
      piece = taken === piece.length ? undefined : piece.subarray(taken);
    }
  }

  async #becameAnother({ over }: Upload): Promise<'missing' | 'changed' | undefined> {
    if (over === undefined) return undefined;
    const now = await this.#api.look(over.id);
    if (now === undefined) return 'missing';
    return versionOf(now) === versionOf(over) ? undefined : 'changed';
  }

  async #ended(upload: Upload, begun: Begun, answer: ServiceAnswer<DriveFile>): Promise<Uploaded> {
    const { status, body } = answer;
    if (status === 200 || status === 201) return { outcome: 'done', file: body };
    if (status === 409) return this.#answered(upload, begun.fileId, status, body);
    // The session is over: it may have made the file before its answer was lost.
    const there = await this.#api.look(begun.fileId);
    if (there !== undefined && upload.over === undefined) return { outcome: 'done', file: there };
    if (there === undefined && upload.over !== undefined) return { outcome: 'missing' };
    throw uploadLost();
  }

  /** Undefined where the answer was lost. */
  async #put(
    url: string,
    type: string,
    piece: Buffer,
    at: number,
    size: number,
  ): Promise<ServiceAnswer<DriveFile> | undefined> {
    try {
      return await this.#api.client.send<DriveFile>({
        method: 'PUT',
        path: url,
        headers: {
          'content-type': type,
          'content-range': `bytes ${at}-${at + piece.length - 1}/${size}`,
        },
        body: piece,
        doing: 'uploading a file',
        right: SCOPES.write[0],
        signIn: 'none',
        units: UNITS.write,
        // A piece that the session has already may be refused: it is asked first.
        repeatable: false,
        expected: [308, 404, 409, 410],
      });
    } catch (thrown) {
      if (isOutcomeUnknown(thrown) || asSternaError(thrown).code === 'google-server-error') return undefined;
      throw thrown;
    }
  }

  async #ask(url: string, size: number): Promise<ServiceAnswer<DriveFile> | undefined> {
    try {
      return await this.#api.client.send<DriveFile>({
        method: 'PUT',
        path: url,
        headers: { 'content-range': `bytes */${size}` },
        body: Buffer.alloc(0),
        doing: 'looking at an upload',
        right: SCOPES.write[0],
        signIn: 'none',
        expected: [308, 400, 403, 404, 409, 410],
      });
    } catch (thrown) {
      if (asSternaError(thrown).class === 'transient' && !this.#api.client.signal.aborted) return undefined;
      throw thrown;
    }
  }

  async #cancel(url: string): Promise<void> {
    await this.#api.client.send({
      method: 'DELETE',
      path: url,
      doing: 'giving an upload up',
      signIn: 'none',
      // 499 is how Drive says that it is over.
      expected: [400, 403, 404, 410, 499],
    });
  }
}

/** A Google document gets its new content by being converted again. */
const mediaType = ({ over }: Upload): string =>
  (over !== undefined && isNative(over) ? exportOf(over)?.mimeType : undefined) ?? 'application/octet-stream';

function multipart(said: object, content: Buffer, type: string) {
  const boundary = `sterna-${randomBytes(18).toString('hex')}`;
  const body = Buffer.concat([
    Buffer.from(
      `--${boundary}\r\ncontent-type: application/json; charset=UTF-8\r\n\r\n${JSON.stringify(said)}\r\n` +
        `--${boundary}\r\ncontent-type: ${type}\r\n\r\n`,
    ),
    content,
    Buffer.from(`\r\n--${boundary}--\r\n`),
  ]);
  return {
    query: { uploadType: 'multipart' },
    headers: { 'content-type': `multipart/related; boundary=${boundary}` },
    body,
  };
}

const noteOf = ({ source, date }: Upload, { url, fileId }: Begun): UploadNote => ({
  uploadUrl: url,
  fileId,
  size: source.size,
  date: date?.getTime(),
});

/** `Range: bytes=0-N`: what the session has. Without it, nothing. */
function receivedOf({ header }: ServiceAnswer<unknown>): number {
  const last = /^bytes=0-(\d+)$/.exec(header('range') ?? '')?.[1];
  return last === undefined ? 0 : Number(last) + 1;
}

function metadata(
  { name, folderId, date, created, stamp, over }: Upload,
  fileId: string,
): Readonly<Record<string, unknown>> {
  const common = {
    ...(date === undefined ? {} : { modifiedTime: date.toISOString() }),
    ...(stamp === undefined ? {} : { appProperties: { [STAMP]: stamp } }),
  };
  if (over !== undefined) return common;
  const born = created === undefined ? {} : { createdTime: created.toISOString() };
  return { id: fileId, name, parents: [folderId], ...common, ...born };
}

export const folderGone = (): SternaError =>
  new SternaError('transient', 'container-gone', 'The folder in the target is no more.', {
    fix: 'Nothing to do: the next pass makes it again.',
  });

const uploadLost = (): SternaError =>
  new SternaError('transient', 'upload-lost', 'Google Drive no longer knows of this upload.', {
    fix: 'Nothing to do: Sterna begins it anew.',
  });

const unsettled = (): SternaError =>
  new SternaError('transient', 'not-there-after-write', 'Google Drive took the file, and doesn’t have it.', {
    fix: 'Nothing to do: Sterna looks again.',
  });
