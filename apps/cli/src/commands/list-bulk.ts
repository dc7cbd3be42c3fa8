import { PLAIN_ACTIONS, type ResponseOf } from '@sterna/api-contract';
import { LICENSE_TIERS, SternaError } from '@sterna/core';
import { type Command, Option } from 'commander';
import { handle } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { type Answer, withExit } from '../io/answer.ts';
import { printable, renderTable } from '../io/table.ts';
import { connect } from '../remote/connect.ts';
import { findEntry, findProject } from '../remote/names.ts';

const ACTIONS = ['start', 'assign', 'batch', ...PLAIN_ACTIONS] as const;
type Action = (typeof ACTIONS)[number];

export interface SelectionOptions {
  readonly search?: string;
  readonly status?: string;
  readonly batch?: string;
  readonly license?: 'none' | 'assigned' | 'burned';
}
interface BulkOptions extends SelectionOptions {
  readonly all: boolean;
  readonly to?: string;
  readonly tier?: 'standard' | 'trial';
  readonly preview: boolean;
}

/** Options that choose entries, for every command that acts on many. */
export const selecting = (command: Command): Command =>
  command
    .option('--search <text>', 'those with this in an address or name')
    .option('--status <list>', 'those in one of these statuses, comma-separated')
    .option('--batch <name>', 'those of this batch')
    .addOption(new Option('--license <state>', 'those whose license is').choices(['none', 'assigned', 'burned']));

/** Undefined where no option chooses anything. */
export function filterOf({ search, status, batch, license }: SelectionOptions) {
  if ([search, status, batch, license].every((one) => one === undefined)) return undefined;
  return {
    ...(search === undefined ? {} : { search }),
    // The server knows the statuses, and says so where one isn't.
    ...(status === undefined ? {} : { status: status.split(',').map((word) => word.trim()) as Status[] }),
    ...(batch === undefined ? {} : { batch }),
    ...(license === undefined ? {} : { license }),
  };
}
type Status = ResponseOf<'getEntry'>['status'];

export function registerListBulk(list: Command): void {
  const command = selecting(
    list
      .command('bulk')
      .description('One action for many entries. One that is refused does not keep the others from it.')
      .argument('<PROJECT>')
      .addArgument(list.createArgument('<ACTION>').choices(ACTIONS))
      .argument('[ENTRIES...]', 'numbers or addresses; or choose them by the options below'),
  )
    .option('--all', 'every entry of the project', false)
    .option('--to <batch>', 'with batch: the batch to put them into; none without it')
    .addOption(
      new Option('--tier <tier>', 'with start and assign: which license (default: standard before trial)').choices([
        ...LICENSE_TIERS,
      ]),
    )
    .option('--preview', 'only say what would happen', false);
  handle<[string, Action, string[]], BulkOptions>(command, async ({ options }, word, action, entries) => {
    const client = await connect(options);
    const { id } = await findProject(client, word);
    const filter = filterOf(options) ?? (options.all ? {} : undefined);
    if (entries.length > 0 === (filter !== undefined))
      throw new SternaError('config', 'selection-missing', 'Which entries are meant is said once.', {
        fix: 'Name entries, or choose them with --search, --status, --batch, --license or --all.',
      });
    const chosen =
      filter === undefined
        ? { entryIds: (await Promise.all(entries.map((one) => findEntry(client, one, word)))).map((one) => one.id) }
        : { filter };
    const body = { ...chosen, act: actOf(action, options) };
    return options.preview
      ? previewAnswer(await client.previewBulk({ params: { id }, body }))
      : bulkAnswer(action, await client.bulkEntries({ params: { id }, body }));
  });
}

function actOf(action: Action, { tier, to }: BulkOptions) {
  if (action === 'batch') return { action, ...(to === undefined ? {} : { batch: to }) };
  if (action === 'start' || action === 'assign') return { action, ...(tier === undefined ? {} : { tier }) };
  return { action };
}

function previewAnswer(preview: ResponseOf<'previewBulk'>): Answer {
  return {
    data: preview,
    text: () => [
      `${preview.would} of ${preview.entries} entries would go ahead.`,
      ...preview.refused.map((cause) => refusalLine(`${cause.entries} refused`, cause)),
      ...preview.licenses.map((one) => `${one.needed} ${one.tier} ${one.type} licenses needed, ${one.available} left.`),
    ],
  };
}

function bulkAnswer(action: Action, result: ResponseOf<'bulkEntries'>): Answer {
  const answer: Answer = {
    data: result,
    text: () => [
      `${action}: ${result.done.length} entries done, ${result.refused.length} refused.`,
      ...(result.refused.length === 0
        ? []
        : renderTable(result.refused, [
            { title: 'entry', value: (row) => row.entryId, align: 'right' },
            { title: 'source', value: (row) => row.sourceAddress },
            { title: 'why', value: (row) => row.message },
            { title: 'what to do', value: (row) => row.fix },
          ])),
    ],
  };
  return result.refused.length === 0 ? answer : withExit(answer, EXIT.someFailed);
}

const refusalLine = (count: string, cause: { message: string; fix?: string | undefined }): string =>
  printable(`${count}: ${cause.message}${cause.fix === undefined ? '' : ` Fix: ${cause.fix}`}`);
