import { describeReader, describeWriter } from '@sterna/connector-suite';
import { driveFixture } from '../../drive/fixture.ts';
import { driveEndpoint } from '../../drive/suite-endpoint.ts';
import { liveEnd } from '../live-end.ts';

const fixture = driveFixture(async () => {
  const { end, account } = liveEnd();
  return driveEndpoint(end, account);
});

describeReader('google, My Drive', fixture);
describeWriter('google, My Drive', fixture);
