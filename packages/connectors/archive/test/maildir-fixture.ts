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
import { join } from 'node:path';
import type { PickMessage, SeedMessage, SuiteEndpoint, SuiteFixture } from '@sterna/connector-suite';
import { archiveConnector } from '../src/index.ts';

/** A second, naive reading of Maildir++ for the suite: shares no code with the connector. */
const LETTERS: Record<string, string> = {
  '\\Draft': 'D',
  '\\Flagged': 'F',
  '\\Answered': 'R',
  '\\Seen': 'S',
  '\\Deleted': 'T',
};

export function maildirFixture(format: 'maildir' | 'archive'): SuiteFixture {
  return {
    keepsFlags: true,
    keepsDates: true,
    make: async () => {
      const base = mkdtempSync(join(tmpdir(), 'sterna-maildir-'));
      const path = join(base, 'box');
      const root = format === 'archive' ? join(path, 'mail') : path;
      mkdirSync(root, { recursive: true });
      for (const sub of ['cur', 'new', 'tmp']) mkdirSync(join(root, sub));
      if (format === 'archive')
        writeFileSync(
          join(path, 'sterna-backup.json'),
          '{"format":"sterna-backup","version":1,"created":"2024-01-01T00:00:00Z","kinds":["message"]}',
        );
      return maildirEndpoint(base, root, { path, format });
    },
  };
}

function maildirEndpoint(base: string, root: string, settings: unknown): SuiteEndpoint {
  let serial = 0;
  const dirOf = (folder: readonly string[]): string =>
    folder.join() === 'INBOX' ? root : join(root, `.${folder.map(toUtf7).join('.')}`);
  const make = (folder: readonly string[]): string => {
    const dir = dirOf(folder);
    for (const sub of ['cur', 'new', 'tmp']) mkdirSync(join(dir, sub), { recursive: true });
    return dir;
  };
  const letters = (dir: string, flags: readonly string[]): string => {
    const file = join(dir, 'dovecot-keywords');
    const words = existsSync(file)
      ? readFileSync(file, 'utf8')
          .trim()
          .split('\n')
          .map((line) => line.replace(/^\d+ /, ''))
      : [];
    const out = flags.map((flag) => {
      if (LETTERS[flag] !== undefined) return LETTERS[flag];
      if (!words.includes(flag)) words.push(flag);
      return String.fromCharCode(97 + words.indexOf(flag));
    });
    writeFileSync(file, words.map((word, n) => `${n} ${word}\n`).join(''));
    return out.sort().join('');
  };
  const find = ({ folder, raw }: PickMessage): string => {
    const dir = dirOf(folder);
    for (const sub of ['cur', 'new'])
      for (const name of readdirSync(join(dir, sub)).sort())
        if (readFileSync(join(dir, sub, name)).equals(raw)) return join(dir, sub, name);
    throw new Error('no such message');
  };
  const dirs = (): [readonly string[], string][] => [
    [['INBOX'], root],
    ...readdirSync(root)
      .filter((name) => name.startsWith('.') && existsSync(join(root, name, 'cur')))
      .map((name): [readonly string[], string] => [name.slice(1).split('.').map(fromUtf7), join(root, name)]),
  ];
  return {
    connector: archiveConnector,
    system: { settings, credentials: {} },
    address: '.',
    seed: async (messages: readonly SeedMessage[]) => {
      for (const { folder, raw, flags, date } of messages) {
        const dir = make(folder);
        const file = join(dir, 'cur', `${1_700_000_000 + serial}.M${serial++}.seed:2,${letters(dir, flags)}`);
        writeFileSync(file, raw);
        utimesSync(file, date, date);
      }
    },
    dump: async () =>
      dirs().flatMap(([folder, dir]) =>
        ['cur', 'new'].flatMap((sub) =>
          readdirSync(join(dir, sub)).map((name) => {
            const words = existsSync(join(dir, 'dovecot-keywords'))
              ? readFileSync(join(dir, 'dovecot-keywords'), 'utf8').split('\n')
              : [];
            const info = name.split(':2,')[1] ?? '';
            const flags = [...info].map(
              (letter) =>
                Object.entries(LETTERS).find(([, one]) => one === letter)?.[0] ??
                words.find((line) => line.startsWith(`${letter.charCodeAt(0) - 97} `))?.split(' ')[1] ??
                `?${letter}`,
            );
            const path = join(dir, sub, name);
            return { folder, raw: readFileSync(path), flags: flags.sort(), date: statSync(path).mtime };
          }),
        ),
      ),
    folders: async () => dirs().map(([folder]) => folder),
    setFlags: async (which, flags) => {
      const path = find(which);
      renameSync(path, `${path.split(':2,')[0]}:2,${letters(dirOf(which.folder), flags)}`);
    },
    remove: async (which) => rmSync(find(which)),
    move: async (which, to) => {
      const path = find(which);
      renameSync(path, join(make(to), 'cur', path.slice(path.lastIndexOf('/') + 1)));
    },
    dispose: async () => rmSync(base, { recursive: true, force: true }),
  };
}

const toUtf7 = (name: string): string =>
  name.replace(/&|[^ -~]+/g, (run) =>
    run === '&'
      ? '&-'
      : `&${Buffer.from(run, 'utf16le').swap16().toString('base64').replace(/=/g, '').replace(/\//g, ',')}-`,
  );
const fromUtf7 = (name: string): string =>
  name.replace(/&([^-]*)-/g, (_, run: string) =>
    run === '' ? '&' : Buffer.from(run.replace(/,/g, '/'), 'base64').swap16().toString('utf16le'),
  );
