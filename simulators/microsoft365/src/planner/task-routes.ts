import { notify } from '../groups/notices.ts';
import { groupsOf } from '../groups/store.ts';
import type { Call } from '../http/call.ts';
import { badRequest } from '../http/errors.ts';
import { entityReply, noContent, type Reply } from '../http/reply.ts';
import type { Route } from '../http/router.ts';
import { collectionReply } from '../odata/collection.ts';
import {
  boolean,
  instant,
  integer,
  object,
  oneOf,
  orNull,
  type Reader,
  readOnly,
  text,
  unreadable,
} from '../outlook/input.ts';
import { formatJson, TASK, taskDetailsJson, taskJson } from './json.ts';
import { readOrderHint } from './order-hint.ts';
import {
  actorOf,
  changedReply,
  checkVersion,
  limitExceeded,
  noSuchItem,
  planner,
  read,
  taskOf,
  write,
} from './place.ts';
import { FORMATS, type Format, type PlannerTask, PREVIEW_TYPES, type TaskDetails } from './plan.ts';
import { LIMITS } from './store.ts';

export const taskRoutes: Route[] = [
  { ...write, method: 'POST', path: '/planner/tasks', handle: createTask },
  {
    ...read,
    method: 'GET',
    path: '/planner/tasks/{task}',
    handle: (call) => entityReply(call, taskJson(taskOf(call))),
  },
  { ...write, method: 'PATCH', path: '/planner/tasks/{task}', handle: updateTask },
  { ...write, method: 'DELETE', path: '/planner/tasks/{task}', handle: deleteTask },
  {
    ...read,
    method: 'GET',
    path: '/planner/tasks/{task}/details',
    handle: (call) => entityReply(call, taskDetailsJson(taskOf(call).details)),
  },
  { ...write, method: 'PATCH', path: '/planner/tasks/{task}/details', handle: updateDetails },
  ...FORMATS.flatMap((format): Route[] => {
    const path = `/planner/tasks/{task}/${format}TaskBoardFormat`;
    return [
      { ...read, method: 'GET', path, handle: (call) => entityReply(call, formatJson(taskOf(call), format)) },
      { ...write, method: 'PATCH', path, handle: (call) => updateFormat(call, format) },
    ];
  }),
  { ...read, method: 'GET', path: '/users/{user}/planner/tasks', handle: listTasksOfUser },
];

/** An open type's own members: null takes one away. */
function membersOf<T>(item: Reader<T>): Reader<[string, T | null][]> {
  return (value, path) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw unreadable(path, 'open type');
    return Object.entries(value)
      .filter(([name]) => !name.includes('@'))
      .map(([name, entry]) => [name, entry === null ? null : item(entry, `${path}/${name}`)]);
  };
}

const assignment = object('plannerAssignment', {
  orderHint: readOrderHint,
  assignedBy: readOnly,
  assignedDateTime: readOnly,
});

const taskFields = object('plannerTask', {
  id: readOnly,
  createdBy: readOnly,
  createdDateTime: readOnly,
  completedBy: readOnly,
  completedDateTime: readOnly,
  activeChecklistItemCount: readOnly,
  checklistItemCount: readOnly,
  hasDescription: readOnly,
  referenceCount: readOnly,
  planId: text,
  bucketId: orNull(text),
  title: text,
  orderHint: readOrderHint,
  assigneePriority: readOrderHint,
  percentComplete: integer,
  priority: integer,
  startDateTime: orNull(instant),
  dueDateTime: orNull(instant),
  conversationThreadId: orNull(text),
  previewType: oneOf(PREVIEW_TYPES),
  appliedCategories: membersOf(boolean),
  assignments: membersOf(assignment),
  details: (value, path) => detailsFields(value, path),
});

const checklistItem = object('plannerChecklistItem', {
  title: text,
  isChecked: boolean,
  orderHint: readOrderHint,
  lastModifiedBy: readOnly,
  lastModifiedDateTime: readOnly,
});

const reference = object('plannerExternalReference', {
  alias: orNull(text),
  type: orNull(text),
  previewPriority: readOrderHint,
  lastModifiedBy: readOnly,
  lastModifiedDateTime: readOnly,
});

const detailsFields = object('plannerTaskDetails', {
  id: readOnly,
  description: orNull(text),
  previewType: oneOf(PREVIEW_TYPES),
  checklist: membersOf(checklistItem),
  references: membersOf(reference),
});

type TaskInput = ReturnType<typeof taskFields>;
type DetailsInput = ReturnType<typeof detailsFields>;

function createTask(call: Call): Reply {
  const given = taskFields(call.json(), '');
  const plan = planner(call).plans.get(given.planId ?? '');
  if (!given.title) throw badRequest('A task needs a title.', '');
  if (plan === undefined) throw noSuchItem();
  if (planner(call).tasksOf(plan).length >= LIMITS.tasksOfPlan) throw limitExceeded('MaximumTasksInProject');
  checkInput(call, given, plan.id);
  const task = planner(call).addTask(plan, given.title, actorOf(call), call.now);
  change(call, task, given);
  if (given.details !== undefined) changeDetails(call, task.details, given.details as DetailsInput);
  return entityReply(call, taskJson(task), { status: 201 });
}

function updateTask(call: Call): Reply {
  const task = taskOf(call);
  checkVersion(call, 'Task', task);
  const given = taskFields(call.json(), '');
  checkInput(call, given, given.planId ?? task.planId);
  change(call, task, given);
  task.version++;
  return changedReply(call, taskJson(task));
}

function deleteTask(call: Call): Reply {
  const task = taskOf(call);
  checkVersion(call, 'Task', task);
  planner(call).tasks.delete(task.id);
  return noContent();
}

/** All of it is looked at before anything is changed. */
function checkInput(call: Call, given: TaskInput, planId: string): void {
  const all = planner(call);
  if (!all.plans.has(planId)) throw noSuchItem();
  if (typeof given.bucketId === 'string' && all.buckets.get(given.bucketId)?.planId !== planId) {
    throw badRequest('The bucket is not one of the plan.', '');
  }
  const { percentComplete = 0, priority = 5 } = given;
  if (percentComplete < 0 || percentComplete > 100) throw badRequest('percentComplete must be between 0 and 100.', '');
  if (priority < 0 || priority > 10) throw badRequest('priority must be between 0 and 10.', '');
  for (const [name] of given.appliedCategories ?? []) {
    if (!/^category([1-9]|1\d|2[0-5])$/.test(name)) throw badRequest(`There is no label '${name}'.`, '');
  }
  const group = groupsOf(call.tenant).byId(all.plans.get(planId)?.groupId ?? '');
  for (const [id, value] of given.assignments ?? []) {
    if (value === null) continue;
    const known = groupsOf(call.tenant).object(id)?.kind === 'user';
    const allowed = all.behaviour.assignsOutsiders || group?.members.has(id) === true;
    if (!known || !allowed) throw badRequest(`'${id}' can't be assigned.`, '');
  }
}

function change(call: Call, task: PlannerTask, given: TaskInput): void {
  if (given.planId !== undefined) task.planId = given.planId;
  if (given.bucketId !== undefined) task.bucketId = given.bucketId;
  if (given.title !== undefined) task.title = given.title;
  if (given.orderHint !== undefined) task.orderHint = given.orderHint;
  if (given.assigneePriority !== undefined) task.assigneePriority = given.assigneePriority;
  if (given.priority !== undefined) task.priority = given.priority;
  if (given.startDateTime !== undefined) task.startAt = momentOf(given.startDateTime);
  if (given.dueDateTime !== undefined) task.dueAt = momentOf(given.dueDateTime);
  if (given.conversationThreadId !== undefined) task.conversationThreadId = given.conversationThreadId;
  if (given.previewType !== undefined) task.details.previewType = given.previewType;
  if (given.percentComplete !== undefined) {
    const done = given.percentComplete === 100;
    if (done && task.percentComplete !== 100) {
      task.completedAt = call.now;
      task.completedBy = actorOf(call);
    } else if (!done) {
      task.completedAt = null;
      task.completedBy = null;
    }
    task.percentComplete = given.percentComplete;
  }
  for (const [name, applied] of given.appliedCategories ?? []) {
    if (applied === true) task.categories.add(name);
    else task.categories.delete(name);
  }
  assign(call, task, given.assignments ?? []);
}

function momentOf(text: string | null): number | null {
  return text === null ? null : Date.parse(text);
}

/** Whoever is assigned, other than by themselves, is told. */
function assign(call: Call, task: PlannerTask, given: NonNullable<TaskInput['assignments']>): void {
  const told: string[] = [];
  for (const [id, value] of given) {
    if (value === null) {
      task.assignments.delete(id);
      task.formats.assignedTo.byAssignee.delete(id);
      continue;
    }
    const before = task.assignments.get(id);
    const orderHint = value.orderHint ?? before?.orderHint ?? '';
    if (before === undefined && id !== call.identity.user?.id) told.push(id);
    task.assignments.set(
      id,
      before === undefined ? { orderHint, assignedAt: call.now, assignedBy: actorOf(call) } : { ...before, orderHint },
    );
    task.formats.assignedTo.byAssignee.set(id, orderHint);
  }
  notify(call.tenant, call.now, 'task-assigned', task.planId, told);
}

function updateDetails(call: Call): Reply {
  const { details } = taskOf(call);
  checkVersion(call, 'TaskDetails', details);
  changeDetails(call, details, detailsFields(call.json(), ''));
  details.version++;
  // The task tells how many there are.
  taskOf(call).version++;
  return changedReply(call, taskDetailsJson(details));
}

function changeDetails(call: Call, details: TaskDetails, given: DetailsInput): void {
  const checklist = new Map(details.checklist);
  const references = new Map(details.references);
  const stamp = { modifiedAt: call.now, modifiedBy: actorOf(call) };
  for (const [key, item] of given.checklist ?? []) {
    const before = checklist.get(key);
    const title = item?.title ?? before?.title;
    if (item === null) checklist.delete(key);
    else if (title === undefined) throw badRequest('An item of a checklist needs a title.', '');
    else {
      checklist.set(key, {
        title,
        isChecked: item.isChecked ?? before?.isChecked ?? false,
        orderHint: item.orderHint ?? before?.orderHint ?? '',
        ...stamp,
      });
    }
  }
  for (const [url, item] of given.references ?? []) {
    if (/[.:@#]|%(?![0-9A-Fa-f]{2})/.test(url)) throw badRequest(`The URL '${url}' isn't escaped.`, '');
    const before = references.get(url);
    if (item === null) references.delete(url);
    else {
      references.set(url, {
        alias: item.alias ?? before?.alias ?? null,
        type: item.type ?? before?.type ?? null,
        previewPriority: item.previewPriority ?? before?.previewPriority ?? '',
        ...stamp,
      });
    }
  }
  if (checklist.size > LIMITS.checklist) throw limitExceeded('MaximumChecklistItemsOnTask');
  if (references.size > LIMITS.references) throw limitExceeded('MaximumReferencesOnTask');
  replace(details.checklist, checklist);
  replace(details.references, references);
  if (given.description !== undefined) details.description = given.description ?? '';
  if (given.previewType !== undefined) details.previewType = given.previewType;
}

function replace<T>(map: Map<string, T>, by: ReadonlyMap<string, T>): void {
  map.clear();
  for (const [key, value] of by) map.set(key, value);
}

const formatFields = object('plannerTaskBoardTaskFormat', {
  id: readOnly,
  orderHint: readOrderHint,
  unassignedOrderHint: readOrderHint,
  orderHintsByAssignee: membersOf(readOrderHint),
});

function updateFormat(call: Call, format: Format): Reply {
  const task = taskOf(call);
  const of = task.formats[format];
  checkVersion(call, `${format}Format`, of);
  const given = formatFields(call.json(), '');
  of.orderHint = given.unassignedOrderHint ?? given.orderHint ?? of.orderHint;
  for (const [id, hint] of given.orderHintsByAssignee ?? []) {
    if (hint === null) of.byAssignee.delete(id);
    else of.byAssignee.set(id, hint);
  }
  of.version++;
  return changedReply(call, formatJson(task, format));
}

function listTasksOfUser(call: Call): Reply {
  const { id } = call.user();
  const tasks = [...planner(call).tasks.values()].filter(({ assignments }) => assignments.has(id));
  return collectionReply(call, tasks, {
    shape: TASK,
    json: taskJson,
    paging: 'skiptoken',
    pageSize: 400,
    maxPageSize: 400,
  });
}
