import type { Command } from 'commander';
import { handle } from '../context.ts';
import { readId } from '../io/numbers.ts';
import { passAnswer } from '../io/views.ts';
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
  const watch = pass
    .command('watch')
    .description('Follow a pass to its end; the exit code says how it ended.')
    .argument('<PASS>', 'its number');
  handle<[string], object>(watch, async ({ options, terminal }, id) =>
    passAnswer(await watchPass(await connect(options), terminal, readId('pass', id))),
  );
}
