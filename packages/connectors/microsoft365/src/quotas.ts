import type { Cost, Quotas } from '@sterna/connector-kit';
import { OUTLOOK_LIMITS } from './graph/limits.ts';

const OUTLOOK = 'https://learn.microsoft.com/en-us/graph/throttling-limits#outlook-service-limits';
const SHAREPOINT =
  'https://learn.microsoft.com/en-us/sharepoint/dev/general-development/how-to-avoid-getting-throttled-or-blocked-in-sharepoint-online';
const MAILBOX = ['message', 'event', 'contact', 'task', 'setting'] as const;
const CONTENT_OF_SITES = ['file', 'listItem', 'page'] as const;

/** Of an app in a tenant, by its licenses: resource units a minute, and a day. */
const TIERS = [
  { upTo: 1_000, minute: 1_250, day: 1_200_000 },
  { upTo: 5_000, minute: 2_500, day: 2_400_000 },
  { upTo: 15_000, minute: 3_750, day: 3_600_000 },
  { upTo: 50_000, minute: 5_000, day: 4_800_000 },
  { upTo: Number.POSITIVE_INFINITY, minute: 6_250, day: 6_000_000 },
] as const;
const tierOf = (people: number) => TIERS.find(({ upTo }) => people <= upTo) ?? TIERS[4];
const figure = (n: number): string => n.toLocaleString('en-US');

const [requests, bytes] = OUTLOOK_LIMITS.windows as [
  (typeof OUTLOOK_LIMITS.windows)[number],
  (typeof OUTLOOK_LIMITS.windows)[number],
];
const cost = (requests: number, units = 0): Cost => ({ requests, units });

export const QUOTAS: Quotas = {
  ceilings: [
    {
      meter: 'requests',
      scope: 'item',
      kinds: MAILBOX,
      amount: () => requests.limit,
      seconds: requests.ms / 1_000,
      words: () => `${figure(requests.limit)} requests in 10 minutes for a mailbox`,
      source: OUTLOOK,
    },
    {
      meter: 'bytes',
      scope: 'item',
      kinds: MAILBOX,
      direction: 'write',
      amount: () => bytes.limit,
      seconds: bytes.ms / 1_000,
      words: () => '150 MB sent in 5 minutes to a mailbox',
      source: OUTLOOK,
    },
    {
      meter: 'requests',
      scope: 'tenant',
      kinds: MAILBOX,
      amount: () => 130_000,
      seconds: 10,
      words: () => '130,000 requests in 10 seconds for the app',
      source: 'https://learn.microsoft.com/en-us/graph/throttling-limits',
    },
    {
      meter: 'units',
      scope: 'tenant',
      kinds: CONTENT_OF_SITES,
      amount: (people) => tierOf(people).minute,
      seconds: 60,
      words: (people) => `${figure(tierOf(people).minute)} resource units a minute for the app in the tenant`,
      source: SHAREPOINT,
    },
    {
      meter: 'units',
      scope: 'tenant',
      kinds: CONTENT_OF_SITES,
      amount: (people) => tierOf(people).day,
      seconds: 86_400,
      words: (people) => `${figure(tierOf(people).day)} resource units a day for the app in the tenant`,
      source: SHAREPOINT,
    },
    {
      meter: 'bytes',
      scope: 'tenant',
      kinds: CONTENT_OF_SITES,
      amount: () => 400e9,
      seconds: 3_600,
      words: () => '400 GB an hour for the app in the tenant',
      source: SHAREPOINT,
    },
  ],
  costs: {
    message: { read: cost(1.1), write: cost(3.1) },
    event: { read: cost(1.1), write: cost(2.1) },
    contact: { read: cost(2.1), write: cost(1.1) },
    task: { read: cost(1.1), write: cost(1.1) },
    // Two requests: the upload itself, and the dates after it; each of them is 2 units, a download 1.
    file: { read: cost(1.1, 1.1), write: cost(2.1, 4.2) },
  },
};
