import { contacts } from '@sterna/connector-suite';
import { envelopeOf, pivotOf, readCard } from '@sterna/content';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { contactCard, writeCard } from '../../src/contacts/contact-card.ts';
import { fromContact } from '../../src/contacts/from-contact.ts';
import type { ContactFields } from '../../src/contacts/graph-contact.ts';
import { toContact } from '../../src/contacts/to-contact.ts';

const word = fc.string({ minLength: 1, maxLength: 12 }).map((text) => `x${text.replace(/[\p{Cc}\s]/gu, '')}`);
const some = fc.option(word, { nil: '' });
const address = fc.record({ street: word, city: some, state: some, postalCode: some, countryOrRegion: some });
const contact: fc.Arbitrary<ContactFields> = fc.record({
  displayName: word,
  surname: some,
  givenName: some,
  middleName: some,
  title: some,
  generation: some,
  nickName: some,
  companyName: some,
  jobTitle: some,
  profession: some,
  officeLocation: some,
  assistantName: some,
  manager: some,
  spouseName: some,
  children: fc.array(word, { maxLength: 3 }),
  yomiGivenName: some,
  yomiSurname: some,
  yomiCompanyName: some,
  initials: some,
  mobilePhone: some,
  homePhones: fc.array(word, { maxLength: 2 }),
  businessPhones: fc.array(word, { maxLength: 2 }),
  imAddresses: fc.array(word, { maxLength: 3 }),
  emailAddresses: fc.array(word, { maxLength: 3 }).map((all) => all.map((one) => ({ address: one, name: one }))),
  homeAddress: address,
  businessAddress: address,
  personalNotes: some,
  categories: fc.uniqueArray(word, { maxLength: 3 }),
  birthday: fc.constantFrom(null, '1980-02-29T11:59:00Z', '1604-04-05T11:59:00Z'),
});

test('what Outlook has of a contact survives the way to a card and back', () => {
  fc.assert(
    fc.property(contact, (fields) => {
      const { fields: back } = toContact(readCard(writeCard(fromContact(fields, 'uid', undefined))));
      expect(back).toMatchObject(fields);
    }),
    { numRuns: 300 },
  );
});

test('under which name it is filed stays where somebody chose it, and is Outlook’s affair else', () => {
  const ann = { displayName: 'Ann Lee', givenName: 'Ann', surname: 'Lee' };
  const filed = (fileAs: string) => toContact(readCard(writeCard(fromContact({ ...ann, fileAs }, 'uid', undefined))));
  expect(filed('Plumber, the good one').fields.fileAs).toBe('Plumber, the good one');
  for (const usual of ['Lee, Ann', 'Ann Lee']) expect(filed(usual).fields).not.toHaveProperty('fileAs');
  // Here Outlook made another choice of its own: nobody changed it.
  const raw = writeCard(fromContact(ann, 'uid', undefined));
  const read = contactCard({ ...ann, fileAs: 'リー' }, 'uid', undefined, envelopeOf({ text: raw, floating: '' }));
  expect(pivotOf('contact').digest(read)).toEqual(pivotOf('contact').digest(raw));
});

test.each([...contacts.awkward])('what nobody touched comes back as it was: %s', (_, raw) => {
  const plan = toContact(readCard(raw));
  const read = contactCard(plan.fields, 'uid', undefined, envelopeOf({ text: raw, floating: '' }));
  expect(pivotOf('contact').digest(read)).toEqual(pivotOf('contact').digest(raw));
});

test('what people changed in Outlook is taken, the rest stays as it was', () => {
  const raw = Buffer.from(
    'BEGIN:VCARD\r\nVERSION:4.0\r\nUID:u\r\nFN:Ann\r\nN:;Ann;;;\r\nEMAIL:a@x.org\r\nEMAIL:b@x.org\r\nEMAIL:c@x.org\r\nEMAIL:d@x.org\r\nTEL;TYPE=fax:1\r\nGENDER:F\r\nNOTE:old\r\nEND:VCARD\r\n',
  );
  const plan = toContact(readCard(raw));
  expect(plan.notes).toMatchObject([{ code: 'fields-not-held', text: expect.stringContaining('EMAIL, GENDER, TEL') }]);
  const read = contactCard(
    { ...plan.fields, personalNotes: 'new' },
    'u',
    undefined,
    envelopeOf({ text: raw, floating: '' }),
  ).toString('utf8');
  expect(read).toContain('NOTE:new');
  expect(read).not.toContain('NOTE:old');
  for (const line of ['EMAIL:d@x.org', 'TEL;TYPE=fax:1', 'GENDER:F', 'VERSION:4.0']) expect(read).toContain(line);
});
