import { itemSession } from '../outlook/item-session.ts';
import type { PartDefinition } from '../part.ts';
import { Calendars, READ, WRITE } from './calendars.ts';
import { calendarCapabilities } from './capabilities.ts';
import { eventReading } from './reader.ts';
import { EventWriting } from './writer.ts';

export const calendarPart: PartDefinition = {
  key: 'calendar',
  kinds: ['event'],
  rights: { read: READ, write: WRITE },
  title: 'calendars',
  async open(context) {
    const containers = new Calendars(context);
    const home = await containers.home();
    return itemSession(context, {
      capabilities: calendarCapabilities,
      containers,
      reading: eventReading,
      writing: (requests) => new EventWriting(context, requests),
      identity: `microsoft365:calendar:${home.id}`,
    });
  },
};
