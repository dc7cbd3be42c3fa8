import { shape } from '../odata/shape.ts';
import { instantText } from '../outlook/input.ts';
import type { Actor, Bucket, Format, Plan, PlanDetails, PlannerTask, TaskDetails, Versioned } from './plan.ts';

export const PLAN = shape(
  'plannerPlan',
  ['id', 'title', 'container', 'owner', 'createdBy', 'createdDateTime'],
  ['details', 'buckets', 'tasks'],
);
export const BUCKET = shape('plannerBucket', ['id', 'name', 'planId', 'orderHint'], ['tasks']);
export const TASK = shape(
  'plannerTask',
  [
    'id',
    'planId',
    'bucketId',
    'title',
    'orderHint',
    'assigneePriority',
    'percentComplete',
    'priority',
    'startDateTime',
    'dueDateTime',
    'createdBy',
    'createdDateTime',
    'completedBy',
    'completedDateTime',
    'conversationThreadId',
    'hasDescription',
    'previewType',
    'referenceCount',
    'checklistItemCount',
    'activeChecklistItemCount',
    'appliedCategories',
    'assignments',
  ],
  ['details', 'assignedToTaskBoardFormat', 'bucketTaskBoardFormat', 'progressTaskBoardFormat'],
);

/** `W/"…"`: opaque, another for each version. */
export function eTagOf(kind: string, { id, version }: Versioned): string {
  return `W/"${Buffer.from(`${version}-${kind} ${id}`).toString('base64')}"`;
}

export function actorJson({ user, app }: Actor) {
  return { user: { displayName: null, id: user ?? null }, application: { displayName: null, id: app } };
}

export function planJson(base: string, plan: Plan): Record<string, unknown> {
  return {
    '@odata.etag': eTagOf('Plan', plan),
    id: plan.id,
    title: plan.title,
    owner: plan.groupId,
    createdDateTime: instantText(plan.createdAt),
    createdBy: actorJson(plan.createdBy),
    container: { containerId: plan.groupId, type: 'group', url: `${base}/groups/${plan.groupId}` },
  };
}

export function planDetailsJson(details: PlanDetails): Record<string, unknown> {
  const names = Array.from({ length: 25 }, (_, at) => `category${at + 1}`);
  return {
    '@odata.etag': eTagOf('PlanDetails', details),
    id: details.id,
    sharedWith: Object.fromEntries([...details.sharedWith].map((id) => [id, true])),
    categoryDescriptions: Object.fromEntries(names.map((name) => [name, details.categories.get(name) ?? null])),
  };
}

export function bucketJson(bucket: Bucket): Record<string, unknown> {
  return {
    '@odata.etag': eTagOf('Bucket', bucket),
    id: bucket.id,
    name: bucket.name,
    planId: bucket.planId,
    orderHint: bucket.orderHint,
  };
}

const when = (at: number | null) => (at === null ? null : instantText(at));

export function taskJson(task: PlannerTask): Record<string, unknown> {
  const checklist = [...task.details.checklist.values()];
  return {
    '@odata.etag': eTagOf('Task', task),
    planId: task.planId,
    bucketId: task.bucketId,
    title: task.title,
    orderHint: task.orderHint,
    assigneePriority: task.assigneePriority,
    percentComplete: task.percentComplete,
    startDateTime: when(task.startAt),
    createdDateTime: instantText(task.createdAt),
    dueDateTime: when(task.dueAt),
    hasDescription: task.details.description !== '',
    previewType: task.details.previewType,
    completedDateTime: when(task.completedAt),
    completedBy: task.completedBy && actorJson(task.completedBy),
    referenceCount: task.details.references.size,
    checklistItemCount: checklist.length,
    activeChecklistItemCount: checklist.filter(({ isChecked }) => !isChecked).length,
    conversationThreadId: task.conversationThreadId,
    priority: task.priority,
    id: task.id,
    createdBy: actorJson(task.createdBy),
    appliedCategories: Object.fromEntries([...task.categories].map((name) => [name, true])),
    assignments: Object.fromEntries(
      [...task.assignments].map(([id, { orderHint, assignedAt, assignedBy }]) => [
        id,
        {
          '@odata.type': '#microsoft.graph.plannerAssignment',
          assignedDateTime: instantText(assignedAt),
          orderHint,
          assignedBy: actorJson(assignedBy),
        },
      ]),
    ),
  };
}

export function taskDetailsJson(details: TaskDetails): Record<string, unknown> {
  return {
    '@odata.etag': eTagOf('TaskDetails', details),
    id: details.id,
    description: details.description,
    previewType: details.previewType,
    references: Object.fromEntries(
      [...details.references].map(([url, reference]) => [
        url,
        {
          '@odata.type': '#microsoft.graph.plannerExternalReference',
          alias: reference.alias,
          type: reference.type,
          previewPriority: reference.previewPriority,
          lastModifiedDateTime: instantText(reference.modifiedAt),
          lastModifiedBy: actorJson(reference.modifiedBy),
        },
      ]),
    ),
    checklist: Object.fromEntries(
      [...details.checklist].map(([key, item]) => [
        key,
        {
          '@odata.type': '#microsoft.graph.plannerChecklistItem',
          isChecked: item.isChecked,
          title: item.title,
          orderHint: item.orderHint,
          lastModifiedDateTime: instantText(item.modifiedAt),
          lastModifiedBy: actorJson(item.modifiedBy),
        },
      ]),
    ),
  };
}

export function formatJson(task: PlannerTask, format: Format): Record<string, unknown> {
  const of = task.formats[format];
  const head = { '@odata.etag': eTagOf(`${format}Format`, of), id: of.id };
  if (format !== 'assignedTo') return { ...head, orderHint: of.orderHint };
  return {
    ...head,
    unassignedOrderHint: of.orderHint,
    orderHintsByAssignee: Object.fromEntries(of.byAssignee),
  };
}
