import { describeReader, describeWriter, settingFixture, settings } from '@sterna/connector-suite';
import type { Microsoft365 } from '@sterna/simulator-microsoft365';
import { afterEach } from 'vitest';
import { startSimulator } from '../simulator.ts';
import { rulesEndpoint } from './suite-endpoint.ts';

const running: Microsoft365[] = [];
afterEach(async () => {
  for (const server of running.splice(0)) {
    const [failure] = server.failures;
    await server.stop();
    if (failure !== undefined) throw failure;
  }
});

const fixture = settingFixture(async () => {
  const server = await startSimulator({ empty: true });
  running.push(server);
  return rulesEndpoint(server, 'alice@contoso.example');
}, settings);

describeReader('microsoft365, rules', fixture);
describeWriter('microsoft365, rules', fixture);
