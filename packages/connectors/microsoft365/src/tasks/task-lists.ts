import type { Container, FidelityNote } from '@sterna/connector-kit';
import { segment } from '../graph/client.ts';
import { displayNameOf } from '../outlook/folder-names.ts';
import type { PartContext } from '../part.ts';

/** Application permissions for To Do: https://learn.microsoft.com/en-us/graph/api/todo-list-lists */
export const READ = 'Tasks.Read.All';
export const WRITE = 'Tasks.ReadWrite.All';

/** https://learn.microsoft.com/en-us/graph/api/resources/todotasklist */
interface TaskList {
  readonly id: string;
  readonly displayName?: string | null;
  readonly isOwner?: boolean | null;
  readonly wellknownListName?: string | null;
}

export class TaskLists {
  readonly #context: PartContext;
  #known: readonly TaskList[] | undefined;

  constructor(context: PartContext) {
    this.#context = context;
  }

  async list(): Promise<readonly Container[]> {
    const { client, outlook, userPath } = this.#context;
    this.#known = (
      await client.all<TaskList>({
        method: 'GET',
        path: `${userPath}/todo/lists`,
        query: { $top: 100 },
        doing: 'listing the task lists',
        right: READ,
        budget: outlook,
      })
    )
      // Made of flagged mail, and made anew there.
      .filter((one) => one.wellknownListName !== 'flaggedEmails');
    return this.#known.map((one) => this.#container(one));
  }

  /** What names the mailbox: the list that everybody has. */
  async home(): Promise<string> {
    if (this.#known === undefined) await this.list();
    return this.#known?.find((one) => one.wellknownListName === 'defaultList')?.id ?? this.#context.address;
  }

  async ensure(
    path: readonly string[],
    color: string | undefined,
  ): Promise<{ readonly container: Container; readonly notes: readonly FidelityNote[] }> {
    if (this.#known === undefined) await this.list();
    const notes: FidelityNote[] = [];
    const name = displayNameOf(path.join(' / '), notes);
    const found = (this.#known ?? []).find((one) => one.displayName === name && one.isOwner !== false);
    if (found !== undefined) return { container: this.#container(found), notes };
    if (color !== undefined)
      notes.push({ code: 'color-dropped', text: `Task lists keep no colors here: ${name} has lost ${color}.` });
    const { client, outlook, userPath } = this.#context;
    const { body } = await client.send<TaskList>({
      method: 'POST',
      path: `${userPath}/todo/lists`,
      body: { displayName: name },
      doing: 'making a task list',
      right: WRITE,
      budget: outlook,
    });
    const made = { ...body, displayName: name };
    this.#known = [...(this.#known ?? []), made];
    return { container: this.#container(made), notes };
  }

  #container({ id, displayName, isOwner, wellknownListName }: TaskList): Container {
    return {
      id,
      path: [displayName?.trim() ? displayName : 'Tasks'],
      kind: 'task',
      ...(wellknownListName === 'defaultList' ? { isDefault: true as const } : {}),
      // Whose it is isn't said.
      ...(isOwner === false ? { sharedBy: 'another account' } : {}),
    };
  }
}

export const listPath = ({ userPath }: PartContext, container: string): string =>
  `${userPath}/todo/lists/${segment(container)}/tasks`;
