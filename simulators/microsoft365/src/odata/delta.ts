import type { Change, ChangeLog, DeltaPosition } from '@sterna/simulator-kit';
import type { Call } from '../http/call.ts';
import { badRequest, GraphError } from '../http/errors.ts';
import { jsonReply, type Reply } from '../http/reply.ts';
import { type Expand, parseExpand } from './expand.ts';
import { checkExpand, checkSelect, project, type Shape } from './shape.ts';

/** What a delta token carries: where the round stands, and the options it began with, which hold for all rounds. */
interface DeltaToken extends DeltaPosition {
  readonly scope: string;
  readonly select: string[] | undefined;
  readonly expand: string | undefined;
  readonly options: Record<string, string>;
  readonly issued: number;
  /** The round has had its empty page. */
  readonly paused?: boolean;
}

/** What the round's first request asked for. */
export interface Wanted {
  readonly select: readonly string[] | undefined;
  readonly expand: readonly Expand[];
}

export interface DeltaOptions {
  readonly log: ChangeLog;
  /** Tells this collection's tokens from all others': a token for another scope is refused. */
  readonly scope: string;
  readonly shape: Shape;
  /** The object as JSON, or undefined when it isn't there for this client (left out). */
  readonly json: (id: string, wanted: Wanted) => Record<string, unknown> | undefined;
  /** True: `$expand` is taken, and handed to `json`. */
  readonly expand?: boolean;
  /** `{"id", "@removed": {"reason"}}` unless said. */
  readonly removed?: (change: Change) => Record<string, unknown> | undefined;
  readonly pageSize?: number;
  readonly maxPageSize?: number;
  /** Further query parameters to keep through the rounds (lower case names), such as startdatetime. */
  readonly keep?: readonly string[];
  /** Where links lead; the request's own path unless said. */
  readonly path?: string;
  /** 'Outlook' tokens are `$skiptoken`/`$deltatoken`; a drive's are `token`. */
  readonly parameter?: 'outlook' | 'drive';
  /** What a token that is no longer valid answers; 410 SyncStateNotFound unless said. */
  readonly gone?: () => GraphError;
}

/** One page of a delta round. */
export function deltaReply(call: Call, options: DeltaOptions): Reply {
  const { cloud, query } = call;
  const drive = options.parameter === 'drive';
  const token = drive
    ? (query.other.get('token') ?? call.functionArguments.get('token'))
    : (query.text('$skiptoken') ?? query.text('$deltatoken'));
  const state = token === undefined || token === 'latest' ? begin(call, options) : resume(call, options, token);
  if (token === 'latest') Object.assign(state, options.log.end());
  const preferred = Number(call.preferences.get('odata.maxpagesize') ?? query.number('$top') ?? Number.NaN);
  const size = Math.min(preferred > 0 ? preferred : (options.pageSize ?? 10), options.maxPageSize ?? 1000);
  // In the middle of a round: the token came with a nextLink.
  const within = query.has('$skiptoken');
  if (cloud.assumptions.emptyPages && within && state.paused !== true) {
    return pageOf(call, options, [], { ...state, paused: true }, false);
  }
  const { changes, next, done } = options.log.since(state, size, call.now - cloud.faults.listDelayMs);
  const value: Record<string, unknown>[] = [];
  const expand = state.expand === undefined ? [] : parseExpand(state.expand);
  const names = state.select && [...state.select, ...expand.map(({ property }) => property)];
  for (const change of changes) {
    if (change.removed === undefined) {
      const entity = options.json(change.id, { select: state.select, expand });
      if (entity !== undefined) value.push(project(entity, names));
    } else {
      const removed = (options.removed ?? removedEntry)(change);
      if (removed !== undefined) value.push(removed);
    }
  }
  return pageOf(call, options, value, { ...state, ...next, paused: done ? false : (state.paused ?? false) }, done);
}

function pageOf(
  call: Call,
  options: DeltaOptions,
  value: readonly Record<string, unknown>[],
  state: DeltaToken,
  done: boolean,
): Reply {
  const sealed = call.cloud.tokens.seal('delta', { ...state, issued: call.now } satisfies DeltaToken);
  const name = options.parameter === 'drive' ? 'token' : done ? '$deltatoken' : '$skiptoken';
  const path = options.path ?? (call.incoming.target.split('?')[0] as string);
  const link = `${call.cloud.baseUrl}${path}?${name}=${sealed}`;
  return jsonReply(200, {
    '@odata.context': `${call.base}/$metadata#Collection(${options.shape.type})`,
    value,
    [done ? '@odata.deltaLink' : '@odata.nextLink']: link,
  });
}

function removedEntry(change: Change): Record<string, unknown> {
  return { id: change.id, '@removed': { reason: change.removed } };
}

function begin(call: Call, options: DeltaOptions): DeltaToken {
  const select = call.query.select;
  checkSelect(options.shape, select);
  const kept: Record<string, string> = {};
  for (const name of options.keep ?? []) {
    const value = call.query.other.get(name);
    if (value !== undefined) kept[name] = value;
  }
  const expand = options.expand === true ? call.query.text('$expand') : undefined;
  if (expand !== undefined) checkExpand(options.shape, parseExpand(expand));
  return { ...options.log.beginning(), scope: options.scope, select, expand, options: kept, issued: call.now };
}

function resume(call: Call, options: DeltaOptions, text: string): DeltaToken {
  if (call.query.has('$select') || call.query.has('$filter')) {
    throw badRequest('Query options must not be changed within a delta round.');
  }
  const token = call.cloud.tokens.open<DeltaToken>('delta', text);
  if (token.scope !== options.scope) throw badRequest('The token belongs to another collection.', 'InvalidToken');
  if (token.issued < call.cloud.faults.deltaTokensInvalidBefore) {
    throw (
      options.gone?.() ??
      new GraphError(410, 'SyncStateNotFound', 'The sync state generation is not found; do a full synchronization.')
    );
  }
  return token;
}

/** The options that a delta token carries, so that a handler can know them before it asks for the page. */
export function deltaTokenOptions(call: Call): Record<string, string> | undefined {
  const text = call.query.text('$skiptoken') ?? call.query.text('$deltatoken');
  return text === undefined ? undefined : call.cloud.tokens.open<DeltaToken>('delta', text).options;
}
