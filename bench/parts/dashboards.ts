import type { DashboardsReport, DashboardsSetup } from '../clients/dashboards.ts';
import { LATENCY_MS, startBusyInstallation, WORKERS } from '../support/busy-installation.ts';
import { runClient } from '../support/clients.ts';
import { fixed, goal, table, whole } from '../support/figures.ts';
import type { Part } from './part.ts';

const DASHBOARDS = 200;
const GOAL_MS = 250;
/** Messages of each mailbox, within how long the dashboards are opened, and how long is measured then. */
const FULL = { messages: 400, openingMs: 10_000, measuredMs: 60_000 };
const QUICK = { messages: 100, openingMs: 4_000, measuredMs: 10_000 };
/** Rows of the list above those that are being worked on. */
const ROWS_ABOVE = 10;

interface Run extends DashboardsReport {
  readonly dashboards: number;
}

/** Many people who watch the same night. */
export const dashboards: Part = {
  name: 'dashboards',
  title: 'Many dashboards on live events, while workers work',
  async run(lab, { quick }) {
    const { messages, ...times } = quick ? QUICK : FULL;
    const busy = await startBusyInstallation(lab, messages);
    try {
      const runs: Run[] = [];
      for (const count of [1, DASHBOARDS]) {
        const row = Math.max(0, busy.begun() - ROWS_ABOVE);
        const setup: DashboardsSetup = {
          ...times,
          ...{ url: busy.url, sessions: busy.sessions, dashboards: count, serverPid: busy.serverPid },
          list: { projectId: busy.projectId, row },
          entryIds: busy.entryIds.slice(row, row + 100),
          databaseUrl: busy.postgres.url,
        };
        const run = { ...(await runClient<DashboardsReport>(lab.clients.dashboards, setup)), dashboards: count };
        if (busy.begun() >= busy.entryIds.length) throw new Error('the workers ran out of work');
        tell(run);
        runs.push(run);
      }
      return textOf(runs, busy.sessions.length, { messages, ...times });
    } finally {
      await busy.stop();
    }
  },
};

function tell({ dashboards, live, arrivals, byPath }: Run): void {
  console.log(
    `  ${dashboards} dashboards: ${live.count} answers, p50 ${fixed(live.p50, 1)} ms, p99 ${fixed(live.p99, 1)} ms; events after ${fixed(arrivals.p99, 1)} ms (p99)`,
  );
  for (const [path, { count, p50, p99 }] of Object.entries(byPath))
    console.log(`    ${path}: ${count}, p50 ${fixed(p50, 1)} ms, p99 ${fixed(p99, 1)} ms`);
}

function textOf(runs: readonly Run[], people: number, { messages, openingMs, measuredMs }: typeof FULL): string {
  const many = runs.at(-1) as Run;
  return [
    `${DASHBOARDS} dashboards of ${people} people, opened within ${openingMs / 1_000} s: half show the overview, the others user lists (what is being worked on, or what runs) and single entries. Each has the stream of events open and reads again what they make old, by the dashboard’s own rules. Meanwhile ${WORKERS} workers copy mailboxes of ${whole(messages)} messages, one at a time each, into a tenant of the simulator that answers after ${LATENCY_MS} ms and takes four requests at once of a mailbox. ${measuredMs / 1_000} s are measured; once with one dashboard alone, for comparison. Dashboards, simulator, workers, database and server share the processors.`,
    table(
      [
        'dashboards',
        'requests/s',
        'answer p50, ms',
        'p99, ms',
        'first load p99, ms',
        'events/s each',
        'event to dashboard p99, ms',
        'server CPU, cores',
        'server RSS, MB',
        'all processors busy',
      ],
      runs.map((run) => [
        whole(run.dashboards),
        fixed(run.live.count / run.measuredSeconds, 1),
        fixed(run.live.p50, 1),
        fixed(run.live.p99, 1),
        fixed(run.first.p99, 1),
        fixed(run.eventsPerSecond, 1),
        fixed(run.arrivals.p99, 1),
        fixed(run.server.cpuSeconds / run.measuredSeconds, 2),
        whole(run.server.rssMegabytes),
        fixed(run.busySeconds / run.measuredSeconds, 2),
      ]),
    ),
    `- ${goal(many.live.p99 <= GOAL_MS, `answers to ${DASHBOARDS} dashboards within ${GOAL_MS} ms (p99)`)}`,
  ].join('\n\n');
}
