import { describeReader, describeWriter } from '@sterna/connector-suite';
import { rulesFixture } from '../../settings/fixture.ts';
import { quietRules } from '../../settings/quiet-rules.ts';
import { rulesEndpoint } from '../../settings/suite-endpoint.ts';
import { liveEnd } from '../live-end.ts';

const { end, address, settings } = liveEnd();
const fixture = { ...rulesFixture(() => rulesEndpoint(end, address, settings)), material: quietRules(end.scope) };

describeReader('microsoft365, rules', fixture);
describeWriter('microsoft365, rules', fixture);
