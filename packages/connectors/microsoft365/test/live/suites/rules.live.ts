import { describeReader, describeWriter, settingFixture } from '@sterna/connector-suite';
import { quietRules } from '../../settings/quiet-rules.ts';
import { rulesEndpoint } from '../../settings/suite-endpoint.ts';
import { liveEnd } from '../live-end.ts';

const { end, address, settings } = liveEnd();
const fixture = settingFixture(() => rulesEndpoint(end, address, settings), quietRules(end.scope));

describeReader('microsoft365, rules', fixture);
describeWriter('microsoft365, rules', fixture);
