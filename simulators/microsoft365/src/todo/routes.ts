import { recurrenceJson } from '../calendar/recurrence-input.ts';
import { instantOfTime, preferredZone, timeJson, type ZonedTime } from '../calendar/zoned-time.ts';
import type { Call } from '../http/call.ts';
import { badRequest, itemNotFound } from '../http/errors.ts';
import { entityReply, noContent, type Reply } from '../http/reply.ts';
import type { Route } from '../http/router.ts';
import { collectionReply } from '../odata/collection.ts';
import { deltaReply } from '../odata/delta.ts';
import { changeKey, checkIfMatch } from '../odata/etag.ts';
import type { Expand } from '../odata/expand.ts';
import { checkExpand, checkSelect, project, shape } from '../odata/shape.ts';
import { instantText, invalid, object, orNull, readOnly, text } from '../outlook/input.ts';
import { bodyJson } from '../outlook/item-body.ts';
import { attachmentRoutes } from './attachments.ts';
import { extensionJson, extensionRoutes } from './open-extensions.ts';
import { foundTask, listOfCall, listPath, mailboxOf, readTasks, taskPath, writeTasks } from './place.ts';
import { blankTask, type ChecklistItem, type LinkedResource, type Task, type TaskList } from './store.ts';
import {
  checklistItemFields,
  linkedResourceFields,
  readChecklistItem,
  readLinkedResource,
  readTask,
} from './task-input.ts';

const read = { permissions: readTasks, service: 'outlook' } as const;
const write = { permissions: writeTasks, service: 'outlook' } as const;

const listShape = shape(
  'todoTaskList',
  ['id', 'displayName', 'isOwner', 'isShared', 'wellknownListName'],
  ['tasks', 'extensions'],
);
const taskShape = shape(
  'todoTask',
  [
    'id',
    'title',
    'body',
    'bodyLastModifiedDateTime',
    'categories',
    'completedDateTime',
    'createdDateTime',
    'dueDateTime',
    'hasAttachments',
    'importance',
    'isReminderOn',
    'lastModifiedDateTime',
    'recurrence',
    'reminderDateTime',
    'startDateTime',
    'status',
  ],
  ['attachments', 'attachmentSessions', 'checklistItems', 'linkedResources', 'extensions'],
);
const checklistShape = shape('checklistItem', ['id', 'displayName', 'isChecked', 'createdDateTime', 'checkedDateTime']);
const linkShape = shape('linkedResource', ['id', 'webUrl', 'applicationName', 'displayName', 'externalId']);

const lists = '/users/{user}/todo/lists';

export const routes: Route[] = [
  { ...read, method: 'GET', path: lists, handle: listLists },
  { ...write, method: 'POST', path: lists, handle: createList },
  { ...read, method: 'GET', path: `${lists}/delta`, handle: listDelta },
  { ...read, method: 'GET', path: listPath, handle: (call) => listReply(call, listOfCall(call).list) },
  { ...write, method: 'PATCH', path: listPath, handle: updateList },
  { ...write, method: 'DELETE', path: listPath, handle: deleteList },
  { ...read, method: 'GET', path: `${listPath}/tasks`, handle: listTasks },
  { ...write, method: 'POST', path: `${listPath}/tasks`, handle: createTask },
  { ...read, method: 'GET', path: `${listPath}/tasks/delta`, handle: taskDelta },
  { ...read, method: 'GET', path: taskPath, handle: (call) => taskReply(call, foundTask(call).task) },
  { ...write, method: 'PATCH', path: taskPath, handle: updateTask },
  { ...write, method: 'DELETE', path: taskPath, handle: deleteTask },
  ...partRoutes('checklistItems', checklistShape, checklistJson, (call, before) =>
    readChecklistItem(call.cloud, checklistItemFields(call.json(), ''), before),
  ),
  ...partRoutes('linkedResources', linkShape, linkJson, (call, before) =>
    readLinkedResource(call.cloud, linkedResourceFields(call.json(), ''), before),
  ),
  ...attachmentRoutes,
  ...extensionRoutes,
];

function listJson({
  id,
  displayName,
  isOwner,
  isShared,
  wellknownListName,
  version,
}: TaskList): Record<string, unknown> {
  return { '@odata.etag': `W/"${changeKey(id, version)}"`, displayName, isOwner, isShared, wellknownListName, id };
}

function listReply(call: Call, list: TaskList, status = 200): Reply {
  const { select } = call.query;
  checkSelect(listShape, select);
  return entityReply(call, project(listJson(list), select), { status });
}

function listLists(call: Call): Reply {
  return collectionReply(call, [...mailboxOf(call).lists.values()], { shape: listShape, json: listJson, pageSize: 25 });
}

function listDelta(call: Call): Reply {
  const mailbox = mailboxOf(call);
  return deltaReply(call, {
    log: mailbox.listLog,
    scope: `todo/${mailbox.user.id}`,
    shape: listShape,
    json: (id) => {
      const list = mailbox.lists.get(id);
      return list && { '@odata.type': '#microsoft.graph.todoTaskList', ...listJson(list) };
    },
  });
}

const listFields = object('todoTaskList', {
  id: readOnly,
  displayName: orNull(text),
  isOwner: readOnly,
  isShared: readOnly,
  wellknownListName: readOnly,
});

function createList(call: Call): Reply {
  const { displayName } = listFields(call.json(), '');
  if (typeof displayName !== 'string' || displayName.trim() === '') throw invalid('A list needs a displayName.');
  return listReply(call, mailboxOf(call).addList(displayName), 201);
}

/** The lists that everyone has keep their names and stay. */
function ownList(call: Call) {
  const found = listOfCall(call);
  if (found.list.wellknownListName !== 'none') {
    throw badRequest('The list is built in: it can be neither renamed nor deleted.', 'ErrorInvalidRequest');
  }
  checkIfMatch(call, `W/"${changeKey(found.list.id, found.list.version)}"`);
  return found;
}

function updateList(call: Call): Reply {
  const { displayName } = listFields(call.json(), '');
  const { mailbox, list } = ownList(call);
  if (typeof displayName !== 'string' || displayName.trim() === '') throw invalid('A list needs a displayName.');
  mailbox.renameList(list, displayName);
  return listReply(call, list);
}

function deleteList(call: Call): Reply {
  const { mailbox, list } = ownList(call);
  mailbox.removeList(list);
  return noContent();
}

function checklistJson({ id, displayName, isChecked, createdAt, checkedAt }: ChecklistItem): Record<string, unknown> {
  return {
    displayName,
    createdDateTime: instantText(createdAt),
    ...(checkedAt === undefined ? {} : { checkedDateTime: instantText(checkedAt) }),
    isChecked,
    id,
  };
}

function linkJson({ id, webUrl, applicationName, displayName, externalId }: LinkedResource): Record<string, unknown> {
  return { webUrl, applicationName, displayName, externalId, id };
}

const taskEtag = (task: Task) => `W/"${changeKey(task.id, task.version)}"`;

function taskJson(task: Task, zone: string): Record<string, unknown> {
  const { fields } = task;
  const time = (name: string, value: ZonedTime | null) =>
    value === null ? {} : { [name]: timeJson(instantOfTime(value), zone) };
  return {
    '@odata.etag': taskEtag(task),
    importance: fields.importance,
    isReminderOn: fields.isReminderOn,
    status: fields.status,
    title: fields.title,
    createdDateTime: instantText(task.createdAt),
    lastModifiedDateTime: instantText(task.modifiedAt),
    bodyLastModifiedDateTime: instantText(task.bodyModifiedAt),
    hasAttachments: task.attachments.length > 0,
    categories: fields.categories,
    id: task.id,
    // A note that was written as text comes back as text.
    body: fields.body.contentType === 'text' ? fields.body : bodyJson(fields.body, false),
    ...time('startDateTime', fields.startDateTime),
    ...time('dueDateTime', fields.dueDateTime),
    ...time('completedDateTime', fields.completedDateTime),
    ...time('reminderDateTime', fields.reminderDateTime),
    ...(fields.recurrence === null ? {} : { recurrence: recurrenceJson(fields.recurrence) }),
  };
}

/** Steps and links come with `$expand`; links without being asked for as soon as there are some. */
function taskParts(task: Task, expand: readonly Expand[]): Record<string, unknown> {
  const parts: Record<string, unknown> = {};
  if (task.linkedResources.length > 0) parts.linkedResources = task.linkedResources.map(linkJson);
  for (const { property, select } of expand) {
    if (property === 'checklistItems')
      parts.checklistItems = task.checklistItems.map((item) => project(checklistJson(item), select));
    else if (property === 'linkedResources')
      parts.linkedResources = task.linkedResources.map((link) => project(linkJson(link), select));
    else if (property === 'extensions') parts.extensions = task.extensions.map(extensionJson);
    else throw badRequest(`'${property}' can't be expanded here.`, 'ErrorInvalidUrlQuery');
  }
  return parts;
}

function taskReply(call: Call, task: Task, status = 200): Reply {
  const { select, expand } = call.query;
  checkSelect(taskShape, select);
  checkExpand(taskShape, expand);
  const json = { ...taskJson(task, preferredZone(call)), ...taskParts(task, []) };
  return entityReply(call, { ...project(json, select), ...taskParts(task, expand) }, { status });
}

function listTasks(call: Call): Reply {
  const { mailbox, list } = listOfCall(call);
  const { expand } = call.query;
  const zone = preferredZone(call);
  const seenUntil = call.now - call.cloud.faults.listDelayMs;
  const tasks = mailbox
    .tasksIn(list)
    .filter(({ createdAt }) => createdAt <= seenUntil || call.cloud.faults.listDelayMs === 0);
  return collectionReply(call, tasks, {
    shape: taskShape,
    json: (task) => ({ ...taskJson(task, zone), ...taskParts(task, expand) }),
    view: (task) => ({
      ...taskJson(task, 'UTC'),
      checklistItems: task.checklistItems.map(checklistJson),
      linkedResources: task.linkedResources.map(linkJson),
    }),
  });
}

function taskDelta(call: Call): Reply {
  const { mailbox, list } = listOfCall(call);
  const zone = preferredZone(call);
  return deltaReply(call, {
    log: list.log,
    scope: `tasks/${list.id}`,
    shape: taskShape,
    json: (id) => {
      const task = mailbox.tasks.get(id);
      return task && { '@odata.type': '#microsoft.graph.todoTask', ...taskJson(task, zone), ...taskParts(task, []) };
    },
  });
}

function createTask(call: Call): Reply {
  const { mailbox, list } = listOfCall(call);
  if (list.wellknownListName === 'flaggedEmails') {
    throw badRequest('Tasks of flagged messages are made by flagging messages.', 'ErrorInvalidRequest');
  }
  const { fields, checklistItems, linkedResources, extensions } = readTask(call.json(), blankTask, call.now);
  if (fields.title.trim() === '') throw invalid('A task needs a title.');
  const task = mailbox.addTask(list, fields, {
    checklistItems: checklistItems.map((given) => readChecklistItem(call.cloud, given)),
    linkedResources: linkedResources.map((given) => readLinkedResource(call.cloud, given)),
    extensions: call.cloud.assumptions.taskExtensionsOnCreate ? extensions : [],
  });
  return taskReply(call, task, 201);
}

function updateTask(call: Call): Reply {
  const { mailbox, task } = foundTask(call);
  checkIfMatch(call, taskEtag(task));
  const { fields, checklistItems, linkedResources, extensions } = readTask(call.json(), task.fields, call.now);
  if (checklistItems.length + linkedResources.length + extensions.length > 0) {
    throw badRequest('Steps, links and extensions of a task are changed on their own paths.', 'ErrorInvalidRequest');
  }
  mailbox.changeTask(task, { fields });
  return taskReply(call, task);
}

function deleteTask(call: Call): Reply {
  const { mailbox, task } = foundTask(call);
  checkIfMatch(call, taskEtag(task));
  mailbox.removeTask(task);
  return noContent();
}

/** List, create, read, change and delete of what a task has several of. */
function partRoutes<P extends 'checklistItems' | 'linkedResources'>(
  name: P,
  of: typeof checklistShape,
  json: (part: Task[P][number]) => Record<string, unknown>,
  make: (call: Call, before: Task[P][number] | undefined) => Task[P][number],
): Route[] {
  type Part = Task[P][number];
  const path = `${taskPath}/${name}`;
  const partsOf = (task: Task) => task[name] as readonly Part[];
  const found = (call: Call) => {
    const { mailbox, task } = foundTask(call);
    const part = partsOf(task).find(({ id }) => id === call.parameter('part'));
    if (part === undefined) throw itemNotFound();
    const replace = (parts: readonly Part[]) => mailbox.changeTask(task, { [name]: parts });
    return { task, part, replace };
  };
  const reply = (call: Call, part: Part, status = 200) => {
    const { select } = call.query;
    checkSelect(of, select);
    return entityReply(call, project(json(part), select), { status });
  };
  return [
    {
      ...read,
      method: 'GET',
      path,
      handle: (call) => collectionReply(call, partsOf(foundTask(call).task), { shape: of, json, pageSize: 100 }),
    },
    {
      ...write,
      method: 'POST',
      path,
      handle(call) {
        const { mailbox, task } = foundTask(call);
        const part = make(call, undefined);
        mailbox.changeTask(task, { [name]: [...partsOf(task), part] });
        return reply(call, part, 201);
      },
    },
    { ...read, method: 'GET', path: `${path}/{part}`, handle: (call) => reply(call, found(call).part) },
    {
      ...write,
      method: 'PATCH',
      path: `${path}/{part}`,
      handle(call) {
        const { task, part, replace } = found(call);
        const changed = make(call, part);
        replace(partsOf(task).map((one) => (one.id === part.id ? changed : one)));
        return reply(call, changed);
      },
    },
    {
      ...write,
      method: 'DELETE',
      path: `${path}/{part}`,
      handle(call) {
        const { task, part, replace } = found(call);
        replace(partsOf(task).filter(({ id }) => id !== part.id));
        return noContent();
      },
    },
  ];
}
