import type { ExtendedProperties } from '../mail/extended-property.ts';
import { extendedPropertyFields } from '../outlook/extended-properties.ts';
import { emailAddress, instant, listOf, object, orNull, physicalAddress, readOnly, text } from '../outlook/input.ts';

/** Plain texts that a contact has. */
export const textFields = [
  'assistantName',
  'businessHomePage',
  'companyName',
  'department',
  'displayName',
  'fileAs',
  'generation',
  'givenName',
  'initials',
  'jobTitle',
  'manager',
  'middleName',
  'mobilePhone',
  'nickName',
  'officeLocation',
  'personalNotes',
  'profession',
  'spouseName',
  'surname',
  'title',
  'yomiCompanyName',
  'yomiGivenName',
  'yomiSurname',
] as const;
/** Lists of texts, and how many entries Exchange has room for; further ones are refused. */
export const listFields = {
  businessPhones: 2,
  categories: Number.POSITIVE_INFINITY,
  children: Number.POSITIVE_INFINITY,
  homePhones: 2,
  imAddresses: 3,
} as const;
export const addressFields = ['businessAddress', 'homeAddress', 'otherAddress'] as const;
/** The three e-mail addresses by their own names; the same as emailAddresses, in this order. */
export const mailFields = ['primaryEmailAddress', 'secondaryEmailAddress', 'tertiaryEmailAddress'] as const;

export interface EmailAddress {
  readonly name: string | null;
  readonly address: string | null;
}

export type ContactFields = {
  readonly [K in (typeof textFields)[number]]: string | null;
} & { readonly [K in keyof typeof listFields]: readonly string[] } & {
  readonly [K in (typeof addressFields)[number]]: Readonly<Record<string, string | null | undefined>>;
} & {
  /** DateTimeOffset. */
  readonly birthday: string | null;
  readonly emailAddresses: readonly EmailAddress[];
};

export interface Photo {
  readonly contentType: string;
  readonly content: Buffer;
  readonly width: number;
  readonly height: number;
}

export interface Contact {
  readonly immutableId: string;
  /** Changes when the contact moves to another folder. */
  id: string;
  folderId: string;
  readonly createdAt: number;
  modifiedAt: number;
  version: number;
  fields: ContactFields;
  properties: ExtendedProperties;
  photo: Photo | undefined;
}

const each = <const N extends readonly string[], T>(names: N, value: T) =>
  Object.fromEntries(names.map((name) => [name, value])) as { [K in N[number]]: T };

export const blankContact: ContactFields = {
  ...each(textFields, null),
  ...each(addressFields, {}),
  businessPhones: [],
  categories: [],
  children: [],
  homePhones: [],
  imAddresses: [],
  birthday: null,
  emailAddresses: [],
};

export const contactBody = object('contact', {
  id: readOnly,
  changeKey: readOnly,
  createdDateTime: readOnly,
  lastModifiedDateTime: readOnly,
  parentFolderId: readOnly,
  ...each(textFields, orNull(text)),
  ...each(['businessPhones', 'categories', 'children', 'homePhones', 'imAddresses'], orNull(listOf(text))),
  ...each(addressFields, orNull(physicalAddress)),
  ...each(mailFields, orNull(emailAddress)),
  birthday: orNull(instant),
  emailAddresses: orNull(listOf(emailAddress)),
  ...extendedPropertyFields,
});
