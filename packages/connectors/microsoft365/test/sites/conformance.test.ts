import {
  describeReader,
  describeWriter,
  listItems,
  pages,
  type SuiteEndpoint,
  type SuiteFixture,
} from '@sterna/connector-suite';
import { type Microsoft365, startMicrosoft365 } from '@sterna/simulator-microsoft365';
import { Contract } from '@sterna/simulator-microsoft365/contract';
import { afterAll, afterEach, expect } from 'vitest';
import { listEndpoint, pageEndpoint } from './suite-endpoint.ts';

const running: Microsoft365[] = [];
afterEach(async () => {
  for (const server of running.splice(0)) {
    const [failure] = server.failures;
    await server.stop();
    if (failure !== undefined) throw failure;
  }
});

/** What the connector sends, held against Microsoft’s own description. */
const contract = new Contract();
afterAll(() => {
  expect(contract.faults).toEqual([]);
  if (contract.present) expect(contract.checked).toBeGreaterThan(0);
});

const made =
  (endpoint: (server: Microsoft365) => SuiteEndpoint): SuiteFixture['make'] =>
  async () => {
    const server = await startMicrosoft365({ empty: true, observe: contract.observe });
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
