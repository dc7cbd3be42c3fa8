import type { ChangePage, Container, Content, Reader, Unreadable, Vanished } from '@sterna/connector-kit';
import { hashOf, writeListItem } from '@sterna/content';
import { segment } from '../graph/client.ts';
import { containerGone, isGone } from '../outlook/gone.ts';
import { byHint, type GraphPlannerTask, type GraphTaskDetails, type Plan } from './graph-planner.ts';
import { answerOf, type Plans } from './plans.ts';
import { type TaskNow, toItem } from './task-item.ts';

/** A task, as it is there and as it is carried. */
export interface ReadTask extends TaskNow {
  readonly body: Buffer;
  /** Of what it says: another name of its bucket or of a label is a change of it, too. */
  readonly version: string;
}

/** Planner has no delta for apps: the tasks of a plan are listed, and what they say is their version. */
export class PlannerReader implements Reader {
  readonly #plans: Plans;

  constructor(plans: Plans) {
    this.#plans = plans;
  }

  async containers(): Promise<readonly Container[]> {
    return (await this.#plans.list()).map(({ container }) => container);
  }

  async *changes(container: string): AsyncGenerator<ChangePage> {
    const tasks = await this.all(container);
    yield {
      changes: tasks.map(({ task, version }) => ({ id: task.id, version })),
      mode: 'full',
      next: { cursor: 'list', total: tasks.length },
    };
  }

  async *read(container: string, ids: readonly string[]): AsyncGenerator<Content | Vanished | Unreadable> {
    const plan = await this.#plans.byId(container);
    const answers = await this.#plans.batch(
      ids.map((id) => get(`/planner/tasks/${segment(id)}`)),
      'reading tasks',
    );
    const tasks = answers.map((answer) => answerOf<GraphPlannerTask>(answer));
    const found = await this.#whole(
      plan,
      tasks.filter((one) => one !== undefined),
    );
    const byId = new Map(found.map((one) => [one.task.id, one]));
    for (const id of ids) {
      const one = byId.get(id);
      if (one === undefined || (one.task.planId ?? container) !== container) yield { id, vanished: true };
      else yield { id, flags: [], date: undefined, size: one.body.length, body: one.body, version: one.version };
    }
  }

  /** All tasks of a plan, in their order. @throws SternaError transient `container-gone` */
  async all(container: string): Promise<readonly ReadTask[]> {
    const plan = await this.#plans.byId(container);
    return this.#whole(plan, await this.listed(container));
  }

  async listed(container: string): Promise<readonly GraphPlannerTask[]> {
    const path = `/planner/plans/${segment(container)}/tasks`;
    try {
      return (await this.#plans.all<GraphPlannerTask>(path, 'listing the tasks of a plan')).toSorted(byHint);
    } catch (thrown) {
      throw isGone(thrown) ? containerGone('plan', thrown) : thrown;
    }
  }

  /** Undefined where it is no more. */
  async one(container: string, id: string): Promise<ReadTask | undefined> {
    const plan = await this.#plans.byId(container);
    const [answer] = await this.#plans.batch([get(`/planner/tasks/${segment(id)}`)], 'looking at a task');
    const task = answerOf<GraphPlannerTask>(answer);
    return task === undefined ? undefined : (await this.#whole(plan, [task]))[0];
  }

  async only(container: string, tasks: readonly GraphPlannerTask[]): Promise<readonly ReadTask[]> {
    return this.#whole(await this.#plans.byId(container), tasks);
  }

  async #whole(plan: Plan, tasks: readonly GraphPlannerTask[]): Promise<readonly ReadTask[]> {
    const { people } = this.#plans.context;
    const asked = tasks.map(({ id }) => get(`/planner/tasks/${segment(id)}/details`));
    const answers = await this.#plans.batch(asked, 'reading tasks');
    const found: ReadTask[] = [];
    for (const [at, task] of tasks.entries()) {
      const details = answerOf<GraphTaskDetails>(answers[at]);
      if (details === undefined) continue;
      const body = writeListItem(await toItem(task, details, plan, (id) => people.withId(id)));
      found.push({ task, details, body, version: hashOf(body) });
    }
    return found;
  }
}

const get = (path: string) => ({ method: 'GET', path }) as const;
