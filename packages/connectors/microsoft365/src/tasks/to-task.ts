import type { FidelityNote } from '@sterna/connector-kit';
import {
  type CalendarObject,
  type Component,
  durationOf,
  firstValue,
  instantOf,
  type Moment,
  momentOf,
  parameterOf,
  propertiesOf,
  unescapeText,
  withoutBytes,
} from '@sterna/content';
import { detailsOf, hasFurtherDetails } from '../calendar/details.ts';
import type { DateTimeTimeZone, PatternedRecurrence } from '../calendar/graph-event.ts';
import { planSeries } from '../calendar/series.ts';
import { categoriesOf, importanceOf, named, type PlannedAttachment } from '../calendar/to-event.ts';
import type { ChecklistItem, TaskFields } from './graph-task.ts';
import { stepsIn } from './steps.ts';

export interface TaskPlan {
  readonly fields: TaskFields;
  readonly steps: readonly ChecklistItem[];
  readonly attachments: readonly PlannedAttachment[];
  /** The object without the bytes of its attachments, to be kept. */
  readonly kept: Component;
  readonly notes: readonly FidelityNote[];
  /** Something in it is in no zone. */
  readonly floats: boolean;
}

const MOST_TITLE = 255;
const DAY = 86_400_000;
export const UNTITLED = '(no title)';

/** A task as To Do is to hold it: days without hours, one reminder. */
export function toTask(object: CalendarObject, floating: string): TaskPlan {
  const notes = new Map<string, FidelityNote>();
  const note = (code: string, text: string): void => void notes.set(code, { code, text });
  const { calendar, items } = object;
  const { component: kept, enclosed } = withoutBytes(
    { ...calendar, components: [...calendar.components.filter((one) => one.name === 'VTIMEZONE'), ...items] },
    new Set(['ATTACH']),
  );
  const item = items.find((one) => propertiesOf(one, 'RECURRENCE-ID').length === 0) ?? items[0];
  if (item === undefined) throw new Error('an object without items');
  if (items.length > 1)
    note('exception-not-held', 'To Do knows no exceptions of a repeating task; they are kept with it, and not shown.');

  const moment = (name: string): Moment | undefined => momentOf(calendar, propertiesOf(item, name)[0]);
  const start = moment('DTSTART');
  const length = durationOf(firstValue(item, 'DURATION') ?? '');
  const due =
    moment('DUE') ??
    (start === undefined || length === undefined ? undefined : { ...start, wall: start.wall + length });
  if ([start, due].some((one) => one !== undefined && one.zone !== 'date'))
    note('hour-not-held', 'Tasks in Microsoft 365 begin and are due on days: the hour is kept with it, and not shown.');

  const title = unescapeText(firstValue(item, 'SUMMARY') ?? '')
    .replace(/\s*[\r\n]+\s*/g, ' ')
    .trim();
  if (title === '') note('title-added', `To Do wants a title: it got “${UNTITLED}”.`);
  if (title.length > MOST_TITLE)
    note('subject-shortened', `To Do holds titles of ${MOST_TITLE} characters: it was shortened.`);
  if (propertiesOf(item, 'ATTENDEE').length > 0 || propertiesOf(item, 'ORGANIZER').length > 0)
    note('people-in-body', 'To Do assigns nobody: its people are in its text.');
  if (propertiesOf(item, 'RELATED-TO').length > 0)
    note('subtask-not-linked', 'To Do has no tasks below tasks: what it belongs to is kept with it, and not shown.');

  const details = detailsOf(item, []);
  if (hasFurtherDetails(details))
    note('details-in-body', 'To Do has no field for its links or comments: they are in its text.');

  const { text, steps } = stepsIn(unescapeText(firstValue(item, 'DESCRIPTION') ?? '').replace(/\r\n?/g, '\n'));
  const recurrence = recurrenceOf(calendar, item, due ?? start, floating, note);
  return {
    fields: {
      title: title.slice(0, MOST_TITLE).replace(/[\ud800-\udbff]$/, '') || UNTITLED,
      body: { contentType: 'text', content: [text, details].filter(Boolean).join('\n\n') },
      ...progressOf(calendar, item, floating, note),
      importance: importanceOf(firstValue(item, 'PRIORITY') ?? ''),
      categories: categoriesOf(item),
      // Of what repeats iCalendar wants a start, which may be nobody's.
      startDateTime: recurrence !== null && start?.wall === due?.wall ? null : dayOnly(start),
      // A task that repeats is one that is due.
      dueDateTime: dayOnly(recurrence === null ? due : (due ?? start)),
      ...reminderOf(calendar, item, { start, due }, floating, note),
      recurrence,
    },
    steps,
    attachments: named(enclosed),
    kept,
    notes: [...notes.values()],
    floats: [start, due].some((one) => one?.zone === 'floating'),
  };
}

type Note = (code: string, text: string) => void;

const dayOnly = (moment: Moment | undefined): DateTimeTimeZone | null =>
  moment === undefined ? null : { dateTime: textOf(Math.floor(moment.wall / DAY) * DAY), timeZone: 'UTC' };

const textOf = (wall: number): string => new Date(wall).toISOString().slice(0, 19);

function progressOf(
  calendar: Component,
  item: Component,
  floating: string,
  note: Note,
): Pick<TaskFields, 'status' | 'completedDateTime'> {
  const status = firstValue(item, 'STATUS')?.trim().toUpperCase();
  const completed = momentOf(calendar, propertiesOf(item, 'COMPLETED')[0]);
  if (
    status === 'COMPLETED' ||
    (status === undefined && (completed !== undefined || firstValue(item, 'PERCENT-COMPLETE')?.trim() === '100'))
  ) {
    const day = completed === undefined ? undefined : { wall: instantOf(completed, floating), zone: 'date' };
    return { status: 'completed', ...(day === undefined ? {} : { completedDateTime: dayOnly(day) }) };
  }
  if (status === 'CANCELLED') {
    note('cancelled-deferred', 'To Do can’t show it as cancelled: it is shown as deferred.');
    return { status: 'deferred' };
  }
  return { status: status === 'IN-PROCESS' ? 'inProgress' : 'notStarted' };
}

function recurrenceOf(
  calendar: Component,
  item: Component,
  anchor: Moment | undefined,
  floating: string,
  note: Note,
): PatternedRecurrence | null {
  if (propertiesOf(item, 'RRULE').length === 0 && propertiesOf(item, 'RDATE').length === 0) return null;
  const day: Moment | undefined =
    anchor === undefined ? undefined : { wall: Math.floor(anchor.wall / DAY) * DAY, zone: 'date' };
  const plan = day === undefined ? undefined : planSeries(calendar, item, day, [], floating);
  if (
    plan?.recurrence === undefined ||
    plan.cancelled.size > 0 ||
    plan.deviation !== undefined ||
    plan.unheld.length > 0
  ) {
    note('recurrence-not-held', 'To Do has no such repetition: the rule is kept with the task, which is shown once.');
    return null;
  }
  return { ...plan.recurrence, range: { ...plan.recurrence.range, recurrenceTimeZone: 'UTC' } };
}

function reminderOf(
  calendar: Component,
  item: Component,
  { start, due }: { readonly start: Moment | undefined; readonly due: Moment | undefined },
  floating: string,
  note: Note,
): Pick<TaskFields, 'isReminderOn' | 'reminderDateTime'> {
  const alarms = item.components.filter((one) => one.name === 'VALARM');
  const at: number[] = [];
  for (const alarm of alarms) {
    const trigger = propertiesOf(alarm, 'TRIGGER')[0];
    if (trigger === undefined) continue;
    const moment = momentOf(calendar, trigger);
    const before = durationOf(trigger.value);
    const anchor = /END/i.test(parameterOf(trigger, 'RELATED') ?? '') ? due : (start ?? due);
    if (moment !== undefined) at.push(instantOf(moment, floating));
    else if (before !== undefined && anchor !== undefined) at.push(instantOf(anchor, floating) + before);
  }
  if (at.length !== 1 && alarms.length > 0)
    note('reminders-not-held', 'To Do holds one reminder; the others are kept with the task and don’t ring.');
  const [first] = at;
  return first === undefined
    ? { isReminderOn: false, reminderDateTime: null }
    : { isReminderOn: true, reminderDateTime: { dateTime: textOf(first), timeZone: 'UTC' } };
}
