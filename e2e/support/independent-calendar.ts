import ICAL from 'ical.js';

/** Years of occurrences that are compared. */
const YEARS = 10;
const MAX_OCCURRENCES = 4_000;
/** What servers and programs write about themselves; and the parameter that keeps a server quiet. */
const PASSED_OVER: ReadonlySet<string> = new Set([
  'dtstamp',
  'prodid',
  'version',
  'method',
  'calscale',
  'uid',
  'sequence',
  'created',
  'last-modified',
]);
const NO_MEANING: ReadonlySet<string> = new Set(['schedule-agent', 'schedule-status', 'x-vobj-original-tzid']);

export interface CalendarMeaning {
  /** Each occurrence: begin and end in UTC (as written where it floats or is a day), what it says. */
  readonly occurrences: readonly string[];
  /** Everything else that is said, sorted. */
  readonly properties: readonly string[];
  /** Why the occurrences couldn't be counted. */
  readonly unreadable: string | undefined;
}

/** What a calendar object means to ical.js, which has no part in writing or comparing it. */
export function calendarMeaning(given: string): CalendarMeaning {
  // Days without VALUE=DATE, which ical.js takes for broken moments.
  const text = given.replace(/^(DTSTART|DTEND|RDATE|EXDATE|RECURRENCE-ID):(\d{8}\r?)$/gm, '$1;VALUE=DATE:$2');
  const root = new ICAL.Component(ICAL.parse(text) as unknown[]);
  for (const [, zone = ''] of text.matchAll(/;TZID="?([A-Za-z]+\/[A-Za-z_/+-]+)"?[;:]/g))
    if (root.name !== 'vcalendar' || root.getTimeZoneByID(zone) === null) registerZone(zone);
  // Some programs write an event without a calendar around it.
  const items =
    root.name === 'vcalendar' ? [...root.getAllSubcomponents('vevent'), ...root.getAllSubcomponents('vtodo')] : [root];
  let occurrences: string[] = [];
  let unreadable: string | undefined;
  try {
    occurrences = occurrencesOf(items);
  } catch (error) {
    unreadable = error instanceof Error ? error.message : String(error);
  }
  return { occurrences, properties: items.flatMap(said).sort(), unreadable };
}

function occurrencesOf(items: readonly ICAL.Component[]): string[] {
  const exceptions = items.filter((one) => one.hasProperty('recurrence-id'));
  const masters = items.filter((one) => !one.hasProperty('recurrence-id'));
  const found: string[] = [];
  for (const master of masters) {
    if (!master.hasProperty('dtstart')) continue;
    const event = new ICAL.Event(master, { exceptions: [...exceptions] });
    const first = event.startDate;
    if (!event.isRecurring()) {
      found.push(occurrence(event, first, endOf(event)));
      continue;
    }
    const last = first.clone();
    last.year += YEARS;
    const iterator = event.iterator();
    for (let n = 0; n < MAX_OCCURRENCES; n += 1) {
      const next = iterator.next();
      if (!next || next.compare(last) > 0) break;
      const details = event.getOccurrenceDetails(next);
      found.push(occurrence(details.item, details.startDate, details.endDate));
    }
  }
  // Invited to single occurrences of somebody's series: there is no master here.
  if (masters.length === 0)
    for (const one of exceptions) {
      const event = new ICAL.Event(one);
      found.push(occurrence(event, event.startDate, endOf(event)));
    }
  return found.sort();
}

const endOf = (event: ICAL.Event): ICAL.Time | undefined => event.endDate ?? undefined;

function occurrence(event: ICAL.Event, start: ICAL.Time, end: ICAL.Time | undefined): string {
  const zone = zoneOf(event.component, 'dtstart');
  return [
    moment(start, zone),
    end === undefined ? '' : moment(end, zoneOf(event.component, 'dtend') ?? zone),
    event.summary,
    event.location,
    event.description,
  ].join(' | ');
}

const zoneOf = (component: ICAL.Component, name: string): string | undefined => {
  const zone: unknown = component.getFirstProperty(name)?.getParameter('tzid');
  return typeof zone === 'string' ? zone : undefined;
};

/**
 * UTC: by the IANA database where it knows the zone's name, else by the VTIMEZONE; the wall clock where nobody knows it.
 * A server may add the VTIMEZONE of a name that everybody knows, or leave it out.
 */
function moment(time: ICAL.Time, zone: string | undefined): string {
  if (time.isDate || time.zone === ICAL.Timezone.utcTimezone) return time.toString();
  const known = zone === undefined ? undefined : utcOf(time, zone);
  if (known !== undefined) return known;
  if (time.zone?.component) return time.convertToZone(ICAL.Timezone.utcTimezone).toString();
  return `${time.toString()} ${zone ?? 'floating'}`;
}

/** What ical.js needs to see that a moment in UTC is one of a series in a zone that the text doesn't describe. */
function registerZone(name: string): void {
  if (ICAL.TimezoneService.has(name)) return;
  const offset = (at: number): number | undefined => {
    const moment = ICAL.Time.fromJSDate(new Date(at), true);
    const utc = utcOf(moment, name);
    return utc === undefined ? undefined : Math.round((at - Date.parse(utc)) / 60_000);
  };
  const zone = new ICAL.Component('vtimezone');
  zone.addPropertyWithValue('tzid', name);
  const sign = (minutes: number): string =>
    `${minutes < 0 ? '-' : '+'}${String(Math.floor(Math.abs(minutes) / 60)).padStart(2, '0')}:${String(Math.abs(minutes) % 60).padStart(2, '0')}`;
  const before = offset(Date.UTC(1999, 11, 31));
  if (before === undefined) return;
  let last: number = before;
  for (let day = Date.UTC(2000, 0, 1); day < Date.UTC(2040, 0, 1); day += 86_400_000) {
    const now: number = offset(day) ?? last;
    if (now === last && day !== Date.UTC(2000, 0, 1)) continue;
    const rule = new ICAL.Component(['standard', [], []]);
    rule.addPropertyWithValue('tzoffsetfrom', ICAL.UtcOffset.fromString(sign(last)));
    rule.addPropertyWithValue('tzoffsetto', ICAL.UtcOffset.fromString(sign(now)));
    rule.addPropertyWithValue('dtstart', ICAL.Time.fromJSDate(new Date(day - 86_400_000), true));
    zone.addSubcomponent(rule);
    last = now;
  }
  ICAL.TimezoneService.register(new ICAL.Timezone({ tzid: name, component: zone }), name);
}

const clocks = new Map<string, Intl.DateTimeFormat>();

/** Kept: making one takes a hundred times as long as asking it. */
function clockOf(zone: string): Intl.DateTimeFormat {
  const made =
    clocks.get(zone) ?? new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' });
  clocks.set(zone, made);
  return made;
}

/** Undefined for a name that isn't in the database. */
function utcOf(time: ICAL.Time, zone: string): string | undefined {
  const wall = Date.UTC(time.year, time.month - 1, time.day, time.hour, time.minute, time.second);
  try {
    const clock = clockOf(zone);
    const shown = (at: number): number => Date.parse(`${clock.format(at).replace(' ', 'T')}Z`);
    let at = wall;
    // The offset is that of the moment looked for, so it is looked for twice.
    for (let n = 0; n < 2; n += 1) at += wall - shown(at);
    return new Date(at).toISOString();
  } catch {
    return undefined;
  }
}

/** Rules are objects here, and the order of their parts means nothing. */
function plain(type: string, value: unknown): unknown {
  if (type === 'duration') return ICAL.Duration.fromString(String(value)).toSeconds();
  if (type === 'recur') return Object.fromEntries(Object.entries(value as object).sort(([a], [b]) => (a < b ? -1 : 1)));
  return value;
}

function said(component: ICAL.Component): string[] {
  const own = component
    .getAllProperties()
    .filter((one) => !PASSED_OVER.has(one.name))
    .flatMap((property) => {
      const [name, parameters, type, ...values] = property.toJSON() as [string, Record<string, unknown>, string];
      const kept = Object.entries(parameters)
        .filter(([key]) => !NO_MEANING.has(key))
        .map(([key, value]) => `${key}=${[value].flat().join(',').trim()}`)
        .sort();
      return values.map((value) => JSON.stringify([component.name, name, kept, type, plain(type, value)]));
    });
  return [...own, ...component.getAllSubcomponents().flatMap(said)];
}
