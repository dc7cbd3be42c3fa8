import type { Call } from '../http/call.ts';
import { expiredSyncToken, invalidArgument } from './problems.ts';
import type { ContactStore, Json } from './store.ts';

const DAY = 86_400_000;
/** Sync tokens expire so long after the full listing that they began with. */
const LIFETIME = 7 * DAY;

interface Position {
  readonly after: number;
  /** Where the next sync token begins. */
  readonly start: number;
  /** Where the sync began that pages are of; null in a full listing. */
  readonly sync: number | null;
  /** When the full listing was made, milliseconds. */
  readonly full: number;
  readonly asked: string;
}

interface Listed {
  readonly changed: number;
  readonly updated: number;
  readonly deleted: boolean;
}

export interface SyncedPage<T> {
  readonly items: readonly T[];
  readonly tokens: Json;
  /** How many there are in all; of a full listing. */
  readonly total: number;
}

/**
 * One page of contacts, other contacts or groups, by pageToken and syncToken, oldest change first.
 *
 * @param asked the parameters that must be the same on all pages and syncs
 */
export function syncedPage<T extends Listed>(
  call: Call,
  store: ContactStore,
  all: Iterable<T>,
  rules: { readonly kind: string; readonly asked: string; readonly size: number; readonly always: boolean },
): SyncedPage<T> {
  const { cloud, now, query } = call;
  const wantsToken = query.boolean('requestSyncToken') || rules.always;
  const page = open(call, `${rules.kind} page`, 'pageToken');
  const synced = open(call, `${rules.kind} sync`, 'syncToken');
  for (const position of [page, synced]) {
    if (position !== undefined && position.asked !== rules.asked) {
      throw invalidArgument('Request parameters must match the first call.');
    }
  }
  if (synced !== undefined && (synced.full + LIFETIME <= now || synced.full < cloud.faults.syncTokensInvalidBefore)) {
    throw expiredSyncToken();
  }
  // What changed within the delay isn't seen yet.
  const seenUntil = now - cloud.assumptions.peopleSyncDelayMs;
  const known = [...all];
  const sync = page?.sync ?? synced?.after ?? null;
  const after = page?.after ?? sync ?? 0;
  const start = page?.start ?? latestSeen(store, known, seenUntil, cloud.assumptions.peopleSyncDelayMs);
  const full = page?.full ?? synced?.full ?? now;
  const rest = known
    .filter((entry) => entry.changed > after)
    .filter((entry) => (sync === null ? !entry.deleted : entry.updated <= seenUntil))
    .sort((left, right) => left.changed - right.changed);
  const items = rest.slice(0, rules.size);
  const position = (at: number, of: number | null): Position => ({
    after: at,
    start,
    sync: of,
    full,
    asked: rules.asked,
  });
  const seal = (kind: string, content: Position) => cloud.sealToken(`${kind} ${call.user.id}`, content);
  const tokens: Json =
    rest.length > items.length
      ? { nextPageToken: seal(`${rules.kind} page`, position(items.at(-1)?.changed ?? after, sync)) }
      : wantsToken || sync !== null
        ? { nextSyncToken: seal(`${rules.kind} sync`, position(start, null)) }
        : {};
  return { items, tokens, total: known.filter(({ deleted }) => !deleted).length };
}

function latestSeen(store: ContactStore, known: readonly Listed[], until: number, delay: number): number {
  if (delay === 0) return store.sequence;
  return known.reduce((latest, { changed, updated }) => (updated <= until ? Math.max(latest, changed) : latest), 0);
}

function open(call: Call, kind: string, parameter: string): Position | undefined {
  const text = call.query.text(parameter);
  if (text === undefined || text === '') return undefined;
  return call.cloud.openToken<Position>(`${kind} ${call.user.id}`, text, parameter);
}
