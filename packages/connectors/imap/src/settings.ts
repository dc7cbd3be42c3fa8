import type { ParsedEndpoint } from '@sterna/connector-kit';
import { SternaError } from '@sterna/core';
import { z } from 'zod';

/** Settings of an IMAP system; secrets come with the credentials. */
export const imapSettings = z.strictObject({
  host: z.string().trim().min(1).max(255).describe('Host name or address of the IMAP server'),
  port: z.number().int().min(1).max(65535).optional().describe('993 for implicit TLS, else 143'),
  tls: z
    .enum(['implicit', 'starttls', 'starttls-required', 'none'])
    .default('implicit')
    .describe('starttls: where offered; without it plain text only to this machine, or where insecure is on'),
  insecure: z
    .boolean()
    .default(false)
    .describe('Allows plain text to other machines: passwords can be read on the way'),
  ca: z.string().optional().describe('Certificate authority: PEM text, or the path of a PEM file'),
  verifyCertificate: z.boolean().default(true),
  auth: z.enum(['auto', 'login', 'plain', 'xoauth2']).default('auto'),
  masterUser: z.string().min(1).optional().describe('Signs in to every mailbox as user + separator + this name'),
  masterSeparator: z.string().min(1).max(8).default('*'),
  authzid: z
    .boolean()
    .default(false)
    .describe('Signs in by SASL PLAIN as the master user, with the mailbox as authorization identity'),
  maxConnections: z.number().int().min(2).max(16).default(4).describe('Connections of one session'),
  connectTimeoutSeconds: z.number().positive().max(600).default(15),
  replyTimeoutSeconds: z.number().positive().max(3600).default(120),
  pageSize: z.number().int().min(1).max(100_000).default(2000).describe('Messages listed by one command'),
  retryDelaysMs: z
    .array(z.number().int().min(0).max(600_000))
    .max(20)
    .default([100, 500, 2000, 5000])
    .describe('Pauses before each new try after a lost connection'),
});

export type ImapSettings = z.infer<typeof imapSettings>;

/** @throws SternaError config naming the setting at fault */
export function parseSettings(settings: unknown): ImapSettings {
  const parsed = imapSettings.safeParse(settings);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field = issue?.path.join('.') || 'settings';
  throw new SternaError('config', 'imap-settings-invalid', `The IMAP setting ${field} is invalid: ${issue?.message}`, {
    field,
    fix: 'Correct the settings of this system.',
  });
}

export function portOf(settings: ImapSettings): number {
  return settings.port ?? (settings.tls === 'implicit' ? 993 : 143);
}

/**
 * `imap://user@host:port` and `imaps://user@host:port`, the user percent-encoded.
 *
 * @throws SternaError config `url-invalid`, `url-password`
 */
export function parseImapUrl(url: string, options: { insecure: boolean }): ParsedEndpoint {
  const match = /^(imaps?):\/\/(?:([^@/]*)@)?([^@/]*)(\/.*)?$/i.exec(url);
  if (!match) throw invalid('url', 'is not of the form imap://user@host:port');
  const scheme = (match[1] as string).toLowerCase();
  const user = match[2] ?? '';
  if (user.includes(':'))
    throw new SternaError('config', 'url-password', 'The IMAP address holds a password.', {
      field: 'password',
      fix: 'Take it out: passwords come from STERNA_SOURCE_PASSWORD and STERNA_TARGET_PASSWORD, or a prompt. A colon in the user name is written %3A.',
    });
  if (user === '') throw invalid('user', 'names no user');
  let address: string;
  try {
    address = decodeURIComponent(user);
  } catch {
    throw invalid('user', 'has a user name whose percent-encoding is broken');
  }
  if (/[\p{Cc}]/u.test(address)) throw invalid('user', 'has a control character in its user name');
  if (match[4] !== undefined && match[4] !== '/') throw invalid('path', 'has a path, which means nothing here');
  const place = /^(\[[0-9a-f:.]+\]|[^:[\]]+)(?::(\d{1,5}))?$/i.exec(match[3] ?? '');
  if (!place) throw invalid('host', 'has no usable host name');
  const host = (place[1] as string).replace(/^\[|\]$/g, '').toLowerCase();
  const port = place[2] === undefined ? undefined : Number(place[2]);
  if (port !== undefined && (port < 1 || port > 65535)) throw invalid('port', 'has an impossible port');
  const tls = scheme === 'imaps' ? 'implicit' : 'starttls';
  const settings = parseSettings({ host, tls, insecure: options.insecure, ...(port === undefined ? {} : { port }) });
  return {
    settings,
    address,
    credentials: {},
    label: `${scheme}://${encodeURIComponent(address)}@${place[1]?.toLowerCase()}:${portOf(settings)}`,
  };
}

function invalid(field: string, what: string): SternaError {
  return new SternaError('config', 'url-invalid', `The IMAP address ${what}.`, {
    field,
    fix: 'Write imap://user@host:port or imaps://user@host:port, with the user name percent-encoded (@ as %40).',
  });
}
