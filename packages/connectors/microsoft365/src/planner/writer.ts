import { randomUUID } from 'node:crypto';
import { bodyOf, changedResult, doneResult, eachOf, markAt } from '@sterna/cloud-http';
import type {
  Candidate,
  Container,
  CreateOp,
  FidelityNote,
  InventoryItem,
  Op,
  RemoveOp,
  ReplaceOp,
  Result,
  Writer,
} from '@sterna/connector-kit';
import { pivotOf, readListItem } from '@sterna/content';
import { SternaError } from '@sterna/core';
import { segment } from '../graph/client.ts';
import { statusOf } from '../graph/errors.ts';
import { containerGone, isGone } from '../outlook/gone.ts';
import type { GraphPlannerTask, GraphTaskDetails } from './graph-planner.ts';
import type { Plans } from './plans.ts';
import type { PlannerReader, ReadTask } from './reader.ts';
import { type TaskForm, type TaskNow, toForm, type WritingTask } from './task-item.ts';

const pivot = pivotOf('listItem');

/** Tasks of the target's plans. Each goes with all of its details in one request, so that what is there is whole. */
export class PlannerWriter implements Writer {
  readonly #plans: Plans;
  readonly #reader: PlannerReader;
  /** The place of the last task of a plan: the next one comes behind it. */
  readonly #last = new Map<string, Promise<string>>();
  /** One plan at a time is made: two of one name would be two. */
  #making: Promise<unknown> = Promise.resolve();

  constructor(plans: Plans, reader: PlannerReader) {
    this.#plans = plans;
    this.#reader = reader;
  }

  ensureContainer(
    path: readonly string[],
    options: Parameters<Writer['ensureContainer']>[1],
  ): Promise<{ readonly container: Container; readonly notes: readonly FidelityNote[] }> {
    const made = this.#making.then(() => this.#plans.ensure(path, options));
    this.#making = made.catch(() => undefined);
    return made;
  }

  async mark(): Promise<string> {
    return markAt(this.#plans.context.client.serverTime());
  }

  async confirm(): Promise<void> {}

  apply(ops: readonly Op[]): Promise<readonly Result[]> {
    return eachOf(
      ops,
      (op) => {
        if (op.verb === 'create') return this.#create(op);
        if (op.verb === 'replace') return this.#replace(op);
        if (op.verb === 'remove') return this.#remove(op);
        throw new SternaError('bug', 'no-such-verb', `There is no ${op.verb} for tasks of a plan.`);
      },
      (error) => containerGone('plan', error),
      // Each comes behind the one before it.
      1,
    );
  }

  async #create(op: CreateOp): Promise<Result> {
    const { container } = op;
    const form = await this.#form(container, bodyOf(op));
    const orderHint = `${await this.#lastIn(container)} !`;
    const made = await this.#plans.send<GraphPlannerTask>('POST', '/planner/tasks', {
      body: { ...form.task, planId: container, orderHint, details: form.details },
      doing: 'making a task',
    });
    this.#last.set(container, Promise.resolve(made.orderHint ?? ''));
    if (lacks(made, form)) await this.#describe(made.id, await this.#detailsOf(made.id), form.details);
    const now = await this.#reader.one(container, made.id);
    return doneResult(op.op, made.id, now?.version, form.notes);
  }

  async #replace(op: ReplaceOp): Promise<Result> {
    const { container, targetId, ifVersion } = op;
    const body = bodyOf(op);
    const now = await this.#reader.one(container, targetId);
    if (now === undefined) return { op: op.op, outcome: 'missing' };
    // The first try of this very request took effect, and its answer was lost.
    if (pivot.digest(now.body).equals(pivot.digest(body))) return doneResult(op.op, targetId, now.version);
    if (ifVersion !== undefined && now.version !== ifVersion) return changedResult(op.op, now.version);
    const form = await this.#form(container, body, now);
    try {
      // The task last: it is what tells that all of it is there.
      await this.#describe(targetId, now.details, form.details);
      const { '@odata.etag': etag } = (await this.#reader.one(container, targetId))?.task ?? now.task;
      await this.#plans.send('PATCH', `/planner/tasks/${segment(targetId)}`, {
        body: form.task,
        headers: { 'if-match': etag ?? '*' },
        doing: 'changing a task',
      });
    } catch (thrown) {
      return this.#refused(op, thrown);
    }
    const after = await this.#reader.one(container, targetId);
    return doneResult(op.op, targetId, after?.version, form.notes);
  }

  async #remove(op: RemoveOp): Promise<Result> {
    const now = await this.#reader.one(op.container, op.targetId);
    if (now === undefined) return { op: op.op, outcome: 'missing' };
    if (op.ifVersion !== undefined && now.version !== op.ifVersion) return changedResult(op.op, now.version);
    try {
      await this.#plans.send('DELETE', `/planner/tasks/${segment(op.targetId)}`, {
        headers: { 'if-match': now.task['@odata.etag'] ?? '*' },
        doing: 'removing a task',
      });
    } catch (thrown) {
      return this.#refused(op, thrown);
    }
    return { op: op.op, outcome: 'done' };
  }

  /** Somebody else was there in between: 412, or 409 (https://learn.microsoft.com/en-us/graph/api/resources/planner-overview). */
  async #refused(op: ReplaceOp | RemoveOp, thrown: unknown): Promise<Result> {
    if (isGone(thrown)) return { op: op.op, outcome: 'missing' };
    if (statusOf(thrown) !== 412 && statusOf(thrown) !== 409) throw thrown;
    return changedResult(op.op, (await this.#reader.one(op.container, op.targetId))?.version);
  }

  async #form(container: string, body: Buffer, now?: TaskNow): Promise<TaskForm> {
    const { labels } = await this.#plans.byId(container);
    const slots = new Map([...labels].map(([slot, name]) => [name, slot]));
    const writing: WritingTask = {
      idOf: async ({ address }) => (await this.#plans.context.people.withAddress(address))?.id,
      bucketId: (name) => this.#plans.bucketId(container, name),
      slotOf: (label) => slots.get(label),
      newKey: randomUUID,
    };
    return toForm(readListItem(body), writing, now);
  }

  #detailsOf(id: string): Promise<GraphTaskDetails> {
    return this.#plans.send('GET', `/planner/tasks/${segment(id)}/details`, { doing: 'looking at a task' });
  }

  async #describe(id: string, now: GraphTaskDetails, details: TaskForm['details']): Promise<void> {
    await this.#plans.send('PATCH', `/planner/tasks/${segment(id)}/details`, {
      body: details,
      headers: { 'if-match': now['@odata.etag'] ?? '*' },
      doing: 'describing a task',
    });
  }

  #lastIn(container: string): Promise<string> {
    const known = this.#last.get(container);
    if (known !== undefined) return known;
    const asked = this.#reader.listed(container).then((tasks) => tasks.at(-1)?.orderHint ?? '');
    asked.catch(() => this.#last.delete(container));
    this.#last.set(container, asked);
    return asked;
  }

  async *candidates(container: string, since: string | undefined): AsyncGenerator<Candidate> {
    const recent = (await this.#reader.listed(container)).filter(
      ({ createdDateTime }) => since === undefined || Date.parse(createdDateTime ?? '') >= Date.parse(since),
    );
    for (const { task, body } of await this.#reader.only(container, recent))
      yield { targetId: task.id, digest: pivot.digest(body), marked: false };
  }

  async *inventory(
    container: string,
    facets: { readonly matchKey?: boolean; readonly size?: boolean },
  ): AsyncGenerator<InventoryItem> {
    for (const { task, body, version } of await this.#reader.all(container))
      yield itemOf(task.id, body, version, facets);
  }
}

const itemOf = (
  targetId: string,
  body: Buffer,
  version: ReadTask['version'],
  { matchKey, size }: { readonly matchKey?: boolean; readonly size?: boolean },
): InventoryItem => ({
  targetId,
  version,
  ...(size === true ? { size: body.length } : {}),
  ...(matchKey === true ? { matchKey: pivot.matchKey(body) } : {}),
});

/** Whether a create that brought the details along left them out: the reference doesn't promise that it takes them. */
function lacks(made: GraphPlannerTask, { details }: TaskForm): boolean {
  const count = (name: string): number => Object.keys(details[name] as object).length;
  return (
    (details.description !== '' && made.hasDescription !== true) ||
    count('checklist') !== (made.checklistItemCount ?? 0) ||
    count('references') !== (made.referenceCount ?? 0)
  );
}
