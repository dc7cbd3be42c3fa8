import type { Content, Session, Unreadable } from '@sterna/connector-kit';
import { archiveConnector } from '../src/index.ts';

export function open(url: string, role: 'read' | 'write' = 'read'): Promise<Session> {
  const { settings, address, credentials } = archiveConnector.parseUrl(url, { insecure: false });
  const signal = new AbortController().signal;
  return archiveConnector.open({ system: { settings, credentials }, address, role, installation: '00000000', signal });
}

export interface Seen {
  readonly container: string;
  readonly kind: string;
  readonly id: string;
  readonly version: string | undefined;
  readonly text: string;
  readonly error: string | undefined;
}

/** Everything that a reader lists, read; each listed object must come. */
export async function seen(session: Session): Promise<Seen[]> {
  const all: Seen[] = [];
  for (const { id: container, path, kind, total } of await session.reader.containers()) {
    const versions = new Map<string, string | undefined>();
    for await (const page of session.reader.changes(container, undefined, {}))
      for (const { id, version } of page.changes) versions.set(id, version);
    if (versions.size !== total) throw new Error(`${container}: ${total} promised, ${versions.size} listed`);
    for await (const got of session.reader.read(container, [...versions.keys()])) {
      if ('vanished' in got) throw new Error(`vanished: ${got.id}`);
      const { id } = got;
      all.push({
        container: path.join('/'),
        kind,
        id,
        version: versions.get(id),
        text: textOf(got),
        error: 'error' in got ? got.error.message : undefined,
      });
    }
  }
  return all;
}

const textOf = (got: Content | Unreadable): string =>
  'body' in got && Buffer.isBuffer(got.body) ? got.body.toString('utf8') : '';

/** `container: summary`, sorted; what can't be understood as its error. */
export const summaries = (objects: readonly Seen[]): string[] =>
  objects
    .map(({ container, text, error }) => `${container}: ${error ?? /^(?:SUMMARY|FN):(.*?)\r?$/m.exec(text)?.[1]}`)
    .sort();

export const lines = (...text: string[]): string => `${text.join('\r\n')}\r\n`;

export const vevent = (uid: string | undefined, summary: string, ...more: string[]): string =>
  lines(
    'BEGIN:VEVENT',
    ...(uid === undefined ? [] : [`UID:${uid}`]),
    'DTSTAMP:20260101T000000Z',
    ...(more.length === 0 ? ['DTSTART:20260301T100000Z'] : more),
    `SUMMARY:${summary}`,
    'END:VEVENT',
  );

export const vtodo = (uid: string, summary: string): string =>
  lines('BEGIN:VTODO', `UID:${uid}`, 'DTSTAMP:20260101T000000Z', `SUMMARY:${summary}`, 'END:VTODO');

export const vcalendar = (...inner: string[]): string =>
  `${lines('BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Test//EN')}${inner.join('')}END:VCALENDAR\r\n`;

export const vtimezone = (name: string, offset = '+0100'): string =>
  lines(
    'BEGIN:VTIMEZONE',
    `TZID:${name}`,
    'BEGIN:STANDARD',
    'DTSTART:19700101T000000',
    `TZOFFSETFROM:${offset}`,
    `TZOFFSETTO:${offset}`,
    'END:STANDARD',
    'END:VTIMEZONE',
  );

export const vcard = (uid: string | undefined, name: string, ...more: string[]): string =>
  lines(
    'BEGIN:VCARD',
    'VERSION:3.0',
    ...(uid === undefined ? [] : [`UID:${uid}`]),
    `FN:${name}`,
    `N:${name};;;;`,
    ...more,
    'END:VCARD',
  );
