import { createHash } from 'node:crypto';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import type { S3Server } from '@sterna/test-servers';
import type { Endpoint } from './direct-pass.ts';

export interface KeptVersion {
  readonly text: string;
  /** Its metadata `mtime`. */
  readonly mtime: string | undefined;
}

/** What a process leaves that is killed while it tries what the bucket can do. */
const PROBE = /^\.sterna-probe[^/]*\.part$/;

/** A bucket, seen past any connector. */
export class BucketTree {
  readonly #server: S3Server;
  readonly #client: S3Client;
  readonly name: string;

  constructor(server: S3Server, name: string) {
    this.#server = server;
    this.name = name;
    this.#client = new S3Client({
      endpoint: server.url,
      region: 'us-east-1',
      forcePathStyle: true,
      credentials: { ...server.keys },
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    });
  }

  async make(): Promise<this> {
    await this.#client.send(new CreateBucketCommand({ Bucket: this.name }));
    return this;
  }

  async keepVersions(): Promise<this> {
    const VersioningConfiguration = { Status: 'Enabled' } as const;
    await this.#client.send(new PutBucketVersioningCommand({ Bucket: this.name, VersioningConfiguration }));
    return this;
  }

  /** @param url Of a proxy in front of the server */
  endpoint(address = '.', url = this.#server.url): Endpoint {
    const { accessKeyId, secretAccessKey } = this.#server.keys;
    return {
      connector: 's3',
      settings: { endpoint: url, bucket: this.name, retryDelaysMs: [0, 10, 50] },
      address,
      user: accessKeyId,
      password: secretAccessKey,
    };
  }

  /** @param at Seconds since 1970 */
  async write(key: string, content: string | Buffer, at?: number): Promise<void> {
    const Metadata = at === undefined ? {} : { mtime: String(at) };
    const Body = Buffer.from(content as string);
    await this.#client.send(new PutObjectCommand({ Bucket: this.name, Key: key, Body, Metadata }));
  }

  async remove(key: string): Promise<void> {
    await this.#client.send(new DeleteObjectCommand({ Bucket: this.name, Key: key }));
  }

  /** What a key held and holds, the oldest first. */
  async versions(key: string): Promise<KeptVersion[]> {
    const ids: (string | undefined)[] = [];
    let from: { KeyMarker?: string | undefined; VersionIdMarker?: string | undefined } | undefined = {};
    while (from !== undefined) {
      const page: ListObjectVersionsCommandOutput = await this.#client.send(
        new ListObjectVersionsCommand({ Bucket: this.name, Prefix: key, ...from }),
      );
      for (const { Key, VersionId } of page.Versions ?? []) if (Key === key) ids.unshift(VersionId);
      const { NextKeyMarker: KeyMarker, NextVersionIdMarker: VersionIdMarker } = page;
      from = page.IsTruncated === true ? { KeyMarker, VersionIdMarker } : undefined;
    }
    const kept: KeptVersion[] = [];
    for (const VersionId of ids) {
      const got = await this.#client.send(new GetObjectCommand({ Bucket: this.name, Key: key, VersionId }));
      kept.push({ text: (await got.Body?.transformToString()) ?? '', mtime: got.Metadata?.mtime });
    }
    return kept;
  }

  async keys(): Promise<string[]> {
    const found: string[] = [];
    for (let token: string | undefined; ; ) {
      const page: ListObjectsV2CommandOutput = await this.#client.send(
        new ListObjectsV2Command({
          Bucket: this.name,
          EncodingType: 'url',
          ...(token === undefined ? {} : { ContinuationToken: token }),
        }),
      );
      for (const { Key = '' } of page.Contents ?? []) found.push(decodeURIComponent(Key.replace(/\+/g, ' ')));
      if (page.IsTruncated !== true) return found;
      token = page.NextContinuationToken;
    }
  }

  /** Keys of uploads that nobody completed or gave up. */
  async openUploads(): Promise<string[]> {
    const answer = await this.#client.send(new ListMultipartUploadsCommand({ Bucket: this.name }));
    return (answer.Uploads ?? []).map(({ Key = '' }) => Key).filter((key) => !PROBE.test(key));
  }

  /** Each object with the digest of its bytes, each folder with a slash at its end. */
  async truth(): Promise<Record<string, string>> {
    const found: Record<string, string> = {};
    for (const key of await this.keys()) {
      if (PROBE.test(key)) continue;
      if (key.endsWith('/')) found[key] = 'folder';
      else {
        const hash = createHash('sha256');
        const got = await this.#client.send(new GetObjectCommand({ Bucket: this.name, Key: key }));
        for await (const chunk of got.Body as AsyncIterable<Buffer>) hash.update(chunk);
        found[key] = hash.digest('hex').slice(0, 16);
      }
    }
    return Object.fromEntries(Object.entries(found).sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  dispose(): void {
    this.#client.destroy();
  }
}
