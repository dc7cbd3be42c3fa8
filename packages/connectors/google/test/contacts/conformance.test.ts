import { contacts, describeReader, describeWriter, type Material, type SuiteFixture } from '@sterna/connector-suite';
import { type Google, startGoogle } from '@sterna/simulator-google';
import { Contract } from '@sterna/simulator-google/contract';
import { afterEach } from 'vitest';
import { contactEndpoint } from './suite-endpoint.ts';

const running: Google[] = [];
const contract = new Contract();
afterEach(async () => {
  for (const server of running.splice(0)) {
    const [failure] = server.failures;
    await server.stop();
    if (failure !== undefined) throw failure;
  }
  if (contract.faults.length > 0) throw new Error(contract.faults.join('\n'));
});

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

const fixture: SuiteFixture = {
  make: async () => {
    const server = await startGoogle({ empty: true, observe: contract.observe });
    running.push(server);
    return contactEndpoint(server, 'alice@nordwind.example');
  },
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
};

describeReader('google, contacts', fixture);
describeWriter('google, contacts', fixture);
