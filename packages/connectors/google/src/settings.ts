import { isLoopback, type ParsedEndpoint } from '@sterna/connector-kit';
import { SternaError } from '@sterna/core';
import { z } from 'zod';
import { APIS, type Api, ORIGINS } from './api/apis.ts';
import { DOCUMENTED } from './api/documented.ts';
import { OFFICE_KINDS } from './drive/native.ts';

const origin = z.string().max(2_000);
const units = z.number().int().min(60).max(1_000_000_000);
const unitsByApi = z.strictObject({
  gmail: units.optional(),
  calendar: units.optional(),
  people: units.optional(),
  tasks: units.optional(),
  drive: units.optional(),
  directory: units.optional(),
  groupsSettings: units.optional(),
  groupsMigration: units.optional(),
  chat: units.optional(),
});

/** Settings of a Google Workspace domain; the service account's key file is the password. */
export const googleSettings = z.strictObject({
  admin: z
    .string()
    .regex(/^[^\s@]{1,200}@[^\s@]{1,255}$/, 'an administrator’s address')
    .optional()
    .describe(
      'Address of an administrator of the domain, for listing its users, and for its groups; mailboxes and drives need none',
    ),
  baseUrl: origin.optional().describe('Where all of Google’s APIs answer, instead of their own addresses'),
  baseUrls: z
    .strictObject({
      gmail: origin.optional(),
      calendar: origin.optional(),
      people: origin.optional(),
      tasks: origin.optional(),
      drive: origin.optional(),
      directory: origin.optional(),
      groupsSettings: origin.optional(),
      groupsMigration: origin.optional(),
      chat: origin.optional(),
    })
    .optional()
    .describe('Where one of the APIs answers, instead of its own address'),
  tokenUrl: origin.optional().describe('Where tokens are given out, instead of where the key file says'),
  unitsPerMinute: unitsByApi
    .optional()
    .describe('Quota of a user in a minute, where the project has another than Google’s own'),
  projectUnitsPerMinute: unitsByApi
    .optional()
    .describe('Quota of the whole project in a minute, where it has another than Google’s own'),
  labelPriority: z
    .array(z.string().min(1).max(225))
    .max(1_000)
    .default([])
    .describe(
      'A message with several labels is in the folder of the first of these that it has; the rest are keywords',
    ),
  severalLabels: z
    .enum(['keywords', 'copies'])
    .default('keywords')
    .describe(
      'When reading mail: a message with several labels is one message with keywords, or a copy in the folder of each',
    ),
  keywords: z
    .enum(['labels', 'leave'])
    .default('labels')
    .describe('When writing mail: keywords and categories become labels below keywordParent, or are left out and told'),
  keywordParent: z
    .string()
    .regex(/^[^/\p{Cc}]{1,40}$/u, 'a label’s name without /')
    .default('Keywords')
    .describe('Labels below this one are keywords of messages, never folders'),
  tabs: z.boolean().default(false).describe('Gmail’s own sorting into tabs (CATEGORY_SOCIAL …) is carried as keywords'),
  userAgent: z
    .string()
    .regex(/^[\x20-\x7e]{1,200}$/)
    .default('Sterna/1.0'),
  ca: z.string().optional().describe('Certificate authority: PEM text, or the path of a PEM file'),
  verifyCertificate: z.boolean().default(true),
  timeoutSeconds: z.number().positive().max(3_600).default(120).describe('Silence after which a request has failed'),
  uploadPieceBytes: z
    .number()
    .int()
    .multipleOf(262_144)
    .min(262_144)
    .max(1_073_741_824)
    .default(8_388_608)
    .describe('What is larger is uploaded in pieces of it; a multiple of 262,144'),
  convertOffice: z
    .array(z.enum(OFFICE_KINDS))
    .max(OFFICE_KINDS.length)
    .default([])
    .describe(
      'When writing files: Office files (.docx, .xlsx, .pptx) of these sorts become Google documents; none unless said',
    ),
  contactsDelaySeconds: z
    .number()
    .min(0)
    .max(3_600)
    .default(180)
    .describe('How long lists of contacts may not show what was written; waited for after a crash alone'),
  spaceWritesPerMinute: z
    .number()
    .int()
    .min(1)
    .max(1_000_000)
    .default(DOCUMENTED.chat.spaceWrites)
    .describe('Messages, reactions and attachments written into one space of Chat in a minute'),
  keepImporting: z
    .boolean()
    .default(false)
    .describe(
      'Spaces of Chat stay in import mode after a pass, hidden from their people, so that delta passes bring more; a pass without it completes them for good',
    ),
  pageSize: z.number().int().min(1).max(500).default(500).describe('Objects listed by one request'),
});
export type GoogleSettings = z.infer<typeof googleSettings>;

/** @throws SternaError config naming the setting at fault */
export function parseGoogleSettings(settings: unknown): GoogleSettings {
  const parsed = googleSettings.safeParse(settings ?? {});
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field = issue?.path.join('.') || 'settings';
  throw new SternaError(
    'config',
    'google-settings-invalid',
    `The Google setting ${field} is invalid: ${issue?.message}`,
    {
      field,
      fix: 'Correct the settings of this system.',
    },
  );
}

/** Origins of the APIs. @throws SternaError config `base-url-invalid` */
export function originsOf({ baseUrl, baseUrls = {} }: GoogleSettings): Readonly<Record<Api, string>> {
  const of = (api: Api): string => {
    const own = baseUrls[api];
    if (own !== undefined) return addressOf(`baseUrls.${api}`, own).origin;
    return baseUrl === undefined ? ORIGINS[api] : addressOf('baseUrl', baseUrl).origin;
  };
  return Object.fromEntries(APIS.map((api) => [api, of(api)])) as Record<Api, string>;
}

/** @throws SternaError config `base-url-invalid` */
export const tokenUrlOf = ({ tokenUrl }: GoogleSettings): string | undefined =>
  tokenUrl === undefined ? undefined : addressOf('tokenUrl', tokenUrl).href;

/** Tokens and mail would travel in the clear, so plain http is for this machine alone. */
function addressOf(field: string, text: string): URL {
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
      fix: 'Write https://host; http is for this machine itself.',
    });
  return url;
}

/**
 * `google:user@domain`; what else it takes comes from the settings file.
 *
 * @throws SternaError config `url-invalid`
 */
export function parseGoogleUrl(url: string): ParsedEndpoint {
  const given = url.replace(/^google:(?:\/\/)?/i, '');
  let address: string;
  try {
    address = decodeURIComponent(given);
  } catch {
    address = '';
  }
  if (!isAddress(address))
    throw new SternaError('config', 'url-invalid', 'After google: comes the user’s address.', {
      field: 'url',
      fix: 'Write google:user@domain.',
    });
  return { settings: {}, address, credentials: {}, label: `google:${address.toLowerCase()}` };
}

/** A user's primary address or an alias. */
export const isAddress = (text: string): boolean => /^[^\s/?#\\@:]{1,200}@[^\s/?#\\@:]{1,255}$/.test(text);
