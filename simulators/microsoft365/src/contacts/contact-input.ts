import type { ExtendedProperties } from '../mail/extended-property.ts';
import { withExtendedProperties } from '../outlook/extended-properties.ts';
import { invalid } from '../outlook/input.ts';
import {
  addressFields,
  type ContactFields,
  contactBody,
  type EmailAddress,
  listFields,
  mailFields,
  textFields,
} from './contact.ts';

/** E-mail addresses that Exchange has room for in a contact. */
const mostAddresses = 3;

/**
 * What a body makes of a contact's fields and properties.
 *
 * @throws GraphError 400 for names and values that the type doesn't have, and for more entries than Exchange keeps
 */
export function readContact(
  json: Record<string, unknown>,
  before: { readonly fields: ContactFields; readonly properties: ExtendedProperties },
): { fields: ContactFields; properties: ExtendedProperties } {
  const read = contactBody(json, '');
  const changed: Record<string, unknown> = {};
  for (const name of textFields) if (read[name] !== undefined) changed[name] = read[name];
  for (const [name, most] of Object.entries(listFields) as [keyof typeof listFields, number][]) {
    const given = read[name];
    if (given === undefined) continue;
    if ((given?.length ?? 0) > most) throw invalid(`${name} has more than ${most} entries.`);
    changed[name] = given ?? [];
  }
  for (const name of addressFields) if (read[name] !== undefined) changed[name] = withoutEmpty(read[name] ?? {});
  if (read.birthday !== undefined) changed.birthday = read.birthday;
  const addresses = mailAddresses(read, before.fields.emailAddresses);
  if (addresses.length > mostAddresses) throw invalid(`A contact has at most ${mostAddresses} email addresses.`);
  const fields = { ...before.fields, ...changed, emailAddresses: addresses } as ContactFields;
  return { fields: named(fields, read), properties: withExtendedProperties(before.properties, read) };
}

const withoutEmpty = (address: object) =>
  Object.fromEntries(Object.entries(address).filter(([, value]) => value !== null && value !== ''));

function mailAddresses(read: ReturnType<typeof contactBody>, before: readonly EmailAddress[]): readonly EmailAddress[] {
  const addresses: (EmailAddress | undefined)[] = [...before];
  if (read.emailAddresses !== undefined) {
    addresses.length = 0;
    for (const { name, address } of read.emailAddresses ?? [])
      addresses.push({ name: name ?? address ?? null, address: address ?? null });
  }
  for (const [at, field] of mailFields.entries()) {
    const given = read[field];
    if (given === null) addresses[at] = undefined;
    else if (given !== undefined)
      addresses[at] = { name: given.name ?? given.address ?? null, address: given.address ?? null };
  }
  return addresses.filter((address) => address !== undefined && (address.address ?? '') !== '') as EmailAddress[];
}

/** Outlook names a contact by its parts when no name is given, and files it under the surname. */
function named(fields: ContactFields, read: ReturnType<typeof contactBody>): ContactFields {
  const parts = [fields.givenName, fields.middleName, fields.surname].filter((part) => part !== null && part !== '');
  const whole = parts.join(' ') || fields.companyName || fields.emailAddresses[0]?.address || null;
  const nameGiven = read.displayName !== undefined && read.displayName !== null && read.displayName !== '';
  const displayName = nameGiven ? fields.displayName : (fields.displayName ?? whole);
  const filed = [fields.surname, fields.givenName].filter((part) => part !== null && part !== '').join(', ');
  return { ...fields, displayName, fileAs: fields.fileAs ?? (filed || displayName) };
}
