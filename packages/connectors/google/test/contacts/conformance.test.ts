import { describeReader, describeWriter } from '@sterna/connector-suite';
import { simulated, simulatedEnd } from '../items/direct-google.ts';
import { watchedGoogle } from '../watched-google.ts';
import { contactFixture } from './fixture.ts';
import { contactEndpoint } from './suite-endpoint.ts';

const ADDRESS = 'alice@nordwind.example';

const fixture = contactFixture(async () => {
  const server = await watchedGoogle();
  return contactEndpoint(simulatedEnd(server, ADDRESS), simulated(server, ADDRESS, { contactsDelaySeconds: 0 }));
});

describeReader('google, contacts', fixture);
describeWriter('google, contacts', fixture);
