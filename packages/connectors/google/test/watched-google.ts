import { type Google, type Options, startGoogle } from '@sterna/simulator-google';
import { Contract } from '@sterna/simulator-google/contract';
import { afterEach, expect } from 'vitest';

const running: { readonly server: Google; readonly contract: Contract }[] = [];

afterEach(async () => {
  for (const { server, contract } of running.splice(0)) {
    const [failure] = server.failures;
    await server.stop();
    // A bug of the simulator must not pass for an answer of Google.
    if (failure !== undefined) throw failure;
    expect(contract.faults).toEqual([]);
  }
});

/**
 * A domain, empty unless told, that runs until the test's end, where each exchange is held against Google's discovery files: what the
 * connector asks, too.
 */
export async function watchedGoogle(options: Options = {}): Promise<Google> {
  const contract = new Contract();
  const server = await startGoogle({ empty: true, ...options, observe: contract.observe });
  running.push({ server, contract });
  return server;
}
