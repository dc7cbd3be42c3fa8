import { ChangeLog } from '@sterna/simulator-kit';
import type { PatternedRecurrence } from '../calendar/recurrence.ts';
import type { ZonedTime } from '../calendar/zoned-time.ts';
import type { Cloud } from '../cloud.ts';
import { emptyBody, type ItemBody } from '../outlook/item-body.ts';
import { perTenant } from '../state/per-tenant.ts';
import type { DirectoryUser, Tenant } from '../state/tenant.ts';

export const statuses = ['notStarted', 'inProgress', 'completed', 'waitingOnOthers', 'deferred'] as const;

export interface TaskFields {
  readonly title: string;
  readonly body: ItemBody;
  readonly importance: 'low' | 'normal' | 'high';
  readonly status: (typeof statuses)[number];
  readonly categories: readonly string[];
  /** Days: midnight in their zone. */
  readonly startDateTime: ZonedTime | null;
  readonly dueDateTime: ZonedTime | null;
  readonly completedDateTime: ZonedTime | null;
  readonly reminderDateTime: ZonedTime | null;
  readonly isReminderOn: boolean;
  readonly recurrence: PatternedRecurrence | null;
}

export interface ChecklistItem {
  readonly id: string;
  readonly displayName: string;
  readonly isChecked: boolean;
  readonly createdAt: number;
  readonly checkedAt: number | undefined;
}

export interface LinkedResource {
  readonly id: string;
  readonly webUrl: string | null;
  readonly applicationName: string | null;
  readonly displayName: string | null;
  readonly externalId: string | null;
}

export interface TaskAttachment {
  readonly id: string;
  readonly name: string;
  readonly contentType: string;
  readonly modifiedAt: number;
  readonly content: readonly Buffer[];
}

/** An app's own JSON under a name, one of each name. */
export interface OpenExtension {
  readonly extensionName: string;
  /** The app's own properties. */
  readonly properties: Readonly<Record<string, unknown>>;
}

export interface Task {
  /** Changes when the task moves to another list. */
  id: string;
  listId: string;
  readonly createdAt: number;
  modifiedAt: number;
  bodyModifiedAt: number;
  version: number;
  fields: TaskFields;
  checklistItems: readonly ChecklistItem[];
  linkedResources: readonly LinkedResource[];
  attachments: readonly TaskAttachment[];
  extensions: readonly OpenExtension[];
}

export interface TaskList {
  readonly id: string;
  displayName: string;
  readonly wellknownListName: 'none' | 'defaultList' | 'flaggedEmails';
  readonly isShared: boolean;
  readonly isOwner: boolean;
  version: number;
  readonly log: ChangeLog;
}

export const blankTask: TaskFields = {
  title: '',
  body: emptyBody,
  importance: 'normal',
  status: 'notStarted',
  categories: [],
  startDateTime: null,
  dueDateTime: null,
  completedDateTime: null,
  reminderDateTime: null,
  isReminderOn: false,
  recurrence: null,
};

/** The To Do lists of one mailbox, and what is in them. */
export class TodoMailbox {
  readonly cloud: Cloud;
  readonly user: DirectoryUser;
  readonly lists = new Map<string, TaskList>();
  readonly listLog = new ChangeLog();
  readonly tasks = new Map<string, Task>();

  constructor(cloud: Cloud, user: DirectoryUser) {
    this.cloud = cloud;
    this.user = user;
    this.addList('Tasks', { wellknownListName: 'defaultList' });
    this.addList('Flagged Emails', { wellknownListName: 'flaggedEmails' });
  }

  addList(
    displayName: string,
    more: Partial<Pick<TaskList, 'wellknownListName' | 'isShared' | 'isOwner'>> = {},
  ): TaskList {
    const list: TaskList = {
      id: this.cloud.ids.mutable(),
      displayName,
      wellknownListName: 'none',
      isShared: false,
      isOwner: true,
      version: 1,
      log: new ChangeLog(),
      ...more,
    };
    this.lists.set(list.id, list);
    this.listLog.touch(list.id, this.cloud.clock.now());
    return list;
  }

  renameList(list: TaskList, displayName: string): void {
    list.displayName = displayName;
    list.version++;
    this.listLog.touch(list.id, this.cloud.clock.now());
  }

  removeList(list: TaskList): void {
    for (const task of this.tasksIn(list)) this.removeTask(task);
    this.lists.delete(list.id);
    this.listLog.remove(list.id, this.cloud.clock.now());
  }

  tasksIn(list: TaskList): Task[] {
    return [...this.tasks.values()].filter(({ listId }) => listId === list.id);
  }

  addTask(
    list: TaskList,
    fields: Partial<TaskFields>,
    more: Partial<Pick<Task, 'checklistItems' | 'linkedResources' | 'attachments' | 'extensions' | 'createdAt'>> = {},
  ): Task {
    const now = more.createdAt ?? this.cloud.clock.now();
    const task: Task = {
      id: this.cloud.ids.mutable(),
      listId: list.id,
      createdAt: now,
      modifiedAt: now,
      bodyModifiedAt: now,
      version: 1,
      fields: { ...blankTask, ...fields },
      checklistItems: [],
      linkedResources: [],
      attachments: [],
      extensions: [],
      ...more,
    };
    this.tasks.set(task.id, task);
    list.log.touch(task.id, now);
    return task;
  }

  changeTask(
    task: Task,
    change: Partial<Pick<Task, 'fields' | 'checklistItems' | 'linkedResources' | 'attachments' | 'extensions'>>,
  ): void {
    const now = this.cloud.clock.now();
    if (change.fields !== undefined && change.fields.body !== task.fields.body) task.bodyModifiedAt = now;
    Object.assign(task, change);
    task.version++;
    task.modifiedAt = now;
    this.lists.get(task.listId)?.log.touch(task.id, now);
  }

  /** What To Do does when somebody drags a task into another list: it has another id there. */
  moveTask(task: Task, to: TaskList): void {
    this.removeTask(task);
    task.id = this.cloud.ids.mutable();
    task.listId = to.id;
    task.version++;
    task.modifiedAt = this.cloud.clock.now();
    this.tasks.set(task.id, task);
    to.log.touch(task.id, task.modifiedAt);
  }

  removeTask(task: Task): void {
    this.tasks.delete(task.id);
    this.lists.get(task.listId)?.log.remove(task.id, this.cloud.clock.now());
  }
}

const mailboxes = perTenant(() => new Map<string, TodoMailbox>());

/** A user's lists, made with the two that everyone has when first asked for. */
export function todoMailbox(cloud: Cloud, tenant: Tenant, user: DirectoryUser): TodoMailbox {
  const known = mailboxes(tenant).get(user.id);
  if (known !== undefined) return known;
  const mailbox = new TodoMailbox(cloud, user);
  mailboxes(tenant).set(user.id, mailbox);
  return mailbox;
}
