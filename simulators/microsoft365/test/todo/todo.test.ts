import { describe, expect, it } from 'vitest';
import { todoMailbox } from '../../src/index.ts';
import { all, round, withServer } from '../mailbox.ts';

const setting = withServer({ assumptions: { taskAttachmentsByApps: true } });
const byTheReference = withServer();
const people = ['alice', 'bjorn', 'chloe', 'daiki', 'elena', 'farid', 'grace', 'huseyin', 'ines', 'jamal'];
const nextUser = () => `/users/${people.shift()}@contoso.example/todo/lists`;

async function create(path: string, body: object) {
  const { status, json } = await setting.call('POST', path, body);
  expect(json?.error).toBeUndefined();
  expect(status).toBe(201);
  return json;
}

/** The default list's tasks of a mailbox of its own. */
async function tasks(): Promise<string> {
  const lists = nextUser();
  const found = (await all(setting.call, lists)).find(({ wellknownListName }) => wellknownListName === 'defaultList');
  return `${lists}/${found.id}/tasks`;
}

describe('lists', () => {
  it('are made, renamed and removed; the built-in ones are not', async () => {
    const lists = nextUser();
    const builtIn = await all(setting.call, lists);
    expect(builtIn.map(({ wellknownListName }) => wellknownListName)).toEqual(['defaultList', 'flaggedEmails']);
    const { link } = await round(setting.call, `${lists}/delta`);
    const made = await create(lists, { displayName: 'Shopping' });
    expect(made).toMatchObject({ isOwner: true, isShared: false, wellknownListName: 'none' });
    expect((await setting.call('PATCH', `${lists}/${made.id}`, { displayName: 'Shop' })).json.displayName).toBe('Shop');
    const changed = await round(setting.call, link);
    expect(changed.entries).toMatchObject([{ id: made.id, displayName: 'Shop' }]);
    expect((await setting.call('DELETE', `${lists}/${made.id}`)).status).toBe(204);
    expect((await round(setting.call, changed.link)).entries).toMatchObject([
      { id: made.id, '@removed': { reason: 'deleted' } },
    ]);
    expect((await setting.call('DELETE', `${lists}/${builtIn[0].id}`)).status).toBe(400);
    expect((await setting.call('POST', `${lists}/${builtIn[1].id}/tasks`, { title: 'x' })).status).toBe(400);
  });
});

describe('tasks', () => {
  it('keep days as days, and the reminder with its time', async () => {
    const path = await tasks();
    const made = await create(path, {
      title: 'T',
      body: { contentType: 'text', content: 'note' },
      importance: 'high',
      categories: ['Red category'],
      dueDateTime: { dateTime: '2026-09-10T17:30:00', timeZone: 'W. Europe Standard Time' },
      reminderDateTime: { dateTime: '2026-09-10T08:00:00', timeZone: 'W. Europe Standard Time' },
      isReminderOn: true,
    });
    expect(made).toMatchObject({
      status: 'notStarted',
      dueDateTime: { dateTime: '2026-09-09T22:00:00.0000000', timeZone: 'UTC' },
      reminderDateTime: { dateTime: '2026-09-10T06:00:00.0000000', timeZone: 'UTC' },
      body: { contentType: 'text', content: 'note' },
      hasAttachments: false,
    });
    const zoned = await setting.call('GET', `${path}/${made.id}`, undefined, {
      prefer: 'outlook.timezone="W. Europe Standard Time"',
    });
    expect(zoned.json.dueDateTime.dateTime).toBe('2026-09-10T00:00:00.0000000');
    expect((await setting.call('PATCH', `${path}/${made.id}`, { dueDateTime: null })).json.dueDateTime).toBeUndefined();
  });

  it('are completed on a day, which can be said, and lose it when they are opened again', async () => {
    const path = await tasks();
    const day = { dateTime: '2020-02-03T00:00:00', timeZone: 'UTC' };
    const { id, completedDateTime } = await create(path, { title: 'Old', status: 'completed', completedDateTime: day });
    expect(completedDateTime.dateTime).toBe('2020-02-03T00:00:00.0000000');
    const open = await setting.call('PATCH', `${path}/${id}`, { status: 'inProgress' });
    expect(open.json.completedDateTime).toBeUndefined();
    const done = await setting.call('PATCH', `${path}/${id}`, { status: 'completed' });
    expect(done.json.completedDateTime.dateTime).toBe('2026-09-01T00:00:00.0000000');
  });

  it('recur from their due date', async () => {
    const path = await tasks();
    const recurrence = {
      pattern: { type: 'weekly', interval: 2, daysOfWeek: ['thursday'], firstDayOfWeek: 'monday' },
      range: { type: 'noEnd', startDate: '2026-09-10' },
    };
    expect((await setting.call('POST', path, { title: 'R', recurrence })).status).toBe(400);
    const made = await create(path, {
      title: 'R',
      recurrence,
      dueDateTime: { dateTime: '2026-09-10T00:00:00', timeZone: 'UTC' },
    });
    expect(made.recurrence).toMatchObject({
      pattern: { interval: 2 },
      range: { type: 'noEnd', recurrenceTimeZone: 'UTC' },
    });
    for (const wrong of [
      { title: '' },
      { title: 'x'.repeat(256) },
      { title: 'x', status: 'maybe' },
      { subject: 'x' },
    ]) {
      expect((await setting.call('POST', path, wrong)).status).toBe(400);
    }
  });

  it('have steps and links, which make them found by where they came from', async () => {
    const path = await tasks();
    const made = await create(path, {
      title: 'L',
      linkedResources: [
        { applicationName: 'Sterna', externalId: 'id-1', webUrl: 'https://example.com/1', displayName: 'source' },
      ],
    });
    await create(path, { title: 'M' });
    const filter = encodeURIComponent("linkedResources/any(l: l/externalId eq 'id-1')");
    expect((await setting.call('GET', `${path}?$filter=${filter}`)).json.value).toMatchObject([{ id: made.id }]);
    const step = await create(`${path}/${made.id}/checklistItems`, { displayName: 'Step', isChecked: true });
    expect(step.checkedDateTime).toBe('2026-09-01T08:00:00Z');
    const open = await setting.call('PATCH', `${path}/${made.id}/checklistItems/${step.id}`, { isChecked: false });
    expect(open.json).toMatchObject({ isChecked: false, displayName: 'Step' });
    expect(open.json.checkedDateTime).toBeUndefined();
    const { json } = await setting.call('GET', `${path}/${made.id}?$expand=checklistItems,linkedResources`);
    expect(json.checklistItems).toHaveLength(1);
    expect(json.linkedResources).toMatchObject([{ externalId: 'id-1' }]);
    const link = json.linkedResources[0].id;
    await setting.call('PATCH', `${path}/${made.id}/linkedResources/${link}`, { externalId: 'id-2' });
    expect((await setting.call('GET', `${path}?$filter=${filter}`)).json.value).toEqual([]);
    expect((await setting.call('DELETE', `${path}/${made.id}/linkedResources/${link}`)).status).toBe(204);
  });

  it('carry an app’s own JSON as an open extension', async () => {
    const path = await tasks();
    const extension = {
      '@odata.type': 'microsoft.graph.openTypeExtension',
      extensionName: 'example.app',
      key: 'v',
      list: [1, 2],
    };
    const made = await create(path, { title: 'E', extensions: [extension] });
    expect(made.extensions).toBeUndefined();
    const shown = (await setting.call('GET', `${path}/${made.id}?$expand=extensions`)).json.extensions;
    expect(shown).toMatchObject([{ extensionName: 'example.app', key: 'v', list: [1, 2] }]);
    const own = `${path}/${made.id}/extensions`;
    expect((await setting.call('POST', own, extension)).status).toBe(409);
    expect((await setting.call('PATCH', `${own}/example.app`, { key: 'w', list: null })).json).toMatchObject({
      key: 'w',
    });
    const { json } = await setting.call('GET', `${own}/${shown[0].id}`);
    expect([json.key, json.list]).toEqual(['w', undefined]);
    expect((await setting.call('DELETE', `${own}/example.app`)).status).toBe(204);
    expect((await setting.call('GET', own)).json.value).toEqual([]);
  });

  it('have another id in another list', async () => {
    const path = await tasks();
    const made = await create(path, { title: 'Moves' });
    const lists = path.slice(0, path.lastIndexOf('/lists/') + '/lists'.length);
    const { id } = await create(lists, { displayName: 'Elsewhere' });
    const tenant = setting.server.tenant('contoso.example');
    const mailbox = todoMailbox(
      setting.server.cloud,
      tenant,
      tenant.named(path.slice('/users/'.length, path.indexOf('@'))),
    );
    const task = mailbox.tasks.get(made.id);
    const list = mailbox.lists.get(id);
    if (task === undefined || list === undefined) throw new Error('not there');
    mailbox.moveTask(task, list);
    expect((await setting.call('GET', `${path}/${made.id}`)).status).toBe(404);
    const [moved] = await all(setting.call, `${lists}/${id}/tasks`);
    expect([moved.title, moved.id === made.id]).toEqual(['Moves', false]);
  });

  it('tell what changed since', async () => {
    const path = await tasks();
    const first = await create(path, { title: '1' });
    const { link, entries } = await round(setting.call, `${path}/delta`);
    expect(entries).toMatchObject([{ id: first.id, title: '1' }]);
    const second = await create(path, { title: '2' });
    await setting.call('DELETE', `${path}/${first.id}`);
    expect((await round(setting.call, link)).entries).toMatchObject([
      { id: second.id },
      { id: first.id, '@removed': {} },
    ]);
    const etag = { 'if-match': second['@odata.etag'] };
    await setting.call('PATCH', `${path}/${second.id}`, { title: 'two' });
    expect((await setting.call('PATCH', `${path}/${second.id}`, { title: 'no' }, etag)).status).toBe(412);
  });

  it('take files, large ones in parts with the token, up to 25 MB', async () => {
    const path = `${await tasks()}`;
    const { id } = await create(path, { title: 'F' });
    const files = `${path}/${id}/attachments`;
    await create(files, {
      '@odata.type': '#microsoft.graph.taskFileAttachment',
      name: 'a.txt',
      contentType: 'text/plain',
      contentBytes: 'QQ==',
    });
    const info = (size: number) => ({ attachmentInfo: { attachmentType: 'file', name: 'b.bin', size } });
    expect((await setting.call('POST', `${files}/createUploadSession`, info(26 * 1024 * 1024))).status).toBe(400);
    const content = Buffer.alloc(5_000_000, 'y');
    const { uploadUrl } = await create(`${files}/createUploadSession`, info(content.length));
    const range = (from: number, to: number) => ({ 'content-range': `bytes ${from}-${to - 1}/${content.length}` });
    const stranger = await fetch(`${uploadUrl}/content`, {
      method: 'PUT',
      body: content.subarray(0, 10),
      headers: range(0, 10),
    });
    expect(stranger.status).toBe(401);
    const part = await setting.call('PUT', `${uploadUrl}/content`, content.subarray(0, 4_000_000), range(0, 4_000_000));
    expect(part.json.nextExpectedRanges).toEqual(['4000000']);
    const last = await setting.call(
      'PUT',
      `${uploadUrl}/content`,
      content.subarray(4_000_000),
      range(4_000_000, 5_000_000),
    );
    expect(last.status).toBe(201);
    const got = await setting.call('GET', `${last.headers.get('location')}/$value`);
    expect(got.bytes.equals(content)).toBe(true);
    const listed = (await setting.call('GET', files)).json.value;
    expect(listed.map(({ name, size, contentBytes }: Record<string, unknown>) => [name, size, contentBytes])).toEqual([
      ['a.txt', 1, undefined],
      ['b.bin', 5_000_000, undefined],
    ]);
    expect((await setting.call('GET', `${path}/${id}`)).json.hasAttachments).toBe(true);
  });

  it('take no files from apps, as the reference has it', async () => {
    const lists = '/users/jamal@contoso.example/todo/lists';
    const [list] = await all(byTheReference.call, lists);
    const made = await byTheReference.call('POST', `${lists}/${list.id}/tasks`, { title: 'F' });
    const files = `${lists}/${list.id}/tasks/${made.json.id}/attachments`;
    const file = { '@odata.type': '#microsoft.graph.taskFileAttachment', name: 'a.txt', contentBytes: 'QQ==' };
    expect((await byTheReference.call('POST', files, file)).status).toBe(403);
    const attachmentInfo = { attachmentType: 'file', name: 'a.txt', size: 4_000_000 };
    expect((await byTheReference.call('POST', `${files}/createUploadSession`, { attachmentInfo })).status).toBe(403);
    expect((await byTheReference.call('GET', files)).json.value).toEqual([]);
  });
});
