import type { BudgetLimits } from '@sterna/cloud-http';
import type { Api } from './apis.ts';

const MINUTE = 60_000;

/**
 * Of a user in a project, where a session stops by itself. Projects of different ages have different ones, and
 * administrators may raise them, so these are the largest that are documented; a refusal makes a window smaller.
 *
 * - Gmail: 15,000 units a minute in projects from before May 2026, 6,000 in later ones
 *   (https://developers.google.com/workspace/gmail/api/reference/quota)
 * - Calendar: 600 requests a minute (https://developers.google.com/workspace/calendar/api/guides/quota)
 * - People: critical reads and writes have quotas of their own, told by refusals alone
 * - Drive: 325,000 units a minute, or 12,000 requests in projects from before
 *   (https://developers.google.com/workspace/drive/api/guides/limits)
 * - Directory: 2,400 requests a minute
 */
export const LIMITS: Readonly<Record<Api, BudgetLimits>> = {
  gmail: { width: 10, windows: [{ of: 'units', limit: 15_000, ms: MINUTE }] },
  calendar: { width: 6, windows: [{ of: 'units', limit: 600, ms: MINUTE }] },
  people: { width: 4, windows: [{ of: 'units', limit: 600, ms: MINUTE }] },
  tasks: { width: 4, windows: [{ of: 'units', limit: 600, ms: MINUTE }] },
  drive: { width: 10, windows: [{ of: 'units', limit: 325_000, ms: MINUTE }] },
  directory: { width: 4, windows: [{ of: 'units', limit: 2_400, ms: MINUTE }] },
};

/**
 * What a call of Gmail costs. Reading a message cost 5 until May 2026; what the table of today has for writing isn't
 * certain, so these are the earlier ones.
 */
export const GMAIL_UNITS = {
  getProfile: 1,
  listHistory: 2,
  listLabels: 1,
  writeLabel: 5,
  listMessages: 5,
  getMessage: 20,
  writeMessage: 25,
  modifyMessage: 5,
  modifyMany: 50,
  deleteMessage: 10,
  deleteMany: 50,
  listDrafts: 5,
  writeDraft: 10,
} as const;
