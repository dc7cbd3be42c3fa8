import type { EmailAddress, PhysicalAddress } from '../calendar/graph-event.ts';
import type { ExtendedProperty } from '../graph/stamp.ts';

/** What of a contact is written: https://learn.microsoft.com/en-us/graph/api/resources/contact */
export interface ContactFields {
  readonly displayName?: string | null;
  readonly givenName?: string | null;
  readonly middleName?: string | null;
  readonly surname?: string | null;
  readonly title?: string | null;
  readonly generation?: string | null;
  readonly nickName?: string | null;
  readonly companyName?: string | null;
  readonly department?: string | null;
  readonly jobTitle?: string | null;
  readonly profession?: string | null;
  readonly officeLocation?: string | null;
  readonly assistantName?: string | null;
  readonly manager?: string | null;
  readonly spouseName?: string | null;
  readonly children?: readonly string[] | null;
  readonly emailAddresses?: readonly EmailAddress[] | null;
  readonly mobilePhone?: string | null;
  readonly homePhones?: readonly string[] | null;
  readonly businessPhones?: readonly string[] | null;
  readonly imAddresses?: readonly string[] | null;
  readonly homeAddress?: PhysicalAddress | null;
  readonly businessAddress?: PhysicalAddress | null;
  readonly otherAddress?: PhysicalAddress | null;
  readonly businessHomePage?: string | null;
  readonly birthday?: string | null;
  readonly personalNotes?: string | null;
  readonly categories?: readonly string[] | null;
  readonly yomiGivenName?: string | null;
  readonly yomiSurname?: string | null;
  readonly yomiCompanyName?: string | null;
  readonly initials?: string | null;
  readonly fileAs?: string | null;
}

export interface GraphContact extends ContactFields {
  readonly id: string;
  readonly changeKey?: string;
  readonly lastModifiedDateTime?: string | null;
  readonly singleValueExtendedProperties?: readonly ExtendedProperty[];
}
