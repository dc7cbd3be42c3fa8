import { describeReader, describeWriter } from '@sterna/connector-suite';
import type { Microsoft365 } from '@sterna/simulator-microsoft365';
import { afterEach } from 'vitest';
import { startSimulator } from '../simulator.ts';
import { driveFixture } from './fixture.ts';
import { driveEndpoint } from './suite-endpoint.ts';

const running: Microsoft365[] = [];
afterEach(async () => {
  for (const server of running.splice(0)) {
    // A bug of the simulator must not pass for an answer of Microsoft 365.
    const [failure] = server.failures;
    await server.stop();
    if (failure !== undefined) throw failure;
  }
});

const fixture = (settings: Readonly<Record<string, unknown>> = {}) =>
  driveFixture(async () => {
    const server = await startSimulator({ empty: true });
    running.push(server);
    return driveEndpoint(server, 'alice@contoso.example', { pageSize: 400, ...settings });
  });

describeReader('microsoft365, OneDrive', fixture());
describeWriter('microsoft365, OneDrive', fixture());
// Large files are more than four pieces here.
describeWriter('microsoft365, OneDrive, in pieces', fixture({ uploadPieceBytes: 3 * 327_680 }));
