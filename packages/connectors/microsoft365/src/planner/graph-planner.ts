import type { Container } from '@sterna/connector-kit';

/** Application permissions: https://learn.microsoft.com/en-us/graph/api/planner-post-tasks */
export const PLANNER_RIGHTS = { read: 'Tasks.Read.All', write: 'Tasks.ReadWrite.All' } as const;

/** Every change has to name the version that it is of: https://learn.microsoft.com/en-us/graph/api/resources/planner-overview */
interface Versioned {
  readonly id: string;
  readonly '@odata.etag'?: string;
}

export interface GraphPlan extends Versioned {
  readonly title: string;
  readonly createdDateTime?: string | null;
}

export interface GraphPlanDetails extends Versioned {
  /** `category1` … `category25`: what labels are called. */
  readonly categoryDescriptions?: Readonly<Record<string, string | null>> | null;
}

export interface GraphBucket extends Versioned {
  readonly name: string;
  readonly orderHint?: string | null;
}

/** https://learn.microsoft.com/en-us/graph/api/resources/plannertask */
export interface GraphPlannerTask extends Versioned {
  readonly planId?: string;
  readonly bucketId?: string | null;
  readonly title: string;
  readonly orderHint?: string | null;
  readonly percentComplete?: number | null;
  readonly priority?: number | null;
  readonly startDateTime?: string | null;
  readonly dueDateTime?: string | null;
  readonly createdDateTime?: string | null;
  readonly createdBy?: { readonly user?: { readonly id?: string | null } | null } | null;
  readonly appliedCategories?: Readonly<Record<string, unknown>> | null;
  /** By the id of the person. */
  readonly assignments?: Readonly<Record<string, unknown>> | null;
  readonly hasDescription?: boolean | null;
  readonly referenceCount?: number | null;
  readonly checklistItemCount?: number | null;
}

/** https://learn.microsoft.com/en-us/graph/api/resources/plannertaskdetails */
export interface GraphTaskDetails extends Versioned {
  readonly description?: string | null;
  readonly previewType?: string | null;
  readonly checklist?: Readonly<Record<string, ChecklistItem>> | null;
  /** By the address, escaped. */
  readonly references?: Readonly<Record<string, Reference>> | null;
}

export interface ChecklistItem {
  readonly title?: string | null;
  readonly isChecked?: boolean | null;
  readonly orderHint?: string | null;
}
export interface Reference {
  readonly alias?: string | null;
  readonly type?: string | null;
  readonly previewPriority?: string | null;
}

/** A plan with what its tasks name. */
export interface Plan {
  readonly container: Container;
  /** In their order, each under a name of its own. */
  readonly buckets: readonly { readonly id: string; readonly name: string; readonly orderHint: string }[];
  /** `category1` → what the label is called; those without a name are called as they are. */
  readonly labels: ReadonlyMap<string, string>;
}

/** By a text that the service sorts by, ordinally. */
export const byHint = (one: { readonly orderHint?: string | null }, other: { readonly orderHint?: string | null }) =>
  (one.orderHint ?? '') < (other.orderHint ?? '') ? -1 : (one.orderHint ?? '') > (other.orderHint ?? '') ? 1 : 0;
