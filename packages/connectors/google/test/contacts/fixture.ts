import { contactsWithPictures, type SuiteFixture } from '@sterna/connector-suite';

/** @param make an endpoint without anything of this kind */
export const contactFixture = (make: SuiteFixture['make']): SuiteFixture => ({
  make,
  material: { ...contactsWithPictures, home: ['Contacts'] },
  oneCollection: true,
  pagedMessages: 0,
  freshCursors: true,
  keepsFlags: false,
  keepsDates: false,
  keepsLook: { color: false, description: false },
  // What only our own writing can put into Google.
  notSeedable: [
    'several of everything',
    'groups of properties',
    'an organization',
    'an unknown property with parameters',
    'a line without folds',
  ],
});
