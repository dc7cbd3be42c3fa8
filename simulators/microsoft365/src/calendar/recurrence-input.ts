import { integer, invalid, listOf, object, oneOf, orNull, type Reader, text } from '../outlook/input.ts';
import {
  daysOfWeek,
  occurrenceDates,
  type PatternedRecurrence,
  patternTypes,
  type RecurrencePattern,
  type RecurrenceRange,
  weekIndexes,
} from './recurrence.ts';
import { ianaZone, reportedZone } from './zones.ts';

const fields = object('patternedRecurrence', {
  pattern: object('recurrencePattern', {
    type: oneOf(patternTypes),
    interval: integer,
    month: integer,
    dayOfMonth: integer,
    daysOfWeek: orNull(listOf(oneOf(daysOfWeek))),
    firstDayOfWeek: orNull(oneOf(daysOfWeek)),
    index: orNull(oneOf(weekIndexes)),
  }),
  range: object('recurrenceRange', {
    type: oneOf(['endDate', 'noEnd', 'numbered']),
    startDate: date,
    endDate: orNull(date),
    recurrenceTimeZone: orNull(text),
    numberOfOccurrences: integer,
  }),
});

function date(value: unknown, path: string): string {
  const given = text(value, path);
  const right = /^\d{4}-\d\d-\d\d$/.test(given) && !Number.isNaN(Date.parse(`${given}T00:00:00Z`));
  if (!right) throw invalid(`${path} is not a date.`, 'RequestBodyRead');
  return given;
}

/**
 * A recurrence as a body gives it, checked: what the type needs is there and within Exchange's limits.
 *
 * @param zone the event's zone, for a range that names none
 */
export function readRecurrence(value: unknown, path: string, zone: string): PatternedRecurrence {
  const { pattern: given, range } = fields(value, path);
  if (given?.type === undefined || given.interval === undefined) throw wrong('pattern needs type and interval');
  if (range?.type === undefined || range.startDate === undefined) throw wrong('range needs type and startDate');
  const { type, interval } = given;
  const pattern: RecurrencePattern = {
    type,
    interval,
    month: given.month ?? 0,
    dayOfMonth: given.dayOfMonth ?? 0,
    daysOfWeek: daysOfWeek.filter((name) => given.daysOfWeek?.includes(name)),
    firstDayOfWeek: given.firstDayOfWeek ?? 'sunday',
    index: given.index ?? 'first',
  };
  if (interval < 1 || interval > (type === 'daily' ? 999 : 99)) throw wrong('interval is out of range');
  const needsDays = type === 'weekly' || type.startsWith('relative');
  if (needsDays && pattern.daysOfWeek.length === 0) throw wrong('daysOfWeek is required');
  const needsDay = type.startsWith('absolute');
  if (needsDay && (pattern.dayOfMonth < 1 || pattern.dayOfMonth > 31)) throw wrong('dayOfMonth is required');
  if (type.endsWith('Yearly') && (pattern.month < 1 || pattern.month > 12)) throw wrong('month is required');
  const recurrenceTimeZone = range.recurrenceTimeZone ?? zone;
  if (ianaZone(recurrenceTimeZone) === undefined) {
    throw invalid(`The time zone '${recurrenceTimeZone}' is not supported.`, 'TimeZoneNotSupportedException');
  }
  const recurrence: PatternedRecurrence = { pattern, range: readRange(range, recurrenceTimeZone) };
  if (occurrenceDates(recurrence).next().done) throw wrong('the series has no occurrence');
  return recurrence;
}

function readRange(
  range: { type?: RecurrenceRange['type']; startDate?: string; endDate?: string | null; numberOfOccurrences?: number },
  zone: string,
): RecurrenceRange {
  const { type, startDate = '', endDate, numberOfOccurrences } = range;
  const common = { startDate, recurrenceTimeZone: reportedZone(zone) };
  if (type === 'numbered') {
    if (numberOfOccurrences === undefined || numberOfOccurrences < 1 || numberOfOccurrences > 999) {
      throw wrong('numberOfOccurrences is out of range');
    }
    return { ...common, type, numberOfOccurrences };
  }
  if (type === 'endDate') {
    if (typeof endDate !== 'string' || endDate < startDate) throw wrong('endDate is missing or before startDate');
    return { ...common, type, endDate };
  }
  return { ...common, type: 'noEnd' };
}

const wrong = (why: string) => invalid(`The recurrence is not valid: ${why}.`, 'ErrorInvalidRecurrence');

/** As Graph answers it: unused numbers are 0, an unused end is the year 1. */
export function recurrenceJson({ pattern, range }: PatternedRecurrence): Record<string, unknown> {
  const { daysOfWeek: days, ...rest } = pattern;
  return {
    pattern: { ...rest, ...(days.length === 0 ? {} : { daysOfWeek: days }) },
    range: {
      type: range.type,
      startDate: range.startDate,
      endDate: range.type === 'endDate' ? range.endDate : '0001-01-01',
      recurrenceTimeZone: range.recurrenceTimeZone,
      numberOfOccurrences: range.type === 'numbered' ? range.numberOfOccurrences : 0,
    },
  };
}

/** Reader for a nullable recurrence in a zone that is known beforehand. */
export function recurrenceReader(zone: string): Reader<PatternedRecurrence | null> {
  return orNull((value, path) => readRecurrence(value, path, zone));
}
