import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { FidelityNote } from '@sterna/connector-kit';
import { escapeText, type Property, writeComponents } from '@sterna/content';
import { SternaError } from '@sterna/core';
import { z } from 'zod';
import { versionOf } from '../collections/object-file.ts';
import type { Catalog, StoredCollection, StoredObject } from '../collections/object-store.ts';
import { asObjectError } from '../errors.ts';
import { type Instance, type Recurrence, recurrenceSchema, type Series, seriesOf } from './recurrences.ts';

/** As the Tasks API has it, which the export follows, and what only exports have; all but the id may be missing. */
const taskSchema = z.looseObject({
  id: z.string().min(1),
  title: z.string().optional(),
  notes: z.string().optional(),
  status: z.string().optional(),
  /** A day, written as its midnight in UTC. */
  due: z.string().optional(),
  /** In place of `due` in later exports: the days it was planned for, the one that counts marked. */
  scheduled_time: z
    .array(z.looseObject({ current: z.boolean().optional(), start: z.string().optional() }))
    .optional()
    .catch(undefined),
  task_recurrence_id: z.string().optional(),
  completed: z.string().optional(),
  created: z.string().optional(),
  updated: z.string().optional(),
  parent: z.string().optional(),
  deleted: z.boolean().optional(),
  links: z.array(z.looseObject({ link: z.string().optional() })).optional(),
});
type Task = z.infer<typeof taskSchema>;

const listSchema = z.looseObject({
  id: z.string().optional(),
  title: z.string().optional(),
  items: z.array(z.unknown()).optional(),
  recurrences: z.array(z.unknown()).optional().catch(undefined),
});
const fileSchema = z.looseObject({ items: z.array(z.unknown()).optional() });

/** Task lists of a Takeout; a task that can't be understood is one that can't be read, and so is a file. */
export class TakeoutTasks implements Catalog {
  readonly #files: readonly string[];

  constructor(files: readonly string[]) {
    this.#files = files;
  }

  async collections(): Promise<readonly StoredCollection[]> {
    const found: StoredCollection[] = [];
    for (const file of this.#files) found.push(...(await collectionsOf(file)));
    return found;
  }

  async collection(id: string): Promise<StoredCollection | undefined> {
    return (await this.collections()).find((one) => one.id === id);
  }
}

async function collectionsOf(path: string): Promise<StoredCollection[]> {
  const file = basename(path);
  let json: unknown;
  try {
    json = JSON.parse(await readFile(path, 'utf8'));
  } catch (thrown) {
    const error = thrown instanceof SyntaxError ? invalid(file, 'it is no JSON') : asObjectError(thrown);
    return [{ id: file, path: [file], kind: 'task', objects: [unreadable(file, error)] }];
  }
  const lists = fileSchema.safeParse(json).data?.items;
  if (lists === undefined)
    return [
      { id: file, path: [file], kind: 'task', objects: [unreadable(file, invalid(file, 'it holds no task lists'))] },
    ];
  return lists.map((one, n) => {
    const place = `list ${n + 1}`;
    const { data: list } = listSchema.safeParse(one);
    return {
      id: `${file}/${list?.id ?? n}`,
      path: [list?.title?.trim() || file.replace(/\.json$/i, '')],
      kind: 'task',
      objects:
        list === undefined ? [unreadable(place, invalid(file, `${place} is none`))] : objectsOf(list, file, place),
    };
  });
}

function objectsOf(
  { items = [], recurrences = [] }: z.infer<typeof listSchema>,
  file: string,
  place: string,
): StoredObject[] {
  const tasks: Task[] = [];
  const broken: StoredObject[] = [];
  items.forEach((json, at) => {
    const { data: task } = taskSchema.safeParse(json);
    const where = `${place}, task ${at + 1}`;
    if (task === undefined) broken.push(unreadable(where, invalid(file, `${where} can’t be understood`)));
    // In the bin: gone from every list that people see.
    else if (task.deleted !== true) tasks.push(task);
  });
  const { repeating, standsFor, unknown, unreadables } = repeatingOf(tasks, recurrences, file, place);
  const parentOf = ({ parent }: Task): string | undefined =>
    parent ? uidOf(standsFor.get(parent) ?? parent) : undefined;
  const single = tasks
    .filter(({ id }) => !standsFor.has(id))
    .map((task) => {
      const isUnknown = task.task_recurrence_id !== undefined && unknown.has(task.task_recurrence_id);
      return objectOf(
        task.id,
        vtodo(task, { parent: parentOf(task) }),
        isUnknown && isOpen(task) ? [RULE_UNKNOWN] : [],
      );
    });
  return [...repeating, ...single, ...broken, ...unreadables];
}

/** Rules that go on, each as one task that repeats; and which open tasks they stand for. */
function repeatingOf(tasks: readonly Task[], recurrences: readonly unknown[], file: string, place: string) {
  const repeating: StoredObject[] = [];
  const unreadables: StoredObject[] = [];
  /** Id of a task → id of the rule that stands for it. */
  const standsFor = new Map<string, string>();
  const unknown = new Set<string>();
  recurrences.forEach((json, at) => {
    const { data: recurrence } = recurrenceSchema.safeParse(json);
    const where = `${place}, recurrence ${at + 1}`;
    const instances = tasks.filter((task) => task.task_recurrence_id === recurrence?.id);
    const series = recurrence === undefined ? 'unknown' : seriesOf(recurrence, instances.map(instanceOf));
    if (series === 'unknown') {
      if (recurrence !== undefined) unknown.add(recurrence.id);
      // Its tasks say so; where it has none, nothing else would.
      if (!instances.some(isOpen)) unreadables.push(unreadable(where, invalid(file, `${where} can’t be understood`)));
      return;
    }
    if (recurrence === undefined || series === undefined) return;
    for (const id of series.replaces) standsFor.set(id, recurrence.id);
    const first = instances.find(({ id }) => id === series.first) ?? instances.at(-1);
    const body = vtodo(seriesTask(recurrence, first), {
      series,
      parent: first?.parent ? uidOf(first.parent) : undefined,
    });
    repeating.push(
      objectOf(`recurrence ${recurrence.id}`, body, series.time === undefined ? [] : [byTheDay(series.time)]),
    );
  });
  return { repeating, standsFor, unknown, unreadables };
}

/** In the words of the task that it goes on with; the rule's own where there is none. */
function seriesTask({ id, title, notes }: Recurrence, first: Task | undefined): Task {
  const { created, updated, links } = first ?? {};
  return { id, title: first?.title ?? title, notes: first?.notes ?? notes, created, updated, links };
}

function instanceOf(task: Task): Instance {
  const at = startOf(task);
  return {
    id: task.id,
    start: at?.moment,
    isDay: at?.isDay ?? true,
    isOpen: isOpen(task),
    words: JSON.stringify([task.title ?? '', task.notes ?? '', task.links ?? [], task.parent ?? '']),
  };
}

const isOpen = ({ status }: Task): boolean => status !== 'completed';

/** What it is due at: a day, or a moment where the export tells one that isn't midnight in UTC. */
function startOf({
  due,
  scheduled_time: times = [],
}: Task): { readonly moment: number; readonly isDay: boolean } | undefined {
  const day = Date.parse(`${/^\d{4}-\d{2}-\d{2}/.exec(due ?? '')?.[0]}T00:00:00Z`);
  if (!Number.isNaN(day)) return { moment: day, isDay: true };
  const planned = times.find(({ current }) => current === true) ?? times.at(-1);
  const moment = Date.parse(planned?.start ?? '');
  return Number.isNaN(moment) ? undefined : { moment, isDay: moment % DAY_MS === 0 };
}

const DAY_MS = 86_400_000;

const objectOf = (id: string, body: Buffer, notes: readonly FidelityNote[]): StoredObject => ({
  id,
  version: versionOf('task', body),
  size: body.length,
  ...(notes.length === 0 ? {} : { notes }),
  load: async () => body,
});

const RULE_UNKNOWN: FidelityNote = {
  code: 'repetition-not-kept',
  text: 'It repeats by a rule that can’t be understood; it came as a single task.',
};

const byTheDay = (time: string): FidelityNote => ({
  code: 'repeats-by-the-day',
  text: `It repeats by the day: the export tells its time (${time}) without a time zone, so the time was left out.`,
});

const unreadable = (id: string, error: SternaError): StoredObject => ({
  id,
  version: createHash('sha256').update(error.message).digest('hex').slice(0, 32),
  size: 0,
  load: () => Promise.reject(error),
});

const invalid = (file: string, what: string): SternaError =>
  new SternaError('object', 'invalid-task', `${file}: ${what}.`, {
    fix: 'Export the tasks again, or correct the file; then start a delta pass.',
  });

const uidOf = (id: string): string => `${id}@tasks.google.com`;

/**
 * RFC 5545 section 3.6.2; a subtask is RELATED-TO its parent (section 3.8.4.5).
 *
 * @param parent UID of what it belongs to
 */
export function vtodo(
  task: Task,
  { parent, series }: { readonly parent?: string | undefined; readonly series?: Series } = {},
): Buffer {
  const changed = moment(task.updated) ?? '19700101T000000Z';
  const isDone = task.status === 'completed';
  const done = isDone ? moment(task.completed) : undefined;
  const created = moment(task.created);
  const properties: (Property | undefined)[] = [
    property('UID', escapeText(uidOf(task.id))),
    property('DTSTAMP', changed),
    property('LAST-MODIFIED', changed),
    created === undefined ? undefined : property('CREATED', created),
    property('SUMMARY', escapeText(task.title ?? '')),
    task.notes ? property('DESCRIPTION', escapeText(task.notes)) : undefined,
    ...(series === undefined ? dueOf(task) : repeats(series)),
    property('STATUS', isDone ? 'COMPLETED' : 'NEEDS-ACTION'),
    isDone ? property('PERCENT-COMPLETE', '100') : undefined,
    done === undefined ? undefined : property('COMPLETED', done),
    parent === undefined ? undefined : property('RELATED-TO', escapeText(parent)),
    ...(task.links ?? []).map(({ link }) => (link ? property('ATTACH', link.replace(/[\r\n]/g, '')) : undefined)),
  ];
  return writeComponents([
    {
      name: 'VCALENDAR',
      properties: [property('VERSION', '2.0'), property('PRODID', '-//Sterna//Google Takeout//EN')],
      components: [{ name: 'VTODO', properties: properties.filter((one) => one !== undefined), components: [] }],
    },
  ]);
}

function dueOf(task: Task): Property[] {
  const at = startOf(task);
  if (at === undefined) return [];
  const text = new Date(at.moment).toISOString().replace(/[-:]|\.\d+/g, '');
  return [at.isDay ? dayProperty('DUE', text.slice(0, 8)) : property('DUE', text)];
}

/** What repeats needs a start (section 3.8.5.3). */
const repeats = ({ day, rule, without }: Series): Property[] => [
  dayProperty('DTSTART', day),
  dayProperty('DUE', day),
  property('RRULE', rule),
  ...without.map((one) => dayProperty('EXDATE', one)),
];

const dayProperty = (name: string, day: string): Property => ({
  ...property(name, day),
  parameters: [{ name: 'VALUE', values: ['DATE'] }],
});

const property = (name: string, value: string): Property => ({ group: undefined, name, parameters: [], value });

/** RFC 3339 as iCalendar writes a moment in UTC. */
function moment(text: string | undefined): string | undefined {
  const time = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(time) ? undefined : new Date(time).toISOString().replace(/[-:]|\.\d+/g, '');
}
