import { describeReader, describeWriter, filters, type SuiteFixture } from '@sterna/connector-suite';
import { type Google, startGoogle } from '@sterna/simulator-google';
import { afterEach } from 'vitest';
import { filtersEndpoint } from './suite-endpoint.ts';

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
    return filtersEndpoint(server, 'alice@nordwind.example');
  },
  material: filters,
  oneCollection: true,
  fixedContainers: true,
  // All of them are listed at once.
  pagedMessages: 0,
  readsBackAll: true,
  keepsFlags: false,
  keepsDates: false,
  keepsLook: { color: false, description: false },
};

describeReader('google, filters', fixture);
describeWriter('google, filters', fixture);
