import type { ResponseOf } from '@sterna/api-contract';
import type { Command } from 'commander';
import { handle } from '../context.ts';
import { type Answer, listAnswer } from '../io/answer.ts';
import { connect } from '../remote/connect.ts';
import { findProject } from '../remote/names.ts';

type Batch = ResponseOf<'changeCutoverLine'>;
type Line = Batch['lines'][number];

const evidence = ({ evidence: of }: Line): string | undefined => {
  if (of === undefined) return undefined;
  const rest = [
    of.running > 0 ? `${of.running} running` : '',
    of.withFailures > 0 ? `${of.withFailures} with failures` : '',
    of.failed > 0 ? `${of.failed} failed` : '',
    of.none > 0 ? `${of.none} without` : '',
    of.stale > 0 ? `${of.stale} overtaken` : '',
    of.lastEndedAt === undefined ? '' : `last ended ${of.lastEndedAt}`,
  ].filter((part) => part !== '');
  return [`${of.done} of ${of.entries}`, ...rest].join(', ');
};

const linesAnswer = (batches: readonly Batch[]): Answer => ({
  ...listAnswer(
    batches.flatMap((batch) => batch.lines.map((line) => ({ batch: batch.batch, line }))),
    [
      { title: 'batch', value: (row) => row.batch || '-' },
      { title: 'line', value: (row) => row.line.key },
      { title: 'done', value: (row) => (row.line.doneAt === undefined ? 'no' : 'yes') },
      { title: 'what', value: (row) => row.line.title },
      { title: 'passes', value: (row) => evidence(row.line) },
      { title: 'by', value: (row) => row.line.doneBy },
      { title: 'at', value: (row) => row.line.doneAt },
      { title: 'note', value: (row) => row.line.note },
    ],
    'The project has no batches.',
  ),
  data: batches,
});

export function registerCutover(program: Command): void {
  const cutover = program.command('cutover').description('The checklist of cutover night, batch by batch.');

  const list = cutover
    .command('list')
    .description('Checklists, with what the passes say.')
    .argument('<PROJECT>')
    .option('--batch <name>', "only this one; '' for the entries without a batch");
  handle<[string], { batch?: string }>(list, async ({ options }, word) => {
    const client = await connect(options);
    const { id } = await findProject(client, word);
    const query = options.batch === undefined ? {} : { batch: options.batch };
    return linesAnswer((await client.listCutover({ params: { id }, query })).items);
  });

  const tick = cutover
    .command('tick')
    .description('Tick a line, or take the tick away.')
    .argument('<PROJECT>')
    .argument('<LINE>', 'last-delta, forwarding, mx, profiles, verify, or own-N')
    .requiredOption('--batch <name>', "its name; '' for the entries without one")
    .option('--note <words>', 'for the others, and the report')
    .option('--undo', 'take the tick away', false);
  handle<[string, string], { batch: string; note?: string; undo: boolean }>(tick, async ({ options }, word, key) => {
    const client = await connect(options);
    const { id } = await findProject(client, word);
    const changed = await client.changeCutoverLine({
      params: { id: String(id), key },
      body: {
        batch: options.batch,
        done: !options.undo,
        ...(options.note === undefined ? {} : { note: options.note }),
      },
    });
    return linesAnswer([changed]);
  });
}
