import { caldavConnector } from '@sterna/connector-caldav';
import { carddavConnector } from '@sterna/connector-carddav';
import { contacts, describeReader, describeWriter, events, type SuiteFixture, tasks } from '@sterna/connector-suite';
import { type Radicale, startRadicale } from '@sterna/test-servers';
import { afterAll, beforeAll } from 'vitest';
import { davEndpoint } from './dav-endpoint.ts';

const USERS = 400;
let server: Radicale;
let users = 0;

beforeAll(async () => {
  server = await startRadicale({ users: Array.from({ length: USERS }, (_, i) => `u${i}`) });
}, 60_000);
afterAll(() => server?.stop());

const VARIANTS = {
  'caldav on Radicale, events': { connector: caldavConnector, material: events },
  'caldav on Radicale, tasks in calendars of both': { connector: caldavConnector, material: tasks, mixed: true },
  'carddav on Radicale': { connector: carddavConnector, material: contacts },
} as const;

for (const [name, variant] of Object.entries(VARIANTS)) {
  const fixture: SuiteFixture = {
    ...variant,
    keepsFlags: false,
    keepsDates: false,
    // RFC 6578 may cut a listing short; the reader asks on until it is whole.
    pagedMessages: 0,
    make: async () => {
      const user = `u${users++}`;
      return davEndpoint({ ...variant, url: server.url, home: `${server.url}${user}/`, user });
    },
  };
  describeReader(name, fixture);
  describeWriter(name, fixture);
}
