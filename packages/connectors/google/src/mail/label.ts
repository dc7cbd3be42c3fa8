import type { SpecialUse } from '@sterna/connector-kit';

/** https://developers.google.com/workspace/gmail/api/reference/rest/v1/users.labels */
export interface Label {
  readonly id: string;
  readonly name: string;
  readonly type?: string;
}

/** Not a label: what has no folder's label at all is only in “All Mail”. */
export const ARCHIVE = 'ARCHIVE';

export interface SystemFolder {
  readonly id: string;
  readonly path: readonly string[];
  readonly role: SpecialUse;
}

/** Gmail's own places for mail. Nobody can put them inside each other. */
export const SYSTEM_FOLDERS: readonly SystemFolder[] = [
  { id: 'INBOX', path: ['INBOX'], role: 'inbox' },
  { id: 'SENT', path: ['Sent'], role: 'sent' },
  { id: 'DRAFT', path: ['Drafts'], role: 'drafts' },
  { id: 'SPAM', path: ['Spam'], role: 'junk' },
  { id: 'TRASH', path: ['Trash'], role: 'trash' },
  { id: ARCHIVE, path: ['Archive'], role: 'archive' },
];

/** Chats of long ago, which are no mail. */
export const CHAT = 'CHAT';

/** All that is ours among the labels is below this one, and hidden. */
const OURS = 'Sterna';
export const isOurs = (name: string): boolean => name.startsWith(`${OURS}/`);

/** On what we write until it is settled. @param installation 8 hex digits */
export const pendingName = (installation: string): string => `${OURS}/Pending ${installation}`;

/** State that Gmail has no place for, kept for whoever moves on from it. By lower-case flag. */
export const STATE_LABELS: ReadonlyMap<string, { readonly flag: string; readonly name: string }> = new Map(
  [
    { flag: '\\Answered', name: `${OURS}/Answered` },
    { flag: '$Forwarded', name: `${OURS}/Forwarded` },
    // A draft that lies in another folder, which Gmail's can't.
    { flag: '\\Draft', name: `${OURS}/Draft` },
  ].map((one) => [one.flag.toLowerCase(), one]),
);

export const foldedName = (name: string): string => name.normalize('NFC').toLowerCase();
