import {
  describeReader,
  describeWriter,
  members,
  posts,
  type SuiteEndpoint,
  type SuiteFixture,
  settingFixture,
} from '@sterna/connector-suite';
import type { Microsoft365 } from '@sterna/simulator-microsoft365';
import { afterEach } from 'vitest';
import { startSimulator } from '../simulator.ts';
import { AUTHOR, memberEndpoint, postEndpoint } from './suite-endpoint.ts';

const running: Microsoft365[] = [];
afterEach(async () => {
  for (const server of running.splice(0)) {
    const [failure] = server.failures;
    await server.stop();
    if (failure !== undefined) throw failure;
  }
});

const made =
  (endpoint: (server: Microsoft365) => SuiteEndpoint): SuiteFixture['make'] =>
  async () => {
    const server = await startSimulator({ empty: true });
    running.push(server);
    return endpoint(server);
  };

const member = settingFixture(made(memberEndpoint), members);
describeReader('microsoft365, members', member);
describeWriter('microsoft365, members', member);

// What is written is out of reach of apps, so the writer's part would ask for what Teams refuses: engine and kills prove it.
describeReader('microsoft365, posts', {
  make: made(postEndpoint),
  material: posts(AUTHOR),
  keepsFlags: false,
  keepsDates: false,
  keepsLook: { color: false, description: false },
  // All of them are listed at once.
  pagedMessages: 0,
  readsBackAll: true,
  readsAsListed: true,
});
