import { describeReader, describeWriter } from '@sterna/connector-suite';
import type { Microsoft365 } from '@sterna/simulator-microsoft365';
import { afterEach } from 'vitest';
import { startSimulator } from '../simulator.ts';
import { taskFixture } from './fixture.ts';
import { taskEndpoint } from './suite-endpoint.ts';

const running: Microsoft365[] = [];
afterEach(async () => {
  for (const server of running.splice(0)) {
    const [failure] = server.failures;
    await server.stop();
    if (failure !== undefined) throw failure;
  }
});

const fixture = taskFixture(async () => {
  const server = await startSimulator({ empty: true, assumptions: { taskAttachmentsByApps: true } });
  running.push(server);
  return taskEndpoint(server, 'alice@contoso.example', { pageSize: 40 });
});

describeReader('microsoft365, tasks', fixture);
describeWriter('microsoft365, tasks', fixture);
