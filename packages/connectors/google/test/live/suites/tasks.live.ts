import { describeReader, describeWriter } from '@sterna/connector-suite';
import { taskFixture } from '../../tasks/fixture.ts';
import { taskEndpoint } from '../../tasks/suite-endpoint.ts';
import { liveEnd } from '../live-end.ts';

const fixture = taskFixture(async () => {
  const { end, account } = liveEnd();
  return taskEndpoint(end, account);
});

describeReader('google, tasks', fixture);
describeWriter('google, tasks', fixture);
