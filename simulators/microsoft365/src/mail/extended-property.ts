import { badRequest } from '../http/errors.ts';

/** MAPI types that a singleValueExtendedProperty can have. */
const TYPES = [
  'ApplicationTime',
  'Binary',
  'Boolean',
  'CLSID',
  'Currency',
  'Double',
  'Float',
  'Integer',
  'Long',
  'Short',
  'String',
  'SystemTime',
];

const BY_LOWER = new Map(TYPES.flatMap((type) => [type, `${type}Array`]).map((type) => [type.toLowerCase(), type]));

/** Property id in its normal form → value as text (a list of texts for a multi-value property). */
export type ExtendedProperties = Map<string, string | string[]>;

/**
 * The form in which Exchange tells a property's id: the tag in lower-case hex without leading zeros (`Integer 0xe07`),
 * the property set's GUID in lower case. Throws 400 for what is no id.
 *
 * @param id `Integer 0x0E07`, `String {guid} Name X` or `Binary {guid} Id 0x3`
 */
export function normalizePropertyId(id: string): string {
  const match = /^\s*(\w+)\s+(?:(0x[0-9a-f]+)|(\{[0-9a-f-]{36}\})\s+(?:Name\s+(.+)|Id\s+(0x[0-9a-f]+)))\s*$/i.exec(id);
  const type = BY_LOWER.get(match?.[1]?.toLowerCase() ?? '');
  if (match === null || type === undefined) {
    throw badRequest(`The property id '${id}' is invalid.`, 'ErrorInvalidProperty');
  }
  const [, , tag, set, name, localId] = match;
  if (tag !== undefined) return `${type} ${hex(tag)}`;
  return `${type} ${set?.toLowerCase()} ${localId === undefined ? `Name ${name}` : `Id ${hex(localId)}`}`;
}

/** Takes `singleValueExtendedProperties` or `multiValueExtendedProperties` of a request into `target`. */
export function takeExtendedProperties(target: ExtendedProperties, list: unknown, multiple: boolean): void {
  if (!Array.isArray(list)) throw badRequest('Extended properties must be an array.');
  for (const entry of list as { id?: unknown; value?: unknown }[]) {
    if (typeof entry?.id !== 'string') throw badRequest('An extended property needs an id.');
    const id = normalizePropertyId(entry.id);
    if (entry.value === null || entry.value === undefined) {
      target.delete(id);
      continue;
    }
    const values = multiple ? entry.value : [entry.value];
    if (!Array.isArray(values) || values.some((value) => typeof value !== 'string')) {
      throw badRequest(`The value of '${entry.id}' must be ${multiple ? 'a list of strings' : 'a string'}.`);
    }
    for (const value of values as string[]) checkValue(id, value);
    target.set(id, multiple ? (values as string[]) : (values[0] as string));
  }
}

function checkValue(id: string, value: string): void {
  const type = id.split(' ')[0]?.replace(/Array$/, '');
  const valid =
    type === 'Integer' || type === 'Long' || type === 'Short'
      ? /^-?\d+$/.test(value)
      : type === 'SystemTime'
        ? !Number.isNaN(Date.parse(value))
        : type === 'Boolean'
          ? /^(true|false)$/i.test(value)
          : type === 'Binary'
            ? /^[A-Za-z0-9+/]*={0,2}$/.test(value) && value.length % 4 === 0
            : true;
  if (!valid) throw badRequest(`'${value.slice(0, 40)}' is no value for the property '${id}'.`, 'ErrorInvalidProperty');
}

/** As `$filter` sees them: ids within the filter's text are brought into the normal form too. */
export function normalizeFilterIds(filter: string): string {
  return filter.replace(/(\bid\s+eq\s+)'((?:[^']|'')*)'/g, (whole, before: string, id: string) => {
    try {
      return `${before}'${normalizePropertyId(id.replaceAll("''", "'")).replaceAll("'", "''")}'`;
    } catch {
      return whole;
    }
  });
}

export function singleValued(properties: ExtendedProperties): { id: string; value: string }[] {
  return [...properties].flatMap(([id, value]) => (typeof value === 'string' ? [{ id, value }] : []));
}

export function multiValued(properties: ExtendedProperties): { id: string; value: string[] }[] {
  return [...properties].flatMap(([id, value]) => (typeof value === 'string' ? [] : [{ id, value }]));
}

function hex(text: string): string {
  return `0x${Number.parseInt(text, 16).toString(16)}`;
}
