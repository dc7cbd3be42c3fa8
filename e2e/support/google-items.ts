import { calendarsOf, contactsOf, type Google, tasksOf } from '@sterna/simulator-google';
import { type DavKind, davObject } from './dav-varied.ts';
import { hash, heldText, type ItemsTruth, keptHash, lineOf, steppedObject, unfolded, values } from './stepped-items.ts';

/** The connector's line in a task's notes, above what it keeps. */
const BLOCK = '---- Kept by the migration ----';

/** As `steppedObject`; of tasks every third is a part of the one before, and one contact loses its picture when it changes. */
export function googleObject(kind: DavKind, uidOf: (n: number) => string, n: number, word?: string): string {
  if (kind === 'contact' && n === 9 && word === 'second') return davObject(kind, uidOf(n), n, word);
  const plain = steppedObject(kind, uidOf(n), n, word);
  return kind === 'task' && n % 3 === 1 ? plain.replace('END:VTODO', `RELATED-TO:${uidOf(n - 1)}\r\nEND:VTODO`) : plain;
}

/** What the source's objects have to be at Google. */
export function wantedGoogleItems(kind: DavKind, objects: Iterable<Buffer>): ItemsTruth {
  return [...objects]
    .map((raw) => {
      const text = raw.toString('utf8');
      const title = values(text, kind === 'contact' ? 'FN' : 'SUMMARY')[0] ?? null;
      if (kind === 'task') return lineOf(title, [], words(values(text, 'DESCRIPTION')[0] ?? ''), taskLines(text));
      if (kind === 'contact') {
        const photos = values(text, 'PHOTO').map((one) => Buffer.from(one, 'base64'));
        return lineOf(title, photos, '', keptHash(text));
      }
      const exceptions = values(text, 'RECURRENCE-ID').length;
      return lineOf(title, [], `${exceptions} changed, ${values(text, 'EXDATE').length} left out`, keptHash(text));
    })
    .sort();
}

const words = (value: string): string => value.replaceAll('\\n', '\n');

/** What stands in the notes of a task: all that Google has no field for. */
const taskLines = (text: string): string =>
  hash(
    unfolded(text)
      .split('\r\n')
      .filter((line) => line !== '' && !/^(?:(?:BEGIN|END|VERSION|PRODID|DTSTAMP|SUMMARY|DESCRIPTION)\b)/.test(line))
      .sort()
      .join('\n'),
  );

/** What a user really has of a kind, whoever made it; past Google's APIs. */
export function heldGoogleItems(server: Google, address: string, kind: DavKind): ItemsTruth {
  const { cloud } = server;
  const found = cloud.findUser(address);
  if (found === undefined) throw new Error(`no user ${address}`);
  if (kind === 'contact')
    return [...contactsOf(cloud, found.user).contacts.values()]
      .filter(({ deleted }) => !deleted)
      .map(({ fields, photo }) => {
        const [name] = fields.names as { familyName?: string }[];
        const data = fields.clientData as { key: string; value: string }[];
        return lineOf(name?.familyName ?? null, photo === undefined ? [] : [photo.bytes], '', heldText(pieces(data)));
      })
      .sort();
  if (kind === 'event')
    return [...calendarsOf(cloud).list(address).entries.values()]
      .filter(({ calendar }) => calendar.owner === address)
      .flatMap(({ calendar }) =>
        [...calendar.events.values()]
          .filter(({ content, recurringEventId }) => content.status !== 'cancelled' && recurringEventId === undefined)
          .map((event) => {
            const exceptions = calendar.exceptionsOf(event).map(({ content }) => content.status === 'cancelled');
            const rules = event.content.recurrence.filter((line) => line.startsWith('EXDATE')).length;
            const left = rules + exceptions.filter(Boolean).length;
            const changed = exceptions.length - exceptions.filter(Boolean).length;
            const data = Object.entries(event.content.extendedProperties.private ?? {});
            return lineOf(
              String(event.content.plain.summary),
              [],
              `${changed} changed, ${left} left out`,
              heldText(pieces(data.map(([key, value]) => ({ key, value })))),
            );
          }),
      )
      .sort();
  return [...tasksOf(cloud, found.user).lists.values()]
    .flatMap(({ tasks }) => [...tasks.values()])
    .filter(({ deleted }) => !deleted)
    .map(({ title, notes }) => {
      const [text = '', block = ''] = notes.split(BLOCK);
      const lines = block.split('\n').filter((line) => !line.startsWith('Sterna '));
      return lineOf(title, [], text.trim(), taskLines(lines.join('\r\n')));
    })
    .sort();
}

/** Names of what a user has of it to put objects into. */
export function googleContainers(server: Google, address: string, kind: DavKind): readonly string[] {
  const { cloud } = server;
  const found = cloud.findUser(address);
  if (found === undefined) throw new Error(`no user ${address}`);
  if (kind === 'contact') return [];
  if (kind === 'task') return [...tasksOf(cloud, found.user).lists.values()].map(({ title }) => title).sort();
  return [...calendarsOf(cloud).list(address).entries.values()].map(({ calendar }) => calendar.summary).sort();
}

/** What the connector keeps in numbered pieces. */
function pieces(data: readonly { readonly key: string; readonly value: string }[]): string | undefined {
  const ordered = data
    .flatMap(({ key, value }) => (/^sternaObject\d+$/.test(key) ? [{ n: Number(key.slice(12)), value }] : []))
    .sort((a, b) => a.n - b.n);
  return ordered.length === 0 ? undefined : ordered.map(({ value }) => value).join('');
}
