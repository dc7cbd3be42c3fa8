import { SternaError } from '@sterna/core';
import {
  type DavAnswer,
  type DavHttp,
  type DavRequest,
  type DavStream,
  parseMultiStatus,
  refusal,
  xml,
  xmlDocument,
} from '@sterna/dav';
import { quoted } from './file-body.ts';

/** How a server lets the date of a file be set. */
export type TimesWay = 'header' | 'getlastmodified' | 'win32' | 'none';

export interface PutOptions {
  /** Only where there is nothing yet, or only over this ETag. */
  readonly onlyIf?: 'nothing' | { readonly etag: string };
  readonly date?: Date | undefined;
  readonly checksum?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly expected?: readonly number[];
}

export interface MoveOptions {
  readonly overwrite: boolean;
  /** Only over this ETag (RFC 4918 section 10.4). */
  readonly onlyOver?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

const PROPERTY = { getlastmodified: 'd:getlastmodified', win32: 'ms:Win32LastModifiedTime' } as const;

/** Whole seconds, as `X-OC-MTime` has them. */
export const unixTime = (date: Date): string => String(Math.floor(date.getTime() / 1_000));

/** The requests that writing is made of. What is locked is tried again for a while. */
export class Remote {
  readonly http: DavHttp;
  readonly #lockDelays: readonly number[];

  constructor(http: DavHttp, lockDelays: readonly number[]) {
    this.http = http;
    this.#lockDelays = lockDelays;
  }

  /** Answers 2xx, 404, 409 and 412 come back; a stream is sent once. */
  put(url: URL, body: Buffer | DavStream, options: PutOptions = {}): Promise<DavAnswer> {
    const { onlyIf, date, checksum } = options;
    return this.#unlocked({
      method: 'PUT',
      url,
      headers: {
        'content-type': 'application/octet-stream',
        ...(onlyIf === undefined
          ? {}
          : onlyIf === 'nothing'
            ? { 'if-none-match': '*' }
            : { 'if-match': quoted(onlyIf.etag) }),
        ...(date === undefined ? {} : { 'x-oc-mtime': unixTime(date) }),
        ...(checksum === undefined ? {} : { 'oc-checksum': checksum }),
        ...options.headers,
      },
      body,
      doing: 'a file',
      repeatable: true,
      expected: [404, 409, 412, ...(options.expected ?? [])],
    });
  }

  /** Answers 2xx, 404, 409 and 412 come back. */
  async move(from: URL, to: URL, options: MoveOptions): Promise<DavAnswer> {
    const answer = await this.#unlocked({
      method: 'MOVE',
      url: from,
      headers: {
        destination: to.href,
        overwrite: options.overwrite ? 'T' : 'F',
        ...(options.onlyOver === undefined ? {} : { if: `<${to.href}> ([${quoted(options.onlyOver)}])` }),
        ...options.headers,
      },
      doing: 'a move',
      repeatable: true,
      expected: [404, 409, 412, 502],
    });
    if (answer.status === 502) throw destinationRefused(answer);
    return whole(answer, 'a move');
  }

  /** Answers 2xx, 404, 410 and 412 come back. */
  async remove(url: URL, onlyEtag?: string): Promise<DavAnswer> {
    const answer = await this.#unlocked({
      method: 'DELETE',
      url,
      headers: onlyEtag === undefined ? {} : { 'if-match': quoted(onlyEtag) },
      doing: 'removing a file',
      repeatable: true,
      expected: [404, 410, 412],
    });
    return whole(answer, 'removing a file');
  }

  /** Takes away what is ours and isn't needed. A leftover is hidden from listings, so nothing depends on it. */
  async discard(url: URL): Promise<void> {
    await this.remove(url).catch(() => {});
  }

  /** 201: made; 405: something has the name; 400, 404, 409: the folder above is missing, or is a file. */
  makeFolder(url: URL, headers: Readonly<Record<string, string>> = {}): Promise<DavAnswer> {
    return this.#unlocked({
      method: 'MKCOL',
      url,
      headers,
      doing: 'making a folder',
      repeatable: true,
      expected: [301, 400, 404, 405, 409],
    });
  }

  async setDate(url: URL, date: Date, way: 'getlastmodified' | 'win32'): Promise<void> {
    await this.#unlocked({
      method: 'PROPPATCH',
      url,
      headers: { 'content-type': 'application/xml; charset=utf-8' },
      body: xmlDocument('d:propertyupdate', xml('d:set', xml('d:prop', xml(PROPERTY[way], date.toUTCString())))),
      doing: 'setting the date of a file',
      repeatable: true,
      expected: [400, 403, 404, 405, 409, 422, 500, 501],
    });
  }

  async #unlocked(request: DavRequest): Promise<DavAnswer> {
    for (let tries = 0; ; tries += 1)
      try {
        return await this.http.send(request);
      } catch (thrown) {
        const delay = this.#lockDelays[tries];
        const isLocked = thrown instanceof SternaError && thrown.code === 'file-locked';
        if (!isLocked || delay === undefined || (request.body !== undefined && !Buffer.isBuffer(request.body)))
          throw thrown;
        await this.http.pause(delay);
      }
  }
}

/** 207 to a MOVE or DELETE says what could not be moved or removed. */
function whole(answer: DavAnswer, doing: string): DavAnswer {
  if (answer.status !== 207) return answer;
  const failed = parseMultiStatus(answer.body).responses.find(({ status }) => status >= 300);
  if (failed === undefined) return answer;
  throw refusal(doing, { ...answer, status: failed.status, body: Buffer.alloc(0) });
}

/** RFC 4918 section 9.9.4: the destination is on another server, as far as this one can see. */
const destinationRefused = (answer: DavAnswer): SternaError =>
  new SternaError(
    'config',
    'destination-refused',
    'The server doesn’t recognize its own address as the target of a move.',
    {
      field: 'url',
      fix: 'Use the address that the server itself has, or have the proxy before it rewrite the header Destination.',
      details: { status: answer.status },
    },
  );
