import type { Answer, Json, LiveGraph } from './graph.ts';

/** Containers of a run, made when they are needed and removed after it. */
export class LivePlace {
  readonly graph: LiveGraph;
  readonly #scope: string;
  readonly #made: (() => Promise<unknown>)[] = [];
  #serial = 0;

  constructor(graph: LiveGraph, scope: string) {
    this.graph = graph;
    this.#scope = scope;
  }

  #name(): string {
    this.#serial += 1;
    return `${this.#scope}${this.#serial}`;
  }

  async mailFolder(): Promise<string> {
    const { id } = await this.graph.ok('POST', '/mailFolders', { displayName: this.#name() });
    return this.#removedAfter(`/mailFolders/${encodeURIComponent(id)}`);
  }

  calendar = (): Promise<string> => this.#make('/calendars', 'name');
  contactFolder = (): Promise<string> => this.#make('/contactFolders', 'displayName');
  taskList = (): Promise<string> => this.#make('/todo/lists', 'displayName');

  async #make(collection: string, name: string): Promise<string> {
    const { id } = await this.graph.ok('POST', collection, { [name]: this.#name() });
    return this.#removedAfter(`${collection}/${encodeURIComponent(id)}`);
  }

  async driveFolder(): Promise<string> {
    const name = this.#name();
    const { id } = await this.graph.ok('POST', '/drive/root/children', {
      name,
      folder: {},
      '@microsoft.graph.conflictBehavior': 'fail',
    });
    return this.#removedAfter(`/drive/items/${encodeURIComponent(id)}`);
  }

  #removedAfter(path: string): string {
    this.#made.push(async () => {
      // Not into a bin, where that can be asked for.
      const { status } = await this.graph.call('POST', `${path}/permanentDelete`);
      if (status >= 300) await this.graph.call('DELETE', path);
    });
    return path;
  }

  async clear(): Promise<void> {
    for (const remove of this.#made.splice(0).reverse()) await remove();
  }
}

export interface Behaviour {
  /** As the simulator's switch is called, where it has one. */
  readonly name: string;
  readonly question: string;
  /** What the simulator does unless its switch is set otherwise. */
  readonly assumed: string;
  observe(place: LivePlace): Promise<string>;
}

const item = (path: string, { id }: Json): string => `${path}/${encodeURIComponent(id)}`;
/** Of a refusal that the simulator doesn't know either: told as it is. */
const refusal = ({ status, code }: Answer): string => `refused: ${status} ${code}`;

const mime = (received: string): string =>
  Buffer.from(
    [
      `Received: from a.example by b.example; ${received}`,
      'Date: Fri, 02 Jan 2015 03:04:05 +0000',
      'From: someone@example.org',
      'To: nobody@example.org',
      'Subject: A test of Sterna',
      'Message-ID: <sterna-live-test@example.org>',
      '',
      'Text.',
      '',
    ].join('\r\n'),
  ).toString('base64');
const RECEIVED = 'Sat, 03 Jan 2015 04:05:06 +0000';
const AS_TEXT = { 'content-type': 'text/plain' };

const event = (subject: string): Json => ({
  subject,
  start: { dateTime: '2026-03-02T10:00:00', timeZone: 'UTC' },
  end: { dateTime: '2026-03-02T11:00:00', timeZone: 'UTC' },
  isReminderOn: false,
});
const weekly = {
  pattern: { type: 'weekly', interval: 1, daysOfWeek: ['monday'] },
  range: { type: 'numbered', startDate: '2026-03-02', numberOfOccurrences: 4, recurrenceTimeZone: 'UTC' },
};
const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=',
  'base64',
);

async function deltaOf({ graph }: LivePlace, path: string, size: number) {
  const pages: Json[] = [];
  let link = path;
  for (;;) {
    const page = await graph.ok('GET', link, undefined, { prefer: `odata.maxpagesize=${size}` });
    pages.push(page);
    if (page['@odata.deltaLink'] !== undefined) return { pages, next: page['@odata.deltaLink'] as string };
    link = page['@odata.nextLink'];
  }
}

export const BEHAVIOURS: readonly Behaviour[] = [
  {
    name: 'importMime',
    question: 'Is beta’s importMime there?',
    assumed: 'no',
    async observe(place) {
      const path = `${await place.mailFolder()}/importMime`;
      const answer = await place.graph.call('POST', path, mime(RECEIVED), { ...AS_TEXT, version: 'beta' });
      if (answer.status === 201) return 'yes';
      return answer.status === 400 || answer.status === 404 ? 'no' : refusal(answer);
    },
  },
  {
    name: 'importMimeReceivedFromHeaders',
    question: 'Where does importMime take the date of receipt from?',
    assumed: 'the newest Received header',
    async observe(place) {
      const path = `${await place.mailFolder()}/importMime`;
      const { status, json } = await place.graph.call('POST', path, mime(RECEIVED), { ...AS_TEXT, version: 'beta' });
      if (status !== 201) return 'there is no importMime';
      const at = Date.parse(json.receivedDateTime);
      if (at === Date.parse(RECEIVED)) return 'the newest Received header';
      return at === Date.parse('2015-01-02T03:04:05Z') ? 'the Date header' : 'the moment of the import';
    },
  },
  {
    name: 'importSessionStatus',
    question: 'Which status has createImportSession?',
    assumed: '200',
    async observe({ graph }) {
      const settings = await graph.call('GET', '/settings/exchange');
      if (settings.status >= 300) return refusal(settings);
      const mailbox = encodeURIComponent(settings.json.primaryMailboxId);
      const answer = await graph.call('POST', `/admin/exchange/mailboxes/${mailbox}/createImportSession`);
      return answer.status < 300 ? String(answer.status) : refusal(answer);
    },
  },
  {
    name: 'dateOnCreate',
    question: 'What becomes of receivedDateTime in a JSON create?',
    assumed: 'it is ignored',
    async observe(place) {
      const receivedDateTime = '2015-01-02T03:04:05Z';
      const answer = await place.graph.call('POST', `${await place.mailFolder()}/messages`, {
        subject: 'A date',
        receivedDateTime,
      });
      if (answer.status === 400) return 'it is refused';
      if (answer.status >= 300) return refusal(answer);
      return answer.json.receivedDateTime === receivedDateTime ? 'it is taken' : 'it is ignored';
    },
  },
  {
    name: 'mimeInFolders',
    question: 'May MIME be posted to a folder’s messages?',
    assumed: 'yes, it lands there',
    async observe(place) {
      const folder = await place.mailFolder();
      const answer = await place.graph.call('POST', `${folder}/messages`, mime(RECEIVED), AS_TEXT);
      if (answer.status >= 300) return 'no';
      if (decodeURIComponent(folder.split('/').at(-1) ?? '') === answer.json.parentFolderId)
        return 'yes, it lands there';
      await place.graph.call('DELETE', item('/messages', answer.json));
      return 'yes, it lands elsewhere';
    },
  },
  {
    name: 'movedReason',
    question: 'What does a folder’s delta say of a message that moved away?',
    assumed: 'changed',
    async observe(place) {
      const [from, to] = [await place.mailFolder(), await place.mailFolder()];
      const made = await place.graph.ok('POST', `${from}/messages`, { subject: 'Moves' });
      const { next } = await deltaOf(place, `${from}/messages/delta?$select=subject`, 50);
      const destinationId = decodeURIComponent(to.split('/').at(-1) ?? '');
      await place.graph.ok('POST', `${item('/messages', made)}/move`, { destinationId });
      const { pages } = await deltaOf(place, next, 50);
      const [removed] = pages.flatMap(({ value }) => value).filter((one) => one['@removed'] !== undefined);
      return removed?.['@removed'].reason ?? 'nothing';
    },
  },
  {
    name: 'emptyPages',
    question: 'Can a page of delta be empty and have a next one?',
    assumed: 'seen',
    async observe(place) {
      const folder = await place.mailFolder();
      for (let n = 0; n < 5; n += 1) await place.graph.ok('POST', `${folder}/messages`, { subject: `Page ${n}` });
      const { pages } = await deltaOf(place, `${folder}/messages/delta?$select=subject`, 2);
      return pages.some((page) => page.value.length === 0 && page['@odata.nextLink'] !== undefined)
        ? 'seen'
        : 'not seen';
    },
  },
  {
    name: 'rewritesBodies',
    question: 'Is the HTML of a JSON create told as it was given?',
    assumed: 'no, as a document with a head',
    async observe(place) {
      const body = { contentType: 'html', content: '<p>One <b>two</b></p>' };
      const made = await place.graph.ok('POST', `${await place.mailFolder()}/messages`, { subject: 'A body', body });
      const { content } = (await place.graph.ok('GET', item('/messages', made))).body;
      if (content === body.content) return 'yes';
      return /<head\b/i.test(content) ? 'no, as a document with a head' : 'no, otherwise';
    },
  },
  {
    name: 'flagsInPatch',
    question: 'Does a PATCH of PidTagMessageFlags make a draft a message that was sent?',
    assumed: 'no',
    async observe(place) {
      const made = await place.graph.ok('POST', `${await place.mailFolder()}/messages`, { subject: 'A draft' });
      const path = item('/messages', made);
      const answer = await place.graph.call('PATCH', path, {
        singleValueExtendedProperties: [{ id: 'Integer 0x0E07', value: '1' }],
      });
      if (answer.status >= 300) return refusal(answer);
      return (await place.graph.ok('GET', path)).isDraft === true ? 'no' : 'yes';
    },
  },
  {
    name: 'flagsInCreate',
    question: 'Does PidTagMessageFlags in a create make a message that was sent, with its date?',
    assumed: 'yes',
    async observe(place) {
      const made = await place.graph.ok('POST', `${await place.mailFolder()}/messages`, {
        subject: 'Not a draft',
        singleValueExtendedProperties: [
          { id: 'Integer 0x0E07', value: '1' },
          { id: 'SystemTime 0x0E06', value: '2015-01-02T03:04:05Z' },
        ],
      });
      const { isDraft, receivedDateTime } = await place.graph.ok('GET', item('/messages', made));
      const isDated = Date.parse(receivedDateTime) === Date.parse('2015-01-02T03:04:05Z');
      if (isDraft === false && isDated) return 'yes';
      return `${isDraft === false ? 'sent' : 'a draft'}, ${isDated ? 'with' : 'without'} the date`;
    },
  },
  {
    name: 'globalObjectIdKept',
    question: 'Does an event keep the GlobalObjectId of its create?',
    assumed: 'yes, iCalUId follows',
    async observe(place) {
      const uid = 'sterna-live-test';
      const data = Buffer.concat([Buffer.from('vCal-Uid\x01\0\0\0', 'latin1'), Buffer.from(`${uid}\0`)]);
      const size = Buffer.alloc(4);
      size.writeUInt32LE(data.length);
      const id = Buffer.concat([Buffer.from('040000008200E00074C5B7101A82E008', 'hex'), Buffer.alloc(20), size, data]);
      const answer = await place.graph.call('POST', `${await place.calendar()}/events`, {
        ...event('A UID'),
        singleValueExtendedProperties: [
          { id: 'Binary {6ED8DA90-450B-101B-98DA-00AA003F1305} Id 0x3', value: id.toString('base64') },
        ],
      });
      if (answer.status >= 300) return refusal(answer);
      const { iCalUId } = await place.graph.ok('GET', item('/events', answer.json));
      return iCalUId === uid || iCalUId.toUpperCase() === id.toString('hex').toUpperCase()
        ? 'yes, iCalUId follows'
        : 'no';
    },
  },
  {
    name: 'seriesForgetsExceptions',
    question: 'Does a series lose its exceptions when its rule is taken away?',
    assumed: 'yes',
    async observe(place) {
      const calendar = await place.calendar();
      const made = await place.graph.ok('POST', `${calendar}/events`, { ...event('A series'), recurrence: weekly });
      const path = item('/events', made);
      const instances = async (): Promise<Json[]> =>
        (
          await place.graph.ok(
            'GET',
            `${path}/instances?startDateTime=2026-03-01T00:00:00Z&endDateTime=2026-05-01T00:00:00Z`,
          )
        ).value;
      const [, second] = await instances();
      await place.graph.ok('PATCH', item('/events', second), { subject: 'An exception' });
      await place.graph.ok('PATCH', path, { recurrence: null });
      await place.graph.ok('PATCH', path, { recurrence: weekly });
      return (await instances()).some(({ subject }) => subject === 'An exception') ? 'no' : 'yes';
    },
  },
  {
    name: 'taskAttachmentsByApps',
    question: 'May an app attach files to tasks?',
    assumed: 'no',
    async observe(place) {
      const tasks = `${await place.taskList()}/tasks`;
      const made = await place.graph.ok('POST', tasks, { title: 'A file' });
      const answer = await place.graph.call('POST', `${item(tasks, made)}/attachments`, {
        '@odata.type': '#microsoft.graph.taskFileAttachment',
        name: 'a.txt',
        contentType: 'text/plain',
        contentBytes: 'QQ==',
      });
      if (answer.status < 300) return 'yes';
      return answer.status === 403 ? 'no' : refusal(answer);
    },
  },
  {
    name: 'taskExtensionsOnCreate',
    question: 'Is a task made together with the open extension that its create names?',
    assumed: 'yes',
    async observe(place) {
      const tasks = `${await place.taskList()}/tasks`;
      const answer = await place.graph.call('POST', tasks, {
        title: 'An extension',
        extensions: [
          { '@odata.type': 'microsoft.graph.openTypeExtension', extensionName: 'org.sterna.test', object: 'kept' },
        ],
      });
      if (answer.status >= 300) return refusal(answer);
      const { extensions = [] } = await place.graph.ok('GET', `${item(tasks, answer.json)}?$expand=extensions`);
      return extensions.some(({ object }: Json) => object === 'kept') ? 'yes' : 'no';
    },
  },
  {
    name: 'photoBytes',
    question: 'Does a contact’s picture come back in its bytes?',
    assumed: 'yes',
    async observe(place) {
      const made = await place.graph.ok('POST', `${await place.contactFolder()}/contacts`, {
        displayName: 'A picture',
      });
      const path = `${item('/contacts', made)}/photo/$value`;
      const put = await place.graph.call('PUT', path, PIXEL, { 'content-type': 'image/png' });
      if (put.status >= 300) return refusal(put);
      return (await place.graph.call('GET', path)).bytes.equals(PIXEL) ? 'yes' : 'no';
    },
  },
  {
    name: 'datesMakeVersion',
    question: 'Does setting a file’s dates make a version?',
    assumed: 'yes',
    async observe(place) {
      const folder = await place.driveFolder();
      const made = await place.graph.ok('PUT', `${folder}:/file.txt:/content`, Buffer.from('Text.'), AS_TEXT);
      const path = item('/drive/items', made);
      const versions = async (): Promise<number> => (await place.graph.ok('GET', `${path}/versions`)).value.length;
      const before = await versions();
      await place.graph.ok('PATCH', path, { fileSystemInfo: { lastModifiedDateTime: '2015-01-02T03:04:05Z' } });
      return (await versions()) > before ? 'yes' : 'no';
    },
  },
];
