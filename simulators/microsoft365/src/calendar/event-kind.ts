import type { ExchangeFolder, ExchangeItem, ItemKind } from '../exchange/item-kind.ts';
import { attachmentSize } from '../outlook/attachments.ts';
import type { CalendarEvent, EventFields } from './event.ts';
import { changeKeyOf } from './event-json.ts';
import { type Calendar, type CalendarMailbox, calendarMailbox } from './store.ts';

const CLASS = 'IPM.Appointment';

/** Events as admin/exchange exports and imports them: whole, with attendees and exceptions, and without mail to anyone. */
export const eventKind: ItemKind = {
  folders(cloud, tenant, user) {
    const mailbox = calendarMailbox(cloud, tenant, user);
    return [...mailbox.calendars.values()]
      .filter(({ shared }) => shared === undefined)
      .map((of) => asFolder(mailbox, of));
  },
  find(cloud, tenant, user, id) {
    const found = calendarMailbox(cloud, tenant, user).find(id);
    return found && asItem(found.event);
  },
};

function asFolder(mailbox: CalendarMailbox, calendar: Calendar): ExchangeFolder {
  return {
    id: calendar.id,
    displayName: calendar.name,
    parentId: calendar.isDefault ? undefined : mailbox.defaultCalendar.id,
    type: 'IPF.Appointment',
    log: calendar.log,
    keys: () => mailbox.eventsIn(calendar).map(({ immutableId }) => immutableId),
    item: (key) => {
      const event = mailbox.events.get(key);
      return event && asItem(event);
    },
    goneId: (key) => calendar.gone.get(key),
    create: (content) => {
      const { fields, ...more } = asContent(content);
      return asItem(mailbox.addEvent(calendar, fields, more));
    },
    update: (id, content) => {
      const event = mailbox.find(id)?.event;
      if (event === undefined) throw new Error(`no event ${id}`);
      const { fields, recurrence, exceptions, cancelled } = asContent(content);
      mailbox.changeEvent(event, () => {
        event.fields = fields;
        event.recurrence = recurrence;
        event.exceptions.clear();
        for (const [date, exception] of exceptions) event.exceptions.set(date, exception);
        event.cancelled.clear();
        for (const date of cancelled) event.cancelled.add(date);
      });
      return asItem(event);
    },
  };
}

type Content = Pick<
  CalendarEvent,
  | 'iCalUId'
  | 'fields'
  | 'recurrence'
  | 'exceptions'
  | 'cancelled'
  | 'organizer'
  | 'isOrganizer'
  | 'isCancelled'
  | 'originalStartTimeZone'
  | 'originalEndTimeZone'
>;

function asItem(event: CalendarEvent): ExchangeItem {
  return {
    id: event.id,
    changeKey: changeKeyOf(event, undefined),
    categories: event.fields.categories,
    createdAt: event.createdAt,
    modifiedAt: event.modifiedAt,
    type: CLASS,
    size: sizeOf(event.fields),
    content: () => {
      const { iCalUId, fields, recurrence, exceptions, cancelled, organizer, isOrganizer, isCancelled } = event;
      const { originalStartTimeZone, originalEndTimeZone } = event;
      const content: Content = {
        iCalUId,
        fields,
        recurrence,
        exceptions,
        cancelled,
        organizer,
        isOrganizer,
        isCancelled,
        originalStartTimeZone,
        originalEndTimeZone,
      };
      return { class: CLASS, ...content };
    },
  };
}

/** A rough count, as Exchange's is of what it stores. */
function sizeOf({ body, subject, attachments }: EventFields): number {
  return (
    1000 + 2 * (body.content.length + subject.length) + attachments.reduce((sum, one) => sum + attachmentSize(one), 0)
  );
}

/** A copy of its own: what was exported must not change with the event that it came from. */
function asContent(content: unknown): Content {
  const { class: of, ...rest } = content as Content & { class: string };
  if (of !== CLASS) throw new Error(`${of} is no event`);
  return { ...rest, exceptions: new Map(rest.exceptions), cancelled: new Set(rest.cancelled) };
}
