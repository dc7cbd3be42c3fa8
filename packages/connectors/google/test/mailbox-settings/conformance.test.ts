import { describeReader, describeWriter, filters, settingFixture } from '@sterna/connector-suite';
import { simulated, simulatedEnd } from '../items/direct-google.ts';
import { watchedGoogle } from '../watched-google.ts';
import { filtersEndpoint } from './suite-endpoint.ts';

const ADDRESS = 'alice@nordwind.example';

const fixture = settingFixture(async () => {
  const server = await watchedGoogle();
  return filtersEndpoint(simulatedEnd(server, ADDRESS), simulated(server, ADDRESS));
}, filters);

describeReader('google, filters', fixture);
describeWriter('google, filters', fixture);
