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

export function readCollections(folder: string): DavCollection[] {
  return readdirSync(folder)
    .sort()
    .map((name) => {
      const at = join(folder, name);
      const { tag } = JSON.parse(readFileSync(join(at, PROPS), 'utf8')) as { tag: string };
      const files = readdirSync(at).filter((file) => !file.startsWith('.'));
      return {
        kind: tag === 'VCALENDAR' ? 'event' : 'contact',
        name,
        objects: new Map(files.map((file) => [file, readFileSync(join(at, file), 'utf8')])),
      };
    });
}
