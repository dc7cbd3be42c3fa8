import { envelopeOf, notKept, pivotOf, readCalendarObject, writeComponents } from '@sterna/content';
import { segment } from '../graph/client.ts';
import { newSend, type Stamp } from '../graph/stamp.ts';
import { removeAttachments } from '../outlook/attachments.ts';
import { FloatingZone } from '../outlook/floating-zone.ts';
import type { ItemRequests } from '../outlook/item-requests.ts';
import type { ItemWriting, PreparedItem } from '../outlook/item-writer.ts';
import type { PartContext } from '../part.ts';
import type { ChecklistItem, GraphTask, LinkedResource } from './graph-task.ts';
import { taskKind } from './kind.ts';
import { EXTENSION, keptOf, linkOf, markOf } from './mark.ts';
import { WRITE } from './task-lists.ts';
import { taskObject } from './task-object.ts';
import { type TaskPlan, toTask } from './to-task.ts';

/** A request to To Do has at most 4 MB; more goes by upload sessions, up to 25 MB. */
const MOST_INLINE = 3 * 1024 * 1024 - 100_000;

interface PreparedTask extends PreparedItem {
  readonly plan: TaskPlan;
  /** Undefined: To Do says it all, or it is too large. */
  readonly envelope: string | undefined;
}

/** Tasks, whose steps, files, link and what is kept of them are objects of their own beside them. */
export class TaskWriting implements ItemWriting<GraphTask, PreparedTask> {
  readonly #context: PartContext;
  readonly #requests: ItemRequests<GraphTask>;
  readonly #floating: FloatingZone;

  constructor(context: PartContext, requests: ItemRequests<GraphTask>) {
    this.#context = context;
    this.#requests = requests;
    this.#floating = new FloatingZone(context);
  }

  async prepare(raw: Buffer): Promise<PreparedTask> {
    const object = readCalendarObject(raw, 'VTODO');
    const { plan, floating } = await this.#floating.planned((zone) => toTask(object, zone));
    const uid = object.uid ?? '';
    const digest = pivotOf('task').digest(raw);
    // Most tasks are no more than To Do shows of them, and need no request for what is kept.
    const said = taskObject(plan.fields, uid, plan.steps, [], plan.attachments, undefined);
    const saysAll = pivotOf('task').digest(said).equals(digest);
    const text = plan.attachments.length > 0 ? writeComponents([plan.kept]) : raw;
    const envelope = saysAll ? undefined : envelopeOf({ text, floating });
    const isLost = !saysAll && envelope === undefined;
    return { plan, uid, digest, envelope, notes: [...plan.notes, ...(isLost ? [notKept('To Do')] : [])] };
  }

  form({ plan, uid }: PreparedTask, stamp: Stamp): object {
    return {
      ...plan.fields,
      ...(plan.steps.length === 0 ? {} : { checklistItems: plan.steps }),
      linkedResources: [linkOf(stamp, uid, plan.fields.title)],
    };
  }

  hasMore({ plan, envelope }: PreparedTask): boolean {
    return envelope !== undefined || plan.attachments.length > 0;
  }

  async complete(path: string, prepared: PreparedTask, stamp: Stamp, made: GraphTask): Promise<string | undefined> {
    await this.#keep(path, prepared.envelope, false);
    await this.#attach(path, prepared);
    await this.#sign(path, made, linkOf(stamp, prepared.uid, prepared.plan.fields.title));
    return taskKind.versionOf((await this.#requests.look(path)) ?? made);
  }

  async rewrite(path: string, now: GraphTask, prepared: PreparedTask): Promise<string | undefined> {
    const { plan, uid, digest, envelope } = prepared;
    await this.#requests.patch(path, plan.fields);
    await this.#keep(path, envelope, keptOf(now) !== undefined);
    await this.#replaceSteps(path, now.checklistItems ?? [], plan.steps);
    if (now.hasAttachments === true) await removeAttachments(this.#context, path, WRITE, {});
    await this.#attach(path, prepared);
    if (markOf(now)?.uid !== uid) {
      const { installation } = this.#context;
      const stamp: Stamp = { installation, state: 'whole', digest, send: newSend() };
      await this.#sign(path, now, linkOf(stamp, uid, plan.fields.title));
    }
    return taskKind.versionOf(await this.#requests.get(path));
  }

  async #keep(path: string, envelope: string | undefined, isThere: boolean): Promise<void> {
    const { client } = this.#context;
    const common = { ...this.#requests.common, doing: 'keeping what To Do has no field for' } as const;
    if (isThere)
      await client.send({ ...common, method: 'DELETE', path: `${path}/extensions/${EXTENSION}`, expected: [404] });
    if (envelope === undefined) return;
    await client.send({
      ...common,
      method: 'POST',
      path: `${path}/extensions`,
      body: { '@odata.type': 'microsoft.graph.openTypeExtension', extensionName: EXTENSION, object: envelope },
      // A second one of that name is refused.
      repeatable: true,
      expected: [409],
    });
  }

  async #replaceSteps(path: string, old: readonly ChecklistItem[], steps: readonly ChecklistItem[]): Promise<void> {
    const { client } = this.#context;
    const { common } = this.#requests;
    for (const { id = '' } of old)
      await client.send({
        ...common,
        method: 'DELETE',
        path: `${path}/checklistItems/${segment(id)}`,
        doing: 'removing a step',
        expected: [404],
      });
    for (const step of steps)
      await client.send({
        ...common,
        method: 'POST',
        path: `${path}/checklistItems`,
        body: step,
        doing: 'adding a step',
      });
  }

  async #attach(path: string, { plan, notes }: PreparedTask): Promise<void> {
    for (const { name, contentType, bytes } of plan.attachments) {
      if (bytes.length > MOST_INLINE) {
        notes.push({
          code: 'attachment-not-held',
          text: `An attachment of ${bytes.length} bytes is too large to be written: ${name}.`,
        });
        continue;
      }
      await this.#context.client.send({
        ...this.#requests.common,
        method: 'POST',
        path: `${path}/attachments`,
        body: {
          '@odata.type': '#microsoft.graph.taskFileAttachment',
          name,
          contentType,
          contentBytes: bytes.toString('base64'),
        },
        doing: 'adding an attachment',
      });
    }
  }

  async #sign(path: string, task: GraphTask, link: LinkedResource): Promise<void> {
    const id = markOf(task)?.linkId;
    await this.#context.client.send({
      ...this.#requests.common,
      method: id === undefined ? 'POST' : 'PATCH',
      path: id === undefined ? `${path}/linkedResources` : `${path}/linkedResources/${segment(id)}`,
      body: link,
      doing: 'completing a task',
    });
  }
}
