import { describeReader, describeWriter, files, type SuiteFixture } from '@sterna/connector-suite';
import { watchedGoogle } from '../watched-google.ts';
import { driveEndpoint } from './suite-endpoint.ts';

const fixture = (settings: Readonly<Record<string, unknown>> = {}): SuiteFixture => ({
  material: files,
  keepsFlags: false,
  keepsDates: true,
  folderBesideFile: true,
  pagedMessages: 0,
  make: async () => {
    const server = await watchedGoogle();
    return driveEndpoint(server, 'alice@nordwind.example', settings);
  },
});

describeReader('google, My Drive', fixture());
describeWriter('google, My Drive', fixture());
// Large files are more than four pieces here: the faults' tests have them, too.
if (process.env.STERNA_TEST_LONG !== undefined)
  describeWriter('google, My Drive, in pieces', fixture({ uploadPieceBytes: 4 * 262_144 }));
