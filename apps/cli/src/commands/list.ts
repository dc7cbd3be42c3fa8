import { ITEM_TYPES, type ItemType, SternaError } from '@sterna/core';
import type { Command } from 'commander';
import { handle } from '../context.ts';
import { doneAnswer, listAnswer, textAnswer } from '../io/answer.ts';
import { readInput, writeOutput } from '../io/files.ts';
import { formatBytes } from '../io/table.ts';
import { importAnswer } from '../io/views.ts';
import { connect } from '../remote/connect.ts';
import { findProject } from '../remote/names.ts';
import { filterOf, registerListBulk, type SelectionOptions, selecting } from './list-bulk.ts';

export function registerList(program: Command): void {
  const list = program.command('list').description('The user list of a project: which mailboxes, from where to where.');

  const importCommand = list
    .command('import')
    .description('Add entries from a CSV. Nothing is made while a line is bad, unless --partial.')
    .argument('<PROJECT>')
    .argument('<FILE>', '- for stdin')
    .option('--preview', 'only look: tell every bad line, make nothing', false)
    .option('--partial', 'import the good lines although some are bad', false)
    .addHelpText(
      'after',
      '\nColumns: SourceAddress (needed), TargetAddress, ItemType, DisplayName, Batch, SourceUser, SourcePassword,\n' +
        'TargetUser, TargetPassword, License, Merge. For a mailbox of several servers also SourceCaldavAddress,\n' +
        'SourceCaldavUser, SourceCaldavPassword and the like, with Target, Imap and Carddav. Passwords are stored sealed,\n' +
        'and never exported.',
    );
  handle<[string, string], { preview: boolean; partial: boolean }>(importCommand, async ({ options }, word, file) => {
    const client = await connect(options);
    const { id } = await findProject(client, word);
    return importAnswer(
      await client.importEntries({
        params: { id },
        query: { preview: options.preview, partial: options.partial },
        body: await readInput(file),
      }),
    );
  });

  const exportCommand = selecting(
    list
      .command('export')
      .description('Write the user list as a CSV that `import` takes. Without credentials.')
      .argument('<PROJECT>')
      .argument('[FILE]', 'stdout without it'),
  );
  handle<[string, string | undefined], SelectionOptions>(exportCommand, async ({ options }, word, file) => {
    const client = await connect(options);
    const { id } = await findProject(client, word);
    const filter = filterOf(options);
    const csv =
      filter === undefined
        ? await client.exportEntries({ params: { id } })
        : await client.exportSelection({ params: { id }, body: { filter } });
    if (file === undefined) return textAnswer(csv);
    await writeOutput(file, csv);
    return doneAnswer({ file }, `The user list is in ${file}.`);
  });

  const get = list
    .command('get')
    .description('What the source system holds, where it can list that.')
    .argument('<PROJECT>')
    .option('--type <type>', ITEM_TYPES.join(', '), 'mailbox')
    .option('--add', 'add those that are not listed yet, with the same target address', false);
  handle<[string], { type: string; add: boolean }>(get, async ({ options }, word) => {
    const client = await connect(options);
    const { id } = await findProject(client, word);
    const itemType = readItemType(options.type);
    const { items } = await client.discoverEntries({ params: { id }, body: { itemType } });
    const fresh = items.filter((item) => !item.listed);
    if (options.add) {
      if (fresh.length === 0) return doneAnswer({ added: 0 }, 'There is nothing new.');
      const made = await client.createEntries({
        params: { id },
        body: {
          entries: fresh.map((item) => ({
            itemType,
            sourceAddress: item.address,
            targetAddress: item.address,
            ...(item.displayName === undefined ? {} : { displayName: item.displayName }),
          })),
        },
      });
      return doneAnswer({ added: made.items.length }, `${made.items.length} entries are added.`);
    }
    return listAnswer(
      items,
      [
        { title: 'address', value: (row) => row.address },
        { title: 'name', value: (row) => row.displayName },
        { title: 'objects', value: (row) => row.objects, align: 'right' },
        { title: 'size', value: (row) => (row.bytes === undefined ? '' : formatBytes(row.bytes)), align: 'right' },
        { title: 'listed', value: (row) => (row.listed ? 'yes' : 'no') },
      ],
      'The source system holds nothing of this type.',
    );
  });

  registerListBulk(list);
}

function readItemType(word: string): ItemType {
  const type = ITEM_TYPES.find((known) => known === word);
  if (type !== undefined) return type;
  throw new SternaError('config', 'item-type-unknown', `There is no item type "${word}".`, {
    field: '--type',
    fix: `Use ${ITEM_TYPES.join(', ')}.`,
  });
}
