import { Budget, type BudgetLimits, type Clock, SharedBudgets } from '@sterna/cloud-http';
import type { Api } from './apis.ts';
import { DOCUMENTED } from './documented.ts';

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
 * - Groups Migration: 10 requests a second of an account
 *   (https://developers.google.com/workspace/admin/groups-migration/v1/limits)
 * - Chat: 3,000 messages a minute of a project, written or read (https://developers.google.com/workspace/chat/limits)
 */
export const LIMITS: Readonly<Record<Api, BudgetLimits>> = {
  gmail: { width: 10, windows: [{ of: 'units', limit: DOCUMENTED.gmail.user, ms: MINUTE }] },
  calendar: { width: 6, windows: [{ of: 'units', limit: DOCUMENTED.calendar.user, ms: MINUTE }] },
  people: { width: 4, windows: [{ of: 'units', limit: 600, ms: MINUTE }] },
  tasks: { width: 4, windows: [{ of: 'units', limit: 600, ms: MINUTE }] },
  drive: { width: 10, windows: [{ of: 'units', limit: DOCUMENTED.drive.user, ms: MINUTE }] },
  directory: { width: 4, windows: [{ of: 'units', limit: 2_400, ms: MINUTE }] },
  groupsSettings: { width: 4, windows: [{ of: 'units', limit: 600, ms: MINUTE }] },
  groupsMigration: { width: 4, windows: [{ of: 'units', limit: DOCUMENTED.groupsMigration.user, ms: MINUTE }] },
  chat: { width: 4, windows: [{ of: 'units', limit: DOCUMENTED.chat.user, ms: MINUTE }] },
};

/**
 * Of a project, all its users together: 1,200,000 units a minute of Gmail and 1,000,000 of Drive (the same pages), 10,000
 * requests of Calendar. Of the others nobody tells, so refusals alone hold them back.
 */
const PROJECT_LIMITS: Readonly<Partial<Record<Api, number>>> = {
  gmail: DOCUMENTED.gmail.project,
  drive: DOCUMENTED.drive.project,
  calendar: DOCUMENTED.calendar.project,
  chat: DOCUMENTED.chat.project,
};

/** By clock: tests have their own. */
const shared = new WeakMap<Clock, { readonly projects: Map<string, Budget>; readonly users: SharedBudgets }>();

export interface QuotaOf {
  /** What Google counts by: the project, or, of a key that names none, its service account. */
  readonly project: string;
  readonly api: Api;
  /** Where the API answers: a simulator has quotas of its own. */
  readonly origin: string;
  /** Address, in lower case. */
  readonly user: string;
  /** Units a minute of the user, where the settings know better. */
  readonly perUser: number | undefined;
  readonly perProject: number | undefined;
}

/**
 * What a user may ask of an API, within what the project may: the same for all sessions of this process, since Google
 * counts them together.
 */
export function quotaOf({ project, api, origin, user, perUser, perProject }: QuotaOf, clock: Clock): Budget {
  let known = shared.get(clock);
  if (known === undefined) {
    known = { projects: new Map(), users: new SharedBudgets() };
    shared.set(clock, known);
  }
  const { projects, users } = known;
  const ofProject = perProject ?? PROJECT_LIMITS[api];
  const key = JSON.stringify([project, api, origin, ofProject]);
  const whole = projects.get(key) ?? new Budget(projectLimits(ofProject), clock);
  projects.set(key, whole);
  return users.of(JSON.stringify([key, user, perUser]), () => new Budget(userLimits(api, perUser), clock, whole));
}

const projectLimits = (limit: number | undefined): BudgetLimits => ({
  width: Number.POSITIVE_INFINITY,
  windows: limit === undefined ? [] : [{ of: 'units', limit, ms: MINUTE }],
});

/** As documented, or as the settings know better. */
export function userLimits(api: Api, own: number | undefined): BudgetLimits {
  const { width, windows } = LIMITS[api];
  return { width, windows: own === undefined ? windows : windows.map((window) => ({ ...window, limit: own })) };
}

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
