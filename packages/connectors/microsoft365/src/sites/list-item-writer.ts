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
import { type ListItem, pivotOf, readListItem } from '@sterna/content';
import { SternaError } from '@sterna/core';
import { batch } from '../graph/batch.ts';
import { segment } from '../graph/client.ts';
import { statusOf } from '../graph/errors.ts';
import { newSend, STAMP_PROPERTY, type Stamp, stampOf, stampProperty } from '../graph/stamp.ts';
import { STAMP_COLUMN } from './columns.ts';
import { fieldToGraph } from './fields.ts';
import { formatItemId, parseItemId } from './item-id.ts';
import type { GraphListItem, ListItemReader } from './list-item-reader.ts';
import { SITE_RIGHTS, type SiteContext } from './site-context.ts';
import type { SiteList, SiteLists } from './site-lists.ts';
import type { SitePeople } from './site-people.ts';

const pivot = pivotOf('listItem');

/** What a listing needs to tell stamps. */
const STAMPS = { $select: 'id,eTag,createdDateTime', $expand: `fields($select=${STAMP_COLUMN})` };

/**
 * Items of the target's lists. Each carries our stamp in a hidden column, in its create, so that after a crash the list
 * tells which sends took effect. Changes name the version that they are of.
 */
export class ListItemWriter implements Writer {
  readonly #context: SiteContext;
  readonly #lists: SiteLists;
  readonly #people: SitePeople;
  readonly #reader: ListItemReader;
  /** One list at a time is made: two of one name would be two. */
  #making: Promise<unknown> = Promise.resolve();

  constructor(context: SiteContext, lists: SiteLists, people: SitePeople, reader: ListItemReader) {
    this.#context = context;
    this.#lists = lists;
    this.#people = people;
    this.#reader = reader;
  }

  ensureContainer(
    path: readonly string[],
    options: Parameters<Writer['ensureContainer']>[1],
  ): Promise<{ readonly container: Container; readonly notes: readonly FidelityNote[] }> {
    const made = this.#making.then(() => this.#lists.ensure(path, options));
    this.#making = made.catch(() => undefined);
    return made;
  }

  async mark(): Promise<string> {
    return markAt(this.#context.client.serverTime());
  }

  apply(ops: readonly Op[]): Promise<readonly Result[]> {
    return eachOf(
      ops,
      (op) => {
        if (op.verb === 'create') return this.#create(op);
        if (op.verb === 'replace') return this.#replace(op);
        if (op.verb === 'remove') return this.#remove(op);
        throw new SternaError('bug', 'no-such-verb', `There is no ${op.verb} for list items.`);
      },
      (error) => new SternaError('transient', 'container-gone', 'The list is no more.', { cause: error }),
      // A list shows its items in the order of their numbers.
      1,
    );
  }

  async #create(op: CreateOp): Promise<Result> {
    const body = bodyOf(op);
    const list = await this.#lists.byId(op.container);
    const { fields, contentType, notes } = await this.#form(list, readListItem(body), false);
    const { body: made } = await this.#context.send<GraphListItem>('POST', `/lists/${segment(list.id)}/items`, {
      body: {
        ...(contentType === undefined ? {} : { contentType }),
        fields: { ...fields, [STAMP_COLUMN]: this.#stamp(body) },
      },
      doing: 'making a list item',
    });
    return doneResult(op.op, formatItemId({ list: list.id, number: made.id }), made.eTag, notes);
  }

  async #replace(op: ReplaceOp): Promise<Result> {
    const body = bodyOf(op);
    const list = await this.#lists.byId(op.container);
    const number = parseItemId(op.targetId)?.number;
    const now = number === undefined ? undefined : await this.#look(list, number);
    if (now === undefined) return { op: op.op, outcome: 'missing' };
    if (op.ifVersion !== undefined && now.eTag !== op.ifVersion)
      // The first try of this very request took effect, and its answer was lost.
      return (await this.#holds(op, body)) ? doneResult(op.op, op.targetId, now.eTag) : changedResult(op.op, now.eTag);
    const { fields, notes } = await this.#form(list, readListItem(body), true);
    const path = `/lists/${segment(list.id)}/items/${number}/fields`;
    const { status, body: after } = await this.#context.send<{ readonly '@odata.etag'?: string }>('PATCH', path, {
      body: { ...fields, [STAMP_COLUMN]: this.#stamp(body) },
      ...(now.eTag === undefined ? {} : { headers: { 'if-match': now.eTag } }),
      doing: 'changing a list item',
      expected: [404, 412],
    });
    if (status === 404) return { op: op.op, outcome: 'missing' };
    if (status === 412) return changedResult(op.op, (await this.#look(list, number as string))?.eTag);
    return doneResult(op.op, op.targetId, after['@odata.etag'], notes);
  }

  async #remove(op: RemoveOp): Promise<Result> {
    const id = parseItemId(op.targetId);
    if (id === undefined) return { op: op.op, outcome: 'missing' };
    const path = `/lists/${segment(id.list)}/items/${id.number}`;
    const { status } = await this.#context.send('DELETE', path, {
      ...(op.ifVersion === undefined ? {} : { headers: { 'if-match': op.ifVersion } }),
      doing: 'removing a list item',
      expected: [404, 412],
    });
    if (status === 404) return { op: op.op, outcome: 'missing' };
    if (status !== 412) return { op: op.op, outcome: 'done' };
    return changedResult(op.op, (await this.#look(await this.#lists.byId(id.list), id.number))?.eTag);
  }

  /** @param empties Fields without a value are to be emptied: the item has had some */
  async #form(
    list: SiteList,
    item: ListItem,
    empties: boolean,
  ): Promise<{
    readonly fields: Record<string, unknown>;
    readonly contentType: { readonly id: string } | undefined;
    readonly notes: readonly FidelityNote[];
  }> {
    const fields: Record<string, unknown> = {};
    const notes: FidelityNote[] = [];
    const lookedInto = new Map<string, string | undefined>();
    for (const { shape } of list.definition.columns)
      if (shape.kind === 'lookup') lookedInto.set(shape.list.join('\0'), await this.#lists.idOf(shape.list));
    for (const column of list.definition.columns) {
      const value = item.fields[column.name];
      if (value === undefined && !empties) continue;
      const written = await fieldToGraph(column, value, {
        numberOf: (address) => this.#people.numberOf(address),
        itemNumber: (path, id) => {
          const parsed = parseItemId(id);
          return parsed !== undefined && parsed.list === lookedInto.get(path.join('\0')) ? parsed.number : undefined;
        },
        standsFor: (name) => list.standIns.has(name),
      });
      Object.assign(fields, written.fields);
      notes.push(...written.notes);
    }
    const known = new Set(list.definition.columns.map(({ name }) => name));
    for (const name of Object.keys(item.fields))
      if (!known.has(name))
        notes.push({ code: 'field-without-column', text: `The target’s list has no column for the field ${name}.` });
    const contentType = item.contentType === undefined ? undefined : await this.#typeOf(list, item.contentType);
    if (item.contentType !== undefined && contentType === undefined)
      notes.push({
        code: 'content-type-not-held',
        text: `The target’s list has no content type ${item.contentType}: it is a plain item there.`,
      });
    return { fields, contentType, notes };
  }

  async #typeOf(list: SiteList, name: string): Promise<{ readonly id: string } | undefined> {
    const types = await this.#context.all<{ readonly id: string; readonly name: string }>(
      `/lists/${segment(list.id)}/contentTypes`,
      { query: { $select: 'id,name' }, doing: 'reading the content types of a list' },
    );
    const found = types.find((one) => one.name === name);
    return found && { id: found.id };
  }

  #stamp(body: Buffer): string {
    const { installation } = this.#context;
    return stampProperty({ installation, state: 'whole', digest: pivot.digest(body), send: newSend() }).value;
  }

  async #look({ id }: SiteList, number: string): Promise<GraphListItem | undefined> {
    try {
      return await this.#context.get<GraphListItem>(`/lists/${segment(id)}/items/${number}`, {
        query: STAMPS,
        doing: 'looking at a list item',
      });
    } catch (thrown) {
      if (statusOf(thrown) === 404) return undefined;
      throw thrown;
    }
  }

  async #holds({ container, targetId }: ReplaceOp, body: Buffer): Promise<boolean> {
    for await (const one of this.#reader.read(container, [targetId]))
      if ('body' in one && Buffer.isBuffer(one.body)) return pivot.digest(one.body).equals(pivot.digest(body));
    return false;
  }

  /** Stamps stay: they say whose an item is for good. */
  async confirm(): Promise<void> {}

  async *candidates(container: string, since: string | undefined): AsyncGenerator<Candidate> {
    for await (const item of this.#stamped(container)) {
      const stamp = this.#stampIn(item);
      const isOlder = since !== undefined && Date.parse(item.createdDateTime ?? '') < Date.parse(since);
      if (stamp === undefined || isOlder) continue;
      const targetId = formatItemId({ list: container, number: item.id });
      yield { targetId, digest: stamp.digest, marked: true, send: stamp.send };
    }
  }

  async sent(container: string, targetIds: readonly string[]): Promise<ReadonlyMap<string, Buffer>> {
    const answers = await batch(
      this.#context.client,
      targetIds.map((id) => ({
        method: 'GET' as const,
        path: this.#context.path(`/lists/${segment(container)}/items/${parseItemId(id)?.number ?? '0'}`),
        query: STAMPS,
      })),
      { doing: 'looking at list items', budget: this.#context.budget, right: SITE_RIGHTS.read },
    );
    const found = new Map<string, Buffer>();
    for (const [at, id] of targetIds.entries()) {
      const answer = answers[at];
      const stamp = answer === undefined || 'error' in answer ? undefined : this.#stampIn(answer.body as GraphListItem);
      if (stamp !== undefined) found.set(id, stamp.digest);
    }
    return found;
  }

  async *inventory(
    container: string,
    facets: { readonly matchKey?: boolean; readonly size?: boolean },
  ): AsyncGenerator<InventoryItem> {
    const listed: InventoryItem[] = [];
    for await (const { id, eTag } of this.#stamped(container))
      listed.push({
        targetId: formatItemId({ list: container, number: id }),
        ...(eTag === undefined ? {} : { version: eTag }),
      });
    if (facets.matchKey !== true && facets.size !== true) return yield* listed;
    const byId = new Map(listed.map((item) => [item.targetId, item]));
    for await (const one of this.#reader.read(container, [...byId.keys()])) {
      const item = byId.get(one.id);
      if (item === undefined || !('body' in one) || !Buffer.isBuffer(one.body)) continue;
      yield {
        ...item,
        ...(facets.size === true ? { size: one.size } : {}),
        ...(facets.matchKey === true ? { matchKey: pivot.matchKey(one.body) } : {}),
      };
    }
  }

  async *#stamped(container: string): AsyncGenerator<GraphListItem> {
    try {
      for await (const page of this.#context.pages<GraphListItem>(`/lists/${segment(container)}/items`, {
        query: { ...STAMPS, $top: this.#context.settings.pageSize },
        doing: 'listing a list',
      }))
        yield* page.value;
    } catch (thrown) {
      if (statusOf(thrown) !== 404) throw thrown;
      throw new SternaError('transient', 'container-gone', 'The list is no more.', { cause: thrown });
    }
  }

  /** Ours alone. */
  #stampIn({ fields }: GraphListItem): Stamp | undefined {
    const value = fields?.[STAMP_COLUMN];
    const stamp = typeof value === 'string' ? stampOf([{ id: STAMP_PROPERTY, value }]) : undefined;
    return stamp?.installation === this.#context.installation ? stamp : undefined;
  }
}
