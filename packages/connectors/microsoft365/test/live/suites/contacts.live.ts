import { describeReader, describeWriter } from '@sterna/connector-suite';
import { contactFixture } from '../../contacts/fixture.ts';
import { contactEndpoint } from '../../contacts/suite-endpoint.ts';
import { liveEnd } from '../live-end.ts';

const fixture = contactFixture(async () => {
  const { end, address, settings } = liveEnd();
  return contactEndpoint(end, address, { ...settings, pageSize: 40 });
});

describeReader('microsoft365, contacts', fixture);
describeWriter('microsoft365, contacts', fixture);
