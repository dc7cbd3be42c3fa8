import { describeReader, describeWriter, listItems, type SuiteFixture } from '@sterna/connector-suite';
import type { Microsoft365 } from '@sterna/simulator-microsoft365';
import { afterEach } from 'vitest';
import { startSimulator } from '../simulator.ts';
import { planEndpoint } from './suite-endpoint.ts';

const running: Microsoft365[] = [];
afterEach(async () => {
  for (const server of running.splice(0)) {
    const [failure] = server.failures;
    await server.stop();
    if (failure !== undefined) throw failure;
  }
});

const tasks: SuiteFixture = {
  keepsFlags: false,
  keepsDates: false,
  keepsLook: { color: false, description: false },
  make: async () => {
    const server = await startSimulator({ empty: true });
    running.push(server);
    return planEndpoint(server);
  },
  material: listItems,
  // All of them are listed at once.
  pagedMessages: 0,
  readsBackAll: true,
};
describeReader('microsoft365, tasks of a plan', tasks);
describeWriter('microsoft365, tasks of a plan', tasks);
