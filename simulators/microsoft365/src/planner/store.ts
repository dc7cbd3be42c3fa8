import { Random } from '@sterna/simulator-kit';
import type { Group } from '../groups/group.ts';
import { groupsOf } from '../groups/store.ts';
import { Ids } from '../state/ids.ts';
import { perTenant } from '../state/per-tenant.ts';
import type { Tenant } from '../state/tenant.ts';
import { between } from './order-hint.ts';
import { type Actor, type Bucket, FORMATS, type Plan, type PlannerTask } from './plan.ts';

/** Where the vendor's behaviour isn't certain: what plans do. */
export interface PlannerBehaviour {
  /** What a change with an ETag of yesterday gets: refused (412), refused as a conflict (409), or taken all the same. */
  staleETag: 412 | 409 | 'taken';
  /** A task can be assigned to people who aren't in the plan's group. */
  assignsOutsiders: boolean;
}

/** https://learn.microsoft.com/graph/api/resources/planner-overview: what one plan or task can hold. */
export const LIMITS = {
  plansOfGroup: 200,
  bucketsOfPlan: 200,
  tasksOfPlan: 9000,
  checklist: 20,
  references: 10,
} as const;

/** The plans of one tenant's groups. */
export class Planner {
  readonly behaviour: PlannerBehaviour = { staleETag: 412, assignsOutsiders: true };
  readonly plans = new Map<string, Plan>();
  readonly buckets = new Map<string, Bucket>();
  readonly tasks = new Map<string, PlannerTask>();
  readonly #ids: Ids;

  constructor(tenant: Tenant) {
    this.#ids = new Ids(new Random(`${tenant.id}/planner`));
    groupsOf(tenant).onRemove((group) => {
      for (const plan of this.plansOf(group)) this.removePlan(plan);
    });
  }

  plansOf(group: Group): Plan[] {
    return [...this.plans.values()].filter(({ groupId }) => groupId === group.id);
  }

  bucketsOf(plan: Plan): Bucket[] {
    return [...this.buckets.values()].filter(({ planId }) => planId === plan.id);
  }

  tasksOf(plan: Plan): PlannerTask[] {
    return [...this.tasks.values()].filter(({ planId }) => planId === plan.id);
  }

  addPlan(group: Group, title: string, by: Actor, at: number): Plan {
    const id = this.#ids.token(28);
    const plan: Plan = {
      id,
      version: 1,
      groupId: group.id,
      title,
      createdAt: at,
      createdBy: by,
      details: { id, version: 1, categories: new Map(), sharedWith: new Set() },
    };
    this.plans.set(id, plan);
    return plan;
  }

  addBucket(plan: Plan, name: string, orderHint?: string): Bucket {
    const bucket: Bucket = {
      id: this.#ids.token(28),
      version: 1,
      planId: plan.id,
      name,
      orderHint: orderHint ?? between('', lowest(this.bucketsOf(plan))),
    };
    this.buckets.set(bucket.id, bucket);
    return bucket;
  }

  addTask(plan: Plan, title: string, by: Actor, at: number): PlannerTask {
    const id = this.#ids.token(28);
    const orderHint = between('', lowest(this.tasksOf(plan)));
    const task: PlannerTask = {
      id,
      version: 1,
      planId: plan.id,
      bucketId: null,
      title,
      orderHint,
      assigneePriority: '',
      percentComplete: 0,
      priority: 5,
      startAt: null,
      dueAt: null,
      createdAt: at,
      createdBy: by,
      completedAt: null,
      completedBy: null,
      conversationThreadId: null,
      categories: new Set(),
      assignments: new Map(),
      details: {
        id,
        version: 1,
        description: '',
        previewType: 'automatic',
        checklist: new Map(),
        references: new Map(),
      },
      formats: Object.fromEntries(
        FORMATS.map((format) => [format, { id, version: 1, orderHint, byAssignee: new Map<string, string>() }]),
      ) as PlannerTask['formats'],
    };
    this.tasks.set(id, task);
    return task;
  }

  removePlan(plan: Plan): void {
    for (const bucket of this.bucketsOf(plan)) this.removeBucket(bucket);
    for (const task of this.tasksOf(plan)) this.tasks.delete(task.id);
    this.plans.delete(plan.id);
  }

  /** With its tasks. */
  removeBucket(bucket: Bucket): void {
    for (const task of this.tasks.values()) if (task.bucketId === bucket.id) this.tasks.delete(task.id);
    this.buckets.delete(bucket.id);
  }
}

export const plannerOf = perTenant((tenant) => new Planner(tenant));

/** What is new comes first. */
function lowest(all: readonly { readonly orderHint: string }[]): string {
  return all.map(({ orderHint }) => orderHint).reduce((low, hint) => (low === '' || hint < low ? hint : low), '');
}
