import type { Connector } from '@sterna/connector-kit';
import { type FoundMessage, fileNameOf, type SuiteEndpoint } from '@sterna/connector-suite';
import { DirectDrive, MIGRATION_APP, type Microsoft365 } from '@sterna/simulator-microsoft365';
import { microsoft365Connector } from '../../src/index.ts';

/** The connector for entries that are drives alone. */
export const driveConnector: Connector = {
  ...microsoft365Connector,
  open: (request) => microsoft365Connector.open({ ...request, kinds: ['file'] }),
};

export const systemOf = (server: Microsoft365, address: string, settings: Readonly<Record<string, unknown>> = {}) => ({
  settings: {
    tenant: address.split('@')[1],
    clientId: MIGRATION_APP.id,
    baseUrl: server.baseUrl,
    loginUrl: server.baseUrl,
    ...settings,
  },
  credentials: { password: MIGRATION_APP.secret },
});

const isOurs = (name: string): boolean => /^\.sterna-.*\.part$|^\.sterna-uploads$/s.test(name);

/** Somebody's OneDrive in the simulator, seen past Graph. */
export function driveEndpoint(
  server: Microsoft365,
  address: string,
  settings: Readonly<Record<string, unknown>> = {},
): SuiteEndpoint {
  const direct = new DirectDrive(server, address);
  return {
    connector: driveConnector,
    system: systemOf(server, address, settings),
    address,
    async seed(objects) {
      for (const { folder, raw, date } of objects) direct.put(folder, fileNameOf(raw), raw, date.getTime());
    },
    async dump() {
      return direct
        .files()
        .flatMap(({ folder, name, content, modifiedAt }): FoundMessage[] =>
          [...folder, name].some(isOurs) ? [] : [{ folder, name, raw: content, flags: [], date: new Date(modifiedAt) }],
        );
    },
    folders: async () => direct.folders().filter((path) => !path.some(isOurs)),
    async remove({ folder, raw }) {
      direct.remove([...folder, fileNameOf(raw)]);
    },
    async replace({ folder, raw }, content) {
      direct.put(folder, fileNameOf(raw), content);
    },
    async move({ folder, raw }, to) {
      direct.move([...folder, fileNameOf(raw)], [...to, fileNameOf(raw)]);
    },
    async makeFolder(path) {
      direct.makeFolder(path);
    },
    leftovers: async () => [
      ...direct.files().flatMap(({ folder, name }) => [...folder, name].filter(isOurs)),
      // A session that nobody ends keeps its name from others for days.
      ...direct.openUploads.map(() => '.sterna-session.part'),
    ],
    async dispose() {},
  };
}
