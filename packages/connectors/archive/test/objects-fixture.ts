import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import {
  contacts,
  events,
  type FoundMessage,
  listItems,
  members,
  type PickMessage,
  pages,
  posts,
  type SuiteEndpoint,
  type SuiteFixture,
  settings,
  tasks,
} from '@sterna/connector-suite';
import { archiveConnector } from '../src/index.ts';

type CollectionKind = 'event' | 'task' | 'contact';
type JsonKind = 'setting' | 'member' | 'listItem' | 'page' | 'post';
type Kind = CollectionKind | JsonKind;

const MATERIAL = {
  event: events,
  task: tasks,
  contact: contacts,
  setting: settings,
  member: members,
  listItem: listItems,
  page: pages,
  post: posts('alice@contoso.example'),
} as const;
const EXTENSION: Partial<Record<Kind, string>> = { event: '.ics', task: '.ics', contact: '.vcf' };
const NAME = { event: 'VEVENT', task: 'VTODO', contact: 'VCARD' } as const;
const FOLDER = {
  event: 'calendars',
  task: 'tasks',
  contact: 'contacts',
  setting: 'settings',
  member: 'members',
  listItem: 'lists',
  page: 'pages',
  post: 'posts',
} as const;

const system = (path: string, format: string) => ({ settings: { path, format }, credentials: {} });
/** What makes an object of JSON itself, looked at as JSON. */
const keyIn = (text: string): string => {
  const { type, name, at, who, fields } = JSON.parse(text);
  return `${type} ${name ?? at ?? who?.address ?? fields?.Title}`;
};
const uidIn = (text: string): string | undefined =>
  /^UID:(.*)$/m.exec(text.replace(/\r\n[ \t]/g, '').replaceAll('\r', ''))?.[1];
const found = (folder: readonly string[], raw: Buffer): FoundMessage => ({ folder, raw, flags: [], date: undefined });

/** Folders of files, one for each object, looked at without the connector. */
export function folderFixture(kind: Kind, format: 'ics' | 'vcf' | 'archive'): SuiteFixture {
  return {
    material: MATERIAL[kind],
    mixed: true,
    keepsFlags: false,
    keepsDates: false,
    // The pages are the archive reader's own, whatever it lists: here once, and with four formats of mail.
    pagedMessages: kind === 'contact' && format === 'vcf' ? 1_100 : 0,
    make: async (): Promise<SuiteEndpoint> => {
      const base = mkdtempSync(join(tmpdir(), 'sterna-objects-'));
      const path = join(base, 'box');
      const root = format === 'archive' ? join(path, FOLDER[kind]) : path;
      const extension = EXTENSION[kind] ?? '.json';
      const uidOf = EXTENSION[kind] === undefined ? keyIn : uidIn;
      mkdirSync(root, { recursive: true });
      if (format === 'archive')
        writeFileSync(
          join(path, 'sterna-backup.json'),
          '{"format":"sterna-backup","version":2,"created":"2026-01-01T00:00:00Z","kinds":[]}',
        );
      let serial = 0;
      const folders = (): { dir: string; name: string }[] =>
        readdirSync(root)
          .map((one) => join(root, one))
          .filter((dir) => existsSync(join(dir, 'displayname')))
          // The line end is the file's, blanks are the name's.
          .map((dir) => ({ dir, name: readFileSync(join(dir, 'displayname'), 'utf8').replace(/\n$/, '') }));
      const files = () =>
        folders().flatMap(({ dir, name }) =>
          readdirSync(dir)
            .filter((file) => file.endsWith(extension))
            .map((file) => ({ folder: [name], file: join(dir, file) })),
        );
      const find = ({ folder, raw }: PickMessage): string => {
        const uid = uidOf(raw.toString('utf8'));
        const one = files().find(
          ({ folder: [name], file }) => name === folder[0] && uidOf(readFileSync(file, 'utf8')) === uid,
        );
        if (one === undefined) throw new Error('no such object');
        return one.file;
      };
      const dirOf = ([name = '']: readonly string[]): string => {
        const dir = folders().find((one) => one.name === name)?.dir ?? join(root, name);
        mkdirSync(dir, { recursive: true });
        if (!existsSync(join(dir, 'displayname'))) writeFileSync(join(dir, 'displayname'), `${name}\n`);
        return dir;
      };
      return {
        connector: archiveConnector,
        system: system(path, format),
        address: '.',
        seed: async (objects) => {
          for (const [, group] of Map.groupBy(objects, ({ folder }) => folder.join('\0'))) {
            const dir = dirOf(group[0]?.folder ?? []);
            for (const { raw } of group)
              writeFileSync(join(dir, `${String(serial++).padStart(6, '0')} theirs${extension}`), raw);
          }
        },
        dump: async () => files().map(({ folder, file }) => found(folder, readFileSync(file))),
        folders: async () => folders().map(({ name }) => [name]),
        remove: async (which) => rmSync(find(which)),
        replace: async (which, raw) => writeFileSync(find(which), raw),
        move: async (which, to) => {
          const file = find(which);
          renameSync(file, join(dirOf(to), `moved ${basename(file)}`));
        },
        dispose: async () => rmSync(base, { recursive: true, force: true }),
      };
    },
  };
}

/** One file, taken apart by regular expressions; what people put in is a calendar of its own behind the others. */
export function fileFixture(kind: CollectionKind): SuiteFixture {
  const partsOf = (name: string): RegExp => new RegExp(`^BEGIN:${name}\r\n[\\s\\S]*?^END:${name}\r\n`, 'gm');
  const parts = partsOf(NAME[kind]);
  const zones = partsOf('VTIMEZONE');
  const material = MATERIAL[kind];
  return {
    material,
    mixed: true,
    oneCollection: true,
    keepsLook: { color: kind !== 'contact', description: kind !== 'contact' },
    sharesWrapper: kind !== 'contact',
    // A batch is in the file as a whole, so what is in it is asked for by its content.
    readsBackAll: true,
    keepsFlags: false,
    keepsDates: false,
    pagedMessages: 0,
    make: async (): Promise<SuiteEndpoint> => {
      const base = mkdtempSync(join(tmpdir(), 'sterna-objects-'));
      const format = kind === 'contact' ? 'vcf' : 'ics';
      const path = join(base, `${material.home[0]}.${format}`);
      const text = (): string => (existsSync(path) ? readFileSync(path, 'utf8') : '');
      const add = (raws: readonly Buffer[]): void => writeFileSync(path, `${text()}${raws.join('')}`);
      const remove = ({ raw }: PickMessage): void => {
        const uid = uidIn(raw.toString('utf8'));
        writeFileSync(
          path,
          text().replace(parts, (part) => (uidIn(part) === uid ? '' : part)),
        );
      };
      /** With the time zones that it names. */
      const whole = (all: string, group: readonly string[]): string =>
        kind === 'contact'
          ? group.join('')
          : [
              'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Suite//EN\r\n',
              ...new Set((all.match(zones) ?? []).filter((zone) => group.join('').includes(tzidOf(zone)))),
              ...group,
              'END:VCALENDAR\r\n',
            ].join('');
      return {
        connector: archiveConnector,
        system: system(path, format),
        address: '.',
        seed: async (objects) => add(objects.map(({ raw }) => raw)),
        dump: async () => {
          const all = text();
          // The occurrences of a series are one object.
          const objects = Map.groupBy(all.match(parts) ?? [], uidIn);
          return [...objects.values()].map((group) => found(material.home, Buffer.from(whole(all, group))));
        },
        folders: async () => (existsSync(path) ? [material.home] : []),
        remove: async (which) => remove(which),
        replace: async (which, raw) => {
          remove(which);
          add([raw]);
        },
        dispose: async () => rmSync(base, { recursive: true, force: true }),
      };
    },
  };
}

const tzidOf = (zone: string): string => `TZID=${/^TZID:(.*)\r$/m.exec(zone)?.[1]}`;
