import { isUnified } from '../groups/group.ts';
import { groupOf } from '../groups/place.ts';
import { groupsOf } from '../groups/store.ts';
import type { Call } from '../http/call.ts';
import { badRequest } from '../http/errors.ts';
import { entityReply, noContent, type Reply } from '../http/reply.ts';
import type { Route } from '../http/router.ts';
import { collectionReply } from '../odata/collection.ts';
import { object, oneOf, orNull, readOnly, text } from '../outlook/input.ts';
import { BUCKET, bucketJson, PLAN, planDetailsJson, planJson, TASK, taskJson } from './json.ts';
import { readOrderHint } from './order-hint.ts';
import {
  actorOf,
  bucketOf,
  changedReply,
  checkVersion,
  limitExceeded,
  noSuchItem,
  planner,
  planOf,
  read,
  write,
} from './place.ts';
import type { Plan } from './plan.ts';
import { LIMITS } from './store.ts';
import { taskRoutes } from './task-routes.ts';

/** Plans, their labels and their buckets: https://learn.microsoft.com/graph/api/resources/planner-overview */
export const routes: Route[] = [
  { ...read, method: 'GET', path: '/groups/{group}/planner/plans', handle: listPlans },
  { ...write, method: 'POST', path: '/planner/plans', handle: createPlan },
  {
    ...read,
    method: 'GET',
    path: '/planner/plans/{plan}',
    handle: (call) => entityReply(call, planJson(call.base, planOf(call))),
  },
  { ...write, method: 'PATCH', path: '/planner/plans/{plan}', handle: updatePlan },
  { ...write, method: 'DELETE', path: '/planner/plans/{plan}', handle: deletePlan },
  {
    ...read,
    method: 'GET',
    path: '/planner/plans/{plan}/details',
    handle: (call) => entityReply(call, planDetailsJson(planOf(call).details)),
  },
  { ...write, method: 'PATCH', path: '/planner/plans/{plan}/details', handle: updatePlanDetails },
  { ...read, method: 'GET', path: '/planner/plans/{plan}/buckets', handle: listBuckets },
  { ...read, method: 'GET', path: '/planner/plans/{plan}/tasks', handle: listTasks },
  { ...write, method: 'POST', path: '/planner/buckets', handle: createBucket },
  {
    ...read,
    method: 'GET',
    path: '/planner/buckets/{bucket}',
    handle: (call) => entityReply(call, bucketJson(bucketOf(call))),
  },
  { ...write, method: 'PATCH', path: '/planner/buckets/{bucket}', handle: updateBucket },
  { ...write, method: 'DELETE', path: '/planner/buckets/{bucket}', handle: deleteBucket },
  { ...read, method: 'GET', path: '/planner/buckets/{bucket}/tasks', handle: listTasksOfBucket },
  ...taskRoutes,
];

const paging = { pageSize: 400, maxPageSize: 400, paging: 'skiptoken', filter: false, orderby: false } as const;

function listPlans(call: Call): Reply {
  return collectionReply(call, planner(call).plansOf(groupOf(call)), {
    shape: PLAN,
    json: (plan) => planJson(call.base, plan),
    ...paging,
  });
}

const container = object('plannerPlanContainer', {
  url: orNull(text),
  containerId: orNull(text),
  type: oneOf(['group', 'roster']),
});

const planFields = object('plannerPlan', {
  id: readOnly,
  createdBy: readOnly,
  createdDateTime: readOnly,
  container,
  owner: text,
  title: text,
});

function createPlan(call: Call): Reply {
  const { title, owner, container: place } = planFields(call.json(), '');
  const groupId = place?.containerId ?? /\/groups\/([^/]+)$/.exec(place?.url ?? '')?.[1] ?? owner;
  if (!title || groupId === undefined) throw badRequest('A plan needs a title and a container.', '');
  const group = groupsOf(call.tenant).byId(groupId);
  if (group === undefined || !isUnified(group)) throw noSuchItem();
  if (planner(call).plansOf(group).length >= LIMITS.plansOfGroup) throw limitExceeded('MaximumPlansInGroup');
  const plan = planner(call).addPlan(group, title, actorOf(call), call.now);
  return entityReply(call, planJson(call.base, plan), { status: 201 });
}

function updatePlan(call: Call): Reply {
  const plan = planOf(call);
  checkVersion(call, 'Plan', plan);
  const { title } = planFields(call.json(), '');
  if (title !== undefined) plan.title = title;
  plan.version++;
  return changedReply(call, planJson(call.base, plan));
}

function deletePlan(call: Call): Reply {
  const plan = planOf(call);
  checkVersion(call, 'Plan', plan);
  planner(call).removePlan(plan);
  return noContent();
}

function updatePlanDetails(call: Call): Reply {
  const { details } = planOf(call);
  checkVersion(call, 'PlanDetails', details);
  const json = call.json();
  for (const [name, value] of members(json.categoryDescriptions)) {
    if (!/^category([1-9]|1\d|2[0-5])$/.test(name)) throw badRequest(`There is no label '${name}'.`, '');
    details.categories.set(name, value === null || value === '' ? null : String(value));
  }
  for (const [id, value] of members(json.sharedWith)) {
    if (value === true) details.sharedWith.add(id);
    else details.sharedWith.delete(id);
  }
  details.version++;
  return changedReply(call, planDetailsJson(details));
}

function members(value: unknown): [string, unknown][] {
  if (value === undefined || value === null) return [];
  if (typeof value !== 'object') throw badRequest('An object is expected.', '');
  return Object.entries(value).filter(([name]) => !name.includes('@'));
}

function listBuckets(call: Call): Reply {
  return collectionReply(call, planner(call).bucketsOf(planOf(call)), { shape: BUCKET, json: bucketJson, ...paging });
}

function listTasks(call: Call): Reply {
  return collectionReply(call, planner(call).tasksOf(planOf(call)), { shape: TASK, json: taskJson, ...paging });
}

function listTasksOfBucket(call: Call): Reply {
  const { id } = bucketOf(call);
  const tasks = [...planner(call).tasks.values()].filter(({ bucketId }) => bucketId === id);
  return collectionReply(call, tasks, { shape: TASK, json: taskJson, ...paging });
}

const bucketFields = object('plannerBucket', { id: readOnly, name: text, planId: text, orderHint: readOrderHint });

function createBucket(call: Call): Reply {
  const { name, planId, orderHint } = bucketFields(call.json(), '');
  const plan: Plan | undefined = planner(call).plans.get(planId ?? '');
  if (!name) throw badRequest('A bucket needs a name.', '');
  if (plan === undefined) throw noSuchItem();
  if (planner(call).bucketsOf(plan).length >= LIMITS.bucketsOfPlan) throw limitExceeded('MaximumBucketsInPlan');
  return entityReply(call, bucketJson(planner(call).addBucket(plan, name, orderHint)), { status: 201 });
}

function updateBucket(call: Call): Reply {
  const bucket = bucketOf(call);
  checkVersion(call, 'Bucket', bucket);
  const { name, orderHint } = bucketFields(call.json(), '');
  if (name !== undefined) bucket.name = name;
  if (orderHint !== undefined) bucket.orderHint = orderHint;
  bucket.version++;
  return changedReply(call, bucketJson(bucket));
}

function deleteBucket(call: Call): Reply {
  const bucket = bucketOf(call);
  checkVersion(call, 'Bucket', bucket);
  planner(call).removeBucket(bucket);
  return noContent();
}
