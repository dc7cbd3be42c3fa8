import {
  ahead,
  type ChangePage,
  type Container,
  type Content,
  type Reader,
  type Unreadable,
  type Vanished,
} from '@sterna/connector-kit';
import { containerGone } from '../calendar/calendars.ts';
import type { ReadAttachment } from '../calendar/from-event.ts';
import { type BatchResult, batch } from '../graph/batch.ts';
import { segment } from '../graph/client.ts';
import { statusOf } from '../graph/errors.ts';
import type { Removed } from '../graph/page.ts';
import { countOf, deltaOf } from '../outlook/delta.ts';
import { isGone } from '../outlook/gone.ts';
import { hashOf } from '../outlook/kept.ts';
import type { PartContext } from '../part.ts';
import type { GraphTask } from './graph-task.ts';
import { APPLICATION, keptOf, markOf } from './mark.ts';
import { listPath, READ, type TaskLists } from './task-lists.ts';
import { taskObject } from './task-object.ts';

const AT_ONCE = 20;
export const EXPAND = 'checklistItems,linkedResources,extensions';

export const versionOf = (task: { readonly '@odata.etag'?: string }): string | undefined => task['@odata.etag'];

export class TaskReader implements Reader {
  readonly #context: PartContext;
  readonly #lists: TaskLists;

  constructor(context: PartContext, lists: TaskLists) {
    this.#context = context;
    this.#lists = lists;
  }

  containers(): Promise<readonly Container[]> {
    return this.#lists.list();
  }

  async *changes(container: string, cursor: string | undefined): AsyncGenerator<ChangePage> {
    const path = listPath(this.#context, container);
    try {
      yield* deltaOf<GraphTask & Removed>(
        this.#context,
        {
          path,
          query: {},
          doing: 'listing a task list',
          right: READ,
          changeOf: (task) => ({
            id: task.id,
            ...(versionOf(task) === undefined ? {} : { version: versionOf(task) as string }),
          }),
          count: () => this.#count(path),
        },
        cursor,
      );
    } catch (error) {
      throw statusOf(error) === 404 ? containerGone('task list', error) : error;
    }
  }

  #count(path: string): Promise<number> {
    return countOf(this.#context, path, 'counting a task list', READ);
  }

  async *read(container: string, ids: readonly string[]): AsyncGenerator<Content | Vanished | Unreadable> {
    const { client, outlook } = this.#context;
    const path = listPath(this.#context, container);
    const chunks = Array.from({ length: Math.ceil(ids.length / AT_ONCE) }, (_, n) =>
      ids.slice(n * AT_ONCE, (n + 1) * AT_ONCE),
    );
    const asked = (some: readonly string[]): Promise<readonly BatchResult[]> =>
      batch(
        client,
        some.map((id) => ({ method: 'GET', path: `${path}/${segment(id)}`, query: { $expand: EXPAND } })),
        { doing: 'reading tasks', budget: outlook, right: READ },
      );
    for await (const [some, answers] of ahead(chunks, 2, asked))
      for (const [at, id] of some.entries()) yield await this.#content(path, id, answers[at] as BatchResult);
  }

  async #content(path: string, id: string, answer: BatchResult): Promise<Content | Vanished | Unreadable> {
    if ('error' in answer) {
      if (isGone(answer.error)) return { id, vanished: true };
      if (answer.error.class === 'object') return { id, error: answer.error };
      throw answer.error;
    }
    const task = answer.body as GraphTask;
    const attachments = task.hasAttachments === true ? await this.#attachments(`${path}/${segment(id)}`) : [];
    const body = taskObject(
      task,
      markOf(task)?.uid ?? id,
      task.checklistItems ?? [],
      (task.linkedResources ?? []).filter((one) => one.applicationName !== APPLICATION),
      attachments,
      keptOf(task),
    );
    const version = versionOf(task);
    return { id, flags: [], date: undefined, size: body.length, body, ...(version === undefined ? {} : { version }) };
  }

  async #attachments(path: string): Promise<readonly ReadAttachment[]> {
    const { client, outlook } = this.#context;
    const common = { method: 'GET', right: READ, budget: outlook } as const;
    const listed = await client.all<{ readonly id: string; readonly name?: string; readonly contentType?: string }>({
      ...common,
      path: `${path}/attachments`,
      doing: 'listing attachments',
    });
    const files: ReadAttachment[] = [];
    for (const { id, name = '', contentType = '' } of listed) {
      const stream = await client.open({
        ...common,
        path: `${path}/attachments/${segment(id)}/$value`,
        headers: { accept: '*/*' },
        doing: 'reading an attachment',
      });
      const chunks: Buffer[] = [];
      for await (const chunk of stream.body) chunks.push(chunk);
      const bytes = Buffer.concat(chunks);
      files.push({ name, contentType, bytes, hash: hashOf(bytes) });
    }
    return files;
  }
}
