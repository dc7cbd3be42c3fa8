import { type Budget, CONNECTION_LOST } from '@sterna/cloud-http';
import { asSternaError, SternaError } from '@sterna/core';
import type { GraphClient } from '../graph/client.ts';
import type { DriveApi } from './drive-api.ts';
import { type DriveItem, hashOf, versionOf } from './item.ts';
import { QuickXorHash } from './quick-xor-hash.ts';

/** Without progress, it is given up after so many tries. */
const TRIES = 5;
/** What a URL says that ran out, or whose file went away. */
const URL_OVER = [401, 403, 404, 410];
/** Bytes of one chunk of a streamed body. */
const CHUNK = 512 * 1024;

/**
 * The bytes behind a pre-authenticated URL, from a place on. Graph's token must not go there.
 *
 * @returns undefined where the URL no longer holds
 * @throws SternaError transient where the connection breaks
 */
async function* bytesFrom(
  client: GraphClient,
  url: string,
  at: number,
  budget: Budget | 'none',
): AsyncGenerator<Buffer, 'over' | undefined> {
  const stream = await client.open({
    method: 'GET',
    path: url,
    headers: { accept: '*/*', 'accept-encoding': 'identity', ...(at === 0 ? {} : { range: `bytes=${at}-` }) },
    doing: 'reading a file',
    signIn: 'none',
    budget,
    expected: [...URL_OVER, 416],
  });
  if (stream.status !== 200 && stream.status !== 206) {
    stream.leave();
    return 'over';
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
  return undefined;
}

/** Where a content comes from: an item as it is now, or an earlier version of it. */
export interface Origin {
  /** Undefined where there is no such content any more; another `version` where it became another one. */
  find(): Promise<Found | undefined>;
}
export interface Found {
  readonly url: string;
  readonly size: number;
  /** Of an earlier version nothing is told. */
  readonly hash: string | undefined;
  readonly version: string | undefined;
}

/** The current content of what has this name in that folder. */
export const originOf = (api: DriveApi, folderId: string, name: string): Origin => ({
  async find() {
    const item = await api.lookToRead(folderId, name);
    return item === undefined ? undefined : foundIn(item);
  },
});

export function foundIn(item: DriveItem): Found | undefined {
  const url = item['@microsoft.graph.downloadUrl'];
  if (url === undefined) return undefined;
  return { url, size: item.size ?? 0, hash: hashOf(item), version: versionOf(item) };
}

/**
 * A small content, whole, and the very one that was found: its hash tells.
 *
 * @returns `changed` where it isn't
 */
export async function wholeContent(
  client: GraphClient,
  found: Found,
  budget: Budget | 'none',
): Promise<Buffer | 'changed'> {
  const chunks: Buffer[] = [];
  let length = 0;
  const bytes = bytesFrom(client, found.url, 0, budget);
  for (;;) {
    const next = await bytes.next();
    if (next.done === true) {
      if (next.value === 'over') return 'changed';
      break;
    }
    chunks.push(next.value);
    length += next.value.length;
    if (length > found.size) {
      await bytes.return(undefined);
      return 'changed';
    }
  }
  const whole = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
  const isIt =
    length === found.size && (found.hash === undefined || new QuickXorHash().update(whole).digest() === found.hash);
  return isIt ? whole : 'changed';
}

/**
 * One content, each time from its start. A transfer that breaks goes on from where it was; the hash at its end says whether
 * all of it was the same file.
 */
export class FileBody implements AsyncIterable<Buffer> {
  readonly #client: GraphClient;
  readonly #origin: Origin;
  readonly #expected: Pick<Found, 'size' | 'version'>;

  constructor(client: GraphClient, origin: Origin, expected: Pick<Found, 'size' | 'version'>) {
    this.#client = client;
    this.#origin = origin;
    this.#expected = expected;
  }

  /** @throws SternaError object `changed-while-read`; transient where it can't be got to its end */
  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    const hash = new QuickXorHash();
    const { size } = this.#expected;
    const first = await this.#find();
    let url = first.url;
    let at = 0;
    for (let failures = 0; at < size; ) {
      const from = at;
      try {
        // It holds no place among the requests in flight: whoever takes it may need others before its end.
        const bytes = bytesFrom(this.#client, url, at, 'none');
        let isOver = false;
        try {
          for (;;) {
            const next = await bytes.next();
            if (next.done === true) {
              isOver = next.value === 'over';
              break;
            }
            at += next.value.length;
            if (at > size) throw changedWhileRead();
            hash.update(next.value);
            yield next.value;
          }
        } finally {
          await bytes.return(undefined);
        }
        if (at < size && !isOver) throw cutShort();
        if (isOver) {
          if (failures >= TRIES) throw cutShort();
          failures += 1;
          url = (await this.#find()).url;
        }
      } catch (thrown) {
        const error = asSternaError(thrown);
        if (at > from) failures = 0;
        if (error.class !== 'transient' || error.code === 'aborted' || failures >= TRIES) throw thrown;
        await this.#client.clock.sleep(this.#client.backoff(failures), this.#client.signal);
        failures += 1;
      }
    }
    if (first.hash === undefined ? (await this.#find()) === undefined : hash.digest() !== first.hash)
      throw changedWhileRead();
  }

  /** @throws SternaError object `changed-while-read` where it isn't there any more as it was */
  async #find(): Promise<Found> {
    const found = await this.#origin.find();
    const { size, version } = this.#expected;
    if (found === undefined || found.size !== size || (found.version ?? version) !== version) throw changedWhileRead();
    return found;
  }
}

export const changedWhileRead = (): SternaError =>
  new SternaError('object', 'changed-while-read', 'The file changed while it was being read.', {
    fix: 'Start a delta pass: it reads the file as it is then.',
  });

const cutShort = (): SternaError =>
  new SternaError('transient', CONNECTION_LOST, 'OneDrive ended the transfer early.', {
    fix: 'Nothing to do: Sterna tries again by itself.',
  });
