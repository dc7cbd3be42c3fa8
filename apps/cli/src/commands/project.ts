import type { Command } from 'commander';
import { handle } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { doneAnswer, fieldsAnswer, listAnswer, textAnswer, withExit } from '../io/answer.ts';
import { booksSentence } from '../io/books-table.ts';
import { readInput, readSettings, writeOutput } from '../io/files.ts';
import { renderTable } from '../io/table.ts';
import { importAnswer } from '../io/views.ts';
import { connect } from '../remote/connect.ts';
import { findProject, findSystem } from '../remote/names.ts';
import { registerProjectAccess } from './project-access.ts';

const collect = (value: string, before: readonly string[]): string[] => [...before, value];

export function registerProject(program: Command): void {
  const project = program.command('project').description('Projects: a source system, a target system, settings.');

  handle(project.command('list').description('Projects of the organization.'), async ({ options }) => {
    const { items } = await (await connect(options)).listProjects();
    return listAnswer(
      items,
      [
        { title: 'id', value: (row) => row.id, align: 'right' },
        { title: 'name', value: (row) => row.name },
        { title: 'source', value: (row) => row.source.name },
        { title: 'target', value: (row) => row.target.name },
        { title: 'entries', value: (row) => entriesInWords(row.entries) },
      ],
      'There are no projects yet.',
    );
  });

  const create = project
    .command('create')
    .description('Make a project.')
    .argument('<NAME>')
    .requiredOption('--source <system>', 'name or id of the source system')
    .requiredOption('--target <system>', 'name or id of the target system')
    .option('--settings <file>', 'JSON file with settings, - for stdin')
    .option('--set <name=value>', 'one setting, such as dateFilter.to=2024-01-31 (repeatable)', collect, []);
  handle<[string], { source: string; target: string; settings?: string; set: string[] }>(
    create,
    async ({ options }, name) => {
      const client = await connect(options);
      const settings = await readSettings(options.settings, options.set);
      const made = await client.createProject({
        body: {
          name,
          sourceSystemId: (await findSystem(client, options.source)).id,
          targetSystemId: (await findSystem(client, options.target)).id,
          settings,
        },
      });
      return doneAnswer(
        made,
        `Project ${made.name} (${made.id}) is made. Fill its user list with \`sterna list import\`.`,
      );
    },
  );

  const show = project.command('show').description('One project.').argument('<PROJECT>');
  handle<[string], object>(show, async ({ options }, word) => {
    const found = await findProject(await connect(options), word);
    return fieldsAnswer(found, [
      ['id', found.id],
      ['name', found.name],
      ['source', `${found.source.name} (${found.source.connector})`],
      ['target', `${found.target.name} (${found.target.connector})`],
      ['entries', entriesInWords(found.entries)],
      ['settings', JSON.stringify(found.settings)],
    ]);
  });

  const settings = project
    .command('settings')
    .description('Show the settings of a project, or change some. Passes that have started keep theirs.')
    .argument('<PROJECT>')
    .option('--file <file>', 'JSON file with changes, - for stdin')
    .option(
      '--set <name=value>',
      'change one, such as conflict=overwrite (repeatable); null goes back to the default',
      collect,
      [],
    );
  handle<[string], { file?: string; set: string[] }>(settings, async ({ options }, word) => {
    const client = await connect(options);
    const { id } = await findProject(client, word);
    const patch = await readSettings(options.file, options.set);
    if (Object.keys(patch).length === 0) {
      const now = await client.getProjectSettings({ params: { id } });
      return doneAnswer(now, JSON.stringify(now.settings, null, 2));
    }
    const after = await client.putProjectSettings({ params: { id }, body: { patch } });
    return doneAnswer(
      after,
      ...(after.changes.length === 0 ? ['Nothing changed.'] : after.changes.map((change) => change.words)),
    );
  });

  const report = project
    .command('report')
    .description('Books of a project, entry by entry.')
    .argument('<PROJECT>')
    .option('--csv', 'as CSV', false)
    .option('--failures', 'one line per failed or uncertain object, as CSV', false);
  handle<[string], { csv: boolean; failures: boolean }>(report, async ({ options }, word) => {
    const client = await connect(options);
    const { id } = await findProject(client, word);
    if (options.csv || options.failures) {
      return textAnswer(
        await client.projectReportCsv({ params: { id }, query: { what: options.failures ? 'failures' : 'entries' } }),
      );
    }
    const found = await client.projectReport({ params: { id } });
    return withExit(
      {
        data: found,
        text: () => [
          ...renderTable(found.entries, [
            { title: 'entry', value: (row) => row.entryId, align: 'right' },
            { title: 'source', value: (row) => row.sourceAddress },
            { title: 'target', value: (row) => row.targetAddress },
            { title: 'status', value: (row) => row.status },
            { title: 'passes', value: (row) => row.passes, align: 'right' },
            { title: 'books', value: (row) => booksSentence(row.books) },
          ]),
          '',
          `total: ${booksSentence(found.books)}; ${found.balanced ? 'the books balance' : 'THE BOOKS DO NOT BALANCE'}`,
        ],
      },
      found.balanced ? EXIT.ok : EXIT.unbalanced,
    );
  });

  registerProjectAccess(project);
  registerMapping(program);
}

const entriesInWords = (entries: Readonly<Record<string, number>>): string =>
  Object.entries(entries)
    .map(([status, count]) => `${count} ${status}`)
    .join(', ');

function registerMapping(program: Command): void {
  const mapping = program.command('mapping').description('Mapping table: source address to target address.');
  const importCommand = mapping
    .command('import')
    .description('Read the mapping table from a CSV with the columns Source, Target, Kind.')
    .argument('<PROJECT>')
    .argument('<FILE>', '- for stdin')
    .option('--append', 'add and replace single rows, instead of the whole table', false);
  handle<[string, string], { append: boolean }>(importCommand, async ({ options }, word, file) => {
    const client = await connect(options);
    const { id } = await findProject(client, word);
    return importAnswer(
      await client.importMapping({ params: { id }, query: { append: options.append }, body: await readInput(file) }),
    );
  });
  const exportCommand = mapping
    .command('export')
    .description('Write the mapping table as CSV.')
    .argument('<PROJECT>')
    .argument('[FILE]', 'stdout without it');
  handle<[string, string | undefined], object>(exportCommand, async ({ options }, word, file) => {
    const client = await connect(options);
    const { id } = await findProject(client, word);
    const csv = await client.exportMapping({ params: { id } });
    if (file === undefined) return textAnswer(csv);
    await writeOutput(file, csv);
    return doneAnswer({ file }, `The mapping table is in ${file}.`);
  });
}
