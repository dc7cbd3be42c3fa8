import { describeReader, describeWriter, type SuiteFixture } from '@sterna/connector-suite';
import { watchedGoogle } from '../watched-google.ts';
import { mailEndpoint } from './suite-endpoint.ts';

const fixture: SuiteFixture = {
  make: async () => {
    const server = await watchedGoogle();
    return mailEndpoint(server, 'alice@nordwind.example', { pageSize: 400 });
  },
  keepsFlags: true,
  keepsDates: true,
  freeKeywords: true,
  estimatesSizes: true,
};

describeReader('google, mail', fixture);
describeWriter('google, mail', fixture);
