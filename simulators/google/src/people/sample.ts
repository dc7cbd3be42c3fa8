import { picture, type Random } from '@sterna/simulator-kit';
import { type ContactStore, type Json, MY_CONTACTS } from './store.ts';

const GIVEN = ['Anna', 'Zoë', 'José', 'Łukasz', '健', 'Олег', 'Maëlle', 'Siân', 'Mårten', 'O’Brien'];
const FAMILY = [
  'Berg',
  'García Márquez',
  'van der Veen',
  '田中',
  'Петров',
  'Nguyễn',
  'St. John-Smith',
  'Ó Súilleabháin',
];

/** A person's contacts: the awkward ones first, then `count` ordinary ones. */
export function fillContacts(store: ContactStore, random: Random, count: number): void {
  const friends = store.addGroup('Freunde & Familie');
  const customers = store.addGroup('客户');
  store.addGroup('Empty');
  const full = store.add(everything(), [MY_CONTACTS, 'starred', customers.id]);
  store.setPhoto(full, { type: 'image/png', bytes: picture(96, [200, 30, 60]) });
  store.add({ organizations: [{ name: 'Only A Company GmbH', title: '' }].map(({ name }) => ({ name })) }, [
    customers.id,
  ]);
  store.add({ emailAddresses: [{ value: 'no-name@example.org' }] }, [MY_CONTACTS]);
  store.add(
    { names: [{ unstructuredName: 'Prince', givenName: 'Prince' }], birthdays: [{ date: { month: 6, day: 7 } }] },
    [MY_CONTACTS, friends.id],
  );
  // Two that are alike in everything.
  for (let twin = 0; twin < 2; twin++) {
    store.add(
      { names: [{ givenName: 'Twin', familyName: 'Same' }], emailAddresses: [{ value: 'twin@example.org' }] },
      [],
    );
  }
  for (let at = 0; at < count; at++) {
    const given = random.pick(GIVEN);
    const family = random.pick(FAMILY);
    const contact = store.add(
      {
        names: [{ givenName: given, familyName: family }],
        emailAddresses: [{ value: `person${at}@example.org`, type: random.pick(['home', 'work', 'other']) }],
        ...(random.next() < 0.6 && {
          phoneNumbers: [{ value: `+49 30 ${random.integer(100_000, 999_999)}`, type: 'mobile' }],
        }),
        ...(random.next() < 0.3 && {
          biographies: [{ value: 'Met at the fair.\nSecond line', contentType: 'TEXT_PLAIN' }],
        }),
      },
      random.pick([[MY_CONTACTS], [MY_CONTACTS, friends.id], [MY_CONTACTS, customers.id]]),
    );
    if (at % 10 === 0) {
      store.setPhoto(contact, { type: 'image/png', bytes: picture(64, [30 * random.integer(0, 8), 120, 90]) });
    }
  }
  store.add(
    { names: [{ givenName: 'Wrote', familyName: 'Once' }], emailAddresses: [{ value: 'once@example.net' }] },
    [],
    'OTHER_CONTACT',
  );
}

/** A contact that uses every list of fields that people have. */
function everything(): Json {
  return {
    names: [
      {
        honorificPrefix: 'Dr.',
        givenName: 'María José',
        middleName: 'de la',
        familyName: 'Cruz; Smith, Jr.',
        honorificSuffix: 'PhD',
        phoneticGivenName: 'ma-ri-a',
        phoneticFamilyName: 'kruz',
      },
    ],
    nicknames: [{ value: 'Majo' }],
    fileAses: [{ value: 'Cruz, María' }],
    emailAddresses: [
      { value: 'maria@example.org', type: 'home', displayName: 'María' },
      { value: 'm.cruz@work.example', type: 'work' },
      { value: 'old@example.org', type: 'Früher' },
    ],
    phoneNumbers: [
      { value: '+34 600 000 001', type: 'mobile' },
      { value: '555-0100 ext. 7', type: 'work' },
      { value: '+34 910 000 002', type: 'homeFax' },
      { value: '+34 600 000 003', type: 'Boot' },
    ],
    addresses: [
      {
        type: 'home',
        streetAddress: 'C/ Mayor 1\n3º izq.',
        city: 'Madrid',
        postalCode: '28013',
        region: 'Madrid',
        country: 'España',
        countryCode: 'ES',
      },
      { type: 'work', poBox: 'PO Box 7', city: 'Zürich', country: 'Schweiz' },
    ],
    birthdays: [{ date: { year: 1984, month: 2, day: 29 } }],
    events: [
      { date: { year: 2010, month: 6, day: 12 }, type: 'anniversary' },
      { date: { month: 1, day: 6 }, type: 'Namenstag' },
    ],
    organizations: [
      { name: 'Example & Sons', department: 'R&D', title: 'Engineer', current: true, type: 'work' },
      { name: 'Former Ltd', title: 'Trainee', endDate: { year: 2012, month: 3, day: 31 } },
    ],
    relations: [
      { person: 'Pedro Cruz', type: 'spouse' },
      { person: 'Rex', type: 'Hund' },
    ],
    imClients: [{ username: 'maria.cruz', protocol: 'jabber', type: 'home' }],
    sipAddresses: [{ value: 'sip:maria@example.org', type: 'work' }],
    urls: [
      { value: 'https://example.org/~maria', type: 'homePage' },
      { value: 'https://blog.example.org', type: 'blog' },
    ],
    calendarUrls: [{ url: 'https://example.org/maria.ics', type: 'home' }],
    biographies: [{ value: 'Line one\nLine two — “quoted”, with, commas; and semicolons', contentType: 'TEXT_PLAIN' }],
    genders: [{ value: 'female' }],
    userDefined: [
      { key: 'Schuhgröße', value: '38' },
      { key: 'Locker', value: 'B-12' },
    ],
    externalIds: [{ value: '4711', type: 'customer' }],
    clientData: [{ key: 'crm', value: 'A-1' }],
    occupations: [{ value: 'Hydrologist' }],
    interests: [{ value: 'Climbing' }],
    locations: [{ value: 'Building 7', type: 'desk', floor: '3' }],
    miscKeywords: [{ value: 'VIP', type: 'OUTLOOK_KEYWORD' }],
  };
}
