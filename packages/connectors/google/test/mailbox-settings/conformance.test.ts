import { describeReader, describeWriter } from '@sterna/connector-suite';
import { simulated, simulatedEnd } from '../items/direct-google.ts';
import { watchedGoogle } from '../watched-google.ts';
import { filterFixture } from './fixture.ts';
import { filtersEndpoint } from './suite-endpoint.ts';

const ADDRESS = 'alice@nordwind.example';

const fixture = filterFixture(async () => {
  const server = await watchedGoogle();
  return filtersEndpoint(simulatedEnd(server, ADDRESS), simulated(server, ADDRESS));
});

describeReader('google, filters', fixture);
describeWriter('google, filters', fixture);
