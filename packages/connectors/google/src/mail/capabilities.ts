import type { Capabilities } from '@sterna/connector-kit';
import type { GoogleSettings } from '../settings.ts';

/** `maxSize` of messages.insert in the discovery document. */
export const MAX_MESSAGE = 157_286_400;

export const mailCapabilities = ({ keywords }: GoogleSettings): Capabilities => ({
  kinds: ['message'],
  settle: 'pending-mark',
  delta: 'token',
  bytes: 'crlf',
  // An id outlives a move, but a message that moved is another one to the folders' books.
  idScope: 'container',
  // Whether an insert looks for an equal message, Google doesn't say; an import does.
  collapsesTwins: 'endpoint',
  // It takes the date from the Date header, and no other.
  dateKept: false,
  moves: true,
  keywords: keywords === 'labels' ? 'all' : 'none',
  permissions: false,
  versions: false,
  batch: { objects: 100, bytes: 8 * 1024 * 1024, inFlight: 2 },
  maxObjectBytes: MAX_MESSAGE,
  evidence: {
    'route of writing':
      'messages.insert: the bytes are kept, nothing is classified or sent; conversations are joined by References',
    folders:
      'a message is in one folder: Trash, Spam, Drafts, the labels of labelPriority, the Inbox, its deepest label, Sent, else the Archive; its other labels are keywords',
    flags: 'unread, starred, important; answered and forwarded in hidden labels, which Gmail doesn’t show',
    dates: 'of the Date header; where the received date is another day, that is told',
  },
});
