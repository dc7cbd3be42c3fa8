import type { Ceiling, Cost, Quotas } from '@sterna/connector-kit';
import { DOCUMENTED } from './api/documented.ts';

const GMAIL = 'https://developers.google.com/workspace/gmail/api/reference/quota';
const CALENDAR = 'https://developers.google.com/workspace/calendar/api/guides/quota';
const DRIVE = 'https://developers.google.com/workspace/drive/api/guides/limits';
const cost = (units: number, requests = units): Cost => ({ requests, units });

function aMinute(
  scope: Ceiling['scope'],
  kind: Ceiling['kinds'][number],
  meter: 'units' | 'requests',
  amount: number,
  whose: string,
  source: string,
): Ceiling {
  const words = `${amount.toLocaleString('en-US')} ${meter} a minute for ${whose}`;
  return { meter, scope, kinds: [kind], amount: () => amount, seconds: 60, words: () => words, source };
}

/** Of a project from May 2026 or later, the lower ones; those of Contacts and Tasks nobody tells. */
export const QUOTAS: Quotas = {
  ceilings: [
    aMinute('item', 'message', 'units', DOCUMENTED.gmail.laterUser, 'a mailbox', GMAIL),
    aMinute('tenant', 'message', 'units', DOCUMENTED.gmail.project, 'the project', GMAIL),
    aMinute('item', 'event', 'requests', DOCUMENTED.calendar.user, 'a calendar’s user', CALENDAR),
    aMinute('tenant', 'event', 'requests', DOCUMENTED.calendar.project, 'the project', CALENDAR),
    aMinute('item', 'file', 'units', DOCUMENTED.drive.user, 'a user', DRIVE),
    aMinute('tenant', 'file', 'units', DOCUMENTED.drive.project, 'the project', DRIVE),
    {
      meter: 'bytes',
      scope: 'item',
      kinds: ['file'],
      direction: 'write',
      amount: () => 750e9,
      seconds: 86_400,
      words: () => '750 GB a day uploaded by a user',
      source: DRIVE,
    },
    {
      meter: 'bytes',
      scope: 'tenant',
      kinds: ['file'],
      direction: 'read',
      amount: () => 1e12,
      seconds: 86_400,
      words: () => '1 TB a day downloaded by the project',
      source: DRIVE,
    },
  ],
  costs: {
    message: { read: cost(20.3, 1.1), write: cost(27.8, 1.3) },
    event: { read: cost(1.2), write: cost(1.1) },
    contact: { read: cost(1.1), write: cost(1.1) },
    task: { read: cost(1.1), write: cost(1.1) },
    file: { read: cost(210, 1.1), write: cost(59.5, 1.1) },
  },
};
