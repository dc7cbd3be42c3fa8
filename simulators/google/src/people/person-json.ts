import type { Contact, Json } from './store.ts';

export const etagOfContact = ({ sourceId, version }: Contact) =>
  `%${Buffer.from(`${sourceId}.${version}`).toString('base64')}`;
export const etagOfSource = ({ sourceId, version }: Contact) =>
  `#${Buffer.from(`${sourceId}/${version}`).toString('base64url')}`;

export const resourceName = ({ id, source }: Contact) => `${source === 'CONTACT' ? 'people' : 'otherContacts'}/${id}`;

/** A contact with the fields that a mask names; resourceName and etag are always told. */
export function personJson(contact: Contact, mask: readonly string[], baseUrl: string): Json {
  const json: Json = { resourceName: resourceName(contact), etag: etagOfContact(contact) };
  const source = { type: contact.source, id: contact.sourceId };
  for (const name of mask) {
    if (name === 'metadata') json.metadata = metadata(contact);
    else if (name === 'photos') json.photos = [photo(contact, source, baseUrl)];
    else if (name === 'memberships') json.memberships = memberships(contact, source);
    else {
      const entries = contact.fields[name] as readonly Json[] | undefined;
      if (entries === undefined) continue;
      json[name] = entries.map((entry, at) => ({
        metadata: { ...(at === 0 && { primary: true, sourcePrimary: true }), source },
        ...computed(name, entry),
        ...entry,
      }));
    }
  }
  if (json.memberships !== undefined && (json.memberships as unknown[]).length === 0) delete json.memberships;
  return json;
}

/** One that is gone, in a listing of changes. */
export function goneJson(contact: Contact): Json {
  return {
    resourceName: resourceName(contact),
    etag: etagOfContact(contact),
    metadata: { sources: [{ type: contact.source, id: contact.sourceId }], deleted: true, objectType: 'PERSON' },
  };
}

function metadata(contact: Contact): Json {
  return {
    sources: [
      {
        type: contact.source,
        id: contact.sourceId,
        etag: etagOfSource(contact),
        updateTime: new Date(contact.updated).toISOString(),
      },
    ],
    objectType: 'PERSON',
  };
}

function photo({ photo: own }: Contact, source: Json, baseUrl: string): Json {
  const key = own?.key ?? 'default';
  return {
    metadata: { primary: true, source },
    url: `${baseUrl}/contact-photos/${key}=s100`,
    ...(own === undefined && { default: true }),
  };
}

function memberships({ groups }: Contact, source: Json): Json[] {
  return [...groups].map((id) => ({
    metadata: { source },
    contactGroupMembership: { contactGroupId: id, contactGroupResourceName: `contactGroups/${id}` },
  }));
}

/** What Google adds to an entry. */
function computed(field: string, entry: Json): Json {
  if (field === 'names') return nameParts(entry);
  if (field === 'addresses') return { ...typed(entry), ...(entry.formattedValue === undefined && addressText(entry)) };
  if (field === 'birthdays')
    return entry.text === undefined && entry.date !== undefined ? birthdayText(entry.date as Json) : {};
  if (field === 'phoneNumbers') {
    const digits = String(entry.value).replace(/[^\d+]/g, '');
    return { ...typed(entry), ...(/^\+\d{7,15}$/.test(digits) && { canonicalForm: digits }) };
  }
  if (field === 'imClients') return { ...typed(entry), ...formatted('formattedProtocol', entry.protocol) };
  if (field === 'genders') return formatted('formattedValue', entry.value);
  return FORMATTED_TYPES.has(field) ? typed(entry) : {};
}

const FORMATTED_TYPES = new Set([
  'calendarUrls',
  'emailAddresses',
  'events',
  'externalIds',
  'organizations',
  'relations',
  'sipAddresses',
  'urls',
]);

const formatted = (name: string, value: unknown): Json =>
  typeof value === 'string' ? { [name]: value.charAt(0).toUpperCase() + value.slice(1) } : {};

const typed = ({ type }: Json): Json => formatted('formattedType', type);

const joined = (parts: readonly unknown[], between: string) =>
  parts.filter((part) => typeof part === 'string' && part !== '').join(between);

function nameParts(name: Json): Json {
  const display =
    joined([name.honorificPrefix, name.givenName, name.middleName, name.familyName, name.honorificSuffix], ' ') ||
    String(name.unstructuredName ?? '');
  const given = joined([name.givenName, name.middleName], ' ');
  const lastFirst = joined([name.familyName, given], ', ') || display;
  return {
    displayName: display,
    displayNameLastFirst: lastFirst,
    ...(name.unstructuredName === undefined && { unstructuredName: display }),
  };
}

function addressText(address: Json): Json {
  const lines = [
    address.streetAddress,
    address.extendedAddress,
    address.poBox,
    joined([address.postalCode, address.city], ' '),
    address.region,
    address.country,
  ];
  const text = joined(lines, '\n');
  return text === '' ? {} : { formattedValue: text };
}

function birthdayText({ year = 0, month = 0, day = 0 }: Json): Json {
  return { text: joined([month, day, year].filter((part) => Number(part) > 0).map(String), '/') };
}
