import { createHash } from 'node:crypto';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  ListPartsCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { checkReach, lookupWithinReach } from '@sterna/connector-kit';
import { asSternaError, SternaError } from '@sterna/core';
import { aborted, s3Error, statusOf } from './errors.ts';
import type { Listed } from './glance.ts';
import { Slots } from './slots.ts';

export interface BucketOptions {
  readonly endpoint: URL;
  readonly region: string;
  readonly bucket: string;
  readonly pathStyle: boolean;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of temporary keys. */
  readonly sessionToken?: string;
  readonly ca: string | undefined;
  readonly verifyCertificate: boolean;
  readonly maxConnections: number;
  readonly timeoutMs: number;
  readonly retryDelaysMs: readonly number[];
  readonly signal: AbortSignal;
  readonly onThrottled?: (retryAt: Date, reason: string) => void;
}

export interface ListPage {
  readonly objects: readonly Listed[];
  /** Common prefixes, each with a `/` at its end. */
  readonly prefixes: readonly string[];
  /** The last of both, in the server's order: where the next page begins. Undefined on the last page. */
  readonly next: { readonly token: string | undefined; readonly after: string } | undefined;
}

export interface Head {
  readonly size: number;
  readonly etag: string;
  readonly modified: Date | undefined;
  readonly metadata: Readonly<Record<string, string>>;
  readonly contentType: string | undefined;
  readonly versionId: string | undefined;
}

export interface Got extends Head {
  readonly body: Readable;
  /** Where the body begins: 0 where the server didn't mind the range. */
  readonly offset: number;
}

/** `If-None-Match: *`, or `If-Match` with this ETag. */
export interface Condition {
  readonly absent?: true;
  readonly etag?: string;
}

export interface Written {
  readonly etag: string;
  readonly versionId: string | undefined;
}

export interface Part {
  readonly number: number;
  readonly etag: string;
  readonly size: number;
}

/** Requests that change something and are not the same when repeated say `once`: then nobody but the caller repeats them. */
interface Manner {
  readonly once?: true;
}

const bare = (etag: string | undefined): string => (etag ?? '').replace(/^W\//, '').replace(/^"|"$/g, '');
const quoted = (etag: string): string => `"${etag}"`;
export const md5Of = (body: Buffer): Buffer => createHash('md5').update(body).digest();

const conditional = ({ absent, etag }: Condition) => ({
  ...(absent === true ? { IfNoneMatch: '*' } : {}),
  ...(etag === undefined ? {} : { IfMatch: quoted(etag) }),
});

/** Of parts: Swift knows such an object by another ETag than the one it tells. */
export const isOfParts = (etag: string): boolean => etag.includes('-');

const sourceCondition = (etag: string) => (isOfParts(etag) ? {} : { CopySourceIfMatch: quoted(etag) });

/** With an encoding asked for, servers write keys percent-encoded, and `+` for a blank (as Amazon does). */
function decoded(key: string, encoding: string | undefined): string {
  if (encoding !== 'url') return key;
  try {
    return decodeURIComponent(key.replace(/\+/g, ' '));
  } catch {
    return key;
  }
}

/** One bucket by the official client, which does neither retry nor add checksums here: both are ours to decide. */
export class Bucket {
  readonly name: string;
  readonly endpoint: URL;
  readonly #options: BucketOptions;
  readonly #client: S3Client;
  readonly #agents: readonly [HttpAgent, HttpsAgent];
  readonly #own = new AbortController();
  readonly #signal: AbortSignal;
  readonly #slots: Slots;
  #throttled: SternaError | undefined;

  constructor(options: BucketOptions) {
    this.#options = options;
    this.name = options.bucket;
    this.endpoint = options.endpoint;
    this.#signal = AbortSignal.any([options.signal, this.#own.signal]);
    this.#slots = new Slots(options.maxConnections);
    // Bodies that are being read hold a connection each, so the number of requests is limited and not that of sockets.
    this.#agents = [
      new HttpAgent({ keepAlive: true, lookup: lookupWithinReach }),
      new HttpsAgent({
        keepAlive: true,
        lookup: lookupWithinReach,
        ...(options.ca === undefined ? {} : { ca: options.ca }),
        rejectUnauthorized: options.verifyCertificate,
      }),
    ];
    const { accessKeyId, secretAccessKey, sessionToken } = options;
    this.#client = new S3Client({
      endpoint: options.endpoint.origin,
      region: options.region,
      forcePathStyle: options.pathStyle,
      credentials: { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) },
      maxAttempts: 1,
      retryMode: 'standard',
      // Storages that aren't Amazon's refuse the trailing checksums that the client otherwise adds.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      // All that it would otherwise look up in the environment and the files of whoever runs us.
      defaultsMode: 'standard',
      useArnRegion: false,
      useDualstackEndpoint: false,
      useFipsEndpoint: false,
      disableS3ExpressSessionAuth: true,
      disableMultiregionAccessPoints: true,
      followRegionRedirects: false,
      authSchemePreference: ['sigv4'],
      sigv4aSigningRegionSet: [options.region],
      userAgentAppId: undefined,
      customUserAgent: 'Sterna',
      requestHandler: new NodeHttpHandler({
        httpAgent: this.#agents[0],
        httpsAgent: this.#agents[1],
        connectionTimeout: Math.min(options.timeoutMs, 30_000),
        socketTimeout: options.timeoutMs,
      }),
    });
  }

  get retryDelaysMs(): readonly number[] {
    return this.#options.retryDelaysMs;
  }

  get isEnded(): boolean {
    return this.#signal.aborted;
  }

  /** At once, bodies that are being read included. */
  destroy(): void {
    this.#own.abort();
    this.#client.destroy();
    for (const agent of this.#agents) agent.destroy();
  }

  /** A page of keys. `delimiter` `/`: what lies deeper comes as common prefixes. */
  async list(options: {
    readonly prefix: string;
    readonly delimiter?: '/';
    readonly from?: { readonly token: string | undefined; readonly after: string } | undefined;
    readonly max?: number;
  }): Promise<ListPage> {
    const { prefix, delimiter, from, max } = options;
    const answer = await this.#run('listing the bucket', (send) =>
      send.send(
        new ListObjectsV2Command({
          Bucket: this.name,
          EncodingType: 'url',
          Prefix: prefix,
          ...(delimiter === undefined ? {} : { Delimiter: delimiter }),
          ...(max === undefined ? {} : { MaxKeys: max }),
          ...(from === undefined
            ? {}
            : from.token === undefined
              ? { StartAfter: from.after }
              : { ContinuationToken: from.token }),
        }),
        { abortSignal: this.#signal },
      ),
    );
    if (answer.Name === undefined)
      throw new SternaError('config', 'not-an-s3-server', `What answers at ${this.endpoint.host} is no S3 server.`, {
        field: 'endpoint',
        fix: 'Check host and port: it is the address of the S3 API, not of a web console.',
      });
    const objects = (answer.Contents ?? []).map(
      (one): Listed => ({
        key: decoded(one.Key ?? '', answer.EncodingType),
        size: one.Size ?? 0,
        // Ceph lists milliseconds, which no header can carry.
        modified: new Date(Math.floor((one.LastModified?.getTime() ?? 0) / 1_000) * 1_000),
        etag: bare(one.ETag),
      }),
    );
    const prefixes = (answer.CommonPrefixes ?? []).map((one) => decoded(one.Prefix ?? '', answer.EncodingType));
    const lastKey = objects.at(-1)?.key ?? '';
    const lastPrefix = prefixes.at(-1) ?? '';
    const after = Buffer.compare(Buffer.from(lastKey), Buffer.from(lastPrefix)) > 0 ? lastKey : lastPrefix;
    const isLast = answer.IsTruncated !== true || after === '';
    return { objects, prefixes, next: isLast ? undefined : { token: answer.NextContinuationToken, after } };
  }

  async *pages(
    prefix: string,
    options: { readonly delimiter?: '/'; readonly after?: string | undefined } = {},
  ): AsyncGenerator<ListPage> {
    const { delimiter, after } = options;
    let from: ListPage['next'] = after === undefined ? undefined : { token: undefined, after };
    do {
      const page: ListPage = await this.list({ prefix, from, ...(delimiter === undefined ? {} : { delimiter }) });
      yield page;
      from = page.next;
    } while (from !== undefined);
  }

  /** Undefined: there is no such object. */
  async head(key: string, versionId?: string): Promise<Head | undefined> {
    const answer = await unlessMissing(
      this.#run('looking at an object', (send) =>
        send.send(
          new HeadObjectCommand({
            Bucket: this.name,
            Key: key,
            ...(versionId === undefined ? {} : { VersionId: versionId }),
          }),
          { abortSignal: this.#signal },
        ),
      ),
    );
    return answer === undefined ? undefined : headOf(answer);
  }

  /**
   * Undefined: there is no such object. Its body has to be read to its end, or destroyed.
   *
   * @throws SternaError with the status 412 where it is no more the one of `etag`
   */
  async get(
    key: string,
    options: { readonly etag?: string; readonly offset?: number; readonly versionId?: string | undefined } = {},
  ): Promise<Got | undefined> {
    const { etag, offset = 0, versionId } = options;
    const answer = await unlessMissing(
      this.#run('reading an object', (send) =>
        send.send(
          new GetObjectCommand({
            Bucket: this.name,
            Key: key,
            ...(etag === undefined ? {} : { IfMatch: quoted(etag) }),
            ...(versionId === undefined ? {} : { VersionId: versionId }),
            ...(offset === 0 ? {} : { Range: `bytes=${offset}-` }),
          }),
          { abortSignal: this.#signal },
        ),
      ),
    );
    if (answer === undefined) return undefined;
    const ranged = /^bytes (\d+)-\d+\/(\d+)$/.exec(answer.ContentRange ?? '');
    const head = headOf(answer);
    return {
      ...head,
      size: ranged === null ? head.size : Number(ranged[2]),
      body: answer.Body as Readable,
      offset: ranged === null ? 0 : Number(ranged[1]),
    };
  }

  /** The server checks the body by its MD5, and by the SHA-256 that the request is signed with. */
  async put(
    key: string,
    body: Buffer,
    options: Condition &
      Manner & { readonly metadata?: Readonly<Record<string, string>>; readonly contentType?: string } = {},
  ): Promise<Written> {
    const answer = await this.#run(
      'an object',
      (send) =>
        send.send(
          new PutObjectCommand({
            Bucket: this.name,
            Key: key,
            Body: body,
            ContentLength: body.length,
            ContentMD5: md5Of(body).toString('base64'),
            ContentType: options.contentType ?? 'application/octet-stream',
            ...(options.metadata === undefined ? {} : { Metadata: { ...options.metadata } }),
            ...conditional(options),
          }),
          { abortSignal: this.#signal },
        ),
      options,
    );
    return { etag: bare(answer.ETag), versionId: answer.VersionId };
  }

  /** What is gone already is no error. `versionId`: that version itself, without a delete marker. */
  async remove(key: string, versionId?: string, withinMs?: number): Promise<void> {
    await unlessMissing(
      this.#run('removing an object', (send) =>
        send.send(
          new DeleteObjectCommand({
            Bucket: this.name,
            Key: key,
            ...(versionId === undefined ? {} : { VersionId: versionId }),
          }),
          {
            abortSignal:
              withinMs === undefined ? this.#signal : AbortSignal.any([this.#signal, AbortSignal.timeout(withinMs)]),
          },
        ),
      ),
    );
  }

  /** Within the bucket. `metadata`: in place of the source's, which goes along otherwise. Up to 5 GiB. */
  async copy(
    from: string,
    etag: string,
    to: string,
    condition: Condition,
    instead?: { readonly metadata: Readonly<Record<string, string>>; readonly contentType: string | undefined },
  ): Promise<void> {
    await this.#run(
      'copying an object',
      (send) =>
        send.send(
          new CopyObjectCommand({
            Bucket: this.name,
            Key: to,
            CopySource: this.#copySource(from),
            ...sourceCondition(etag),
            ...(instead === undefined
              ? {}
              : {
                  MetadataDirective: 'REPLACE',
                  Metadata: { ...instead.metadata },
                  ContentType: instead.contentType,
                }),
            ...conditional(condition),
          }),
          { abortSignal: this.#signal },
        ),
      { once: true },
    );
  }

  async createUpload(
    key: string,
    metadata: Readonly<Record<string, string>>,
    contentType = 'application/octet-stream',
    manner: Manner = {},
  ): Promise<string> {
    const answer = await this.#run(
      'beginning an upload',
      (send) =>
        send.send(
          new CreateMultipartUploadCommand({
            Bucket: this.name,
            Key: key,
            ContentType: contentType,
            Metadata: { ...metadata },
          }),
          { abortSignal: this.#signal },
        ),
      manner,
    );
    if (answer.UploadId === undefined)
      throw new SternaError('config', 's3-not-implemented', 'The storage gave an upload no id.', {
        fix: 'See what `check` says of this storage.',
      });
    return answer.UploadId;
  }

  /** The server checks the part as it does a whole object. */
  async uploadPart(key: string, upload: string, number: number, body: Buffer, md5: Buffer): Promise<Part> {
    const answer = await this.#run('a part of an object', (send) =>
      send.send(
        new UploadPartCommand({
          Bucket: this.name,
          Key: key,
          UploadId: upload,
          PartNumber: number,
          Body: body,
          ContentLength: body.length,
          ContentMD5: md5.toString('base64'),
        }),
        { abortSignal: this.#signal },
      ),
    );
    return { number, etag: bare(answer.ETag), size: body.length };
  }

  async copyPart(options: {
    readonly from: string;
    readonly etag: string;
    readonly to: string;
    readonly upload: string;
    readonly number: number;
    readonly start: number;
    readonly size: number;
  }): Promise<Part> {
    const { number, start, size } = options;
    const answer = await this.#run('copying a part of an object', (send) =>
      send.send(
        new UploadPartCopyCommand({
          Bucket: this.name,
          Key: options.to,
          UploadId: options.upload,
          PartNumber: number,
          CopySource: this.#copySource(options.from),
          ...sourceCondition(options.etag),
          CopySourceRange: `bytes=${start}-${start + size - 1}`,
        }),
        { abortSignal: this.#signal },
      ),
    );
    return { number, etag: bare(answer.CopyPartResult?.ETag), size };
  }

  /** Undefined: there is no such upload any more. */
  async parts(key: string, upload: string): Promise<readonly Part[] | undefined> {
    const found: Part[] = [];
    for (let marker: string | undefined; ; ) {
      const answer = await unlessMissing(
        this.#run('looking for an upload', (send) =>
          send.send(
            new ListPartsCommand({
              Bucket: this.name,
              Key: key,
              UploadId: upload,
              ...(marker === undefined ? {} : { PartNumberMarker: marker }),
            }),
            { abortSignal: this.#signal },
          ),
        ),
      );
      if (answer === undefined) return undefined;
      for (const { PartNumber, ETag, Size } of answer.Parts ?? [])
        if (PartNumber !== undefined) found.push({ number: PartNumber, etag: bare(ETag), size: Size ?? -1 });
      if (answer.IsTruncated !== true || answer.NextPartNumberMarker === undefined) return found;
      marker = answer.NextPartNumberMarker;
    }
  }

  async completeUpload(
    key: string,
    upload: string,
    parts: readonly Part[],
    condition: Condition & Manner,
  ): Promise<Written> {
    const answer = await this.#run(
      'an object of several parts',
      (send) =>
        send.send(
          new CompleteMultipartUploadCommand({
            Bucket: this.name,
            Key: key,
            UploadId: upload,
            MultipartUpload: { Parts: parts.map(({ number, etag }) => ({ PartNumber: number, ETag: quoted(etag) })) },
            ...conditional(condition),
          }),
          { abortSignal: this.#signal },
        ),
      condition,
    );
    return { etag: bare(answer.ETag), versionId: answer.VersionId };
  }

  async abortUpload(key: string, upload: string): Promise<void> {
    await unlessMissing(
      this.#run('giving up an upload', (send) =>
        send.send(new AbortMultipartUploadCommand({ Bucket: this.name, Key: key, UploadId: upload }), {
          abortSignal: this.#signal,
        }),
      ),
    );
  }

  /** Unfinished uploads of this very key, whoever began them; undefined where they may not be listed. */
  async uploadsOf(key: string): Promise<readonly string[] | undefined> {
    try {
      const answer = await this.#run('looking for unfinished uploads', (send) =>
        send.send(new ListMultipartUploadsCommand({ Bucket: this.name, Prefix: key }), { abortSignal: this.#signal }),
      );
      return (answer.Uploads ?? []).flatMap(({ Key, UploadId }) =>
        Key === key && UploadId !== undefined ? [UploadId] : [],
      );
    } catch (thrown) {
      const { class: kind } = asSternaError(thrown);
      if (kind === 'transient' || kind === 'throttled') throw thrown;
      return undefined;
    }
  }

  /** How many uploads nobody has completed, up to a page of them. */
  async unfinishedUploads(prefix: string): Promise<{ readonly count: number; readonly isMore: boolean }> {
    const answer = await this.#run('looking for unfinished uploads', (send) =>
      send.send(new ListMultipartUploadsCommand({ Bucket: this.name, Prefix: prefix, MaxUploads: 1_000 }), {
        abortSignal: this.#signal,
      }),
    );
    return { count: answer.Uploads?.length ?? 0, isMore: answer.IsTruncated === true };
  }

  /**
   * Ids of what a key held before, the newest first, `max` of them: neither the current object nor delete markers. All of
   * them begin with the key, and the key itself comes first.
   */
  async earlierVersions(key: string, max: number): Promise<readonly string[]> {
    const found: string[] = [];
    for (let marker: string | undefined; ; ) {
      const answer = await this.#run('listing the versions of an object', (send) =>
        send.send(
          new ListObjectVersionsCommand({
            Bucket: this.name,
            EncodingType: 'url',
            Prefix: key,
            ...(marker === undefined ? {} : { KeyMarker: key, VersionIdMarker: marker }),
          }),
          { abortSignal: this.#signal },
        ),
      );
      const isOf = ({ Key }: { readonly Key?: string | undefined }): boolean =>
        decoded(Key ?? '', answer.EncodingType) === key;
      const versions = answer.Versions ?? [];
      const here = versions.filter(isOf);
      for (const { VersionId, IsLatest } of here) if (IsLatest !== true) found.push(VersionId ?? 'null');
      const markers = answer.DeleteMarkers ?? [];
      const isAll = here.length === versions.length && markers.every(isOf);
      const next = answer.NextVersionIdMarker;
      if (found.length >= max || !isAll || answer.IsTruncated !== true || next === undefined || next === marker)
        return found.slice(0, max);
      marker = next;
    }
  }

  /** `Enabled`, `Suspended`; undefined: never. */
  async versioning(): Promise<string | undefined> {
    const answer = await this.#run('asking for versioning', (send) =>
      send.send(new GetBucketVersioningCommand({ Bucket: this.name }), { abortSignal: this.#signal }),
    );
    return answer.Status;
  }

  async pause(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.#signal.addEventListener('abort', done, { once: true });
    });
  }

  /** A failed body or request in our words. */
  errorOf(thrown: unknown, doing: string): SternaError {
    return this.isEnded ? aborted() : s3Error(thrown, doing, this.endpoint, this.name);
  }

  #copySource(key: string): string {
    return `${this.name}/${key.split('/').map(encodeURIComponent).join('/')}`;
  }

  async #run<T>(doing: string, request: (client: S3Client) => Promise<T>, manner: Manner = {}): Promise<T> {
    const release = await this.#slots.take();
    try {
      for (let failures = 0; ; failures += 1) {
        if (this.isEnded) throw aborted();
        // One request that was told to wait speaks for all.
        if ((this.#throttled?.retryAt?.getTime() ?? 0) > Date.now()) throw this.#throttled;
        try {
          checkReach(this.endpoint.hostname);
          return await request(this.#client);
        } catch (thrown) {
          const error = this.errorOf(thrown, doing);
          if (error.class === 'throttled' && error.retryAt !== undefined) {
            this.#throttled = error;
            this.#options.onThrottled?.(error.retryAt, error.message);
          }
          const delay = this.retryDelaysMs[failures];
          const isWorthIt = error.class === 'transient' && error.code !== 'aborted' && manner.once !== true;
          if (!isWorthIt || delay === undefined) throw error;
          await this.pause(delay);
        }
      }
    } finally {
      release();
    }
  }
}

interface HeadAnswer {
  readonly ContentLength?: number | undefined;
  readonly ETag?: string | undefined;
  readonly LastModified?: Date | undefined;
  readonly Metadata?: Record<string, string> | undefined;
  readonly ContentType?: string | undefined;
  readonly VersionId?: string | undefined;
}

const headOf = (answer: HeadAnswer): Head => ({
  size: answer.ContentLength ?? 0,
  etag: bare(answer.ETag),
  modified: answer.LastModified,
  metadata: answer.Metadata ?? {},
  contentType: answer.ContentType,
  versionId: answer.VersionId,
});

/** Undefined for a 404 of an object or upload; the bucket itself is there, as opening it showed. */
async function unlessMissing<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (thrown) {
    if (thrown instanceof SternaError && statusOf(thrown) === 404 && thrown.code !== 'bucket-not-found')
      return undefined;
    throw thrown;
  }
}
