import { EntryPages, type PageAnswer } from '@sterna/web/entry-pages';
import { isTouched } from '@sterna/web/invalidation';
import type { LiveEvent } from '@sterna/web/live-event';
import type { Tab } from './tab.ts';

/** As apps/web has them: rows that are read at once, rows in sight, and how often a list that changes is read anew. */
const ROWS = 100;
const ROWS_IN_SIGHT = 60;
const RELOAD_MS = 3_000;

type Values = Readonly<Record<string, string | number>>;
type Init = { readonly params?: { readonly path?: Values; readonly query?: Values } };

/** What a page asks for, and asks for again when an event says that it is old. */
interface Query {
  readonly path: string;
  readonly init?: Init;
  /** Its page says itself which events it heeds. */
  readonly isTouched?: (events: readonly LiveEvent[]) => boolean;
}

interface Asked extends Query {
  isAsking: boolean;
  /** Something happened while it was asked for. */
  isOld: boolean;
}

/** A page of the dashboard: what it asks for at first, and after events. */
export interface Page {
  load(): Promise<void>;
  heed(events: readonly LiveEvent[]): void;
}

/** Every page's frame: who is signed in, and how the installation is. */
const FRAME: readonly Query[] = [{ path: '/api/me' }, { path: '/api/health' }];

/** The page that is left open on cutover night. */
export const overviewPage = (tab: Tab): Page =>
  new QueriedPage(tab, [
    ...FRAME,
    { path: '/api/overview', init: { params: { query: { hours: 3 } } } },
    { path: '/api/projects' },
    { path: '/api/licenses/forecast', init: { params: { query: {} } } },
  ]);

/** One entry's books. */
export function entryPage(tab: Tab, entryId: number): Page {
  const init: Init = { params: { path: { id: entryId } } };
  return new QueriedPage(tab, [
    ...FRAME,
    { path: '/api/entries/{id}', init },
    { path: '/api/entries/{id}/lineage', init },
    { path: '/api/remigrations', init: { params: { query: { entryId, open: 'true' } } } },
    {
      path: '/api/passes',
      init: { params: { query: { entryId, limit: 10 } } },
      isTouched: (events) => events.some((event) => event.type === 'pass' && event.entryId === entryId),
    },
  ]);
}

class QueriedPage implements Page {
  readonly #tab: Tab;
  readonly #queries: readonly Asked[];

  constructor(tab: Tab, queries: readonly Query[]) {
    this.#tab = tab;
    this.#queries = queries.map((query) => ({ ...query, isAsking: false, isOld: false }));
  }

  async load(): Promise<void> {
    await Promise.all(this.#queries.map((query) => this.#ask(query)));
  }

  heed(events: readonly LiveEvent[]): void {
    for (const query of this.#queries) {
      const isOld = query.isTouched?.(events) ?? isTouched(['get', query.path, query.init], events);
      if (isOld) void this.#ask(query);
    }
  }

  /** One at a time (apps/web, live/read-again.ts): what is being asked for is asked for once more after that. */
  async #ask(query: Asked): Promise<void> {
    if (query.isAsking) {
      query.isOld = true;
      return;
    }
    query.isAsking = true;
    do {
      query.isOld = false;
      await this.#tab.get(addressOf(query), query.path);
    } while (query.isOld);
    query.isAsking = false;
  }
}

/** What a user list shows. */
export interface ListView {
  readonly projectId: number;
  /** The first of the rows in sight. */
  readonly row: number;
  /** Only what runs: the list changes with every pass that begins or ends. */
  readonly isRunningOnly: boolean;
}

/** The user list (apps/web, features/list/use-entry-pages.ts). */
export class ListPage implements Page {
  readonly #tab: Tab;
  readonly #view: ListView;
  readonly #frame: Page;
  #pages: EntryPages;
  #changed = new Set<number>();
  #isRefreshing = false;
  #readAt = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(tab: Tab, view: ListView) {
    this.#tab = tab;
    this.#view = view;
    const init: Init = { params: { path: { id: view.projectId } } };
    this.#frame = new QueriedPage(tab, [
      ...FRAME,
      { path: '/api/projects/{id}', init },
      { path: '/api/projects/{id}/batches', init },
      { path: '/api/connectors' },
    ]);
    this.#pages = this.#fresh();
  }

  async load(): Promise<void> {
    await Promise.all([this.#frame.load(), this.#read(this.#pages)]);
  }

  heed(events: readonly LiveEvent[]): void {
    this.#frame.heed(events);
    for (const event of events) {
      if (event.projectId !== this.#view.projectId) continue;
      if (event.entryId !== undefined) this.#changed.add(event.entryId);
      if (event.type === 'entry' || event.type === 'bulk' || (event.type === 'pass' && this.#view.isRunningOnly))
        this.#timer ??= setTimeout(
          () => {
            this.#timer = undefined;
            void this.#read(this.#fresh());
          },
          Math.max(0, this.#readAt + RELOAD_MS - performance.now()),
        );
    }
    void this.#refresh();
  }

  /** What has changed among the rows in sight, by one request at a time. */
  async #refresh(): Promise<void> {
    if (this.#isRefreshing) return;
    this.#isRefreshing = true;
    while (this.#changed.size > 0) {
      const ids = this.#changed;
      this.#changed = new Set();
      await this.#pages.refresh(ids);
    }
    this.#isRefreshing = false;
  }

  async #read(pages: EntryPages): Promise<void> {
    this.#readAt = performance.now();
    const { row, isRunningOnly } = this.#view;
    const first = isRunningOnly ? 0 : row;
    await pages.ensure(first, first + ROWS_IN_SIGHT);
    if (pages.failure !== undefined) throw pages.failure;
    this.#pages = pages;
  }

  #fresh(): EntryPages {
    const path = '/api/projects/{id}/entries';
    const { projectId: id, isRunningOnly } = this.#view;
    const read = async (query: Values): Promise<PageAnswer> =>
      JSON.parse(await this.#tab.get(addressOf({ path, init: { params: { path: { id }, query } } }), path));
    const list = { sort: 'id', ...(isRunningOnly ? { status: 'running' } : {}) };
    return new EntryPages(
      {
        page: ({ after, skip, limit }) => read({ ...list, limit, ...(after === undefined ? { skip } : { after }) }),
        byIds: async (ids) => (await read({ ids: ids.join(','), limit: ids.length })).items,
      },
      ROWS,
    );
  }
}

function addressOf({ path, init }: Query): string {
  const { path: parameters = {}, query = {} } = init?.params ?? {};
  const address = path.replace(/\{(\w+)\}/g, (_, name: string) => String(parameters[name]));
  const search = new URLSearchParams(
    Object.entries(query).map(([name, value]) => [name, String(value)] as [string, string]),
  ).toString();
  return search === '' ? address : `${address}?${search}`;
}
