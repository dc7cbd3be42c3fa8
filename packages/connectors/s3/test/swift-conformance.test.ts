import { describeReader, describeWriter } from '@sterna/connector-suite';
import { type S3Server, startSwift } from '@sterna/test-servers';
import { afterAll, beforeAll } from 'vitest';
import { s3Fixture } from './fixture.ts';

let server: S3Server;
beforeAll(async () => {
  server = await startSwift();
}, 60_000);
afterAll(() => server?.stop());

const fixture = s3Fixture(() => server);
describeReader('s3 on Swift', fixture);
describeWriter('s3 on Swift', fixture);
