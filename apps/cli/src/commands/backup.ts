import type { Command } from 'commander';
import { handle } from '../context.ts';
import { doneAnswer, listAnswer } from '../io/answer.ts';
import { readId } from '../io/numbers.ts';
import { passAnswer } from '../io/views.ts';
import { connect } from '../remote/connect.ts';
import { findEntry, findSystem } from '../remote/names.ts';
import { watchPass } from '../remote/watch.ts';

export function registerBackup(program: Command): void {
  const backup = program.command('backup').description('Backups of targets, on the server.');
  handle(backup.command('list').description('Backups of the organization.'), async ({ options }) => {
    const { items } = await (await connect(options)).listBackups();
    return listAnswer(
      items,
      [
        { title: 'id', value: (row) => row.entryId, align: 'right' },
        { title: 'of entry', value: (row) => row.ofEntryId, align: 'right' },
        { title: 'address', value: (row) => row.address },
        { title: 'status', value: (row) => row.status },
        { title: 'made', value: (row) => row.createdAt },
        { title: 'path', value: (row) => row.path },
      ],
      'There are no backups.',
    );
  });
  const create = backup
    .command('create')
    .description('Back up what is in the target of an entry now. Costs nothing.')
    .argument('<ENTRY>')
    .option('--watch', 'wait for the end and show the progress', false);
  handle<[string], { watch: boolean }>(create, async ({ options, terminal }, word) => {
    const client = await connect(options);
    const found = await findEntry(client, word);
    const made = await client.backUpTarget({ params: { id: found.id } });
    if (options.watch) return passAnswer(await watchPass(client, terminal, made.pass.id));
    return doneAnswer(
      made,
      `Backup ${made.backup.entryId} is being made in ${made.backup.path} (pass ${made.pass.id}).`,
    );
  });
  const restore = backup
    .command('restore')
    .description('Put a backup back where it came from, or elsewhere. What is still there is not written twice.')
    .argument('<BACKUP>', 'its id')
    .option('--system <system>', 'another target system')
    .option('--address <address>', 'another target address')
    .option('--watch', 'wait for the end and show the progress', false);
  handle<[string], { system?: string; address?: string; watch: boolean }>(
    restore,
    async ({ options, terminal }, word) => {
      const client = await connect(options);
      const body = {
        ...(options.system === undefined ? {} : { targetSystemId: (await findSystem(client, options.system)).id }),
        ...(options.address === undefined ? {} : { targetAddress: options.address }),
      };
      const made = await client.restoreBackup({ params: { id: readId('backup', word) }, body });
      if (options.watch) return passAnswer(await watchPass(client, terminal, made.pass.id));
      return doneAnswer(made, `The backup is being restored by pass ${made.pass.id}.`);
    },
  );
}
