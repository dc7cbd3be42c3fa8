import { readRecurrence } from '../calendar/recurrence-input.ts';
import { readZonedTime, type ZonedTime } from '../calendar/zoned-time.ts';
import type { Cloud } from '../cloud.ts';
import {
  boolean,
  importance,
  instant,
  invalid,
  listOf,
  object,
  oneOf,
  orNull,
  readOnly,
  text,
} from '../outlook/input.ts';
import { readItemBody } from '../outlook/item-body.ts';
import { readExtension } from './open-extensions.ts';
import { type ChecklistItem, type LinkedResource, type OpenExtension, statuses, type TaskFields } from './store.ts';

/** Characters that a title or a step can have. */
const longestTitle = 255;

export const checklistItemFields = object('checklistItem', {
  id: readOnly,
  displayName: orNull(text),
  isChecked: orNull(boolean),
  createdDateTime: orNull(instant),
  checkedDateTime: orNull(instant),
});

export const linkedResourceFields = object('linkedResource', {
  id: readOnly,
  webUrl: orNull(text),
  applicationName: orNull(text),
  displayName: orNull(text),
  externalId: orNull(text),
});

const taskFields = object('todoTask', {
  id: readOnly,
  title: orNull(text),
  body: orNull(readItemBody),
  bodyLastModifiedDateTime: readOnly,
  categories: orNull(listOf(text)),
  completedDateTime: orNull(readZonedTime),
  createdDateTime: readOnly,
  dueDateTime: orNull(readZonedTime),
  hasAttachments: readOnly,
  importance,
  isReminderOn: boolean,
  lastModifiedDateTime: readOnly,
  recurrence: (value: unknown) => ({ given: value }),
  reminderDateTime: orNull(readZonedTime),
  startDateTime: orNull(readZonedTime),
  status: oneOf(statuses),
  checklistItems: listOf(checklistItemFields),
  linkedResources: listOf(linkedResourceFields),
  extensions: listOf(readExtension),
});

/** Tasks begin, end and are due on days: the hour is dropped. */
const dayOnly = (time: ZonedTime): ZonedTime => ({ ...time, wall: Math.floor(time.wall / 86_400_000) * 86_400_000 });

export interface TaskInput {
  readonly fields: TaskFields;
  readonly checklistItems: ReturnType<typeof checklistItemFields>[];
  readonly linkedResources: ReturnType<typeof linkedResourceFields>[];
  readonly extensions: readonly OpenExtension[];
}

/** What a body makes of a task. Throws 400 for names and values that the type doesn't have. */
export function readTask(json: Record<string, unknown>, before: TaskFields, now: number): TaskInput {
  const {
    checklistItems = [],
    linkedResources = [],
    extensions = [],
    recurrence,
    title,
    body,
    ...read
  } = taskFields(json, '');
  const changed: Partial<{ -readonly [K in keyof TaskFields]: TaskFields[K] }> = {};
  if (title !== undefined) changed.title = checkedTitle(title ?? '');
  if (body !== undefined) changed.body = body ?? { contentType: 'text', content: '' };
  if (read.categories !== undefined) changed.categories = read.categories ?? [];
  if (read.importance !== undefined) changed.importance = read.importance;
  if (read.isReminderOn !== undefined) changed.isReminderOn = read.isReminderOn;
  if (read.reminderDateTime !== undefined) changed.reminderDateTime = read.reminderDateTime;
  for (const name of ['startDateTime', 'dueDateTime', 'completedDateTime'] as const) {
    const given = read[name];
    if (given !== undefined) changed[name] = given === null ? null : dayOnly(given);
  }
  if (read.status !== undefined) changed.status = read.status;
  if (recurrence !== undefined) {
    const due = changed.dueDateTime ?? before.dueDateTime;
    const given = recurrence.given;
    if (given !== null && due === null) throw invalid('A recurring task needs a dueDateTime.', 'ErrorInvalidRequest');
    changed.recurrence = given === null ? null : readRecurrence(given, 'recurrence', due?.zone ?? 'UTC');
  }
  return { fields: completed({ ...before, ...changed }, changed, now), checklistItems, linkedResources, extensions };
}

/** Being completed and having a day of completion go together; the status decides. */
function completed(fields: TaskFields, changed: Partial<TaskFields>, now: number): TaskFields {
  if (fields.status !== 'completed') {
    if (changed.status === undefined && changed.completedDateTime) return { ...fields, status: 'completed' };
    return { ...fields, completedDateTime: null };
  }
  return { ...fields, completedDateTime: fields.completedDateTime ?? dayOnly({ wall: now, zone: 'UTC' }) };
}

function checkedTitle(title: string): string {
  if (title.length > longestTitle)
    throw invalid(`A title has at most ${longestTitle} characters.`, 'ErrorInvalidRequest');
  return title;
}

export function readChecklistItem(
  cloud: Cloud,
  given: ReturnType<typeof checklistItemFields>,
  before?: ChecklistItem,
): ChecklistItem {
  const now = cloud.clock.now();
  const isChecked = given.isChecked ?? before?.isChecked ?? false;
  const checkedAt =
    typeof given.checkedDateTime === 'string' ? Date.parse(given.checkedDateTime) : (before?.checkedAt ?? now);
  return {
    id: before?.id ?? cloud.ids.guid(),
    displayName: checkedTitle(given.displayName ?? before?.displayName ?? ''),
    isChecked,
    createdAt:
      before?.createdAt ?? (typeof given.createdDateTime === 'string' ? Date.parse(given.createdDateTime) : now),
    checkedAt: isChecked ? checkedAt : undefined,
  };
}

export function readLinkedResource(
  cloud: Cloud,
  given: ReturnType<typeof linkedResourceFields>,
  before?: LinkedResource,
): LinkedResource {
  const blank = { webUrl: null, applicationName: null, displayName: null, externalId: null };
  return { ...blank, ...before, ...given, id: before?.id ?? cloud.ids.guid() };
}
