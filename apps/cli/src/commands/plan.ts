import type { ResponseOf } from '@sterna/api-contract';
import { SternaError } from '@sterna/core';
import type { Command } from 'commander';
import { handle } from '../context.ts';
import type { Answer } from '../io/answer.ts';
import { readNumber } from '../io/numbers.ts';
import { formatBytes, formatSeconds, renderFields, renderTable } from '../io/table.ts';
import { connect } from '../remote/connect.ts';
import { findProject } from '../remote/names.ts';

interface PlanOptions {
  readonly workers: string;
  readonly concurrency: string;
  readonly bandwidth?: string;
  readonly messages?: string;
  readonly mailGigabytes?: string;
  readonly files?: string;
  readonly driveGigabytes?: string;
  readonly from?: string;
  readonly to?: string;
  readonly mailboxes?: string;
  readonly drives?: string;
}
type Answered = ResponseOf<'getProjectCapacity'>;
type Capacity = Omit<Answered, 'project' | 'items' | 'means' | 'averages' | 'bounds'> & {
  readonly bounds: Readonly<Answered['bounds']>;
};

const MOST = 100_000_000;

export function registerPlan(program: Command): void {
  const plan = program
    .command('plan')
    .summary('how long it takes at least, by whose limit, and what it needs')
    .description(
      'Reckons with the vendors’ published limits and what was measured: how long the first passes of a project take at least. Without a project, of so many people from one kind of system to another.',
    )
    .argument('[PROJECT]')
    .option('--workers <number>', 'worker processes, each with a core of its own', '1')
    .option('--concurrency <number>', 'passes of a worker at a time', '4')
    .option('--bandwidth <number>', 'Mbit/s between the systems')
    .option('--messages <number>', 'in a mailbox, on the average')
    .option('--mail-gigabytes <number>', 'of a mailbox, on the average')
    .option('--files <number>', 'in a drive, on the average')
    .option('--drive-gigabytes <number>', 'of a drive, on the average')
    .option('--from <connector>', 'without a project: imap, google, microsoft365 …')
    .option('--to <connector>', 'without a project')
    .option('--mailboxes <number>', 'without a project')
    .option('--drives <number>', 'without a project');
  handle<[string | undefined], PlanOptions>(plan, async ({ options }, word) => {
    const means = {
      workers: readNumber('--workers', options.workers, 1, 1_000),
      passes: readNumber('--concurrency', options.concurrency, 1, 100),
      ...given('bandwidth', options.bandwidth, '--bandwidth', 1_000_000, 1e6 / 8),
    };
    const averages = {
      ...given('messages', options.messages, '--messages', MOST),
      ...given('mailBytes', options.mailGigabytes, '--mail-gigabytes', 100_000, 1e9),
      ...given('files', options.files, '--files', MOST),
      ...given('driveBytes', options.driveGigabytes, '--drive-gigabytes', 100_000, 1e9),
    };
    if (word !== undefined) {
      const client = await connect(options);
      const { id } = await findProject(client, word);
      return capacityAnswer(await client.getProjectCapacity({ params: { id }, query: { ...means, ...averages } }));
    }
    const items = {
      ...given('mailbox', options.mailboxes, '--mailboxes', MOST),
      ...given('drive', options.drives, '--drives', MOST),
    };
    if (options.from === undefined || options.to === undefined || Object.keys(items).length === 0)
      throw new SternaError('config', 'plan-of-nothing', 'Nothing says what is to be planned.', {
        fix: 'Name a project, or give --from, --to and --mailboxes or --drives.',
      });
    const { capacityOf } = await import('@sterna/server/capacity');
    return capacityAnswer(capacityOf({ source: options.from, target: options.to, items, averages, means }));
  });
}

const given = <Name extends string>(
  name: Name,
  word: string | undefined,
  option: string,
  most: number,
  factor = 1,
): { [Key in Name]?: number } =>
  (word === undefined ? {} : { [name]: readNumber(option, word, 0, most) * factor }) as { [Key in Name]?: number };

const capacityAnswer = (found: Capacity): Answer => ({
  data: found,
  text: () => [
    ...renderFields([
      ['entries', found.entries.toLocaleString('en-US')],
      ['objects', found.objects.toLocaleString('en-US')],
      ['size', formatBytes(found.bytes)],
      ['first pass, at least', formatSeconds(found.seconds)],
      ['with any number of workers', formatSeconds(found.floorSeconds)],
      ['workers for that', found.workersForFloor],
      ['database', formatBytes(found.databaseBytes)],
      ['memory of the workers', formatBytes(found.workerMemoryBytes)],
    ]),
    '',
    ...renderTable(found.bounds, [
      { title: 'limit', value: (row) => row.words },
      { title: 'at least', value: (row) => formatSeconds(row.seconds), align: 'right' },
      { title: 'more workers help', value: (row) => (row.scales ? 'yes' : 'no') },
    ]),
  ],
});
