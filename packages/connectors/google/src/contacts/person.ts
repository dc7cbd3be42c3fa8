interface Typed {
  readonly type?: string;
}
export interface PersonDate {
  readonly year?: number;
  readonly month?: number;
  readonly day?: number;
}
export interface PersonAddress extends Typed {
  readonly poBox?: string;
  readonly extendedAddress?: string;
  readonly streetAddress?: string;
  readonly city?: string;
  readonly region?: string;
  readonly postalCode?: string;
  readonly country?: string;
  readonly formattedValue?: string;
}

/** What of a contact is written, and read again: https://developers.google.com/people/api/rest/v1/people#Person */
export interface PersonFields {
  readonly names?: readonly {
    readonly familyName?: string;
    readonly givenName?: string;
    readonly middleName?: string;
    readonly honorificPrefix?: string;
    readonly honorificSuffix?: string;
    readonly unstructuredName?: string;
    readonly displayName?: string;
    readonly phoneticFamilyName?: string;
    readonly phoneticGivenName?: string;
  }[];
  readonly nicknames?: readonly { readonly value?: string }[];
  readonly organizations?: readonly { readonly name?: string; readonly department?: string; readonly title?: string }[];
  readonly occupations?: readonly { readonly value?: string }[];
  readonly emailAddresses?: readonly (Typed & { readonly value?: string })[];
  readonly phoneNumbers?: readonly (Typed & { readonly value?: string })[];
  readonly addresses?: readonly PersonAddress[];
  readonly urls?: readonly (Typed & { readonly value?: string })[];
  readonly imClients?: readonly (Typed & { readonly username?: string; readonly protocol?: string })[];
  readonly relations?: readonly (Typed & { readonly person?: string })[];
  readonly events?: readonly (Typed & { readonly date?: PersonDate })[];
  readonly birthdays?: readonly { readonly date?: PersonDate; readonly text?: string }[];
  readonly biographies?: readonly { readonly value?: string; readonly contentType?: string }[];
  readonly calendarUrls?: readonly object[];
  readonly externalIds?: readonly object[];
  readonly fileAses?: readonly object[];
  readonly genders?: readonly object[];
  readonly interests?: readonly object[];
  readonly locales?: readonly object[];
  readonly locations?: readonly object[];
  readonly miscKeywords?: readonly object[];
  readonly sipAddresses?: readonly object[];
  readonly skills?: readonly object[];
  readonly userDefined?: readonly object[];
}

/** Fields that vCard has nothing for: each entry is a property of its own, as JSON, which other systems keep or drop. */
export const FOREIGN = [
  'calendarUrls',
  'externalIds',
  'fileAses',
  'genders',
  'interests',
  'locales',
  'locations',
  'miscKeywords',
  'sipAddresses',
  'skills',
  'userDefined',
] as const;

/** All of them are written, so that what a replacement doesn't have is taken away. */
export const FIELDS = [
  'addresses',
  'biographies',
  'birthdays',
  'emailAddresses',
  'events',
  'imClients',
  'names',
  'nicknames',
  'occupations',
  'organizations',
  'phoneNumbers',
  'relations',
  'urls',
  ...FOREIGN,
] as const satisfies readonly (keyof PersonFields)[];

export interface ClientDatum {
  readonly key: string;
  readonly value: string;
}

export interface Person extends PersonFields {
  /** `people/c123` */
  readonly resourceName: string;
  readonly etag?: string;
  readonly metadata?: {
    readonly deleted?: boolean;
    readonly sources?: readonly {
      readonly type?: string;
      readonly id?: string;
      readonly etag?: string;
      readonly updateTime?: string;
    }[];
  };
  readonly clientData?: readonly ClientDatum[];
  readonly memberships?: readonly {
    readonly contactGroupMembership?: { readonly contactGroupResourceName?: string };
  }[];
  readonly photos?: readonly {
    readonly url?: string;
    readonly default?: boolean;
    readonly metadata?: { readonly source?: { readonly type?: string } };
  }[];
}

/** `c123` of `people/c123` */
export const idOf = ({ resourceName }: Pick<Person, 'resourceName'>): string => resourceName.replace(/^people\//, '');

export const sourceOf = ({ metadata }: Person) => metadata?.sources?.find(({ type }) => type === 'CONTACT');

export const versionOf = (person: Person): string => sourceOf(person)?.etag ?? person.etag ?? '';

/** The picture that somebody gave it; the one that Google draws is none. */
export const pictureOf = ({ photos = [] }: Person): string | undefined =>
  photos.find((one) => one.default !== true && one.metadata?.source?.type !== 'PROFILE')?.url;
