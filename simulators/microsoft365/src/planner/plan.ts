/** An identity as plans tell it: a user's id alone, or an app's. */
export interface Actor {
  readonly user: string | undefined;
  readonly app: string;
}

/** Anything with a version of its own: the ETag that a change must name. */
export interface Versioned {
  readonly id: string;
  version: number;
}

export interface Plan extends Versioned {
  /** The group that it belongs to. */
  readonly groupId: string;
  title: string;
  readonly createdAt: number;
  readonly createdBy: Actor;
  readonly details: PlanDetails;
}

export interface PlanDetails extends Versioned {
  /** `category1` … `category25`: what the labels mean; null for one without a meaning. */
  readonly categories: Map<string, string | null>;
  /** Ids of users. */
  readonly sharedWith: Set<string>;
}

export interface Bucket extends Versioned {
  readonly planId: string;
  name: string;
  orderHint: string;
}

export interface Assignment {
  orderHint: string;
  readonly assignedAt: number;
  readonly assignedBy: Actor;
}

export interface ChecklistItem {
  title: string;
  isChecked: boolean;
  orderHint: string;
  modifiedAt: number;
  modifiedBy: Actor;
}

export interface Reference {
  alias: string | null;
  type: string | null;
  previewPriority: string;
  modifiedAt: number;
  modifiedBy: Actor;
}

export const PREVIEW_TYPES = ['automatic', 'noPreview', 'checklist', 'description', 'reference'] as const;
export type PreviewType = (typeof PREVIEW_TYPES)[number];

export interface PlannerTask extends Versioned {
  planId: string;
  bucketId: string | null;
  title: string;
  orderHint: string;
  assigneePriority: string;
  percentComplete: number;
  priority: number;
  startAt: number | null;
  dueAt: number | null;
  readonly createdAt: number;
  readonly createdBy: Actor;
  completedAt: number | null;
  completedBy: Actor | null;
  conversationThreadId: string | null;
  /** Names of labels: `category1`. */
  readonly categories: Set<string>;
  /** By the user's id. */
  readonly assignments: Map<string, Assignment>;
  readonly details: TaskDetails;
  readonly formats: { readonly [K in Format]: Versioned & { orderHint: string; byAssignee: Map<string, string> } };
}

export const FORMATS = ['assignedTo', 'bucket', 'progress'] as const;
export type Format = (typeof FORMATS)[number];

export interface TaskDetails extends Versioned {
  description: string;
  previewType: PreviewType;
  /** By the key that the client chose. */
  readonly checklist: Map<string, ChecklistItem>;
  /** By the URL, with `%`, `.`, `:`, `@` and `#` escaped. */
  readonly references: Map<string, Reference>;
}
