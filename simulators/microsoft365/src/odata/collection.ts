import type { Call } from '../http/call.ts';
import { badRequest } from '../http/errors.ts';
import { jsonReply, type Reply } from '../http/reply.ts';
import { parseFilter } from './filter.ts';
import { checkExpand, checkSelect, project, type Shape } from './shape.ts';

export interface CollectionOptions<T> {
  readonly shape: Shape;
  /** The whole entity as JSON; what `$select` doesn't name is dropped afterwards. */
  readonly json: (item: T) => Record<string, unknown>;
  /** What `$filter` and `$orderby` see; `json` unless said. */
  readonly view?: (item: T) => Record<string, unknown>;
  /** Page size without and with `$top`; 10 and 1000 unless said. */
  readonly pageSize?: number;
  readonly maxPageSize?: number;
  /** Properties sent when nothing is selected; all unless said. */
  readonly defaults?: readonly string[];
  readonly ignoreCase?: boolean;
  /** Brings a filter's text into the form in which `view` tells its values. */
  readonly filterText?: (filter: string) => string;
  /** False: refuse `$filter` (or `$orderby`) as the vendor does on this collection. */
  readonly filter?: boolean;
  readonly orderby?: boolean;
  /** Collections of drives and the directory hide their place in `$skiptoken`; Outlook's show `$skip`. */
  readonly paging?: 'skip' | 'skiptoken';
}

/** A page of a collection, with its nextLink: `$filter`, `$orderby`, `$skip`, `$top`, `$select`, `$count`. */
export function collectionReply<T>(call: Call, items: readonly T[], options: CollectionOptions<T>): Reply {
  const { query, preferences } = call;
  const select = query.select;
  checkSelect(options.shape, select);
  const { expand } = query;
  checkExpand(options.shape, expand);
  const shown = select ?? options.defaults;
  const names = shown && [...shown, ...expand.map(({ property }) => property)];
  let chosen = items;
  const asked = query.text('$filter');
  const filter = asked && (options.filterText?.(asked) ?? asked);
  const view = options.view ?? options.json;
  if (filter !== undefined) {
    if (options.filter === false) throw badRequest('The query option $filter is not supported here.');
    const matches = parseFilter(filter, { ignoreCase: options.ignoreCase ?? false });
    chosen = chosen.filter((item) => matches(view(item)));
  }
  const orderby = query.text('$orderby');
  if (orderby !== undefined) {
    if (options.orderby === false) throw badRequest('The query option $orderby is not supported here.');
    chosen = sorted(chosen, orderby, view, options.shape);
  }
  const top = query.number('$top');
  if (top === 0) throw badRequest("Invalid value '0' for $top query option found. It must be positive.");
  const largest = options.maxPageSize ?? 1000;
  if (top !== undefined && top > largest) {
    throw badRequest(`Invalid page size specified: '${top}'. Must be between 1 and ${largest} inclusive.`);
  }
  const preferred = Number(preferences.get('odata.maxpagesize') ?? Number.NaN);
  const size = Math.min(top ?? (preferred > 0 ? preferred : (options.pageSize ?? 10)), largest);
  const start = startOf(call, options.paging ?? 'skip');
  const page = chosen.slice(start, start + size);
  const body: Record<string, unknown> = { '@odata.context': `${call.base}/$metadata#${call.contextPath}` };
  if (query.boolean('$count')) body['@odata.count'] = chosen.length;
  if (start + size < chosen.length) body['@odata.nextLink'] = nextLink(call, start + size, options.paging ?? 'skip');
  body.value = page.map((item) => project(options.json(item), names));
  return jsonReply(200, body);
}

function startOf(call: Call, paging: 'skip' | 'skiptoken'): number {
  if (paging === 'skip') return call.query.number('$skip') ?? 0;
  const token = call.query.text('$skiptoken');
  return token === undefined ? 0 : call.cloud.tokens.open<{ start: number }>('page', token).start;
}

function nextLink(call: Call, start: number, paging: 'skip' | 'skiptoken'): string {
  const [path = '', query = ''] = call.incoming.target.split('?');
  const kept = new URLSearchParams(query);
  for (const name of ['$skip', '$skiptoken']) kept.delete(name);
  if (paging === 'skip') kept.set('$skip', String(start));
  else kept.set('$skiptoken', call.cloud.tokens.seal('page', { start }));
  return `${call.cloud.baseUrl}${path}?${kept.toString().replaceAll('%24', '$')}`;
}

function sorted<T>(
  items: readonly T[],
  orderby: string,
  view: (item: T) => Record<string, unknown>,
  of: Shape,
): readonly T[] {
  const keys = orderby.split(',').map((part) => {
    const match = /^\s*([\w/]+)(?:\s+(asc|desc))?\s*$/.exec(part);
    if (match === null) throw badRequest(`Parsing $orderby failed at '${part}'.`);
    const path = (match[1] as string).split('/');
    checkSelect(of, [path[0] as string]);
    return { path, sign: match[2] === 'desc' ? -1 : 1 };
  });
  const keyed = items.map((item) => {
    const seen = view(item);
    return { item, values: keys.map(({ path }) => path.reduce<unknown>((value, name) => get(value, name), seen)) };
  });
  keyed.sort((a, b) => {
    for (const [at, { sign }] of keys.entries()) {
      const order = compare(a.values[at], b.values[at]);
      if (order !== 0) return sign * order;
    }
    return 0;
  });
  return keyed.map(({ item }) => item);
}

function get(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function compare(a: unknown, b: unknown): number {
  if (a === b) return 0;
  if (a === undefined || a === null) return -1;
  if (b === undefined || b === null) return 1;
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return String(a) < String(b) ? -1 : 1;
}
