import { Content } from './content.ts';
import type { ConflictBehavior, Dates, Drive } from './drive.ts';
import {
  beingUploaded,
  changedMeanwhile,
  driveError,
  invalidRequest,
  nameTaken,
  noSpace,
  noSuchItem,
  wrongRange,
} from './errors.ts';
import { type Actor, cTagOf, type DriveItem, eTagOf } from './item.ts';
import { nameKey } from './names.ts';

/** Every chunk but the last is a multiple of this; else the commit fails. Bytes. */
export const CHUNK_UNIT = 320 * 1024;
/** A request must stay below this. Bytes. */
export const MAX_CHUNK = 60 * 1024 * 1024;

/** The file to write: a name in a folder, or one that is there already. */
export type UploadTarget =
  | { readonly folder: DriveItem; readonly name: string }
  | { readonly folder: undefined; readonly item: DriveItem };

export interface UploadRequest {
  readonly target: UploadTarget;
  readonly conflict: ConflictBehavior | undefined;
  readonly dates: Dates;
  readonly description: string | undefined;
  readonly fileSize: number | undefined;
  readonly deferCommit: boolean;
  readonly ifMatch: string | undefined;
  readonly by: Actor;
}

export interface ContentRange {
  readonly first: number;
  readonly last: number;
  readonly total: number;
}

export interface Committed {
  readonly item: DriveItem;
  readonly created: boolean;
}

/** `bytes 0-25/128`. Throws 400. */
export function parseContentRange(header: string | undefined): ContentRange {
  const match = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(header?.trim() ?? '');
  if (match === null) throw invalidRequest('The Content-Range header is missing or malformed.');
  const [first, last, total] = match.slice(1).map(Number) as [number, number, number];
  if (last < first || last >= total) throw invalidRequest('The Content-Range header is malformed.');
  return { first, last, total };
}

const sessions = new WeakMap<Drive, UploadSessions>();

export function uploadSessionsOf(drive: Drive): UploadSessions {
  const known = sessions.get(drive);
  if (known !== undefined) return known;
  const fresh = new UploadSessions(drive);
  sessions.set(drive, fresh);
  return fresh;
}

/** The uploads in progress of one drive. They end by their last chunk, by DELETE or by their time. */
export class UploadSessions {
  readonly #drive: Drive;
  readonly #sessions = new Map<string, UploadSession>();

  constructor(drive: Drive) {
    this.#drive = drive;
  }

  create(request: UploadRequest, now: number): UploadSession {
    const drive = this.#drive;
    const { behaviour } = drive;
    this.#expire(now);
    const taken = targetItem(drive, request.target);
    if (request.ifMatch !== undefined && (taken === undefined || !matches(taken, request.ifMatch))) {
      throw changedMeanwhile();
    }
    const conflict = request.conflict ?? behaviour.uploadConflictDefault;
    if (request.target.folder !== undefined) {
      if (taken?.children !== undefined) throw nameTaken();
      if (taken === undefined) drive.checkNewFile(request.target.folder, request.target.name);
      else if (conflict === 'fail' && behaviour.uploadConflictTold === 'creation') throw nameTaken();
    } else if (request.target.item.children !== undefined) {
      throw invalidRequest('A folder has no content.');
    }
    if (request.fileSize !== undefined && request.fileSize > drive.remaining) throw noSpace();
    const key = keyOf(request.target);
    if (behaviour.oneSessionPerName) {
      for (const session of this.#sessions.values()) if (keyOf(session.target) === key) throw beingUploaded();
    }
    const expires = now + behaviour.uploadSessionLifetime;
    const session = new UploadSession(drive, drive.newGuid(), { ...request, conflict }, expires);
    this.#sessions.set(session.id, session);
    return session;
  }

  /** Throws 404 for one that ended, whatever ended it. */
  find(id: string, now: number): UploadSession {
    this.#expire(now);
    const session = this.#sessions.get(id);
    if (session === undefined) throw driveError(404, 'itemNotFound', 'The upload session was not found.');
    return session;
  }

  close(session: UploadSession): void {
    this.#sessions.delete(session.id);
  }

  get open(): readonly UploadSession[] {
    return [...this.#sessions.values()];
  }

  #expire(now: number): void {
    for (const [id, { expires }] of this.#sessions) if (expires <= now) this.#sessions.delete(id);
  }
}

export class UploadSession {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly expires: number;
  readonly deferCommit: boolean;
  readonly #drive: Drive;
  readonly #request: UploadRequest & { readonly conflict: ConflictBehavior };
  readonly #chunks: Buffer[] = [];
  #received = 0;
  #total: number | undefined;
  #uneven = false;

  constructor(
    drive: Drive,
    id: string,
    request: UploadRequest & { readonly conflict: ConflictBehavior },
    expires: number,
  ) {
    this.#drive = drive;
    this.id = id;
    this.#request = request;
    this.expires = expires;
    this.deferCommit = request.deferCommit;
  }

  get target(): UploadTarget {
    return this.#request.target;
  }

  get conflict(): ConflictBehavior {
    return this.#request.conflict;
  }

  get complete(): boolean {
    return this.#received === this.#total;
  }

  get nextExpectedRanges(): string[] {
    return this.complete ? [] : [`${this.#received}-`];
  }

  /** Takes a chunk whole. Throws 400 or 416 and keeps what it had. */
  receive(range: ContentRange, bytes: Buffer): void {
    if (bytes.length !== range.last - range.first + 1) {
      throw invalidRequest(
        'Declared fragment length does not match the provided number of bytes.',
        'fragmentLengthMismatch',
      );
    }
    if (bytes.length >= MAX_CHUNK) {
      throw driveError(413, 'invalidRequest', 'The fragment is too large.', 'maxFragmentLengthExceeded');
    }
    if (this.#total !== undefined && this.#total !== range.total) {
      throw invalidRequest('The total size differs from that of earlier fragments.', 'fragmentLengthMismatch');
    }
    if (range.first < this.#received) {
      throw wrongRange('The uploaded fragment overlaps with data that has already been received.', 'fragmentOverlap');
    }
    if (range.first > this.#received) {
      throw wrongRange('The uploaded fragment is out of order.', 'fragmentOutOfOrder');
    }
    this.#total = range.total;
    if (range.last + 1 < range.total && bytes.length % CHUNK_UNIT !== 0) this.#uneven = true;
    this.#chunks.push(bytes);
    this.#received += bytes.length;
  }

  /**
   * Makes the file of what was received and ends the session; when it throws (409, 412, 507) the session stays, and can
   * be committed again under another name or with another conflict behaviour.
   */
  commit(now: number, other: { name?: string; conflict?: ConflictBehavior } = {}): Committed {
    if (!this.complete) throw invalidRequest('Not all bytes of the file have been received.');
    if (this.#uneven) throw invalidRequest('A fragment was not a multiple of 320 KiB: the file cannot be committed.');
    const drive = this.#drive;
    const { by, dates, description, ifMatch } = this.#request;
    const { target } = this;
    const content = new Content(this.#chunks);
    const conflict = other.conflict ?? this.conflict;
    const named = target.folder !== undefined && other.name !== undefined ? { ...target, name: other.name } : target;
    const taken = targetItem(drive, named);
    if (drive.behaviour.ifMatchAtCommit && ifMatch !== undefined) {
      if (taken === undefined || !matches(taken, ifMatch)) throw changedMeanwhile();
    }
    const writing = { by, at: now, dates, description };
    let done: Committed;
    if (named.folder === undefined) {
      if (drive.known(named.item.id) === undefined) throw noSuchItem();
      done = { item: drive.replaceContent(named.item, content, writing), created: false };
    } else {
      if (named.folder !== drive.root && drive.known(named.folder.id) === undefined) throw noSuchItem();
      const { file, created } = drive.writeFile(named.folder, named.name, content, conflict, writing);
      done = { item: file, created };
    }
    uploadSessionsOf(drive).close(this);
    return done;
  }
}

function targetItem(drive: Drive, target: UploadTarget): DriveItem | undefined {
  return target.folder === undefined ? target.item : drive.child(target.folder, target.name);
}

function keyOf(target: UploadTarget): string {
  if (target.folder !== undefined) return `${target.folder.id}/${nameKey(target.name)}`;
  return `${target.item.parent?.id}/${nameKey(target.item.name)}`;
}

/** If-Match takes the eTag or the cTag. */
export function matches(item: DriveItem, tag: string): boolean {
  const bare = tag.trim().replace(/^W\//, '');
  return bare === '*' || bare === eTagOf(item) || bare === cTagOf(item);
}
