import { itemCapabilities } from '../outlook/item-capabilities.ts';
import { eventKind } from './kind.ts';

export const calendarCapabilities = itemCapabilities(eventKind, {
  maxObjectBytes: 150 * 1024 * 1024,
  evidence: {
    invitations:
      'events are written without attendees, so that Exchange invites nobody; people are kept with the event and named in its text',
    changes:
      'a calendar is listed with its versions, up to 1,000 events a request: Graph’s delta knows a window of time alone',
  },
});
