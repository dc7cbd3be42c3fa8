import type { CalendarSharing, FolderPlace } from '@sterna/content';
import type { GraphPermission } from './graph-settings.ts';

const ROLES = {
  none: 'none',
  freeBusyRead: 'free-busy',
  limitedRead: 'limited',
  read: 'read',
  write: 'write',
  delegateWithoutPrivateEventAccess: 'delegate',
  delegateWithPrivateEventAccess: 'delegate-private',
  custom: 'custom',
} as const;

/** Undefined for what every calendar has: the organization sees when its owner is busy. */
export function sharingOf(permission: GraphPermission, calendar: FolderPlace): CalendarSharing | undefined {
  const role = ROLES[permission.role as keyof typeof ROLES] ?? 'custom';
  const { address, name } = permission.emailAddress ?? {};
  if (address) return { type: 'calendar-sharing', calendar, who: { address, ...(name ? { name } : {}) }, role };
  return role === 'free-busy' ? undefined : { type: 'calendar-sharing', calendar, who: 'everybody', role };
}

/** Why it isn't written by Graph: https://github.com/microsoftgraph/microsoft-graph-docs/issues/19483 */
export const SHARING_LEFT_OUT = {
  text: 'Who a calendar is shared with is not written: Graph would send each of them an invitation by mail.',
  fix: 'Share it with Exchange’s Add-MailboxFolderPermission, which mails nobody, or let the owner share it again.',
} as const;
