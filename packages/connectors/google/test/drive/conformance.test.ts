import { describeReader, describeWriter, files, type SuiteFixture } from '@sterna/connector-suite';
import { type Google, startGoogle } from '@sterna/simulator-google';
import { afterEach } from 'vitest';
import { driveEndpoint } from './suite-endpoint.ts';

const running: Google[] = [];
afterEach(async () => {
  for (const server of running.splice(0)) {
    // A bug of the simulator must not pass for an answer of Google.
    const [failure] = server.failures;
    await server.stop();
    if (failure !== undefined) throw failure;
  }
});

const fixture = (settings: Readonly<Record<string, unknown>> = {}): SuiteFixture => ({
  material: files,
  keepsFlags: false,
  keepsDates: true,
  folderBesideFile: true,
  pagedMessages: 0,
  make: async () => {
    const server = await startGoogle({ empty: true });
    running.push(server);
    return driveEndpoint(server, 'alice@nordwind.example', settings);
  },
});

describeReader('google, My Drive', fixture());
describeWriter('google, My Drive', fixture());
// Large files are more than four pieces here: the faults' tests have them, too.
if (process.env.STERNA_TEST_LONG !== undefined)
  describeWriter('google, My Drive, in pieces', fixture({ uploadPieceBytes: 4 * 262_144 }));
