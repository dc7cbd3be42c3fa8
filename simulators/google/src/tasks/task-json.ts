import type { Call } from '../http/call.ts';
import { badRequest } from '../http/errors.ts';
import { LIMITS, type Task, type TaskList, type TaskStore } from './store.ts';

export type Json = Record<string, unknown>;

const iso = (at: number) => new Date(at).toISOString();

export function listJson({ cloud }: Call, list: TaskList): Json {
  return {
    kind: 'tasks#taskList',
    id: list.id,
    etag: `"${list.version}-${list.updated}"`,
    title: list.title,
    updated: iso(list.updated),
    selfLink: `${cloud.baseUrl}/tasks/v1/users/@me/lists/${list.id}`,
  };
}

export function taskJson({ cloud }: Call, store: TaskStore, task: Task): Json {
  return {
    kind: 'tasks#task',
    id: task.id,
    etag: `"${task.version}-${task.updated}"`,
    title: task.title,
    updated: iso(task.updated),
    selfLink: `${cloud.baseUrl}/tasks/v1/lists/${task.list.id}/tasks/${task.id}`,
    ...(task.parent !== undefined && { parent: task.parent }),
    position: store.position(task),
    ...(task.notes !== '' && { notes: task.notes }),
    status: task.status,
    ...(task.due !== undefined && { due: `${task.due}T00:00:00.000Z` }),
    ...(task.completed !== undefined && { completed: iso(task.completed) }),
    ...(task.deleted && { deleted: true }),
    ...(task.hidden && { hidden: true }),
    links: task.links,
    webViewLink: `https://tasks.google.com/task/${task.id}?sa=6`,
  };
}

export function readTitle({ title }: Json, otherwise: string): string {
  return readText('title', title, otherwise, LIMITS.title);
}

function readText(name: string, value: unknown, otherwise: string, longest: number): string {
  if (value === undefined) return otherwise;
  if (value === null) return '';
  if (typeof value !== 'string' || value.length > longest) throw badRequest(`Invalid value for: ${name}`, 'invalid');
  return value;
}

type Fields = Pick<Task, 'title' | 'notes' | 'status' | 'due' | 'completed' | 'deleted'>;

/** Links, parent, position and hidden are read-only: they are ignored. @param before nothing when all is replaced */
export function readTask(body: Json, before: Task | undefined, now: number): Fields {
  const status = body.status ?? before?.status ?? 'needsAction';
  if (status !== 'needsAction' && status !== 'completed') throw badRequest('Invalid value for: status', 'invalid');
  const due = body.due === undefined ? before?.due : body.due === null || body.due === '' ? undefined : dayOf(body.due);
  return {
    title: readTitle(body, before?.title ?? ''),
    notes: readText('notes', body.notes, before?.notes ?? '', LIMITS.notes),
    status,
    due,
    completed: status === 'completed' ? completedOf(body.completed, before, now) : undefined,
    deleted: body.deleted === true,
  };
}

function completedOf(value: unknown, before: Task | undefined, now: number): number {
  if (value === undefined || value === null || value === '') return before?.completed ?? now;
  return Date.parse(`${dayOf(value)}${String(value).slice(10)}`);
}

/** The day of an RFC 3339 time: the time of day is discarded, whatever its offset. */
function dayOf(value: unknown): string {
  const text = String(value);
  if (
    !/^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/.test(text) ||
    Number.isNaN(Date.parse(text))
  ) {
    throw badRequest('Request contains an invalid argument.', 'invalid');
  }
  return text.slice(0, 10);
}
