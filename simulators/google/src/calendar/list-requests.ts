import { GoogleError } from '../http/errors.ts';
import type { Calendar } from './calendar.ts';
import type { Json } from './event-input.ts';
import { eventJson } from './event-json.ts';
import { calendarOf, looksOf, originalStartOf } from './event-requests.ts';
import { find } from './events.ts';
import { instancesIn } from './instances.ts';
import { compareKeys, type Filter, type Listed, list, type Order } from './listing.ts';
import { invalid } from './problems.ts';
import type { Answer, CalendarRequest } from './request.ts';
import { instantOfTime } from './times.ts';

const DAY = 86_400_000;

/** What can't be said together with a sync token. https://developers.google.com/workspace/calendar/api/v3/reference/events/list */
const NOT_WITH_SYNC_TOKEN = [
  'iCalUID',
  'orderBy',
  'privateExtendedProperty',
  'q',
  'sharedExtendedProperty',
  'timeMin',
  'timeMax',
  'updatedMin',
];

/** With these, a listing gives no sync token at its end. */
const WITHOUT_SYNC_TOKEN = NOT_WITH_SYNC_TOKEN.filter((name) => name !== 'timeMin' && name !== 'timeMax');

/** What a sync token carries: where the client stands, and what it had asked for at first. */
interface SyncToken {
  readonly calendar: string;
  readonly after: number;
  readonly at: number;
  readonly from: number | null;
  readonly to: number | null;
  readonly kept: string;
}

interface PageToken {
  readonly calendar: string;
  readonly key: readonly [number, string];
  /** The calendar's sequence when the first page was made: where the sync token begins. */
  readonly start: number;
  readonly asked: string;
}

/** The parameters that stay the same from the first listing to all that go by its sync token. */
const keptOf = ({ parameters }: CalendarRequest) =>
  JSON.stringify([parameters.flag('singleEvents'), [...parameters.texts('eventTypes')].sort()]);

export function listEvents(request: CalendarRequest): Answer {
  const { parameters, world, assumptions } = request;
  const calendar = calendarOf(request, 'freeBusyReader');
  const now = world.around.now();
  const sync = syncTokenOf(request, calendar);
  const page = pageTokenOf(request, calendar);
  const filter = filterOf(request, sync, now);
  const order = orderOf(request, filter);
  const size = parameters.pageSize(250, 2500);
  const horizon = now + assumptions.calendarExpandDays * DAY;
  const all = list(calendar, filter, order, horizon);
  const rest = page === undefined ? all : all.filter(({ key }) => compareKeys(key, page.key) > 0);
  const shown = rest.slice(0, size);
  const start = page?.start ?? calendar.sequence;
  const token = rest.length > size ? nextPage(request, calendar, shown.at(-1) as Listed, start) : undefined;
  const tokenless = WITHOUT_SYNC_TOKEN.some((name) => parameters.has(name));
  return {
    json: {
      kind: 'calendar#events',
      etag: `"p${calendar.sequence}"`,
      summary: calendar.summary,
      ...(calendar.description !== undefined && { description: calendar.description }),
      updated: new Date(updatedOf(calendar, now)).toISOString(),
      timeZone: parameters.text('timeZone') ?? calendar.timeZone,
      accessRole: world.roleOf(calendar, request.person.email),
      defaultReminders: world.list(request.person.email).entries.get(calendar.id)?.defaultReminders ?? [],
      ...token,
      ...(token === undefined && !tokenless && { nextSyncToken: nextSync(request, calendar, start, filter) }),
      items: shown.map(({ found }) => eventJson(calendar, found, looksOf(request, calendar))),
    },
  };
}

function updatedOf(calendar: Calendar, now: number): number {
  let latest = 0;
  for (const { updated } of calendar.events.values()) latest = Math.max(latest, updated);
  return latest === 0 ? now : latest;
}

function syncTokenOf(request: CalendarRequest, calendar: Calendar): SyncToken | undefined {
  const { parameters } = request;
  const text = parameters.text('syncToken');
  if (text === undefined) return undefined;
  for (const name of NOT_WITH_SYNC_TOKEN) {
    if (parameters.has(name)) {
      throw invalid(`Sync token cannot be used with ${name}.`);
    }
  }
  if (parameters.optionalFlag('showDeleted') === false) {
    throw invalid('Sync token cannot be used with showDeleted set to false.');
  }
  const token = request.unseal<SyncToken>('calendar-sync', text, 'syncToken');
  if (token.calendar !== calendar.id || token.at < request.syncTokensInvalidBefore) throw fullSync();
  // Other parameters than at first: "undefined behavior". Here it is one that shows.
  if (token.kept !== keptOf(request)) throw fullSync();
  return token;
}

const fullSync = () =>
  new GoogleError(410, 'fullSyncRequired', 'Sync token is no longer valid, a full sync is required.');

/** Everything but the page itself: it has to be the same for all pages of a listing. */
function askedOf({ parameters }: CalendarRequest): string {
  const names = [...NOT_WITH_SYNC_TOKEN, 'syncToken', 'singleEvents', 'showDeleted', 'eventTypes'];
  return JSON.stringify(names.map((name) => parameters.texts(name)));
}

function pageTokenOf(request: CalendarRequest, calendar: Calendar): PageToken | undefined {
  const text = request.parameters.text('pageToken');
  if (text === undefined) return undefined;
  const token = request.unseal<PageToken>('calendar-page', text, 'pageToken');
  if (token.calendar !== calendar.id || token.asked !== askedOf(request)) {
    throw invalid('Invalid page token value.');
  }
  return token;
}

function nextPage(request: CalendarRequest, calendar: Calendar, { key }: Listed, start: number): Json {
  const token: PageToken = { calendar: calendar.id, key, start, asked: askedOf(request) };
  return { nextPageToken: request.seal('calendar-page', token) };
}

function nextSync(request: CalendarRequest, calendar: Calendar, start: number, { window }: Filter): string {
  const token: SyncToken = {
    calendar: calendar.id,
    after: start,
    at: request.world.around.now(),
    from: window.from ?? null,
    to: window.to ?? null,
    kept: keptOf(request),
  };
  return request.seal('calendar-sync', token);
}

function filterOf(request: CalendarRequest, sync: SyncToken | undefined, now: number): Filter {
  const { parameters, assumptions } = request;
  const window =
    sync === undefined
      ? { from: parameters.instant('timeMin'), to: parameters.instant('timeMax') }
      : { from: sync.from ?? undefined, to: sync.to ?? undefined };
  if (window.from !== undefined && window.to !== undefined && window.from >= window.to) {
    throw new GoogleError(400, 'timeRangeEmpty', 'The specified time range is empty.');
  }
  const updatedMin = parameters.instant('updatedMin');
  if (updatedMin !== undefined && updatedMin < now - assumptions.calendarUpdatedMinDays * DAY) {
    throw new GoogleError(
      410,
      'updatedMinTooLongAgo',
      'The requested minimum modification time lies too far in the past.',
    );
  }
  return {
    window,
    singleEvents: parameters.flag('singleEvents'),
    showDeleted: parameters.flag('showDeleted'),
    updatedMin,
    iCalUID: parameters.text('iCalUID'),
    q: parameters.text('q'),
    privateProperties: parameters.texts('privateExtendedProperty'),
    sharedProperties: parameters.texts('sharedExtendedProperty'),
    eventTypes: parameters.texts('eventTypes'),
    changedAfter: sync?.after,
  };
}

function orderOf({ parameters }: CalendarRequest, { singleEvents }: Filter): Order {
  const order = parameters.text('orderBy');
  if (order === undefined) return singleEvents ? 'startTime' : 'changed';
  if (order === 'updated') return order;
  if (order !== 'startTime') throw invalid('Invalid value for: orderBy');
  if (!singleEvents) throw invalid('The requested ordering is not available for the particular query.');
  return order;
}

/** https://developers.google.com/workspace/calendar/api/v3/reference/events/instances */
export function listInstances(request: CalendarRequest): Answer {
  const { parameters, world, assumptions } = request;
  const calendar = calendarOf(request, 'reader');
  const { event } = find(calendar, request.path('eventId'));
  if (event === undefined || event.content.recurrence.length === 0) {
    throw invalid('The event is not recurring.');
  }
  const window = { from: parameters.instant('timeMin'), to: parameters.instant('timeMax') };
  const original = originalStartOf(request);
  const horizon = world.around.now() + assumptions.calendarExpandDays * DAY;
  const offset = offsetOf(request);
  const size = parameters.pageSize(250, 2500);
  const all = instancesIn(calendar, event, window, horizon)
    .filter(({ content }) => parameters.flag('showDeleted') || content.status !== 'cancelled')
    .filter(({ id }) => original === undefined || id.endsWith(`_${original}`))
    .sort((left, right) => instantOfTime(left.original, 'UTC') - instantOfTime(right.original, 'UTC'));
  const shown = all.slice(offset, offset + size);
  const looks = looksOf(request, calendar);
  return {
    json: {
      kind: 'calendar#events',
      etag: `"p${calendar.sequence}"`,
      summary: calendar.summary,
      updated: new Date(event.updated).toISOString(),
      timeZone: looks.zone,
      accessRole: world.roleOf(calendar, request.person.email),
      defaultReminders: world.list(request.person.email).entries.get(calendar.id)?.defaultReminders ?? [],
      ...(offset + size < all.length && { nextPageToken: request.seal('calendar-instances', offset + size) }),
      items: shown.map((instance) => eventJson(calendar, { event: instance.exception, instance }, looks)),
    },
  };
}

function offsetOf(request: CalendarRequest): number {
  const text = request.parameters.text('pageToken');
  return text === undefined ? 0 : request.unseal<number>('calendar-instances', text, 'pageToken');
}
