import { MIGRATION_APP } from '@sterna/simulator-microsoft365';
import type { GoldenObject, Organization } from '../objects.ts';
import { type Ask, type Json, moment, propertiesOfMime, readable, sha256, sorted, textOfHtml } from './ask.ts';

const IMMUTABLE = { prefer: 'IdType="ImmutableId", outlook.timezone="UTC"' };
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

/** A tenant of Microsoft 365 by Microsoft Graph alone. */
export function microsoftOrganization(
  baseUrl: string,
  domain: string,
  people: readonly string[],
  everybody: readonly string[],
): Organization {
  return {
    ...{ people, everybody },
    async read(address) {
      const ask = await signIn(baseUrl, domain, address);
      const parts = [messages, events, contacts, tasks, files];
      const all: GoldenObject[] = [];
      for (const part of parts) all.push(...(await part(ask)));
      return all;
    },
  };
}

async function signIn(baseUrl: string, domain: string, address: string): Promise<Ask> {
  const answer = await fetch(`${baseUrl}/${domain}/oauth2/v2.0/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: MIGRATION_APP.id,
      client_secret: MIGRATION_APP.secret,
      scope: 'https://graph.microsoft.com/.default',
    }),
  });
  const { access_token: token } = (await answer.json()) as Json;
  const get = async (path: string): Promise<Response> => {
    const url = path.startsWith('http') ? path : `${baseUrl}/v1.0/users/${encodeURIComponent(address)}${path}`;
    let reply = await fetch(url, {
      headers: { authorization: `Bearer ${token}`, ...IMMUTABLE },
      redirect: 'manual',
    });
    // A download URL is signed in already, and refuses a second sign-in.
    const location = reply.status === 302 ? reply.headers.get('location') : null;
    if (location !== null) reply = await fetch(location);
    if (!reply.ok) throw new Error(`GET ${path}: ${reply.status} ${(await reply.text()).slice(0, 300)}`);
    return reply;
  };
  const json = async (path: string): Promise<Json> => (await get(path)).json();
  return {
    json,
    bytes: async (path) => Buffer.from(await (await get(path)).arrayBuffer()),
    async all(path) {
      const items: Json[] = [];
      for (let next: string | undefined = path; next !== undefined; ) {
        const page: Json = await json(next);
        items.push(...page.value);
        next = page['@odata.nextLink'];
      }
      return items;
    },
  };
}

async function messages(ask: Ask): Promise<GoldenObject[]> {
  const roles = new Map<string, string>();
  for (const [name, role] of Object.entries(ROLES)) roles.set((await ask.json(`/mailFolders/${name}`)).id, role);
  const found: GoldenObject[] = [];
  const walk = async (folder: Json, path: string): Promise<void> => {
    for (const one of await ask.all(
      `/mailFolders/${folder.id}/messages?$top=200&$select=id,internetMessageId,subject,receivedDateTime,isRead,isDraft,flag,categories,importance`,
    ))
      found.push({
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
        },
      });
    for (const child of await ask.all(`/mailFolders/${folder.id}/childFolders?$top=100`))
      await walk(child, `${path}/${child.displayName}`);
  };
  for (const folder of await ask.all('/mailFolders?$top=100'))
    await walk(folder, roles.get(folder.id) ?? folder.displayName);
  return found;
}

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
          ? `${kind}: ${[value.street, value.postalCode, value.city, value.state, value.countryOrRegion].map((part) => part ?? '').join('|')}`
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
      });
    }
  return found;
}

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
          due: String(one.dueDateTime?.dateTime ?? '').slice(0, 10),
          done: String(one.status === 'completed'),
          important: String(one.importance === 'high'),
          recurring: String(one.recurrence !== undefined && one.recurrence !== null),
          reminder: one.isReminderOn ? moment(`${one.reminderDateTime?.dateTime.slice(0, 19)}Z`) : '',
          steps: sorted(steps.map((step) => `${step.displayName} ${step.isChecked}`)),
        },
      });
    }
  }
  return found;
}

async function files(ask: Ask): Promise<GoldenObject[]> {
  const found: GoldenObject[] = [];
  const root = await ask.json('/drive/root').catch(() => undefined);
  if (root === undefined) return [];
  const walk = async (folder: Json, path: string): Promise<void> => {
    for (const one of await ask.all(`/drive/items/${folder.id}/children?$top=200`)) {
      const at = `${path}/${one.name}`;
      const grants = (await ask.all(`/drive/items/${one.id}/permissions`)).filter(
        (grant) => grant.inheritedFrom === undefined && !grant.roles?.includes('owner'),
      );
      const shared = {
        path: at,
        modified: one.folder === undefined ? moment(one.fileSystemInfo?.lastModifiedDateTime) : '',
        grants: sorted([...new Set(grants.flatMap(grantsOf))]),
      };
      if (one.folder !== undefined) {
        found.push({ kind: 'folder', id: one.id, key: at, name: one.name, properties: { ...shared, modified: '' } });
        await walk(one, at);
        continue;
      }
      const content = await ask.bytes(`/drive/items/${one.id}/content`);
      found.push({
        kind: 'file',
        id: one.id,
        key: at,
        name: one.name,
        properties: {
          ...shared,
          size: String(one.size),
          content: sha256(content),
          created: moment(one.fileSystemInfo?.createdDateTime),
          versions: String((await ask.all(`/drive/items/${one.id}/versions`)).length),
        },
      });
    }
  };
  await walk(root, '');
  return found;
}

function grantsOf(grant: Json): string[] {
  const role = grant.roles?.includes('write') ? 'writer' : 'reader';
  const people = grant.grantedToIdentitiesV2 ?? grant.grantedToIdentities ?? [];
  if (grant.link !== undefined && grant.link !== null) {
    const linked = grant.link.type === 'edit' ? 'writer' : 'reader';
    // A link for certain people is what they may do.
    return grant.link.scope === 'users'
      ? people.map((who: Json) => `${linked} ${addressOf(who)}`)
      : [`${linked} link ${grant.link.scope}`];
  }
  return [`${role} ${addressOf(grant.grantedToV2 ?? grant.grantedTo) || (grant.invitation?.email ?? '')}`];
}

function addressOf(who: Json): string {
  const login = String(who?.siteUser?.loginName ?? '')
    .split('|')
    .at(-1);
  return String(who?.user?.email ?? who?.group?.email ?? login ?? '').toLowerCase();
}
