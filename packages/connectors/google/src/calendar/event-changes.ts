import { type Change, type ChangePage, inParallel } from '@sterna/connector-kit';
import { SternaError } from '@sterna/core';
import type { GoogleRequest } from '../api/client.ts';
import { statusOf } from '../api/errors.ts';
import { formatCursor, parseCursor } from '../items/cursor.ts';
import type { PartContext } from '../part.ts';
import { eventsPath, READ } from './calendars.ts';
import type { EventGroup, GoogleEvent } from './google-event.ts';
import { isLive, versionOf } from './group.ts';

export interface EventPage {
  readonly items?: readonly GoogleEvent[];
  readonly nextPageToken?: string;
  readonly nextSyncToken?: string;
}

const PAGE = 2_500;
/** Changes told at once. */
const TOLD = 500;

/**
 * What changed in a calendar since a cursor, or all of it. An exception of a series is a change of the series; how a
 * listing's pages fall says nothing of where a series' exceptions are, so all of them are asked for before anything is told.
 * https://developers.google.com/workspace/calendar/api/guides/sync
 */
export async function* eventChanges(
  context: PartContext,
  container: string,
  given: string | undefined,
  groupOf: (id: string) => Promise<EventGroup | undefined>,
): AsyncGenerator<ChangePage> {
  const cursor = parseCursor(given);
  if (cursor !== undefined) {
    try {
      yield* since(context, container, cursor, groupOf);
      return;
    } catch (error) {
      // Tokens are forgotten after a while, or when what may be seen has changed.
      if (statusOf(error) !== 410 && statusOf(error) !== 400) throw error;
    }
  }
  yield* whole(context, container);
}

const FIELDS = 'nextPageToken,nextSyncToken,items(id,etag,status,recurringEventId,eventType)';

async function listed(
  { client }: PartContext,
  container: string,
  query: GoogleRequest['query'],
): Promise<{ readonly items: readonly GoogleEvent[]; readonly token: string }> {
  const items = new Map<string, GoogleEvent>();
  let token: string | undefined;
  for await (const page of client.pages<EventPage>({
    method: 'GET',
    path: eventsPath(container),
    query: { ...query, maxResults: PAGE, fields: FIELDS },
    doing: 'listing a calendar',
    right: READ,
  })) {
    // One that changed while it was listed comes twice; the last word counts.
    for (const item of page.items ?? []) items.set(item.id, item);
    token = page.nextSyncToken ?? token;
  }
  if (token === undefined)
    throw new SternaError('transient', 'service-answer-invalid', 'The answer to listing a calendar has no end.');
  return { items: [...items.values()], token };
}

async function* whole(context: PartContext, container: string): AsyncGenerator<ChangePage> {
  const { items, token } = await listed(context, container, {});
  const changes = [...groupsIn(items)].map(([id, group]): Change => ({ id, version: versionOf(group) }));
  yield* told(changes, 'full', { token, total: changes.length });
}

async function* since(
  context: PartContext,
  container: string,
  { token: from, total: before }: { readonly token: string; readonly total: number },
  groupOf: (id: string) => Promise<EventGroup | undefined>,
): AsyncGenerator<ChangePage> {
  const { items, token } = await listed(context, container, { syncToken: from });
  const ids = new Set(items.filter((one) => one.eventType !== 'birthday').map((one) => one.recurringEventId ?? one.id));
  // Of a series that isn't here, an occurrence alone can be.
  const alone = new Set(items.filter((one) => one.recurringEventId !== undefined).map(({ id }) => id));
  const looked = await inParallel([...ids], 6, async (id): Promise<Change> => {
    const group = await groupOf(id);
    return group === undefined ? { id, gone: true } : { id, version: versionOf(group) };
  });
  const gone = new Set(looked.filter((one) => one.gone === true).map(({ id }) => id));
  const orphans = items
    .filter((one) => alone.has(one.id) && gone.has(one.recurringEventId as string))
    .map(
      (one): Change =>
        isLive(one) ? { id: one.id, version: versionOf({ master: one, exceptions: [] }) } : { id: one.id, gone: true },
    );
  const changes = [...looked, ...orphans];
  const total = changes.length === 0 ? before : groupsIn((await listed(context, container, {})).items).size;
  yield* told(changes, 'delta', { token, total });
}

/** Series with their exceptions, and single events, by the id of the object that they are. */
export function groupsIn(items: readonly GoogleEvent[]): Map<string, EventGroup> {
  const own = items.filter((one) => one.eventType !== 'birthday');
  const masters = new Map(
    own.filter((one) => one.recurringEventId === undefined && isLive(one)).map((one) => [one.id, one]),
  );
  const exceptions = new Map<string, GoogleEvent[]>();
  const groups = new Map<string, EventGroup>([...masters].map(([id, master]) => [id, { master, exceptions: [] }]));
  for (const one of own) {
    if (one.recurringEventId === undefined) continue;
    if (masters.has(one.recurringEventId))
      exceptions.set(one.recurringEventId, [...(exceptions.get(one.recurringEventId) ?? []), one]);
    else if (isLive(one)) groups.set(one.id, { master: one, exceptions: [] });
  }
  for (const [id, list] of exceptions) groups.set(id, { master: masters.get(id) as GoogleEvent, exceptions: list });
  return groups;
}

function* told(
  changes: readonly Change[],
  mode: ChangePage['mode'],
  { token, total }: { readonly token: string; readonly total: number },
): Generator<ChangePage> {
  const next = { cursor: formatCursor({ token, total }), total };
  for (let at = 0; at + TOLD < changes.length; at += TOLD) yield { changes: changes.slice(at, at + TOLD), mode };
  const rest = changes.length === 0 ? 0 : Math.floor((changes.length - 1) / TOLD) * TOLD;
  yield { changes: changes.slice(rest), mode, next };
}
