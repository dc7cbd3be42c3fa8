import { describeReader, describeWriter } from '@sterna/connector-suite';
import { simulatedEnd } from '../items/direct-google.ts';
import { watchedGoogle } from '../watched-google.ts';
import { driveFixture } from './fixture.ts';
import { driveEndpoint, systemOf } from './suite-endpoint.ts';

const address = 'alice@nordwind.example';

const fixture = (settings: Readonly<Record<string, unknown>> = {}) =>
  driveFixture(async () => {
    const server = await watchedGoogle();
    return driveEndpoint(simulatedEnd(server, address), { system: systemOf(server, settings), address });
  });

describeReader('google, My Drive', fixture());
describeWriter('google, My Drive', fixture());
// Large files are more than four pieces here: the faults' tests have them, too.
if (process.env.STERNA_TEST_LONG !== undefined)
  describeWriter('google, My Drive, in pieces', fixture({ uploadPieceBytes: 4 * 262_144 }));
