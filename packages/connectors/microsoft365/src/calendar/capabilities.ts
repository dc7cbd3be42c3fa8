import type { Capabilities } from '@sterna/connector-kit';

export const calendarCapabilities: Capabilities = {
  kinds: ['event'],
  settle: 'stamp',
  delta: 'list',
  bytes: 'rewritten',
  idScope: 'endpoint',
  collapsesTwins: false,
  dateKept: false,
  moves: false,
  keywords: 'none',
  permissions: false,
  versions: false,
  batch: { objects: 20, bytes: 8 * 1024 * 1024, inFlight: 2 },
  maxObjectBytes: 150 * 1024 * 1024,
  evidence: {
    invitations:
      'events are written without attendees, so that Exchange invites nobody; people are kept with the event and named in its text',
    changes:
      'a calendar is listed with its versions, up to 1,000 events a request: Graph’s delta knows a window of time alone',
  },
};
