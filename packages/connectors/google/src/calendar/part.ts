import { itemSession } from '../items/item-session.ts';
import type { PartDefinition } from '../part.ts';
import { Calendars, READ, WRITE } from './calendars.ts';
import { EventStore } from './event-store.ts';

export const calendarPart: PartDefinition = {
  key: 'calendar',
  kinds: ['event'],
  itemType: 'mailbox',
  api: 'calendar',
  title: 'calendars',
  scopes: { read: [READ], write: [WRITE] },
  async open(context) {
    const calendars = new Calendars(context);
    const { id } = await calendars.primary();
    return itemSession(context, new EventStore(context, calendars), {
      delta: 'token',
      maxObjectBytes: 1024 * 1024,
      evidence: { events: 'what Google has no field for is kept with the event, up to 21 KB packed' },
      identity: `google:calendar:${id}`,
    });
  },
};
