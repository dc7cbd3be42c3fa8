import { describeReader, describeWriter, type SuiteFixture } from '@sterna/connector-suite';
import type { Microsoft365 } from '@sterna/simulator-microsoft365';
import { afterEach } from 'vitest';
import { eventExporter, exporting } from '../exchange/exporting.ts';
import { startSimulator } from '../simulator.ts';
import { calendarFixture } from './fixture.ts';
import { calendarEndpoint } from './suite-endpoint.ts';

const running: Microsoft365[] = [];
afterEach(async () => {
  for (const server of running.splice(0)) {
    const [failure] = server.failures;
    await server.stop();
    if (failure !== undefined) throw failure;
  }
});

const fixture = (isWhole = false): SuiteFixture =>
  calendarFixture(async () => {
    const server = await startSimulator({ empty: true });
    running.push(server);
    const endpoint = calendarEndpoint(server, 'alice@contoso.example', { pageSize: 40 });
    if (!isWhole) return endpoint;
    return { ...endpoint, connector: exporting(endpoint.connector, eventExporter(server, 'alice@fabrikam.example')) };
  });

describeReader('microsoft365, events', fixture());
describeWriter('microsoft365, events', fixture());
describeWriter('microsoft365, events by import', fixture(true));
