import type { Json } from './store.ts';

/** A body that People refuses: 400, INVALID_ARGUMENT. */
export class InvalidPerson extends Error {}

/** Fields of a contact that may be written, with those of their properties that are computed. */
const WRITABLE: Readonly<Record<string, readonly string[]>> = {
  addresses: ['formattedType'],
  biographies: [],
  birthdays: [],
  calendarUrls: ['formattedType'],
  clientData: [],
  emailAddresses: ['formattedType'],
  events: ['formattedType'],
  externalIds: ['formattedType'],
  fileAses: [],
  genders: ['formattedValue'],
  imClients: ['formattedType', 'formattedProtocol'],
  interests: [],
  locales: [],
  locations: [],
  miscKeywords: ['formattedType'],
  names: ['displayName', 'displayNameLastFirst'],
  nicknames: [],
  occupations: [],
  organizations: ['formattedType'],
  phoneNumbers: ['canonicalForm', 'formattedType'],
  relations: ['formattedType'],
  sipAddresses: ['formattedType'],
  skills: [],
  urls: ['formattedType'],
  userDefined: [],
};

/** One of them at most, on a contact. https://developers.google.com/people/api/rest/v1/people/createContact */
const SINGLETONS = new Set(['biographies', 'birthdays', 'genders', 'names']);

/** What updatePersonFields takes. */
export const UPDATABLE: readonly string[] = [...Object.keys(WRITABLE), 'memberships'].sort();

/** What personFields and readMask take. */
export const READABLE: readonly string[] = [...UPDATABLE, 'ageRanges', 'coverPhotos', 'metadata', 'photos'].sort();

/** Each needs one of these: an entry without any says nothing. */
const NEEDED: Readonly<Record<string, readonly string[]>> = {
  emailAddresses: ['value'],
  phoneNumbers: ['value'],
  urls: ['value'],
  nicknames: ['value'],
  clientData: ['key', 'value'],
  userDefined: ['key', 'value'],
  externalIds: ['value'],
  events: ['date'],
  relations: ['person'],
  sipAddresses: ['value'],
  imClients: ['username'],
};

/** What a user may not have more of; characters and entries. Not documented: seen in the programs of others. */
const MAX_TEXT = 8192;
const MAX_BYTES = 512 * 1024;

/** The fields of a body that are kept. Throws InvalidPerson. */
export function readFields(body: Json, only?: readonly string[]): Json {
  const fields: Json = {};
  for (const [name, computed] of Object.entries(WRITABLE)) {
    if (only !== undefined && !only.includes(name)) continue;
    const value = body[name];
    if (value === undefined || value === null) continue;
    if (!Array.isArray(value)) throw new InvalidPerson(`Invalid value at 'person.${name}'`);
    if (SINGLETONS.has(name) && value.length > 1) {
      throw new InvalidPerson(`Contact person resources can only have one ${name} entry.`);
    }
    const entries = (value as Json[]).map((entry) => readEntry(name, entry, computed));
    const kept = entries.filter((entry) => Object.keys(entry).length > 0);
    if (kept.length > 0) fields[name] = kept;
  }
  if (Buffer.byteLength(JSON.stringify(fields)) > MAX_BYTES) throw new InvalidPerson('Contact is too large.');
  return fields;
}

function readEntry(field: string, entry: Json, computed: readonly string[]): Json {
  const kept: Json = {};
  for (const [name, value] of Object.entries(entry)) {
    if (name === 'metadata' || computed.includes(name) || value === null || value === '') continue;
    if (typeof value === 'string' && value.length > MAX_TEXT) {
      throw new InvalidPerson(`person.${field}.${name} is too long.`);
    }
    kept[name] = value;
  }
  if (kept.date !== undefined) checkDate(field, kept.date as Json);
  const needed = NEEDED[field];
  if (needed !== undefined && Object.keys(kept).length > 0 && !needed.every((name) => kept[name] !== undefined)) {
    throw new InvalidPerson(`person.${field} needs ${needed.join(' and ')}.`);
  }
  return kept;
}

/** google.type.Date: parts may be missing (zero). */
function checkDate(field: string, { year = 0, month = 0, day = 0 }: Json): void {
  const whole = [year, month, day].every((part) => Number.isInteger(part));
  const inside = Number(year) >= 0 && Number(year) <= 9999 && Number(month) >= 0 && Number(month) <= 12;
  const days = new Date(Date.UTC(Number(year) || 2000, Number(month) || 12, 0)).getUTCDate();
  if (!whole || !inside || Number(day) < 0 || Number(day) > days) {
    throw new InvalidPerson(`Invalid date at 'person.${field}'`);
  }
}

/** Ids of the groups in a body's memberships; undefined when it has none. */
export function readMemberships(body: Json): string[] | undefined {
  const { memberships } = body;
  if (memberships === undefined || memberships === null) return undefined;
  return (memberships as Json[]).flatMap(({ contactGroupMembership }) => {
    const name = (contactGroupMembership as Json | undefined)?.contactGroupResourceName;
    if (name === undefined) return [];
    const id = /^contactGroups\/([^/]+)$/.exec(String(name))?.[1];
    if (id === undefined) throw new InvalidPerson('Invalid contact group resource name.');
    return [id];
  });
}

/** The parts of a mask: `names,emailAddresses`. Throws InvalidPerson for unknown ones, or none. */
export function readMask(mask: string | undefined, parameter: string, valid: readonly string[]): string[] {
  const parts = (mask ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  if (parts.length === 0) {
    throw new InvalidPerson(`${parameter} mask is required. Please specify one or more valid paths.`);
  }
  for (const part of parts) {
    if (!valid.includes(part.split('.')[0] as string)) {
      throw new InvalidPerson(`Invalid ${parameter} mask path: "${part}". Valid paths are documented.`);
    }
  }
  return parts.map((part) => part.split('.')[0] as string);
}
