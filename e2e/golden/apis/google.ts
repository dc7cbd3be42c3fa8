import type { GoldenObject, Organization } from '../objects.ts';
import { type Ask, type Json, moment, propertiesOfMime, readable, sha256, sorted, textOfHtml } from './ask.ts';
import { spaceObjects } from './google-chat.ts';
import { groupObjects } from './google-groups.ts';
import { settings } from './google-settings.ts';

/** System labels that are places, named as folders are in graph.ts. */
const PLACES: Readonly<Record<string, string>> = {
  INBOX: 'inbox',
  SENT: 'sent',
  DRAFT: 'drafts',
  TRASH: 'trash',
  SPAM: 'spam',
};
/** Instances of series are compared in this window. */
const WINDOW = 'timeMin=2024-01-01T00:00:00Z&timeMax=2028-12-01T00:00:00Z';
const PERSON_FIELDS =
  'names,nicknames,emailAddresses,phoneNumbers,addresses,organizations,birthdays,biographies,memberships,photos,metadata';

/**
 * A domain of Google Workspace by its APIs alone; the first of everybody administers it.
 *
 * @param token an access token in a person's name
 * @param kinds of what they have; undefined: all of it
 */
export function googleOrganization(
  baseUrl: string,
  token: (address: string) => Promise<string>,
  {
    holders,
    everybody,
    kinds,
  }: Pick<Organization, 'holders' | 'everybody'> & { readonly kinds?: readonly string[] | undefined },
): Organization {
  return {
    ...{ holders, everybody },
    async read({ type, address }) {
      const as = async (who: string): Promise<Ask> => asking(baseUrl, await token(who));
      const [admin = ''] = everybody;
      if (type === 'team') return spaceObjects(await as(admin), as, address);
      if (type === 'group') return groupObjects(await as(admin), address);
      const ask = await as(address);
      const all: GoldenObject[] = [];
      for (const [kind, part] of Object.entries(PARTS))
        if (kinds === undefined || kinds.includes(kind)) all.push(...(await part(ask)));
      return all;
    },
  };
}

const PARTS: Readonly<Record<string, (ask: Ask) => Promise<GoldenObject[]>>> = {
  message: messages,
  setting: settings,
  event: events,
  contact: contacts,
  task: tasks,
  file: files,
};

function asking(baseUrl: string, token: string): Ask {
  const get = async (path: string): Promise<Response> => {
    const reply = await fetch(new URL(path, baseUrl), { headers: { authorization: `Bearer ${token}` } });
    if (!reply.ok) throw new Error(`GET ${path}: ${reply.status} ${(await reply.text()).slice(0, 300)}`);
    return reply;
  };
  const json = async (path: string): Promise<Json> => (await get(path)).json();
  return {
    json,
    bytes: async (path) => Buffer.from(await (await get(path)).arrayBuffer()),
    async all(path) {
      const items: Json[] = [];
      for (let pageToken: string | undefined = ''; pageToken !== undefined; ) {
        const page: Json = await json(
          pageToken === ''
            ? path
            : `${path}${path.includes('?') ? '&' : '?'}pageToken=${encodeURIComponent(pageToken)}`,
        );
        items.push(...(LISTS.map((name) => page[name]).find((list) => list !== undefined) ?? []));
        pageToken = page.nextPageToken;
      }
      return items;
    },
  };
}

/** What the collections of these APIs are called. */
const LISTS = [
  ...['messages', 'labels', 'items', 'connections', 'contactGroups', 'files', 'permissions', 'revisions'],
  ...['users', 'members', 'spaces', 'memberships', 'reactions'],
];

async function messages(ask: Ask): Promise<GoldenObject[]> {
  const labels = new Map<string, Json>();
  for (const label of (await ask.json('/gmail/v1/users/me/labels')).labels) labels.set(label.id, label);
  const found: GoldenObject[] = [];
  for (const { id } of await ask.all('/gmail/v1/users/me/messages?maxResults=500&includeSpamTrash=true')) {
    const one = await ask.json(`/gmail/v1/users/me/messages/${id}?format=raw`);
    const raw = Buffer.from(one.raw, 'base64url');
    const has = new Set<string>(one.labelIds ?? []);
    const places = [...has].flatMap((label) =>
      PLACES[label] !== undefined
        ? [PLACES[label]]
        : labels.get(label)?.type === 'user'
          ? [labels.get(label).name]
          : [],
    );
    const mime = await propertiesOfMime(raw);
    found.push({
      kind: 'message',
      id,
      key: /^message-id:\s*(\S+)/im.exec(raw.toString('latin1').split(/\r?\n\r?\n/)[0] ?? '')?.[1] ?? '',
      name: mime.subject ?? '',
      properties: {
        ...mime,
        // Without a label it is in "All mail" alone, which is where Outlook archives to.
        places: places.length === 0 ? 'archive' : sorted(places),
        received: moment(Number(one.internalDate)),
        read: String(!has.has('UNREAD')),
        draft: String(has.has('DRAFT')),
        flagged: String(has.has('STARRED')),
      },
    });
  }
  return found;
}

async function events(ask: Ask): Promise<GoldenObject[]> {
  const found: GoldenObject[] = [];
  for (const calendar of await ask.all('/calendar/v3/users/me/calendarList?maxResults=250')) {
    if (calendar.accessRole !== 'owner') continue;
    const base = `/calendar/v3/calendars/${encodeURIComponent(calendar.id)}/events`;
    for (const one of await ask.all(`${base}?maxResults=2500`)) {
      // Birthdays are made by Google of contacts.
      if (one.recurringEventId !== undefined || one.status === 'cancelled' || one.eventType === 'birthday') continue;
      const isSeries = one.recurrence !== undefined;
      const instances = isSeries ? await ask.all(`${base}/${one.id}/instances?maxResults=2500&${WINDOW}`) : [one];
      const minutes = one.reminders?.useDefault
        ? calendar.defaultReminders?.[0]?.minutes
        : one.reminders?.overrides?.map((at: Json) => at.minutes)[0];
      found.push({
        kind: 'event',
        id: one.id,
        key: one.iCalUID,
        name: one.summary ?? '',
        properties: {
          calendar: calendar.primary === true ? 'default' : calendar.summary,
          subject: one.summary ?? '',
          allDay: String(one.start.date !== undefined),
          instances: sha256(
            sorted(instances.map((at) => `${utc(at.start)} ${utc(at.end)} ${at.summary ?? ''} ${at.location ?? ''}`)),
          ),
          firstInstance: sorted(instances.map((at) => `${utc(at.start)} ${utc(at.end)}`)).split('\n')[0] ?? '',
          howMany: String(instances.length),
          recurring: String(isSeries),
          location: one.location ?? '',
          text: textOfHtml((one.description ?? '').replace(/\n/g, '<br>')),
          attendees: sorted(
            (one.attendees ?? []).map(
              (who: Json) =>
                `${who.email.toLowerCase()} ${RESPONSES[who.responseStatus] ?? 'none'} ${who.resource ? 'resource' : who.optional ? 'optional' : 'required'}`,
            ),
          ),
          reminder: minutes === undefined ? '' : String(minutes),
          busy: one.transparency === 'transparent' ? 'free' : 'busy',
          visibility: one.visibility === 'private' || one.visibility === 'confidential' ? 'private' : 'normal',
          categories: '',
          attachments: sorted((one.attachments ?? []).map((file: Json) => file.title)),
        },
      });
    }
  }
  return found;
}

const RESPONSES: Readonly<Record<string, string>> = {
  accepted: 'accepted',
  declined: 'declined',
  tentative: 'tentativelyAccepted',
};

const utc = (at: Json): string => (at.date !== undefined ? `${at.date}T00:00:00Z` : moment(at.dateTime));

async function contacts(ask: Ask): Promise<GoldenObject[]> {
  const groups = new Map<string, string>();
  for (const group of await ask.all('/v1/contactGroups?pageSize=200'))
    if (group.groupType === 'USER_CONTACT_GROUP') groups.set(group.resourceName, group.name);
    else if (group.resourceName === 'contactGroups/starred') groups.set(group.resourceName, 'Starred');
  const found: GoldenObject[] = [];
  for (const one of await ask.all(`/v1/people/me/connections?pageSize=1000&personFields=${PERSON_FIELDS}`)) {
    const name = one.names?.[0] ?? {};
    // What a person without a name is shown as.
    const shown = name.displayName ?? one.emailAddresses?.[0]?.value ?? one.organizations?.[0]?.name ?? '';
    const born = one.birthdays?.[0]?.date;
    const picture = one.photos?.find(
      (photo: Json) => photo.default !== true && photo.metadata?.source?.type === 'CONTACT',
    );
    found.push({
      kind: 'contact',
      id: one.resourceName.split('/').at(-1),
      key: `${name.givenName ?? ''} ${name.familyName ?? ''} ${one.emailAddresses?.[0]?.value ?? shown}`,
      name: shown,
      properties: {
        name: shown,
        given: name.givenName ?? '',
        surname: name.familyName ?? '',
        nickname: one.nicknames?.[0]?.value ?? '',
        emails: sorted((one.emailAddresses ?? []).map((mail: Json) => mail.value?.toLowerCase())),
        phones: sorted((one.phoneNumbers ?? []).map((phone: Json) => `${phone.type ?? 'other'} ${phone.value}`)),
        addresses: sorted(
          (one.addresses ?? []).map(
            (at: Json) =>
              `${at.type ?? 'other'}: ${[[at.poBox, at.streetAddress].filter(Boolean).join('\n'), at.postalCode, at.city, at.region, at.country].map((part) => part ?? '').join('|')}`,
          ),
        ),
        company: one.organizations?.[0]?.name ?? '',
        title: one.organizations?.[0]?.title ?? '',
        birthday: born === undefined ? '' : `${born.year ?? '1604'}-${two(born.month)}-${two(born.day)}`,
        text: readable(one.biographies?.[0]?.value),
        groups: sorted(
          (one.memberships ?? []).map((member: Json) =>
            groups.get(member.contactGroupMembership?.contactGroupResourceName),
          ),
        ),
        photo: picture === undefined ? '' : sha256(await ask.bytes(picture.url)),
      },
    });
  }
  return found;
}

const two = (number: number): string => String(number).padStart(2, '0');

async function tasks(ask: Ask): Promise<GoldenObject[]> {
  const found: GoldenObject[] = [];
  const lists = await ask.all('/tasks/v1/users/@me/lists?maxResults=100');
  for (const [at, list] of lists.entries()) {
    const all = await ask.all(`/tasks/v1/lists/${list.id}/tasks?maxResults=100&showCompleted=true&showHidden=true`);
    const titles = new Map(all.map((one) => [one.id, one.title]));
    for (const one of all)
      found.push({
        kind: 'task',
        id: one.id,
        key: one.title,
        name: one.title,
        properties: {
          // The first is the one that everybody has.
          list: at === 0 ? 'default' : list.title,
          title: one.title,
          text: readable(one.notes),
          due: String(one.due ?? '').slice(0, 10),
          done: String(one.status === 'completed'),
          important: 'false',
          recurring: 'false',
          reminder: '',
          parent: titles.get(one.parent) ?? '',
          steps: '',
        },
      });
  }
  return found;
}

const FOLDER = 'application/vnd.google-apps.folder';
const NATIVE = 'application/vnd.google-apps.';
/** What native documents are compared as. */
const EXPORTS: Readonly<Record<string, string>> = {
  document: 'text/plain',
  spreadsheet: 'text/csv',
  presentation: 'text/plain',
};

async function files(ask: Ask): Promise<GoldenObject[]> {
  const found: GoldenObject[] = [];
  const fields =
    'nextPageToken,files(id,name,mimeType,size,createdTime,modifiedTime,sha256Checksum,ownedByMe,permissions(type,role,emailAddress,domain))';
  const walk = async (folder: string, path: string): Promise<void> => {
    const query = encodeURIComponent(`'${folder}' in parents and trashed = false`);
    for (const one of await ask.all(`/drive/v3/files?q=${query}&pageSize=1000&fields=${encodeURIComponent(fields)}`)) {
      if (one.ownedByMe === false) continue;
      const at = `${path}/${one.name}`;
      const shared = {
        path: at,
        modified: one.mimeType === FOLDER ? '' : moment(one.modifiedTime),
        grants: sorted((one.permissions ?? []).filter((grant: Json) => grant.role !== 'owner').map(grantOf)),
      };
      if (one.mimeType === FOLDER) {
        found.push({ kind: 'folder', id: one.id, key: at, name: one.name, properties: shared });
        await walk(one.id, at);
        continue;
      }
      const native = one.mimeType.startsWith(NATIVE) ? one.mimeType.slice(NATIVE.length) : undefined;
      const type = native === undefined ? undefined : EXPORTS[native];
      found.push({
        kind: 'file',
        id: one.id,
        key: at,
        name: one.name,
        properties: {
          ...shared,
          size: native === undefined ? String(one.size) : '',
          content:
            native === undefined
              ? sha256(await ask.bytes(`/drive/v3/files/${one.id}?alt=media`))
              : type === undefined
                ? native
                : sha256(await ask.bytes(`/drive/v3/files/${one.id}/export?mimeType=${encodeURIComponent(type)}`)),
          created: moment(one.createdTime),
          versions: native === undefined ? String((await ask.all(`/drive/v3/files/${one.id}/revisions`)).length) : '1',
        },
      });
    }
  };
  await walk('root', '');
  return found;
}

function grantOf(grant: Json): string {
  const role =
    grant.role === 'writer' || grant.role === 'fileOrganizer' || grant.role === 'organizer' ? 'writer' : 'reader';
  if (grant.type === 'anyone') return `${role} link anonymous`;
  if (grant.type === 'domain') return `${role} link organization`;
  return `${role} ${String(grant.emailAddress ?? '').toLowerCase()}`;
}
