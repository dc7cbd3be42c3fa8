import { describeReader, describeWriter, type SuiteFixture } from '@sterna/connector-suite';
import { type Google, startGoogle } from '@sterna/simulator-google';
import { afterEach } from 'vitest';
import { mailEndpoint } from './suite-endpoint.ts';

const running: Google[] = [];
afterEach(async () => {
  for (const server of running.splice(0)) {
    // A bug of the simulator must not pass for an answer of Google.
    const [failure] = server.failures;
    await server.stop();
    if (failure !== undefined) throw failure;
  }
});

const fixture: SuiteFixture = {
  make: async () => {
    const server = await startGoogle({ empty: true });
    running.push(server);
    return mailEndpoint(server, 'alice@nordwind.example', { pageSize: 400 });
  },
  keepsFlags: true,
  keepsDates: true,
  freeKeywords: true,
  estimatesSizes: true,
};

describeReader('google, mail', fixture);
describeWriter('google, mail', fixture);
