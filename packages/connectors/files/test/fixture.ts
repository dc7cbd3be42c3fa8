import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileNameOf, files, type PickMessage, type SuiteFixture } from '@sterna/connector-suite';
import { filesConnector } from '../src/index.ts';

const isOurs = (name: string): boolean => /^\.sterna-.*\.part$|^\.sterna-uploads$/s.test(name);

/** A folder, seen past the connector: by plain paths. */
export function folderFixture(names: 'posix' | 'windows' = 'posix'): SuiteFixture {
  return {
    material: files,
    keepsFlags: false,
    keepsDates: true,
    make: async () => {
      const base = mkdtempSync(join(tmpdir(), 'sterna-files-'));
      const root = join(base, 'drive');
      mkdirSync(root);
      const pathOf = ({ folder, raw }: PickMessage): string => join(root, ...folder, fileNameOf(raw));
      /** Everything below, ours too. */
      const all = (folder: readonly string[]): { folder: readonly string[]; name: string; isFolder: boolean }[] =>
        readdirSync(join(root, ...folder), { withFileTypes: true }).flatMap((one) => [
          { folder, name: one.name, isFolder: one.isDirectory() },
          ...(one.isDirectory() ? all([...folder, one.name]) : []),
        ]);
      const theirs = (): ReturnType<typeof all> =>
        all([]).filter(({ folder, name }) => ![...folder, name].some((one) => isOurs(one)));
      return {
        connector: filesConnector,
        system: { settings: { path: root, names }, credentials: {} },
        address: '.',
        seed: async (objects) => {
          for (const object of objects) {
            const path = pathOf(object);
            mkdirSync(dirname(path), { recursive: true });
            writeFileSync(path, object.raw);
            utimesSync(path, object.date, object.date);
          }
        },
        dump: async () =>
          theirs()
            .filter(({ isFolder }) => !isFolder)
            .map(({ folder, name }) => {
              const path = join(root, ...folder, name);
              return { folder, name, raw: readFileSync(path), flags: [], date: statSync(path).mtime };
            }),
        folders: async () =>
          theirs()
            .filter(({ isFolder }) => isFolder)
            .map(({ folder, name }) => [...folder, name]),
        leftovers: async () =>
          all([])
            .map(({ name }) => name)
            .filter(isOurs),
        makeFolder: async (path) => {
          mkdirSync(join(root, ...path), { recursive: true });
        },
        remove: async (which) => rmSync(pathOf(which)),
        replace: async (which, raw) => writeFileSync(pathOf(which), raw),
        move: async (which, to) => {
          mkdirSync(join(root, ...to), { recursive: true });
          const target = join(root, ...to, fileNameOf(which.raw));
          if (existsSync(target)) throw new Error('something is there');
          renameSync(pathOf(which), target);
        },
        dispose: async () => rmSync(base, { recursive: true, force: true }),
      };
    },
  };
}
