import { createHash } from 'node:crypto';
import type { DirectoryUser } from '../state/tenant.ts';

export interface Category {
  readonly id: string;
  readonly displayName: string;
  color: string;
}

/** `{guid}@{tenant}`'s first half: what admin/exchange knows the mailbox by. */
export function mailboxGuidOf(user: DirectoryUser): string {
  const hash = createHash('sha256').update(`mailbox ${user.id}`).digest('hex');
  return hash.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** What a mailbox has beside its items. */
export class MailboxSettings {
  /** The mailboxSettings resource, as JSON. */
  readonly values: Record<string, unknown>;
  readonly categories: Category[] = [];
  /** Rules of the inbox, as JSON, in their order. */
  readonly rules: Record<string, unknown>[] = [];
  constructor(user: DirectoryUser) {
    this.values = {
      archiveFolder: '',
      timeZone: 'W. Europe Standard Time',
      delegateMeetingMessageDeliveryOptions: 'sendToDelegateOnly',
      dateFormat: 'yyyy-MM-dd',
      timeFormat: 'HH:mm',
      userPurpose: user.purpose,
      automaticRepliesSetting: {
        status: 'disabled',
        externalAudience: 'all',
        internalReplyMessage: '',
        externalReplyMessage: '',
        scheduledStartDateTime: { dateTime: '2026-09-01T08:00:00.0000000', timeZone: 'UTC' },
        scheduledEndDateTime: { dateTime: '2026-09-02T08:00:00.0000000', timeZone: 'UTC' },
      },
      // Chosen by whoever signs in first.
      language: { locale: '', displayName: '' },
      workingHours: {
        daysOfWeek: ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'],
        startTime: '08:00:00.0000000',
        endTime: '17:00:00.0000000',
        timeZone: { name: 'W. Europe Standard Time' },
      },
    };
  }
}
