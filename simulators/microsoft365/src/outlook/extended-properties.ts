import { badRequest } from '../http/errors.ts';
import {
  type ExtendedProperties,
  multiValued,
  normalizeFilterIds,
  singleValued,
  takeExtendedProperties,
} from '../mail/extended-property.ts';
import type { Expand } from '../odata/expand.ts';
import { parseFilter } from '../odata/filter.ts';
import { type Reader, unreadable } from './input.ts';

/** The two navigation properties in the body of a create or update, read later. */
const list: Reader<unknown[]> = (value, path) => {
  if (!Array.isArray(value)) throw unreadable(path, 'Collection');
  return value;
};
export const extendedPropertyFields = { singleValueExtendedProperties: list, multiValueExtendedProperties: list };

/** What a body has read by {@link extendedPropertyFields} makes of the properties so far; null removes one. */
export function withExtendedProperties(
  before: ReadonlyMap<string, string | string[]>,
  given: { singleValueExtendedProperties?: unknown[]; multiValueExtendedProperties?: unknown[] },
): ExtendedProperties {
  const after = new Map(before);
  takeExtendedProperties(after, given.singleValueExtendedProperties ?? [], false);
  takeExtendedProperties(after, given.multiValueExtendedProperties ?? [], true);
  return after;
}

const lists = { singleValueExtendedProperties: singleValued, multiValueExtendedProperties: multiValued };

/** What `$expand` adds to an item's JSON of its extended properties: only those that its `$filter` names. */
export function expandedProperties(properties: ExtendedProperties, expand: readonly Expand[]): Record<string, unknown> {
  const shown: Record<string, unknown> = {};
  for (const { property, filter } of expand) {
    if (!Object.hasOwn(lists, property)) continue;
    if (filter === undefined)
      throw badRequest(`$expand of ${property} needs a $filter with the ids.`, 'ErrorInvalidUrlQueryFilter');
    const wanted = parseFilter(normalizeFilterIds(filter));
    const found = lists[property as keyof typeof lists](properties).filter((entry) => wanted(entry));
    // An item that has none of them doesn't show the property at all.
    if (found.length > 0) shown[property] = found;
  }
  return shown;
}

/** The properties as `$filter` sees them: `singleValueExtendedProperties/any(p: p/id eq '…' and p/value eq '…')`. */
export function filterableProperties(properties: ExtendedProperties): Record<string, unknown> {
  return Object.fromEntries(Object.entries(lists).map(([name, of]) => [name, of(properties)]));
}
