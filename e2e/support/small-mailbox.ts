import { contactMailbox, DirectMail, type Microsoft365, todoMailbox } from '@sterna/simulator-microsoft365';
import { expect } from 'vitest';
import { calendarsOf, eventsOf } from './microsoft365-tenants.ts';

export const SMALL_MAILBOX = 12;

const DAY = 86_400_000;
const AT = Date.UTC(2024, 4, 6, 8);

function ownerOf(server: Microsoft365, address: string) {
  const [name = '', domain = ''] = address.split('@');
  const tenant = server.tenant(domain);
  return { tenant, user: tenant.named(name) };
}

const mime = (word: string, more: readonly string[] = [], body = `The text of ${word}.`): Buffer =>
  Buffer.from(
    [
      `Received: from a.example by b.example; ${new Date(AT).toUTCString()}`,
      'From: Ann <ann@example.org>',
      'To: bob@example.org',
      `Subject: ${word}`,
      `Message-ID: <${word}@example.org>`,
      `Date: ${new Date(AT).toUTCString()}`,
      ...more,
      '',
      body,
      '',
    ].join('\r\n'),
  );

/** Little of everything: objects in it are `SMALL_MAILBOX`. */
export async function fillMailbox(server: Microsoft365, address: string): Promise<void> {
  for (const { users } of server.tenants) for (const user of users.values()) user.preferredLanguage = 'en-US';
  const mail = new DirectMail(server, address);
  for (const word of ['one', 'two', 'three', 'four', 'five'])
    await mail.put(['INBOX'], mime(word), AT, { isRead: word === 'two', isFlagged: word === 'three' });
  await mail.put(['Work'], mime('html', ['Content-Type: text/html'], '<p>Some <b>bold</b> text</p>'), AT, {
    categories: ['Blue'],
  });
  await mail.put(['Work'], mime('draft'), AT, { isDraft: true });

  const calendars = calendarsOf(server, address);
  const wall = AT - (AT % DAY);
  const times = (day: number) => ({
    start: { wall: wall + day * DAY + 9 * 3_600_000, zone: 'UTC' },
    end: { wall: wall + day * DAY + 10 * 3_600_000, zone: 'UTC' },
  });
  calendars.addEvent(calendars.defaultCalendar, { ...times(1), subject: 'Alone' });
  calendars.addEvent(calendars.defaultCalendar, {
    ...times(2),
    subject: 'Meeting',
    attendees: [
      {
        type: 'required',
        emailAddress: { name: 'Ann', address: 'ann@example.org' },
        status: { response: 'accepted', time: new Date(AT).toISOString() },
      },
    ],
  });

  const { tenant, user } = ownerOf(server, address);
  const contacts = contactMailbox(server.cloud, tenant, user);
  contacts.addContact(contacts.defaultFolder, { displayName: 'Ann', givenName: 'Ann' });
  const todo = todoMailbox(server.cloud, tenant, user);
  const [list] = todo.lists.values();
  if (list === undefined) throw new Error('no list');
  const [content] = [Buffer.from('the file')];
  todo.addTask(
    list,
    { title: 'With a file', categories: ['Blue'], status: 'inProgress' },
    { attachments: [{ id: 'file', name: 'a.txt', contentType: 'text/plain', modifiedAt: AT, content: [content] }] },
  );
  todo.addTask(list, { title: 'Later', importance: 'high' });
}

const mailOf = async (server: Microsoft365, address: string): Promise<string[]> =>
  (await new DirectMail(server, address).messages())
    .map(({ folder, mime: raw, receivedAt, isRead, isDraft, isFlagged, categories }) => {
      const [, subject] = /^Subject: (.*?)\r?$/im.exec(raw.toString('latin1')) ?? [];
      return [folder.join('/'), subject, receivedAt, isRead, isDraft, isFlagged, categories.join()].join(' | ');
    })
    .sort();

/** People's answers and who they are stand in the text of what didn't go whole. */
const meetingsOf = (server: Microsoft365, address: string, isWhole: boolean): unknown[] =>
  isWhole
    ? eventsOf(server, address)
    : [...calendarsOf(server, address).events.values()]
        .map(({ fields: { subject, start, end } }) => ({ subject, start: start.wall, end: end.wall }))
        .sort((a, b) => (a.subject < b.subject ? -1 : 1));

function itemsOf(server: Microsoft365, address: string): unknown {
  const { tenant, user } = ownerOf(server, address);
  return {
    contacts: [...contactMailbox(server.cloud, tenant, user).contacts.values()].map(({ fields }) => fields.displayName),
    tasks: [...todoMailbox(server.cloud, tenant, user).tasks.values()]
      .map(({ fields: { title, status, importance, categories } }) => ({ title, status, importance, categories }))
      .sort((a, b) => (a.title < b.title ? -1 : 1)),
  };
}

/**
 * Nothing lost, nothing doubled, nobody mailed.
 *
 * @param isWhole meetings went with their people, which otherwise stand in the text
 */
export async function expectSameMailbox(
  server: Microsoft365,
  from: string,
  to: string,
  isWhole: boolean,
): Promise<void> {
  expect(await mailOf(server, to)).toEqual(await mailOf(server, from));
  expect(meetingsOf(server, to, isWhole)).toEqual(meetingsOf(server, from, isWhole));
  expect(itemsOf(server, to)).toEqual(itemsOf(server, from));
  expect(server.invitations).toEqual([]);
}

/** A message moves, one is marked, one comes; every event and task changes. */
export async function changeMailbox(server: Microsoft365, address: string): Promise<void> {
  const mail = new DirectMail(server, address);
  const [moved, marked] = await mail.messages();
  mail.move(moved?.id ?? '', ['Work']);
  mail.setState(marked?.id ?? '', { isRead: true, categories: ['Red'] });
  await mail.put(['INBOX'], mime('new'), AT);
  const calendars = calendarsOf(server, address);
  for (const event of calendars.events.values())
    calendars.changeEvent(event, () => {
      event.fields = { ...event.fields, categories: ['Red'], subject: `${event.fields.subject}, again` };
    });
  const { tenant, user } = ownerOf(server, address);
  const todo = todoMailbox(server.cloud, tenant, user);
  for (const task of todo.tasks.values())
    todo.changeTask(task, { fields: { ...task.fields, title: `${task.fields.title}, again` } });
}
