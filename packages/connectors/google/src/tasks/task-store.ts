import type { Change, ChangePage } from '@sterna/connector-kit';
import { bareComponent, hashOf, pivotOf, readCalendarObject } from '@sterna/content';
import { segment } from '../api/client.ts';
import { statusOf } from '../api/errors.ts';
import { isGone } from '../items/gone.ts';
import type { Item, ItemStore, Prepared } from '../items/item-store.ts';
import type { Stamp } from '../items/stamp.ts';
import type { PartContext } from '../part.ts';
import type { GoogleTask } from './google-task.ts';
import { blockIn } from './notes-block.ts';
import { READ, type TaskLists, tasksPath, WRITE } from './task-lists.ts';
import { parentIn, type TaskPlan, taskObject, toTask } from './task-object.ts';

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
const RESUME = 'list:';

interface Resume {
  readonly token: string;
  /** Listed so far. */
  readonly seen: number;
}

function resumeIn(cursor: string | undefined): Resume | undefined {
  if (cursor?.startsWith(RESUME) !== true) return undefined;
  try {
    const { token, seen } = JSON.parse(cursor.slice(RESUME.length)) as Partial<Resume>;
    return typeof token === 'string' && typeof seen === 'number' ? { token, seen } : undefined;
  } catch {
    return undefined;
  }
}

/** Tasks of a user's lists. */
export class TaskStore implements ItemStore<PreparedTask, TaskItem> {
  readonly kind = 'task';
  readonly containerWord = 'task list';
  readonly width = 4;
  readonly isGone = isGone;
  readonly #context: PartContext;
  readonly #lists: TaskLists;
  /** Of each list, its tasks' UIDs and parents by their ids, listed where a task is a part of another, or is removed. */
  readonly #known = new Map<string, Promise<Map<string, Place>>>();

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

  async *changes(container: string, cursor: string | undefined): AsyncGenerator<ChangePage> {
    const from = resumeIn(cursor);
    try {
      yield* this.#listing(container, from);
    } catch (error) {
      // A page's token is forgotten after a while.
      if (from === undefined || statusOf(error) !== 400) throw error;
      yield* this.#listing(container, undefined);
    }
  }

  async *#listing(container: string, from: Resume | undefined): AsyncGenerator<ChangePage> {
    let total = from?.seen ?? 0;
    for await (const { items, nextPageToken } of this.#pages(container, { pageToken: from?.token })) {
      const changes = items.map((task): Change => ({ id: task.id, version: versionOf(task) }));
      total += changes.length;
      const isLast = nextPageToken === undefined || nextPageToken === '';
      yield {
        changes,
        mode: 'full',
        ...(isLast
          ? { next: { cursor: DONE, total } }
          : { resume: `${RESUME}${JSON.stringify({ token: nextPageToken, seen: total })}` }),
      };
    }
  }

  async object(container: string, id: string) {
    const task = await this.#get(container, id);
    if (task === undefined) return undefined;
    const parent = task.parent === undefined ? undefined : await this.#get(container, task.parent);
    return { body: taskObject(task, parent && uidOf(parent)), version: versionOf(task) };
  }

  async *list(container: string, stamped?: { readonly since: string | undefined }): AsyncGenerator<TaskItem> {
    for await (const { items } of this.#pages(container, { updatedMin: stamped?.since }))
      for (const task of items) yield itemOf(task);
  }

  isSame({ version }: TaskItem, other: string): boolean {
    return contentIn(version) === contentIn(other);
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
    const parent = plan.parent === undefined ? undefined : await this.#idOf(container, plan.parent);
    const { body } = await this.#context.client.send<GoogleTask>({
      method: 'POST',
      path: tasksPath(container),
      query: { parent },
      body: { ...plan.fields, notes: plan.notes(stamp) },
      doing: 'writing a task',
      right: WRITE,
    });
    const known = await this.#placesOf(container);
    known.set(body.id, { uid, parent: body.parent, wanted: plan.parent });
    // Its parent may have been made at the same time, and its parts before it.
    const late =
      body.parent === undefined && plan.parent !== undefined ? await this.#idOf(container, plan.parent) : undefined;
    const version = late === undefined ? versionOf(body) : await this.#move(container, body.id, late);
    for (const [part, { parent: now, wanted }] of known)
      if (wanted === uid && now === undefined && part !== body.id) await this.#move(container, part, body.id);
    return { ...itemOf(body), version: version ?? versionOf(body) };
  }

  async complete(_container: string, made: TaskItem): Promise<string> {
    return made.version;
  }

  /** Its place first, which is no part of what is compared before the task is written over. */
  async rewrite(container: string, { id, stamp, task }: TaskItem, { plan }: PreparedTask): Promise<string> {
    const parent = plan.parent === undefined ? undefined : await this.#idOf(container, plan.parent);
    if (parent !== task.parent && parent !== id) await this.#move(container, id, parent);
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

  /** With a task Google deletes its parts: they become tasks of their own before. */
  async remove(container: string, id: string): Promise<void> {
    const known = await this.#placesOf(container);
    for (const [part, { parent }] of known) if (parent === id) await this.#move(container, part, undefined);
    const path = `${tasksPath(container)}/${segment(id)}`;
    await this.#context.client.send({ method: 'DELETE', path, doing: 'removing a task', right: WRITE });
    known.delete(id);
  }

  /**
   * To a task that it is a part of, or to none.
   *
   * @returns its version then; undefined where it, or the other one, is gone or put away: it stays where it is
   */
  async #move(container: string, id: string, parent: string | undefined): Promise<string | undefined> {
    const { status, body } = await this.#context.client.send<GoogleTask>({
      method: 'POST',
      path: `${tasksPath(container)}/${segment(id)}/move`,
      query: { parent },
      doing: 'moving a part of a task',
      right: WRITE,
      repeatable: true,
      expected: parent === undefined ? [404] : [400, 404],
    });
    if (status >= 400) return undefined;
    const known = await this.#placesOf(container);
    const place = known.get(id);
    if (place !== undefined) known.set(id, { ...place, parent });
    return versionOf(body);
  }

  bare(uid: string): Buffer {
    return bareComponent('VTODO', uid);
  }

  /** Done ones too, and those that were cleared away. */
  async *#pages(
    container: string,
    from: { readonly updatedMin?: string | undefined; readonly pageToken?: string | undefined },
  ): AsyncGenerator<{ readonly items: readonly GoogleTask[]; readonly nextPageToken: string | undefined }> {
    for await (const { items = [], nextPageToken } of this.#context.client.pages<TaskPage>({
      method: 'GET',
      path: tasksPath(container),
      query: { maxResults: 100, showCompleted: true, showHidden: true, ...from },
      doing: 'listing a task list',
      right: READ,
    }))
      yield { items: items.filter(({ deleted }) => deleted !== true), nextPageToken };
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

  async #idOf(container: string, uid: string): Promise<string | undefined> {
    for (const [id, place] of await this.#placesOf(container)) if (place.uid === uid) return id;
    return undefined;
  }

  #placesOf(container: string): Promise<Map<string, Place>> {
    const known = this.#known.get(container);
    if (known !== undefined) return known;
    const listed = (async () => {
      const found = new Map<string, Place>();
      for await (const { uid, id, task } of this.list(container))
        found.set(id, { uid, parent: task.parent, wanted: wantedBy(task) });
      return found;
    })();
    this.#known.set(container, listed);
    listed.catch(() => this.#known.delete(container));
    return listed;
  }
}

interface Place {
  readonly uid: string;
  /** Id of the task that it is a part of here. */
  readonly parent: string | undefined;
  /** UID of the one that it is a part of by what is kept with it. */
  readonly wanted: string | undefined;
}

/**
 * What it says, and whose part it is. Parts are moved by us whenever their parent comes or goes, so that alone makes no
 * other task of it for whoever writes over it; Google's ETag would tell of nothing else.
 */
const versionOf = ({ title, notes, status, due, completed, links, parent }: GoogleTask): string => {
  const content = JSON.stringify([title, notes, status, due, completed, links]);
  return `${hashOf(Buffer.from(content))}${parent === undefined ? '' : `~${parent}`}`;
};
const contentIn = (version: string): string => version.split('~')[0] as string;
const wantedBy = ({ notes }: GoogleTask): string | undefined => parentIn(blockIn(notes ?? '').block?.properties ?? []);
const uidOf = ({ notes, id }: GoogleTask): string => blockIn(notes ?? '').block?.uid ?? id;

const itemOf = (task: GoogleTask): TaskItem => ({
  id: task.id,
  version: versionOf(task),
  uid: uidOf(task),
  stamp: blockIn(task.notes ?? '').block?.stamp,
  task,
});
