import type { Session } from '@sterna/connector-kit';
import type { PartContext, PartDefinition } from '../part.ts';
import { Calendars, READ, WRITE } from './calendars.ts';
import { calendarCapabilities } from './capabilities.ts';
import { CalendarReader } from './reader.ts';
import { CalendarWriter } from './writer.ts';

export const calendarPart: PartDefinition = {
  key: 'calendar',
  kinds: ['event'],
  rights: { read: READ, write: WRITE },
  title: 'calendars',
  async open(context: PartContext): Promise<Session> {
    const calendars = new Calendars(context);
    const home = await calendars.home();
    const reader = new CalendarReader(context, calendars);
    return {
      capabilities: calendarCapabilities,
      reader,
      ...(context.role === 'write' ? { writer: new CalendarWriter(context, calendars, reader) } : {}),
      identity: `microsoft365:calendar:${home.id}`,
      quota: async () => undefined,
      close: async () => undefined,
      destroy: () => undefined,
    };
  },
};
