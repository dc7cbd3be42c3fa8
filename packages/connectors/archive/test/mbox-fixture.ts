import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { FoundMessage, PickMessage, SeedMessage, SuiteFixture } from '@sterna/connector-suite';
import { archiveConnector } from '../src/index.ts';

interface Note {
  readonly flags: string[];
  readonly date?: number;
  readonly eol?: boolean;
}

/** A second, naive reading and writing of mboxrd for the suite: whole files, latin1, regular expressions. */
export const mboxFixture: SuiteFixture = {
  keepsFlags: false,
  keepsDates: true,
  notSeedable: ['no line end at the end'],
  make: async () => {
    const base = mkdtempSync(join(tmpdir(), 'sterna-mbox-'));
    const root = join(base, 'box');
    mkdirSync(root);
    writeFileSync(join(root, 'INBOX.mbox'), '');
    const fileOf = (folder: readonly string[]): string => `${join(root, ...folder)}.mbox`;
    const files = (): string[] =>
      (readdirSync(root, { recursive: true }) as string[])
        .filter((name) => name.endsWith('.mbox'))
        .map((name) => join(root, name));
    const parse = (file: string): FoundMessage[] => {
      const lines = existsSync(`${file}.sterna`)
        ? readFileSync(`${file}.sterna`, 'utf8')
            .split('\n')
            .filter((line) => line !== '')
        : [];
      const records = lines.map(
        (line) =>
          JSON.parse(line) as { path?: string[]; messages?: (Note & { id: string })[]; id?: string; flags?: string[] },
      );
      const folder = records.find((record) => record.path)?.path ?? file.slice(root.length + 1, -5).split('/');
      const notes = records.flatMap((record) => record.messages ?? []);
      for (const record of records)
        if (record.id !== undefined)
          for (const note of notes) if (note.id === record.id) note.flags.splice(0, 99, ...(record.flags ?? []));
      const chunks = readFileSync(file, 'latin1')
        .split(/(?<=^|\n\n)(?=From (?:seed|sterna) [A-Z])/)
        .filter((chunk) => chunk !== '');
      const foreign = chunks.length - notes.length;
      return chunks.map((chunk, n) => {
        const note = notes[n - foreign];
        const [, stamp = '', body = ''] = /^From \S+ (.*)\n([\s\S]*)\n$/.exec(chunk) ?? [];
        const raw = body.replace(/^>(>*From )/gm, '$1').slice(0, note?.eol === false ? -1 : undefined);
        return {
          folder,
          raw: Buffer.from(raw, 'latin1'),
          flags: [...(note?.flags ?? [])].sort(),
          date: new Date(`${stamp} UTC`),
        };
      });
    };
    const stamp = (date: Date): string =>
      date.toUTCString().replace(/^(...), (\d\d) (...) (\d{4}) (.*) GMT$/, '$1 $3 $2 $5 $4');
    const render = (raw: Buffer, date: Date): string =>
      `From seed ${stamp(date)}\n${raw.toString('latin1').replace(/^(>*From )/gm, '>$1')}${raw.at(-1) === 10 ? '' : '\n'}\n`;
    const seed = async (messages: readonly SeedMessage[]): Promise<void> => {
      for (const { folder, raw, date } of messages) {
        const file = fileOf(folder);
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, render(raw, date), { encoding: 'latin1', flag: 'a' });
      }
    };
    const take = ({ folder, raw }: PickMessage): FoundMessage => {
      const file = fileOf(folder);
      const all = parse(file);
      const at = all.findIndex((one) => one.raw.equals(raw));
      const [taken] = all.splice(at, 1);
      writeFileSync(file, all.map((one) => render(one.raw, one.date as Date)).join(''), 'latin1');
      return taken as FoundMessage;
    };
    return {
      connector: archiveConnector,
      system: { settings: { path: root, format: 'mbox' }, credentials: {} },
      address: '.',
      seed,
      dump: async () => files().flatMap(parse),
      folders: async () =>
        files().map((file) => {
          const note = existsSync(`${file}.sterna`)
            ? /"path":(\[.*?\])/.exec(readFileSync(`${file}.sterna`, 'utf8'))?.[1]
            : undefined;
          return note === undefined ? file.slice(root.length + 1, -5).split('/') : (JSON.parse(note) as string[]);
        }),
      remove: async (which) => {
        take(which);
      },
      move: async (which, to) => {
        const { raw, date } = take(which);
        await seed([{ folder: to, raw, flags: [], date: date as Date }]);
      },
      dispose: async () => rmSync(base, { recursive: true, force: true }),
    };
  },
};
