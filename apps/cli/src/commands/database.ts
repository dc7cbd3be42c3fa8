import type { Command } from 'commander';
import { handle } from '../context.ts';
import { doneAnswer } from '../io/answer.ts';

interface MoveOptions {
  readonly from: string;
  readonly to: string;
  readonly overwrite: boolean;
  readonly cancel: boolean;
}

const HELP = `
A place is a data folder (its embedded database), or postgresql://USER@HOST:5432/DATABASE. A password is better given by
PGPASSWORD or ~/.pgpass than in an address, which other users of the machine can see.

The source is closed for good: a server refuses to start on it. Its contents stay, until a later move with --overwrite
deletes them. Broken off at any moment, the same command goes on. Keys stay in the data folder.`;

export function registerDatabase(program: Command): void {
  const database = program.command('database').description("Sterna's own database.");
  const move = database
    .command('move')
    .summary('from the embedded database to a PostgreSQL server, or back')
    .description('Moves the whole database, and compares both. Stop the server and all workers first.')
    .requiredOption('--from <place>', 'data folder or address')
    .requiredOption('--to <place>', 'data folder or address; must be empty')
    .option('--overwrite', 'delete what an earlier move left behind in the target', false)
    .option('--cancel', 'after a move that was broken off: stay with the source', false)
    .addHelpText('after', HELP);
  handle<[], MoveOptions>(move, async ({ options, terminal }) => {
    const { from, to, overwrite, cancel } = options;
    const { cancelMoveBetween, moveBetween } = await import('@sterna/server/database');
    if (cancel) {
      await cancelMoveBetween({ from, to });
      return doneAnswer({ cancelled: true }, 'The source is in use again.');
    }
    const tell = (step: string): void => void process.stderr.write(`${step}\n`);
    const moved = await moveBetween({ from, to, overwrite, ...(terminal.json ? {} : { onStep: tell }) });
    const { tables, licenseEvents, auditEvents, needsKeyFile } = moved;
    const rows = tables.reduce((sum, table) => sum + table.rows, 0);
    return doneAnswer(
      { ...moved, rows },
      `Moved from ${moved.from} to ${moved.to}: ${rows} rows in ${tables.length} tables, equal in both.`,
      `The ledgers hold: ${licenseEvents} license events, ${auditEvents} audit events.`,
      /^postgres(ql)?:/.test(to)
        ? 'From now on start the server and its workers with DATABASE_URL set to the new address.'
        : `From now on start the server with --data ${to}, and without DATABASE_URL.`,
      ...(needsKeyFile ? [`Bring the key file: keys/secret.key of the old data folder belongs into ${to}/keys.`] : []),
    );
  });
}
