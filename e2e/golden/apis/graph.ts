import type { GoldenObject, Holder, Organization } from '../objects.ts';
import { type Ask, type Json, moment, propertiesOfMime, readable, sha256, sorted, textOfHtml } from './ask.ts';
import { signIn } from './graph-ask.ts';
import { filesOf } from './graph-files.ts';
import { groupObjects } from './graph-groups.ts';
import { settingsOf } from './graph-settings.ts';
import { sharedGroupObjects } from './graph-shared-groups.ts';
import { siteObjects } from './graph-sites.ts';
import { talkObjects } from './graph-talk.ts';
import { teamObjects } from './graph-teams.ts';

/** Roles of folders, named as Gmail's labels are in google.ts. */
const ROLES: Readonly<Record<string, string>> = {
  inbox: 'inbox',
  sentitems: 'sent',
  drafts: 'drafts',
  deleteditems: 'trash',
  junkemail: 'spam',
  archive: 'archive',
};
/** Instances of series are compared in this window. */
const WINDOW = 'startDateTime=2024-01-01T00:00:00Z&endDateTime=2028-12-01T00:00:00Z';

/**
 * A tenant of Microsoft 365 by Microsoft Graph alone.
 *
 * @param options `withSettings`: mailbox settings are objects too: where both systems have the same ones; `sharedTerms`: of
 *   groups and teams what Google has as well, in the terms of both
 */
export function microsoftOrganization(
  baseUrl: string,
  domain: string,
  {
    holders,
    everybody,
    withSettings,
    sharedTerms = false,
  }: Pick<Organization, 'holders' | 'everybody'> & { readonly withSettings: boolean; readonly sharedTerms?: boolean },
): Organization {
  return {
    ...{ holders, everybody },
    async read({ type, address }: Holder) {
      const graph = await signIn(baseUrl, domain);
      if (type === 'site') return siteObjects(graph, address);
      if (type === 'group') return sharedTerms ? sharedGroupObjects(graph, address) : groupObjects(graph, address);
      if (type === 'team') return sharedTerms ? talkObjects(graph, address) : teamObjects(graph, address);
      const ask = graph(`/users/${encodeURIComponent(address)}`);
      const all: GoldenObject[] = [];
      for (const part of [messages, events, contacts, tasks, ...(withSettings ? [settingsOf] : [])])
        all.push(...(await part(ask)));
      const drive = await ask.json('/drive').catch(() => undefined);
      if (drive !== undefined) all.push(...(await filesOf(ask, '/drive')));
      return all;
    },
  };
}

async function messages(ask: Ask): Promise<GoldenObject[]> {
  const roles = new Map<string, string>();
  for (const [name, role] of Object.entries(ROLES)) roles.set((await ask.json(`/mailFolders/${name}`)).id, role);
  const found: (GoldenObject & { readonly conversation: string })[] = [];
  const walk = async (folder: Json, path: string): Promise<void> => {
    for (const one of await ask.all(
      `/mailFolders/${folder.id}/messages?$top=200&$select=id,internetMessageId,conversationId,subject,receivedDateTime,isRead,isDraft,flag,categories,importance,sender,replyTo,isReadReceiptRequested,isDeliveryReceiptRequested`,
    ))
      found.push({
        conversation: one.conversationId,
        kind: 'message',
        id: one.id,
        key: one.internetMessageId ?? '',
        name: one.subject ?? '',
        properties: {
          ...(await propertiesOfMime(await ask.bytes(`/messages/${one.id}/$value`))),
          // Gmail's label of what was sent is a category where the message was filed elsewhere.
          places: sorted([path, ...one.categories.map((name: string) => (name === 'Sent' ? 'sent' : name))]),
          received: moment(one.receivedDateTime),
          read: String(one.isRead),
          draft: String(one.isDraft),
          flagged: String(one.flag?.flagStatus === 'flagged'),
          importance: one.importance,
        },
        native: {
          followUp: followUp(one.flag),
          categories: sorted(one.categories),
          sender: mailAddress(one.sender),
          replyTo: sorted(one.replyTo.map(mailAddress)),
          receipts: `${one.isReadReceiptRequested} ${one.isDeliveryReceiptRequested}`,
        },
      });
    for (const child of await ask.all(`/mailFolders/${folder.id}/childFolders?$top=100`))
      await walk(child, `${path}/${child.displayName}`);
  };
  for (const folder of await ask.all('/mailFolders?$top=100'))
    await walk(folder, roles.get(folder.id) ?? folder.displayName);
  return withConversations(found);
}

/** Ids of conversations are each mailbox's own: which messages are in one is what stays. */
function withConversations(messages: readonly (GoldenObject & { readonly conversation: string })[]): GoldenObject[] {
  const together = Map.groupBy(messages, ({ conversation }) => conversation);
  return messages.map(({ conversation, ...one }) => ({
    ...one,
    native: {
      ...one.native,
      conversation: sha256(sorted((together.get(conversation) ?? []).map(({ key, name }) => key || name))),
    },
  }));
}

const mailAddress = (who: Json): string => who?.emailAddress?.address?.toLowerCase() ?? '';

const followUp = (flag: Json): string =>
  ['flagStatus', 'startDateTime', 'dueDateTime', 'completedDateTime']
    .map((name) => (name === 'flagStatus' ? flag?.[name] : flag?.[name] ? utc(flag[name]) : ''))
    .join(' ')
    .trim();

async function events(ask: Ask): Promise<GoldenObject[]> {
  const found: GoldenObject[] = [];
  const calendars = await ask.all('/calendars?$top=100');
  const owner = calendars.find(({ isDefaultCalendar }) => isDefaultCalendar)?.owner?.address;
  // What others share is theirs, and moves with them.
  for (const calendar of calendars.filter((one) => one.owner?.address === owner))
    for (const one of await ask.all(`/calendars/${calendar.id}/events?$top=100`)) {
      const instances =
        one.type === 'seriesMaster' ? await ask.all(`/events/${one.id}/instances?${WINDOW}&$top=500`) : [one];
      const attachments = one.hasAttachments ? await ask.all(`/events/${one.id}/attachments`) : [];
      found.push({
        kind: 'event',
        id: one.id,
        key: one.iCalUId,
        name: one.subject ?? '',
        properties: {
          calendar: calendar.isDefaultCalendar ? 'default' : calendar.name,
          subject: one.subject ?? '',
          allDay: String(one.isAllDay),
          instances: sha256(
            sorted(
              instances.map(
                (at) => `${utc(at.start)} ${utc(at.end)} ${at.subject ?? ''} ${at.location?.displayName ?? ''}`,
              ),
            ),
          ),
          firstInstance: sorted(instances.map((at) => `${utc(at.start)} ${utc(at.end)}`)).split('\n')[0] ?? '',
          howMany: String(instances.length),
          recurring: String(one.type === 'seriesMaster'),
          location: one.location?.displayName ?? '',
          text: readable(one.body?.contentType === 'html' ? textOfHtml(one.body.content) : one.body?.content),
          attendees: sorted(
            one.attendees.map(
              (who: Json) =>
                `${who.emailAddress?.address?.toLowerCase()} ${who.status?.response ?? 'none'} ${who.type}`,
            ),
          ),
          reminder: one.isReminderOn ? String(one.reminderMinutesBeforeStart) : '',
          busy: one.showAs === 'free' ? 'free' : 'busy',
          visibility: one.sensitivity === 'private' || one.sensitivity === 'confidential' ? 'private' : 'normal',
          categories: sorted(one.categories),
          attachments: sorted(attachments.map((file: Json) => file.name)),
        },
        native: {
          importance: one.importance,
          sensitivity: one.sensitivity,
          showAs: one.showAs,
          organizer: mailAddress(one.organizer),
          zone: `${one.originalStartTimeZone} ${one.originalEndTimeZone}`,
          cancelled: String(one.isCancelled),
          places: sorted(one.locations.map((at: Json) => at.displayName)),
          // Exceptions in all that they say, which `instances` doesn't.
          details: sha256(
            sorted(
              instances.map((at) =>
                JSON.stringify([
                  utc(at.start),
                  at.importance,
                  at.sensitivity,
                  at.showAs,
                  at.categories,
                  at.isReminderOn,
                ]),
              ),
            ),
          ),
          attached: sorted(attachments.map((file: Json) => `${file.name} ${sha256(file.contentBytes ?? '')}`)),
        },
      });
    }
  return found;
}

const utc = (at: Json): string => `${String(at?.dateTime).slice(0, 19)}Z`;

async function contacts(ask: Ask): Promise<GoldenObject[]> {
  const found: GoldenObject[] = [];
  const folders: Json[] = [undefined];
  const below = async (path: string, parent: string): Promise<void> => {
    for (const folder of await ask.all(`${path}?$top=100`)) {
      const displayName = parent === '' ? folder.displayName : `${parent} / ${folder.displayName}`;
      folders.push({ ...folder, displayName });
      await below(`/contactFolders/${folder.id}/childFolders`, displayName);
    }
  };
  await below('/contactFolders', '');
  for (const folder of folders)
    for (const one of await ask.all(
      `${folder === undefined ? '' : `/contactFolders/${folder.id}`}/contacts?$top=200`,
    )) {
      const photo = await ask.bytes(`/contacts/${one.id}/photo/$value`).catch(() => undefined);
      const address = (kind: string, value: Json) =>
        value !== undefined && value !== null && Object.keys(value).length > 0
          ? `${kind}: ${[value.street, value.postalCode, value.city, value.state, value.countryOrRegion].map(readable).join('|')}`
          : undefined;
      found.push({
        kind: 'contact',
        id: one.id,
        key: `${one.givenName ?? ''} ${one.surname ?? ''} ${one.emailAddresses?.[0]?.address ?? one.displayName ?? ''}`,
        name: one.displayName ?? '',
        properties: {
          name: one.displayName ?? '',
          given: one.givenName ?? '',
          surname: one.surname ?? '',
          nickname: one.nickName ?? '',
          emails: sorted(one.emailAddresses.map((mail: Json) => mail.address?.toLowerCase())),
          phones: sorted([
            ...one.businessPhones.map((number: string) => `work ${number}`),
            ...one.homePhones.map((number: string) => `home ${number}`),
            one.mobilePhone ? `mobile ${one.mobilePhone}` : undefined,
          ]),
          addresses: sorted([
            address('home', one.homeAddress),
            address('work', one.businessAddress),
            address('other', one.otherAddress),
          ]),
          company: one.companyName ?? '',
          title: one.jobTitle ?? '',
          birthday: String(one.birthday ?? '').slice(0, 10),
          text: readable(one.personalNotes),
          groups: sorted([folder?.displayName, ...one.categories]),
          photo: photo === undefined ? '' : sha256(photo),
        },
        native: Object.fromEntries(
          CONTACT_FIELDS.map((name) => [name, [one[name] ?? ''].flat().join('\n').replaceAll('\r\n', '\n')]),
        ),
      });
    }
  return found;
}

/** A day is its midnight where somebody was, in UTC: the nearest midnight is meant. */
const dayOf = (at: Json): string =>
  at?.dateTime === undefined ? '' : moment(Math.round(Date.parse(utc(at)) / 86_400_000) * 86_400_000).slice(0, 10);

/** What only Outlook's contacts have a field for. */
const CONTACT_FIELDS = [
  ...['fileAs', 'initials', 'middleName', 'generation', 'title', 'yomiGivenName', 'yomiSurname', 'yomiCompanyName'],
  ...['department', 'profession', 'officeLocation', 'manager', 'assistantName', 'spouseName', 'children'],
  ...['businessHomePage', 'imAddresses'],
];

async function tasks(ask: Ask): Promise<GoldenObject[]> {
  const found: GoldenObject[] = [];
  for (const list of await ask.all('/todo/lists?$top=100')) {
    if (list.wellknownListName === 'flaggedEmails') continue;
    for (const one of await ask.all(`/todo/lists/${list.id}/tasks?$top=100`)) {
      const steps = await ask.all(`/todo/lists/${list.id}/tasks/${one.id}/checklistItems`);
      found.push({
        kind: 'task',
        id: one.id,
        key: one.title,
        name: one.title,
        properties: {
          list: list.wellknownListName === 'defaultList' ? 'default' : list.displayName,
          title: one.title,
          parent: '',
          text: readable(one.body?.contentType === 'html' ? textOfHtml(one.body.content) : one.body?.content),
          due: dayOf(one.dueDateTime),
          done: String(one.status === 'completed'),
          important: String(one.importance === 'high'),
          recurring: String(one.recurrence !== undefined && one.recurrence !== null),
          reminder: one.isReminderOn ? moment(`${one.reminderDateTime?.dateTime.slice(0, 19)}Z`) : '',
          steps: sorted(steps.map((step) => `${step.displayName} ${step.isChecked}`)),
        },
        native: {
          importance: one.importance,
          status: one.status,
          start: dayOf(one.startDateTime),
          completed: dayOf(one.completedDateTime),
          categories: sorted(one.categories),
          rule: one.recurrence ? JSON.stringify(one.recurrence.pattern) : '',
          attachments: String(one.hasAttachments),
        },
      });
    }
  }
  return found;
}
