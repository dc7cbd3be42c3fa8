/** A task as Google keeps it. Its place among its siblings is in its list. */
export interface Task {
  readonly id: string;
  list: TaskList;
  title: string;
  notes: string;
  status: 'needsAction' | 'completed';
  /** A day, `2026-03-01`: the time of day isn't kept. */
  due: string | undefined;
  /** Milliseconds; of completed ones. */
  completed: number | undefined;
  hidden: boolean;
  deleted: boolean;
  parent: string | undefined;
  updated: number;
  version: number;
  /** Where it was made: mail and so on. Only Google's own programs write them. */
  readonly links: readonly { readonly type: string; readonly description: string; readonly link: string }[];
  /** When it was added, as a number: the order of listings. */
  readonly added: number;
}

export interface TaskList {
  readonly id: string;
  title: string;
  updated: number;
  version: number;
  readonly tasks: Map<string, Task>;
  /** Ids of the children of each parent ('' for the top), in their order; without deleted ones. */
  readonly order: Map<string, string[]>;
}

/** https://developers.google.com/workspace/tasks/reference/rest */
export const LIMITS = {
  lists: 2000,
  /** The largest page of lists. */
  pageOfLists: 1000,
  /** Not hidden, in one list. */
  tasks: 20_000,
  allTasks: 100_000,
  subtasks: 2000,
  title: 1024,
  notes: 8192,
} as const;

export type Problem = 'parent' | 'previous' | 'tooManyLists' | 'tooManyTasks' | 'tooManySubtasks' | 'hidden';

/** What a list refuses; the routes make the API's errors of it. */
export class TaskProblem extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem);
    this.problem = problem;
  }
}

/** One user's task lists. */
export class TaskStore {
  readonly lists = new Map<string, TaskList>();
  /** `@default`; it can't be deleted. */
  readonly defaultList: TaskList;
  readonly #now: () => number;
  readonly #newId: () => string;
  #added = 0;

  constructor(now: () => number, newId: () => string) {
    this.#now = now;
    this.#newId = newId;
    this.defaultList = this.addList('My Tasks');
  }

  addList(title: string): TaskList {
    if (this.lists.size >= LIMITS.lists) throw new TaskProblem('tooManyLists');
    const list: TaskList = {
      id: this.#newId(),
      title,
      updated: this.#now(),
      version: 1,
      tasks: new Map(),
      order: new Map(),
    };
    this.lists.set(list.id, list);
    return list;
  }

  list(id: string): TaskList | undefined {
    return id === '@default' ? this.defaultList : this.lists.get(id);
  }

  renameList(list: TaskList, title: string): void {
    list.title = title;
    this.#touchList(list);
  }

  removeList(list: TaskList): void {
    this.lists.delete(list.id);
  }

  /** Puts a new task behind `previous`, or before its siblings. Throws TaskProblem. */
  addTask(
    list: TaskList,
    fields: Pick<Task, 'title' | 'notes' | 'status' | 'due' | 'completed'> & Partial<Pick<Task, 'hidden' | 'links'>>,
    place: { readonly parent: string | undefined; readonly previous: string | undefined },
  ): Task {
    const shown = [...list.tasks.values()].filter(({ hidden, deleted }) => !hidden && !deleted).length;
    const all = [...this.lists.values()].reduce((sum, { tasks }) => sum + tasks.size, 0);
    if (shown >= LIMITS.tasks || all >= LIMITS.allTasks) throw new TaskProblem('tooManyTasks');
    const parent = this.#parentIn(list, place.parent, undefined);
    const at = this.#placeAfter(list, parent, place.previous);
    const task: Task = {
      id: this.#newId(),
      list,
      hidden: false,
      links: [],
      ...fields,
      deleted: false,
      parent,
      updated: this.#now(),
      version: 1,
      added: ++this.#added,
    };
    list.tasks.set(task.id, task);
    this.#siblings(list, parent).splice(at, 0, task.id);
    this.#touchList(list);
    return task;
  }

  changeTask(task: Task, change: Partial<Pick<Task, 'title' | 'notes' | 'status' | 'due' | 'completed'>>): void {
    Object.assign(task, change);
    // What isn't completed any more is shown again.
    if (task.status === 'needsAction') task.hidden = false;
    this.#touch(task);
  }

  /** A task and its subtasks. */
  removeTask(task: Task): void {
    for (const child of [...this.#siblings(task.list, task.id)]) {
      const subtask = task.list.tasks.get(child);
      if (subtask !== undefined) this.removeTask(subtask);
    }
    this.#takeOut(task);
    task.deleted = true;
    this.#touch(task);
  }

  /** Throws TaskProblem. */
  moveTask(
    task: Task,
    to: { readonly list: TaskList; readonly parent: string | undefined; readonly previous: string | undefined },
  ): void {
    const parent = this.#parentIn(to.list, to.parent, task);
    if (task.hidden && (parent !== undefined || to.previous !== undefined)) throw new TaskProblem('hidden');
    if (to.previous === task.id) throw new TaskProblem('previous');
    // Looked up before anything changes: what is refused leaves all as it was.
    this.#placeAfter(to.list, parent, to.previous);
    this.#takeOut(task);
    const at = this.#placeAfter(to.list, parent, to.previous);
    task.parent = parent;
    if (to.list !== task.list) this.#relocate(task, to.list);
    this.#siblings(to.list, parent).splice(at, 0, task.id);
    this.#touch(task);
  }

  /** Hides the completed ones. */
  clear(list: TaskList): void {
    for (const task of list.tasks.values()) {
      if (task.status !== 'completed' || task.hidden || task.deleted) continue;
      task.hidden = true;
      this.#touch(task);
    }
  }

  /** Twenty digits that sort as the siblings do. */
  position(task: Task): string {
    const at = this.#siblings(task.list, task.parent).indexOf(task.id);
    return String(Math.max(at, 0)).padStart(20, '0');
  }

  #parentIn(list: TaskList, id: string | undefined, child: Task | undefined): string | undefined {
    if (id === undefined) return undefined;
    const parent = list.tasks.get(id);
    if (parent === undefined || parent.deleted || parent.hidden) throw new TaskProblem('parent');
    for (let above: Task | undefined = parent; above !== undefined; above = list.tasks.get(above.parent ?? '')) {
      if (above === child) throw new TaskProblem('parent');
    }
    if (this.#siblings(list, id).length >= LIMITS.subtasks && child?.parent !== id) {
      throw new TaskProblem('tooManySubtasks');
    }
    return id;
  }

  #placeAfter(list: TaskList, parent: string | undefined, previous: string | undefined): number {
    if (previous === undefined) return 0;
    const at = this.#siblings(list, parent).indexOf(previous);
    if (at < 0) throw new TaskProblem('previous');
    return at + 1;
  }

  #siblings(list: TaskList, parent: string | undefined): string[] {
    const key = parent ?? '';
    const known = list.order.get(key) ?? [];
    list.order.set(key, known);
    return known;
  }

  #takeOut(task: Task): void {
    const siblings = this.#siblings(task.list, task.parent);
    const at = siblings.indexOf(task.id);
    if (at >= 0) siblings.splice(at, 1);
  }

  #relocate(task: Task, list: TaskList): void {
    const children = this.#siblings(task.list, task.id);
    task.list.order.delete(task.id);
    task.list.tasks.delete(task.id);
    this.#touchList(task.list);
    task.list = list;
    list.tasks.set(task.id, task);
    list.order.set(task.id, children);
    for (const child of children) {
      const subtask = [...this.lists.values()]
        .map(({ tasks }) => tasks.get(child))
        .find((found) => found !== undefined);
      if (subtask !== undefined) this.#relocate(subtask, list);
    }
  }

  #touch(task: Task): void {
    task.updated = this.#now();
    task.version++;
    this.#touchList(task.list);
  }

  #touchList(list: TaskList): void {
    list.updated = this.#now();
    list.version++;
  }
}
