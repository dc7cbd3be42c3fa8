import type { Call } from '../http/call.ts';
import { badRequest, GoogleError, notFound } from '../http/errors.ts';
import { empty, json, type Result } from '../http/result.ts';
import type { Route } from '../http/router.ts';
import { taskStoreOf } from './place.ts';
import { LIMITS, type Task, type TaskList, TaskProblem, type TaskStore } from './store.ts';
import { type Json, listJson, readTask, readTitle, taskJson } from './task-json.ts';

const READ = ['tasks.readonly', 'tasks'];
const WRITE = ['tasks'];
const LISTS = '/tasks/v1/users/@me/lists';
const TASKS = '/tasks/v1/lists/{tasklist}';

type Handler = (call: Call, store: TaskStore) => Result;

/** What a store refuses, in the API's words; which ones it has isn't documented. */
function handler(handle: Handler): (call: Call) => Result {
  return (call) => {
    try {
      return handle(call, taskStoreOf(call));
    } catch (thrown) {
      if (thrown instanceof TaskProblem) throw refusal(thrown.problem);
      throw thrown;
    }
  };
}

function refusal(problem: TaskProblem['problem']): GoogleError {
  switch (problem) {
    case 'parent':
      return badRequest('Invalid task ID: parent', 'invalid');
    case 'previous':
      return badRequest('Invalid task ID: previous', 'invalid');
    case 'hidden':
      return badRequest('A hidden task can only be moved to the first position of the top level.', 'invalid');
    default:
      return new GoogleError(403, 'quotaExceeded', 'Quota Exceeded', { domain: 'usageLimits' });
  }
}

function listOf(call: Call, store: TaskStore): TaskList {
  const list = store.list(call.parameter('tasklist'));
  if (list === undefined) throw notFound('Task list not found.');
  return list;
}

function taskOf(call: Call, store: TaskStore): Task {
  const task = listOf(call, store).tasks.get(call.parameter('task'));
  if (task === undefined) throw notFound('Task not found.');
  return task;
}

const place = ({ query }: Call) => ({ parent: filled(query.text('parent')), previous: filled(query.text('previous')) });

const filled = (text: string | undefined) => (text === '' ? undefined : text);

const listLists: Handler = (call, store) => {
  const size = call.query.integer('maxResults', {
    otherwise: LIMITS.pageOfLists,
    min: 1,
    max: LIMITS.pageOfLists,
    cut: true,
  });
  const { shown, next } = page(call, 'tasklists', [...store.lists.values()], size);
  return json({
    kind: 'tasks#taskLists',
    etag: `"${store.lists.size}"`,
    ...next,
    items: shown.map((list) => listJson(call, list)),
  });
};

/** Pages of something that only grows at its end. */
function page<T extends { readonly id: string }>(
  call: Call,
  kind: string,
  all: readonly T[],
  size: number,
): { readonly shown: readonly T[]; readonly next: Json } {
  const token = call.query.text('pageToken');
  const after = token === undefined ? undefined : call.cloud.openToken<{ readonly id: string }>(kind, token);
  const from = after === undefined ? 0 : all.findIndex(({ id }) => id === after.id) + 1;
  const shown = all.slice(from, from + size);
  const more = from + size < all.length;
  return { shown, next: more ? { nextPageToken: call.cloud.sealToken(kind, { id: shown.at(-1)?.id }) } : {} };
}

const getList: Handler = (call, store) => json(listJson(call, listOf(call, store)));

const insertList: Handler = (call, store) => json(listJson(call, store.addList(readTitle(call.json(), ''))));

const changeList: Handler = (call, store) => {
  const list = listOf(call, store);
  store.renameList(list, readTitle(call.json(), list.title));
  return json(listJson(call, list));
};

const deleteList: Handler = (call, store) => {
  const list = listOf(call, store);
  if (list === store.defaultList) throw badRequest('The default task list cannot be deleted.', 'invalid');
  store.removeList(list);
  return empty();
};

const listTasks: Handler = (call, store) => {
  const list = listOf(call, store);
  const { query } = call;
  const time = (name: string) => {
    const text = query.text(name);
    const at = text === undefined ? undefined : Date.parse(text);
    if (at !== undefined && Number.isNaN(at)) throw badRequest(`Invalid value for: ${name}`, 'invalid');
    return at;
  };
  const within = (at: number | undefined, min: number | undefined, max: number | undefined) =>
    (min === undefined && max === undefined) ||
    (at !== undefined && at >= (min ?? Number.NEGATIVE_INFINITY) && at < (max ?? Number.POSITIVE_INFINITY));
  const shows = {
    completed: query.boolean('showCompleted', true),
    deleted: query.boolean('showDeleted'),
    hidden: query.boolean('showHidden'),
  };
  // Assigned tasks come from Docs and Chat alone: there are none.
  query.boolean('showAssigned');
  const [completedMin, completedMax] = [time('completedMin'), time('completedMax')];
  const [dueMin, dueMax, updatedMin] = [time('dueMin'), time('dueMax'), time('updatedMin')];
  const size = query.integer('maxResults', { otherwise: 20, min: 1, max: 100, cut: true });
  const all = [...list.tasks.values()].filter(
    (task) =>
      (shows.completed || task.status !== 'completed') &&
      (shows.deleted || !task.deleted) &&
      (shows.hidden || !task.hidden) &&
      (updatedMin === undefined || task.updated >= updatedMin) &&
      within(task.completed, completedMin, completedMax) &&
      within(task.due === undefined ? undefined : Date.parse(task.due), dueMin, dueMax),
  );
  all.sort((left, right) => left.added - right.added);
  const { shown, next } = page(call, `tasks ${list.id}`, all, size);
  return json({
    kind: 'tasks#tasks',
    etag: `"${list.version}"`,
    ...next,
    ...(shown.length > 0 && { items: shown.map((task) => taskJson(call, store, task)) }),
  });
};

/** The body, without what an assumption says isn't looked at. */
function bodyOf(call: Call): Json {
  const body = call.json();
  if (call.cloud.assumptions.tasksKeepCompleted) return body;
  const { completed: _, ...rest } = body;
  return rest;
}

const getTask: Handler = (call, store) => json(taskJson(call, store, taskOf(call, store)));

const insertTask: Handler = (call, store) => {
  const list = listOf(call, store);
  const { deleted: _, ...fields } = readTask(bodyOf(call), undefined, call.now);
  return json(taskJson(call, store, store.addTask(list, fields, place(call))));
};

const changeTask =
  (whole: boolean): Handler =>
  (call, store) => {
    const task = taskOf(call, store);
    const { deleted, ...fields } = readTask(bodyOf(call), whole ? undefined : task, call.now);
    store.changeTask(task, fields);
    if (deleted && !task.deleted) store.removeTask(task);
    return json(taskJson(call, store, task));
  };

const deleteTask: Handler = (call, store) => {
  const task = taskOf(call, store);
  if (!task.deleted) store.removeTask(task);
  return empty();
};

const moveTask: Handler = (call, store) => {
  const task = taskOf(call, store);
  if (task.deleted) throw notFound('Task not found.');
  const destination = filled(call.query.text('destinationTasklist'));
  const list = destination === undefined ? task.list : store.list(destination);
  if (list === undefined) throw notFound('Task list not found.');
  store.moveTask(task, { list, ...place(call) });
  return json(taskJson(call, store, task));
};

const clear: Handler = (call, store) => {
  store.clear(listOf(call, store));
  return empty();
};

/** https://developers.google.com/workspace/tasks/reference/rest */
export const routes: readonly Route[] = [
  { id: 'tasks.tasklists.list', method: 'GET', path: LISTS, scopes: READ, handle: handler(listLists) },
  { id: 'tasks.tasklists.insert', method: 'POST', path: LISTS, scopes: WRITE, handle: handler(insertList) },
  { id: 'tasks.tasklists.get', method: 'GET', path: `${LISTS}/{tasklist}`, scopes: READ, handle: handler(getList) },
  {
    id: 'tasks.tasklists.patch',
    method: 'PATCH',
    path: `${LISTS}/{tasklist}`,
    scopes: WRITE,
    handle: handler(changeList),
  },
  {
    id: 'tasks.tasklists.update',
    method: 'PUT',
    path: `${LISTS}/{tasklist}`,
    scopes: WRITE,
    handle: handler(changeList),
  },
  {
    id: 'tasks.tasklists.delete',
    method: 'DELETE',
    path: `${LISTS}/{tasklist}`,
    scopes: WRITE,
    handle: handler(deleteList),
  },
  { id: 'tasks.tasks.clear', method: 'POST', path: `${TASKS}/clear`, scopes: WRITE, handle: handler(clear) },
  { id: 'tasks.tasks.list', method: 'GET', path: `${TASKS}/tasks`, scopes: READ, handle: handler(listTasks) },
  { id: 'tasks.tasks.insert', method: 'POST', path: `${TASKS}/tasks`, scopes: WRITE, handle: handler(insertTask) },
  { id: 'tasks.tasks.get', method: 'GET', path: `${TASKS}/tasks/{task}`, scopes: READ, handle: handler(getTask) },
  {
    id: 'tasks.tasks.patch',
    method: 'PATCH',
    path: `${TASKS}/tasks/{task}`,
    scopes: WRITE,
    handle: handler(changeTask(false)),
  },
  {
    id: 'tasks.tasks.update',
    method: 'PUT',
    path: `${TASKS}/tasks/{task}`,
    scopes: WRITE,
    handle: handler(changeTask(true)),
  },
  {
    id: 'tasks.tasks.delete',
    method: 'DELETE',
    path: `${TASKS}/tasks/{task}`,
    scopes: WRITE,
    handle: handler(deleteTask),
  },
  {
    id: 'tasks.tasks.move',
    method: 'POST',
    path: `${TASKS}/tasks/{task}/move`,
    scopes: WRITE,
    handle: handler(moveTask),
  },
];
