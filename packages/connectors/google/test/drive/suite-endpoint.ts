import type { Connector } from '@sterna/connector-kit';
import { type FoundMessage, fileNameOf, type SuiteEndpoint } from '@sterna/connector-suite';
import { DirectDrive, type Google } from '@sterna/simulator-google';
import { googleConnector } from '../../src/index.ts';
import { UNHURRIED } from '../unhurried.ts';

/** The connector for entries that are drives alone. */
export const driveConnector: Connector = {
  ...googleConnector,
  open: (request) => googleConnector.open({ ...request, kinds: ['file'] }),
};

export const systemOf = (server: Google, settings: Readonly<Record<string, unknown>> = {}) => ({
  settings: {
    baseUrl: server.baseUrl,
    tokenUrl: `${server.baseUrl}/token`,
    ...UNHURRIED,
    ...settings,
  },
  credentials: { password: JSON.stringify(server.keyFile) },
});

const isOurs = (name: string): boolean => /^\.sterna-.*\.part$|^\.sterna-uploads$/s.test(name);

/** Somebody's My Drive in the simulator, seen past the API. */
export function driveEndpoint(
  server: Google,
  address: string,
  settings: Readonly<Record<string, unknown>> = {},
): SuiteEndpoint {
  const direct = new DirectDrive(server, address);
  return {
    connector: driveConnector,
    system: systemOf(server, settings),
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
      ...Array.from({ length: direct.openUploads }, () => '.sterna-session.part'),
    ],
    async dispose() {},
  };
}
