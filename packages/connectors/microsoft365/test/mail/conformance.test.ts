import { describeReader, describeWriter, type SuiteFixture } from '@sterna/connector-suite';
import type { Microsoft365 } from '@sterna/simulator-microsoft365';
import { afterEach } from 'vitest';
import { exporting, mailExporter } from '../exchange/exporting.ts';
import { startSimulator } from '../simulator.ts';
import { mailEndpoint } from './suite-endpoint.ts';

const running: Microsoft365[] = [];
afterEach(async () => {
  for (const server of running.splice(0)) {
    // A bug of the simulator must not pass for an answer of Microsoft 365.
    const [failure] = server.failures;
    await server.stop();
    if (failure !== undefined) throw failure;
  }
});

const fixture = (settings: Record<string, unknown>, isWhole = false): SuiteFixture => ({
  make: async () => {
    const server = await startSimulator({ empty: true, assumptions: { importMime: true } });
    running.push(server);
    // Well-known folders have other names there than the suite's.
    for (const user of server.tenant('contoso.example').users.values()) user.preferredLanguage = 'de-DE';
    const endpoint = mailEndpoint(server, 'alice@contoso.example', { pageSize: 400, ...settings });
    if (!isWhole) return endpoint;
    const exporter = mailExporter(server, 'alice@fabrikam.example');
    return {
      ...endpoint,
      connector: exporting(endpoint.connector, exporter),
      // While a session lasts, there is the hidden folder that imports go through.
      folders: async () => (await endpoint.folders()).filter(([name]) => name?.startsWith('Sterna import') !== true),
    };
  },
  keepsFlags: true,
  keepsDates: true,
  freeKeywords: true,
  estimatesSizes: true,
  freshCursors: true,
});

describeReader('microsoft365, mail', fixture({}));
describeWriter('microsoft365, mail by JSON', fixture({ mailRoute: 'json' }));
describeWriter('microsoft365, mail by importMime', fixture({ mailRoute: 'importMime' }));
describeWriter('microsoft365, mail by import', fixture({}, true));
