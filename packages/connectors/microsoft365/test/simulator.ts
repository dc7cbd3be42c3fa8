import { type Microsoft365, type Options, startMicrosoft365 } from '@sterna/simulator-microsoft365';
import { Contract } from '@sterna/simulator-microsoft365/contract';
import { afterAll, expect } from 'vitest';

/** What the connector sends in a file of tests, and what it is answered, held against Microsoft’s own description. */
const contract = new Contract();
afterAll(() => {
  expect(contract.faults).toEqual([]);
  if (contract.present) expect(contract.checked).toBeGreaterThan(0);
});

/** The simulator for tests of the connector; they fail where a request isn't one that Graph has. */
export const startSimulator = (options: Options = {}): Promise<Microsoft365> =>
  startMicrosoft365({
    ...options,
    observe: (exchange) => {
      contract.observe(exchange);
      options.observe?.(exchange);
    },
  });
