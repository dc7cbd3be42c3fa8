import { caldavConnector } from '@sterna/connector-caldav';
import { carddavConnector } from '@sterna/connector-carddav';
import { contacts, describeReader, describeWriter, events, type SuiteFixture, tasks } from '@sterna/connector-suite';
import { type Cyrus, startCyrus } from '@sterna/test-servers';
import { afterAll, beforeAll } from 'vitest';
import { davEndpoint } from './dav-endpoint.ts';

// Each test has a user of its own, which Cyrus takes its time to make: the long run has that time.
let server: Cyrus;
let users = 0;
beforeAll(async () => {
  server = await startCyrus({ folders: [] });
}, 120_000);
afterAll(() => server?.stop());

const VARIANTS = {
  'caldav on Cyrus, events': { connector: caldavConnector, material: events, home: 'calendars' },
  'caldav on Cyrus, tasks': { connector: caldavConnector, material: tasks, home: 'calendars' },
  'carddav on Cyrus': { connector: carddavConnector, material: contacts, home: 'addressbooks' },
} as const;

for (const [name, { connector, material, home }] of Object.entries(VARIANTS)) {
  const fixture: SuiteFixture = {
    material,
    keepsFlags: false,
    keepsDates: false,
    pagedMessages: 0,
    // Its default calendar takes tasks, too.
    mixed: true,
    // RFC 6352 section 6.3.2.1 forbids it.
    allowsTwinKeys: material === contacts,
    make: async () => {
      const user = `u${users++}`;
      await server.createUser(user);
      return davEndpoint({
        connector,
        material,
        url: server.davUrl,
        home: new URL(`/dav/${home}/user/${user}/`, server.davUrl).href,
        user,
      });
    },
  };
  describeReader(name, fixture);
  describeWriter(name, fixture);
}
