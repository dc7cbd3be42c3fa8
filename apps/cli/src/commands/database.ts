import type { Command } from 'commander';
import { handle } from '../context.ts';
import { doneAnswer } from '../io/answer.ts';
import { readInput } from '../io/files.ts';
import { DEFAULT_DATA_DIR } from './serve.ts';

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
  registerBackup(database);
  registerRestore(database);
  registerReconcile(database);
}

function registerBackup(database: Command): void {
  const backup = database
    .command('backup')
    .summary('all of it into one file, while the server runs')
    .description('Writes all that the database holds into a new file, and reads that once more. Keys are not in it.')
    .argument('<FILE>', 'the new file')
    .option('--data <dir>', 'data folder of the server (or DATABASE_URL)', DEFAULT_DATA_DIR);
  handle<[string], { data: string }>(backup, async ({ options }, file) => {
    const { backUp } = await import('@sterna/server/database');
    const done = await backUp({ dataDir: options.data, databaseUrl: process.env.DATABASE_URL || undefined, file });
    return doneAnswer(
      { ...done, file },
      `${done.rows} rows of ${done.tables} tables, as of ${done.at}, are in ${file}.`,
      `SHA-256 of the contents: ${done.sha256}`,
      'Keep the key file apart from it: keys/secret.key of the data folder.',
    );
  });
}

function registerRestore(database: Command): void {
  const restore = database
    .command('restore')
    .summary('what `backup` wrote')
    .description('Puts a backup into an empty database, whole or not at all. Stop the server and all workers first.')
    .argument('<FILE>', 'what `sterna database backup` wrote')
    .requiredOption('--to <place>', 'data folder or address; must be empty')
    .option('--overwrite', 'delete for good what the target holds', false);
  handle<[string], { to: string; overwrite: boolean }>(restore, async ({ options }, file) => {
    const { restore: putBack } = await import('@sterna/server/database');
    const done = await putBack({ file, ...options });
    return doneAnswer(
      { ...done },
      `${done.rows} rows of ${done.tables} tables, as of ${done.at}, are in ${done.to}.`,
      ...(done.needsKeyFile ? [`Bring the key file: keys/secret.key belongs into ${options.to}/keys.`] : []),
      'Nothing is written to any target until `sterna database reconcile`.',
    );
  });
}

const RECONCILE_HELP = `
A restored database knows nothing of what was done since its backup, so it starts in reconcile mode: no pass writes, and no
license changes hands. Give the newest export of each organization's license ledger (sterna license ledger --export FILE):
what was burned since the backup is burned again, as it was. Then passes go on, and the first one of each entry takes
inventory of its whole target before it writes.

Reports are signed, and know where the ledger ended when they were made. With --report (sterna project report PROJECT --json),
a ledger that ends before that is refused, and the licenses that were burned by then are named.`;

function registerReconcile(database: Command): void {
  const command = database
    .command('reconcile')
    .summary('after a restore: bring back what licenses were burned, and go on')
    .description('Ends the reconcile mode of a restored database.')
    .option('--ledger <file...>', 'newest export of a license ledger')
    .option('--report <file...>', 'signed report (JSON): the ledger must reach what it knew to be burned')
    .option('--without-ledger', 'there is none: licenses burned since the backup can be burned again', false)
    .option('--mark', 'it was restored in a way that Sterna can’t notice (a snapshot of the machine)', false)
    .option('--data <dir>', 'data folder of the server (or DATABASE_URL)', DEFAULT_DATA_DIR)
    .addHelpText('after', RECONCILE_HELP);
  interface Options {
    readonly ledger?: string[];
    readonly report?: string[];
    readonly withoutLedger: boolean;
    readonly mark: boolean;
    readonly data: string;
  }
  handle<[], Options>(command, async ({ options }) => {
    const { reconcileDatabase } = await import('@sterna/server/database');
    const done = await reconcileDatabase({
      dataDir: options.data,
      databaseUrl: process.env.DATABASE_URL || undefined,
      ledgers: await Promise.all((options.ledger ?? []).map(readInput)),
      reports: await Promise.all((options.report ?? []).map(readInput)),
      withoutLedger: options.withoutLedger,
      mark: options.mark,
    });
    return doneAnswer(
      { ...done },
      done.how,
      ...done.ledgers.map(
        ({ organization, added, burned, lostEntries }) =>
          `${organization}: ${added} license events brought back, ${burned} of them burned a license.${lostEntries === 0 ? '' : ` ${lostEntries} entries are lost, their licenses stay burned.`}`,
      ),
      'Passes may write again; the first one of each entry takes inventory of its target before.',
    );
  });
}
