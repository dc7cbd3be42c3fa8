import { randomBytes } from 'node:crypto';
import { asSternaError, type SternaError } from '@sterna/core';
import { type Bucket, type Head, md5Of } from './bucket.ts';
import { isPrecondition } from './errors.ts';
import { type KeySpace, noteName } from './keys.ts';
import { MTIME, mtimeOf } from './times.ts';

/** What a storage really does, tried out on an object of our own. */
export interface Facts {
  /** A put with `If-None-Match: *` leaves what is there. */
  readonly createsOnlyNew: boolean;
  /** A put with `If-Match` leaves what has become another. */
  readonly replacesOnlySame: boolean;
  /** The same of completing an upload of several parts. */
  readonly completesOnlyNew: boolean;
  readonly completesOnlySame: boolean;
  /** A copy with `If-None-Match: *` leaves what is there. */
  readonly copiesOnlyNew: boolean;
  /** The ETag of an object that was put whole is its MD5. */
  readonly etagIsMd5: boolean;
  /** User metadata is kept, and so the time of a file. */
  readonly keepsMtime: boolean;
}

/** By endpoint and bucket: a server doesn't change while we run. */
const known = new Map<string, Promise<Facts>>();
const knownVersioning = new Map<string, Promise<string>>();
const nameOf = (bucket: Bucket): string => `${bucket.endpoint.origin} ${bucket.name}`;

/**
 * `Enabled`, `Suspended`, `never`; `unknown` where we may not ask. Once per process, endpoint and bucket.
 *
 * @throws SternaError transient | throttled
 */
export async function versioningOf(bucket: Bucket): Promise<string> {
  const key = nameOf(bucket);
  const asked = knownVersioning.get(key) ?? askForVersioning(bucket);
  knownVersioning.set(key, asked);
  try {
    return await asked;
  } catch (error) {
    knownVersioning.delete(key);
    throw error;
  }
}

async function askForVersioning(bucket: Bucket): Promise<string> {
  try {
    return (await bucket.versioning()) ?? 'never';
  } catch (thrown) {
    const error = asSternaError(thrown);
    if (isOfServer(error)) throw error;
    return 'unknown';
  }
}

/**
 * Once per process, endpoint and bucket.
 *
 * @throws SternaError auth where nothing may be written there
 */
export async function factsOf(bucket: Bucket, keys: KeySpace): Promise<Facts> {
  const key = nameOf(bucket);
  const earlier = known.get(key);
  if (earlier !== undefined) return earlier;
  const asked = probe(bucket, keys);
  known.set(key, asked);
  try {
    return await asked;
  } catch (error) {
    known.delete(key);
    throw error;
  }
}

/** For tests, whose servers come and go. */
export const forgetFacts = (): void => {
  known.clear();
  knownVersioning.clear();
};

/** For a request that takes milliseconds. */
const PATIENCE_MS = 2_000;

/** More than are ever made. */
const MOST_VERSIONS = 20;

const NO_ETAG = '0'.repeat(32);
const BODY = Buffer.from('Sterna tries out what this storage does. This object may be removed.\n');
const OTHER_BODY = Buffer.from('Sterna tried out what this storage does. This object may be removed.\n');

async function probe(bucket: Bucket, keys: KeySpace): Promise<Facts> {
  const key = keys.keyOf('', noteName(`probe${randomBytes(8).toString('hex')}`));
  const date = new Date(1_234_567_890_123);
  const versions = new Set<string | undefined>();
  const put = async (body: Buffer, condition: { absent?: true; etag?: string } = {}): Promise<void> => {
    const { versionId } = await bucket.put(key, body, { metadata: { [MTIME]: '1234567890.123' }, ...condition });
    versions.add(versionId);
  };
  try {
    await put(BODY);
    const head = await bucket.head(key);
    const createsOnlyNew = await refuses(() => put(OTHER_BODY, { absent: true }));
    const isSaid = await refuses(() => put(OTHER_BODY, { etag: NO_ETAG }));
    // A server that refuses each condition knows none.
    const now = await bucket.head(key);
    const replacesOnlySame = isSaid && now !== undefined && (await succeeds(() => put(BODY, { etag: now.etag })));
    const completes = await probeUpload(bucket, key, versions);
    const copiesOnlyNew = await probeCopy(bucket, key);
    return {
      createsOnlyNew,
      replacesOnlySame,
      ...completes,
      copiesOnlyNew,
      etagIsMd5: head?.etag === md5Of(BODY).toString('hex'),
      keepsMtime: mtimeOf(head?.metadata, undefined)?.getTime() === date.getTime(),
    };
  } finally {
    await cleanUp(bucket, key, versions);
  }
}

/** None where we may not ask, or the storage has no such list. */
const earlierVersions = (bucket: Bucket, key: string): Promise<readonly string[]> =>
  bucket.earlierVersions(key, MOST_VERSIONS).catch(() => []);

/** True: refused, and for the condition's sake. */
async function refuses(request: () => Promise<void>): Promise<boolean> {
  try {
    await request();
    return false;
  } catch (thrown) {
    const error = asSternaError(thrown);
    if (isPrecondition(error)) return true;
    if (isOfServer(error)) throw error;
    return false;
  }
}

async function succeeds(request: () => Promise<void>): Promise<boolean> {
  try {
    await request();
    return true;
  } catch (thrown) {
    const error = asSternaError(thrown);
    if (isOfServer(error)) throw error;
    return false;
  }
}

/** It says nothing about the function that was tried. */
const isOfServer = (error: SternaError): boolean => error.class === 'transient' || error.class === 'throttled';

async function probeUpload(
  bucket: Bucket,
  key: string,
  versions: Set<string | undefined>,
): Promise<Pick<Facts, 'completesOnlyNew' | 'completesOnlySame'>> {
  const attempt = async (condition: { absent?: true; etag?: string }): Promise<boolean> => {
    const upload = await bucket.createUpload(key, {});
    try {
      const part = await bucket.uploadPart(key, upload, 1, BODY, md5Of(BODY));
      return await refuses(async () => {
        versions.add((await bucket.completeUpload(key, upload, [part], condition)).versionId);
      });
    } finally {
      await bucket.abortUpload(key, upload).catch(() => undefined);
    }
  };
  try {
    return { completesOnlyNew: await attempt({ absent: true }), completesOnlySame: await attempt({ etag: NO_ETAG }) };
  } catch (thrown) {
    const error = asSternaError(thrown);
    if (isOfServer(error)) throw error;
    return { completesOnlyNew: false, completesOnlySame: false };
  }
}

/** Onto itself, with other metadata: Amazon takes no copy that changes nothing. */
async function probeCopy(bucket: Bucket, key: string): Promise<boolean> {
  const now: Head | undefined = await bucket.head(key);
  if (now === undefined) return false;
  return refuses(() =>
    bucket.copy(key, now.etag, key, { absent: true }, { metadata: { probe: '1' }, contentType: undefined }),
  );
}

async function cleanUp(bucket: Bucket, key: string, versions: ReadonlySet<string | undefined>): Promise<void> {
  try {
    // A version of its own each, where the bucket keeps versions: no delete marker is left behind.
    const latest = await bucket.head(key);
    // Not every storage tells the version that a put or a copy made.
    const earlier = (await versioningOf(bucket)) === 'never' ? [] : await earlierVersions(bucket, key);
    // Swift never answers the first such request behind a refused completion, and the second one at once.
    for (const version of new Set([...versions, latest?.versionId, ...earlier]))
      if (version !== undefined)
        await bucket.remove(key, version, PATIENCE_MS).catch(() => bucket.remove(key, version));
    if ((await bucket.head(key)) !== undefined) await bucket.remove(key);
  } catch {
    // It is hidden from every listing of ours, and its text says what it is.
  }
}
