import {
  type Component,
  escapeText,
  ianaOf,
  instantAt,
  momentProperty,
  type Property,
  UTC,
  wallText,
} from '@sterna/content';
import { categories, line, saidIn, text } from '../calendar/from-event.ts';
import type { DateTimeTimeZone } from '../calendar/graph-event.ts';
import { ruleText } from '../calendar/recurrence-rule.ts';
import type { ChecklistItem, GraphTask, LinkedResource, TaskFields } from './graph-task.ts';
import { withSteps } from './steps.ts';
import { UNTITLED } from './to-task.ts';

/** A task of To Do as VTODO. Attachments are not among its lines. */
export function fromTask(
  task: TaskFields & Partial<GraphTask>,
  uid: string,
  steps: readonly ChecklistItem[],
  links: readonly LinkedResource[],
): Component {
  const due = dayOf(task.dueDateTime);
  const start = dayOf(task.startDateTime);
  const said = withSteps(saidIn(task.body).text, steps);
  const properties: Property[] = [
    line('UID', uid),
    line('DTSTAMP', stampText(task.lastModifiedDateTime) ?? '19700101T000000Z'),
    ...(stampText(task.createdDateTime) === undefined
      ? []
      : [line('CREATED', stampText(task.createdDateTime) as string)]),
    ...(stampText(task.lastModifiedDateTime) === undefined
      ? []
      : [line('LAST-MODIFIED', stampText(task.lastModifiedDateTime) as string)]),
    // What repeats needs a start (RFC 5545 section 3.8.5.3).
    ...day('DTSTART', start ?? (task.recurrence ? due : undefined)),
    ...day('DUE', due),
    ...(task.recurrence && (due ?? start) !== undefined
      ? [line('RRULE', ruleText(task.recurrence, { wall: (due ?? start) as number, zone: 'date' }))]
      : []),
    ...text('SUMMARY', task.title === UNTITLED ? '' : task.title),
    ...text('DESCRIPTION', said),
    ...progress(task),
    ...(task.importance === 'high'
      ? [line('PRIORITY', '1')]
      : task.importance === 'low'
        ? [line('PRIORITY', '9')]
        : []),
    ...categories(task.categories),
    ...links.flatMap(({ webUrl }) => (webUrl ? [line('URL', webUrl.replace(/[\r\n]/g, ''))] : [])).slice(0, 1),
  ];
  return { name: 'VTODO', properties, components: alarm(task) };
}

const DAY = 86_400_000;
/** Of a day that begins at this hour or later in UTC, the people are east of it: as far as UTC+13, and UTC-10 in the west. */
const EAST_FROM = 11 * 3_600_000;

/**
 * To Do keeps a day as its midnight where the person was, and tells it in UTC, without a word on where that was: the 24th is
 * the 23rd, 22:00, for who was in Zurich (https://github.com/RogerSelwyn/MS365-ToDo/issues/29).
 */
function dayOf(time: DateTimeTimeZone | null | undefined): number | undefined {
  const wall = wallOf(time);
  return wall === undefined ? undefined : Math.floor((wall + DAY - EAST_FROM) / DAY) * DAY;
}

const wallOf = (time: DateTimeTimeZone | null | undefined): number | undefined => {
  const wall = Date.parse(`${(time?.dateTime ?? '').replace(/(?:\.\d+)?Z?$/, '')}Z`);
  return Number.isNaN(wall) ? undefined : wall;
};

const day = (name: string, wall: number | undefined): Property[] =>
  wall === undefined ? [] : [momentProperty(name, { wall, zone: 'date' })];

function stampText(given: string | null | undefined): string | undefined {
  const at = Date.parse(given ?? '');
  return Number.isNaN(at) ? undefined : `${wallText(at)}Z`;
}

function* progress({ status, completedDateTime }: TaskFields): Generator<Property> {
  if (status === 'inProgress') yield line('STATUS', 'IN-PROCESS');
  if (status !== 'completed') return;
  yield line('STATUS', 'COMPLETED');
  const at = dayOf(completedDateTime);
  if (at !== undefined) yield line('COMPLETED', `${wallText(at)}Z`);
}

function alarm({ isReminderOn, reminderDateTime, title }: TaskFields): Component[] {
  const wall = wallOf(reminderDateTime);
  if (isReminderOn !== true || wall === undefined) return [];
  const at = instantAt(wall, ianaOf(reminderDateTime?.timeZone ?? '') ?? UTC);
  return [
    {
      name: 'VALARM',
      properties: [
        line('ACTION', 'DISPLAY'),
        line('DESCRIPTION', escapeText(title)),
        { ...line('TRIGGER', `${wallText(at)}Z`), parameters: [{ name: 'VALUE', values: ['DATE-TIME'] }] },
      ],
      components: [],
    },
  ];
}
