import { describeReader, describeWriter, filters, type SuiteFixture } from '@sterna/connector-suite';
import { watchedGoogle } from '../watched-google.ts';
import { filtersEndpoint } from './suite-endpoint.ts';

const fixture: SuiteFixture = {
  make: async () => {
    const server = await watchedGoogle();
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
