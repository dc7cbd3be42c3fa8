import { type Card, escapeText, type Property } from '@sterna/content';
import { Groups } from './labelled.ts';
import { FOREIGN, type PersonAddress, type PersonDate, type PersonFields } from './person.ts';
import { pictureType, RELATIONS } from './to-person.ts';

/** A contact of Google as a vCard 3.0 (RFC 2426). */
export function fromPerson(
  person: PersonFields,
  uid: string,
  labels: readonly string[],
  photo: Buffer | undefined,
): Card {
  const [name] = person.names ?? [];
  const [organization, ...former] = person.organizations ?? [];
  const parts = [name?.familyName, name?.givenName, name?.middleName, name?.honorificPrefix, name?.honorificSuffix];
  const groups = new Groups();
  const named = (properties: Property[], type: string | undefined): Property[] =>
    properties.flatMap((one) => groups.labelled(one, isPlain(type) ? undefined : type));
  const properties: Property[] = [
    line('UID', uid),
    line('FN', escapeText(shownName(person))),
    line('N', parts.map((part) => escapeText(part ?? '')).join(';')),
    ...(person.nicknames ?? []).flatMap(({ value }) => text('NICKNAME', value)),
    ...organizationLine(organization),
    ...text('TITLE', organization?.title),
    ...(person.occupations ?? []).flatMap(({ value }) => text('ROLE', value)),
    ...(person.emailAddresses ?? []).flatMap(({ value, type }) =>
      named(typed(text('EMAIL', value), ['INTERNET', ...kind(type)]), type),
    ),
    ...(person.phoneNumbers ?? []).flatMap(({ value, type }) =>
      named(typed(text('TEL', value), PHONES[type ?? ''] ?? []), PHONES[type ?? ''] === undefined ? type : undefined),
    ),
    ...(person.addresses ?? []).flatMap((one) => named(addressLine(one), one.type)),
    ...(person.urls ?? []).flatMap(({ value, type }) => named(typed(plain('URL', value), kind(type)), type)),
    ...(person.imClients ?? []).flatMap(({ username, protocol }) => im(username, protocol)),
    ...date('BDAY', person.birthdays?.[0]?.date),
    ...date('X-ANNIVERSARY', person.events?.find(({ type }) => type === 'anniversary')?.date),
    ...(person.biographies ?? []).flatMap(({ value }) => text('NOTE', value)),
    ...(labels.length === 0 ? [] : [line('CATEGORIES', labels.map(escapeText).join(','))]),
    ...RELATIONS.flatMap(([property, wanted]) =>
      (person.relations ?? []).filter(({ type }) => type === wanted).flatMap((one) => text(property, one.person)),
    ),
    ...(person.relations ?? [])
      .filter(({ type }) => !RELATIONS.some(([, wanted]) => wanted === type))
      .flatMap((one) => named(text('X-ABRELATEDNAMES', one.person), one.type ?? 'other')),
    ...(person.events ?? [])
      .filter(({ type }) => type !== 'anniversary')
      .flatMap((one) => named(date('X-ABDATE', one.date), one.type ?? 'other')),
    ...former.map((one) => foreign('organizations', one)),
    ...FOREIGN.flatMap((field) => (person[field] ?? []).map((entry) => foreign(field, entry))),
    ...text('X-PHONETIC-FIRST-NAME', name?.phoneticGivenName),
    ...text('X-PHONETIC-LAST-NAME', name?.phoneticFamilyName),
    ...picture(photo),
  ];
  return { version: '3.0', properties };
}

function shownName({ names, nicknames, organizations, emailAddresses }: PersonFields): string {
  const [name] = names ?? [];
  const whole = [name?.honorificPrefix, name?.givenName, name?.middleName, name?.familyName, name?.honorificSuffix];
  return (
    whole.filter(Boolean).join(' ') ||
    name?.unstructuredName ||
    name?.displayName ||
    nicknames?.[0]?.value ||
    organizations?.[0]?.name ||
    emailAddresses?.[0]?.value ||
    ''
  );
}

function organizationLine(organization: NonNullable<PersonFields['organizations']>[number] | undefined): Property[] {
  const { name = '', department = '' } = organization ?? {};
  if (name === '' && department === '') return [];
  return [line('ORG', [name, ...(department === '' ? [] : department.split('; '))].map(escapeText).join(';'))];
}

function addressLine(address: PersonAddress): Property[] {
  const { poBox, extendedAddress, streetAddress, city, region, postalCode, country, formattedValue, type } = address;
  const parts = [poBox, extendedAddress, streetAddress, city, region, postalCode, country];
  // One that was only ever written as text.
  const shown = parts.some(Boolean) ? parts : [undefined, undefined, formattedValue];
  if (!shown.some(Boolean)) return [];
  return typed([line('ADR', shown.map((part) => escapeText(part ?? '')).join(';'))], kind(type));
}

const kind = (type: string | undefined): string[] => (type === 'home' ? ['HOME'] : type === 'work' ? ['WORK'] : []);

const isPlain = (type: string | undefined): boolean => type === undefined || /^(?:home|work)?$/i.test(type);

/** What Google computes, and where an entry is from, is none of it. */
function foreign(field: string, entry: object): Property {
  const own = Object.entries(entry).filter(([name]) => name !== 'metadata' && !name.startsWith('formatted'));
  const parameters = [{ name: 'X-FIELD', values: [field] }];
  return {
    group: undefined,
    name: 'X-GOOGLE-PERSON',
    parameters,
    value: escapeText(JSON.stringify(Object.fromEntries(own.sort()))),
  };
}

const PHONES: Readonly<Record<string, readonly string[]>> = {
  home: ['HOME'],
  work: ['WORK'],
  mobile: ['CELL'],
  workMobile: ['CELL', 'WORK'],
  homeFax: ['FAX', 'HOME'],
  workFax: ['FAX', 'WORK'],
  otherFax: ['FAX'],
  pager: ['PAGER'],
  workPager: ['PAGER', 'WORK'],
  main: ['MAIN'],
};

function im(username: string | undefined, protocol: string | undefined): Property[] {
  if (username === undefined || username === '') return [];
  const scheme = protocol === 'jabber' ? 'xmpp' : protocol;
  return plain('IMPP', scheme === undefined || scheme === '' ? username : `${scheme}:${username}`);
}

function date(name: string, given: PersonDate | undefined): Property[] {
  const { year = 0, month = 0, day = 0 } = given ?? {};
  if (month === 0 || day === 0) return [];
  const pad = (value: number, digits = 2): string => String(value).padStart(digits, '0');
  return [line(name, year === 0 ? `--${pad(month)}${pad(day)}` : `${pad(year, 4)}-${pad(month)}-${pad(day)}`)];
}

function picture(photo: Buffer | undefined): Property[] {
  if (photo === undefined || photo.length === 0) return [];
  const parameters = [
    { name: 'ENCODING', values: ['b'] },
    { name: 'TYPE', values: [pictureType(photo)] },
  ];
  return [{ ...line('PHOTO', photo.toString('base64')), parameters }];
}

const line = (name: string, value: string): Property => ({ group: undefined, name, parameters: [], value });
const typed = (properties: Property[], types: readonly string[]): Property[] =>
  types.length === 0
    ? properties
    : properties.map((one) => ({ ...one, parameters: [{ name: 'TYPE', values: [...types] }] }));
const text = (name: string, value: string | undefined): Property[] =>
  value === undefined || value === '' ? [] : [line(name, escapeText(value))];
/** Addresses of the web are never escaped. */
const plain = (name: string, value: string | undefined): Property[] =>
  value === undefined || value === '' ? [] : [line(name, value.replace(/[\r\n]/g, ''))];
