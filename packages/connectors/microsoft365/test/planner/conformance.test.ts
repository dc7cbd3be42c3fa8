import { describeReader, describeWriter, listItems, type SuiteFixture } from '@sterna/connector-suite';
import { type Microsoft365, startMicrosoft365 } from '@sterna/simulator-microsoft365';
import { Contract } from '@sterna/simulator-microsoft365/contract';
import { afterAll, afterEach, expect } from 'vitest';
import { planEndpoint } from './suite-endpoint.ts';

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

const tasks: SuiteFixture = {
  keepsFlags: false,
  keepsDates: false,
  keepsLook: { color: false, description: false },
  make: async () => {
    const server = await startMicrosoft365({ empty: true, observe: contract.observe });
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
