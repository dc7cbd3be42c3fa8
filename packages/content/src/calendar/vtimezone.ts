import { type Component, type Property, parameterOf } from '../lines/content-line.ts';
import { isKnownZone } from './canonical.ts';
import { offsetAt } from './iana-zones.ts';
import { compact, wallText } from './moments.ts';

const DAY = 86_400_000;
/** Years after the first moment whose changes of the clock are written out where they follow no rule. */
const YEARS = 10;
const DAYS = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'];

/** VTIMEZONEs of all zones that these items name (RFC 5545 section 3.6.5 demands them), as the IANA database has them. */
export function zonesFor(items: readonly Component[]): readonly Component[] {
  const first = new Map<string, number>();
  const look = (component: Component): void => {
    for (const property of component.properties) {
      const zone = parameterOf(property, 'TZID');
      const wall = compact(property.value.split(/[,/]/)[0] ?? '');
      // What no system knows has no rules to be written.
      if (zone !== undefined && wall !== undefined && isKnownZone(zone))
        first.set(zone, Math.min(wall, first.get(zone) ?? wall));
    }
    component.components.forEach(look);
  };
  items.forEach(look);
  return [...first].map(([zone, wall]) => kept(zone, new Date(wall).getUTCFullYear()));
}

/** Looking up the days of ten years takes 20 ms, and a calendar is of few zones and years. */
const made = new Map<string, Component>();
const MOST_KEPT = 1_000;

function kept(zone: string, year: number): Component {
  const key = `${zone} ${year}`;
  const known = made.get(key);
  if (known !== undefined) return known;
  const fresh = vtimezone(zone, year);
  if (made.size >= MOST_KEPT) made.clear();
  made.set(key, fresh);
  return fresh;
}

interface Change {
  readonly at: number;
  readonly from: number;
  readonly to: number;
}

function vtimezone(zone: string, year: number): Component {
  const changes: Change[] = [];
  for (let at = Date.UTC(year, 0, 1); at < Date.UTC(year + YEARS, 0, 1); at += DAY) {
    const [from, to] = [offsetAt(at, zone), offsetAt(at + DAY, zone)];
    if (from === to) continue;
    let [low, high] = [at, at + DAY];
    while (high - low > 1_000) {
      const middle = Math.floor((low + high) / 2_000) * 1_000;
      if (offsetAt(middle, zone) === from) low = middle;
      else high = middle;
    }
    changes.push({ at: high, from, to });
  }
  const start = offsetAt(Date.UTC(year, 0, 1), zone);
  const rules = ruled(changes);
  const observances = rules ?? [
    observance('STANDARD', Date.UTC(year, 0, 1) + start, start, start),
    ...changes.map(({ at, from, to }) => observance(to > from ? 'DAYLIGHT' : 'STANDARD', at + from, from, to)),
  ];
  return { name: 'VTIMEZONE', properties: [property('TZID', zone)], components: observances };
}

/** Two changes each year, always on the same weekday of the same month: one rule each. Undefined where it isn't so. */
function ruled(changes: readonly Change[]): Component[] | undefined {
  if (changes.length !== 2 * YEARS) return undefined;
  const found: Component[] = [];
  for (const first of [0, 1]) {
    const own = changes.filter((_, n) => n % 2 === first);
    const [one] = own;
    if (one === undefined) return undefined;
    const place = [weekRule(one), lastRule(one)].find((rule) =>
      own.every(
        (other) =>
          [weekRule(other), lastRule(other)].includes(rule) &&
          other.from === one.from &&
          other.to === one.to &&
          clock(other) === clock(one),
      ),
    );
    if (place === undefined) return undefined;
    const rule = property('RRULE', `FREQ=YEARLY;${place}`);
    found.push(observance(one.to > one.from ? 'DAYLIGHT' : 'STANDARD', one.at + one.from, one.from, one.to, rule));
  }
  return found;
}

const clock = ({ at, from }: Change): number => (((at + from) % DAY) + DAY) % DAY;
const dateOf = ({ at, from }: Change): Date => new Date(at + from);
const monthRule = (date: Date, nth: number): string =>
  `BYMONTH=${date.getUTCMonth() + 1};BYDAY=${nth}${DAYS[date.getUTCDay()]}`;
const weekRule = (change: Change): string => monthRule(dateOf(change), Math.ceil(dateOf(change).getUTCDate() / 7));
function lastRule(change: Change): string {
  const date = dateOf(change);
  const days = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  return monthRule(date, -Math.ceil((days - date.getUTCDate() + 1) / 7));
}

function observance(name: string, wall: number, from: number, to: number, rule?: Property): Component {
  return {
    name,
    properties: [
      property('DTSTART', wallText(wall)),
      ...(rule === undefined ? [] : [rule]),
      property('TZOFFSETFROM', offsetText(from)),
      property('TZOFFSETTO', offsetText(to)),
    ],
    components: [],
  };
}

function offsetText(offset: number): string {
  const seconds = Math.abs(offset) / 1_000;
  const parts = [
    Math.floor(seconds / 3_600),
    Math.floor(seconds / 60) % 60,
    ...(seconds % 60 === 0 ? [] : [seconds % 60]),
  ];
  return `${offset < 0 ? '-' : '+'}${parts.map((part) => String(part).padStart(2, '0')).join('')}`;
}

const property = (name: string, value: string): Property => ({ group: undefined, name, parameters: [], value });
