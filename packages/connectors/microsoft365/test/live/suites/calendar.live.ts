import { describeReader, describeWriter } from '@sterna/connector-suite';
import { calendarFixture } from '../../calendar/fixture.ts';
import { calendarEndpoint } from '../../calendar/suite-endpoint.ts';
import { liveEnd } from '../live-end.ts';

const fixture = calendarFixture(async () => {
  const { end, address, settings } = liveEnd();
  return calendarEndpoint(end, address, { ...settings, pageSize: 40 });
});

describeReader('microsoft365, events', fixture);
describeWriter('microsoft365, events', fixture);
