import { describeReader, describeWriter } from '@sterna/connector-suite';
import { type S3Server, startCeph } from '@sterna/test-servers';
import { afterAll, beforeAll, describe } from 'vitest';
import { describeVersions } from './ceph-versions.ts';
import { s3Fixture } from './fixture.ts';

// Takes a minute and a half, and its packages are large.
describe.skipIf(process.env.STERNA_TEST_LONG === undefined)('on Ceph', () => {
  let server: S3Server;
  beforeAll(async () => {
    server = await startCeph();
  }, 120_000);
  afterAll(() => server?.stop());

  const fixture = s3Fixture(() => server);
  describeReader('s3 on Ceph', fixture);
  describeWriter('s3 on Ceph', fixture);
  describeVersions(() => server);
});
