import type { Change, ChangePage } from '@sterna/connector-kit';
import { bareComponent, pivotOf, readCalendarObject } from '@sterna/content';
import { segment } from '../api/client.ts';
import { isGone } from '../items/gone.ts';
import type { Item, ItemStore, Prepared } from '../items/item-store.ts';
import type { Stamp } from '../items/stamp.ts';
import type { PartContext } from '../part.ts';
import type { GoogleTask } from './google-task.ts';
import { blockIn } from './notes-block.ts';
import { READ, type TaskLists, tasksPath, WRITE } from './task-lists.ts';
import { type TaskPlan, taskObject, toTask } from './task-object.ts';

export interface TaskItem extends Item {
  readonly task: GoogleTask;
}

export interface PreparedTask extends Prepared {
  readonly plan: TaskPlan;
}

interface TaskPage {
  readonly items?: readonly GoogleTask[];
  readonly nextPageToken?: string;
}

/** Of a listing that has ended: the next one begins anew. There are no tokens of changes. */
const DONE = 'list';

/** Tasks of a user's lists. */
export class TaskStore implements ItemStore<PreparedTask, TaskItem> {
  readonly kind = 'task';
  readonly containerWord = 'task list';
  readonly width = 4;
  readonly isGone = isGone;
  readonly #context: PartContext;
  readonly #lists: TaskLists;
  /** Of each list, ids by UID, for parts of other tasks. */
  readonly #ids = new Map<string, Promise<Map<string, string>>>();

  constructor(context: PartContext, lists: TaskLists) {
    this.#context = context;
    this.#lists = lists;
  }

  containers() {
    return this.#lists.list();
  }

  ensure(path: readonly string[], color: string | undefined, description: string | undefined) {
    return this.#lists.ensure(path, color, description);
  }

  async *changes(container: string): AsyncGenerator<ChangePage> {
    let total = 0;
    let page: Change[] = [];
    for await (const tasks of this.#pages(container)) {
      if (page.length > 0) yield { changes: page, mode: 'full' };
      page = tasks.map((task): Change => ({ id: task.id, version: versionOf(task) }));
      total += page.length;
    }
    yield { changes: page, mode: 'full', next: { cursor: DONE, total } };
  }

  async object(container: string, id: string) {
    const task = await this.#get(container, id);
    if (task === undefined) return undefined;
    const parent = task.parent === undefined ? undefined : await this.#get(container, task.parent);
    return { body: taskObject(task, parent && uidOf(parent)), version: versionOf(task) };
  }

  async *list(container: string, stamped?: { readonly since: string | undefined }): AsyncGenerator<TaskItem> {
    for await (const tasks of this.#pages(container, stamped?.since)) for (const task of tasks) yield itemOf(task);
  }

  async look(container: string, id: string): Promise<TaskItem | undefined> {
    const task = await this.#get(container, id);
    return task && itemOf(task);
  }

  async prepare(_container: string, raw: Buffer): Promise<PreparedTask> {
    const object = readCalendarObject(raw, 'VTODO');
    const digest = pivotOf('task').digest(raw);
    const uid = object.uid ?? digest.toString('hex');
    const plan = toTask(object, uid);
    return { uid, digest, notes: [...plan.told], plan };
  }

  hasMore(): boolean {
    return false;
  }

  async create(container: string, { plan, uid }: PreparedTask, stamp: Stamp): Promise<TaskItem> {
    const parent = plan.parent === undefined ? undefined : (await this.#idsOf(container)).get(plan.parent);
    const { body } = await this.#context.client.send<GoogleTask>({
      method: 'POST',
      path: tasksPath(container),
      query: { parent },
      body: { ...plan.fields, notes: plan.notes(stamp) },
      doing: 'writing a task',
      right: WRITE,
    });
    (await this.#ids.get(container))?.set(uid, body.id);
    return itemOf(body);
  }

  async complete(_container: string, made: TaskItem): Promise<string> {
    return made.version;
  }

  async rewrite(container: string, { id, stamp }: TaskItem, { plan }: PreparedTask): Promise<string> {
    const { body } = await this.#context.client.send<GoogleTask>({
      method: 'PUT',
      path: `${tasksPath(container)}/${segment(id)}`,
      body: { id, ...plan.fields, notes: plan.notes(stamp) },
      doing: 'changing a task',
      right: WRITE,
      repeatable: true,
    });
    return versionOf(body);
  }

  async remove(container: string, id: string): Promise<void> {
    await this.#context.client.send({
      method: 'DELETE',
      path: `${tasksPath(container)}/${segment(id)}`,
      doing: 'removing a task',
      right: WRITE,
    });
  }

  bare(uid: string): Buffer {
    return bareComponent('VTODO', uid);
  }

  /** Done ones too, and those that were cleared away. */
  async *#pages(container: string, updatedMin?: string): AsyncGenerator<readonly GoogleTask[]> {
    for await (const { items = [] } of this.#context.client.pages<TaskPage>({
      method: 'GET',
      path: tasksPath(container),
      query: { maxResults: 100, showCompleted: true, showHidden: true, updatedMin },
      doing: 'listing a task list',
      right: READ,
    }))
      yield items.filter(({ deleted }) => deleted !== true);
  }

  /** A deleted task can be read for a while. */
  async #get(container: string, id: string): Promise<GoogleTask | undefined> {
    const { status, body } = await this.#context.client.send<GoogleTask>({
      method: 'GET',
      path: `${tasksPath(container)}/${segment(id)}`,
      doing: 'reading a task',
      right: READ,
      expected: [404],
    });
    return status === 404 || body.deleted === true ? undefined : body;
  }

  #idsOf(container: string): Promise<Map<string, string>> {
    const known = this.#ids.get(container);
    if (known !== undefined) return known;
    const listed = (async () => {
      const found = new Map<string, string>();
      for await (const { uid, id } of this.list(container)) found.set(uid, id);
      return found;
    })();
    this.#ids.set(container, listed);
    listed.catch(() => this.#ids.delete(container));
    return listed;
  }
}

const versionOf = ({ etag, updated }: GoogleTask): string => (etag ?? updated ?? '').replaceAll('"', '');
const uidOf = ({ notes, id }: GoogleTask): string => blockIn(notes ?? '').block?.uid ?? id;

const itemOf = (task: GoogleTask): TaskItem => ({
  id: task.id,
  version: versionOf(task),
  uid: uidOf(task),
  stamp: blockIn(task.notes ?? '').block?.stamp,
  task,
});
