import { contacts, describeReader, describeWriter, type Material, type SuiteFixture } from '@sterna/connector-suite';
import { type Microsoft365, startMicrosoft365 } from '@sterna/simulator-microsoft365';
import { afterEach } from 'vitest';
import { contactEndpoint } from './suite-endpoint.ts';

const running: Microsoft365[] = [];
afterEach(async () => {
  for (const server of running.splice(0)) {
    const [failure] = server.failures;
    await server.stop();
    if (failure !== undefined) throw failure;
  }
});

/** Outlook takes pictures alone: 4 by 4 pixels, by its head, and much behind it. */
const picture = Buffer.concat([
  Buffer.from('89504e470d0a1a0a0000000d49484452000000040000000408020000', 'hex'),
  Buffer.alloc(150_000, 'photograph'),
]);

const material: Material = {
  ...contacts,
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
    const server = await startMicrosoft365({ empty: true });
    running.push(server);
    return contactEndpoint(server, 'alice@contoso.example', { pageSize: 40 });
  },
  material,
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
};

describeReader('microsoft365, contacts', fixture);
describeWriter('microsoft365, contacts', fixture);
