import type { Call } from '../http/call.ts';
import { badRequest, GraphError } from '../http/errors.ts';
import { entityReply, noContent, type Reply } from '../http/reply.ts';
import { eTagOf } from './json.ts';
import type { Actor, Bucket, Plan, PlannerTask, Versioned } from './plan.ts';
import { type Planner, plannerOf } from './store.ts';

const READ = [
  'Tasks.Read',
  'Tasks.ReadWrite',
  'Tasks.Read.All',
  'Tasks.ReadWrite.All',
  'Group.Read.All',
  'Group.ReadWrite.All',
];
const WRITE = ['Tasks.ReadWrite', 'Tasks.ReadWrite.All', 'Group.ReadWrite.All'];

/** Planner's limits aren't documented. */
export const read = { permissions: READ } as const;
export const write = { permissions: WRITE } as const;

export function planner(call: Call): Planner {
  return plannerOf(call.tenant);
}

export function noSuchItem(): GraphError {
  return new GraphError(404, '', 'The requested item is not found.');
}

/** More than a plan or task can hold: https://learn.microsoft.com/graph/api/resources/planner-overview#common-planner-error-conditions */
export function limitExceeded(limit: string): GraphError {
  return new GraphError(403, '', `The service limit has been exceeded: ${limit}.`);
}

export function planOf(call: Call): Plan {
  const plan = planner(call).plans.get(call.parameter('plan'));
  if (plan === undefined) throw noSuchItem();
  return plan;
}

export function bucketOf(call: Call): Bucket {
  const bucket = planner(call).buckets.get(call.parameter('bucket'));
  if (bucket === undefined) throw noSuchItem();
  return bucket;
}

export function taskOf(call: Call): PlannerTask {
  const task = planner(call).tasks.get(call.parameter('task'));
  if (task === undefined) throw noSuchItem();
  return task;
}

export function actorOf(call: Call): Actor {
  return { user: call.identity.user?.id, app: call.identity.app.id };
}

/** Throws 400 without `If-Match`, and 412 or 409 when it names another version. */
export function checkVersion(call: Call, kind: string, of: Versioned): void {
  const wanted = call.header('if-match');
  if (wanted === undefined) throw badRequest('The If-Match header must be specified for this type of request.', '');
  if (!/^W\/"[A-Za-z0-9+/=]+"$/.test(wanted)) throw badRequest('The If-Match header contains an invalid value.', '');
  if (wanted === eTagOf(kind, of)) return;
  const { staleETag } = planner(call).behaviour;
  if (staleETag === 412) {
    throw new GraphError(412, '', 'The If-Match header specifies a version that is no longer the current one.');
  }
  if (staleETag === 409) throw new GraphError(409, '', 'The request conflicts with a change that was made meanwhile.');
}

/** 204, or the changed entity for a client that prefers it. */
export function changedReply(call: Call, json: Record<string, unknown>): Reply {
  const wantsIt = call.preferences.get('return')?.toLowerCase() === 'representation';
  return wantsIt ? entityReply(call, json) : noContent();
}
