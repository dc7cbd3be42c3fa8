/** What people can be told about. `test` goes to one channel, by hand. */
export const NOTIFICATION_TOPICS = [
  'batch-done',
  'failures',
  'throttled',
  'license-low',
  'remigration-waiting',
] as const;
export type NotificationTopic = (typeof NOTIFICATION_TOPICS)[number];

/** Waits between the attempts of a delivery, in seconds: eleven attempts over about a day. */
export const RETRY_WAITS = [5, 30, 120, 600, 1_800, 3_600, 7_200, 14_400, 21_600, 28_800] as const;

/** @param attempts made so far @returns seconds until the next one; undefined: it is given up */
export const retryWait = (attempts: number): number | undefined => RETRY_WAITS[attempts - 1];

/**
 * What a webhook's signature covers, as Standard Webhooks has it (standardwebhooks.com): id, seconds since 1970 and the
 * body as sent, joined by dots. The secret's bytes are the base64 after `whsec_`.
 */
export const signedContent = (id: string, seconds: number, body: string): string => `${id}.${seconds}.${body}`;

export const WEBHOOK_SECRET_PREFIX = 'whsec_';

/** Bounds of the organization's rules: what is worth telling. */
export const RULE_BOUNDS = {
  /** Failed and uncertain together, of what a pass saw. */
  failureShare: { least: 0, most: 1, usual: 0.05 },
  throttledMinutes: { least: 1, most: 1_440, usual: 30 },
  licenseLow: { least: 0, most: 1_000_000, usual: 10 },
} as const;

/** `starttls`: asked for, and without it nothing is sent; `none`: in the clear, only where nobody can listen. */
export const MAIL_SECURITY = ['tls', 'starttls', 'none'] as const;
export type MailSecurity = (typeof MAIL_SECURITY)[number];
