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
import { pivotOf, readCalendarObject, writeComponents } from '@sterna/content';
import { SternaError } from '@sterna/core';
import { containerGone } from '../calendar/calendars.ts';
import { segment } from '../graph/client.ts';
import { statusOf } from '../graph/errors.ts';
import { newSend, type Stamp, type StampState } from '../graph/stamp.ts';
import { FloatingZone } from '../outlook/floating-zone.ts';
import { isGone } from '../outlook/gone.ts';
import { envelopeOf } from '../outlook/kept.ts';
import { NaturalKeys } from '../outlook/natural-keys.ts';
import { bodyOf, changedResult, doneResult, eachOf, existsResult, markAt } from '../outlook/writing.ts';
import { UTC } from '../outlook/zones.ts';
import type { PartContext } from '../part.ts';
import type { GraphTask } from './graph-task.ts';
import { EXTENSION, keptOf, linkOf, markOf } from './mark.ts';
import { EXPAND, type TaskReader, versionOf } from './reader.ts';
import { listPath, type TaskLists, WRITE } from './task-lists.ts';
import { taskObject } from './task-object.ts';
import { type TaskPlan, toTask } from './to-task.ts';

/** A request to To Do has at most 4 MB; more goes by upload sessions, up to 25 MB. */
const MOST_INLINE = 3 * 1024 * 1024 - 100_000;

interface Prepared {
  readonly plan: TaskPlan;
  readonly uid: string;
  readonly digest: Buffer;
  /** Undefined: To Do says it all, or it is too large. */
  readonly envelope: string | undefined;
  readonly notes: FidelityNote[];
}

export class TaskWriter implements Writer {
  readonly #context: PartContext;
  readonly #lists: TaskLists;
  readonly #reader: TaskReader;
  readonly #floating: FloatingZone;
  readonly #uids: NaturalKeys;
  #making: Promise<unknown> = Promise.resolve();

  constructor(context: PartContext, lists: TaskLists, reader: TaskReader) {
    this.#context = context;
    this.#lists = lists;
    this.#reader = reader;
    this.#floating = new FloatingZone(context);
    this.#uids = new NaturalKeys(async (container) => {
      const found = new Map<string, string>();
      for await (const task of this.#tasks(container)) found.set(markOf(task)?.uid ?? task.id, task.id);
      return found;
    });
  }

  ensureContainer(
    path: readonly string[],
    { color }: Parameters<Writer['ensureContainer']>[1],
  ): Promise<{ readonly container: Container; readonly notes: readonly FidelityNote[] }> {
    const made = this.#making.then(() => this.#lists.ensure(path, color));
    this.#making = made.catch(() => undefined);
    return made;
  }

  async mark(_container: string): Promise<string> {
    return markAt(this.#context.client.serverTime());
  }

  apply(ops: readonly Op[]): Promise<readonly Result[]> {
    return eachOf(
      ops,
      (op) => {
        if (op.verb === 'create') return this.#create(op);
        if (op.verb === 'replace') return this.#replace(op);
        if (op.verb === 'remove') return this.#remove(op);
        throw new SternaError('bug', 'no-such-verb', `Tasks have no ${op.verb}`);
      },
      (error) => containerGone('task list', error),
    );
  }

  async #create(op: CreateOp): Promise<Result> {
    const prepared = await this.#prepared(bodyOf(op));
    const { plan, uid, digest, envelope, notes } = prepared;
    const rival = await this.#uids.find(op.container, uid);
    const there = rival === undefined ? undefined : await this.#look(op.container, rival);
    if (rival !== undefined && there !== undefined) return existsResult(op, { id: rival, version: versionOf(there) });
    const send = newSend();
    const stamp = (state: StampState): Stamp => ({ installation: this.#context.installation, state, digest, send });
    const more = envelope !== undefined || plan.attachments.length > 0;
    const { client, outlook } = this.#context;
    const { body } = await client.send<GraphTask>({
      method: 'POST',
      path: listPath(this.#context, op.container),
      body: {
        ...plan.fields,
        ...(plan.steps.length === 0 ? {} : { checklistItems: plan.steps }),
        // Until what is kept of it is there it is no task that anybody should count.
        linkedResources: [linkOf(stamp(more ? 'incomplete' : 'whole'), uid, plan.fields.title)],
      },
      doing: 'writing a task',
      right: WRITE,
      budget: outlook,
    });
    let version = versionOf(body);
    if (more) {
      const path = this.#pathOf(op.container, body.id);
      try {
        await this.#keep(path, envelope, false);
        await this.#attach(path, prepared);
        await this.#sign(path, body, linkOf(stamp('whole'), uid, plan.fields.title));
        const now = await this.#look(op.container, body.id);
        version = now === undefined ? version : versionOf(now);
      } catch (error) {
        await this.#delete(path).catch(() => undefined);
        throw error;
      }
    }
    await this.#uids.put(op.container, uid, body.id);
    return doneResult(op.op, body.id, version, notes);
  }

  async #keep(path: string, envelope: string | undefined, isThere: boolean): Promise<void> {
    const { client, outlook } = this.#context;
    const common = { right: WRITE, budget: outlook, doing: 'keeping what To Do has no field for' } as const;
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

  async #attach(path: string, { plan, notes }: Prepared): Promise<void> {
    const { client, outlook } = this.#context;
    for (const { name, contentType, bytes } of plan.attachments) {
      if (bytes.length > MOST_INLINE) {
        notes.push({
          code: 'attachment-not-held',
          text: `An attachment of ${bytes.length} bytes is too large to be written: ${name}.`,
        });
        continue;
      }
      await client.send({
        method: 'POST',
        path: `${path}/attachments`,
        body: {
          '@odata.type': '#microsoft.graph.taskFileAttachment',
          name,
          contentType,
          contentBytes: bytes.toString('base64'),
        },
        doing: 'adding an attachment',
        right: WRITE,
        budget: outlook,
      });
    }
  }

  async #sign(path: string, task: GraphTask, link: ReturnType<typeof linkOf>): Promise<void> {
    const { client, outlook } = this.#context;
    const id = markOf(task)?.linkId;
    await client.send({
      method: id === undefined ? 'POST' : 'PATCH',
      path: id === undefined ? `${path}/linkedResources` : `${path}/linkedResources/${segment(id)}`,
      body: link,
      doing: 'completing a task',
      right: WRITE,
      budget: outlook,
    });
  }

  async #replace(op: ReplaceOp): Promise<Result> {
    const now = await this.#look(op.container, op.targetId);
    if (now === undefined) return { op: op.op, outcome: 'missing' };
    const raw = bodyOf(op);
    const digest = pivotOf('task').digest(raw);
    if (op.ifVersion !== undefined && versionOf(now) !== op.ifVersion)
      // The first try of this very request took effect, and its answer was lost.
      return (await this.#holds(op, digest))
        ? doneResult(op.op, op.targetId, versionOf(now))
        : changedResult(op.op, versionOf(now));
    const prepared = await this.#prepared(raw);
    const path = this.#pathOf(op.container, op.targetId);
    const { client, outlook } = this.#context;
    const common = { right: WRITE, budget: outlook } as const;
    try {
      await client.send({ ...common, method: 'PATCH', path, body: prepared.plan.fields, doing: 'changing a task' });
      await this.#keep(path, prepared.envelope, keptOf(now) !== undefined);
      for (const { id = '' } of now.checklistItems ?? [])
        await client.send({
          ...common,
          method: 'DELETE',
          path: `${path}/checklistItems/${segment(id)}`,
          doing: 'removing a step',
          expected: [404],
        });
      for (const step of prepared.plan.steps)
        await client.send({
          ...common,
          method: 'POST',
          path: `${path}/checklistItems`,
          body: step,
          doing: 'adding a step',
        });
      if (now.hasAttachments === true)
        for (const { id } of await client.all<{ readonly id: string }>({
          ...common,
          method: 'GET',
          path: `${path}/attachments`,
          doing: 'listing attachments',
        }))
          await client.send({
            ...common,
            method: 'DELETE',
            path: `${path}/attachments/${segment(id)}`,
            doing: 'removing an attachment',
            expected: [404],
          });
      await this.#attach(path, prepared);
      if (markOf(now)?.uid !== prepared.uid)
        await this.#sign(
          path,
          now,
          linkOf(
            { installation: this.#context.installation, state: 'whole', digest, send: newSend() },
            prepared.uid,
            prepared.plan.fields.title,
          ),
        );
    } catch (error) {
      if (isGone(error)) return { op: op.op, outcome: 'missing' };
      throw error;
    }
    const after = await this.#look(op.container, op.targetId);
    return after === undefined
      ? { op: op.op, outcome: 'missing' }
      : doneResult(op.op, op.targetId, versionOf(after), prepared.notes);
  }

  /** Preconditions aren't documented for tasks: it is looked at first. */
  async #remove(op: RemoveOp): Promise<Result> {
    if (op.ifVersion !== undefined) {
      const now = await this.#look(op.container, op.targetId);
      if (now === undefined) return { op: op.op, outcome: 'missing' };
      if (versionOf(now) !== op.ifVersion) return changedResult(op.op, versionOf(now));
    }
    try {
      await this.#delete(this.#pathOf(op.container, op.targetId));
    } catch (error) {
      if (isGone(error)) return { op: op.op, outcome: 'missing' };
      throw error;
    }
    await this.#uids.drop(op.container, op.targetId);
    return { op: op.op, outcome: 'done' };
  }

  async #delete(path: string): Promise<void> {
    const { client, outlook } = this.#context;
    await client.send({ method: 'DELETE', path, doing: 'removing a task', right: WRITE, budget: outlook });
  }

  /** Links stay: they say whose a task is for good. */
  async confirm(): Promise<void> {}

  /** What was made since then; a task that its writer died over is removed. */
  async *candidates(container: string, since: string | undefined): AsyncGenerator<Candidate> {
    for await (const task of this.#tasks(container)) {
      const stamp = markOf(task)?.stamp;
      if (stamp === undefined || stamp.installation !== this.#context.installation) continue;
      if (since !== undefined && Date.parse(task.createdDateTime ?? '') < Date.parse(since)) continue;
      if (stamp.state === 'whole') yield { targetId: task.id, digest: stamp.digest, marked: true, send: stamp.send };
      else
        try {
          await this.#delete(this.#pathOf(container, task.id));
        } catch (error) {
          if (!isGone(error)) throw error;
        }
    }
  }

  async *inventory(
    container: string,
    facets: { readonly matchKey?: boolean; readonly size?: boolean },
  ): AsyncGenerator<InventoryItem> {
    const items: InventoryItem[] = [];
    for await (const task of this.#tasks(container)) {
      const version = versionOf(task);
      items.push({
        targetId: task.id,
        ...(version === undefined ? {} : { version }),
        ...(facets.matchKey === true ? { matchKey: keyOf(markOf(task)?.uid ?? task.id) } : {}),
      });
    }
    if (facets.size !== true) return yield* items;
    const byId = new Map(items.map((item) => [item.targetId, item]));
    for await (const one of this.#reader.read(container, [...byId.keys()])) {
      const item = byId.get(one.id);
      if (item !== undefined && 'body' in one) yield { ...item, size: one.size };
    }
  }

  async *#tasks(container: string): AsyncGenerator<GraphTask> {
    try {
      for await (const page of this.#context.client.pages<GraphTask>({
        method: 'GET',
        path: listPath(this.#context, container),
        query: { $expand: 'linkedResources', $top: Math.min(100, this.#context.settings.pageSize) },
        doing: 'listing a task list',
        right: WRITE,
        budget: this.#context.outlook,
      }))
        yield* page.value;
    } catch (error) {
      throw statusOf(error) === 404 ? containerGone('task list', error) : error;
    }
  }

  async #look(container: string, id: string): Promise<GraphTask | undefined> {
    const { client, outlook } = this.#context;
    try {
      const { body } = await client.send<GraphTask>({
        method: 'GET',
        path: this.#pathOf(container, id),
        query: { $expand: EXPAND },
        doing: 'looking at a task',
        right: WRITE,
        budget: outlook,
      });
      return body;
    } catch (error) {
      if (isGone(error)) return undefined;
      throw error;
    }
  }

  async #holds(op: ReplaceOp, digest: Buffer): Promise<boolean> {
    for await (const one of this.#reader.read(op.container, [op.targetId]))
      if ('body' in one && Buffer.isBuffer(one.body)) return pivotOf('task').digest(one.body).equals(digest);
    return false;
  }

  #pathOf(container: string, id: string): string {
    return `${listPath(this.#context, container)}/${segment(id)}`;
  }

  async #prepared(raw: Buffer): Promise<Prepared> {
    const object = readCalendarObject(raw, 'VTODO');
    let floating = UTC;
    let plan = toTask(object, floating);
    if (plan.floats) {
      floating = await this.#floating.zone();
      plan = toTask(object, floating);
    }
    const uid = object.uid ?? '';
    const digest = pivotOf('task').digest(raw);
    const notes = [...plan.notes];
    // Most tasks are no more than To Do shows of them, and need no request for what is kept.
    const said = taskObject(plan.fields, uid, plan.steps, [], plan.attachments, undefined);
    const saysAll = pivotOf('task').digest(said).equals(digest);
    const text = plan.attachments.length > 0 ? writeComponents([plan.kept]) : raw;
    const envelope = saysAll ? undefined : envelopeOf({ text, floating });
    if (!saysAll && envelope === undefined)
      notes.push({
        code: 'original-not-kept',
        text: 'It is so large that what To Do has no field for could not be kept with it.',
      });
    return { plan, uid, digest, envelope, notes };
  }
}

const keyOf = (uid: string): Buffer =>
  pivotOf('task').matchKey(
    writeComponents([
      {
        name: 'VCALENDAR',
        properties: [],
        components: [
          {
            name: 'VTODO',
            properties: [{ group: undefined, name: 'UID', parameters: [], value: uid }],
            components: [],
          },
        ],
      },
    ]),
  );
