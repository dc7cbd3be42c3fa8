import {
  describeReader,
  describeWriter,
  listItems,
  pages,
  type SuiteEndpoint,
  type SuiteFixture,
} from '@sterna/connector-suite';
import type { Microsoft365 } from '@sterna/simulator-microsoft365';
import { afterEach } from 'vitest';
import { startSimulator } from '../simulator.ts';
import { listEndpoint, pageEndpoint } from './suite-endpoint.ts';

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

const common = { keepsFlags: false, keepsDates: false, keepsLook: { color: false, description: false } } as const;

const items: SuiteFixture = { ...common, make: made(listEndpoint), material: listItems, freshCursors: true };
describeReader('microsoft365, list items', items);
describeWriter('microsoft365, list items', items);

const page: SuiteFixture = {
  ...common,
  make: made(pageEndpoint),
  material: pages,
  oneCollection: true,
  fixedContainers: true,
  // All of them are listed at once.
  pagedMessages: 0,
  readsBackAll: true,
};
describeReader('microsoft365, pages', page);
describeWriter('microsoft365, pages', page);
