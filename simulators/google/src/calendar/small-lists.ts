import { GoogleError } from '../http/errors.ts';
import type { Json } from './event-input.ts';
import { invalid } from './problems.ts';
import type { CalendarRequest } from './request.ts';

interface Position {
  /** The number of the change that was told last. */
  readonly after: number;
  readonly start: number;
  readonly sync: number | null;
  readonly at: number;
}

/**
 * A page of a list whose entries know when they changed: calendarList, acl, settings.
 *
 * @param kind what its tokens are for
 * @param sequence of the list's last change
 */
export function pageOf<T extends { readonly changed: number }>(
  request: CalendarRequest,
  kind: string,
  all: readonly T[],
  sequence: number,
  rules: { readonly isGone: (entry: T) => boolean; readonly incompatible: readonly string[] },
): { readonly items: readonly T[]; readonly tokens: Json; readonly isSync: boolean } {
  const { parameters } = request;
  const size = parameters.pageSize(100, 250);
  const showDeleted = parameters.flag('showDeleted');
  const page = position(request, `${kind} page`, parameters.text('pageToken'));
  const synced = position(request, `${kind} sync`, parameters.text('syncToken'));
  if (synced !== undefined) {
    for (const name of rules.incompatible) {
      if (parameters.has(name)) throw invalid(`Sync token cannot be used with ${name}.`);
    }
    if (synced.at < request.syncTokensInvalidBefore) {
      throw new GoogleError(410, 'fullSyncRequired', 'Sync token is no longer valid, a full sync is required.');
    }
  }
  const sync = page?.sync ?? synced?.after ?? null;
  const after = page?.after ?? sync ?? 0;
  const start = page?.start ?? sequence;
  const rest = all
    .filter((entry) => entry.changed > after && (sync !== null || showDeleted || !rules.isGone(entry)))
    .sort((left, right) => left.changed - right.changed);
  const items = rest.slice(0, size);
  const at = request.world.around.now();
  const tokens =
    rest.length > size
      ? { nextPageToken: request.seal(`${kind} page`, { after: items.at(-1)?.changed ?? after, start, sync, at }) }
      : { nextSyncToken: request.seal(`${kind} sync`, { after: start, start, sync: null, at }) };
  return { items, tokens, isSync: sync !== null };
}

function position(request: CalendarRequest, kind: string, text: string | undefined): Position | undefined {
  return text === undefined
    ? undefined
    : request.unseal<Position>(kind, text, kind.endsWith('page') ? 'pageToken' : 'syncToken');
}
