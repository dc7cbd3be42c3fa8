import { allItems, DRY_RUN_VERBS } from '@sterna/api-contract';
import { SternaError } from '@sterna/core';
import { type Command, Option } from 'commander';
import { handle } from '../context.ts';
import { listAnswer } from '../io/answer.ts';
import { readId } from '../io/numbers.ts';
import { dryRunAnswer, dryRunColumns, passAnswer } from '../io/views.ts';
import { connect } from '../remote/connect.ts';
import { watchPass } from '../remote/watch.ts';

export function registerPass(program: Command): void {
  const pass = program.command('pass').description('Runs of an entry.');
  const show = pass
    .command('show')
    .description('Progress, books and result of a pass.')
    .argument('<PASS>', 'its number');
  handle<[string], object>(show, async ({ options }, id) =>
    passAnswer(await (await connect(options)).getPass({ params: { id: readId('pass', id) } })),
  );
  const undo = pass
    .command('undo')
    .description(
      'Take back what the last pass of an entry created and overwrote: plan it, look, then confirm. Gives no license back.',
    )
    .argument('<PASS>', 'its number')
    .option('--plan', 'say what would be removed, restored and left; changes nothing', false)
    .option('--target-address <address>', 'do it; the entry’s target address, typed to confirm')
    .option('--watch', 'wait for the end', false);
  handle<[string], UndoOptions>(undo, async ({ options, terminal }, id) => {
    const { plan, targetAddress } = options;
    if (plan === (targetAddress !== undefined))
      throw new SternaError('config', 'undo-choice', 'Say whether to plan the undo or to do it.', {
        fix: 'Add --plan first; when you have seen the plan, --target-address with the address of the target.',
      });
    const client = await connect(options);
    const { pass: queued } = await client.undoPass({
      params: { id: readId('pass', id) },
      body: targetAddress === undefined ? {} : { targetAddress },
    });
    return passAnswer(options.watch ? await watchPass(client, terminal, queued.id) : queued);
  });
  const dryRun = pass
    .command('dry-run')
    .description('What a dry run found: objects by what would be done, unmapped people, time and license.')
    .argument('<PASS>', 'its number')
    .option('--objects', 'what would be done with each object, instead', false)
    .addOption(new Option('--only <verb>', 'with --objects: only those').choices([...DRY_RUN_VERBS]));
  handle<[string], DryRunOptions>(dryRun, async ({ options }, id) => {
    const client = await connect(options);
    const params = { id: readId('pass', id) };
    if (!options.objects) return dryRunAnswer(await client.getDryRun({ params }));
    const verb = DRY_RUN_VERBS.find((one) => one === options.only);
    return listAnswer(
      await allItems((after) =>
        client.listDryRunObjects({
          params,
          query: { ...(verb === undefined ? {} : { verb }), ...(after === undefined ? {} : { after }) },
        }),
      ),
      dryRunColumns,
      'Nothing would be done.',
    );
  });
  const watch = pass
    .command('watch')
    .description('Follow a pass to its end; the exit code says how it ended.')
    .argument('<PASS>', 'its number');
  handle<[string], object>(watch, async ({ options, terminal }, id) =>
    passAnswer(await watchPass(await connect(options), terminal, readId('pass', id))),
  );
}

interface DryRunOptions {
  readonly objects: boolean;
  readonly only?: string;
  readonly server?: string;
}

interface UndoOptions {
  readonly plan: boolean;
  readonly targetAddress?: string;
  readonly watch: boolean;
  readonly server?: string;
}
