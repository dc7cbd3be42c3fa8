import { moment, propertiesOfMime, readable, sha256, sorted } from '../golden/apis/ask.ts';
import type { GoldenObject } from '../golden/objects.ts';
import { maildirMessages } from './dovecot-mailbox.ts';
import { calendarMeaning } from './independent-calendar.ts';
import { cardMeanings } from './independent-cards.ts';

/** Series go on for ever: as the checker of the golden organization looks at them. */
const [FROM, UNTIL] = ['2024-01-01T00:00:00Z', '2028-12-01T00:00:00Z'];

/** What is in a Maildir, as the golden organization's checker tells it, but for the folder: those have names of their own. */
export const mailObjects = (root: string): Promise<GoldenObject[]> =>
  Promise.all(
    [...maildirMessages(root).values()].flat().map(async ({ raw, flags, date }): Promise<GoldenObject> => {
      const mime = await propertiesOfMime(raw);
      return {
        kind: 'message',
        id: '',
        key: /^message-id:\s*(\S+)/im.exec(raw.toString('latin1').split(/\r?\n\r?\n/)[0] ?? '')?.[1] ?? '',
        name: mime.subject ?? '',
        properties: {
          ...mime,
          received: moment(Math.floor(date / 1_000) * 1_000),
          read: String(flags.includes('S')),
          draft: String(flags.includes('D')),
          flagged: String(flags.includes('F')),
        },
      };
    }),
  );

/** Events, tasks and contacts, from their text by parsers that have no part in the product. */
export const davObject = (text: string): GoldenObject =>
  text.includes('BEGIN:VCARD')
    ? contactObject(text)
    : text.includes('BEGIN:VTODO')
      ? taskObject(text)
      : eventObject(text);

interface Said {
  readonly all: (name: string) => readonly string[];
  readonly one: (name: string) => string;
}

/** The values of the first component's properties, whichever the parameters. */
function saidIn(properties: readonly string[], component: string): Said {
  const lines = properties.map((line) => JSON.parse(line) as [string, string, unknown, string, unknown]);
  const all = (name: string): readonly string[] =>
    lines.filter(([of, own]) => of === component && own === name).map(([, , , , value]) => String(value));
  return { all, one: (name) => all(name)[0] ?? '' };
}

function eventObject(text: string): GoldenObject {
  const { occurrences, properties, unreadable } = calendarMeaning(text);
  if (unreadable !== undefined) throw new Error(`${unreadable}\n${text}`);
  const master =
    text
      .replace(/\r?\n[ \t]/g, '')
      .split('BEGIN:VEVENT')
      .find((one) => /^UID:/m.test(one) && !/^RECURRENCE-ID/m.test(one)) ?? text;
  const { one } = saidIn(
    calendarMeaning(`BEGIN:VEVENT${master.split('END:VEVENT')[0]}END:VEVENT\r\n`).properties,
    'vevent',
  );
  const isSeries = properties.some((line) => line.includes('"rrule"') || line.includes('"rdate"'));
  const instances = occurrences
    .map((line) => line.split(' | '))
    .map(([start = '', end = '', summary = '', location = '']) => ({
      start: utc(start),
      end: utc(end),
      summary,
      location,
    }))
    .filter(({ start, end }) => !isSeries || (end > FROM && start < UNTIL))
    // Of days of a month that BYSETPOS is to choose from, ical.js gives all in leap years.
    .filter(
      ({ start }, _, all) => !(/-02-28T/.test(start) && all.some((one) => one.start === start.replace('-28T', '-29T'))),
    );
  return {
    kind: 'event',
    id: '',
    key: /^UID:(.*?)\r?$/m.exec(text.replace(/\r?\n[ \t]/g, ''))?.[1] ?? '',
    name: one('summary'),
    properties: {
      subject: one('summary'),
      allDay: String(/^DTSTART;VALUE=DATE:/m.test(master)),
      instances: sha256(
        sorted(instances.map(({ start, end, summary, location }) => `${start} ${end} ${summary} ${location}`)),
      ),
      firstInstance: sorted(instances.map(({ start, end }) => `${start} ${end}`)).split('\n')[0] ?? '',
      howMany: String(instances.length),
      recurring: String(isSeries),
      location: one('location'),
      busy: one('transp') === 'TRANSPARENT' ? 'free' : 'busy',
      visibility: ['PRIVATE', 'CONFIDENTIAL'].includes(one('class')) ? 'private' : 'normal',
    },
  };
}

/** A day is its midnight. */
const utc = (at: string): string => (at.length === 10 ? `${at}T00:00:00Z` : `${at.slice(0, 19)}Z`);

function taskObject(text: string): GoldenObject {
  const { one, all } = saidIn(calendarMeaning(text).properties, 'vtodo');
  return {
    kind: 'task',
    id: '',
    key: one('summary'),
    name: one('summary'),
    properties: {
      title: one('summary'),
      due: one('due').slice(0, 10),
      done: String(one('status') === 'COMPLETED'),
      important: String(one('priority') === '1'),
      recurring: String(all('rrule').length > 0),
      categories: sorted(all('categories').flatMap((line) => line.split(','))),
    },
  };
}

function contactObject(text: string): GoldenObject {
  const lines = (cardMeanings(Buffer.from(text))[0] ?? []).map(
    (line) => JSON.parse(line) as [string, string[], string],
  );
  const all = (wanted: string, ...types: readonly string[]): readonly string[] =>
    lines
      .filter(([name, has]) => name === wanted && types.every((type) => has.includes(type)))
      .map(([, , value]) => value);
  const one = (name: string): string => all(name)[0] ?? '';
  const [surname = '', given = ''] = one('N').split(';');
  const [company = ''] = one('ORG').split(';');
  const photo = all('PHOTO')[0];
  return {
    kind: 'contact',
    id: '',
    key: one('FN'),
    name: one('FN'),
    properties: {
      name: one('FN'),
      given,
      surname,
      nickname: one('NICKNAME'),
      emails: sorted(all('EMAIL').map((address) => address.toLowerCase())),
      phones: sorted([
        ...all('TEL', 'work').map((number) => `work ${number}`),
        ...all('TEL', 'home').map((number) => `home ${number}`),
        ...all('TEL', 'cell').map((number) => `mobile ${number}`),
      ]),
      company,
      title: one('TITLE'),
      birthday: one('BDAY'),
      text: readable(one('NOTE')),
      photo: photo === undefined ? '' : sha256(Buffer.from(photo, 'base64')),
    },
  };
}
