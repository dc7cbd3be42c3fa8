import type { ResponseOf } from '@sterna/api-contract';
import { SternaError } from '@sterna/core';
import { type Command, Option } from 'commander';
import { handle } from '../context.ts';
import { type Answer, doneAnswer, listAnswer } from '../io/answer.ts';
import { readId, readNumber } from '../io/numbers.ts';
import type { Column } from '../io/table.ts';
import { connect } from '../remote/connect.ts';
import { findProject } from '../remote/names.ts';

type Schedule = ResponseOf<'cancelSchedule'>;

const columns: readonly Column<Schedule>[] = [
  { title: 'id', value: (row) => row.id, align: 'right' },
  { title: 'batch', value: (row) => row.batch || '-' },
  { title: 'kind', value: (row) => row.kind },
  { title: 'state', value: (row) => row.state },
  { title: 'next', value: (row) => row.nextRunAt },
  { title: 'every', value: (row) => (row.everyHours === undefined ? undefined : `${row.everyHours} h`) },
  { title: 'until', value: (row) => row.until },
  { title: 'last run', value: (row) => row.lastRun?.beganAt },
  { title: 'started', value: (row) => row.lastRun?.started, align: 'right' },
  { title: 'not started', value: (row) => row.lastRun?.refused, align: 'right' },
];

interface ScheduleOptions {
  readonly batch: string;
  readonly kind: 'initial' | 'delta';
  readonly at: string;
  readonly every?: string;
  readonly until?: string;
}

export function registerBatch(program: Command): void {
  const batch = program.command('batch').description('Schedules of batches.');

  const list = batch.command('list').description('Schedules of a project.').argument('<PROJECT>');
  handle<[string], object>(list, async ({ options }, word) => {
    const client = await connect(options);
    const { id } = await findProject(client, word);
    const { items } = await client.listSchedules({ params: { id } });
    return listAnswer(items, columns, 'Nothing is scheduled.');
  });

  const schedule = batch
    .command('schedule')
    .description('Start a batch at an instant, or bring what is new every so many hours until the cutover.')
    .argument('<PROJECT>')
    .requiredOption('--batch <name>', "its name; '' for the entries without one")
    .addOption(
      new Option('--kind <kind>', 'initial: what has never started; delta: what is new in what has')
        .choices(['initial', 'delta'])
        .makeOptionMandatory(),
    )
    .requiredOption('--at <instant>', 'such as 2026-11-27T21:00 (of this machine’s zone) or 2026-11-27T20:00Z')
    .option('--every <hours>', 'repeat a delta')
    .option('--until <instant>', 'no repeat after it');
  handle<[string], ScheduleOptions>(schedule, async ({ options }, word) => {
    const runAt = instant('--at', options.at);
    const client = await connect(options);
    const { id } = await findProject(client, word);
    const made = await client.createSchedule({
      params: { id },
      body: {
        batch: options.batch,
        kind: options.kind,
        runAt,
        zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
        ...(options.every === undefined ? {} : { everyHours: readNumber('--every', options.every, 1, 744) }),
        ...(options.until === undefined ? {} : { until: instant('--until', options.until) }),
      },
    });
    return scheduleAnswer(made, `Schedule ${made.id}: ${made.kind} of ${made.batch || 'the entries without a batch'}`);
  });

  const cancel = batch
    .command('cancel')
    .description('Nothing more starts by it; what it has started goes on.')
    .argument('<SCHEDULE>', 'its number');
  handle<[string], object>(cancel, async ({ options }, id) => {
    const client = await connect(options);
    const cancelled = await client.cancelSchedule({ params: { id: readId('schedule', id) } });
    return doneAnswer(cancelled, `Schedule ${cancelled.id} is cancelled.`);
  });
}

const scheduleAnswer = (made: Schedule, words: string): Answer =>
  doneAnswer(
    made,
    `${words}, next at ${made.nextRunAt ?? made.runAt}${made.everyHours === undefined ? '' : `, then every ${made.everyHours} h until ${made.until}`}.`,
  );

/** Without an offset it is of this machine's zone, as JavaScript reads it. */
function instant(option: string, word: string): string {
  const at = new Date(word);
  if (/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/.test(word) && !Number.isNaN(at.getTime())) return at.toISOString();
  throw new SternaError('config', 'instant-invalid', `"${word}" is no instant.`, {
    field: option,
    fix: 'Write it as 2026-11-27T21:00, or with an offset as 2026-11-27T21:00+01:00.',
  });
}
