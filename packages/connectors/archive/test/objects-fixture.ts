import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ObjectEndpoint, ObjectFixture } from '@sterna/connector-suite';
import { archiveConnector } from '../src/index.ts';

type Kind = 'event' | 'task' | 'contact';

const NAME = { event: 'VEVENT', task: 'VTODO', contact: 'VCARD' } as const;
const FOLDER = { event: 'calendars', task: 'tasks', contact: 'contacts' } as const;

const hasUid = (text: string, uid: string): boolean => text.includes(`\nUID:${uid}\r`);
const system = (path: string, format: string) => ({ settings: { path, format }, credentials: {} });

/** Folders of files, one for each object, looked at without the connector. */
export function folderFixture(kind: Kind, format: 'ics' | 'vcf' | 'archive'): ObjectFixture {
  return {
    kind,
    make: async (): Promise<ObjectEndpoint> => {
      const base = mkdtempSync(join(tmpdir(), 'sterna-objects-'));
      const path = join(base, 'box');
      const root = format === 'archive' ? join(path, FOLDER[kind]) : path;
      const extension = kind === 'contact' ? '.vcf' : '.ics';
      mkdirSync(root, { recursive: true });
      if (format === 'archive')
        writeFileSync(
          join(path, 'sterna-backup.json'),
          '{"format":"sterna-backup","version":2,"created":"2026-01-01T00:00:00Z","kinds":[]}',
        );
      let serial = 0;
      const files = () =>
        readdirSync(root)
          .filter((name) => existsSync(join(root, name, 'displayname')))
          .flatMap((name) =>
            readdirSync(join(root, name))
              .filter((file) => file.endsWith(extension))
              .map((file) => ({
                collection: readFileSync(join(root, name, 'displayname'), 'utf8').trim(),
                file: join(root, name, file),
              })),
          );
      const find = (collection: string, uid: string): string => {
        const found = files().find(
          (one) => one.collection === collection && hasUid(readFileSync(one.file, 'utf8'), uid),
        );
        if (found === undefined) throw new Error('no such object');
        return found.file;
      };
      return {
        connector: archiveConnector,
        system: system(path, format),
        address: '.',
        seed: async (collection, objects) => {
          mkdirSync(join(root, collection), { recursive: true });
          writeFileSync(join(root, collection, 'displayname'), `${collection}\n`);
          for (const raw of objects) writeFileSync(join(root, collection, `${serial++} theirs${extension}`), raw);
        },
        dump: async () => files().map(({ collection, file }) => ({ collection, raw: readFileSync(file) })),
        change: async (collection, uid, raw) => writeFileSync(find(collection, uid), raw),
        remove: async (collection, uid) => rmSync(find(collection, uid)),
        dispose: async () => rmSync(base, { recursive: true, force: true }),
      };
    },
  };
}

/** One file, taken apart by a regular expression. */
export function fileFixture(kind: Kind): ObjectFixture {
  const one = new RegExp(`BEGIN:${NAME[kind]}\r\n[\\s\\S]*?\r\nEND:${NAME[kind]}\r\n`, 'g');
  const [head, foot] =
    kind === 'contact' ? ['', ''] : ['BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Suite//EN\r\n', 'END:VCALENDAR\r\n'];
  return {
    kind,
    isOneCollection: true,
    keepsLook: kind !== 'contact',
    make: async (): Promise<ObjectEndpoint> => {
      const base = mkdtempSync(join(tmpdir(), 'sterna-objects-'));
      const format = kind === 'contact' ? 'vcf' : 'ics';
      const path = join(base, `Work.${format}`);
      const objects = (): string[] => (existsSync(path) ? (readFileSync(path, 'utf8').match(one) ?? []) : []);
      const put = (all: readonly string[]): void => writeFileSync(path, `${head}${all.join('')}${foot}`);
      const inner = (raw: Buffer): string => raw.toString('utf8').match(one)?.[0] ?? '';
      return {
        connector: archiveConnector,
        system: system(path, format),
        address: '.',
        seed: async (_, added) => put([...objects(), ...added.map(inner)]),
        dump: async () => objects().map((text) => ({ collection: 'Work', raw: Buffer.from(`${head}${text}${foot}`) })),
        change: async (_, uid, raw) => put(objects().map((text) => (hasUid(text, uid) ? inner(raw) : text))),
        remove: async (_, uid) => put(objects().filter((text) => !hasUid(text, uid))),
        dispose: async () => rmSync(base, { recursive: true, force: true }),
      };
    },
  };
}
