import { calendarMaterial } from './calendar-objects.ts';
import { contactMaterial } from './contact-objects.ts';
import type { Material } from './material.ts';
import { AWKWARD, FOLDER_NAMES, HOSTILE_NAMES, INBOX, largeMessage, plain } from './messages.ts';

export const messages: Material = {
  kind: 'message',
  home: INBOX,
  plain,
  twin: (n) => plain(n),
  large: () => largeMessage(),
  streams: true,
  awkward: AWKWARD,
  folderNames: FOLDER_NAMES,
  hostileNames: HOSTILE_NAMES,
};

/** Calendars and address books are not nested, and have no inbox. */
const FLAT = {
  home: ['Home'],
  streams: false,
  folderNames: FOLDER_NAMES.map((path) => [path.join(' ')]),
  hostileNames: [...HOSTILE_NAMES.filter((path) => path[0] !== 'INBOX'), ['<b> & markup \u{1f4c5}'], ['a/b: c']],
} as const;

export const events: Material = { ...calendarMaterial('event'), ...FLAT };
export const tasks: Material = { ...calendarMaterial('task'), ...FLAT };
export const contacts: Material = { ...contactMaterial, ...FLAT };

/** 4 by 4 pixels, by its head, and much behind it. */
const PICTURE = Buffer.concat([
  Buffer.from('89504e470d0a1a0a0000000d49484452000000040000000408020000', 'hex'),
  Buffer.alloc(150_000, 'photograph'),
]);

/** For systems that take pictures alone: the large one has one. */
export const contactsWithPictures: Material = {
  ...contacts,
  large: (n) =>
    Buffer.from(
      contacts
        .large(n)
        .toString('utf8')
        .replace(/^PHOTO.*$/m, `PHOTO;ENCODING=b;TYPE=PNG:${PICTURE.toString('base64')}`),
    ),
};
