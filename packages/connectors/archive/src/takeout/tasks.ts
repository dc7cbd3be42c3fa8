import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { escapeText, type Property, writeComponents } from '@sterna/content';
import { SternaError } from '@sterna/core';
import { z } from 'zod';
import { versionOf } from '../collections/object-file.ts';
import type { Catalog, StoredCollection, StoredObject } from '../collections/object-store.ts';
import { asObjectError } from '../errors.ts';

/** As the Tasks API has it, which the export follows; all but the title may be missing. */
const taskSchema = z.looseObject({
  id: z.string().min(1),
  title: z.string().optional(),
  notes: z.string().optional(),
  status: z.string().optional(),
  /** A day, written as its midnight in UTC. */
  due: z.string().optional(),
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
        list === undefined
          ? [unreadable(place, invalid(file, `${place} is none`))]
          : (list.items ?? []).flatMap((task, at) => objectOf(task, file, `${place}, task ${at + 1}`)),
    };
  });
}

function objectOf(json: unknown, file: string, place: string): StoredObject[] {
  const { data: task } = taskSchema.safeParse(json);
  if (task === undefined) return [unreadable(place, invalid(file, `${place} can’t be understood`))];
  // In the bin: gone from every list that people see.
  if (task.deleted === true) return [];
  const body = vtodo(task);
  return [{ id: task.id, version: versionOf('task', body), size: body.length, load: async () => body }];
}

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

/** RFC 5545 section 3.6.2; a subtask is RELATED-TO its parent (section 3.8.4.5). */
export function vtodo(task: Task): Buffer {
  const changed = moment(task.updated) ?? '19700101T000000Z';
  const isDone = task.status === 'completed';
  const due = /^(\d{4})-(\d{2})-(\d{2})/.exec(task.due ?? '');
  const done = isDone ? moment(task.completed) : undefined;
  const created = moment(task.created);
  const properties: (Property | undefined)[] = [
    property('UID', escapeText(uidOf(task.id))),
    property('DTSTAMP', changed),
    property('LAST-MODIFIED', changed),
    created === undefined ? undefined : property('CREATED', created),
    property('SUMMARY', escapeText(task.title ?? '')),
    task.notes ? property('DESCRIPTION', escapeText(task.notes)) : undefined,
    due === null
      ? undefined
      : { ...property('DUE', due.slice(1).join('')), parameters: [{ name: 'VALUE', values: ['DATE'] }] },
    property('STATUS', isDone ? 'COMPLETED' : 'NEEDS-ACTION'),
    isDone ? property('PERCENT-COMPLETE', '100') : undefined,
    done === undefined ? undefined : property('COMPLETED', done),
    task.parent ? property('RELATED-TO', escapeText(uidOf(task.parent))) : undefined,
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

const property = (name: string, value: string): Property => ({ group: undefined, name, parameters: [], value });

/** RFC 3339 as iCalendar writes a moment in UTC. */
function moment(text: string | undefined): string | undefined {
  const time = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(time) ? undefined : new Date(time).toISOString().replace(/[-:]|\.\d+/g, '');
}
