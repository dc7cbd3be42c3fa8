import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type FoundMessage, fileNameOf, type SuiteEndpoint } from '@sterna/connector-suite';
import { webdavConnector } from '../src/index.ts';

export interface DiskEndpointOptions {
  readonly url: string;
  /** Folder on disk that is served at `url`. */
  readonly root: string;
  /** Called after the disk was written to. */
  readonly adopt?: (path: string) => void;
  readonly settings?: Readonly<Record<string, unknown>>;
}

let serial = 0;

/** A folder of a WebDAV server of its own, seen past the connector through the file system below it. */
export function diskEndpoint({ url, root, adopt = () => {}, settings = {} }: DiskEndpointOptions): SuiteEndpoint {
  const own = `e${++serial}`;
  const base = join(root, own);
  mkdirSync(base);
  adopt(base);
  const at = (folder: readonly string[], name: string): string => join(base, ...folder, name);
  const write = (path: string, raw: Buffer, date?: Date): void => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, raw);
    if (date !== undefined) utimesSync(path, date, date);
  };
  const walk = (path: readonly string[]): { path: readonly string[]; isFolder: boolean }[] =>
    readdirSync(join(base, ...path), { withFileTypes: true }).flatMap((entry) => {
      // What Apache is writing, or has not yet taken away again.
      if (entry.name.startsWith('.davfs.tmp') || entry.name === '.DAV') return [];
      const inner = [...path, entry.name];
      return entry.isDirectory()
        ? [{ path: inner, isFolder: true }, ...walk(inner)]
        : [{ path: inner, isFolder: false }];
    });
  const isOurs = (name: string): boolean => /^\.sterna-.*\.part$|^\.sterna-uploads$/s.test(name);
  return {
    connector: webdavConnector,
    system: {
      settings: { url, retryDelaysMs: [0, 0, 10], ...settings },
      credentials: { user: 'user', password: 'pw' },
    },
    address: `${own}/`,
    async seed(objects) {
      for (const { folder, raw, date } of objects) write(at(folder, fileNameOf(raw)), raw, date);
      adopt(base);
    },
    async dump() {
      return walk([]).flatMap(({ path, isFolder }): FoundMessage[] => {
        const name = path.at(-1) ?? '';
        if (isFolder || path.some(isOurs)) return [];
        const file = join(base, ...path);
        return [{ folder: path.slice(0, -1), raw: readFileSync(file), flags: [], date: statSync(file).mtime, name }];
      });
    },
    folders: async () => walk([]).flatMap(({ path, isFolder }) => (isFolder && !path.some(isOurs) ? [path] : [])),
    async remove({ folder, raw }) {
      rmSync(at(folder, fileNameOf(raw)));
    },
    async replace({ folder, raw }, content) {
      write(at(folder, fileNameOf(raw)), content);
      adopt(base);
    },
    async move({ folder, raw }, to) {
      mkdirSync(join(base, ...to), { recursive: true });
      renameSync(at(folder, fileNameOf(raw)), at(to, fileNameOf(raw)));
      adopt(base);
    },
    async makeFolder(path) {
      mkdirSync(join(base, ...path), { recursive: true });
      adopt(base);
    },
    leftovers: async () => walk([]).flatMap(({ path }) => path.filter(isOurs)),
    async dispose() {
      rmSync(base, { recursive: true, force: true });
    },
  };
}
