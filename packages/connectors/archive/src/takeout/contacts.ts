import { createHash } from 'node:crypto';
import { basename, join } from 'node:path';
import { decodeText, escapeText, unescapeText } from '@sterna/content';
import { FolderCatalog } from '../collections/folder-catalog.ts';
import { type FileIndex, type FileObject, loadObject, versionOf } from '../collections/object-file.ts';
import type { Catalog, StoredCollection, StoredObject } from '../collections/object-store.ts';
import { VCF } from '../collections/syntax.ts';
import { CardPictures, type Illustrated, linesOf } from './pictures.ts';

interface Person {
  readonly index: FileIndex;
  readonly card: FileObject;
  readonly groups: Set<string>;
}

const ID = 'contacts';

/**
 * Contacts of a Takeout as one address book. A card is in the file of each of its groups; the same card, by its UID or
 * by all that it says but for its categories, is one contact, and of the groups that its CATEGORIES don't name the
 * names are added. A group that everybody is in says nothing. Pictures beside the cards are put into them.
 */
export class TakeoutContacts implements Catalog {
  readonly #root: string;
  readonly #files: FolderCatalog;

  constructor(root: string) {
    this.#root = root;
    this.#files = new FolderCatalog(root, VCF);
  }

  async collections(): Promise<readonly StoredCollection[]> {
    const { people, everybody } = await this.#people();
    const pictures = await this.#pictures(people);
    const objects: StoredObject[] = [];
    const taken = new Map<string, number>();
    for (const { index, card, groups } of people) {
      const named = [...groups].filter((group) => !everybody.has(group)).sort();
      const make = async (): Promise<Illustrated | undefined> => {
        const body = await loadObject(index, card);
        return body === undefined ? undefined : pictures.illustrate(withCategories(body, named));
      };
      const made = card.error === undefined ? await make().catch(() => undefined) : undefined;
      const [key = ''] = card.key.split('~');
      const nth = (taken.get(key) ?? 0) + 1;
      taken.set(key, nth);
      objects.push({
        id: nth === 1 ? key : `${key}~${nth}`,
        version: made === undefined ? card.version : versionOf('contact', made.body),
        size: made?.body.length ?? card.size,
        ...(made === undefined || made.notes.length === 0 ? {} : { notes: made.notes }),
        load: async () => (await make())?.body,
      });
    }
    return [{ id: ID, path: [basename(this.#root)], kind: 'contact', objects }];
  }

  async collection(id: string): Promise<StoredCollection | undefined> {
    return id === ID ? (await this.collections())[0] : undefined;
  }

  async #pictures(people: readonly Person[]): Promise<CardPictures> {
    const pictures = new CardPictures();
    for (const { dir } of await this.#files.folders()) await pictures.lookInto(dir);
    if (pictures.isEmpty) return pictures;
    for (const { index, card } of people) {
      const body = card.error === undefined ? await loadObject(index, card).catch(() => undefined) : undefined;
      if (body !== undefined) pictures.announce(body);
    }
    return pictures;
  }

  async #people(): Promise<{ people: readonly Person[]; everybody: ReadonlySet<string> }> {
    const found: { group: string | undefined; index: FileIndex }[] = [];
    for (const { id, dir, path, files } of await this.#files.folders())
      for (const file of files) {
        const index = await this.#files.index(join(dir, file), 'collection');
        if (index !== undefined) found.push({ group: id === '.' ? undefined : path.at(-1), index });
      }
    // The file of all contacts first: its order and its words are those that count.
    found.sort((a, b) => b.index.objects.length - a.index.objects.length);
    const people: Person[] = [];
    const bySame = new Map<string, Person[]>();
    for (const { group, index } of found) {
      // Within one file, the same card twice is two contacts.
      const here = new Set<Person>();
      for (const card of index.objects) {
        const same = await sameness(index, card);
        const known = bySame.get(same) ?? [];
        let person = known.find((one) => !here.has(one));
        if (person === undefined) {
          person = { index, card, groups: new Set() };
          people.push(person);
          bySame.set(same, [...known, person]);
        }
        here.add(person);
        if (group !== undefined) person.groups.add(group);
      }
    }
    const groups = new Set(people.flatMap((person) => [...person.groups]));
    return { people, everybody: new Set([...groups].filter((name) => people.every((one) => one.groups.has(name)))) };
  }
}

/** Equal for the same card in the files of two groups. */
async function sameness(index: FileIndex, card: FileObject): Promise<string> {
  if (card.uid !== undefined) return `uid ${card.uid}`;
  const body = card.error === undefined ? await loadObject(index, card).catch(() => undefined) : undefined;
  if (body === undefined) return `bytes ${card.version}`;
  const rest = linesOf(body).filter((line) => !isCategories(line));
  return createHash('sha256').update(rest.join('\n').trimEnd(), 'latin1').digest('hex');
}

const isCategories = (line: string): boolean => /^(?:[\w-]+\.)?CATEGORIES[;:]/i.test(line);

/** Groups that the card doesn't name yet, in Google's own spelling of its system groups (`myContacts`) or as people do. */
export function withCategories(body: Buffer, groups: readonly string[]): Buffer {
  const lines = linesOf(body);
  const own = lines
    .filter(isCategories)
    .flatMap((line) =>
      decodeText(Buffer.from(line.replace(/\r*\n[ \t]/g, ''), 'latin1'))
        .replace(/^[^:]*:/, '')
        .split(/(?<!\\),/),
    )
    .map((name) => unescapeText(name).trim())
    .filter((name) => name !== '');
  const known = new Set(own.map(plain));
  const added = groups.filter((group) => !known.has(plain(group)));
  if (added.length === 0) return body;
  const line = Buffer.from(`CATEGORIES:${[...own, ...added].map(escapeText).join(',')}`).toString('latin1');
  const rest = lines.filter((one) => !isCategories(one));
  const end = rest.findLastIndex((one) => /^END:VCARD/i.test(one.trim()));
  return Buffer.from([...rest.slice(0, end), line, ...rest.slice(end)].join('\r\n'), 'latin1');
}

const plain = (name: string): string => name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
