import { describeReader, describeWriter } from '@sterna/connector-suite';
import {
  type Cyrus,
  cyrusInstalled,
  type Dovecot,
  type DovecotOptions,
  startCyrus,
  startDovecot,
} from '@sterna/test-servers';
import { afterAll, beforeAll, describe } from 'vitest';
import { suiteEndpoint } from './support.ts';

const VARIANTS: Readonly<Record<string, DovecotOptions>> = {
  'all extensions': {},
  'no MULTIAPPEND, QRESYNC, LIST-STATUS': { hide: ['MULTIAPPEND', 'QRESYNC', 'LIST-STATUS'] },
  'LITERAL- for LITERAL+, no CONDSTORE, ESEARCH, MOVE': {
    hide: ['LITERAL+', 'CONDSTORE', 'QRESYNC', 'ESEARCH', 'MOVE', 'SPECIAL-USE'],
    announce: ['LITERAL-'],
  },
  // Without UIDPLUS nothing can be removed one by one: writer.test.ts looks at that.
  'IMAP4rev1 and UIDPLUS alone': {
    hide: (
      'SASL-IR ENABLE MULTIAPPEND UNSELECT NAMESPACE LIST-EXTENDED CONDSTORE QRESYNC ESEARCH LIST-STATUS MOVE LITERAL+ ' +
      'SPECIAL-USE'
    ).split(' '),
  },
};

for (const [name, options] of Object.entries(VARIANTS))
  describe(name, () => {
    let server: Dovecot;
    beforeAll(async () => {
      server = await startDovecot({ fsync: 'never', ...options });
    });
    afterAll(() => server?.stop());
    const fixture = {
      make: async () => suiteEndpoint(server, { pageSize: 400 }),
      keepsFlags: true,
      keepsDates: true,
    };
    describeReader('imap on Dovecot', fixture);
    describeWriter('imap on Dovecot', fixture);
  });

describe.skipIf(!cyrusInstalled())('Cyrus', () => {
  let server: Cyrus;
  beforeAll(async () => {
    server = await startCyrus({ folders: [] });
  });
  afterAll(() => server?.stop());
  let user = 0;
  const fixture = {
    make: async () => {
      const name = `c${++user}`;
      await server.createUser(name);
      return suiteEndpoint(server, { pageSize: 400 }, name);
    },
    keepsFlags: true,
    keepsDates: true,
  };
  describeReader('imap on Cyrus', fixture);
  describeWriter('imap on Cyrus', fixture);
});
