import type { Random } from '@sterna/simulator-kit';
import { type Counts, countFor } from '@sterna/simulator-kit';
import type { Attendee, EventFields } from '../calendar/event.ts';
import { noResponse } from '../calendar/event.ts';
import {
  type DayOfWeek,
  daysOfWeek,
  type PatternedRecurrence,
  type RecurrencePattern,
} from '../calendar/recurrence.ts';
import { type CalendarMailbox, calendarMailbox, shareCalendar } from '../calendar/store.ts';
import type { ZonedTime } from '../calendar/zoned-time.ts';
import { makeAttachment } from '../outlook/attachments.ts';
import type { Tenant } from '../state/tenant.ts';
import type { Seeder } from './seeder.ts';

/** Plain single events of a mailbox, beside the ones that are there for what is special about them. */
const PLAIN: Counts = { small: [6, 6], medium: [60, 12], large: [400, 12] };

/** The day around which the calendars lie; fixed, so that a seed gives the same events on any day. */
const TODAY = Date.UTC(2026, 8, 1);
const DAY = 86_400_000;
const HOUR = 3_600_000;
const ZONES = ['W. Europe Standard Time', 'Eastern Standard Time', 'Tokyo Standard Time', 'India Standard Time', 'UTC'];
const SUBJECTS = ['Budget', 'Zürich: visit', '打ち合わせ', 'Interview', 'Dentist', 'Review 🎉', 'Déjeuner', ''];

/** Series with moved and cancelled instances, meetings of one's own and of others, all-day events, zones, attachments. */
export const seedCalendar: Seeder = (cloud, tenant, random, size) => {
  for (const [nth, user] of [...tenant.users.values()].entries()) {
    const mailbox = calendarMailbox(cloud, tenant, user);
    if (user.purpose === 'room') continue;
    seedSpecial(mailbox, tenant, random);
    for (let at = 0; at < countFor(PLAIN, size, nth); at++) seedPlain(mailbox, random);
  }
  const [from, to] = [...tenant.users.values()]
    .filter(({ purpose }) => purpose === 'user')
    .map((user) => calendarMailbox(cloud, tenant, user));
  if (from !== undefined && to !== undefined) shareCalendar(from, from.defaultCalendar, to, 'read');
};

const at = (wall: number, zone = 'W. Europe Standard Time'): ZonedTime => ({ wall, zone });
const span = (wall: number, length: number, zone?: string) => ({ start: at(wall, zone), end: at(wall + length, zone) });

function pattern(of: Partial<RecurrencePattern> & Pick<RecurrencePattern, 'type'>): RecurrencePattern {
  return { interval: 1, month: 0, dayOfMonth: 0, daysOfWeek: [], firstDayOfWeek: 'monday', index: 'first', ...of };
}

function series(wall: number, of: RecurrencePattern, more: object = {}): PatternedRecurrence {
  const range = { type: 'noEnd', startDate: dateText(wall), recurrenceTimeZone: 'W. Europe Standard Time', ...more };
  return { pattern: of, range: range as PatternedRecurrence['range'] };
}

const dateText = (wall: number) => new Date(wall).toISOString().slice(0, 10);
const dayName = (wall: number) => daysOfWeek[new Date(wall).getUTCDay()] as DayOfWeek;

function attendees(tenant: Tenant, random: Random, count: number, except: string): Attendee[] {
  const others = [...tenant.users.values()].filter(({ mail, purpose }) => mail !== except && purpose === 'user');
  const first = random.integer(0, others.length - 1);
  const inside = Array.from({ length: Math.min(count, others.length) }, (_, step): Attendee => {
    const user = others[(first + step) % others.length] as (typeof others)[number];
    return {
      type: random.pick(['required', 'optional']),
      emailAddress: { name: user.displayName, address: user.mail },
      status: { response: random.pick(['accepted', 'tentativelyAccepted', 'none']), time: '2026-08-20T09:00:00Z' },
    };
  });
  const guest = { name: 'Guest, External', address: 'guest@partner.example' };
  return [...inside, { type: 'optional', emailAddress: guest, status: noResponse }];
}

function seedPlain(mailbox: CalendarMailbox, random: Random): void {
  const wall = TODAY + random.integer(-700, 300) * DAY + random.integer(7 * 2, 18 * 2) * (HOUR / 2);
  mailbox.addEvent(
    mailbox.defaultCalendar,
    {
      ...span(wall, random.integer(1, 6) * (HOUR / 2), random.pick(ZONES)),
      subject: random.pick(SUBJECTS),
      body: { contentType: 'html', content: random.pick(['', '<p>Agenda</p><ul><li>one</li><li>two</li></ul>']) },
      showAs: random.pick(['busy', 'free', 'tentative', 'oof', 'workingElsewhere']),
      sensitivity: random.pick(['normal', 'normal', 'private', 'personal', 'confidential']),
      importance: random.pick(['low', 'normal', 'normal', 'high']),
      categories: random.pick([[], [], ['Blue category'], ['Red category', 'Projekt Ä']]),
      isReminderOn: random.pick([true, false]),
      reminderMinutesBeforeStart: random.pick([0, 5, 15, 1440]),
      locations: random.pick([[], [place('Room 1')], [place('Room 1'), place('Café “Zur Post”')]]),
    },
    { createdAt: Math.min(wall, TODAY) - 30 * DAY },
  );
}

const place = (displayName: string) => ({
  displayName,
  locationType: 'default',
  uniqueId: displayName,
  uniqueIdType: 'private',
});

function seedSpecial(mailbox: CalendarMailbox, tenant: Tenant, random: Random): void {
  const { defaultCalendar: main, cloud, user } = mailbox;
  const createdAt = TODAY - 400 * DAY;
  const own = mailbox.addCalendar('Personal', { color: 'lightTeal' });
  mailbox.addCalendar('Birthdays', { canEdit: false, isRemovable: false });
  const add = (fields: Pick<EventFields, 'start' | 'end'> & Partial<EventFields>, more: object = {}, calendar = main) =>
    mailbox.addEvent(calendar, fields, { createdAt, ...more });

  // A weekly meeting through changes of the clocks: one moved, one renamed with a file, one taken out.
  const monday = TODAY - 28 * DAY - ((new Date(TODAY).getUTCDay() + 6) % 7) * DAY + 9 * HOUR + HOUR / 2;
  const team = add(
    {
      ...span(monday, HOUR),
      subject: 'Team meeting',
      body: { contentType: 'html', content: '<b>Every week</b>' },
      attendees: attendees(tenant, random, 3, user.mail),
      locations: [place('Room 1')],
    },
    { recurrence: series(monday, pattern({ type: 'weekly', daysOfWeek: ['monday'] })) },
  );
  const week = 7 * DAY;
  mailbox.changeInstance(team, dateText(monday + week), span(monday + week + DAY, 2 * HOUR));
  mailbox.changeInstance(team, dateText(monday + 2 * week), {
    subject: 'Team meeting: the plan',
    attachments: [file(cloud, 'plan.txt', 'text/plain', Buffer.from('The plan\n'))],
  });
  mailbox.cancelInstance(team, dateText(monday + 3 * week));

  const daily = TODAY - 10 * DAY + 8 * HOUR;
  add(
    { ...span(daily, HOUR / 4), subject: 'Stand-up', showAs: 'tentative' },
    { recurrence: series(daily, pattern({ type: 'daily' }), { type: 'numbered', numberOfOccurrences: 30 }) },
  );
  const lastWeekday = Date.UTC(2026, 0, 30, 16);
  add(
    { ...span(lastWeekday, HOUR), subject: 'Month’s end' },
    {
      recurrence: series(
        lastWeekday,
        pattern({ type: 'relativeMonthly', daysOfWeek: daysOfWeek.slice(1, 6), index: 'last' }),
        { type: 'endDate', endDate: '2027-12-31' },
      ),
    },
  );
  const leapDay = Date.UTC(2024, 1, 29);
  add(
    { ...span(leapDay, DAY, 'UTC'), isAllDay: true, showAs: 'free', subject: 'Anniversary', isReminderOn: false },
    {
      recurrence: series(leapDay, pattern({ type: 'absoluteYearly', month: 2, dayOfMonth: 29 }), {
        recurrenceTimeZone: 'UTC',
      }),
    },
    own,
  );
  const newYork = TODAY - 60 * DAY + 10 * HOUR;
  add(
    {
      ...span(newYork, HOUR, 'Eastern Standard Time'),
      subject: 'Call with New York',
      isOnlineMeeting: true,
      onlineMeetingProvider: 'teamsForBusiness',
      joinUrl: `https://teams.example/join/${cloud.ids.token(20)}`,
    },
    {
      recurrence: series(newYork, pattern({ type: 'weekly', interval: 2, daysOfWeek: [dayName(newYork)] }), {
        recurrenceTimeZone: 'Eastern Standard Time',
      }),
    },
  );
  add({ ...span(TODAY + 20 * DAY, 5 * DAY, 'UTC'), isAllDay: true, showAs: 'oof', subject: 'Holidays' });
  add({
    start: at(TODAY + 3 * DAY + 22 * HOUR, 'Eastern Standard Time'),
    end: at(TODAY + 5 * DAY + 6 * HOUR, 'Tokyo Standard Time'),
    subject: 'Flight',
    attachments: [file(cloud, 'boarding pass.pdf', 'application/pdf', Buffer.from('%PDF-1.4\n%%EOF\n'))],
  });
  // Beyond any window that a delta is likely to have.
  add({ ...span(Date.UTC(2009, 4, 4, 12), HOUR), subject: 'First day' }, { createdAt: Date.UTC(2009, 3, 30) });
  add({ ...span(Date.UTC(2041, 0, 7, 12), HOUR), subject: 'Time capsule', sensitivity: 'private' }, {}, own);
  const organizer = [...tenant.users.values()].find(({ mail }) => mail !== user.mail) ?? user;
  add(
    {
      ...span(TODAY + 2 * DAY + 14 * HOUR, HOUR),
      subject: 'Somebody else’s meeting',
      attendees: attendees(tenant, random, 2, organizer.mail),
      responseStatus: { response: 'accepted', time: '2026-08-25T10:00:00Z' },
    },
    { isOrganizer: false, organizer: { name: organizer.displayName, address: organizer.mail } },
  );
}

function file(cloud: CalendarMailbox['cloud'], name: string, contentType: string, content: Buffer) {
  return makeAttachment(cloud, { name, contentType, isInline: false, contentId: null, content: [content] });
}
