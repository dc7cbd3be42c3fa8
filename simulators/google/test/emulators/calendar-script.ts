import type { Answers, Step } from './compare.ts';

const EVENTS = '/calendar/v3/calendars/primary/events';

const step = (
  name: string,
  method: string,
  path: string | ((earlier: Answers) => string),
  body?: Step['body'],
): Step => ({
  name,
  method,
  path: typeof path === 'string' ? () => path : path,
  ...(body === undefined ? {} : { body }),
});
const event = (summary: string, day: string) => ({
  summary,
  description: 'Agenda',
  location: 'Room 1',
  start: { dateTime: `${day}T09:00:00Z`, timeZone: 'UTC' },
  end: { dateTime: `${day}T10:00:00Z`, timeZone: 'UTC' },
});

/** What both emulators have of Calendar. */
export const CALENDAR: readonly Step[] = [
  step('insert', 'POST', EVENTS, () => event('First', '2026-09-07')),
  step('second', 'POST', EVENTS, () => ({
    ...event('Second', '2026-09-08'),
    attendees: [{ email: 'bob@elsewhere.example' }],
  })),
  step('all day', 'POST', EVENTS, () => ({
    summary: 'Day',
    start: { date: '2026-09-09' },
    end: { date: '2026-09-10' },
  })),
  step('list', 'GET', `${EVENTS}?singleEvents=true&orderBy=startTime&timeMin=2026-09-01T00:00:00Z`),
  step('window', 'GET', `${EVENTS}?timeMin=2026-09-08T00:00:00Z&timeMax=2026-09-09T00:00:00Z`),
  step('search', 'GET', `${EVENTS}?q=second`),
  step('page', 'GET', `${EVENTS}?maxResults=1&singleEvents=true&orderBy=startTime`),
  step(
    'next',
    'GET',
    ({ page }) => `${EVENTS}?maxResults=1&singleEvents=true&orderBy=startTime&pageToken=${page.nextPageToken}`,
  ),
  step('delete', 'DELETE', ({ insert }) => `${EVENTS}/${insert.id}`),
  step('left', 'GET', `${EVENTS}?singleEvents=true&orderBy=startTime`),
  step('stranger', 'DELETE', `${EVENTS}/nothere00000`),
  step('no end', 'POST', EVENTS, () => ({ summary: 'x', start: { date: '2026-09-09' } })),
  step('calendars', 'GET', '/calendar/v3/users/me/calendarList'),
];

/** Where the two disagree, and why the simulator is as it is. */
export const CALENDAR_SETTLED: readonly { readonly place: RegExp; readonly because: string }[] = [
  { place: /(etag|htmlLink|created|updated|nextPageToken)$/, because: 'each makes its own' },
  {
    place: /(start|end)\.dateTime$|^calendars: items\.0\.timeZone$/,
    because: 'times are told in the zone of the calendar, which is another one',
  },
  {
    place: /^window: items\.length$/,
    because: 'in the zone of the calendar, the day begins before the end of the window',
  },
  { place: /^(stranger|no end): error\./, because: 'words; that an end is missing is said with the reason "required"' },
];
