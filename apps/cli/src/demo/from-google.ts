import { startGoogle } from '@sterna/simulator-google';
import type { DemoSource } from './source.ts';
import { spendWeekEnd } from './week-end-google.ts';

const DOMAIN = 'nordwind.example';

/** A domain of Google Workspace with mail under labels, calendars, contacts, tasks and drives. */
export async function fromGoogle(size: 'small' | 'medium' | 'large'): Promise<DemoSource> {
  const google = await startGoogle({ size, empty: ['lamna.example'], limits: 'documented' });
  const { baseUrl, keyFile } = google;
  return {
    told: `A domain of Google Workspace, ${DOMAIN}, by a simulator of Google’s APIs:`,
    baseUrl,
    name: 'Nordwind',
    system: { connector: 'google', settings: { baseUrl }, password: JSON.stringify(keyFile) },
    people: [...google.domain(DOMAIN).users.values()].map(({ primaryEmail }) => primaryEmail),
    spendWeekEnd: (people) => spendWeekEnd(google, people),
    mailed: () => google.calendarMails.length + google.sharingMails.length,
    stop: () => google.stop(),
  };
}
