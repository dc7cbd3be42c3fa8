/** Browsers with the dashboard open: the stream of events, and for them what the page on the screen reads again. */
import { setTimeout as sleep } from 'node:timers/promises';
import { openDatabase } from '@sterna/store';
import type { LiveEvent } from '@sterna/web/live-event';
import { busySeconds, usageOf } from '../support/usage.ts';
import { type Figures, Measures } from './dashboard/measures.ts';
import { entryPage, ListPage, type ListView, overviewPage, type Page } from './dashboard/page.ts';
import { Tab } from './dashboard/tab.ts';
import { report } from './report.ts';

export interface DashboardsSetup {
  readonly url: string;
  /** Cookies of people, who have as many dashboards open each. */
  readonly sessions: readonly string[];
  readonly dashboards: number;
  /** Within so long they are opened, one after the other. */
  readonly openingMs: number;
  /** Then so long is measured. */
  readonly measuredMs: number;
  readonly list: Omit<ListView, 'isRunningOnly'>;
  readonly entryIds: readonly number[];
  readonly databaseUrl: string;
  readonly serverPid: number;
}

export interface DashboardsReport {
  /** Requests while they were opened. */
  readonly first: Figures;
  /** Requests after that. */
  readonly live: Figures;
  readonly byPath: Readonly<Record<string, Figures>>;
  /** From before the commit of an event to its arrival, in each dashboard. */
  readonly arrivals: Figures;
  /** That each dashboard heard of, each second. */
  readonly eventsPerSecond: number;
  readonly measuredSeconds: number;
  readonly server: { readonly cpuSeconds: number; readonly rssMegabytes: number };
  /** Of all processors together, by all processes. */
  readonly busySeconds: number;
}

/** As apps/web hands events on (live/live-events.tsx). */
const BATCH_MS = 1_000;
const PROBE_EVERY_MS = 250;
/** What no page heeds: it is there to be timed. */
const PROBE = 'probe';

const setup = JSON.parse(process.env.BENCH_SETUP ?? '{}') as DashboardsSetup;
const answers = new Measures();
const arrivals = new Measures();
let heard = 0;

/** Half look at the overview; the others at the user list (at what is worked on, or at what runs) and at single entries. */
function pageOf(number: number, tab: Tab): Page {
  switch (number % 10) {
    case 1:
    case 5:
      return new ListPage(tab, { ...setup.list, isRunningOnly: false });
    case 3:
      return new ListPage(tab, { ...setup.list, isRunningOnly: true });
    case 7:
    case 9:
      return entryPage(tab, setup.entryIds[number % setup.entryIds.length] as number);
    default:
      return overviewPage(tab);
  }
}

async function open(number: number): Promise<void> {
  const tab = new Tab(setup.url, setup.sessions[number % setup.sessions.length] as string, answers);
  const page = pageOf(number, tab);
  let waiting: LiveEvent[] = [];
  await Promise.all([
    tab.listen((event) => {
      heard += 1;
      if (event.type === PROBE) arrivals.add(PROBE, performance.now() - Number(event.data?.sentAt));
      else waiting.push(event);
    }),
    page.load(),
  ]);
  setInterval(() => {
    if (waiting.length === 0) return;
    page.heed(waiting);
    waiting = [];
  }, BATCH_MS);
}

const startedAt = performance.now();
const cpuAtStart = process.cpuUsage();
const database = await openDatabase({ url: setup.databaseUrl, maxConnections: 1 });
const { rows } = await database.pool.query('select id from organization');
const probing = setInterval(() => {
  const event = { type: PROBE, organizationId: Number(rows[0].id), data: { sentAt: performance.now() } };
  void database.pool.query(`select pg_notify('sterna_event', $1)`, [JSON.stringify(event)]);
}, PROBE_EVERY_MS);

await Promise.all(
  Array.from({ length: setup.dashboards }, async (_, number) => {
    await sleep((setup.openingMs * number) / setup.dashboards);
    await open(number);
  }),
);
const first = answers.figures();
answers.restart();
arrivals.restart();
heard = 0;
const [before, busyBefore, from] = [usageOf(setup.serverPid), busySeconds(), performance.now()];
await sleep(setup.measuredMs);
const measuredSeconds = (performance.now() - from) / 1_000;
const after = usageOf(setup.serverPid);
const figures: DashboardsReport = {
  first,
  live: answers.figures(),
  byPath: answers.byName(),
  arrivals: arrivals.figures(),
  eventsPerSecond: heard / setup.dashboards / measuredSeconds,
  measuredSeconds,
  server: { cpuSeconds: after.cpuSeconds - before.cpuSeconds, rssMegabytes: after.rssMegabytes },
  busySeconds: busySeconds() - busyBefore,
};
clearInterval(probing);
await database.close();
report(startedAt, cpuAtStart, figures);
// Pages would go on reading for ever.
process.exit();
