import type { DateTimeTimeZone, ItemBody, PatternedRecurrence } from '../calendar/graph-event.ts';

/** What of a task is written: https://learn.microsoft.com/en-us/graph/api/resources/todotask */
export interface TaskFields {
  readonly title: string;
  readonly body?: ItemBody | null;
  readonly status?: string | null;
  readonly importance?: string | null;
  readonly categories?: readonly string[] | null;
  readonly startDateTime?: DateTimeTimeZone | null;
  readonly dueDateTime?: DateTimeTimeZone | null;
  readonly completedDateTime?: DateTimeTimeZone | null;
  readonly isReminderOn?: boolean;
  readonly reminderDateTime?: DateTimeTimeZone | null;
  readonly recurrence?: PatternedRecurrence | null;
}

export interface ChecklistItem {
  readonly id?: string;
  readonly displayName?: string | null;
  readonly isChecked?: boolean | null;
}
export interface LinkedResource {
  readonly id?: string;
  readonly applicationName?: string | null;
  readonly displayName?: string | null;
  readonly externalId?: string | null;
  readonly webUrl?: string | null;
}
/** https://learn.microsoft.com/en-us/graph/api/resources/opentypeextension, with properties of our own. */
interface TaskExtension {
  readonly id?: string;
  readonly extensionName?: string;
  readonly object?: string;
  readonly replacing?: string;
}

export interface GraphTask extends TaskFields {
  readonly id: string;
  readonly '@odata.etag'?: string;
  readonly createdDateTime?: string | null;
  readonly lastModifiedDateTime?: string | null;
  readonly hasAttachments?: boolean | null;
  readonly checklistItems?: readonly ChecklistItem[];
  readonly linkedResources?: readonly LinkedResource[];
  readonly extensions?: readonly TaskExtension[];
}
