import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface DavCollection {
  readonly kind: 'event' | 'contact';
  readonly name: string;
  /** Text by file name. */
  readonly objects: ReadonlyMap<string, string>;
}

const PROPS = '.Radicale.props';

/** Puts collections where Radicale keeps those of a user: by HTTP it would take longer than what is measured. */
export function writeCollections(folder: string, collections: readonly DavCollection[]): void {
  for (const [i, { kind, name, objects }] of collections.entries()) {
    const at = join(folder, `c${i}`);
    mkdirSync(at, { recursive: true });
    const tag = kind === 'event' ? 'VCALENDAR' : 'VADDRESSBOOK';
    const only = kind === 'event' ? { 'C:supported-calendar-component-set': 'VEVENT' } : {};
    writeFileSync(join(at, PROPS), JSON.stringify({ tag, 'D:displayname': name, ...only }));
    for (const [file, text] of objects) writeFileSync(join(at, file), text);
  }
}

/** Which there are, by the names of their folders. */
export const collectionsIn = (folder: string): { readonly kind: DavCollection['kind']; readonly folder: string }[] =>
  readdirSync(folder)
    .sort()
    .map((name) => {
      const { tag } = JSON.parse(readFileSync(join(folder, name, PROPS), 'utf8')) as { tag: string };
      return { kind: tag === 'VCALENDAR' ? 'event' : 'contact', folder: name };
    });

export const readCollections = (folder: string): DavCollection[] =>
  collectionsIn(folder).map(({ kind, folder: name }) => {
    const at = join(folder, name);
    const files = readdirSync(at).filter((file) => !file.startsWith('.'));
    return { kind, name, objects: new Map(files.map((file) => [file, readFileSync(join(at, file), 'utf8')])) };
  });
