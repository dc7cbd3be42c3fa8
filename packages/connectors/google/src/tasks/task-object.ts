import type { FidelityNote } from '@sterna/connector-kit';
import {
  type CalendarObject,
  type Component,
  compact,
  escapeText,
  firstValue,
  momentOf,
  type Property,
  parameterOf,
  propertiesOf,
  unescapeText,
  wallText,
  writeComponents,
  zonesFor,
} from '@sterna/content';
import { SternaError } from '@sterna/core';
import type { Stamp } from '../items/stamp.ts';
import type { GoogleTask, TaskFields } from './google-task.ts';
import { blockIn, MOST_NOTES, notesWith } from './notes-block.ts';

/** Characters of a title at most. */
const MOST_TITLE = 1_024;
const HOUSEKEEPING: ReadonlySet<string> = new Set(['UID', 'DTSTAMP', 'CREATED', 'LAST-MODIFIED', 'SEQUENCE']);

export interface TaskPlan {
  /** Without notes: they carry the stamp, which each send has its own of. */
  readonly fields: TaskFields;
  notes(stamp: Stamp | undefined): string;
  /** UID of the task that it is a part of. */
  readonly parent: string | undefined;
  readonly told: readonly FidelityNote[];
}

/**
 * A task in Google's terms: title, day, whether it is done; all else in the notes.
 *
 * @throws SternaError object where the notes have no room for what it says
 */
export function toTask({ calendar, items }: CalendarObject, uid: string): TaskPlan {
  const item = items.find((one) => propertiesOf(one, 'RECURRENCE-ID').length === 0) ?? items[0];
  if (item === undefined) throw new SternaError('object', 'invalid-task', 'The task is empty.');
  const told: FidelityNote[] = [
    {
      code: 'mark-in-notes',
      text: 'Google Tasks has no hidden field: what Sterna knows it again by stands at the end of its notes.',
    },
  ];
  const summary = unescapeText(firstValue(item, 'SUMMARY') ?? '');
  const title = titleOf(summary);
  const text = unescapeText(firstValue(item, 'DESCRIPTION') ?? '').replace(/\r\n?/g, '\n');
  const due = momentOf(calendar, propertiesOf(item, 'DUE')[0]);
  const status = (firstValue(item, 'STATUS') ?? '').trim().toUpperCase();
  const isDone = status === 'COMPLETED' || (status === '' && propertiesOf(item, 'COMPLETED').length > 0);
  const completed = compact(firstValue(item, 'COMPLETED') ?? '');
  const kept = item.properties.filter((one) => !HOUSEKEEPING.has(one.name) && !isHeld(one, summary, title, text));
  const hidden = [...new Set(kept.map(({ name }) => name))].filter((name) => !SHOWN.has(name)).sort();
  if (hidden.length > 0 || item.components.length > 0)
    told.push({
      code: 'fields-in-notes',
      text: `Google Tasks has no field for all of this; it stands in the notes: ${[...hidden, ...(item.components.length > 0 ? ['VALARM'] : [])].slice(0, 12).join(', ')}.`,
    });
  if (items.length > 1)
    told.push({
      code: 'exceptions-dropped',
      text: 'Google Tasks repeats nothing: other occurrences of it were left out.',
    });
  const notes = (stamp: Stamp | undefined): string => {
    const whole = notesWith(text, { uid, properties: kept, components: item.components, stamp });
    if (whole !== undefined) return whole;
    throw new SternaError(
      'object',
      'object-too-large',
      `Google takes ${MOST_NOTES} characters of notes: this task says more.`,
      {
        fix: 'Make it shorter in the source, or leave it out; then start a delta pass.',
      },
    );
  };
  return {
    fields: {
      title,
      status: isDone ? 'completed' : 'needsAction',
      ...(due === undefined ? {} : { due: `${new Date(due.wall).toISOString().slice(0, 10)}T00:00:00.000Z` }),
      ...(isDone && completed !== undefined ? { completed: new Date(completed).toISOString() } : {}),
    },
    notes,
    parent: parentIn(item.properties),
    told,
  };
}

const titleOf = (summary: string): string => summary.replace(/[\r\n]+/g, ' ').slice(0, MOST_TITLE);

/** UID of the task that one is a part of, as its properties say. */
export const parentIn = (properties: readonly Property[]): string | undefined =>
  properties.find((one) => one.name === 'RELATED-TO' && isParent(one))?.value.trim();

const isParent = (property: Property): boolean =>
  (parameterOf(property, 'RELTYPE') ?? 'PARENT').toUpperCase() === 'PARENT';

/** Said by a field of its own, and by nothing but its plain value. */
function isHeld({ name, parameters, value }: Property, summary: string, title: string, text: string): boolean {
  if (name === 'SUMMARY') return parameters.length === 0 && summary === title;
  if (name === 'DESCRIPTION') return parameters.length === 0 && unescapeText(value).replace(/\r\n?/g, '\n') === text;
  return false;
}
/** Of what is kept as it was, what a field of Google's shows as well. */
const SHOWN: ReadonlySet<string> = new Set([
  'SUMMARY',
  'DESCRIPTION',
  'DUE',
  'STATUS',
  'COMPLETED',
  'RELATED-TO',
  'DTSTART',
]);

/** @param parentUid of the task that it is a part of in Google */
export function taskObject(task: GoogleTask, parentUid: string | undefined): Buffer {
  const { text, block } = blockIn(task.notes ?? '');
  const kept = block?.properties ?? [];
  const of = (name: string): Property | undefined => kept.find((one) => one.name === name);
  const summary = of('SUMMARY');
  const isDone = task.status === 'completed';
  const wasDone =
    of('STATUS')?.value.trim().toUpperCase() === 'COMPLETED' ||
    (of('STATUS') === undefined && of('COMPLETED') !== undefined);
  const day = task.due?.slice(0, 10).replaceAll('-', '');
  const due = of('DUE');
  const parents = kept.filter((one) => one.name === 'RELATED-TO' && isParent(one));
  const keepsParent = parents.length > 0 && (parentUid === undefined || parents[0]?.value.trim() === parentUid);
  // What somebody has changed in Google is as it is there.
  const own = new Set(['SUMMARY', 'DESCRIPTION', 'DUE']);
  if (isDone !== wasDone) for (const name of ['STATUS', 'COMPLETED', 'PERCENT-COMPLETE']) own.add(name);
  const properties: Property[] = [
    line('UID', block?.uid ?? task.id),
    ...stamps(task),
    ...(summary !== undefined && titleOf(unescapeText(summary.value)) === task.title
      ? [summary]
      : textLine('SUMMARY', task.title)),
    ...(of('DESCRIPTION') === undefined || text !== ''
      ? textLine('DESCRIPTION', text)
      : [of('DESCRIPTION') as Property]),
    ...(due !== undefined && due.value.trim().slice(0, 8) === day
      ? [due]
      : day === undefined
        ? []
        : [dateLine('DUE', day)]),
    ...(isDone && !wasDone ? [line('STATUS', 'COMPLETED'), ...completedLine(task)] : []),
    ...kept.filter((one) => !own.has(one.name) && !(one.name === 'RELATED-TO' && isParent(one) && !keepsParent)),
    ...(keepsParent || parentUid === undefined ? [] : [line('RELATED-TO', parentUid)]),
    ...(task.links ?? [])
      .flatMap(({ link }) => (link === undefined ? [] : [line('URL', link.replace(/[\r\n]/g, ''))]))
      .slice(0, of('URL') === undefined ? 1 : 0),
  ];
  const item: Component = { name: 'VTODO', properties, components: block?.components ?? [] };
  return writeComponents([{ name: 'VCALENDAR', properties: TOP, components: [...zonesFor([item]), item] }]);
}

const line = (name: string, value: string): Property => ({ group: undefined, name, parameters: [], value });
const TOP = [line('VERSION', '2.0'), line('PRODID', '-//Sterna//Google Tasks//EN')];
const textLine = (name: string, value: string | undefined): Property[] =>
  value === undefined || value === '' ? [] : [line(name, escapeText(value))];
const dateLine = (name: string, value: string): Property => ({
  ...line(name, value),
  parameters: [{ name: 'VALUE', values: ['DATE'] }],
});

const utc = (at: number): string => `${wallText(at)}Z`;

function completedLine({ completed }: GoogleTask): Property[] {
  const at = Date.parse(completed ?? '');
  return Number.isNaN(at) ? [] : [line('COMPLETED', utc(at))];
}

function stamps({ updated }: GoogleTask): Property[] {
  const at = Date.parse(updated ?? '');
  return Number.isNaN(at) ? [] : [line('DTSTAMP', utc(at)), line('LAST-MODIFIED', utc(at))];
}
