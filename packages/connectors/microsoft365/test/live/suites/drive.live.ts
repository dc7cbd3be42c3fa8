import { describeReader, describeWriter } from '@sterna/connector-suite';
import { driveFixture } from '../../drive/fixture.ts';
import { graphDriveEndpoint } from '../../drive/graph-endpoint.ts';
import { liveEnd } from '../live-end.ts';

const fixture = {
  ...driveFixture(() => {
    const { end, address, settings } = liveEnd();
    return graphDriveEndpoint(end, address, { ...settings, pageSize: 40 });
  }),
  pagedMessages: 90,
};

describeReader('microsoft365, OneDrive', fixture);
describeWriter('microsoft365, OneDrive', fixture);
