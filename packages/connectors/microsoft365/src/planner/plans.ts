import type { Container, FidelityNote, Writer } from '@sterna/connector-kit';
import { type BatchItem, type BatchResult, batch } from '../graph/batch.ts';
import { type GraphRequest, segment } from '../graph/client.ts';
import type { GroupContext } from '../groups/group.ts';
import { containerGone, isGone } from '../outlook/gone.ts';
import { COLUMNS, choicesIn, isLabelSlot, labelSlot, MOST_LABELS, planDefinition } from './columns.ts';
import {
  byHint,
  type GraphBucket,
  type GraphPlan,
  type GraphPlanDetails,
  PLANNER_RIGHTS,
  type Plan,
} from './graph-planner.ts';

type Ensure = Parameters<Writer['ensureContainer']>[1];

/** The plans of a group, with their buckets and labels; listed once, and kept up by what is made. */
export class Plans {
  readonly context: GroupContext;
  #known: Promise<Map<string, Plan>> | undefined;

  constructor(context: GroupContext) {
    this.context = context;
  }

  async list(): Promise<readonly Plan[]> {
    this.#known = undefined;
    return [...(await this.#plans()).values()];
  }

  /** @throws SternaError transient `container-gone` */
  async byId(id: string): Promise<Plan> {
    const found = (await this.#plans()).get(id);
    if (found !== undefined) return found;
    throw containerGone('plan', undefined);
  }

  /** The plan of this name, found or made, with all buckets and labels that it is to have. What it has besides stays. */
  async ensure(
    path: readonly string[],
    { existing, definition }: Ensure,
  ): Promise<{ readonly container: Container; readonly notes: readonly FidelityNote[] }> {
    const notes: FidelityNote[] = [];
    const title = path.join(' - ');
    const known = await this.#plans();
    const named = [...known.values()].find(({ container }) => container.path.join(' - ') === title);
    const there = known.get(existing ?? '') ?? named;
    const { container } = there ?? (await this.#make(title, notes));
    for (const name of choicesIn(definition, COLUMNS.bucket)) await this.bucketId(container.id, name);
    await this.#addLabels(container.id, choicesIn(definition, COLUMNS.labels), notes);
    return { container: (await this.byId(container.id)).container, notes };
  }

  /** Of the bucket of this name, which is made where the plan has none. */
  async bucketId(planId: string, name: string): Promise<string> {
    const { buckets } = await this.byId(planId);
    const found = buckets.find((one) => one.name === name);
    if (found !== undefined) return found.id;
    const { id } = await this.send<GraphBucket>('POST', '/planner/buckets', {
      body: { name, planId, orderHint: `${buckets.at(-1)?.orderHint ?? ''} !` },
      doing: 'making a bucket',
    });
    await this.#readAgain(planId);
    return id;
  }

  /** @throws SternaError */
  async send<T>(
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    path: string,
    request: Pick<GraphRequest, 'body' | 'doing' | 'headers' | 'prefer'>,
  ): Promise<T> {
    const right = method === 'GET' ? PLANNER_RIGHTS.read : PLANNER_RIGHTS.write;
    const { client, directory } = this.context;
    return (await client.send<T>({ ...request, method, path, right, budget: directory })).body;
  }

  all<T>(path: string, doing: string): Promise<readonly T[]> {
    const { client, directory } = this.context;
    return client.all<T>({ method: 'GET', path, doing, right: PLANNER_RIGHTS.read, budget: directory });
  }

  batch(items: readonly BatchItem[], doing: string): Promise<readonly BatchResult[]> {
    const { client, directory } = this.context;
    return batch(client, items, { doing, right: PLANNER_RIGHTS.read, budget: directory });
  }

  async #make(title: string, notes: FidelityNote[]): Promise<Plan> {
    const { client, id } = this.context;
    const made = await this.send<GraphPlan>('POST', '/planner/plans', {
      body: { title, container: { url: `${client.graph}/v1.0/groups/${id}` } },
      doing: 'making a plan',
    });
    notes.push({
      code: 'authors-not-held',
      text: 'Who made a task or completed it, and when, Planner lets nobody say: in the target it is the app, and now.',
    });
    const plan = await this.#whole(made, title);
    (await this.#plans()).set(made.id, plan);
    return plan;
  }

  /** A label stays where it is, for its color; where another one is there, it takes the first place that is free. */
  async #addLabels(planId: string, wanted: readonly string[], notes: FidelityNote[]): Promise<void> {
    const { labels } = await this.byId(planId);
    const names = new Map([...labels].filter(([slot, name]) => slot !== name));
    const added = new Map<string, string>();
    for (const [at, name] of wanted.entries()) {
      if (isLabelSlot(name) || [...names.values()].includes(name)) continue;
      const free = [labelSlot(at), ...Array.from({ length: MOST_LABELS }, (_, n) => labelSlot(n))].find(
        (slot) => !names.has(slot),
      );
      if (free === undefined) {
        notes.push({ code: 'label-not-held', text: `The target’s plan has no room for the label “${name}”.` });
        continue;
      }
      names.set(free, name);
      added.set(free, name);
    }
    if (added.size === 0) return;
    const path = `/planner/plans/${segment(planId)}/details`;
    const now = await this.send<GraphPlanDetails>('GET', path, { doing: 'reading the labels of a plan' });
    await this.send('PATCH', path, {
      body: { categoryDescriptions: Object.fromEntries(added) },
      headers: { 'if-match': now['@odata.etag'] ?? '*' },
      doing: 'naming the labels of a plan',
    });
    await this.#readAgain(planId);
  }

  async #readAgain(planId: string): Promise<void> {
    const { container } = await this.byId(planId);
    const [title = ''] = container.path;
    (await this.#plans()).set(planId, await this.#whole({ id: planId }, title));
  }

  #plans(): Promise<Map<string, Plan>> {
    this.#known ??= this.#all();
    this.#known.catch(() => {
      this.#known = undefined;
    });
    return this.#known;
  }

  async #all(): Promise<Map<string, Plan>> {
    const plans = await this.all<GraphPlan>(`${this.context.path}/planner/plans`, 'listing the plans of the group');
    const inOrder = plans.toSorted((a, b) => (a.createdDateTime ?? '').localeCompare(b.createdDateTime ?? ''));
    const titles = namedApart(inOrder.map(({ title }) => title));
    const found = await Promise.all(inOrder.map((plan, at) => this.#whole(plan, titles[at] ?? plan.title)));
    return new Map(found.map((plan) => [plan.container.id, plan]));
  }

  async #whole({ id }: { readonly id: string }, title: string): Promise<Plan> {
    const path = `/planner/plans/${segment(id)}`;
    const [listed, { categoryDescriptions }] = await Promise.all([
      this.all<GraphBucket>(`${path}/buckets`, 'listing the buckets of a plan'),
      this.send<GraphPlanDetails>('GET', `${path}/details`, { doing: 'reading the labels of a plan' }),
    ]);
    const inOrder = listed.toSorted(byHint);
    const names = namedApart(inOrder.map(({ name }) => name));
    const buckets = inOrder.map((one, at) => ({
      id: one.id,
      name: names[at] ?? one.name,
      orderHint: one.orderHint ?? '',
    }));
    const slots = Array.from({ length: MOST_LABELS }, (_, at) => labelSlot(at));
    const labels = new Map(slots.map((slot) => [slot, categoryDescriptions?.[slot] || slot]));
    const lastNamed = slots.findLastIndex((slot) => labels.get(slot) !== slot);
    const choices = slots.slice(0, lastNamed + 1).map((slot) => labels.get(slot) ?? slot);
    return {
      container: {
        id,
        path: [title],
        kind: 'listItem',
        definition: planDefinition(
          buckets.map(({ name }) => name),
          choices,
        ),
      },
      buckets,
      labels,
    };
  }
}

/** Two of one name are told apart by a number: `Later`, `Later (2)`. */
function namedApart(names: readonly string[]): readonly string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    let own = name;
    for (let number = 2; taken.has(own); number += 1) own = `${name} (${number})`;
    taken.add(own);
    return own;
  });
}

/** @throws SternaError that of a request, unless it says that nothing is there */
export function answerOf<T>(result: BatchResult | undefined): T | undefined {
  if (result === undefined) return undefined;
  if (!('error' in result)) return result.body as T;
  if (isGone(result.error)) return undefined;
  throw result.error;
}
