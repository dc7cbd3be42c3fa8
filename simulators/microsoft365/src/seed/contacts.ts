import type { Random } from '@sterna/simulator-kit';
import { type Counts, countFor, picture } from '@sterna/simulator-kit';
import type { ContactFields } from '../contacts/contact.ts';
import { type ContactMailbox, contactMailbox } from '../contacts/store.ts';
import type { Seeder } from './seeder.ts';

const COUNT: Counts = { small: [12, 12], medium: [120, 20], large: [1500, 20] };
const CREATED = Date.UTC(2024, 2, 1);
const GIVEN = ['Anna', 'Óscar', '花子', 'Jean-Luc', 'Zoë', 'Mohammed', 'Ƀlaise', 'Li'];
const SURNAMES = ['Meyer', 'Núñez', '山田', 'd’Aubigné', 'van der Berg', 'Al-Sayed', 'Smith'];

/** Contacts with everything, with almost nothing, with pictures, alike, and in folders within folders. */
export const seedContacts: Seeder = (cloud, tenant, random, size) => {
  for (const [nth, user] of [...tenant.users.values()].entries()) {
    if (user.purpose === 'room') continue;
    const mailbox = contactMailbox(cloud, tenant, user);
    const clients = mailbox.addFolder('Clients');
    const folders = [mailbox.defaultFolder, mailbox.defaultFolder, clients, mailbox.addFolder('Zürich', clients)];
    mailbox.addContact(mailbox.defaultFolder, everything, { createdAt: CREATED, photo: photo(96, [200, 40, 40]) });
    mailbox.addContact(
      mailbox.defaultFolder,
      { displayName: 'Only a name', fileAs: 'Only a name' },
      { createdAt: CREATED },
    );
    mailbox.addContact(
      clients,
      {
        companyName: 'Company Ltd.',
        displayName: 'Company Ltd.',
        fileAs: 'Builders: Company',
        businessPhones: ['+44 20 7946 0000'],
      },
      { createdAt: CREATED },
    );
    for (let at = 0; at < countFor(COUNT, size, nth); at++) seedOne(mailbox, random, random.pick(folders), at);
  }
};

function photo(side: number, color: readonly [number, number, number]) {
  return { contentType: 'image/png', content: picture(side, color), width: side, height: side };
}

function seedOne(mailbox: ContactMailbox, random: Random, folder: ContactMailbox['defaultFolder'], at: number): void {
  const [givenName, surname] = [random.pick(GIVEN), random.pick(SURNAMES)];
  const address = `contact${at}@partner.example`;
  mailbox.addContact(
    folder,
    {
      givenName,
      surname,
      displayName: `${givenName} ${surname}`,
      fileAs: `${surname}, ${givenName}`,
      emailAddresses: [{ name: `${givenName} ${surname}`, address }],
      mobilePhone: random.pick([null, '+41 79 000 00 00']),
      categories: random.pick([[], ['Blue category']]),
      personalNotes: random.pick([null, 'Met in Basel.\r\nLikes trains.']),
    },
    {
      createdAt: CREATED + at * 60_000,
      ...(at % 4 === 0 ? { photo: photo(48, [random.integer(0, 255), random.integer(0, 255), 90]) } : {}),
    },
  );
}

const everything: Partial<ContactFields> = {
  title: 'Dr.',
  givenName: 'Grace',
  middleName: 'Brewster',
  surname: 'Hopper',
  generation: 'III',
  initials: 'G.B.H.',
  nickName: 'Amazing Grace',
  displayName: 'Dr. Grace Brewster Hopper III',
  fileAs: 'Hopper, Grace',
  yomiGivenName: 'グレース',
  yomiSurname: 'ホッパー',
  yomiCompanyName: 'ネイビー',
  companyName: 'Navy',
  department: 'Compilers',
  jobTitle: 'Rear admiral',
  profession: 'Mathematician',
  officeLocation: 'B 12',
  manager: 'H. Aiken',
  assistantName: 'R. Bloch',
  spouseName: 'Vincent',
  children: ['None', 'Known'],
  birthday: '1906-12-09T11:59:00Z',
  businessHomePage: 'https://navy.example/grace',
  businessPhones: ['+1 202 555 0100', '+1 202 555 0101'],
  homePhones: ['+1 703 555 0102', '+1 703 555 0103'],
  mobilePhone: '+1 703 555 0104',
  imAddresses: ['sip:grace@navy.example'],
  emailAddresses: [
    { name: 'Grace (Navy)', address: 'grace@navy.example' },
    { name: 'Grace (home)', address: 'grace@home.example' },
    { name: 'Grace (Yale)', address: 'hopper@yale.example' },
  ],
  businessAddress: {
    street: '1 Navy Yard',
    city: 'Washington',
    state: 'DC',
    postalCode: '20374',
    countryOrRegion: 'USA',
  },
  homeAddress: { street: 'Arlington Road 5\r\nApartment 3', city: 'Arlington', countryOrRegion: 'USA' },
  otherAddress: { city: 'New Haven' },
  personalNotes: 'First actual bug.\r\n\r\n“Moth” ✂',
  categories: ['Red category', 'Projekt Ä'],
};
