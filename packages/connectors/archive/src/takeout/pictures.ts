import { readdir, readFile, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { FidelityNote } from '@sterna/connector-kit';
import { decodeText, unescapeText } from '@sterna/content';

const TYPES: ReadonlyMap<string, string> = new Map([
  ['.jpg', 'JPEG'],
  ['.jpeg', 'JPEG'],
  ['.png', 'PNG'],
  ['.gif', 'GIF'],
  ['.webp', 'WEBP'],
]);
/** Nobody's picture in an address book is larger: it got there otherwise. */
const MAX_BYTES = 20 * 1024 * 1024;
/** Characters of a line of a card (RFC 2426 section 2.6, RFC 6350 section 3.2). */
const LINE = 75;

interface Picture {
  readonly path: string;
  readonly size: number;
}

/** What a card gets, or what is told of it. */
export interface Illustrated {
  readonly body: Buffer;
  readonly notes: readonly FidelityNote[];
}

/**
 * Pictures that lie beside the cards, called as the contact is. The same person may have theirs in the folder of each
 * group. Where several contacts, or several pictures, have one name, nobody can tell which is whose: that is told, and
 * none is taken.
 */
export class CardPictures {
  /** By name, those of each folder. */
  readonly #byName = new Map<string, Picture[]>();
  readonly #people = new Map<string, number>();

  async lookInto(folder: string): Promise<void> {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      if (!entry.isFile() || !TYPES.has(extname(entry.name).toLowerCase())) continue;
      const path = join(folder, entry.name);
      const { size } = await stat(path);
      const name = keyOf(entry.name.slice(0, -extname(entry.name).length));
      this.#byName.set(name, [...(this.#byName.get(name) ?? []), { path, size }]);
    }
  }

  get isEmpty(): boolean {
    return this.#byName.size === 0;
  }

  /** Every card is announced before the first one gets its picture. */
  announce(body: Buffer): void {
    const name = nameOf(body);
    if (name !== undefined) this.#people.set(name, (this.#people.get(name) ?? 0) + 1);
  }

  /** With its picture in it; as it is where it has one in it already, or there is none. */
  async illustrate(body: Buffer): Promise<Illustrated> {
    const name = nameOf(body);
    const pictures = name === undefined ? undefined : this.#byName.get(name);
    if (name === undefined || pictures === undefined || hasPicture(body)) return { body, notes: [] };
    if ((this.#people.get(name) ?? 0) > 1) return { body, notes: [notAdded('several contacts have its name')] };
    if (pictures.some(({ size }) => size > MAX_BYTES)) return { body, notes: [notAdded('it is larger than 20 MB')] };
    const [first, ...others] = await Promise.all(pictures.map(({ path }) => readFile(path)));
    if (first === undefined || others.some((one) => !one.equals(first)))
      return { body, notes: [notAdded('several differ that have its name')] };
    return { body: withPicture(body, first, pictures[0]?.path ?? ''), notes: [] };
  }
}

const notAdded = (why: string): FidelityNote => ({
  code: 'picture-not-added',
  text: `A picture lies beside the contact’s card, and was not added to it: ${why}.`,
});

/** Logical lines, Latin-1, folds as they are. */
export const linesOf = (body: Buffer): string[] => body.toString('latin1').split(/\r*\n(?![ \t])/);

function nameOf(body: Buffer): string | undefined {
  const line = linesOf(body).find((one) => /^(?:[\w-]+\.)?FN[;:]/i.test(one));
  if (line === undefined) return undefined;
  const text = decodeText(Buffer.from(line.replace(/\r*\n[ \t]/g, ''), 'latin1')).replace(/^[^:]*:/, '');
  return keyOf(unescapeText(text)) || undefined;
}

/** File names hold no such characters, and are written in either normal form. */
const keyOf = (name: string): string =>
  name
    .normalize('NFC')
    .replace(/[\\/:*?"<>|]/g, '_')
    .trim()
    .toLowerCase();

/** A PHOTO that is an address is none yet: the picture behind it belongs to the account that is left. */
const hasPicture = (body: Buffer): boolean =>
  linesOf(body).some(
    (line) => /^(?:[\w-]+\.)?PHOTO[;:]/i.test(line) && !/:https?:\/\//i.test(line.replace(/\r*\n[ \t]/g, '')),
  );

function withPicture(body: Buffer, picture: Buffer, path: string): Buffer {
  const lines = linesOf(body);
  const version = lines
    .find((line) => /^VERSION:/i.test(line))
    ?.slice('VERSION:'.length)
    .trim();
  const type = TYPES.get(extname(path).toLowerCase()) ?? 'JPEG';
  const data = picture.toString('base64');
  const line =
    version === '4.0'
      ? `PHOTO:data:image/${type.toLowerCase()};base64,${data}`
      : `PHOTO;ENCODING=${version === '2.1' ? 'BASE64' : 'b'};TYPE=${type}:${data}`;
  // vCard 2.1 ends base64 with an empty line.
  const photo = `${folded(line)}${version === '2.1' ? '\r\n' : ''}`;
  // The address stays behind it.
  const before = lines.findIndex((one) => /^(?:[\w-]+\.)?PHOTO[;:]/i.test(one));
  const at = before === -1 ? lines.findLastIndex((one) => /^END:VCARD/i.test(one.trim())) : before;
  return Buffer.from([...lines.slice(0, at), photo, ...lines.slice(at)].join('\r\n'), 'latin1');
}

function folded(line: string): string {
  const parts = [line.slice(0, LINE)];
  for (let at = LINE; at < line.length; at += LINE - 1) parts.push(` ${line.slice(at, at + LINE - 1)}`);
  return parts.join('\r\n');
}
