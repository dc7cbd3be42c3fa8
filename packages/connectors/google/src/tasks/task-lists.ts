import type { Container, FidelityNote } from '@sterna/connector-kit';
import { segment } from '../api/client.ts';
import { isOutcomeUnknown } from '../api/errors.ts';
import type { PartContext } from '../part.ts';

export const READ = 'https://www.googleapis.com/auth/tasks.readonly';
export const WRITE = 'https://www.googleapis.com/auth/tasks';

interface TaskList {
  readonly id: string;
  readonly title?: string;
}

interface ListPage {
  readonly items?: readonly TaskList[];
  readonly nextPageToken?: string;
}

const PATH = '/tasks/v1/users/@me/lists';
const MOST_TITLE = 1_024;

/** Task lists of a user; one is always there. */
export class TaskLists {
  readonly #context: PartContext;
  #known: readonly TaskList[] | undefined;

  constructor(context: PartContext) {
    this.#context = context;
  }

  async list(): Promise<readonly Container[]> {
    return (await this.#listed()).map((list, at) => ({
      ...containerOf(list),
      // The first is the one that everybody has, and can't be deleted.
      ...(at === 0 ? { isDefault: true as const } : {}),
    }));
  }

  async #listed(): Promise<readonly TaskList[]> {
    const found: TaskList[] = [];
    for await (const { items = [] } of this.#context.client.pages<ListPage>({
      method: 'GET',
      path: PATH,
      query: { maxResults: 1_000 },
      doing: 'listing the task lists',
      right: READ,
    }))
      found.push(...items);
    this.#known = found;
    return found;
  }

  async ensure(
    path: readonly string[],
    color: string | undefined,
    description: string | undefined,
  ): Promise<{ readonly container: Container; readonly notes: readonly FidelityNote[] }> {
    const name = path.join(' / ').trim() || 'Tasks';
    const title = name.slice(0, MOST_TITLE);
    const found = (): TaskList | undefined => this.#known?.find((one) => one.title === title);
    if (this.#known === undefined) await this.#listed();
    const there = found();
    const list = there ?? (await this.#make(title, found));
    const notes: FidelityNote[] = [];
    if (title !== name)
      notes.push({ code: 'folder-renamed', text: `Google takes ${MOST_TITLE} characters of a list’s name.` });
    if (there === undefined && (color !== undefined || description !== undefined))
      notes.push({
        code: 'look-dropped',
        text: `Task lists in Google have a name and nothing else: the color or description of ${title} was left out.`,
      });
    return { container: containerOf(list), notes };
  }

  async #make(title: string, again: () => TaskList | undefined): Promise<TaskList> {
    try {
      const { body } = await this.#context.client.send<TaskList>({
        method: 'POST',
        path: PATH,
        body: { title },
        doing: 'making a task list',
        right: WRITE,
      });
      this.#known = [...(this.#known ?? []), body];
      return body;
    } catch (error) {
      // Two of one name are no error to Google: whether this one was made, only the list knows.
      if (!isOutcomeUnknown(error)) throw error;
      await this.#listed();
      const found = again();
      if (found === undefined) throw error;
      return found;
    }
  }
}

const containerOf = ({ id, title }: TaskList): Container => ({ id, path: [title?.trim() || 'Tasks'], kind: 'task' });

export const tasksPath = (container: string): string => `/tasks/v1/lists/${segment(container)}/tasks`;
