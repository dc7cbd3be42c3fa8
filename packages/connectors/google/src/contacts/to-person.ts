import type { FidelityNote } from '@sterna/connector-kit';
import { bytesIn, type Card, hashOf, type Property, unescapeText } from '@sterna/content';
import { labelOf } from './labelled.ts';
import { FOREIGN, type PersonAddress, type PersonDate, type PersonFields } from './person.ts';

export interface ContactPlan {
  readonly fields: PersonFields;
  /** Names of labels. */
  readonly labels: readonly string[];
  /** What Google takes as a picture. */
  readonly photo: { readonly bytes: Buffer; readonly hash: string } | undefined;
  /** The card without the picture, to be kept. */
  readonly kept: Card;
  readonly notes: readonly FidelityNote[];
}

/** What a card is in Google Contacts; what there is no field for is kept beside it and noted. */
export function toPerson(card: Card): ContactPlan {
  const left = new Set<string>();
  const all = (name: string): readonly Property[] => card.properties.filter((one) => one.name === name);
  const text = (name: string): string => unescapeText(all(name)[0]?.value ?? '').trim();
  for (const name of ['FN', 'N', 'NICKNAME', 'ORG', 'TITLE', 'ROLE', 'NOTE', 'BDAY'])
    if (all(name).length > 1) left.add(name);
  const { photo, properties } = photoOf(card, left);
  const [name = '', department = ''] = organizationOf(all('ORG')[0]);
  const noted = unescapeText(all('NOTE')[0]?.value ?? '').replace(/\r\n?/g, '\n');
  // Shown where there is no name: it is none.
  const standsFor = new Set([name, text('NICKNAME'), unescapeText(all('EMAIL')[0]?.value ?? '').trim()]);
  const note = noted.slice(0, MOST_TEXT);
  if (note !== noted) left.add('NOTE');
  const birthday = dateOf(text('BDAY'));
  if (text('BDAY') !== '' && birthday === undefined) left.add('BDAY');
  const anniversary = dateOf(text('ANNIVERSARY') || text('X-ANNIVERSARY'));
  const typeOf = (property: Property): string => kindOf(property) || labelOf(card, property);
  const related = all('X-ABRELATEDNAMES').flatMap((one) =>
    some(unescapeText(one.value).trim(), (person) => ({ person, type: labelOf(card, one) || 'other' })),
  );
  const dates = all('X-ABDATE').flatMap((one) => {
    const date = dateOf(unescapeText(one.value).trim());
    if (date === undefined) left.add('X-ABDATE');
    return date === undefined ? [] : [{ date, type: labelOf(card, one) || 'other' }];
  });
  const relations = RELATIONS.flatMap(([property, type]) =>
    text(property) === '' ? [] : [{ person: text(property), type }],
  );
  const { organizations: former = [], ...foreign } = foreignOf(all('X-GOOGLE-PERSON'));
  const fields: PersonFields = {
    names: namesOf(
      parts(all('N')[0]),
      standsFor.has(text('FN')) ? '' : text('FN'),
      text('X-PHONETIC-FIRST-NAME'),
      text('X-PHONETIC-LAST-NAME'),
    ),
    nicknames: some(text('NICKNAME'), (value) => ({ value })),
    organizations:
      name === '' && department === '' && text('TITLE') === ''
        ? former
        : [withoutEmpty({ name, department, title: text('TITLE') }), ...former],
    occupations: some(text('ROLE'), (value) => ({ value })),
    emailAddresses: all('EMAIL').flatMap((one) =>
      some(unescapeText(one.value).trim(), (value) => withoutEmpty({ value, type: typeOf(one) })),
    ),
    phoneNumbers: all('TEL').flatMap((one) =>
      some(unescapeText(one.value).replace(/^tel:/i, '').trim(), (value) =>
        withoutEmpty({ value, type: phoneOf(one) || labelOf(card, one) }),
      ),
    ),
    addresses: all('ADR').flatMap((one) => addressOf(one, typeOf(one))),
    urls: all('URL').flatMap((one) => some(one.value.trim(), (value) => withoutEmpty({ value, type: typeOf(one) }))),
    imClients: imsOf(card),
    relations: [...relations, ...related],
    events: [...(anniversary === undefined ? [] : [{ date: anniversary, type: 'anniversary' }]), ...dates],
    birthdays: birthday === undefined ? [] : [{ date: birthday }],
    ...foreign,
    biographies: note === '' ? [] : [{ value: note, contentType: 'TEXT_PLAIN' }],
  };
  for (const one of card.properties) if (!HELD.has(one.name)) left.add(one.name);
  const categories = all('CATEGORIES')
    .flatMap((one) => splitAt(one.value, ','))
    .map((one) => unescapeText(one).trim())
    .filter(Boolean);
  const labels = categories.filter((one) => !RESERVED.test(one));
  if (labels.length < categories.length) left.add('CATEGORIES');
  const notes: FidelityNote[] = [];
  if (left.size > 0)
    notes.push({
      code: 'fields-not-held',
      text: `Google has no field for all of this; it is kept with the contact, and not shown: ${[...left].sort().slice(0, 12).join(', ')}.`,
    });
  return { fields, labels: [...new Set(labels)], photo, kept: { ...card, properties }, notes };
}

/** Characters of a text; not documented, seen in what others report. */
const MOST_TEXT = 8_192;

/** Names of groups that Google has by itself: no label can have one of them. */
const RESERVED = /^(?:my ?contacts|friends|family|coworkers|blocked|chat ?(?:contacts|buddies)|all)$/i;

/** Properties that say a relation, and the type that Google has for it. */
export const RELATIONS: readonly (readonly [string, string])[] = [
  ['X-SPOUSE', 'spouse'],
  ['X-ASSISTANT', 'assistant'],
  ['X-MANAGER', 'manager'],
];

const HELD: ReadonlySet<string> = new Set([
  ...['UID', 'FN', 'N', 'NICKNAME', 'ORG', 'TITLE', 'ROLE', 'URL', 'NOTE', 'BDAY', 'EMAIL', 'TEL', 'ADR', 'PHOTO'],
  ...[
    'CATEGORIES',
    'IMPP',
    'ANNIVERSARY',
    'X-ANNIVERSARY',
    'REV',
    'PRODID',
    'VERSION',
    'KIND',
    'SORT-STRING',
    'PROFILE',
  ],
  ...['X-PHONETIC-FIRST-NAME', 'X-PHONETIC-LAST-NAME', 'X-JABBER', 'X-AIM', 'X-ICQ', 'X-MSN', 'X-YAHOO', 'X-SKYPE'],
  ...['X-ABLABEL', 'X-ABRELATEDNAMES', 'X-ABDATE', 'X-GOOGLE-PERSON'],
  ...RELATIONS.map(([name]) => name),
]);

const some = <T>(value: string, make: (value: string) => T): T[] => (value === '' ? [] : [make(value)]);

const withoutEmpty = <T extends object>(given: T): T =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== '' && value !== undefined)) as T;

/** At signs that aren't escaped; a backslash may be escaped itself. */
function splitAt(value: string, sign: ',' | ';'): string[] {
  const found = [''];
  for (const piece of value.match(/\\[\s\S]|[\s\S]/g) ?? [])
    if (piece === sign) found.push('');
    else found[found.length - 1] += piece;
  return found;
}

const parts = (property: Property | undefined): string[] =>
  splitAt(property?.value ?? '', ';').map((part) =>
    splitAt(part, ',')
      .map((one) => unescapeText(one).trim())
      .filter(Boolean)
      .join(' '),
  );

function namesOf(
  [familyName = '', givenName = '', middleName = '', honorificPrefix = '', honorificSuffix = '']: readonly string[],
  shown: string,
  phoneticGivenName: string,
  phoneticFamilyName: string,
): NonNullable<PersonFields['names']> {
  const structured = withoutEmpty({
    familyName,
    givenName,
    middleName,
    honorificPrefix,
    honorificSuffix,
    phoneticGivenName,
    phoneticFamilyName,
  });
  if (Object.keys(structured).length > 0) return [structured];
  return some(shown, (unstructuredName) => ({ unstructuredName }));
}

function organizationOf(property: Property | undefined): string[] {
  const [name = '', ...units] = splitAt(property?.value ?? '', ';').map((one) => unescapeText(one).trim());
  return [name, units.filter(Boolean).join('; ')];
}

const typesOf = (property: Property): Set<string> =>
  new Set(
    property.parameters
      .filter((one) => one.name === 'TYPE')
      .flatMap((one) => one.values.map((value) => value.toLowerCase())),
  );

const kindOf = (property: Property): string => {
  const types = typesOf(property);
  return types.has('home') ? 'home' : types.has('work') ? 'work' : '';
};

function phoneOf(property: Property): string {
  const types = typesOf(property);
  const kind = kindOf(property);
  if (types.has('fax')) return kind === '' ? 'otherFax' : `${kind}Fax`;
  if (types.has('pager')) return kind === 'work' ? 'workPager' : 'pager';
  if (types.has('cell')) return kind === 'work' ? 'workMobile' : 'mobile';
  return kind === '' && types.has('main') ? 'main' : kind;
}

function addressOf(property: Property, type: string): PersonAddress[] {
  const [poBox = '', extendedAddress = '', streetAddress = '', city = '', region = '', postalCode = '', country = ''] =
    parts(property);
  const address = withoutEmpty({ poBox, extendedAddress, streetAddress, city, region, postalCode, country });
  return Object.keys(address).length === 0 ? [] : [withoutEmpty({ ...address, type })];
}

/** Of extensions the name says which service it is; of IMPP the scheme (RFC 4770). */
function imsOf(card: Card): NonNullable<PersonFields['imClients']> {
  return card.properties.flatMap((one) => {
    const own = /^X-(JABBER|AIM|ICQ|MSN|YAHOO|SKYPE)$/.exec(one.name)?.[1];
    if (one.name !== 'IMPP' && own === undefined) return [];
    const value = (own === undefined ? one.value : unescapeText(one.value)).trim();
    const scheme = own?.toLowerCase() ?? /^([a-z][a-z0-9+.-]*):/i.exec(value)?.[1]?.toLowerCase();
    const username = own === undefined && scheme !== undefined ? value.slice(scheme.length + 1) : value;
    const protocol = scheme === 'xmpp' ? 'jabber' : (scheme ?? '');
    return some(username, () => withoutEmpty({ username, protocol }));
  });
}

/** `1999-04-05`, `19990405`, `--0405`, as vCard has them. */
function dateOf(text: string): PersonDate | undefined {
  const found = /^(\d{4}|--)-?(\d{2})-?(\d{2})(?:T.*)?$/.exec(text);
  if (found === null) return undefined;
  const [, year, month, day] = found;
  const date = { ...(year === '--' ? {} : { year: Number(year) }), month: Number(month), day: Number(day) };
  const days = new Date(Date.UTC(date.year ?? 2000, date.month, 0)).getUTCDate();
  return date.month < 1 || date.month > 12 || date.day < 1 || date.day > days ? undefined : date;
}

/** A contact has one organization in vCard 3: the others are foreign, too. */
const FOREIGN_FIELDS = [...FOREIGN, 'organizations'] as const;
type ForeignField = (typeof FOREIGN_FIELDS)[number];

/** What `fromPerson` made of fields that vCard has nothing for. */
function foreignOf(properties: readonly Property[]): Partial<Record<ForeignField, object[]>> {
  const found: Partial<Record<ForeignField, object[]>> = {};
  for (const property of properties) {
    const wanted = property.parameters.find(({ name }) => name === 'X-FIELD')?.values[0]?.toLowerCase();
    const field = FOREIGN_FIELDS.find((one) => one.toLowerCase() === wanted);
    try {
      const entry: unknown = JSON.parse(unescapeText(property.value));
      if (field !== undefined && typeof entry === 'object' && entry !== null)
        found[field] = [...(found[field] ?? []), entry];
    } catch {
      // Somebody has edited it.
    }
  }
  return found;
}

const MOST_PHOTO = 4 * 1024 * 1024;

/** One picture that Google can show; what it can't stays in the card. */
function photoOf(card: Card, left: Set<string>): { photo: ContactPlan['photo']; properties: readonly Property[] } {
  let photo: ContactPlan['photo'];
  const properties = card.properties.map((property) => {
    if (property.name !== 'PHOTO') return property;
    const bytes = photo === undefined ? bytesIn(property) : undefined;
    if (bytes === undefined || !isPicture(bytes) || bytes.length > MOST_PHOTO) {
      left.add('PHOTO');
      return property;
    }
    photo = { bytes, hash: hashOf(bytes) };
    const head = /^data:[^,]*,/i.exec(property.value)?.[0] ?? '';
    return { ...property, value: `${head}sterna:${photo.hash}` };
  });
  return { photo, properties };
}

const isPicture = (bytes: Buffer): boolean =>
  bytes.subarray(0, 3).equals(Buffer.from('ffd8ff', 'hex')) ||
  bytes.subarray(0, 8).equals(Buffer.from('89504e470d0a1a0a', 'hex'));

/** `TYPE` of a picture in vCard 3. */
export const pictureType = (bytes: Buffer): string => (bytes[0] === 0x89 ? 'PNG' : bytes[0] === 0x47 ? 'GIF' : 'JPEG');
