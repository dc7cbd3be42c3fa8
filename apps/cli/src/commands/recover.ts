import type { Command } from 'commander';
import { handle } from '../context.ts';
import { doneAnswer } from '../io/answer.ts';
import { needSecret } from '../io/secrets.ts';
import { DEFAULT_DATA_DIR } from './serve.ts';

/** The way back in, on the server itself. */
export function registerRecover(program: Command): void {
  const recover = program
    .command('recover')
    .summary('let an owner in again, on the server itself')
    .description(
      'Gives an owner a new password, straight in the data folder, and ends their sessions. Where passwords are ' +
        'switched off it counts for an hour.',
    )
    .argument('[EMAIL]', 'whose; the only owner without it')
    .option('--data <dir>', 'data folder (or DATABASE_URL)', DEFAULT_DATA_DIR)
    .addHelpText('after', '\nThe password comes from STERNA_PASSWORD, or you are asked on a terminal.');
  handle<[string | undefined], { data: string }>(recover, async ({ options, terminal }, email) => {
    const password = await needSecret(terminal, 'STERNA_PASSWORD', 'New password (at least 12 characters)');
    const { recoverOwner } = await import('@sterna/server/recover');
    const { email: owner, until } = await recoverOwner({
      dataDir: options.data,
      databaseUrl: process.env.DATABASE_URL || undefined,
      email,
      password,
    });
    return doneAnswer(
      { email: owner, until: until?.toISOString() },
      `${owner} has a new password${until === undefined ? '' : `, which counts until ${until.toISOString()}`}.`,
    );
  });
}
