import { describeReader, describeWriter } from '@sterna/connector-suite';
import { calendarFixture } from '../../calendar/fixture.ts';
import { calendarEndpoint } from '../../calendar/suite-endpoint.ts';
import { liveEnd } from '../live-end.ts';

const fixture = calendarFixture(async () => {
  const { end, account } = liveEnd();
  return calendarEndpoint(end, account);
});

describeReader('google, events', fixture);
describeWriter('google, events', fixture);
