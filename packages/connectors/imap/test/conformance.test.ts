import { describeReader, describeWriter } from '@sterna/connector-suite';
import { type Dovecot, startDovecot } from '@sterna/test-servers';
import { afterAll, beforeAll } from 'vitest';
import { suiteEndpoint } from './support.ts';

let server: Dovecot;
beforeAll(async () => {
  server = await startDovecot({ fsync: 'never' });
});
afterAll(() => server?.stop());

const fixture = {
  make: async () => suiteEndpoint(server, { pageSize: 400 }),
  keepsFlags: true,
  keepsDates: true,
};
describeReader('imap on Dovecot', fixture);
describeWriter('imap on Dovecot', fixture);
