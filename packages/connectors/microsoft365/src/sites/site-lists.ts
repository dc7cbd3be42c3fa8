import type { Container, FidelityNote } from '@sterna/connector-kit';
import type { ListColumn, ListDefinition } from '@sterna/content';
import { SternaError } from '@sterna/core';
import { sharePointAddress } from '../addresses.ts';
import { segment } from '../graph/client.ts';
import { statusOf } from '../graph/errors.ts';
import {
  columnOf,
  columnToGraph,
  type GraphColumn,
  isOwnColumn,
  STAMP_COLUMN,
  type StandIn,
  standInFor,
} from './columns.ts';
import { SITE_RIGHTS, type SiteContext } from './site-context.ts';

interface GraphList {
  readonly id: string;
  readonly name?: string;
  readonly displayName: string;
  readonly description?: string | null;
  readonly webUrl?: string | null;
  readonly system?: object | null;
  readonly list?: { readonly template?: string; readonly hidden?: boolean } | null;
  readonly columns?: readonly GraphColumn[];
}

/** A list of the site, with what its columns are to us. */
export interface SiteList {
  readonly id: string;
  readonly path: readonly string[];
  readonly description: string | undefined;
  readonly webUrl: string | undefined;
  readonly definition: ListDefinition;
  /** Names of all its columns, hidden ones too. */
  readonly names: ReadonlySet<string>;
  /** What text columns of ours are instead of. */
  readonly standIns: ReadonlyMap<string, StandIn>;
}

/** Lists that hold files, pages or parts of the site itself have no items of people. */
const HELD_TEMPLATES = new Set([
  'genericList',
  'survey',
  'links',
  'announcements',
  'contacts',
  'events',
  'tasks',
  'tasksWithTimelineAndHierarchy',
  'ganttTasks',
  'discussionBoard',
  'issueTracking',
]);
const MADE_TEMPLATES = new Set(['genericList', 'survey', 'links', 'announcements', 'contacts', 'events', 'tasks']);

const STAND_INS = 'Sterna: ';

/** The lists of a site, listed once, and kept up by what is made. */
export class SiteLists {
  readonly #context: SiteContext;
  #known: Promise<Map<string, SiteList>> | undefined;

  constructor(context: SiteContext) {
    this.#context = context;
  }

  /** Those that others look into come first. */
  async list(): Promise<readonly SiteList[]> {
    this.#known = undefined;
    return inOrder([...(await this.#lists()).values()]);
  }

  /** @throws SternaError transient `container-gone` */
  async byId(id: string): Promise<SiteList> {
    const found = (await this.#lists()).get(id);
    if (found !== undefined) return found;
    throw new SternaError('transient', 'container-gone', 'The list is no more.', {
      fix: 'Nothing to do: the next pass lists the site afresh.',
    });
  }

  async idOf(path: readonly string[]): Promise<string | undefined> {
    const key = path.join('\0').toLowerCase();
    return [...(await this.#lists()).values()].find((one) => one.path.join('\0').toLowerCase() === key)?.id;
  }

  /**
   * The list of this name, found or made, with all columns that it is to have. What it has besides stays.
   *
   * @throws SternaError
   */
  async ensure(
    path: readonly string[],
    options: { readonly existing?: string; readonly definition?: unknown; readonly description?: string },
  ): Promise<{ readonly container: Container; readonly notes: readonly FidelityNote[] }> {
    const notes: FidelityNote[] = [];
    const wanted = (options.definition ?? { template: 'genericList', columns: [] }) as ListDefinition;
    const known = await this.#lists();
    const there = known.get(options.existing ?? '') ?? known.get((await this.idOf(path)) ?? '');
    const list = there ?? (await this.#make(path, wanted, options.description, notes));
    const whole = await this.#withColumns(list, wanted, notes);
    known.set(whole.id, whole);
    return { container: listContainer(whole), notes };
  }

  async #make(
    path: readonly string[],
    wanted: ListDefinition,
    description: string | undefined,
    notes: FidelityNote[],
  ): Promise<SiteList> {
    const displayName = path.join(' - ');
    const template = MADE_TEMPLATES.has(wanted.template) ? wanted.template : 'genericList';
    if (template !== wanted.template)
      notes.push({ code: 'list-template-changed', text: `A list of the kind ${wanted.template} became a plain list.` });
    const { status, body } = await this.#context.send<GraphList>('POST', '/lists', {
      body: { displayName, ...(description === undefined ? {} : { description }), list: { template } },
      doing: 'making a list',
      right: SITE_RIGHTS.manage,
      // Again, it says that the list is there.
      repeatable: true,
      expected: [409],
    });
    if (status !== 409) return this.#read(body.id);
    // A first try that took effect, or a list that is hidden.
    this.#known = undefined;
    const id = await this.idOf(path);
    if (id !== undefined) return this.byId(id);
    throw new SternaError('config', 'list-in-the-way', `The target site has something else called ${displayName}.`, {
      fix: 'Rename that list or library in the target.',
    });
  }

  async #withColumns(list: SiteList, wanted: ListDefinition, notes: FidelityNote[]): Promise<SiteList> {
    const standIns = new Map(list.standIns);
    let isChanged = false;
    // Columns that compute something name those before them.
    for (const column of wanted.columns.toSorted((a, b) => Number(isComputed(a)) - Number(isComputed(b)))) {
      if (list.names.has(column.name)) {
        notes.push(...differenceNotes(column, list));
        continue;
      }
      const made = await this.#addColumn(list, column);
      if (made === undefined) {
        notes.push({
          code: 'column-not-held',
          text: `The column “${column.displayName}” isn’t there in the target: ${whyNot(column)}.`,
        });
        continue;
      }
      isChanged = true;
      const standIn = standInFor(column);
      if (standIn === undefined) continue;
      standIns.set(column.name, standIn);
      notes.push({
        code: standIn === 'link' ? 'link-column-as-text' : 'term-column-as-text',
        text: `The column “${column.displayName}” holds text in the target: Graph can’t write ${standIn === 'link' ? 'links' : 'terms'} into a column of theirs.`,
      });
    }
    if (await this.#keepStampColumn(list, standIns)) {
      isChanged = true;
      notes.push({
        code: 'authors-not-held',
        text: 'Who made an item, who changed it and when, Graph lets nobody say: in the target it is the app, and now.',
      });
    }
    return isChanged ? this.#read(list.id) : list;
  }

  /** @returns undefined where it can't be made */
  async #addColumn(list: SiteList, column: ListColumn): Promise<object | undefined> {
    const { shape } = column;
    const body = columnToGraph(column, shape.kind === 'lookup' ? await this.#lookedInto(list, shape.list) : undefined);
    if (body === undefined) return undefined;
    try {
      await this.#send(list.id, 'POST', '', body);
    } catch (thrown) {
      if (!(thrown instanceof SternaError) || thrown.class !== 'object' || statusOf(thrown) === 404) throw thrown;
      return undefined;
    }
    return body;
  }

  /** The list may come later, out of a backup or in a circle: it is made, and gets its columns when it is its turn. */
  async #lookedInto(from: SiteList, path: readonly string[]): Promise<string> {
    if (path.join('\0') === from.path.join('\0')) return from.id;
    const there = await this.idOf(path);
    if (there !== undefined) return there;
    const made = await this.#make(path, { template: 'genericList', columns: [] }, undefined, []);
    (await this.#lists()).set(made.id, made);
    return made.id;
  }

  /** @returns whether it was made or changed */
  async #keepStampColumn(list: SiteList, standIns: ReadonlyMap<string, StandIn>): Promise<boolean> {
    const description = `${STAND_INS}${JSON.stringify(Object.fromEntries(standIns))}`;
    if (!list.names.has(STAMP_COLUMN)) {
      await this.#send(list.id, 'POST', '', {
        name: STAMP_COLUMN,
        displayName: STAMP_COLUMN,
        description,
        hidden: true,
        text: {},
      });
      return true;
    }
    if (standIns.size > list.standIns.size) await this.#send(list.id, 'PATCH', `/${STAMP_COLUMN}`, { description });
    return false;
  }

  async #send(listId: string, method: 'POST' | 'PATCH', rest: string, body: object): Promise<void> {
    await this.#context.send(method, `/lists/${segment(listId)}/columns${rest}`, {
      body,
      doing: 'making a column',
      right: SITE_RIGHTS.manage,
      repeatable: true,
    });
  }

  #lists(): Promise<Map<string, SiteList>> {
    this.#known ??= this.#all();
    this.#known.catch(() => {
      this.#known = undefined;
    });
    return this.#known;
  }

  async #all(): Promise<Map<string, SiteList>> {
    const lists = await this.#context.all<GraphList>('/lists', {
      query: { $select: 'id,name,displayName,description,list,webUrl', $expand: 'columns' },
      doing: 'listing the lists',
    });
    const held = lists.filter(isHeld);
    const paths = new Map(held.map(({ id, displayName }) => [id.toLowerCase(), [displayName]]));
    return new Map(held.map((list) => [list.id, toSiteList(list, (id) => paths.get(id.toLowerCase()))]));
  }

  async #read(id: string): Promise<SiteList> {
    const list = await this.#context.get<GraphList>(`/lists/${segment(id)}`, {
      query: { $select: 'id,name,displayName,description,list,webUrl', $expand: 'columns' },
      doing: 'reading a list',
    });
    const known = [...(await this.#lists()).values()];
    const same = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();
    return toSiteList(list, (other) =>
      same(other, id) ? [list.displayName] : known.find((one) => same(one.id, other))?.path,
    );
  }
}

const isHeld = ({ list, system }: GraphList): boolean =>
  system == null && list?.hidden !== true && HELD_TEMPLATES.has(list?.template ?? '');

function toSiteList(list: GraphList, listPath: (id: string) => readonly string[] | undefined): SiteList {
  const all = list.columns ?? [];
  const standIns = standInsOf(all.find(({ name }) => name === STAMP_COLUMN)?.description ?? '');
  const columns = all
    .filter(isOwnColumn)
    .map((column) => columnOf(column, { listPath }, column.text == null ? undefined : standIns.get(column.name)));
  return {
    id: list.id,
    path: [list.displayName],
    description: list.description || undefined,
    webUrl: list.webUrl ?? undefined,
    definition: { template: list.list?.template ?? 'genericList', columns },
    names: new Set(all.map(({ name }) => name)),
    standIns,
  };
}

function standInsOf(description: string): ReadonlyMap<string, StandIn> {
  if (!description.startsWith(STAND_INS)) return new Map();
  try {
    const found = JSON.parse(description.slice(STAND_INS.length)) as Record<string, unknown>;
    return new Map(
      Object.entries(found).filter((one): one is [string, StandIn] => one[1] === 'link' || one[1] === 'term'),
    );
  } catch {
    return new Map();
  }
}

export function listContainer({ id, path, description, webUrl, definition }: SiteList): Container {
  const address = sharePointAddress(webUrl);
  return {
    id,
    path,
    kind: 'listItem',
    ...(description === undefined ? {} : { description }),
    ...(address === undefined ? {} : { address }),
    definition,
  };
}

/** A list after those that its columns look into; in a circle, as they come. */
function inOrder(lists: readonly SiteList[]): readonly SiteList[] {
  const byPath = new Map(lists.map((list) => [list.path.join('\0'), list]));
  const done = new Set<SiteList>();
  const visit = (list: SiteList): void => {
    if (done.has(list)) return;
    done.add(list);
    for (const { shape } of list.definition.columns) {
      const other = shape.kind === 'lookup' ? byPath.get(shape.list.join('\0')) : undefined;
      if (other !== undefined && other !== list) visit(other);
    }
    order.push(list);
  };
  const order: SiteList[] = [];
  for (const list of lists) visit(list);
  return order;
}

const isComputed = ({ shape }: ListColumn): boolean => shape.kind === 'calculated';

function whyNot({ shape }: ListColumn): string {
  return shape.kind === 'other' ? 'Graph can’t make one of its kind' : 'SharePoint refused it';
}

function differenceNotes(column: ListColumn, list: SiteList): readonly FidelityNote[] {
  const there = list.definition.columns.find(({ name }) => name === column.name);
  if (there === undefined || there.shape.kind === column.shape.kind) return [];
  return [
    {
      code: 'column-differs',
      text: `The column “${column.displayName}” is of the kind ${there.shape.kind} in the target, and ${column.shape.kind} at the source.`,
    },
  ];
}
