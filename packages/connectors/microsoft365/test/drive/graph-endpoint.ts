import { type FoundMessage, fileNameOf, rooted, type SuiteEndpoint } from '@sterna/connector-suite';
import { simulated } from '../mail/suite-endpoint.ts';
import { DirectGraph, type GraphEnd, type Json } from '../outlook/direct-graph.ts';
import { driveConnector } from './suite-endpoint.ts';

interface Item {
  readonly folder: readonly string[];
  readonly item: Json;
}

const BYTES = { 'content-type': 'application/octet-stream' };
const isOurs = (name: string): boolean => /^\.sterna-.*\.part$|^\.sterna-uploads$/s.test(name);

/** One folder of somebody's OneDrive as if it were all of it, seen by Graph and without the connector. */
export async function graphDriveEndpoint(
  server: GraphEnd & { readonly scope: string },
  address: string,
  settings: Readonly<Record<string, unknown>> = {},
): Promise<SuiteEndpoint> {
  const graph = new DirectGraph(server, address);
  const own = `${server.scope}drive`;
  const make = (parent: string, name: string): Promise<Json> =>
    graph.ok('POST', `${parent}/children`, {
      name,
      folder: {},
      '@microsoft.graph.conflictBehavior': 'fail',
    });
  const at = ({ id }: Json): string => `/drive/items/${encodeURIComponent(id)}`;
  const root = at(await make('/drive/root', own));

  const inside = (folder: string): Promise<Json[]> => graph.all(`${folder}/children?$top=200`);
  async function* walk(folder: string, path: readonly string[]): AsyncGenerator<Item> {
    for (const item of await inside(folder)) {
      yield { folder: path, item };
      if (item.folder !== undefined) yield* walk(at(item), [...path, item.name]);
    }
  }
  const items = (): Promise<Item[]> => Array.fromAsync(walk(root, []));
  const folderAt = async (path: readonly string[]): Promise<string> => {
    let folder = root;
    for (const name of path) {
      const there = (await inside(folder)).find((one) => one.name === name && one.folder !== undefined);
      folder = at(there ?? (await make(folder, name)));
    }
    return folder;
  };
  const fileAt = async (folder: readonly string[], name: string): Promise<string> => {
    const there = (await inside(await folderAt(folder))).find((one) => one.name === name && one.folder === undefined);
    if (there === undefined) throw new Error(`no file ${[...folder, name].join('/')}`);
    return at(there);
  };

  return {
    ...simulated(server, address, settings),
    connector: rooted(driveConnector, own),
    async seed(objects) {
      const folders = new Map<string, string>();
      for (const { folder, raw, date } of objects) {
        const key = folder.join('/');
        const parent = folders.get(key) ?? (await folderAt(folder));
        folders.set(key, parent);
        const made = await graph.ok('PUT', `${parent}:/${encodeURIComponent(fileNameOf(raw))}:/content`, raw, BYTES);
        await graph.ok('PATCH', at(made), { fileSystemInfo: { lastModifiedDateTime: date.toISOString() } });
      }
    },
    async dump() {
      const found: FoundMessage[] = [];
      for (const { folder, item } of await items()) {
        if (item.folder !== undefined || [...folder, item.name].some(isOurs)) continue;
        // Signed in by itself.
        const content = await fetch(item['@microsoft.graph.downloadUrl']);
        found.push({
          folder,
          name: item.name,
          raw: Buffer.from(await content.arrayBuffer()),
          flags: [],
          date: new Date(item.fileSystemInfo.lastModifiedDateTime),
        });
      }
      return found;
    },
    folders: async () =>
      (await items())
        .filter(({ item }) => item.folder !== undefined)
        .map(({ folder, item }) => [...folder, item.name])
        .filter((path) => !path.some(isOurs)),
    remove: async ({ folder, raw }) =>
      void (await graph.ok('POST', `${await fileAt(folder, fileNameOf(raw))}/permanentDelete`)),
    async replace({ folder, raw }, content) {
      await graph.ok('PUT', `${await fileAt(folder, fileNameOf(raw))}/content`, content, BYTES);
    },
    async move({ folder, raw }, to) {
      const id = decodeURIComponent((await folderAt(to)).split('/').at(-1) ?? '');
      await graph.ok('PATCH', await fileAt(folder, fileNameOf(raw)), { parentReference: { id } });
    },
    makeFolder: async (path) => void (await folderAt(path)),
    leftovers: async () => (await items()).flatMap(({ folder, item }) => [...folder, item.name].filter(isOurs)),
    dispose: async () => void (await graph.ok('POST', `${root}/permanentDelete`)),
  };
}
