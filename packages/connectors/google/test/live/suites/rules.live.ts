import { describeReader, describeWriter, filters, settingFixture } from '@sterna/connector-suite';
import { filtersEndpoint } from '../../mailbox-settings/suite-endpoint.ts';
import { liveEnd } from '../live-end.ts';

/** Without those that would act on whatever comes for the owner meanwhile. */
const awkward = new Map([...filters.awkward].filter(([label]) => label !== 'all mail' && label !== 'the owner'));

const fixture = settingFixture(
  async () => {
    const { end, account } = liveEnd();
    return filtersEndpoint(end, account);
  },
  { ...filters, awkward },
);

describeReader('google, filters', fixture);
describeWriter('google, filters', fixture);
