import { describeReader, describeWriter, members, settingFixture } from '@sterna/connector-suite';
import { watchedGoogle } from '../watched-google.ts';
import { memberEndpoint } from './suite-endpoint.ts';

const fixture = settingFixture(async () => memberEndpoint(await watchedGoogle()), members);
describeReader('google, members', fixture);
describeWriter('google, members', fixture);
