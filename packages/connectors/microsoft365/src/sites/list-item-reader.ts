import {
  type Change,
  type ChangePage,
  type Container,
  type Content,
  type FidelityNote,
  type Reader,
  readOrTell,
  type Unreadable,
  type Vanished,
} from '@sterna/connector-kit';
import { type FieldValue, type ListColumn, type ListItem, type Person, writeListItem } from '@sterna/content';
import { SternaError } from '@sterna/core';
import { BATCH_SIZE, type BatchItem, type BatchResult, batch } from '../graph/batch.ts';
import { segment } from '../graph/client.ts';
import { statusOf } from '../graph/errors.ts';
import { fieldValue, type GraphFields } from './fields.ts';
import { formatItemId, parseItemId } from './item-id.ts';
import { SITE_RIGHTS, type SiteContext } from './site-context.ts';
import { listContainer, type SiteList, type SiteLists } from './site-lists.ts';
import type { SitePeople } from './site-people.ts';

/** https://learn.microsoft.com/en-us/graph/api/resources/listitem */
export interface GraphListItem {
  readonly id: string;
  readonly eTag?: string;
  readonly createdDateTime?: string;
  readonly lastModifiedDateTime?: string;
  readonly createdBy?: Actor | null;
  readonly lastModifiedBy?: Actor | null;
  readonly contentType?: { readonly id?: string; readonly name?: string } | null;
  readonly deleted?: object | null;
  readonly fields?: GraphFields;
}
interface Actor {
  readonly user?: { readonly email?: string | null; readonly displayName?: string | null } | null;
}

/** Columns of people and lookups that one request may ask for, besides the item's author and editor: twelve in all. */
const LOOKUPS_AT_ONCE = 10;

/** The content type that every list has. */
const PLAIN_TYPE = 'Item';

interface Cursor {
  /** Tells whether anything changed since the list was listed. */
  readonly link: string;
  readonly total: number;
  /** While it is being listed: the next page. */
  readonly next?: string;
}

/** Items of the lists of a site. */
export class ListItemReader implements Reader {
  readonly #context: SiteContext;
  readonly #lists: SiteLists;
  readonly #people: SitePeople;

  constructor(context: SiteContext, lists: SiteLists, people: SitePeople) {
    this.#context = context;
    this.#lists = lists;
    this.#people = people;
  }

  async containers(): Promise<readonly Container[]> {
    return (await this.#lists.list()).map(listContainer);
  }

  /**
   * One request where nothing changed. A delta of a list doesn't tell how many items there are, so where anything did, all
   * of it is listed: ids and versions, many at a time.
   */
  async *changes(container: string, given: string | undefined): AsyncGenerator<ChangePage> {
    const cursor = cursorIn(given, this.#context.client.graph);
    if (cursor !== undefined && cursor.next === undefined) {
      const link = await this.#unchangedSince(cursor.link);
      if (link !== undefined) {
        const { total } = cursor;
        yield { changes: [], mode: 'delta', next: { cursor: JSON.stringify({ link, total }), total } };
        return;
      }
    }
    yield* this.#whole(container, cursor?.next === undefined ? undefined : cursor);
  }

  async *#whole(container: string, resumed: Cursor | undefined): AsyncGenerator<ChangePage> {
    const items = `/lists/${segment(container)}/items`;
    try {
      // Before the listing: what changes meanwhile is seen by the next pass.
      const link = resumed?.link ?? (await this.#latest(items));
      let total = resumed?.total ?? 0;
      const query = { $select: 'id,eTag,contentType', $top: this.#context.settings.pageSize };
      for await (const page of this.#context.pages<GraphListItem>(resumed?.next ?? items, {
        ...(resumed === undefined ? { query } : {}),
        doing: 'listing a list',
      })) {
        const changes = page.value.map(
          ({ id, eTag }): Change => ({
            id: formatItemId({ list: container, number: id }),
            ...(eTag === undefined ? {} : { version: eTag }),
          }),
        );
        total += changes.length;
        const next = page['@odata.nextLink'];
        yield {
          changes,
          mode: 'full',
          ...(next === undefined
            ? { next: { cursor: JSON.stringify({ link, total }), total } }
            : { resume: JSON.stringify({ link, total, next }) }),
        };
      }
    } catch (thrown) {
      const status = statusOf(thrown);
      if (resumed === undefined || (status !== 400 && status !== 410)) throw status === 404 ? listGone(thrown) : thrown;
      yield* this.#whole(container, undefined);
    }
  }

  async #latest(items: string): Promise<string> {
    const page = await this.#context.get<{ readonly '@odata.deltaLink'?: string }>(`${items}/delta`, {
      query: { token: 'latest' },
      doing: 'listing a list',
    });
    const link = page['@odata.deltaLink'];
    if (link !== undefined) return link;
    throw new SternaError('transient', 'graph-answer-invalid', 'The answer to listing a list has no end.');
  }

  /** The link to ask with next time; undefined where something changed, or the link is too old to tell. */
  async #unchangedSince(link: string): Promise<string | undefined> {
    try {
      let last: string | undefined;
      for await (const page of this.#context.pages<GraphListItem>(link, {
        doing: 'listing a list',
        cost: { units: 1 },
      })) {
        if (page.value.length > 0) return undefined;
        last = page['@odata.deltaLink'];
      }
      return last;
    } catch (thrown) {
      if ([400, 404, 410].includes(statusOf(thrown) ?? 0)) return undefined;
      throw thrown;
    }
  }

  async *read(container: string, ids: readonly string[]): AsyncGenerator<Content | Vanished | Unreadable> {
    const list = await this.#lists.byId(container);
    const parts = requestsFor(list);
    const atOnce = Math.max(1, Math.floor(BATCH_SIZE / parts.length));
    for (let from = 0; from < ids.length; from += atOnce) {
      const some = ids.slice(from, from + atOnce);
      const answers = await batch(
        this.#context.client,
        some.flatMap((id) => parts.map((expand) => this.#request(container, id, expand))),
        { doing: 'reading list items', budget: this.#context.budget, right: SITE_RIGHTS.read },
      );
      for (const [at, id] of some.entries())
        yield await readOrTell(id, () =>
          this.#content(list, id, answers.slice(at * parts.length, (at + 1) * parts.length)),
        );
    }
  }

  #request(container: string, id: string, expand: string): BatchItem {
    const number = parseItemId(id)?.number ?? '0';
    return {
      method: 'GET',
      path: this.#context.path(`/lists/${segment(container)}/items/${number}`),
      query: { $expand: expand },
    };
  }

  async #content(
    list: SiteList,
    id: string,
    answers: readonly BatchResult[],
  ): Promise<Content | Vanished | Unreadable> {
    const items: GraphListItem[] = [];
    for (const answer of answers) {
      if (!('error' in answer)) {
        items.push(answer.body as GraphListItem);
        continue;
      }
      if (statusOf(answer.error) === 404) return { id, vanished: true };
      if (answer.error.class === 'object') return { id, error: answer.error };
      throw answer.error;
    }
    const [first] = items as [GraphListItem];
    const fields = Object.assign({}, ...items.map((item) => item.fields)) as GraphFields;
    if (isFolder(first)) return { id, isSkipped: true, error: folderNotHeld() };
    const item = await this.#itemOf(list, first, fields);
    const body = writeListItem(item);
    const notes = attachmentNotes(fields);
    return {
      id,
      flags: [],
      date: undefined,
      size: body.length,
      body,
      ...(first.eTag === undefined ? {} : { version: first.eTag }),
      ...(notes.length === 0 ? {} : { notes }),
    };
  }

  async #itemOf(list: SiteList, item: GraphListItem, given: GraphFields): Promise<ListItem> {
    const fields: Record<string, FieldValue> = {};
    const ids = new Map<string, string>();
    for (const { shape } of list.definition.columns) {
      const other = shape.kind === 'lookup' ? await this.#lists.idOf(shape.list) : undefined;
      if (shape.kind === 'lookup' && other !== undefined) ids.set(shape.list.join('\0'), other);
    }
    for (const column of list.definition.columns) {
      const value = await fieldValue(column, given, {
        person: (number) => this.#people.byNumber(number),
        itemId: (path, number) => {
          const other = ids.get(path.join('\0'));
          return other === undefined ? undefined : formatItemId({ list: other, number });
        },
      });
      if (value !== undefined) fields[column.name] = value;
    }
    const { contentType, createdBy, lastModifiedBy, createdDateTime, lastModifiedDateTime } = item;
    const type = contentType?.name;
    const [author, editor] = [personOf(createdBy), personOf(lastModifiedBy)];
    return {
      type: 'list-item',
      fields,
      ...(type === undefined || type === PLAIN_TYPE ? {} : { contentType: type }),
      ...(author === undefined ? {} : { author }),
      ...(editor === undefined ? {} : { editor }),
      ...(createdDateTime === undefined ? {} : { created: createdDateTime }),
      ...(lastModifiedDateTime === undefined ? {} : { modified: lastModifiedDateTime }),
    };
  }
}

/** What is asked for each item: all of it, or, of a list with many columns of people and lookups, in parts. */
function requestsFor({ definition }: SiteList): readonly string[] {
  const isReference = ({ shape }: ListColumn): boolean => shape.kind === 'lookup' || shape.kind === 'person';
  const references = definition.columns.filter(isReference);
  if (references.length <= LOOKUPS_AT_ONCE) return ['fields'];
  const plain = definition.columns.filter((column) => !isReference(column)).map(({ name }) => name);
  const parts: string[] = [];
  for (let from = 0; from < references.length; from += LOOKUPS_AT_ONCE) {
    const names = references
      .slice(from, from + LOOKUPS_AT_ONCE)
      .map(({ name, shape }) => ('isMultiple' in shape && shape.isMultiple === true ? name : `${name}LookupId`));
    parts.push(`fields($select=${[...(from === 0 ? ['Attachments', ...plain] : []), ...names].join(',')})`);
  }
  return parts;
}

const isFolder = ({ contentType }: GraphListItem): boolean => contentType?.id?.startsWith('0x0120') === true;

const personOf = (actor: Actor | null | undefined): Person | undefined => {
  const { email, displayName } = actor?.user ?? {};
  return email ? { address: email, ...(displayName ? { name: displayName } : {}) } : undefined;
};

const attachmentNotes = ({ Attachments }: GraphFields): readonly FidelityNote[] =>
  Attachments === true
    ? [
        {
          code: 'attachments-not-readable',
          text: 'It has files attached, which Graph doesn’t give out: they stay behind.',
        },
      ]
    : [];

const folderNotHeld = (): SternaError =>
  new SternaError('object', 'list-folder-left-out', 'It is a folder of the list: its items are migrated without it.', {
    fix: 'Nothing to do, unless the folders matter: then make them in the target by hand.',
  });

const listGone = (cause: unknown): SternaError =>
  new SternaError('transient', 'container-gone', 'The list is no more.', { cause });

/** Links are followed only where they lead to the service. */
function cursorIn(text: string | undefined, graph: string): Cursor | undefined {
  try {
    const { link, total, next } = JSON.parse(text ?? '') as Partial<Cursor>;
    const isOurs = (one: string | undefined): one is string => one?.startsWith(`${graph}/`) === true;
    if (!isOurs(link) || typeof total !== 'number' || (next !== undefined && !isOurs(next))) return undefined;
    return { link, total, ...(next === undefined ? {} : { next }) };
  } catch {
    return undefined;
  }
}
