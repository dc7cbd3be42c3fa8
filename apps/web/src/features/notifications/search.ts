import { getRouteApi } from '@tanstack/react-router';

/** What the address says: whose messages are listed. */
export interface NotificationsSearch {
  readonly channel?: number;
}

export function readNotificationsSearch(raw: Record<string, unknown>): NotificationsSearch {
  return typeof raw.channel === 'number' && Number.isSafeInteger(raw.channel) && raw.channel > 0
    ? { channel: raw.channel }
    : {};
}

export const notificationsRoute = getRouteApi('/app/notifications');
