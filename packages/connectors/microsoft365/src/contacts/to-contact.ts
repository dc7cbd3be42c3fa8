import type { FidelityNote } from '@sterna/connector-kit';
import { bytesIn, type Card, hashOf, type Property, parameterOf, unescapeText } from '@sterna/content';
import type { PhysicalAddress } from '../calendar/graph-event.ts';
import type { ContactFields } from './graph-contact.ts';

export interface ContactPlan {
  readonly fields: ContactFields;
  /** What Outlook takes as a picture. */
  readonly photo: { readonly bytes: Buffer; readonly contentType: string; readonly hash: string } | undefined;
  /** The card without the picture, to be kept. */
  readonly kept: Card;
  readonly notes: readonly FidelityNote[];
}

const MOST_EMAILS = 3;
const MOST_PHONES = 2;
const MOST_IM = 3;
const MOST_PHOTO = 4 * 1024 * 1024;

const TYPES = ['image/jpeg', 'image/png', 'image/gif'] as const;

/** What a card is in Outlook; what it has no field for is kept beside it and noted. */
export function toContact(card: Card): ContactPlan {
  const left = new Set<string>();
  const notes: FidelityNote[] = [];
  const all = (name: string): readonly Property[] => card.properties.filter((one) => one.name === name);
  const text = (name: string): string => unescapeText(all(name)[0]?.value ?? '').trim();
  const parts = (property: Property | undefined): string[] =>
    splitAt(property?.value ?? '', ';').map((part) =>
      splitAt(part, ',')
        .map((one) => unescapeText(one).trim())
        .filter(Boolean)
        .join(' '),
    );
  const single = ['FN', 'N', 'NICKNAME', 'ORG', 'TITLE', 'ROLE', 'URL', 'NOTE', 'BDAY'];
  for (const name of single) if (all(name).length > 1) left.add(name);

  const [surname, givenName, middleName, title, generation] = parts(all('N')[0]);
  const [companyName, ...units] = splitAt(all('ORG')[0]?.value ?? '', ';').map((one) => unescapeText(one).trim());
  const emails = preferredFirst(all('EMAIL'))
    .map((one) => unescapeText(one.value).trim())
    .filter(Boolean);
  if (emails.length > MOST_EMAILS) left.add('EMAIL');
  const { photo, properties } = photoOf(card, left);
  const lines = [unescapeText(all('NOTE')[0]?.value ?? '')];
  const kind = (text('KIND') || text('X-ADDRESSBOOKSERVER-KIND')).toLowerCase();
  if (kind === 'group') {
    const members = [...all('MEMBER'), ...all('X-ADDRESSBOOKSERVER-MEMBER')].map((one) => one.value.trim());
    lines.push(`Contact list of ${members.length}: ${members.join(', ')}`.slice(0, 10_000));
    notes.push({
      code: 'contact-list',
      text: 'Microsoft 365’s interface makes no contact lists: it is a contact with its members in the notes.',
    });
  }
  const fields: ContactFields = {
    displayName: text('FN'),
    surname: surname ?? '',
    givenName: givenName ?? '',
    middleName: middleName ?? '',
    title: title ?? '',
    generation: generation ?? '',
    nickName: text('NICKNAME'),
    companyName: companyName ?? '',
    department: units.filter(Boolean).join('; '),
    jobTitle: text('TITLE'),
    profession: text('ROLE'),
    assistantName: text('X-ASSISTANT') || text('X-EVOLUTION-ASSISTANT'),
    manager: text('X-MANAGER') || text('X-EVOLUTION-MANAGER'),
    spouseName: text('X-SPOUSE') || text('X-EVOLUTION-SPOUSE'),
    officeLocation: text('X-OFFICE') || text('X-EVOLUTION-OFFICE'),
    yomiGivenName: text('X-PHONETIC-FIRST-NAME'),
    yomiSurname: text('X-PHONETIC-LAST-NAME'),
    yomiCompanyName: text('X-PHONETIC-ORG'),
    initials: text('X-INITIALS'),
    children: all('X-CHILD')
      .map((one) => unescapeText(one.value).trim())
      .filter(Boolean),
    // Else Outlook files it by itself.
    ...(text('X-EVOLUTION-FILE-AS') === '' ? {} : { fileAs: text('X-EVOLUTION-FILE-AS') }),
    emailAddresses: emails.slice(0, MOST_EMAILS).map((address) => ({ address, name: address })),
    ...phonesOf(all('TEL'), left),
    ...addressesOf(all('ADR'), parts, left),
    imAddresses: imsOf(card, left),
    // Addresses are never escaped (RFC 6350 section 6.7.8).
    businessHomePage: all('URL')[0]?.value.trim() ?? '',
    birthday: birthdayOf(text('BDAY'), left),
    personalNotes: lines.filter(Boolean).join('\n\n'),
    categories: [
      ...new Set(
        all('CATEGORIES')
          .flatMap((one) => splitAt(one.value, ','))
          .map((one) => unescapeText(one).trim())
          .filter(Boolean),
      ),
    ],
  };
  if (kind !== 'group') for (const { name } of card.properties) if (!HELD.has(name)) left.add(name);
  if (left.size > 0)
    notes.push({
      code: 'fields-not-held',
      text: `Outlook has no field for all of this; it is kept with the contact, and not shown: ${[...left].sort().slice(0, 12).join(', ')}.`,
    });
  return { fields, photo, kept: { ...card, properties }, notes };
}

const HELD: ReadonlySet<string> = new Set([
  'UID',
  'FN',
  'N',
  'NICKNAME',
  'ORG',
  'TITLE',
  'ROLE',
  'URL',
  'NOTE',
  'BDAY',
  'EMAIL',
  'TEL',
  'ADR',
  'PHOTO',
  'CATEGORIES',
  'IMPP',
  'REV',
  'PRODID',
  'VERSION',
  'X-ASSISTANT',
  'X-MANAGER',
  'X-SPOUSE',
  'X-OFFICE',
  'X-EVOLUTION-ASSISTANT',
  'X-EVOLUTION-MANAGER',
  'X-EVOLUTION-SPOUSE',
  'X-EVOLUTION-OFFICE',
  'X-PHONETIC-FIRST-NAME',
  'X-PHONETIC-LAST-NAME',
  'X-PHONETIC-ORG',
  'X-INITIALS',
  'X-CHILD',
  'X-EVOLUTION-FILE-AS',
  'KIND',
  'SORT-STRING',
  'LABEL',
  'MAILER',
  'X-PRODID',
  'PROFILE',
  'CLASS',
]);

/** At signs that aren't escaped; a backslash may be escaped itself. */
function splitAt(value: string, sign: ',' | ';'): string[] {
  const parts = [''];
  for (const piece of value.match(/\\[\s\S]|[\s\S]/g) ?? [])
    if (piece === sign) parts.push('');
    else parts[parts.length - 1] += piece;
  return parts;
}

const typesOf = (property: Property): Set<string> =>
  new Set(
    property.parameters
      .filter((one) => one.name === 'TYPE')
      .flatMap((one) => one.values.map((value) => value.toLowerCase())),
  );

const isPreferred = (property: Property): boolean =>
  typesOf(property).has('pref') || parameterOf(property, 'PREF') === '1';
const preferredFirst = (all: readonly Property[]): readonly Property[] => [
  ...all.filter(isPreferred),
  ...all.filter((one) => !isPreferred(one)),
];

function phonesOf(
  all: readonly Property[],
  left: Set<string>,
): Pick<ContactFields, 'mobilePhone' | 'homePhones' | 'businessPhones'> {
  let mobilePhone = '';
  const homePhones: string[] = [];
  const businessPhones: string[] = [];
  for (const property of all) {
    const number = unescapeText(property.value).replace(/^tel:/i, '').trim();
    const types = typesOf(property);
    if (number === '') continue;
    if (['fax', 'pager', 'video', 'modem', 'bbs', 'textphone', 'isdn'].some((type) => types.has(type))) left.add('TEL');
    else if ((types.has('cell') || !(types.has('home') || types.has('work'))) && mobilePhone === '')
      mobilePhone = number;
    else if (types.has('home') && homePhones.length < MOST_PHONES) homePhones.push(number);
    else if (!types.has('home') && businessPhones.length < MOST_PHONES) businessPhones.push(number);
    else left.add('TEL');
  }
  return { mobilePhone, homePhones, businessPhones };
}

function addressesOf(
  all: readonly Property[],
  parts: (property: Property) => string[],
  left: Set<string>,
): Pick<ContactFields, 'homeAddress' | 'businessAddress' | 'otherAddress'> {
  const found: { homeAddress?: PhysicalAddress; businessAddress?: PhysicalAddress; otherAddress?: PhysicalAddress } =
    {};
  for (const property of all) {
    const types = typesOf(property);
    const [box, extended, street, city, state, postalCode, countryOrRegion] = parts(property);
    const address = {
      street: [box, extended, street].filter(Boolean).join('\n'),
      city: city ?? '',
      state: state ?? '',
      postalCode: postalCode ?? '',
      countryOrRegion: countryOrRegion ?? '',
    };
    const wanted = types.has('home') ? 'homeAddress' : types.has('work') ? 'businessAddress' : 'otherAddress';
    const place = [wanted, 'otherAddress' as const].find((one) => found[one as keyof typeof found] === undefined);
    if (place === undefined) left.add('ADR');
    else found[place as keyof typeof found] = address;
  }
  return {
    homeAddress: found.homeAddress ?? {},
    businessAddress: found.businessAddress ?? {},
    otherAddress: found.otherAddress ?? {},
  };
}

/** Of extensions the name says which service it is. */
const IM = /^(?:IMPP|X-(?:JABBER|AIM|ICQ|MSN|YAHOO|SKYPE|SKYPE-USERNAME|GOOGLE-TALK|GADUGADU|QQ))$/;

function imsOf(card: Card, left: Set<string>): string[] {
  const all = card.properties
    .filter((one) => IM.test(one.name))
    .map((one) => (one.name === 'IMPP' ? one.value : unescapeText(one.value)).trim())
    .filter(Boolean);
  if (all.length > MOST_IM) left.add('IMPP');
  return all.slice(0, MOST_IM);
}

/** Exchange writes a birthday without a year as one of 1604. */
export const NO_YEAR = '1604';

function birthdayOf(given: string, left: Set<string>): string | null {
  const found = /^(\d{4}|--)-?(\d{2})-?(\d{2})(?:T.*)?$/.exec(given);
  const date = found === null ? '' : `${found[1] === '--' ? NO_YEAR : found[1]}-${found[2]}-${found[3]}`;
  if (found !== null && !Number.isNaN(Date.parse(`${date}T00:00:00Z`))) return `${date}T11:59:00Z`;
  if (given !== '') left.add('BDAY');
  return null;
}

/** One picture that Outlook can show; what it can't stays in the card. */
function photoOf(card: Card, left: Set<string>): { photo: ContactPlan['photo']; properties: readonly Property[] } {
  let photo: ContactPlan['photo'];
  const properties = card.properties.map((property) => {
    const bytes = property.name === 'PHOTO' && photo === undefined ? bytesIn(property) : undefined;
    const contentType = bytes === undefined ? undefined : imageType(bytes);
    if (bytes === undefined || contentType === undefined || bytes.length > MOST_PHOTO) {
      if (property.name === 'PHOTO') left.add('PHOTO');
      return property;
    }
    photo = { bytes, contentType, hash: hashOf(bytes) };
    const head = /^data:[^,]*,/i.exec(property.value)?.[0] ?? '';
    return { ...property, value: `${head}sterna:${photo.hash}` };
  });
  return { photo, properties };
}

export function imageType(bytes: Buffer): (typeof TYPES)[number] | undefined {
  if (bytes.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff]))) return 'image/jpeg';
  if (bytes.subarray(0, 8).equals(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]))) return 'image/png';
  return /^GIF8[79]a$/.test(bytes.toString('latin1', 0, 6)) ? 'image/gif' : undefined;
}
