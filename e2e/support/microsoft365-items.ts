import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { calendarMailbox, contactMailbox, type Microsoft365, todoMailbox } from '@sterna/simulator-microsoft365';
import { type DavKind, davObject } from './dav-varied.ts';

const KEPT = 'Binary {9bb1f4a4-1f4e-4c39-9d6c-0f5d4f6f2f39} Name SternaObject';
const EXTENSION = 'org.sterna.kept';

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

const hash = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex').slice(0, 16);
const unfolded = (text: string): string => text.replace(/\r\n[ \t]/g, '');
const values = (text: string, name: string): string[] =>
  [...unfolded(text).matchAll(new RegExp(`^${name}(?:;[^:\r\n]*)?:(.*?)\r?$`, 'gm'))].map(([, value]) => value ?? '');
const lineOf = (title: string | null, bytes: readonly (Buffer | string)[], more: string, kept: string): string =>
  JSON.stringify([title, bytes.map(hash).sort(), more, kept]);

/** What the source's objects have to be over there. */
export function wantedItems(kind: DavKind, objects: Iterable<Buffer>): ItemsTruth {
  return [...objects]
    .map((raw) => {
      const text = raw.toString('utf8');
      const bytes = values(text, kind === 'contact' ? 'PHOTO' : 'ATTACH').map((one) => Buffer.from(one, 'base64'));
      const more =
        kind === 'event'
          ? `${values(text, 'RECURRENCE-ID').length} changed, ${values(text, 'EXDATE').length} left out`
          : kind === 'task'
            ? `${text.match(/- \[.\] /g)?.length ?? 0} steps`
            : '';
      return lineOf(
        values(text, kind === 'contact' ? 'FN' : 'SUMMARY')[0] ?? null,
        bytes,
        more,
        isKept(kind, text) ? keptHash(text) : NOTHING,
      );
    })
    .sort();
}

/** A task that To Do says all of is kept nowhere else. */
const isKept = (kind: DavKind, text: string): boolean => kind !== 'task' || /^X-ODD:/m.test(text);
const NOTHING = 'nothing is kept';
const keptHash = (text: string): string => hash(unfolded(text).replace(/:[\w+/]{100,}=*(?=\r)/g, ':bytes'));

function heldText(envelope: unknown): string {
  if (typeof envelope !== 'string') return NOTHING;
  const { text } = JSON.parse(gunzipSync(Buffer.from(envelope, 'base64')).toString('utf8')) as { text: string };
  return keptHash(text.replace(/sterna:[0-9a-f]{32}/g, 'bytes'));
}

/** What a mailbox really holds of a kind, whoever made it; past Graph. */
export function heldItems(server: Microsoft365, address: string, kind: DavKind): ItemsTruth {
  const tenant = server.tenant(address.split('@')[1] ?? '');
  const user = [...tenant.users.values()].find(({ userPrincipalName }) => userPrincipalName === address);
  if (user === undefined) throw new Error(`no user ${address}`);
  const { cloud } = server;
  const propertyOf = (properties: ReadonlyMap<string, unknown>): unknown => properties.get(KEPT);
  const whole = (chunks: readonly Buffer[]): Buffer => Buffer.concat(chunks);
  if (kind === 'contact')
    return [...contactMailbox(cloud, tenant, user).contacts.values()]
      .map(({ fields, photo, properties }) =>
        lineOf(fields.displayName, photo === undefined ? [] : [photo.content], '', heldText(propertyOf(properties))),
      )
      .sort();
  if (kind === 'event')
    return [...calendarMailbox(cloud, tenant, user).events.values()]
      .map(({ fields, exceptions, cancelled }) =>
        lineOf(
          fields.subject,
          fields.attachments.map(({ content }) => whole(content)),
          `${exceptions.size} changed, ${cancelled.size} left out`,
          heldText(propertyOf(fields.properties)),
        ),
      )
      .sort();
  return [...todoMailbox(cloud, tenant, user).tasks.values()]
    .map(({ fields, attachments, checklistItems, extensions }) =>
      lineOf(
        fields.title,
        attachments.map(({ content }) => whole(content)),
        `${checklistItems.length} steps`,
        heldText(extensions.find(({ extensionName }) => extensionName === EXTENSION)?.properties.object),
      ),
    )
    .sort();
}
