import type { Capabilities } from '@sterna/connector-kit';
import type { Microsoft365Settings } from '../settings.ts';

/** The largest message that Exchange Online lets an organization allow. */
const MAX_MESSAGE = 150 * 1024 * 1024;

export const mailCapabilities = ({ mailRoute }: Microsoft365Settings): Capabilities => ({
  kinds: ['message'],
  settle: 'stamp',
  delta: 'token',
  bytes: 'rewritten',
  // Moves are found by their contents; the ids, which are immutable, tell what was moved while it was listed.
  idScope: 'container',
  idsStayOnMove: true,
  collapsesTwins: false,
  dateKept: true,
  moves: true,
  keywords: 'all',
  permissions: false,
  versions: false,
  // A batch is a unit of the books alone: each message is a request, and as many are under way as the service allows.
  batch: { objects: 20, bytes: 8 * 1024 * 1024, inFlight: 2 },
  maxObjectBytes: MAX_MESSAGE,
  evidence: {
    'route of writing':
      mailRoute === 'importMime'
        ? 'importMime (beta, chosen by the setting mailRoute): keeps the bytes of messages up to 2.9 MB that are no drafts; the others go by JSON'
        : 'JSON with MAPI properties: keeps dates, state, addresses, text, attachments and the header as text; the bytes are written anew by Exchange, so of text and HTML the HTML stays, and signed or encrypted mail gets its original attached',
    flags: 'read, flagged, answered or forwarded, draft (when written), categories as keywords',
    dates: 'received and sent dates are set when a message is made',
  },
});
