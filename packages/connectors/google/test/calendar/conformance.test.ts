import { describeReader, describeWriter } from '@sterna/connector-suite';
import { type Google, startGoogle } from '@sterna/simulator-google';
import { Contract } from '@sterna/simulator-google/contract';
import { afterEach } from 'vitest';
import { simulated, simulatedEnd } from '../items/direct-google.ts';
import { calendarFixture } from './fixture.ts';
import { calendarEndpoint } from './suite-endpoint.ts';

const ADDRESS = 'alice@nordwind.example';

const running: Google[] = [];
const contract = new Contract();
afterEach(async () => {
  for (const server of running.splice(0)) {
    const [failure] = server.failures;
    await server.stop();
    if (failure !== undefined) throw failure;
  }
  if (contract.faults.length > 0) throw new Error(contract.faults.join('\n'));
});

const fixture = calendarFixture(async () => {
  const server = await startGoogle({ empty: true, observe: contract.observe });
  running.push(server);
  return calendarEndpoint(simulatedEnd(server, ADDRESS), simulated(server, ADDRESS));
});

describeReader('google, events', fixture);
describeWriter('google, events', fixture);
