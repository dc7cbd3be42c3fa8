import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { type DavKind, davObject } from './dav-varied.ts';

/** One pixel, and bytes behind it that make one picture differ from another. */
const picture = (text: string): string =>
  Buffer.concat([
    Buffer.from(
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=',
      'base64',
    ),
    Buffer.from(text),
  ]).toString('base64');

const file = (text: string): string => Buffer.from(`file ${text} `.repeat(20)).toString('base64');

/**
 * An object that takes Microsoft 365 several requests, each third of them: files of events and tasks, steps, pictures,
 * an occurrence that is left out. Other bytes for another `word`, the same UID.
 */
export function steppedObject(kind: DavKind, uid: string, n: number, word?: string): string {
  const plain = davObject(kind, uid, n, word);
  if (kind === 'contact')
    return n % 3 === 0
      ? plain.replace('END:VCARD', `PHOTO;ENCODING=b;TYPE=PNG:${picture(`${uid} ${word}`)}\r\nEND:VCARD`)
      : plain;
  const attached = [1, 2].map((i) => `ATTACH;ENCODING=BASE64;VALUE=BINARY:${file(`${uid} ${word} ${i}`)}\r\n`).join('');
  if (kind === 'event')
    return n % 4 === 2
      ? plain.replace('RRULE:', 'EXDATE:20260317T100000Z\r\nRRULE:')
      : n % 3 === 0
        ? plain.replace('SUMMARY:', `${attached}SUMMARY:`)
        : plain;
  if (n % 3 === 2) return plain;
  const kept = 'X-ODD:kept\r\n';
  return plain.replace(
    'END:VTODO',
    n % 3 === 0 ? `DESCRIPTION:Text\\n\\n- [ ] one\\n- [x] two\r\n${attached}${kept}END:VTODO` : `${kept}END:VTODO`,
  );
}

/** UID → what an object says, of objects as `steppedObject` makes them or of their copies: equal where nothing is missing. */
export type ItemsTruth = readonly string[];

export const hash = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex').slice(0, 16);
export const unfolded = (text: string): string => text.replace(/\r\n[ \t]/g, '');
/** Of a property, in order; its lines unfolded. */
export const values = (text: string, name: string): string[] =>
  [...unfolded(text).matchAll(new RegExp(`^${name}(?:;[^:\r\n]*)?:(.*?)\r?$`, 'gm'))].map(([, value]) => value ?? '');
export const lineOf = (title: string | null, bytes: readonly (Buffer | string)[], more: string, kept: string): string =>
  JSON.stringify([title, bytes.map(hash).sort(), more, kept]);

export const NOTHING = 'nothing is kept';
/** Of the text of an object that a connector keeps beside it, whatever stands there for a file or a picture. */
export const keptHash = (text: string): string => hash(unfolded(text).replace(/:[\w+/]{100,}=*(?=\r)/g, ':bytes'));

/** The same of an envelope that was found. */
export function heldText(envelope: unknown): string {
  if (typeof envelope !== 'string') return NOTHING;
  const { text } = JSON.parse(gunzipSync(Buffer.from(envelope, 'base64')).toString('utf8')) as { text: string };
  return keptHash(text.replace(/sterna:[0-9a-f]{32}/g, 'bytes'));
}
