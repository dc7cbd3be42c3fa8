import { asSternaError, SternaError } from '@sterna/core';
import type { DavHttp, DavStreamAnswer } from '@sterna/dav';
import { changedWhileRead } from './errors.ts';
import { type Facts, factsOf } from './facts.ts';
import { lookAt } from './listing.ts';

export interface OpenedFile {
  readonly facts: Facts;
  readonly answer: DavStreamAnswer;
}

/** Statuses that say that there is no file there: none at all, or a folder. */
const NO_FILE = [301, 302, 307, 308, 404, 405, 410];

/** A file and the beginning of its transfer; undefined where there is no file. @throws SternaError */
export async function openFile(http: DavHttp, url: URL): Promise<OpenedFile | undefined> {
  const answer = await http.open(getRequest(url, {}));
  if (answer.status !== 200) {
    const location = answer.header('location');
    answer.leave();
    if (location !== undefined && !new URL(location, url).pathname.endsWith('/')) throw elsewhere();
    return undefined;
  }
  const told = factsOf(answer);
  if (told.etag !== undefined && told.size !== undefined) return { answer, facts: { ...told, size: told.size } };
  // Some servers tell in a listing alone what they don't with the file.
  const facts = await lookAt(http, url);
  if (facts === undefined || facts.isFolder) {
    answer.leave();
    return undefined;
  }
  return { answer, facts };
}

const getRequest = (url: URL, headers: Readonly<Record<string, string>>) => ({
  method: 'GET',
  url,
  headers: { 'accept-encoding': 'identity', ...headers },
  doing: 'reading a file',
  repeatable: true,
  expected: NO_FILE,
});

/**
 * The content of one version of a file, each time from its start. A transfer that breaks goes on from where it was, as long
 * as the file is still that version.
 */
export class FileBody implements AsyncIterable<Buffer> {
  readonly #http: DavHttp;
  readonly #url: URL;
  readonly #facts: Facts;
  readonly #delays: readonly number[];

  constructor(http: DavHttp, url: URL, facts: Facts, delays: readonly number[]) {
    this.#http = http;
    this.#url = url;
    this.#facts = facts;
    this.#delays = delays;
  }

  /** @throws SternaError object `changed-while-read`; transient where it can't be got to its end */
  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    let at = 0;
    let failures = 0;
    while (at < this.#facts.size) {
      const from = at;
      try {
        for await (const chunk of this.#from(at)) {
          at += chunk.length;
          if (at > this.#facts.size) throw changedWhileRead();
          yield chunk;
        }
        // It ended early, which is said as if the connection had been lost.
        if (at < this.#facts.size) throw cutShort();
      } catch (thrown) {
        const error = asSternaError(thrown);
        if (at > from) failures = 0;
        const delay = this.#delays[failures];
        if (error.class !== 'transient' || error.code === 'aborted' || delay === undefined) throw thrown;
        failures += 1;
        await this.#http.pause(delay);
      }
    }
    if ((await lookAt(this.#http, this.#url))?.version !== this.#facts.version) throw changedWhileRead();
  }

  async *#from(at: number): AsyncGenerator<Buffer> {
    const { etag } = this.#facts;
    const answer = await this.#http.open({
      ...getRequest(
        this.#url,
        at === 0 ? {} : { range: `bytes=${at}-`, ...(etag === undefined ? {} : { 'if-range': quoted(etag) }) },
      ),
      expected: [...NO_FILE, 416],
    });
    try {
      const told = factsOf(answer);
      // 206 begins where we asked, 200 at the start: the server knows no ranges, or a weak ETag.
      const begins = answer.status === 206 ? beginning(answer) : answer.status === 200 ? 0 : undefined;
      const isOther =
        (told.size !== undefined && told.size !== this.#facts.size) ||
        (told.etag !== undefined && etag !== undefined && told.etag !== etag);
      if (begins === undefined || begins > at || isOther) throw changedWhileRead();
      let skip = at - begins;
      for await (const chunk of answer.body) {
        const rest = chunk.subarray(Math.min(skip, chunk.length));
        skip -= chunk.length - rest.length;
        if (rest.length > 0) yield rest;
      }
    } finally {
      answer.leave();
    }
  }
}

/** Some servers leave the quotes out of a property, none of a header. */
export const quoted = (etag: string): string => (etag.startsWith('"') ? etag : `"${etag}"`);

const beginning = (answer: DavStreamAnswer): number | undefined => {
  const start = /^bytes\s+(\d+)-/.exec(answer.header('content-range') ?? '')?.[1];
  return start === undefined ? undefined : Number(start);
};

const elsewhere = (): SternaError =>
  new SternaError('object', 'file-elsewhere', 'The server wants this file to be read from another address.', {
    fix: 'Use the address in the settings of the system that the server itself uses.',
  });

const cutShort = (): SternaError =>
  new SternaError('transient', 'dav-connection-lost', 'The server ended the transfer early.', {
    fix: 'Nothing to do: Sterna tries again by itself.',
  });
