import { isLoopback, type ParsedEndpoint } from '@sterna/connector-kit';
import { SternaError } from '@sterna/core';
import { z } from 'zod';
import { CLOUDS, type Places } from './graph/clouds.ts';

/** Settings of a Microsoft 365 tenant; the app's secret (or its key and certificate) is the password. */
export const microsoft365Settings = z.strictObject({
  tenant: z
    .string()
    .regex(/^[A-Za-z0-9.-]{1,255}$/, 'a tenant is an id or a domain')
    .optional()
    .describe('Id or a domain of the tenant; default: the domain of the address'),
  clientId: z
    .string()
    .regex(/^[A-Za-z0-9-]{1,100}$/, 'a client id is a GUID')
    .optional()
    .describe('Application (client) id of the app registration; not needed with an access token'),
  cloud: z
    .enum(['global', 'usgov', 'usgov-dod', 'china'])
    .default('global')
    .describe('usgov: GCC High; usgov-dod: DoD; china: operated by 21Vianet'),
  baseUrl: z.string().max(2_000).optional().describe('Where Graph answers, instead of the cloud’s own address'),
  loginUrl: z.string().max(2_000).optional().describe('Where tokens are given out, instead of the cloud’s own address'),
  mailRoute: z
    .enum(['auto', 'json', 'importMime'])
    .default('auto')
    .describe('How mail is written: importMime keeps the bytes, but is in beta and never chosen by itself'),
  exportImport: z
    .boolean()
    .default(true)
    .describe('Between two tenants, mail and events go whole, by Exchange’s own export and import, where the app may'),
  posts: z
    .enum(['teams', 'archive'])
    .default('teams')
    .describe('A target: posts go into their channels, or as pages of HTML into the files of these'),
  postsWhereRefused: z
    .enum(['archive', 'fail'])
    .default('archive')
    .describe(
      'A target: what Teams refuses to take as posts of a channel, for good, goes as pages of HTML, or has failed',
    ),
  userAgent: z
    .string()
    .regex(/^[\x20-\x7e]{1,200}$/)
    .default('NONISV|Sterna|Sterna/1.0')
    .describe('How Microsoft’s throttling knows this traffic: ISV|Company|App/Version, or NONISV|…'),
  ca: z.string().optional().describe('Certificate authority: PEM text, or the path of a PEM file'),
  verifyCertificate: z.boolean().default(true),
  timeoutSeconds: z.number().positive().max(3_600).default(120).describe('Silence after which a request has failed'),
  uploadPieceBytes: z
    .number()
    .int()
    .multipleOf(327_680)
    .min(327_680)
    .max(62_259_200)
    .default(10_485_760)
    .describe('Files above this are uploaded in pieces of it; a multiple of 327,680'),
  pageSize: z.number().int().min(1).max(1_000).default(500).describe('Objects listed by one request'),
  resourceUnitsPerMinute: z
    .number()
    .int()
    .min(10)
    .max(1_000_000_000)
    .optional()
    .describe('What SharePoint and OneDrive allow the app in the tenant, or the share of it that Sterna may use'),
});
export type Microsoft365Settings = z.infer<typeof microsoft365Settings>;

/** @throws SternaError config naming the setting at fault */
export function parseMicrosoft365Settings(settings: unknown): Microsoft365Settings {
  const parsed = microsoft365Settings.safeParse(settings ?? {});
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field = issue?.path.join('.') || 'settings';
  throw new SternaError(
    'config',
    'microsoft365-settings-invalid',
    `The Microsoft 365 setting ${field} is invalid: ${issue?.message}`,
    { field, fix: 'Correct the settings of this system.' },
  );
}

/** @throws SternaError config `base-url-invalid` */
export function placesOf(settings: Microsoft365Settings): Places {
  const cloud = CLOUDS[settings.cloud];
  return {
    graph: settings.baseUrl === undefined ? cloud.graph : originOf('baseUrl', settings.baseUrl),
    login: settings.loginUrl === undefined ? cloud.login : originOf('loginUrl', settings.loginUrl),
  };
}

/** Secrets and mail would travel in the clear, so plain http is for this machine alone. */
function originOf(field: string, text: string): string {
  let url: URL | undefined;
  try {
    url = new URL(text);
  } catch {
    url = undefined;
  }
  const isPlain = url?.protocol === 'http:' && isLoopback(url.hostname);
  if (url === undefined || (url.protocol !== 'https:' && !isPlain) || url.username !== '' || url.password !== '')
    throw new SternaError('config', 'base-url-invalid', `The setting ${field} is no https address.`, {
      field,
      fix: 'Write https://host, without a path; http is for this machine itself.',
    });
  return url.origin;
}

/** @throws SternaError config `tenant-missing` */
export function tenantOf(settings: Microsoft365Settings, address: string | undefined): string {
  const tenant = settings.tenant ?? address?.split('@')[1];
  if (tenant === undefined || tenant === '')
    throw new SternaError('config', 'tenant-missing', 'Nothing says which tenant it is.', {
      field: 'tenant',
      fix: 'Give the tenant’s id or one of its domains in the settings of the system.',
    });
  return tenant;
}

/**
 * `microsoft365:user@domain`; what else it takes comes from the settings file.
 *
 * @throws SternaError config `url-invalid`
 */
export function parseMicrosoft365Url(url: string): ParsedEndpoint {
  const given = url.replace(/^microsoft365:(?:\/\/)?/i, '');
  let address: string;
  try {
    address = decodeURIComponent(given);
  } catch {
    address = '';
  }
  if (!isAddress(address))
    throw new SternaError('config', 'url-invalid', 'After microsoft365: comes the user’s address.', {
      field: 'url',
      fix: 'Write microsoft365:user@domain.',
    });
  return { settings: {}, address, credentials: {}, label: `microsoft365:${address.toLowerCase()}` };
}

/** A user principal name, an SMTP address, or the id of a user. */
export const isAddress = (text: string): boolean => /^[^\s/?#\\@:]{1,200}(?:@[^\s/?#\\@:]{1,255})?$/.test(text);
