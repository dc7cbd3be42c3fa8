import {
  type Exchange,
  type Google,
  type Options as GoogleOptions,
  startGoogle as unwatchedGoogle,
} from '@sterna/simulator-google';
import { Contract as GoogleContract } from '@sterna/simulator-google/contract';
import {
  type Microsoft365,
  type Options as Microsoft365Options,
  startMicrosoft365 as unwatchedMicrosoft365,
} from '@sterna/simulator-microsoft365';
import { Contract as Microsoft365Contract } from '@sterna/simulator-microsoft365/contract';
import { afterAll, expect } from 'vitest';

/**
 * The simulators for tests of passes: what a file of tests makes ours ask, and what it is answered, is held against the
 * vendors' own descriptions, and the file fails where one of them has no such thing.
 */
const google = new GoogleContract();
const microsoft365 = new Microsoft365Contract();

afterAll(() => {
  expect({ google: google.faults, microsoft365: microsoft365.faults }).toEqual({ google: [], microsoft365: [] });
});

/** What a test watches itself is watched, too. */
const both =
  (contract: { observe(exchange: Exchange): void }, own: ((exchange: Exchange) => void) | undefined) =>
  (exchange: Exchange): void => {
    contract.observe(exchange);
    own?.(exchange);
  };

export const startGoogle = (options: GoogleOptions = {}): Promise<Google> =>
  unwatchedGoogle({ ...options, observe: both(google, options.observe) });

export const startMicrosoft365 = (options: Microsoft365Options = {}): Promise<Microsoft365> =>
  unwatchedMicrosoft365({ ...options, observe: both(microsoft365, options.observe) });
