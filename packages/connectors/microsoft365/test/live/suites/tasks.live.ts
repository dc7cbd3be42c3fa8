import { describeReader, describeWriter } from '@sterna/connector-suite';
import { taskFixture } from '../../tasks/fixture.ts';
import { taskEndpoint } from '../../tasks/suite-endpoint.ts';
import { liveEnd } from '../live-end.ts';

const fixture = taskFixture(async () => {
  const { end, address, settings } = liveEnd();
  return taskEndpoint(end, address, { ...settings, pageSize: 40 });
});

describeReader('microsoft365, tasks', fixture);
describeWriter('microsoft365, tasks', fixture);
