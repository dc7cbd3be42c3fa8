import { describeReader, describeWriter, type SuiteFixture } from '@sterna/connector-suite';
import { apiMailEndpoint } from '../../mail/api-endpoint.ts';
import { liveEnd } from '../live-end.ts';

const fixture: SuiteFixture = {
  make: async () => {
    const { end, account } = liveEnd();
    return apiMailEndpoint(end, account);
  },
  keepsFlags: true,
  // What is put there past the connector gets the date of its header.
  keepsDates: false,
  freeKeywords: true,
  estimatesSizes: true,
  pagedMessages: 90,
};

describeReader('google, mail', fixture);
describeWriter('google, mail', fixture);
