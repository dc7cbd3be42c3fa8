import { describeReader, describeWriter } from '@sterna/connector-suite';
import type { Microsoft365 } from '@sterna/simulator-microsoft365';
import { afterEach } from 'vitest';
import { startSimulator } from '../simulator.ts';
import { contactFixture } from './fixture.ts';
import { contactEndpoint } from './suite-endpoint.ts';

const running: Microsoft365[] = [];
afterEach(async () => {
  for (const server of running.splice(0)) {
    const [failure] = server.failures;
    await server.stop();
    if (failure !== undefined) throw failure;
  }
});

const fixture = contactFixture(async () => {
  const server = await startSimulator({ empty: true });
  running.push(server);
  return contactEndpoint(server, 'alice@contoso.example', { pageSize: 40 });
});

describeReader('microsoft365, contacts', fixture);
describeWriter('microsoft365, contacts', fixture);
