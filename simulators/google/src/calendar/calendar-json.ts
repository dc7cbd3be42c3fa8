import type { AclRule, Calendar, ListEntry, Role } from './calendar.ts';
import { calendarColors } from './colors.ts';
import type { Json } from './event-input.ts';

const conferenceProperties = { allowedConferenceSolutionTypes: ['hangoutsMeet'] };

export function calendarJson(calendar: Calendar): Json {
  return {
    kind: 'calendar#calendar',
    etag: `"c${calendar.version}"`,
    id: calendar.id,
    summary: calendar.summary,
    ...(calendar.description !== undefined && { description: calendar.description }),
    ...(calendar.location !== undefined && { location: calendar.location }),
    timeZone: calendar.timeZone,
    conferenceProperties,
    ...(!calendar.primary && { dataOwner: calendar.owner }),
  };
}

/** @param role what the list's owner may do with the calendar */
export function listEntryJson(entry: ListEntry, role: Role, isOwn: boolean): Json {
  const { calendar } = entry;
  if (entry.deleted) {
    return { kind: 'calendar#calendarListEntry', etag: `"l${entry.changed}"`, id: calendar.id, deleted: true };
  }
  const color = calendarColors[entry.colorId];
  return {
    kind: 'calendar#calendarListEntry',
    etag: `"l${entry.changed}"`,
    id: calendar.id,
    summary: calendar.summary,
    ...(calendar.description !== undefined && { description: calendar.description }),
    ...(calendar.location !== undefined && { location: calendar.location }),
    timeZone: calendar.timeZone,
    ...(entry.summaryOverride !== undefined && { summaryOverride: entry.summaryOverride }),
    colorId: entry.colorId,
    backgroundColor: entry.rgb?.backgroundColor ?? color?.background,
    foregroundColor: entry.rgb?.foregroundColor ?? color?.foreground,
    ...(entry.hidden && { hidden: true }),
    ...(entry.selected && { selected: true }),
    accessRole: role,
    defaultReminders: entry.defaultReminders,
    ...(entry.notifications.length > 0 && { notificationSettings: { notifications: entry.notifications } }),
    ...(calendar.primary && isOwn && { primary: true }),
    conferenceProperties,
    ...(!calendar.primary && { dataOwner: calendar.owner }),
  };
}

export function aclJson(rule: AclRule): Json {
  return { kind: 'calendar#aclRule', etag: `"a${rule.changed}"`, id: rule.id, scope: rule.scope, role: rule.role };
}
