import { describeReader, describeWriter } from '@sterna/connector-suite';
import { type Dovecot, type DovecotOptions, startDovecot } from '@sterna/test-servers';
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
