import type { Cloud } from '../cloud.ts';
import { propertiesFromJson, propertiesToJson } from '../outlook/extended-properties.ts';
import type { ItemStore, ItemSummary } from '../outlook/item-store.ts';
import type { DirectoryUser, Tenant } from '../state/tenant.ts';
import type { Attachment } from '../outlook/attachments.ts';
import type { CalendarEvent, EventException, EventFields } from './event.ts';
import { changeKeyOf } from './event-json.ts';
import { calendarMailbox } from './store.ts';

const mark = 'sterna-simulator/appointment\n';

/** A mailbox's calendars for `admin/exchange`: whole events, imported without mail to anyone. */
export function calendarItems(cloud: Cloud, tenant: Tenant, user: DirectoryUser): ItemStore {
  const mailbox = calendarMailbox(cloud, tenant, user);
  const own = (folderId: string) => {
    const calendar = mailbox.calendars.get(folderId);
    return calendar?.shared === undefined ? calendar : undefined;
  };
  return {
    folders: () =>
      [...mailbox.calendars.values()]
        .filter(({ shared }) => shared === undefined)
        .map(({ id, name, isDefault }) => ({
          id,
          parentId: isDefault ? undefined : mailbox.defaultCalendar.id,
          displayName: name,
          type: 'IPF.Appointment',
        })),
    items(folderId) {
      const calendar = own(folderId);
      return calendar && mailbox.eventsIn(calendar).map(summaryOf);
    },
    exportItem(itemId) {
      const found = mailbox.find(itemId);
      return found && { summary: summaryOf(found.event), data: exported(found.event) };
    },
    importItem(folderId, data) {
      const calendar = own(folderId);
      const text = data.toString();
      if (calendar === undefined || !text.startsWith(mark)) return undefined;
      const { fields, exceptions, cancelled, ...more } = JSON.parse(text.slice(mark.length)) as Exported;
      const event = mailbox.addEvent(calendar, fieldsFrom(fields) as EventFields, {
        ...more,
        // Exchange drops what only the first client knew: the copy isn't the same create.
        transactionId: null,
        exceptions: new Map(exceptions.map(([date, one]) => [date, { ...one, fields: fieldsFrom(one.fields) }])),
        cancelled: new Set(cancelled),
      });
      return summaryOf(event);
    },
  };
}

type PlainFields = Record<string, unknown>;
type Exported = Pick<
  CalendarEvent,
  'iCalUId' | 'recurrence' | 'organizer' | 'isOrganizer' | 'isCancelled' | 'originalStartTimeZone' | 'originalEndTimeZone'
> & {
  fields: PlainFields;
  exceptions: [string, Omit<EventException, 'fields'> & { fields: PlainFields }][];
  cancelled: string[];
};

function exported(event: CalendarEvent): Buffer {
  const { iCalUId, recurrence, organizer, isOrganizer, isCancelled, originalStartTimeZone, originalEndTimeZone } = event;
  const plain: Exported = {
    iCalUId,
    recurrence,
    organizer,
    isOrganizer,
    isCancelled,
    originalStartTimeZone,
    originalEndTimeZone,
    fields: fieldsTo(event.fields),
    exceptions: [...event.exceptions].map(([date, one]) => [date, { ...one, fields: fieldsTo(one.fields) }]),
    cancelled: [...event.cancelled],
  };
  return Buffer.from(mark + JSON.stringify(plain));
}

function fieldsTo(fields: Partial<EventFields>): PlainFields {
  const { attachments, properties, ...rest } = fields;
  return {
    ...rest,
    ...(properties && { properties: propertiesToJson(properties) }),
    ...(attachments && {
      attachments: attachments.map((one) => ({ ...one, content: Buffer.concat(one.content).toString('base64') })),
    }),
  };
}

function fieldsFrom({ attachments, properties, ...rest }: PlainFields): Partial<EventFields> {
  const list = attachments as (Omit<Attachment, 'content'> & { content: string })[] | undefined;
  return {
    ...rest,
    ...(properties === undefined ? {} : { properties: propertiesFromJson(properties) }),
    ...(list && { attachments: list.map((one) => ({ ...one, content: [Buffer.from(one.content, 'base64')] })) }),
  };
}

function summaryOf(event: CalendarEvent): ItemSummary {
  return {
    id: event.id,
    immutableId: event.immutableId,
    changeKey: changeKeyOf(event, undefined),
    type: 'IPM.Appointment',
    subject: event.fields.subject,
    size: exported(event).length,
    categories: event.fields.categories,
    createdAt: event.createdAt,
    modifiedAt: event.modifiedAt,
  };
}
