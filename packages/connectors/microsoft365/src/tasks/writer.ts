import { envelopeOf, notKept, pivotOf, readCalendarObject, writeComponents } from '@sterna/content';
import { segment } from '../graph/client.ts';
import { newSend, type Stamp } from '../graph/stamp.ts';
import { FloatingZone } from '../outlook/floating-zone.ts';
import type { ItemRequests } from '../outlook/item-requests.ts';
import type { ItemWriting, PreparedItem } from '../outlook/item-writer.ts';
import type { PartContext } from '../part.ts';
import type { ChecklistItem, GraphTask, LinkedResource } from './graph-task.ts';
import { taskKind } from './kind.ts';
import { EXTENSION, extensionForm, hasExtension, isReplacing, keptOf, linkOf, markOf } from './mark.ts';
import { TaskFiles } from './task-files.ts';
import { taskObject } from './task-object.ts';
import { type TaskPlan, toTask } from './to-task.ts';

interface PreparedTask extends PreparedItem {
  readonly plan: TaskPlan;
  /** Undefined: To Do says it all, or it is too large. */
  readonly envelope: string | undefined;
  /** What is kept where To Do takes no files. Undefined: it is too large. */
  withFiles(): string | undefined;
}

/** Tasks, whose steps, files, link and what is kept of them are objects of their own beside them. */
export class TaskWriting implements ItemWriting<GraphTask, PreparedTask> {
  readonly #context: PartContext;
  readonly #requests: ItemRequests<GraphTask>;
  readonly #floating: FloatingZone;
  readonly #files: TaskFiles;
  /** Whether a create takes what is kept; undefined: nobody knows yet. */
  #keepsAtCreate: boolean | undefined;

  constructor(context: PartContext, requests: ItemRequests<GraphTask>) {
    this.#context = context;
    this.#requests = requests;
    this.#floating = new FloatingZone(context);
    this.#files = new TaskFiles(context);
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
    return {
      plan,
      uid,
      digest,
      envelope,
      withFiles: () => envelopeOf({ text: raw, floating }),
      notes: [...plan.notes, ...(isLost ? [notKept('To Do')] : [])],
    };
  }

  form({ plan, uid, envelope }: PreparedTask, stamp: Stamp): object {
    return {
      ...plan.fields,
      ...(plan.steps.length === 0 ? {} : { checklistItems: plan.steps }),
      linkedResources: [linkOf(stamp, uid, plan.fields.title)],
      ...(envelope === undefined || this.#keepsAtCreate === false ? {} : { extensions: [extensionForm(envelope)] }),
    };
  }

  hasMore({ plan, envelope }: PreparedTask): boolean {
    return (envelope !== undefined && this.#keepsAtCreate !== true) || plan.attachments.length > 0;
  }

  async complete(path: string, prepared: PreparedTask, stamp: Stamp, made: GraphTask): Promise<string | undefined> {
    const isKept = prepared.envelope !== undefined && (await this.#isKept(path));
    const envelope = await this.#attach(path, prepared);
    if (envelope !== undefined && !(isKept && envelope === prepared.envelope))
      await this.#keep(path, extensionForm(envelope), isKept);
    await this.#sign(path, made, linkOf(stamp, prepared.uid, prepared.plan.fields.title));
    return taskKind.versionOf((await this.#requests.look(path)) ?? made);
  }

  /**
   * The reference has a task made together with its extension, and people have found none afterwards
   * (https://github.com/microsoftgraph/microsoft-graph-docs/issues/15430): the first ones are looked at.
   */
  async #isKept(path: string): Promise<boolean> {
    this.#keepsAtCreate ??= keptOf(await this.#requests.get(path)) !== undefined;
    return this.#keepsAtCreate;
  }

  isResumed(now: GraphTask, digest: Buffer): boolean {
    return isReplacing(now, digest);
  }

  async rewrite(path: string, now: GraphTask, prepared: PreparedTask): Promise<string | undefined> {
    const { plan, uid, digest } = prepared;
    const isStepwise =
      prepared.envelope !== undefined ||
      hasExtension(now) ||
      now.hasAttachments === true ||
      plan.attachments.length + plan.steps.length + (now.checklistItems ?? []).length > 0;
    if (isStepwise) await this.#keep(path, extensionForm(prepared.envelope, digest), hasExtension(now));
    await this.#requests.patch(path, plan.fields);
    await this.#replaceSteps(path, now.checklistItems ?? [], plan.steps);
    if (now.hasAttachments === true) await this.#files.removeAll(path, prepared.notes);
    const envelope = await this.#attach(path, prepared);
    if (markOf(now)?.uid !== uid) {
      const { installation } = this.#context;
      const stamp: Stamp = { installation, state: 'whole', digest, send: newSend() };
      await this.#sign(path, now, linkOf(stamp, uid, plan.fields.title));
    }
    if (isStepwise && envelope !== undefined) await this.#keep(path, extensionForm(envelope), true);
    else if (isStepwise) await this.#dropExtension(path);
    return taskKind.versionOf(await this.#requests.get(path));
  }

  /** @returns what is to be kept of the task: all of it, where its files aren't taken */
  async #attach(path: string, { plan, envelope, notes, withFiles }: PreparedTask): Promise<string | undefined> {
    const isWhole = await this.#files.add(path, plan.attachments, notes);
    return isWhole ? envelope : (withFiles() ?? envelope);
  }

  async #keep(path: string, form: { readonly extensionName: string }, isThere: boolean): Promise<void> {
    const { extensionName, ...changed } = form;
    await this.#context.client.send({
      ...this.#requests.common,
      ...(isThere
        ? { method: 'PATCH', path: `${path}/extensions/${extensionName}`, body: changed }
        : { method: 'POST', path: `${path}/extensions`, body: form }),
      doing: 'keeping what To Do has no field for',
      // A second one of that name is refused.
      repeatable: true,
      expected: [409],
    });
  }

  async #dropExtension(path: string): Promise<void> {
    await this.#context.client.send({
      ...this.#requests.common,
      method: 'DELETE',
      path: `${path}/extensions/${EXTENSION}`,
      doing: 'keeping what To Do has no field for',
      expected: [404],
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
