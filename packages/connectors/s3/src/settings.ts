import type { ParsedEndpoint } from '@sterna/connector-kit';
import { SternaError } from '@sterna/core';
import { z } from 'zod';

/** Settings of an S3 system; the access key id is the user, the secret key the password. */
export const s3Settings = z.strictObject({
  endpoint: z
    .string()
    .trim()
    .min(1)
    .max(2_000)
    .describe('https://host, or http://host:port of the storage; without the bucket'),
  region: z
    .string()
    .regex(/^[A-Za-z0-9-]{1,64}$/)
    .optional()
    .describe('Region that requests are signed for; default: the one in Amazon’s host name, else us-east-1'),
  bucket: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{1,254}$/, 'a bucket’s name has letters, digits, dots, hyphens and underscores')
    .describe('Name of the bucket'),
  prefix: z
    .string()
    .max(900)
    .refine((text) => !text.includes('\0'), 'a key holds no NUL')
    .optional()
    .describe('Only what lies below this folder of the bucket'),
  pathStyle: z.boolean().default(true).describe('https://host/bucket rather than https://bucket.host'),
  ca: z.string().optional().describe('Certificate authority: PEM text, or the path of a PEM file'),
  verifyCertificate: z.boolean().default(true),
  maxConnections: z.number().int().min(1).max(64).default(16).describe('Requests in flight of one session'),
  timeoutSeconds: z.number().positive().max(3_600).default(120).describe('Silence after which a request has failed'),
  retryDelaysMs: z
    .array(z.number().int().min(0).max(600_000))
    .max(20)
    .default([100, 500, 2_000, 5_000])
    .describe('Pauses before each new try after a lost connection'),
});
export type S3Settings = z.infer<typeof s3Settings>;

/** The address of a system whose bucket, or prefix, is the drive itself. */
export const SELF = '.';
const DEFAULT_REGION = 'us-east-1';

/** @throws SternaError config naming the setting at fault */
export function parseS3Settings(settings: unknown): S3Settings {
  const parsed = s3Settings.safeParse(settings);
  if (parsed.success) {
    endpointOf(parsed.data);
    return parsed.data;
  }
  const issue = parsed.error.issues[0];
  const field = issue?.path.join('.') || 'settings';
  throw new SternaError('config', 's3-settings-invalid', `The setting ${field} is invalid: ${issue?.message}`, {
    field,
    fix: 'Correct the settings of this system.',
  });
}

/** @throws SternaError config `s3-endpoint-invalid` */
export function endpointOf({ endpoint }: S3Settings): URL {
  let url: URL | undefined;
  try {
    url = new URL(endpoint);
  } catch {
    url = undefined;
  }
  const isBare =
    url !== undefined && url.username === '' && url.password === '' && url.search === '' && url.hash === '';
  if (url === undefined || !/^https?:$/.test(url.protocol) || !isBare || url.pathname !== '/')
    throw new SternaError('config', 's3-endpoint-invalid', 'The endpoint is no plain http or https address.', {
      field: 'endpoint',
      fix: 'Write https://host or http://host:port; bucket and keys have settings of their own.',
    });
  return url;
}

export function regionOf(settings: S3Settings): string {
  const named = /^s3[.-](?:dualstack\.)?([a-z]{2}(?:-[a-z]+)+-\d)\.amazonaws\.com(?:\.cn)?$/i;
  return settings.region ?? named.exec(endpointOf(settings).hostname)?.[1] ?? DEFAULT_REGION;
}

/**
 * What all keys of an entry begin with: empty, or with a `/` at its end. A prefix of the settings is taken as it is, so that
 * `/` reaches keys that begin with one.
 *
 * @param address `.` for the whole system, else a path below its prefix
 * @throws SternaError config `bad-address`
 */
export function basePrefix(settings: S3Settings, address: string): string {
  const { prefix = '' } = settings;
  const root = prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`;
  const path = address.replace(/\/+$/, '');
  if (address === SELF || path === '') return root;
  if (path.split('/').some((name) => name === '' || name === '.' || name === '..') || path.includes('\0'))
    throw new SternaError('config', 'bad-address', 'The address is no path below the system’s bucket and prefix.', {
      field: 'address',
      fix: 'Write names with “/” between them, without “..”, or “.” for all of it.',
    });
  return `${root}${path}/`;
}

/**
 * `s3+https://ACCESS_KEY_ID@host:port/bucket/prefix`: the key id percent-encoded, the secret key never part of it.
 *
 * @throws SternaError config `url-invalid`
 */
export function parseS3Url(url: string): ParsedEndpoint {
  const bad = (message: string, field: string, fix: string): SternaError =>
    new SternaError('config', 'url-invalid', message, { field, fix });
  const example = 'Write s3+https://ACCESS_KEY_ID@host/bucket/prefix.';
  let parsed: URL | undefined;
  try {
    parsed = new URL(url.replace(/^s3\+/i, ''));
  } catch {
    parsed = undefined;
  }
  if (parsed === undefined || !/^https?:$/.test(parsed.protocol))
    throw bad('After s3+ comes http:// or https://.', 'url', example);
  if (parsed.password !== '')
    throw bad(
      'A secret key in an address ends up in logs and histories.',
      'password',
      'Leave it out; it is asked for, or taken from the environment.',
    );
  if (parsed.username === '') throw bad('The address names no access key.', 'user', example);
  if (parsed.search !== '' || parsed.hash !== '')
    throw bad(
      'The address holds a “?” or “#”.',
      'url',
      'Percent-encode it where it belongs to the prefix (%3F, %23); region and the like go into the settings file.',
    );
  const decode = (text: string): string => {
    try {
      return decodeURIComponent(text);
    } catch {
      throw bad('The address holds a “%” that is no percent-encoding.', 'url', 'Write it as %25.');
    }
  };
  const [, bucket = '', rest = ''] = /^\/([^/]*)\/?(.*)$/s.exec(parsed.pathname) ?? [];
  if (bucket === '') throw bad('The address names no bucket.', 'bucket', example);
  const user = decode(parsed.username);
  const prefix = decode(rest);
  return {
    settings: { endpoint: parsed.origin, bucket: decode(bucket), ...(prefix === '' ? {} : { prefix }) },
    address: SELF,
    credentials: { user },
    label: `s3+${parsed.href}`,
  };
}
