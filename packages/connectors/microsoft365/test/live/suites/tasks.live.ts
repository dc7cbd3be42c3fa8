import { describeReader, describeWriter, type Material, type SuiteFixture } from '@sterna/connector-suite';
import { taskFixture } from '../../tasks/fixture.ts';
import { taskEndpoint } from '../../tasks/suite-endpoint.ts';
import { liveEnd } from '../live-end.ts';

const fixture = taskFixture(async () => {
  const { end, address, settings } = liveEnd();
  return taskEndpoint(end, address, { ...settings, pageSize: 40 });
});
const material = fixture.material as Material;

/** Without files, which the service may not let an app attach: much text instead. */
const seedable: SuiteFixture = {
  ...fixture,
  material: { ...material, large: (n = 0) => material.plain(`large ${n}`, 'A line of it. '.repeat(1_500).trim()) },
};

describeReader('microsoft365, tasks', seedable);
describeWriter('microsoft365, tasks', fixture);
