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
import { basename, dirname, join } from 'node:path';
import type { PickMessage, SuiteFixture } from '@sterna/connector-suite';
import { archiveConnector } from '../src/index.ts';

/** Files and folders, looked at without the connector. */
export const emlFixture: SuiteFixture = {
  keepsFlags: false,
  // The Date field wins over the file's time.
  keepsDates: false,
  make: async () => {
    const base = mkdtempSync(join(tmpdir(), 'sterna-eml-'));
    const root = join(base, 'box');
    mkdirSync(join(root, 'INBOX'), { recursive: true });
    writeFileSync(join(root, 'INBOX', '.sterna.jsonl'), '{"sterna":1,"path":["INBOX"]}\n');
    let serial = 0;
    const records = (dir: string): { path?: string[]; id?: string; flags?: string[] }[] =>
      existsSync(join(dir, '.sterna.jsonl'))
        ? readFileSync(join(dir, '.sterna.jsonl'), 'utf8')
            .split('\n')
            .filter((line) => line !== '')
            .map((line) => JSON.parse(line))
        : [];
    const pathOf = (dir: string): string[] =>
      records(dir).find((record) => record.path)?.path ?? dir.slice(root.length + 1).split('/');
    const files = (): string[] =>
      (readdirSync(root, { recursive: true }) as string[])
        .filter((name) => name.endsWith('.eml'))
        .map((name) => join(root, name))
        .sort();
    const find = ({ folder, raw }: PickMessage): string => {
      const found = files().find(
        (file) => pathOf(dirname(file)).join() === folder.join() && readFileSync(file).equals(raw),
      );
      if (found === undefined) throw new Error('no such message');
      return found;
    };
    return {
      connector: archiveConnector,
      system: { settings: { path: root, format: 'eml' }, credentials: {} },
      address: '.',
      seed: async (messages) => {
        for (const { folder, raw, date } of messages) {
          const dir = join(root, ...folder);
          mkdirSync(dir, { recursive: true });
          const file = join(dir, `${String(serial++).padStart(6, '0')} Nachricht.eml`);
          writeFileSync(file, raw);
          utimesSync(file, date, date);
        }
      },
      dump: async () =>
        files().map((file) => {
          const dir = dirname(file);
          const flags =
            records(dir)
              .filter((record) => record.id === basename(file))
              .at(-1)?.flags ?? [];
          return { folder: pathOf(dir), raw: readFileSync(file), flags: [...flags].sort(), date: statSync(file).mtime };
        }),
      folders: async () =>
        [
          ...new Set(
            [
              ...files(),
              ...(readdirSync(root, { recursive: true }) as string[])
                .filter((name) => name.endsWith('.sterna.jsonl'))
                .map((name) => join(root, name)),
            ].map((file) => dirname(file)),
          ),
        ].map(pathOf),
      remove: async (which) => rmSync(find(which)),
      move: async (which, to) => {
        const file = find(which);
        const dir = join(root, ...to);
        mkdirSync(dir, { recursive: true });
        renameSync(file, join(dir, `moved ${basename(file)}`));
      },
      dispose: async () => rmSync(base, { recursive: true, force: true }),
    };
  },
};
