import { describeReader, describeWriter } from '@sterna/connector-suite';
import { contactFixture } from '../../contacts/fixture.ts';
import { contactEndpoint } from '../../contacts/suite-endpoint.ts';
import { liveEnd } from '../live-end.ts';

const fixture = contactFixture(async () => {
  const { end, account } = liveEnd();
  return contactEndpoint(end, account);
});

describeReader('google, contacts', fixture);
describeWriter('google, contacts', fixture);
