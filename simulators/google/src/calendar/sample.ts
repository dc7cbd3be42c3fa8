import type { Random } from '@sterna/simulator-kit';
import type { Calendar } from './calendar.ts';
import type { Json } from './event-input.ts';
import { readEvent } from './event-input.ts';
import { bodyJson } from './event-json.ts';
import { addEvent, changeEvent, find, importEvent, removeEvent } from './events.ts';
import { instancesOf } from './instances.ts';
import { merge } from './patch.ts';
import { isDate, wallOfTime } from './times.ts';
import type { CalendarWorld } from './world.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Around when the sample organizations live, whatever the clock says. */
const TODAY = Date.UTC(2026, 8, 1);

const SUBJECTS = [
  'Review',
  'Lunch',
  'Angebot besprechen',
  'Réunion d’équipe',
  '会議',
  'Отчёт',
  '🎉 Release',
  'Call',
  '',
];
const ZONES = ['Europe/Berlin', 'America/New_York', 'Asia/Tokyo', 'UTC', 'Asia/Kathmandu', 'Australia/Lord_Howe'];

/** `2026-09-01T09:30:00`, a wall clock. */
const wallText = (wall: number) => new Date(wall).toISOString().slice(0, 19);
const day = (at: number) => new Date(at).toISOString().slice(0, 10);
const span = (wall: number, length: number, timeZone = 'Europe/Berlin'): Json => ({
  start: { dateTime: wallText(wall), timeZone },
  end: { dateTime: wallText(wall + length), timeZone },
});
const days = (first: number, count: number): Json => ({
  start: { date: day(first) },
  end: { date: day(first + count * DAY) },
});

/** Somebody whose calendar is filled. */
export interface Owner {
  readonly email: string;
  readonly displayName: string;
}

/** What a sample calendar is written with: bodies as the API takes them, nobody mailed. */
class Filler {
  readonly world: CalendarWorld;
  readonly calendar: Calendar;
  readonly owner: Owner;

  constructor(world: CalendarWorld, calendar: Calendar, owner: Owner) {
    this.world = world;
    this.calendar = calendar;
    this.owner = owner;
  }

  read(body: Json, importing = false, before?: Parameters<typeof readEvent>[1]['before'], isException = false) {
    return readEvent(body, {
      calendarZone: this.calendar.timeZone,
      attachments: true,
      conference: true,
      importing,
      primary: this.calendar.primary,
      before,
      isException,
      createConference: (request) => request,
    });
  }

  add(body: Json): string {
    const { calendar, world } = this;
    const organizer = calendar.primary
      ? { email: calendar.id, displayName: this.owner.displayName }
      : { email: calendar.id, displayName: calendar.summary };
    const content = this.read(body);
    return addEvent(
      world,
      calendar,
      { organizer, creator: { email: this.owner.email }, content, sequence: 0, privateCopy: false },
      'none',
    ).id;
  }

  import(body: Json & { iCalUID: string; organizer: Owner }): void {
    const content = this.read(body, true);
    importEvent(
      this.world,
      this.calendar,
      { iCalUID: body.iCalUID, organizer: body.organizer, creator: { email: this.owner.email }, content, sequence: 0 },
      undefined,
    );
  }

  /** The id of a series' n-th instance, from 0. */
  instance(seriesId: string, n: number): string {
    const series = this.calendar.events.get(seriesId);
    let at = 0;
    if (series !== undefined) {
      for (const instance of instancesOf(this.calendar, series)) if (at++ === n) return instance.id;
    }
    throw new Error(`no instance ${n}`);
  }

  patch(id: string, patch: Json): void {
    const found = find(this.calendar, id);
    const before = found.instance?.content ?? found.event?.content;
    if (before === undefined) throw new Error(`no event ${id}`);
    const body = merge(bodyJson(before, this.calendar.timeZone), patch);
    const content = this.read(body, false, before, found.instance !== undefined);
    changeEvent(this.world, this.calendar, found, content, { sequence: undefined, send: 'none' });
  }

  /** Moves an instance on its own clock. */
  shift(id: string, by: number, length: number): void {
    const { instance } = find(this.calendar, id);
    if (instance === undefined || isDate(instance.original)) throw new Error(`no timed instance ${id}`);
    const wall = wallOfTime(instance.original, this.calendar.timeZone) + by;
    this.patch(id, span(wall, length, instance.original.zone));
  }

  cancel(id: string): void {
    removeEvent(this.world, this.calendar, find(this.calendar, id), 'none');
  }
}

/** A person's calendars: what is awkward about time first, then `count` ordinary events. */
export function fillCalendars(
  world: CalendarWorld,
  owner: Owner,
  colleagues: readonly Owner[],
  random: Random,
  count: number,
): void {
  const primary = world.primary(owner.email);
  if (primary === undefined) throw new Error(`${owner.email} has no calendar`);
  const main = new Filler(world, primary, owner);
  const own = world.addCalendar(owner.email, {
    summary: 'Privat / Ausflüge',
    timeZone: 'Europe/Berlin',
    description: 'Wandern',
  });
  const guests = [0, 1].map(() => random.pick(colleagues)).filter(({ email }) => email !== owner.email);
  series(main, guests);
  allDay(main, new Filler(world, own, owner));
  single(main, guests);
  for (let at = 0; at < count; at++) main.add(ordinary(random));
  const reader = colleagues.find(({ email }) => email !== owner.email);
  if (reader !== undefined) {
    const id = `user:${reader.email}`;
    own.acl.set(id, { id, scope: { type: 'user', value: reader.email }, role: 'reader', changed: own.next() });
  }
}

function ordinary(random: Random): Json {
  const wall = TODAY + random.integer(-700, 300) * DAY + random.integer(14, 36) * (HOUR / 2);
  return {
    ...span(wall, random.integer(1, 6) * (HOUR / 2), random.pick(ZONES)),
    summary: random.pick(SUBJECTS),
    description: random.pick(['', '<b>Agenda</b><ul><li>one</li><li>two</li></ul>', 'Plain\nlines']),
    location: random.pick(['', 'Room 1', 'Café “Zur Post”, Zürich']),
    transparency: random.pick(['opaque', 'transparent']),
    visibility: random.pick(['default', 'default', 'private', 'public']),
    status: random.pick(['confirmed', 'confirmed', 'tentative']),
    reminders: random.pick<Json>([
      { useDefault: true },
      { useDefault: false },
      {
        useDefault: false,
        overrides: [
          { method: 'popup', minutes: 0 },
          { method: 'email', minutes: 1440 },
        ],
      },
    ]),
    ...random.pick<Json>([{}, {}, { colorId: '5' }, { colorId: '11' }]),
  };
}

function series(main: Filler, guests: readonly Owner[]): void {
  // A weekly meeting through changes of the clocks: one moved, one renamed, one taken out.
  const monday = TODAY - 28 * DAY - ((new Date(TODAY).getUTCDay() + 6) % 7) * DAY + 9.5 * HOUR;
  const team = main.add({
    ...span(monday, HOUR),
    summary: 'Team meeting',
    location: 'Room 1',
    recurrence: ['RRULE:FREQ=WEEKLY;BYDAY=MO'],
    attendees: guests.map(({ email }) => ({ email })),
  });
  main.shift(main.instance(team, 1), DAY, 2 * HOUR);
  main.patch(main.instance(team, 2), { summary: 'Team meeting: the plan' });
  main.cancel(main.instance(team, 3));
  main.add({
    ...span(TODAY - 10 * DAY + 8 * HOUR, HOUR / 4),
    summary: 'Stand-up',
    recurrence: ['RRULE:FREQ=DAILY;COUNT=30', `EXDATE;TZID=Europe/Berlin:${stamp(TODAY - 8 * DAY + 8 * HOUR)}`],
  });
  main.add({
    ...span(Date.UTC(2026, 0, 30, 16), HOUR),
    summary: 'Month’s end',
    recurrence: ['RRULE:FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;UNTIL=20271231T225959Z'],
  });
  main.add({
    ...span(TODAY - 60 * DAY + 10 * HOUR, HOUR, 'America/New_York'),
    summary: 'Call with New York',
    recurrence: [
      'RRULE:FREQ=WEEKLY;INTERVAL=2;WKST=SU',
      `RDATE;TZID=America/New_York:${stamp(TODAY + 3 * DAY + 15 * HOUR)}`,
    ],
    conferenceData: {
      conferenceId: 'abc-defg-hij',
      conferenceSolution: { key: { type: 'hangoutsMeet' }, name: 'Google Meet' },
      entryPoints: [
        { entryPointType: 'video', uri: 'https://meet.google.com/abc-defg-hij', label: 'meet.google.com/abc-defg-hij' },
      ],
    },
  });
}

const stamp = (wall: number) => wallText(wall).replace(/[-:]/g, '');

function allDay(main: Filler, own: Filler): void {
  own.add({
    ...days(Date.UTC(2024, 1, 29), 1),
    summary: 'Jubiläum',
    transparency: 'transparent',
    recurrence: ['RRULE:FREQ=YEARLY'],
  });
  const hike = own.add({ ...days(TODAY + 4 * DAY, 2), summary: 'Hike', recurrence: ['RRULE:FREQ=MONTHLY;COUNT=6'] });
  own.cancel(own.instance(hike, 2));
  own.patch(own.instance(hike, 3), { summary: 'Hike, by bike', colorId: '9' });
  main.add({ ...days(TODAY + 20 * DAY, 5), summary: 'Holidays', visibility: 'private' });
  main.add({
    ...days(Date.UTC(1990, 4, 17), 1),
    summary: 'Birthday of Ines',
    eventType: 'birthday',
    visibility: 'private',
    transparency: 'transparent',
    recurrence: ['RRULE:FREQ=YEARLY'],
    birthdayProperties: { type: 'birthday' },
  });
}

function single(main: Filler, guests: readonly Owner[]): void {
  main.add({
    start: { dateTime: wallText(TODAY + 3 * DAY + 22 * HOUR), timeZone: 'America/New_York' },
    end: { dateTime: wallText(TODAY + 5 * DAY + 6 * HOUR), timeZone: 'Asia/Tokyo' },
    summary: 'Flight',
    attachments: [
      {
        fileUrl: 'https://drive.google.com/open?id=1BoardingPass',
        title: 'boarding pass.pdf',
        mimeType: 'application/pdf',
      },
    ],
    source: { title: 'Booking', url: 'https://airline.example/booking/4711' },
    extendedProperties: { private: { booking: '4711' }, shared: { carrier: 'Example Air' } },
  });
  main.add({
    ...span(TODAY + 30 * DAY + 8 * HOUR, 10 * HOUR),
    summary: 'Out of office',
    eventType: 'outOfOffice',
    outOfOfficeProperties: { autoDeclineMode: 'declineOnlyNewConflictingInvitations', declineMessage: 'Away' },
  });
  main.add({
    ...span(TODAY + 6 * DAY + 9 * HOUR, 2 * HOUR),
    summary: 'Focus',
    eventType: 'focusTime',
    focusTimeProperties: { autoDeclineMode: 'declineNone', chatStatus: 'doNotDisturb' },
  });
  main.add({ ...span(Date.UTC(2009, 4, 4, 12), HOUR), summary: 'First day' });
  main.add({ ...span(Date.UTC(2041, 0, 7, 12), HOUR), summary: 'Time capsule', visibility: 'private' });
  main.add({
    ...span(TODAY + 2 * DAY + 14 * HOUR, HOUR),
    summary: 'Offer, with the customer',
    attendees: [
      ...guests.map(({ email, displayName }) => ({ email, displayName, responseStatus: 'accepted' })),
      { email: 'buyer@customer.example', displayName: 'Buyer', optional: true, additionalGuests: 2, comment: 'Maybe' },
    ],
    guestsCanInviteOthers: false,
    guestsCanSeeOtherGuests: false,
  });
  main.import({
    ...span(TODAY + 2 * DAY + 10 * HOUR, HOUR, 'Europe/London'),
    iCalUID: 'outside-meeting@customer.example',
    summary: 'Somebody else’s meeting',
    organizer: { email: 'chair@customer.example', displayName: 'Chair' },
    attendees: [
      { email: 'chair@customer.example', responseStatus: 'accepted' },
      { email: main.owner.email, responseStatus: 'tentative' },
    ],
  });
}
