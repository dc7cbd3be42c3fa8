import { type CalendarMailbox, calendarMailbox, DirectMail, type Microsoft365 } from '@sterna/simulator-microsoft365';
import { startMicrosoft365 } from './watched-simulators.ts';

/**
 * contoso with everything in it, fabrikam with empty mailboxes, folders called alike in both. The harder ones of two
 * assumptions each: whatever changes a meeting mails its people, and what is imported isn't new.
 */
export async function startTenants(): Promise<Microsoft365> {
  const server = await startMicrosoft365({
    empty: ['fabrikam.example'],
    assumptions: { everyUpdateMails: true, importKeepsCreated: true },
  });
  for (const { users } of server.tenants) for (const user of users.values()) user.preferredLanguage = 'en-US';
  return server;
}

/** A user's calendars, past Graph. */
export function calendarsOf(server: Microsoft365, address: string): CalendarMailbox {
  const tenant = server.tenant(address.split('@')[1] ?? '');
  const user = [...tenant.users.values()].find(({ mail }) => mail === address);
  if (user === undefined) throw new Error(`no user ${address}`);
  return calendarMailbox(server.cloud, tenant, user);
}

/** Everything that the events of a user's own calendars are, but for their ids and versions. */
export const eventsOf = (server: Microsoft365, address: string): unknown[] => {
  const mailbox = calendarsOf(server, address);
  return [...mailbox.calendars.values()]
    .filter(({ shared, canEdit }) => shared === undefined && canEdit)
    .flatMap((calendar) =>
      mailbox.eventsIn(calendar).map((event) => ({
        calendar: calendar.name,
        iCalUId: event.iCalUId,
        fields: event.fields,
        recurrence: event.recurrence,
        exceptions: [...event.exceptions].map(([date, { fields }]) => [date, fields]),
        cancelled: [...event.cancelled],
        organizer: event.organizer,
        isOrganizer: event.isOrganizer,
      })),
    )
    .sort((a, b) => (a.iCalUId < b.iCalUId ? -1 : 1));
};

/** What a user's messages are, but for their ids: state, dates, folder, categories, attachments, and the MIME's header and text. */
export const messagesOf = async (server: Microsoft365, address: string): Promise<unknown[]> =>
  (await new DirectMail(server, address).messages())
    .map(({ id: _, mime, attachments, ...rest }) => ({
      ...rest,
      subject: /^Subject:.*$/im.exec(mime.toString('latin1'))?.[0],
      messageId: /^Message-ID:.*$/im.exec(mime.toString('latin1'))?.[0],
      attachments: attachments.map(({ name, content }) => `${name} ${content.length}`),
    }))
    .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
