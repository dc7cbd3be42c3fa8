/**
 * What Google documents, a minute; of the others nobody tells.
 *
 * - Gmail: units (https://developers.google.com/workspace/gmail/api/reference/quota)
 * - Calendar: requests (https://developers.google.com/workspace/calendar/api/guides/quota)
 * - Drive: units (https://developers.google.com/workspace/drive/api/guides/limits)
 * - Groups Migration: requests (https://developers.google.com/workspace/admin/groups-migration/v1/limits)
 * - Chat: requests (https://developers.google.com/workspace/chat/limits)
 */
export const DOCUMENTED = {
  /** `user`: in projects from before May 2026; in later ones `laterUser`. */
  gmail: { user: 15_000, laterUser: 6_000, project: 1_200_000 },
  calendar: { user: 600, project: 10_000 },
  /** 10 a second. */
  groupsMigration: { user: 600 },
  /** Nobody tells of a user; a space takes 15 reads and 1 write a second. */
  chat: { user: 900, project: 3_000, spaceWrites: 60 },
  drive: { user: 325_000, project: 1_000_000 },
} as const;
