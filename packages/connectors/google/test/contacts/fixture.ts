import { contacts, type Material, type SuiteFixture } from '@sterna/connector-suite';

/** Google takes pictures alone: 4 by 4 pixels, by its head, and much behind it. */
const picture = Buffer.concat([
  Buffer.from('89504e470d0a1a0a0000000d49484452000000040000000408020000', 'hex'),
  Buffer.alloc(150_000, 'photograph'),
]);

const material: Material = {
  ...contacts,
  home: ['Contacts'],
  large: (n) =>
    Buffer.from(
      contacts
        .large(n)
        .toString('utf8')
        .replace(/^PHOTO.*$/m, `PHOTO;ENCODING=b;TYPE=PNG:${picture.toString('base64')}`),
    ),
};

/** @param make an endpoint without anything of this kind */
export const contactFixture = (make: SuiteFixture['make']): SuiteFixture => ({
  make,
  material,
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
