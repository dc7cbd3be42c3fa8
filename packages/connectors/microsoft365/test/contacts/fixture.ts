import { contactsWithPictures, type SuiteFixture } from '@sterna/connector-suite';

/** @param make an endpoint without anything of this kind */
export const contactFixture = (make: SuiteFixture['make']): SuiteFixture => ({
  make,
  material: contactsWithPictures,
  pagedMessages: 90,
  freshCursors: true,
  keepsFlags: false,
  keepsDates: false,
  keepsLook: { color: false, description: false },
  // What only our own writing can put into Outlook.
  notSeedable: [
    'several of everything',
    'groups of properties',
    'an organization',
    'an unknown property with parameters',
  ],
});
