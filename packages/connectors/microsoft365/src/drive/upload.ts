import { randomBytes } from 'node:crypto';
import { asSternaError, SternaError } from '@sterna/core';
import type { GraphAnswer } from '../graph/client.ts';
import { isOutcomeUnknown } from '../graph/errors.ts';
import { foundIn, wholeContent } from './download.ts';
import { type DriveApi, RIGHTS } from './drive-api.ts';
import { type DriveItem, dateOf, hashOf, isFolder } from './item.ts';
import type { Source } from './source.ts';
import { noteName, readNote, type UploadNote, writeNote } from './upload-note.ts';

/** Uploads of at least so many pieces are worth going on with. */
const RESUMED_PIECES = 4;
const TRIES = 6;
/** Largest content that is taken without a session. */
const MOST_WHOLE = 250 * 1024 * 1024;

export interface Upload {
  readonly folderId: string;
  readonly name: string;
  readonly source: Source;
  readonly date: Date | undefined;
  /** Of a file that is new here. */
  readonly created?: Date | undefined;
  readonly stamp: string | undefined;
  /** Over this file, as long as it has that tag; undefined: a new one, over nothing. */
  readonly over: { readonly itemId: string; readonly eTag: string | undefined } | undefined;
}

export type Uploaded =
  /** `datedAfter`: its date took a request of its own, which the drive counts as a version. */
  | { readonly outcome: 'done'; readonly item: DriveItem; readonly datedAfter?: boolean }
  /** Something has the name. */
  | { readonly outcome: 'taken'; readonly item: DriveItem }
  /** What was to be written over is another one by now, or gone. */
  | { readonly outcome: 'changed' | 'missing' };

interface SessionAnswer {
  readonly uploadUrl: string;
}
interface Progress {
  readonly nextExpectedRanges?: readonly string[];
}

/** A session to go on with, and how many bytes it has. */
interface Begun {
  readonly url: string;
  readonly has: number;
}

/**
 * Sends contents. What has bytes goes by an upload session, which sets the date with the content, and shows nothing before
 * all of it is there (https://learn.microsoft.com/en-us/graph/api/driveitem-createuploadsession); an empty file can't.
 */
export class Uploader {
  readonly #api: DriveApi;
  readonly #pieceBytes: number;

  constructor(api: DriveApi, pieceBytes: number) {
    this.#api = api;
    this.#pieceBytes = pieceBytes;
  }

  /** @throws SternaError; what the source throws */
  async send(upload: Upload): Promise<Uploaded> {
    const { source } = upload;
    try {
      if (source.size === 0) {
        await source.end();
        return await this.#whole(upload, Buffer.alloc(0));
      }
      if (source.size <= this.#pieceBytes) {
        // All of it is there before anything is sent: a source that breaks leaves no session behind.
        const piece = await source.take(source.size);
        await source.end();
        return await this.#small(upload, piece);
      }
      return await this.#large(upload);
    } finally {
      await source.close();
    }
  }

  /** Forgets what a try of this stamp may have left. */
  async discard(folderId: string, stamp: string): Promise<void> {
    const note = await this.#noteOf(folderId, stamp);
    if (note !== undefined) await this.#forget(folderId, stamp, note);
  }

  /** Not even the recycle bin is to hold it: nobody put it there. */
  async removeForever(path: string): Promise<void> {
    const { status } = await this.#api.write(`${path}/permanentDelete`, {
      method: 'POST',
      doing: 'removing a temporary file',
      repeatable: true,
      // Not everywhere.
      expected: [400, 403, 404, 405, 501],
    });
    if (status < 300 || status === 404) return;
    await this.#api.write(path, { method: 'DELETE', doing: 'removing a temporary file', expected: [404] });
  }

  async #small(upload: Upload, piece: Buffer): Promise<Uploaded> {
    const begun = await this.#begin(upload);
    if ('outcome' in begun) return begun;
    // A session that an ended process left keeps the name from others for days.
    if ('blocked' in begun) return this.#whole(upload, piece);
    return this.#pieces(upload, { ...begun, has: 0 }, async (at) => piece.subarray(at));
  }

  async #large(upload: Upload): Promise<Uploaded> {
    const { source, stamp, folderId } = upload;
    const isResumed = stamp !== undefined && source.size > RESUMED_PIECES * this.#pieceBytes;
    const earlier = isResumed ? await this.#takenUp(upload, stamp) : undefined;
    let begun: Begun | undefined = earlier;
    let target = upload;
    if (begun === undefined) {
      let made = await this.#begin(upload);
      if ('outcome' in made) return made;
      if ('blocked' in made && upload.over !== undefined) {
        // Over a file, only its own content will do: another one would have neither its versions nor its rights.
        if (source.size > MOST_WHOLE) throw blockedForNow();
        const content = await source.take(source.size);
        await source.end();
        return this.#whole(upload, content);
      }
      if ('blocked' in made) {
        // Whoever blocks it may have sent all of it under a name like this one, too.
        if (stamp !== undefined && !isResumed) await this.discard(folderId, stamp);
        target = { ...upload, name: `.sterna-${randomBytes(16).toString('hex')}.part` };
        made = await this.#begin(target);
        if ('outcome' in made || 'blocked' in made) throw unsettled();
      }
      begun = { url: made.url, has: 0 };
      if (stamp !== undefined && (isResumed || target !== upload))
        await writeNote(this.#api, folderId, stamp, {
          uploadUrl: begun.url,
          size: source.size,
          date: upload.date?.getTime(),
          ...(target === upload ? {} : { aside: target.name }),
        });
    }
    const forgetNote = async (): Promise<void> => {
      if (stamp !== undefined && (isResumed || target !== upload))
        await this.removeForever(this.#api.pathOf(folderId, noteName(stamp)));
    };
    await source.skip(begun.has);
    try {
      const sent = await this.#pieces(target, begun, (at, length) => this.#nextPiece(upload, at, length));
      const ended = target === upload || sent.outcome !== 'done' ? sent : await this.#named(upload, sent.item);
      await forgetNote();
      return ended;
    } catch (thrown) {
      const isOver = source.failure !== undefined && asSternaError(thrown).class === 'object';
      // The next try goes on from here.
      if (isResumed && target === upload && !isOver) throw thrown;
      // What can't be gone on with doesn't keep the name.
      await this.#cancel(begun.url).catch(() => undefined);
      if (target !== upload) await this.removeForever(this.#api.pathOf(folderId, target.name)).catch(() => undefined);
      await forgetNote().catch(() => undefined);
      throw thrown;
    }
  }

  async #nextPiece(upload: Upload, at: number, length: number): Promise<Buffer> {
    const { source } = upload;
    const bytes = await source.take(length);
    if (at + length >= source.size) await source.end();
    return bytes;
  }

  /** The session of an earlier try, with what it has durably. */
  async #takenUp(upload: Upload, stamp: string): Promise<Begun | undefined> {
    const note = await this.#noteOf(upload.folderId, stamp);
    if (note === undefined) return undefined;
    if (note.aside === undefined && note.size === upload.source.size && note.date === upload.date?.getTime()) {
      const has = await this.#received(note.uploadUrl);
      if (has !== undefined && has < note.size) return { url: note.uploadUrl, has };
    }
    await this.#forget(upload.folderId, stamp, note);
    return undefined;
  }

  /** Takes away what was sent, and the note last: whoever is ended in between is asked again. */
  async #forget(folderId: string, stamp: string, { uploadUrl, aside }: UploadNote): Promise<void> {
    await this.#cancel(uploadUrl);
    if (aside !== undefined) await this.removeForever(this.#api.pathOf(folderId, aside));
    await this.removeForever(this.#api.pathOf(folderId, noteName(stamp)));
  }

  async #noteOf(folderId: string, stamp: string): Promise<UploadNote | undefined> {
    const item = await this.#api.lookToRead(folderId, noteName(stamp));
    const found = item === undefined || (item.size ?? 0) > 64 * 1024 ? undefined : foundIn(item);
    if (found === undefined) return undefined;
    const bytes = await wholeContent(this.#api.client, found, this.#api.budget);
    return bytes === 'changed' ? undefined : readNote(bytes, stamp);
  }

  /** A session for a new file, or over one that is as it was. */
  async #begin(upload: Upload): Promise<{ readonly url: string } | { readonly blocked: true } | Uploaded> {
    const { folderId, name, over } = upload;
    const path = over === undefined ? this.#api.pathOf(folderId, name) : this.#api.pathOf(over.itemId);
    const { status, body } = await this.#api.write<SessionAnswer>(`${path}/createUploadSession`, {
      method: 'POST',
      ...(over?.eTag === undefined ? {} : { headers: { 'if-match': over.eTag } }),
      body: {
        item: {
          '@microsoft.graph.conflictBehavior': over === undefined ? 'fail' : 'replace',
          ...datesOf(upload),
        },
      },
      doing: 'beginning an upload',
      // A session more is nothing but forgotten.
      repeatable: true,
      expected: [404, 409, 412],
    });
    if (status === 412) return { outcome: 'changed' };
    if (status === 404) {
      if (over !== undefined) return { outcome: 'missing' };
      throw folderGone();
    }
    if (status !== 409) return { url: body.uploadUrl };
    if (over !== undefined) return { blocked: true };
    const there = await this.#api.look(folderId, name);
    return there === undefined ? { blocked: true } : { outcome: 'taken', item: there };
  }

  /**
   * Sends what a session doesn't have yet. The last piece is never sent again blindly: it makes the file.
   *
   * @param pieceAt Called in order, once for each piece
   */
  async #pieces(
    upload: Upload,
    begun: Begun,
    pieceAt: (at: number, length: number) => Promise<Buffer>,
  ): Promise<Uploaded> {
    const { size } = upload.source;
    let at = begun.has;
    let piece: Buffer | undefined;
    let isUnknown = false;
    for (let failures = 0; ; ) {
      const length = Math.min(this.#pieceBytes, size - at);
      piece ??= await pieceAt(at, length);
      const isLast = at + piece.length === size;
      if (isLast && upload.over !== undefined && begun.has + this.#pieceBytes < size && !(await this.#isStill(upload)))
        return this.#givenUp(begun.url, { outcome: 'changed' });
      const answer = await this.#put(begun.url, piece, at, size, isLast);
      if (answer !== undefined && answer.status === 202) {
        at += piece.length;
        piece = undefined;
        failures = 0;
        continue;
      }
      if (answer !== undefined && answer.status < 300) return { outcome: 'done', item: answer.body as DriveItem };
      if (answer?.status === 409) return this.#conflict(upload, begun.url, isUnknown);
      if (answer?.status === 412) return this.#givenUp(begun.url, { outcome: 'changed' });
      if (answer?.status === 416 && failures >= TRIES) throw unsettled();
      if (answer === undefined) isUnknown = true;
      if (failures >= TRIES) throw unsettled();
      // Nobody knows what the session has: it says so, unless it is over.
      const has = await this.#received(begun.url);
      if (has === undefined) {
        const made = await this.#madeMeanwhile(upload);
        if (made !== undefined && (isUnknown || answer?.status === 404)) return { outcome: 'done', item: made };
        throw uploadLost();
      }
      const taken = has - at;
      if (taken < 0 || taken > piece.length) throw uploadLost();
      if (taken === piece.length) {
        at = has;
        piece = undefined;
        // Only the last one may be there without a file having been made: then it can't be told why.
        if (at >= size) throw unsettled();
        continue;
      }
      if (taken > 0) {
        at = has;
        piece = piece.subarray(taken);
      }
      await this.#api.client.clock.sleep(this.#api.client.backoff(failures), this.#api.client.signal);
      failures += 1;
    }
  }

  /** Undefined where the answer was lost. */
  async #put(
    url: string,
    piece: Buffer,
    at: number,
    size: number,
    isLast: boolean,
  ): Promise<GraphAnswer<DriveItem | Progress> | undefined> {
    try {
      return await this.#api.client.send<DriveItem | Progress>({
        method: 'PUT',
        path: url,
        headers: {
          'content-type': 'application/octet-stream',
          'content-range': `bytes ${at}-${at + piece.length - 1}/${size}`,
        },
        body: piece,
        doing: 'uploading a file',
        right: RIGHTS.write,
        signIn: 'none',
        budget: this.#api.budget,
        cost: { units: 2 },
        repeatable: !isLast,
        expected: [404, 409, 412, 416],
      });
    } catch (thrown) {
      if (isOutcomeUnknown(thrown)) return undefined;
      throw thrown;
    }
  }

  /** How many bytes a session has; undefined where it is over. */
  async #received(url: string): Promise<number | undefined> {
    const { status, body } = await this.#api.client.send<Progress>({
      method: 'GET',
      path: url,
      doing: 'looking at an upload',
      signIn: 'none',
      budget: this.#api.budget,
      cost: { units: 1 },
      expected: [400, 401, 403, 404, 410],
    });
    if (status !== 200) return undefined;
    const next = /^(\d+)-/.exec(body.nextExpectedRanges?.[0] ?? '')?.[1];
    return next === undefined ? Number.POSITIVE_INFINITY : Number(next);
  }

  async #cancel(url: string): Promise<void> {
    await this.#api.client.send({
      method: 'DELETE',
      path: url,
      doing: 'giving an upload up',
      signIn: 'none',
      budget: this.#api.budget,
      expected: [400, 401, 403, 404, 410],
    });
  }

  async #givenUp(url: string, outcome: Uploaded): Promise<Uploaded> {
    await this.#cancel(url);
    return outcome;
  }

  async #conflict(upload: Upload, url: string, isUnknown: boolean): Promise<Uploaded> {
    const there = await this.#api.look(upload.folderId, upload.name);
    if (there === undefined) throw unsettled();
    await this.#cancel(url);
    return { outcome: isUnknown && isContentOf(there, upload) ? 'done' : 'taken', item: there };
  }

  /** What the session made before its answer was lost. */
  async #madeMeanwhile(upload: Upload): Promise<DriveItem | undefined> {
    const there =
      upload.over === undefined
        ? await this.#api.look(upload.folderId, upload.name)
        : await this.#api.look(upload.over.itemId);
    return there !== undefined && isContentOf(there, upload) ? there : undefined;
  }

  async #isStill({ over }: Upload): Promise<boolean> {
    if (over?.eTag === undefined) return true;
    return (await this.#api.look(over.itemId))?.eTag === over.eTag;
  }

  /** In one request without a session, and the date after it: of what is empty, or where a session can't be begun. */
  async #whole(upload: Upload, content: Buffer): Promise<Uploaded> {
    const { folderId, name, over } = upload;
    const path = over === undefined ? this.#api.pathOf(folderId, name) : this.#api.pathOf(over.itemId);
    const put = (): Promise<GraphAnswer<DriveItem>> =>
      this.#api.write<DriveItem>(`${path}/content`, {
        method: 'PUT',
        ...(over === undefined ? { query: { '@microsoft.graph.conflictBehavior': 'fail' } } : {}),
        headers: {
          'content-type': 'application/octet-stream',
          ...(over?.eTag === undefined ? {} : { 'if-match': over.eTag }),
        },
        body: content,
        doing: 'writing a file',
        repeatable: false,
        expected: [404, 409, 412],
      });
    for (let failures = 0, isUnknown = false; ; failures += 1) {
      const answer = await put().catch((thrown: unknown) => {
        if (isOutcomeUnknown(thrown) && failures < TRIES) return undefined;
        throw thrown;
      });
      if (answer === undefined) isUnknown = true;
      else if (answer.status < 300) return this.#dated(upload, answer.body);
      else if (answer.status === 404 && over === undefined) throw folderGone();
      const there = await (over === undefined ? this.#api.look(folderId, name) : this.#api.look(over.itemId));
      if (isUnknown && there !== undefined && isContentOf(there, upload)) return this.#dated(upload, there);
      if (answer === undefined) {
        await this.#api.client.clock.sleep(this.#api.client.backoff(failures), this.#api.client.signal);
        continue;
      }
      if (over !== undefined) return { outcome: there === undefined ? 'missing' : 'changed' };
      if (there === undefined) throw unsettled();
      return { outcome: 'taken', item: there };
    }
  }

  async #dated(upload: Upload, item: DriveItem): Promise<Uploaded> {
    const { date } = upload;
    if (date === undefined || dateOf(item)?.getTime() === Math.floor(date.getTime() / 1_000) * 1_000)
      return { outcome: 'done', item };
    const { body } = await this.#api.write<DriveItem>(this.#api.pathOf(item.id), {
      method: 'PATCH',
      body: datesOf(upload),
      doing: 'setting the date of a file',
    });
    return { outcome: 'done', item: body, datedAfter: true };
  }

  /** Gives what was sent under another name its own. */
  async #named({ folderId, name }: Upload, item: DriveItem): Promise<Uploaded> {
    const { status, body } = await this.#api.write<DriveItem>(this.#api.pathOf(item.id), {
      method: 'PATCH',
      body: { name, '@microsoft.graph.conflictBehavior': 'fail' },
      doing: 'naming a file',
      expected: [409],
    });
    if (status < 300) return { outcome: 'done', item: body };
    await this.removeForever(this.#api.pathOf(item.id));
    const there = await this.#api.look(folderId, name);
    if (there === undefined) throw unsettled();
    return { outcome: 'taken', item: there };
  }
}

const isContentOf = (item: DriveItem, { source }: Upload): boolean => {
  const hash = hashOf(item);
  return !isFolder(item) && item.size === source.size && (hash === undefined || hash === source.hash);
};

export const folderGone = (): SternaError =>
  new SternaError('transient', 'container-gone', 'The folder in the target is no more.', {
    fix: 'Nothing to do: the next pass makes it again.',
  });

const uploadLost = (): SternaError =>
  new SternaError('transient', 'upload-lost', 'OneDrive no longer knows of this upload.', {
    fix: 'Nothing to do: Sterna begins it anew.',
  });

/** Until the session of a process that was ended runs out. */
const blockedForNow = (): SternaError =>
  new SternaError('transient', 'upload-blocked', 'An upload that was cut off keeps others from this file.', {
    fix: 'Nothing to do: OneDrive forgets it after a day or some, and Sterna goes on.',
  });

const unsettled = (): SternaError =>
  new SternaError('transient', 'not-there-after-write', 'OneDrive took the file, and doesn’t have it.', {
    fix: 'Nothing to do: Sterna looks again.',
  });

/** When it was modified and created, in whole seconds (https://learn.microsoft.com/en-us/graph/api/resources/filesysteminfo). */
const datesOf = ({ date, created }: Upload): { readonly fileSystemInfo?: object } =>
  date === undefined && created === undefined
    ? {}
    : {
        fileSystemInfo: {
          ...(date === undefined ? {} : { lastModifiedDateTime: date.toISOString() }),
          ...(created === undefined ? {} : { createdDateTime: created.toISOString() }),
        },
      };
