import {
  type Component,
  keptIn,
  merged,
  readCalendarObject,
  referencesOf,
  withBytes,
  writeComponents,
} from '@sterna/content';
import { differing } from '../calendar/event-object.ts';
import { attachmentLine, line, type ReadAttachment } from '../calendar/from-event.ts';
import { fromTask } from './from-task.ts';
import type { ChecklistItem, GraphTask, LinkedResource, TaskFields } from './graph-task.ts';
import { toTask } from './to-task.ts';

const FACETS: Readonly<Record<string, string>> = {
  DTSTART: 'time',
  DUE: 'time',
  DURATION: 'time',
  RRULE: 'repetition',
  EXRULE: 'repetition',
  RDATE: 'repetition',
  EXDATE: 'repetition',
  STATUS: 'progress',
  COMPLETED: 'progress',
  'PERCENT-COMPLETE': 'progress',
  DESCRIPTION: 'text',
};
const facetOf = ({ name }: { readonly name: string }): string => FACETS[name] ?? name;
const differingTasks = (one: Component, other: Component): ReadonlySet<string> =>
  new Set([...differing(one, other)].map((name) => facetOf({ name })));

/** A task as iCalendar: as it was before it came here, with what was changed here since; else as To Do has it. */
export function taskObject(
  task: TaskFields & Partial<GraphTask>,
  uid: string,
  steps: readonly ChecklistItem[],
  links: readonly LinkedResource[],
  attachments: readonly ReadAttachment[],
  envelope: string | undefined,
): Buffer {
  const kept = keptIn(envelope);
  const now = fromTask(task, uid, steps, links);
  if (kept !== undefined)
    try {
      return restored(kept.text, kept.floating, now, attachments);
    } catch {
      // What was kept can't be read any more.
    }
  const item = { ...now, properties: [...now.properties, ...attachments.map(attachmentLine)] };
  return writeComponents([
    {
      name: 'VCALENDAR',
      properties: [line('VERSION', '2.0'), line('PRODID', '-//Sterna//Microsoft 365//EN')],
      components: [item],
    },
  ]);
}

function restored(text: Buffer, floating: string, now: Component, attachments: readonly ReadAttachment[]): Buffer {
  const object = readCalendarObject(text, 'VTODO');
  const plan = toTask(object, floating);
  const base = fromTask(plan.fields, object.uid ?? '', plan.steps, []);
  const enclosed = referencesOf(object.items);
  const bytes = new Map(attachments.map((one) => [one.hash, one.bytes]));
  const added = attachments.filter(({ hash }) => !enclosed.has(hash)).map(attachmentLine);
  let isFirst = true;
  const items = object.items.map((item): Component => {
    const isMaster = isFirst || !item.properties.some((one) => one.name === 'RECURRENCE-ID');
    isFirst = false;
    return isMaster ? merged(item, base, now, facetOf, withoutUid) : item;
  });
  const isSame =
    items.every((item, n) => item === object.items[n]) &&
    added.length === 0 &&
    [...enclosed].every((hash) => bytes.has(hash));
  if (isSame && enclosed.size === 0) return text;
  const [first, ...rest] = items as [Component, ...Component[]];
  const others = object.calendar.components.filter((one) => !object.items.includes(one));
  const whole = {
    ...object.calendar,
    components: [...others, { ...first, properties: [...first.properties, ...added] }, ...rest],
  };
  return writeComponents([withBytes(whole, bytes)]);
}

const withoutUid = (one: Component, other: Component): ReadonlySet<string> => {
  const found = new Set(differingTasks(one, other));
  found.delete('UID');
  return found;
};
