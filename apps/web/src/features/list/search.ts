import type { Entry } from './entry-pages.ts';

export const STATUSES = [
  'not started',
  'scheduled',
  'running',
  'pending',
  'completed',
  'completed with failures',
  'stopped',
  'failed',
] as const satisfies readonly Entry['status'][];
export const ITEM_TYPES = ['mailbox', 'drive', 'site', 'group', 'team'] as const satisfies readonly Entry['itemType'][];
export const LICENSE_STATES = ['none', 'assigned', 'burned'] as const;
export const SORTS = ['id', 'source', 'target', 'status', 'batch'] as const;
export type Sort = (typeof SORTS)[number];
/** Rows that are read at once. */
export const PAGE = 100;

/** What the address of the user list says: which entries, in which order. */
export interface ListSearch {
  readonly q?: string;
  readonly status?: readonly Entry['status'][];
  /** `''`: those without one. */
  readonly batch?: string;
  readonly type?: Entry['itemType'];
  readonly license?: (typeof LICENSE_STATES)[number];
  readonly sort?: Sort;
  readonly desc?: true;
}

const oneOf = <T extends string>(values: readonly T[], given: unknown): T | undefined =>
  values.find((value) => value === given);

/** Dialogs of the page that an address can open. */
const DIALOGS = ['import', 'get', 'add'] as const;
export type ListDialog = (typeof DIALOGS)[number];
export interface ListPageSearch extends ListSearch {
  readonly open?: ListDialog;
}

/** Anything in an address that the page doesn't know is left out. */
export function readListSearch(raw: Record<string, unknown>): ListPageSearch {
  const status = STATUSES.filter((one) => (Array.isArray(raw.status) ? raw.status : [raw.status]).includes(one));
  const type = oneOf(ITEM_TYPES, raw.type);
  const license = oneOf(LICENSE_STATES, raw.license);
  const sort = oneOf(SORTS, raw.sort);
  const open = oneOf(DIALOGS, raw.open);
  return {
    // The router reads a number in an address as a number.
    ...(raw.q !== undefined && raw.q !== '' ? { q: String(raw.q).slice(0, 500) } : {}),
    ...(status.length > 0 ? { status } : {}),
    ...(raw.batch !== undefined ? { batch: String(raw.batch) } : {}),
    ...(type === undefined ? {} : { type }),
    ...(license === undefined ? {} : { license }),
    ...(sort === undefined ? {} : { sort }),
    ...(raw.desc === true ? { desc: true } : {}),
    ...(open === undefined ? {} : { open }),
  };
}

export const isFiltered = ({ q, status, batch, type, license }: ListSearch): boolean =>
  q !== undefined || status !== undefined || batch !== undefined || type !== undefined || license !== undefined;

/** The filter as bulk actions take it. */
export const filterOf = ({ q, status, batch, type, license }: ListSearch) => ({
  ...(q === undefined ? {} : { search: q }),
  ...(status === undefined ? {} : { status: [...status] }),
  ...(batch === undefined ? {} : { batch }),
  ...(type === undefined ? {} : { itemType: type }),
  ...(license === undefined ? {} : { license }),
});

/** The filter and order as the list's query takes them. */
export const queryOf = (search: ListSearch) => {
  const { status, ...filter } = filterOf(search);
  return {
    ...filter,
    ...(status === undefined ? {} : { status: status.join(',') }),
    sort: search.sort ?? 'id',
  };
};
