import type { DeltaPosition } from '@sterna/simulator-kit';
import type { Call } from '../http/call.ts';
import { badRequest, GraphError } from '../http/errors.ts';
import { jsonReply, type Reply } from '../http/reply.ts';
import type { CalendarEvent } from './event.ts';
import { type EventView, eventJson, eventView, preferenceApplied, shownId } from './event-json.ts';
import { instancesBetween } from './series.ts';
import type { Calendar, CalendarMailbox } from './store.ts';

/**
 * Changes of a calendar within a window that the first request fixes. What a changed event adds to a round:
 * - a single event: itself, or `@removed` when it left the window or is gone;
 * - a series: its master, its exceptions whole, and of each other instance only ids, type, start and end. An instance
 *   that was taken out isn't told: it is missing among the others, which all come again.
 * https://learn.microsoft.com/graph/delta-query-events, github.com/microsoftgraph/microsoft-graph-docs-contrib/issues/5602
 */
interface Token {
  readonly calendar: string;
  readonly from: number;
  readonly to: number;
  readonly position: DeltaPosition;
  /** Entries of the next event that an earlier page has told, and that event's id. */
  readonly told: { readonly key: string; readonly count: number } | undefined;
  readonly issued: number;
}

const kind = 'calendarView/delta';

export function viewDeltaReply(
  call: Call,
  mailbox: CalendarMailbox,
  calendar: Calendar,
  window: () => { from: number; to: number },
): Reply {
  const { cloud, query } = call;
  for (const option of ['$select', '$filter', '$expand', '$orderby', '$top', '$skip']) {
    if (query.has(option))
      throw badRequest(`${option} is not supported by calendarView/delta.`, 'ErrorInvalidUrlQuery');
  }
  const text = query.text('$skiptoken') ?? query.text('$deltatoken');
  const token =
    text === undefined
      ? { calendar: calendar.id, ...window(), position: calendar.log.beginning(), told: undefined, issued: call.now }
      : resume(call, calendar, text);
  const preferred = Number(call.preferences.get('odata.maxpagesize') ?? Number.NaN);
  const { value, position, told, done } = page(
    call,
    mailbox,
    calendar,
    token,
    preferred > 0 ? Math.min(preferred, 1000) : 10,
  );
  const sealed = cloud.tokens.seal(kind, { ...token, position, told, issued: call.now } satisfies Token);
  const path = call.incoming.target.split('?')[0];
  return jsonReply(
    200,
    {
      '@odata.context': `${call.base}/$metadata#Collection(event)`,
      value,
      [done ? '@odata.deltaLink' : '@odata.nextLink']:
        `${cloud.baseUrl}${path}?${done ? '$deltatoken' : '$skiptoken'}=${sealed}`,
    },
    preferenceApplied(call),
  );
}

function resume(call: Call, calendar: Calendar, text: string): Token {
  const token = call.cloud.tokens.open<Token>(kind, text);
  if (token.calendar !== calendar.id) throw badRequest('The token belongs to another calendar.', 'InvalidToken');
  if (token.issued < call.cloud.faults.deltaTokensInvalidBefore) {
    throw new GraphError(
      410,
      'SyncStateNotFound',
      'The sync state generation is not found; do a full synchronization.',
    );
  }
  return token;
}

function page(call: Call, mailbox: CalendarMailbox, calendar: Calendar, token: Token, size: number) {
  const view = eventView(call);
  const value: Record<string, unknown>[] = [];
  let { position, told } = token;
  for (;;) {
    // One change at a time: what it adds to the page depends on the event.
    const { changes, next, done } = calendar.log.since(position, 1, call.now - call.cloud.faults.listDelayMs);
    const change = changes[0];
    if (change === undefined) return { value, position: next, told: undefined, done: true };
    const entries =
      change.removed === undefined
        ? entriesOf(mailbox.events.get(change.id), token, view)
        : [removed(view.immutableIds ? change.id : (calendar.gone.get(change.id) ?? change.id))];
    const rest = entries.slice(told?.key === change.id ? told.count : 0);
    const room = size - value.length;
    if (rest.length > room) {
      value.push(...rest.slice(0, room));
      const count = entries.length - rest.length + room;
      return { value, position, told: { key: change.id, count }, done: false };
    }
    value.push(...rest);
    position = next;
    told = undefined;
    if (done) return { value, position, told, done: true };
    if (value.length === size) return { value, position, told, done: false };
  }
}

function entriesOf(
  event: CalendarEvent | undefined,
  { from, to, position }: Token,
  view: EventView,
): Record<string, unknown>[] {
  if (event === undefined) return [];
  const instances = instancesBetween(event, from, to);
  if (instances.length === 0) {
    const wasThere = event.formerSpans.some(([start, end]) => start < to && end > from);
    const seenBefore = position.after > 0;
    return wasThere && seenBefore ? [removed(shownId(event, view.immutableIds))] : [];
  }
  const typed = (json: Record<string, unknown>) => ({ '@odata.type': '#microsoft.graph.event', ...json });
  if (event.recurrence === null) return [typed(eventJson(event, undefined, view))];
  return [
    typed(eventJson(event, undefined, view)),
    ...instances.map((instance) => {
      const json = eventJson(event, instance, view);
      if (instance.type === 'exception') return typed(json);
      const { '@odata.etag': etag, id, seriesMasterId, type, start, end } = json;
      return typed({ '@odata.etag': etag, id, seriesMasterId, type, start, end });
    }),
  ];
}

function removed(id: string): Record<string, unknown> {
  return { '@odata.type': '#microsoft.graph.event', id, '@removed': { reason: 'deleted' } };
}
