import type { ResponseOf } from '@sterna/api-contract';
import type { Command } from 'commander';
import { handle } from '../context.ts';
import type { Answer } from '../io/answer.ts';
import { type Column, formatBytes, formatSeconds, renderFields, renderTable } from '../io/table.ts';
import { connect } from '../remote/connect.ts';
import { findProject } from '../remote/names.ts';

type Overview = ResponseOf<'getOverview'>;

export function registerOverview(program: Command): void {
  const overview = program
    .command('overview')
    .description('What runs, what needs a person, what holds back, and when it will be through.')
    .option('--project <name>', 'of one project');
  handle<[], { project?: string }>(overview, async ({ options }) => {
    const client = await connect(options);
    const query = options.project === undefined ? {} : { projectId: (await findProject(client, options.project)).id };
    return overviewAnswer(await client.getOverview({ query }));
  });
}

const passColumns: readonly Column<Overview['passes']['items'][number]>[] = [
  { title: 'pass', value: (pass) => pass.id, align: 'right' },
  { title: 'source', value: (pass) => pass.sourceAddress },
  { title: 'project', value: (pass) => pass.projectName },
  { title: 'kind', value: (pass) => pass.kind },
  { title: 'done', value: (pass) => pass.objects, align: 'right' },
  { title: 'left', value: (pass) => pass.planned, align: 'right' },
  { title: 'failed', value: (pass) => pass.failed, align: 'right' },
  { title: 'per second', value: (pass) => pass.objectsPerSecond, align: 'right' },
  {
    title: 'time left',
    value: (pass) => (pass.etaSeconds === undefined ? '' : formatSeconds(pass.etaSeconds)),
    align: 'right',
  },
  { title: 'folder', value: (pass) => pass.folder },
];

const projectColumns: readonly Column<Overview['projects'][number]>[] = [
  { title: 'project', value: (project) => project.name },
  { title: 'entries', value: (project) => project.entries, align: 'right' },
  { title: 'completed', value: (project) => project.byStatus.completed ?? 0, align: 'right' },
  { title: 'with failures', value: (project) => project.byStatus['completed with failures'] ?? 0, align: 'right' },
  { title: 'failed', value: (project) => project.byStatus.failed ?? 0, align: 'right' },
  { title: 'uncertain', value: (project) => project.uncertainEntries, align: 'right' },
  { title: 'unbalanced', value: (project) => project.unbalanced, align: 'right' },
];

const throttledColumns: readonly Column<Overview['throttled'][number]>[] = [
  {
    title: 'held back by',
    value: ({ system, side, between }) =>
      system === undefined ? `${between?.source} → ${between?.target}` : `${system.name} (${side})`,
  },
  { title: 'until', value: (one) => one.until },
  { title: 'passes', value: (one) => one.passes, align: 'right' },
  { title: 'why', value: (one) => one.reason },
];

function overviewAnswer(overview: Overview): Answer {
  const { passes, forecast, attention, projects, throttled, licenses } = overview;
  return {
    data: overview,
    text: () => [
      ...renderFields([
        ['passes', `${passes.running} running, ${passes.queued} queued, ${passes.pending} waiting`],
        ['speed', `${forecast.objectsPerSecond} objects/s, ${formatBytes(forecast.bytesPerSecond)}/s`],
        [
          'left',
          `${forecast.objectsLeft} objects${forecast.unlisted === 0 ? '' : `, and ${forecast.unlisted} passes not listed yet`}`,
        ],
        [
          'through',
          forecast.finishAt === undefined
            ? ''
            : `${forecast.finishAt} (${forecast.basis === 'objects' ? 'at the speed now' : 'at the pace of the last hour'})`,
        ],
        ['needs a person', `${attention.entries} entries, ${attention.remigrations.total} remigrations`],
        ...licenses.map(
          (one) => [`${one.type} ${one.tier}`, `${one.available} licenses available, ${one.burned} burned`] as const,
        ),
      ]),
      ...section(renderTable(projects, projectColumns), projects.length),
      ...section(renderTable(passes.items, passColumns), passes.items.length),
      ...section(renderTable(throttled, throttledColumns), throttled.length),
    ],
  };
}

const section = (lines: readonly string[], rows: number): readonly string[] => (rows === 0 ? [] : ['', ...lines]);
