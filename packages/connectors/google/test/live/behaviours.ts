import type { Answer, Json } from './live-google.ts';
import type { LivePlace } from './live-place.ts';

export interface Behaviour {
  /** As the simulator's switch is called, where it has one. */
  readonly name: string;
  readonly question: string;
  /** What the simulator does unless its switch is set otherwise. */
  readonly assumed: string;
  observe(place: LivePlace): Promise<string>;
}

/** Of a refusal that the simulator doesn't know either: told as it is. */
const refusal = ({ status, code }: Answer): string => `refused: ${status} ${code}`;

const message = (...header: readonly string[]): string =>
  [
    'Date: Fri, 02 Jan 2015 03:04:05 +0000',
    'From: someone@example.org',
    'To: nobody@example.org',
    'Subject: A test of Sterna',
    ...header,
    '',
    'Text.',
    '',
  ].join('\r\n');
const messageId = (id: string): string => `Message-ID: <${id}>`;

const event = (summary: string): Json => ({
  summary,
  start: { dateTime: '2026-03-02T10:00:00Z', timeZone: 'UTC' },
  end: { dateTime: '2026-03-02T11:00:00Z', timeZone: 'UTC' },
  reminders: { useDefault: false },
});
const imported = (iCalUID: string, more: object = {}): Json => ({ ...event('A test of Sterna'), iCalUID, ...more });

const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=';
const FOLDER = 'application/vnd.google-apps.folder';
const DOCUMENT = 'application/vnd.google-apps.document';

/** Names of what changed in a drive while something was done, of those that are asked for. */
async function changed({ google }: LivePlace, doing: () => Promise<unknown>): Promise<ReadonlySet<string>> {
  const { startPageToken } = await google.ok('GET', '/drive/v3/changes/startPageToken');
  await doing();
  const found = await google.all(
    `/drive/v3/changes?fields=nextPageToken,newStartPageToken,changes(fileId)&pageSize=1000&includeRemoved=true&pageToken=${encodeURIComponent(startPageToken)}`,
    'changes',
  );
  return new Set(found.map(({ fileId }) => fileId));
}

async function folderWithFile(place: LivePlace): Promise<{ readonly folder: string; readonly file: string }> {
  const parent = await place.driveFolder();
  const make = async (form: object): Promise<string> => (await place.google.ok('POST', '/drive/v3/files', form)).id;
  const folder = await make({ name: 'folder', mimeType: FOLDER, parents: [parent] });
  return { folder, file: await make({ name: 'file.txt', mimeType: 'text/plain', parents: [folder] }) };
}

const alone = (told: ReadonlySet<string>, file: string): string =>
  told.has(file) ? 'of all that is in it' : 'of the folder alone';

export const BEHAVIOURS: readonly Behaviour[] = [
  {
    name: 'partlyDelegated',
    question: 'How is a token for scopes refused of which one isn’t delegated?',
    assumed: 'unauthorized_client',
    async observe({ google }) {
      // What nobody delegates for a migration.
      const { status, json } = await google.grant(
        'https://mail.google.com/ https://www.googleapis.com/auth/cloud-platform',
      );
      return status < 300 ? 'it isn’t' : String(json?.error);
    },
  },
  {
    name: 'gmailImportMerges',
    question: 'Which message does messages.import take for one that is there already?',
    assumed: 'one of the same bytes',
    async observe(place) {
      const label = await place.label();
      const raw = message(messageId(place.id()));
      const [first, same, other] = [
        await place.message('import', raw, [label]),
        await place.message('import', raw, [label]),
        await place.message('import', `${raw}More.\r\n`, [label]),
      ];
      for (const one of [first, same, other]) if (one.status >= 300) return refusal(one);
      if (same.json.id !== first.json.id) return 'none';
      return other.json.id === first.json.id ? 'one of the same Message-ID' : 'one of the same bytes';
    },
  },
  {
    name: 'gmailInsertMerges',
    question: 'Does messages.insert take a message for one that is there already?',
    assumed: 'no',
    async observe(place) {
      const label = await place.label();
      const raw = message(messageId(place.id()));
      const first = await place.message('insert', raw, [label]);
      const second = await place.message('insert', raw, [label]);
      if (second.status >= 300) return refusal(second);
      return second.json.id === first.json.id ? 'yes' : 'no';
    },
  },
  {
    name: 'gmailInsertBytes',
    question: 'Does a message that was inserted come back in its bytes?',
    assumed: 'yes',
    async observe(place) {
      const raw = message(
        messageId(place.id()),
        'X-Odd:  two blanks\t',
        'Received: from a.example; Sat, 3 Jan 2015 04:05:06 +0000',
      );
      const made = await place.message('insert', raw, [await place.label()]);
      if (made.status >= 300) return refusal(made);
      return (await place.rawOf(made.json)) === raw ? 'yes' : 'no';
    },
  },
  {
    name: 'gmailInsertThreads',
    question: 'Does messages.insert put a reply into the conversation that its References name?',
    assumed: 'no',
    async observe(place) {
      const [label, root] = [await place.label(), place.id()];
      const first = await place.message('insert', message(messageId(root)), [label]);
      const reply = message(messageId(place.id()), `In-Reply-To: <${root}>`, `References: <${root}>`);
      const second = await place.message('insert', reply, [label]);
      if (second.status >= 300) return refusal(second);
      return second.json.threadId === first.json.threadId ? 'yes' : 'no';
    },
  },
  {
    name: 'gmailAddsReceived',
    question: 'Which calls put a Received line before a message?',
    assumed: 'import',
    async observe(place) {
      const label = await place.label();
      const added: string[] = [];
      for (const how of ['import', 'insert'] as const) {
        const made = await place.message(how, message(messageId(place.id())), [label]);
        if (made.status >= 300) return refusal(made);
        if (/^Received:/im.test((await place.rawOf(made.json)).split('\r\n\r\n')[0] ?? '')) added.push(how);
      }
      return added.join(' and ') || 'none';
    },
  },
  {
    name: 'gmailAddsMessageId',
    question: 'Does messages.import give a Message-ID to what has none?',
    assumed: 'no',
    async observe(place) {
      const made = await place.message('import', message(), [await place.label()]);
      if (made.status >= 300) return refusal(made);
      return /^Message-ID:/im.test(await place.rawOf(made.json)) ? 'yes' : 'no';
    },
  },
  {
    name: 'gmailImportAddsCategory',
    question: 'Does messages.import sort what came from a list into a category?',
    assumed: 'yes',
    async observe(place) {
      const raw = message(messageId(place.id()), 'List-Unsubscribe: <https://lists.example/leave>');
      const made = await place.message('import', raw, ['INBOX', await place.label()]);
      if (made.status >= 300) return refusal(made);
      const { labelIds = [] } = await place.google.ok(
        'GET',
        `/gmail/v1/users/me/messages/${made.json.id}?format=minimal`,
      );
      return labelIds.some((one: string) => one.startsWith('CATEGORY_')) ? 'yes' : 'no';
    },
  },
  {
    name: 'gmailImportChecksFrom',
    question: 'Does messages.import refuse a message without a sender?',
    assumed: 'yes',
    async observe(place) {
      const raw = message(messageId(place.id())).replace(/^From:.*\r\n/m, '');
      const made = await place.message('import', raw, [await place.label()]);
      if (made.status < 300) return 'no';
      return made.status === 400 ? 'yes' : refusal(made);
    },
  },
  {
    name: 'gmailDraftLabelOnInsert',
    question: 'May a message be inserted with the label DRAFT?',
    assumed: 'no',
    async observe(place) {
      const made = await place.message('insert', message(messageId(place.id())), ['DRAFT']);
      if (made.status < 300) return 'yes';
      return made.status === 400 ? 'no' : refusal(made);
    },
  },
  {
    name: 'gmailSentLabelOnInsert',
    question: 'May a message be inserted with the label SENT?',
    assumed: 'yes',
    async observe(place) {
      const made = await place.message('insert', message(messageId(place.id())), ['SENT', await place.label()]);
      if (made.status >= 300) return made.status === 400 ? 'no' : refusal(made);
      return made.json.labelIds?.includes('SENT') === true ? 'yes' : 'yes, and it is left out';
    },
  },
  {
    name: 'gmailLabelNameLength',
    question: 'How long may a label’s name be?',
    assumed: '225 characters',
    async observe(place) {
      const longest = async (length: number): Promise<boolean> => {
        const name = place.name().padEnd(length, 'x');
        const { status, json } = await place.google.call('POST', '/gmail/v1/users/me/labels', { name });
        if (status < 300) await place.google.call('DELETE', `/gmail/v1/users/me/labels/${json.id}`);
        return status < 300;
      };
      if (!(await longest(225))) return 'less than 225 characters';
      return (await longest(226)) ? 'more than 225 characters' : '225 characters';
    },
  },
  {
    name: 'calendarImportExisting',
    question: 'What does events.import do with an iCalUID that the calendar has?',
    assumed: 'it refuses it as a duplicate',
    async observe(place) {
      const [path, uid] = [await place.calendar(), place.id()];
      await place.google.ok('POST', `${path}/import`, imported(uid));
      const second = await place.google.call('POST', `${path}/import`, imported(uid, { summary: 'Another' }));
      if (second.status === 409) return 'it refuses it as a duplicate';
      return second.status < 300 ? 'it replaces what is there' : refusal(second);
    },
  },
  {
    name: 'calendarImportOfDeleted',
    question: 'And with that of an event that was deleted?',
    assumed: 'it refuses it as a duplicate',
    async observe(place) {
      const [path, uid] = [await place.calendar(), place.id()];
      const { id } = await place.google.ok('POST', `${path}/import`, imported(uid));
      await place.google.ok('DELETE', `${path}/${id}?sendUpdates=none`);
      const second = await place.google.call('POST', `${path}/import`, imported(uid));
      if (second.status === 409) return 'it refuses it as a duplicate';
      return second.status < 300 ? 'it makes it anew' : refusal(second);
    },
  },
  {
    name: 'calendarImportsExceptions',
    question: 'Does events.import make an exception of a series that is there?',
    assumed: 'yes',
    async observe(place) {
      const [path, uid] = [await place.calendar(), place.id()];
      const { id } = await place.google.ok(
        'POST',
        `${path}/import`,
        imported(uid, { recurrence: ['RRULE:FREQ=DAILY;COUNT=3'] }),
      );
      const exception = imported(uid, {
        summary: 'An exception',
        originalStartTime: { dateTime: '2026-03-03T10:00:00Z', timeZone: 'UTC' },
        start: { dateTime: '2026-03-03T12:00:00Z', timeZone: 'UTC' },
        end: { dateTime: '2026-03-03T13:00:00Z', timeZone: 'UTC' },
      });
      const made = await place.google.call('POST', `${path}/import`, exception);
      if (made.status >= 300) return made.status === 409 ? 'no' : refusal(made);
      return made.json.recurringEventId === id ? 'yes' : 'no';
    },
  },
  {
    name: 'calendarImportTakesId',
    question: 'Does events.import take the id that its body names?',
    assumed: 'no',
    async observe(place) {
      const id = place.id().replace(/@.*$/, '').replace(/[w-z]/g, 'a');
      const made = await place.google.call('POST', `${await place.calendar()}/import`, imported(place.id(), { id }));
      if (made.status >= 300) return refusal(made);
      return made.json.id === id ? 'yes' : 'no';
    },
  },
  {
    name: 'peopleSyncDelayMs',
    question: 'Does a sync token tell at once of a contact that was made?',
    assumed: 'yes',
    async observe(place) {
      const path = '/v1/people/me/connections?personFields=metadata&pageSize=1000';
      const sync = async (more: string): Promise<{ readonly ids: readonly string[]; readonly token: string }> => {
        const ids: string[] = [];
        for (let page = ''; ; ) {
          const answer = await place.google.ok('GET', `${path}${more}${page === '' ? '' : `&pageToken=${page}`}`);
          ids.push(...(answer.connections ?? []).map((one: Json) => one.resourceName));
          page = answer.nextPageToken ?? '';
          if (page === '') return { ids, token: encodeURIComponent(answer.nextSyncToken) };
        }
      };
      const { token } = await sync('&requestSyncToken=true');
      const { resourceName } = await place.contact({ names: [{ givenName: 'A test of Sterna' }] });
      return (await sync(`&requestSyncToken=true&syncToken=${token}`)).ids.includes(resourceName) ? 'yes' : 'no';
    },
  },
  {
    name: 'peoplePhotoBytes',
    question: 'Does a contact’s picture come back in its bytes?',
    assumed: 'yes',
    async observe(place) {
      const { resourceName } = await place.contact({ names: [{ givenName: 'A test of Sterna' }] });
      const put = await place.google.call('PATCH', `/v1/${resourceName}:updateContactPhoto`, {
        photoBytes: PIXEL,
        personFields: 'photos',
      });
      if (put.status >= 300) return refusal(put);
      const url = put.json.person?.photos?.[0]?.url;
      if (typeof url !== 'string') return 'it isn’t told';
      const bytes = Buffer.from(await (await fetch(url.replace(/=[\w-]*$/, '=s0'))).arrayBuffer());
      return bytes.toString('base64') === PIXEL ? 'yes' : 'no';
    },
  },
  {
    name: 'tasksKeepCompleted',
    question: 'Is the time kept at which a task was completed?',
    assumed: 'yes',
    async observe(place) {
      const completed = '2015-01-02T03:04:05.000Z';
      const made = await place.google.call('POST', await place.taskList(), {
        title: 'A test of Sterna',
        status: 'completed',
        completed,
      });
      if (made.status >= 300) return refusal(made);
      return Date.parse(made.json.completed) === Date.parse(completed) ? 'yes' : 'no';
    },
  },
  {
    name: 'drive.metadataBumpsModifiedTime',
    question: 'Does a new name date a file anew?',
    assumed: 'yes',
    async observe(place) {
      const modifiedTime = '2015-01-02T03:04:05.000Z';
      const parents = [await place.driveFolder()];
      const form = { name: 'file.txt', mimeType: 'text/plain', parents, modifiedTime };
      const { id } = await place.google.ok('POST', '/drive/v3/files', form);
      const now = await place.google.ok('PATCH', `/drive/v3/files/${id}?fields=modifiedTime`, { name: 'other.txt' });
      return Date.parse(now.modifiedTime) === Date.parse(modifiedTime) ? 'no' : 'yes';
    },
  },
  {
    name: 'drive.trashTouchesDescendants',
    question: 'What do changes tell of after a folder went to the trash?',
    assumed: 'of the folder alone',
    async observe(place) {
      const { folder, file } = await folderWithFile(place);
      const told = await changed(place, () => place.google.ok('PATCH', `/drive/v3/files/${folder}`, { trashed: true }));
      return told.has(folder) ? alone(told, file) : 'of nothing, at first';
    },
  },
  {
    name: 'drive.deletionToldForDescendants',
    question: 'What do changes tell of after a folder was deleted?',
    assumed: 'of the folder alone',
    async observe(place) {
      const { folder, file } = await folderWithFile(place);
      const told = await changed(place, () => place.google.ok('DELETE', `/drive/v3/files/${folder}`));
      return told.has(folder) ? alone(told, file) : 'of nothing, at first';
    },
  },
  {
    name: 'drive.nativeSizes',
    question: 'Is the size of a native document told?',
    assumed: 'yes',
    async observe(place) {
      const parents = [await place.driveFolder()];
      const form = { name: 'A document', mimeType: DOCUMENT, parents };
      const { size } = await place.google.ok('POST', '/drive/v3/files?fields=size', form);
      return size === undefined ? 'no' : 'yes';
    },
  },
  {
    name: 'drive.maxProperties',
    question: 'How many properties of its own may an app give a file?',
    assumed: '30',
    async observe(place) {
      const parents = [await place.driveFolder()];
      const isTaken = async (count: number): Promise<boolean> => {
        const appProperties = Object.fromEntries(Array.from({ length: count }, (_, n) => [`key${n}`, 'value']));
        const form = { name: `${count}.txt`, mimeType: 'text/plain', parents, appProperties };
        return (await place.google.call('POST', '/drive/v3/files', form)).status < 300;
      };
      if (!(await isTaken(30))) return 'fewer than 30';
      return (await isTaken(31)) ? 'more than 30' : '30';
    },
  },
];
