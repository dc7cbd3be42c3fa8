import type { ParsedEndpoint } from '@sterna/connector-kit';
import { SternaError } from '@sterna/core';
import { z } from 'zod';

const retryDelaysMs = z
  .array(z.number().int().min(0).max(600_000))
  .max(20)
  .default([100, 500, 2_000, 5_000])
  .describe('Pauses before each new try after a lost connection');

const common = {
  url: z
    .string()
    .trim()
    .min(1)
    .max(2_000)
    .describe('https://host, or the address of the service; `{address}` and `{user}` stand for the mailbox'),
  insecure: z.boolean().default(false).describe('Allows passwords without TLS to other machines'),
  ca: z.string().optional().describe('Certificate authority: PEM text, or the path of a PEM file'),
  verifyCertificate: z.boolean().default(true),
  maxConnections: z.number().int().min(1).max(16).default(4).describe('Requests in flight of one session'),
  timeoutSeconds: z.number().positive().max(3_600).default(120).describe('For each request'),
};

/** How any DAV server is reached; secrets come with the credentials. */
export const connectionFields = { ...common, retryDelaysMs };
const connectionSettings = z.object(connectionFields);
export type ConnectionSettings = z.infer<typeof connectionSettings>;

/** Settings of a CalDAV or CardDAV system. */
export const davSettings = z.strictObject({
  ...common,
  pageSize: z.number().int().min(1).max(5_000).default(100).describe('Objects read by one request'),
  retryDelaysMs,
});
export type DavSettings = z.infer<typeof davSettings>;

export const parseDavSettings = (settings: unknown): DavSettings => parseSettings(davSettings, settings);

/** @throws SternaError config naming the setting at fault */
export function parseSettings<T extends ConnectionSettings>(schema: z.ZodType<T>, settings: unknown): T {
  const parsed = schema.safeParse(settings);
  const issue = parsed.success ? undefined : parsed.error.issues[0];
  if (parsed.success) {
    addressedUrl(parsed.data.url, 'x', 'x');
    return parsed.data;
  }
  const field = issue?.path.join('.') || 'settings';
  throw new SternaError('config', 'dav-settings-invalid', `The setting ${field} is invalid: ${issue?.message}`, {
    field,
    fix: 'Correct the settings of this system.',
  });
}

/** @throws SternaError config `dav-url-invalid` */
export function addressedUrl(template: string, address: string, user: string): URL {
  const text = template
    .replaceAll('{address}', encodeURIComponent(address))
    .replaceAll('{user}', encodeURIComponent(user));
  let url: URL | undefined;
  try {
    url = new URL(text);
  } catch {
    url = undefined;
  }
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '')
    throw new SternaError('config', 'dav-url-invalid', 'The address of the server is no http or https address.', {
      field: 'url',
      fix: 'Write https://host or the full address of the service, without a user name or password in it.',
    });
  return url;
}

/**
 * `caldav+https://user@host:port/path`: the user percent-encoded, the password never part of it.
 *
 * @param protocol `caldav`, `carddav`, `webdav`
 * @throws SternaError config `url-invalid`
 */
export function parseDavUrl(protocol: string, url: string, options: { insecure: boolean }): ParsedEndpoint {
  let parsed: URL | undefined;
  try {
    parsed = new URL(url.replace(new RegExp(`^${protocol}\\+`, 'i'), ''));
  } catch {
    parsed = undefined;
  }
  const bad = (message: string, field: string, fix: string): SternaError =>
    new SternaError('config', 'url-invalid', message, { field, fix });
  if (parsed === undefined || !/^https?:$/.test(parsed.protocol))
    throw bad(`After ${protocol}+ comes http:// or https://.`, 'url', `Write ${protocol}+https://user@host.`);
  if (parsed.password !== '')
    throw bad(
      'A password in an address ends up in logs and histories.',
      'password',
      'Leave it out; it is asked for, or taken from the environment.',
    );
  if (parsed.username === '')
    throw bad(
      'The address names no user.',
      'user',
      `Write ${protocol}+${parsed.protocol}//user@host, with @ in a user name as %40.`,
    );
  const user = decodeURIComponent(parsed.username);
  const bare = new URL(parsed);
  bare.username = '';
  return {
    settings: { url: bare.href, insecure: options.insecure },
    address: user,
    credentials: { user },
    label: `${protocol}+${parsed.href}`,
  };
}
