import { type Counts, countFor } from '@sterna/simulator-kit';
import { todoMailbox } from '../todo/store.ts';
import type { Seeder } from './seeder.ts';

const COUNT: Counts = { small: [5, 5], medium: [40, 8], large: [300, 8] };
const TODAY = Date.UTC(2026, 8, 1);
const DAY = 86_400_000;

/** Tasks with steps, links and files, done, recurring, and with nothing but a title. */
export const seedTodo: Seeder = (cloud, tenant, random, size) => {
  for (const [nth, user] of [...tenant.users.values()].entries()) {
    if (user.purpose !== 'user') continue;
    const mailbox = todoMailbox(cloud, tenant, user);
    const tasks = [...mailbox.lists.values()][0] as ReturnType<typeof mailbox.addList>;
    const shopping = mailbox.addList('Shopping 🛒');
    const createdAt = TODAY - 30 * DAY;
    const day = (offset: number) => ({ wall: TODAY + offset * DAY, zone: 'W. Europe Standard Time' });
    mailbox.addTask(
      tasks,
      {
        title: 'Prepare the move',
        body: { contentType: 'text', content: 'Ask everyone\r\nBook the van' },
        importance: 'high',
        status: 'inProgress',
        categories: ['Blue category'],
        startDateTime: day(-3),
        dueDateTime: day(4),
        reminderDateTime: { wall: TODAY + 3 * DAY + 9 * 3_600_000, zone: 'W. Europe Standard Time' },
        isReminderOn: true,
      },
      {
        createdAt,
        checklistItems: ['Boxes', 'Van', 'Keys'].map((displayName, at) => ({
          id: cloud.ids.guid(),
          displayName,
          isChecked: at === 0,
          createdAt,
          checkedAt: at === 0 ? createdAt + DAY : undefined,
        })),
        linkedResources: [
          {
            id: cloud.ids.guid(),
            webUrl: 'https://mover.example/1',
            applicationName: 'Mover',
            displayName: 'Offer',
            externalId: '1',
          },
        ],
        attachments: [
          {
            id: cloud.ids.mutable(),
            name: 'list.txt',
            contentType: 'text/plain',
            modifiedAt: createdAt,
            content: [Buffer.from('list\n')],
          },
        ],
      },
    );
    mailbox.addTask(
      tasks,
      {
        title: 'Water the plants',
        dueDateTime: day(2),
        recurrence: {
          pattern: {
            type: 'weekly',
            interval: 1,
            month: 0,
            dayOfMonth: 0,
            daysOfWeek: ['thursday'],
            firstDayOfWeek: 'monday',
            index: 'first',
          },
          range: { type: 'noEnd', startDate: '2026-09-03', recurrenceTimeZone: 'W. Europe Standard Time' },
        },
      },
      { createdAt },
    );
    mailbox.addTask(tasks, { title: 'Done', status: 'completed', completedDateTime: day(-10) }, { createdAt });
    for (let at = 0; at < countFor(COUNT, size, nth); at++) {
      mailbox.addTask(
        random.pick([tasks, shopping]),
        {
          title: random.pick(['Milk', 'Brot', '牛乳', 'Call back', 'Éclairs']),
          importance: random.pick(['low', 'normal']),
        },
        { createdAt: createdAt + at * 60_000 },
      );
    }
  }
};
