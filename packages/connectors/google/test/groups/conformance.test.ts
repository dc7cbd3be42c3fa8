import { describeReader, describeWriter, members, type SuiteFixture } from '@sterna/connector-suite';
import { watchedGoogle } from '../watched-google.ts';
import { memberEndpoint } from './suite-endpoint.ts';

const fixture: SuiteFixture = {
  make: async () => memberEndpoint(await watchedGoogle()),
  material: members,
  oneCollection: true,
  fixedContainers: true,
  keepsFlags: false,
  keepsDates: false,
  keepsLook: { color: false, description: false },
  // All of them are listed at once.
  pagedMessages: 0,
  readsBackAll: true,
};
describeReader('google, members', fixture);
describeWriter('google, members', fixture);
