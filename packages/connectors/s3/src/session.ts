import { authorityOf, type OpenRequest, type Session } from '@sterna/connector-kit';
import { SternaError } from '@sterna/core';
import { Bucket } from './bucket.ts';
import { capabilitiesOf, nameRules } from './capabilities.ts';
import { KeySpace } from './keys.ts';
import { factsOf, versioningOf } from './probe.ts';
import { S3Reader } from './reader.ts';
import { basePrefix, endpointOf, parseS3Settings, regionOf, type S3Settings } from './settings.ts';
import { S3Writer } from './writer.ts';

/** @throws SternaError auth | config */
export function openBucket(request: Pick<OpenRequest, 'system' | 'credentials' | 'signal' | 'observe'>): {
  readonly bucket: Bucket;
  readonly settings: S3Settings;
} {
  const settings = parseS3Settings(request.system.settings);
  const { user, password, accessToken } = { ...request.system.credentials, ...request.credentials };
  if (user === undefined || user === '' || password === undefined || password === '')
    throw new SternaError('auth', 'password-missing', 'There is no access key for this storage.', {
      field: user === undefined || user === '' ? 'user' : 'password',
      fix: 'Give the access key id as user and the secret key as password, with the system or with the entry.',
    });
  const bucket = new Bucket({
    endpoint: endpointOf(settings),
    region: regionOf(settings),
    bucket: settings.bucket,
    pathStyle: settings.pathStyle,
    accessKeyId: user,
    secretAccessKey: password,
    ...(accessToken === undefined ? {} : { sessionToken: accessToken }),
    ca: authorityOf(settings),
    verifyCertificate: settings.verifyCertificate,
    maxConnections: settings.maxConnections,
    timeoutMs: settings.timeoutSeconds * 1_000,
    retryDelaysMs: settings.retryDelaysMs,
    signal: request.signal,
    onThrottled: (retryAt, reason) => request.observe?.({ type: 'throttled', retryAt, reason }),
  });
  return { bucket, settings };
}

/** @throws SternaError auth | config | transient | throttled */
export async function openSession(request: OpenRequest): Promise<Session> {
  const { bucket, settings } = openBucket(request);
  try {
    const base = basePrefix(settings, request.address);
    const keys = new KeySpace(base);
    await signIn(bucket, base, request.role);
    const where = `bucket ${bucket.name} at ${bucket.endpoint.host}${base === '' ? '' : `, below ${base}`}`;
    request.observe?.({ type: 'connected', detail: where });
    const versioning = await versioningOf(bucket);
    const facts = request.role === 'write' ? await factsOf(bucket, keys) : undefined;
    return {
      capabilities: capabilitiesOf(base, facts, where, versioning),
      reader: new S3Reader(bucket, keys),
      ...(facts === undefined ? {} : { writer: new S3Writer(bucket, keys, facts, nameRules(base)) }),
      identity: `s3://${bucket.endpoint.host}/${bucket.name}/${base}`,
      quota: async () => undefined,
      close: async () => bucket.destroy(),
      destroy: () => bucket.destroy(),
    };
  } catch (error) {
    bucket.destroy();
    throw error;
  }
}

/**
 * A listing, whose refusal says why; that of a HEAD has no words. It finds out too whether there is anything at all: a
 * source whose prefix is misspelled must not pass as an empty one.
 */
async function signIn(bucket: Bucket, base: string, role: OpenRequest['role']): Promise<void> {
  const { objects } = await bucket.list({ prefix: base, max: 1 });
  if (role === 'write' || base === '' || objects.length > 0) return;
  throw new SternaError('config', 'address-not-found', `Nothing in the bucket ${bucket.name} lies below ${base}.`, {
    field: 'address',
    fix: 'Check the prefix and the address; letters in upper and lower case are different.',
  });
}
