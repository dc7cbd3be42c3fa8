import { badRequest } from '../http/errors.ts';
import type { Expand } from '../odata/expand.ts';
import { parseFilter } from '../odata/filter.ts';
import { listOf, object, orNull, type Reader, text } from './input.ts';

/**
 * MAPI properties as Graph shows them, on messages, events, contacts and folders. They are in an answer only when
 * `$expand` names them, each by its id.
 * https://learn.microsoft.com/graph/api/resources/extended-properties-overview
 */
export interface ExtendedProperties {
  /** Canonical id → value. */
  readonly single: ReadonlyMap<string, string>;
  readonly multiple: ReadonlyMap<string, readonly string[]>;
}

export const noProperties: ExtendedProperties = { single: new Map(), multiple: new Map() };

const types = [
  'ApplicationTime',
  'Binary',
  'Boolean',
  'CLSID',
  'Currency',
  'Double',
  'Error',
  'Float',
  'Integer',
  'Long',
  'Null',
  'Object',
  'Short',
  'String',
  'SystemTime',
];
const typeByFold = new Map(types.flatMap((name) => [name, `${name}Array`]).map((name) => [name.toLowerCase(), name]));

const named = /^(\w+) \{([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})\} (name|id) (.+)$/i;
const tagged = /^(\w+) 0x([0-9a-f]{1,4})$/i;

/**
 * An id in the one spelling that Exchange answers with: `String {guid in lower case} Name X`, `Integer 0xe07`.
 *
 * @returns undefined for what isn't an id
 */
export function canonicalId(id: string): string | undefined {
  const name = named.exec(id);
  if (name !== null) {
    const [, type = '', guid = '', kind = '', rest = ''] = name;
    const known = typeByFold.get(type.toLowerCase());
    if (known === undefined) return undefined;
    if (kind.toLowerCase() === 'name') return `${known} {${guid.toLowerCase()}} Name ${rest}`;
    const number = /^(?:0x[0-9a-f]+|\d+)$/i.test(rest) ? Number(rest) : Number.NaN;
    return Number.isNaN(number) ? undefined : `${known} {${guid.toLowerCase()}} Id 0x${number.toString(16)}`;
  }
  const tag = tagged.exec(id);
  const known = typeByFold.get((tag?.[1] ?? '').toLowerCase());
  return tag === null || known === undefined ? undefined : `${known} 0x${Number.parseInt(tag[2] as string, 16).toString(16)}`;
}

const propertyId: Reader<string> = (value, path) => {
  const id = canonicalId(text(value, path));
  if (id === undefined) throw badRequest(`The extended property id '${String(value)}' is not valid.`, 'ErrorInvalidProperty');
  return id;
};

/** Readers for the two navigation properties in the body of a create or update. */
export const extendedPropertyFields = {
  singleValueExtendedProperties: listOf(object('singleValueLegacyExtendedProperty', { id: propertyId, value: orNull(text) })),
  multiValueExtendedProperties: listOf(object('multiValueLegacyExtendedProperty', { id: propertyId, value: listOf(text) })),
};

/** What a body has read by {@link extendedPropertyFields} makes of the properties so far; null removes one. */
export function withExtendedProperties(
  before: ExtendedProperties,
  given: {
    singleValueExtendedProperties?: { id?: string; value?: string | null }[] | undefined;
    multiValueExtendedProperties?: { id?: string; value?: string[] }[] | undefined;
  },
): ExtendedProperties {
  const single = new Map(before.single);
  for (const { id, value } of given.singleValueExtendedProperties ?? []) {
    if (id === undefined) throw badRequest('An extended property needs an id.', 'ErrorInvalidProperty');
    checkValue(id, value);
    if (value === null || value === undefined) single.delete(id);
    else single.set(id, value);
  }
  const multiple = new Map(before.multiple);
  for (const { id, value } of given.multiValueExtendedProperties ?? []) {
    if (id === undefined || !/^\w+Array /.test(id)) throw badRequest('The property is not multivalued.', 'ErrorInvalidProperty');
    multiple.set(id, value ?? []);
  }
  return { single, multiple };
}

/** Exchange keeps typed values: text that isn't one is refused. */
function checkValue(id: string, value: string | null | undefined): void {
  if (value === null || value === undefined) return;
  const type = id.slice(0, id.indexOf(' '));
  const right =
    type === 'Integer' || type === 'Short' || type === 'Long'
      ? /^-?\d+$/.test(value)
      : type === 'Boolean'
        ? /^(true|false)$/i.test(value)
        : type === 'SystemTime'
          ? !Number.isNaN(Date.parse(value))
          : type === 'Binary'
            ? /^[A-Za-z0-9+/]*={0,2}$/.test(value) && value.length % 4 === 0
            : true;
  if (!right) throw badRequest(`The value of the extended property '${id}' is not of its type.`, 'ErrorInvalidExtendedPropertyValue');
}

const lists = {
  singleValueExtendedProperties: ({ single }: ExtendedProperties) => [...single].map(([id, value]) => ({ id, value })),
  multiValueExtendedProperties: ({ multiple }: ExtendedProperties) => [...multiple].map(([id, value]) => ({ id, value })),
};
type Listed = keyof typeof lists;

const isListed = (name: string): name is Listed => Object.hasOwn(lists, name);

/** What `$expand` adds to an item's JSON of its extended properties: only those that its `$filter` names. */
export function expandedProperties(properties: ExtendedProperties, expand: readonly Expand[]): Record<string, unknown> {
  const shown: Record<string, unknown> = {};
  for (const { property, filter } of expand) {
    if (!isListed(property)) continue;
    if (filter === undefined) throw badRequest(`$expand of ${property} needs a $filter with the ids.`, 'ErrorInvalidUrlQueryFilter');
    const wanted = parseFilter(canonicalFilter(filter));
    const found = lists[property](properties).filter((entry) => wanted(entry));
    // An item that has none of them doesn't show the property at all.
    if (found.length > 0) shown[property] = found;
  }
  return shown;
}

/** The properties as `$filter` sees them: `singleValueExtendedProperties/any(p: p/id eq '…' and p/value eq '…')`. */
export function filterableProperties(properties: ExtendedProperties): Record<string, unknown> {
  return Object.fromEntries(Object.entries(lists).map(([name, list]) => [name, list(properties)]));
}

/** The filter with the ids of extended properties in their canonical spelling. */
export function canonicalFilter(filter: string): string {
  return filter.replaceAll(/'((?:[^']|'')*)'/g, (whole, content: string) => {
    const id = canonicalId(content.replaceAll("''", "'"));
    return id === undefined ? whole : `'${id.replaceAll("'", "''")}'`;
  });
}

/** For exports: plain JSON, and back. */
export function propertiesToJson({ single, multiple }: ExtendedProperties): unknown {
  return { single: [...single], multiple: [...multiple] };
}

export function propertiesFromJson(json: unknown): ExtendedProperties {
  const { single, multiple } = json as { single: [string, string][]; multiple: [string, string[]][] };
  return { single: new Map(single), multiple: new Map(multiple) };
}
