import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import type { SystemConfig } from '@sterna/connector-kit';
import type { S3Server } from '@sterna/test-servers';

export interface RawObject {
  readonly key: string;
  readonly body: Buffer;
  readonly metadata: Readonly<Record<string, string>>;
}

let serial = 0;

/** A bucket past the connector: the same client, but none of our ideas of folders, names and times. */
export class RawBucket {
  readonly name: string;
  readonly server: S3Server;
  readonly client: S3Client;

  constructor(server: S3Server, name: string) {
    this.server = server;
    this.name = name;
    this.client = new S3Client({
      endpoint: server.url,
      region: 'us-east-1',
      forcePathStyle: true,
      credentials: { ...server.keys },
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    });
  }

  static async make(server: S3Server): Promise<RawBucket> {
    serial += 1;
    const bucket = new RawBucket(server, `bucket-${process.pid}-${serial}`);
    await bucket.client.send(new CreateBucketCommand({ Bucket: bucket.name }));
    return bucket;
  }

  async put(key: string, body: Buffer | string, metadata: Record<string, string> = {}): Promise<void> {
    await this.client.send(
      new PutObjectCommand({ Bucket: this.name, Key: key, Body: Buffer.from(body as string), Metadata: metadata }),
    );
  }

  async get(key: string): Promise<RawObject> {
    const answer = await this.client.send(new GetObjectCommand({ Bucket: this.name, Key: key }));
    const bytes = (await answer.Body?.transformToByteArray()) ?? new Uint8Array();
    return { key, body: Buffer.from(bytes), metadata: answer.Metadata ?? {} };
  }

  async head(key: string) {
    return this.client.send(new HeadObjectCommand({ Bucket: this.name, Key: key }));
  }

  async remove(key: string): Promise<void> {
    await this.client.send(new DeleteObjectCommand({ Bucket: this.name, Key: key }));
  }

  async keys(): Promise<string[]> {
    const found: string[] = [];
    for (let token: string | undefined; ; ) {
      const page: ListObjectsV2CommandOutput = await this.client.send(
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

  async uploads(): Promise<number> {
    const answer = await this.client.send(new ListMultipartUploadsCommand({ Bucket: this.name }));
    return answer.Uploads?.length ?? 0;
  }

  async keepVersions(): Promise<void> {
    await this.client.send(
      new PutBucketVersioningCommand({ Bucket: this.name, VersioningConfiguration: { Status: 'Enabled' } }),
    );
  }

  /** As a system of the connector. */
  system(settings: Record<string, unknown> = {}, password = this.server.keys.secretAccessKey): SystemConfig {
    return {
      settings: { endpoint: this.server.url, bucket: this.name, retryDelaysMs: [0, 0, 10], ...settings },
      credentials: { user: this.server.keys.accessKeyId, password },
    };
  }

  dispose(): void {
    this.client.destroy();
  }
}
