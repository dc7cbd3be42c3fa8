import { type Csdl, elementOf, isA, isOpen, type Property, propertyOf } from './csdl.ts';
import { CLIENT_IDS, READ_ONLY } from './documented.ts';

const ANY = new Set(['Edm.Untyped', 'microsoft.graph.Json', 'Edm.PrimitiveType']);
const INTEGERS: Readonly<Record<string, number>> = {
  'Edm.Byte': 8,
  'Edm.SByte': 8,
  'Edm.Int16': 16,
  'Edm.Int32': 32,
  'Edm.Int64': 64,
};
const TEXTS: Readonly<Record<string, RegExp>> = {
  'Edm.String': /^[\s\S]*$/,
  'Edm.DateTimeOffset': /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,12})?)?(Z|[+-]\d\d:\d\d)$/,
  'Edm.Date': /^\d{4}-\d\d-\d\d$/,
  'Edm.TimeOfDay': /^\d\d:\d\d:\d\d(\.\d{1,12})?$/,
  'Edm.Duration': /^-?P(\d+D)?(T(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?$/,
  'Edm.Guid': /^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/,
  'Edm.Binary': /^[A-Za-z0-9+/_-]*={0,2}$/,
  'Edm.Stream': /^[A-Za-z0-9+/_-]*={0,2}$/,
};

/**
 * What is wrong with a JSON value, by the description; each with the place of the fault.
 *
 * @param sent true for what a client sends: it may leave out what it likes, and must not send what is read-only
 */
export function faultsOf(csdl: Csdl, value: unknown, type: string, sent: boolean, at = ''): string[] {
  const element = elementOf(type);
  if (element !== undefined) {
    if (!Array.isArray(value)) return [`${at}: not a list of ${element}`];
    return value.flatMap((item, index) => faultsOf(csdl, item, element, sent, `${at}[${index}]`));
  }
  if (ANY.has(type)) return [];
  const bits = INTEGERS[type];
  if (bits !== undefined) {
    const good = Number.isInteger(value) && Math.abs(value as number) <= 2 ** (bits - 1);
    return good ? [] : [`${at}: ${shown(value)} is no ${type}`];
  }
  if (type === 'Edm.Boolean') return typeof value === 'boolean' ? [] : [`${at}: ${shown(value)} is no ${type}`];
  if (/^Edm\.(Double|Single|Decimal)$/.test(type)) {
    return typeof value === 'number' || value === 'INF' ? [] : [`${at}: ${shown(value)} is no ${type}`];
  }
  const pattern = TEXTS[type];
  if (pattern !== undefined) {
    return typeof value === 'string' && pattern.test(value) ? [] : [`${at}: ${shown(value)} is no ${type}`];
  }
  const enumType = csdl.enums.get(type);
  if (enumType !== undefined) {
    const names = typeof value === 'string' ? (enumType.flags ? value.split(',') : [value]) : [];
    const good = names.length > 0 && names.every((name) => enumType.members.has(name.trim()));
    return good ? [] : [`${at}: ${shown(value)} is no ${type}`];
  }
  return objectFaults(csdl, value, type, sent, at);
}

function objectFaults(csdl: Csdl, value: unknown, declared: string, sent: boolean, at: string): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return [`${at}: not an object of ${declared}`];
  if (!csdl.types.has(declared)) return [`${at}: the description has no type ${declared}`];
  const json = value as Record<string, unknown>;
  const said = json['@odata.type'];
  const type = typeof said === 'string' ? said.replace(/^#/, '') : declared;
  if (!isA(csdl, type, declared)) return [`${at}: @odata.type ${type} is no ${declared}`];
  const faults: string[] = [];
  for (const [name, content] of Object.entries(json)) {
    if (name.includes('@')) continue;
    const property = propertyOf(csdl, type, name);
    const place = `${at}${at === '' ? '' : '.'}${name}`;
    // An app's own properties.
    if (property === undefined && isA(csdl, type, 'microsoft.graph.extension')) continue;
    if (property === undefined && isOpen(csdl, type)) faults.push(...memberFaults(csdl, content, sent, place));
    else if (property === undefined) faults.push(`${place}: ${type} has no such property`);
    else faults.push(...propertyFaults(csdl, type, name, property, content, sent, place));
  }
  return faults;
}

/** A member of an open type: what it is, it says itself. */
function memberFaults(csdl: Csdl, content: unknown, sent: boolean, place: string): string[] {
  const said = (content as Record<string, unknown> | null)?.['@odata.type'];
  return typeof said === 'string' ? faultsOf(csdl, content, said.replace(/^#/, ''), sent, place) : [];
}

function propertyFaults(
  csdl: Csdl,
  type: string,
  name: string,
  property: Property,
  content: unknown,
  sent: boolean,
  place: string,
): string[] {
  if (sent && (property.computed || isReadOnly(csdl, type, name))) return [`${place}: ${type} has it read-only`];
  if (content === null) {
    return property.nullable || property.navigation ? [] : [`${place}: null, and ${type} has it required`];
  }
  return faultsOf(csdl, content, property.type, sent, place);
}

function isReadOnly(csdl: Csdl, type: string, name: string): boolean {
  if (name === 'id' && CLIENT_IDS.includes(type.replace('microsoft.graph.', ''))) return false;
  for (let at: string | undefined = type; at !== undefined; at = csdl.types.get(at)?.base) {
    if (READ_ONLY[at.replace('microsoft.graph.', '')]?.includes(name) === true) return true;
  }
  return false;
}

function shown(value: unknown): string {
  return JSON.stringify(value)?.slice(0, 60) ?? 'nothing';
}
