import { awkwardLines } from './awkward-lines.ts';
import type { Material } from './material.ts';
import { COMMANDS } from './messages.ts';

/** RFC 6350 section 3.4. */
const text = (value: string): string => value.replace(/[\\;,]/g, '\\$&').replace(/\r?\n/g, '\\n');

/** vCard 3.0, which every server takes. Lines are not folded: RFC 2426 says SHOULD, and readers must take both. */
const card = (uid: string, name: string, ...lines: readonly string[]): Buffer =>
  Buffer.from(
    `${['BEGIN:VCARD', 'VERSION:3.0', `UID:${uid}`, `FN:${text(name)}`, `N:${text(name)};;;;`, ...lines, 'END:VCARD'].join('\r\n')}\r\n`,
    'utf8',
  );

const plain = (n: number | string, body?: string): Buffer =>
  card(
    `suite.${encodeURIComponent(n)}`,
    `Suite ${n}`,
    `EMAIL;TYPE=INTERNET:suite.${encodeURIComponent(n)}@example.org`,
    ...(body === undefined ? [] : [`NOTE:${text(body)}`]),
  );

export const contactMaterial: Pick<Material, 'kind' | 'plain' | 'twin' | 'changed' | 'large' | 'awkward'> = {
  kind: 'contact',
  plain,
  twin: (n) => plain(`${n} again`),
  changed: (n) => Buffer.from(plain(n).toString('utf8').replace('END:VCARD', 'NOTE:Other content\r\nEND:VCARD')),
  large: (n = 0) =>
    card(`large.${n}`, 'Large', `PHOTO;ENCODING=b;TYPE=JPEG:${Buffer.alloc(150_000, 'photograph').toString('base64')}`),
  awkward: new Map(
    Object.entries({
      'names beyond ASCII': card('names', 'Søren Ångström 请求 🎉', 'NICKNAME:Sören'),
      'escapes and lines': card('escapes', 'Ann O’Neil', `NOTE:${text('a, b; c \\ d\nsecond line')}`),
      'several of everything': card(
        'many',
        'Max Many',
        'EMAIL;TYPE=HOME:a@example.org',
        'EMAIL;TYPE=WORK:b@example.org',
        'TEL;TYPE=CELL:+49 1',
        'TEL;TYPE=HOME,VOICE:+49 2',
        'ADR;TYPE=HOME:;;Street 1;Town;;12345;Land',
      ),
      'groups of properties': card('groups', 'Gus Group', 'item1.URL:https://example.org', 'item1.X-ABLABEL:Home page'),
      'an organization': card('org', 'Firm & Co', 'ORG:Firm & Co;Department', 'X-ABSHOWAS:COMPANY'),
      'a birthday without a year': card('birthday', 'Bea Day', 'BDAY:--0405'),
      commands: card('commands', 'Commands', `NOTE:${text(COMMANDS)}`),
      'an odd UID': card('urn:uuid:f81d4fae-7dec-11d0/a b?c#d', 'Odd UID'),
      ...awkwardLines((uid) => card(uid, 'Awkward'), 'END:VCARD', 'NOTE'),
    }),
  ),
};
