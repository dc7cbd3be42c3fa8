import { type Card, escapeText, type Property } from '@sterna/content';
import type { PhysicalAddress } from '../calendar/graph-event.ts';
import type { ContactFields, GraphContact } from './graph-contact.ts';
import { imageType, NO_YEAR } from './to-contact.ts';

/** A contact of Outlook as a vCard 3.0 (RFC 2426). */
export function fromContact(
  contact: ContactFields & Partial<GraphContact>,
  uid: string,
  photo: Buffer | undefined,
): Card {
  const { surname, givenName, middleName, title, generation } = contact;
  const name = [surname, givenName, middleName, title, generation].map((part) => escapeText(part ?? ''));
  const shown =
    contact.displayName ||
    contact.fileAs ||
    [givenName, surname].filter(Boolean).join(' ') ||
    contact.companyName ||
    contact.emailAddresses?.[0]?.address ||
    '';
  const properties: Property[] = [
    line('UID', uid),
    line('FN', escapeText(shown)),
    // What names nothing but the whole is said by FN.
    line('N', name.join(';')),
    ...text('NICKNAME', contact.nickName),
    ...organization(contact),
    ...text('TITLE', contact.jobTitle),
    ...text('ROLE', contact.profession),
    ...(contact.emailAddresses ?? []).flatMap(({ address }) => text('EMAIL', address, 'INTERNET')),
    ...text('TEL', contact.mobilePhone, 'CELL'),
    ...(contact.homePhones ?? []).flatMap((one) => text('TEL', one, 'HOME')),
    ...(contact.businessPhones ?? []).flatMap((one) => text('TEL', one, 'WORK')),
    ...address(contact.homeAddress, 'HOME'),
    ...address(contact.businessAddress, 'WORK'),
    ...address(contact.otherAddress),
    ...(contact.imAddresses ?? []).flatMap((one) => (one === '' ? [] : [line('IMPP', one.replace(/[\r\n]/g, ''))])),
    ...(contact.businessHomePage ? [line('URL', contact.businessHomePage.replace(/[\r\n]/g, ''))] : []),
    ...birthday(contact.birthday),
    ...text('NOTE', contact.personalNotes?.replace(/\r\n?/g, '\n')),
    ...(contact.categories && contact.categories.length > 0
      ? [line('CATEGORIES', contact.categories.map(escapeText).join(','))]
      : []),
    ...text('X-ASSISTANT', contact.assistantName),
    ...text('X-MANAGER', contact.manager),
    ...text('X-SPOUSE', contact.spouseName),
    ...text('X-OFFICE', contact.officeLocation),
    ...(contact.children ?? []).flatMap((one) => text('X-CHILD', one)),
    ...text('X-PHONETIC-FIRST-NAME', contact.yomiGivenName),
    ...text('X-PHONETIC-LAST-NAME', contact.yomiSurname),
    ...text('X-PHONETIC-ORG', contact.yomiCompanyName),
    ...text('X-INITIALS', contact.initials),
    ...text('X-EVOLUTION-FILE-AS', filedAs(contact)),
    ...picture(photo),
  ];
  return { version: '3.0', properties };
}

/** Under which name it is filed, where somebody chose another one than Outlook does by itself. */
function filedAs({ fileAs, displayName, surname, givenName, middleName, companyName }: ContactFields) {
  const usual = [
    [surname, givenName].filter(Boolean).join(', '),
    [surname, [givenName, middleName].filter(Boolean).join(' ')].filter(Boolean).join(', '),
    displayName,
    companyName,
  ];
  return usual.includes(fileAs) ? undefined : fileAs;
}

function organization({ companyName, department }: ContactFields): Property[] {
  if (!companyName && !department) return [];
  return [line('ORG', [companyName ?? '', ...(department ? department.split('; ') : [])].map(escapeText).join(';'))];
}

function address(given: PhysicalAddress | null | undefined, type?: string): Property[] {
  const { street, city, state, postalCode, countryOrRegion } = given ?? {};
  const parts = [street, city, state, postalCode, countryOrRegion].map((part) =>
    escapeText((part ?? '').replace(/\r\n?/g, '\n')),
  );
  return parts.every((part) => part === '') ? [] : [typed(line('ADR', ['', '', ...parts].join(';')), type)];
}

function birthday(given: string | null | undefined): Property[] {
  const found = /^(\d{4})-(\d{2})-(\d{2})/.exec(given ?? '');
  if (found === null || found[1] === '0001') return [];
  return [line('BDAY', found[1] === NO_YEAR ? `--${found[2]}${found[3]}` : `${found[1]}-${found[2]}-${found[3]}`)];
}

const KINDS = { 'image/jpeg': 'JPEG', 'image/png': 'PNG', 'image/gif': 'GIF' } as const;

function picture(photo: Buffer | undefined): Property[] {
  if (photo === undefined || photo.length === 0) return [];
  const parameters = [
    { name: 'ENCODING', values: ['b'] },
    { name: 'TYPE', values: [KINDS[imageType(photo) ?? 'image/jpeg']] },
  ];
  return [{ ...line('PHOTO', photo.toString('base64')), parameters }];
}

const line = (name: string, value: string): Property => ({ group: undefined, name, parameters: [], value });
const typed = (property: Property, type: string | undefined): Property =>
  type === undefined ? property : { ...property, parameters: [{ name: 'TYPE', values: [type] }] };
const text = (name: string, value: string | null | undefined, type?: string): Property[] =>
  value === undefined || value === null || value === '' ? [] : [typed(line(name, escapeText(value)), type)];
