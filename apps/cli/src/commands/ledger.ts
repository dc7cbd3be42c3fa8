import { SternaError } from '@sterna/core';
import type { Command } from 'commander';
import { handle } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { type Answer, withExit } from '../io/answer.ts';
import { readInput } from '../io/files.ts';
import { balanceAnswer } from '../io/views.ts';
import { DEFAULT_DATA_DIR } from './serve.ts';

export function registerLedger(program: Command): void {
  const ledger = program
    .command('ledger')
    .description('The license ledger and the audit trail, verified without trusting a server.');
  const verify = ledger
    .command('verify')
    .description('Does the hash chain hold, and does every balance follow from it?')
    .argument('[FILE]', 'an export (`sterna license ledger --export FILE`, `sterna audit --export FILE`), - for stdin')
    .option('--database', 'the database itself, of the server on this machine', false)
    .option('--data <dir>', 'data folder, for --database (or DATABASE_URL)', DEFAULT_DATA_DIR);
  handle<[string | undefined], { database: boolean; data: string }>(verify, async ({ options }, file) => {
    const { verifyLedgerFile, verifyLedgersOfDatabase } = await import('@sterna/server/ledger');
    if (options.database) {
      const all = await verifyLedgersOfDatabase({
        dataDir: options.data,
        databaseUrl: process.env.DATABASE_URL || undefined,
      });
      const answers = all.map(({ organization, ...chained }) => verdictAnswer(organization, chained));
      return withExit(
        {
          data: all,
          text: () => (answers.length === 0 ? ['There is no organization.'] : answers.flatMap((one) => one.text())),
        },
        answers.every((one) => one.exit === EXIT.ok) ? EXIT.ok : EXIT.unbalanced,
      );
    }
    if (file === undefined) {
      throw new SternaError('config', 'ledger-not-named', 'Nothing says which ledger to verify.', {
        fix: 'Name an exported file, or add --database.',
      });
    }
    return verdictAnswer(file, verifyLedgerFile(await readInput(file)));
  });
}

type Chained = ReturnType<typeof import('@sterna/server/ledger')['verifyLedgerFile']>;

/** What holds says so in its own numbers: a ledger has balances, a trail hasn't. */
function verdictAnswer(name: string, { what, verdict }: Chained): Answer {
  if (!verdict.ok)
    return {
      data: verdict,
      text: () => [`${name}: THE ${what.toUpperCase()} DOES NOT HOLD at event ${verdict.seq}: ${verdict.words}`],
      exit: EXIT.unbalanced,
    };
  return {
    data: verdict,
    text: () => [
      `${name}: the ${what} holds: ${verdict.events} events, head ${verdict.head}`,
      ...('balances' in verdict ? balanceAnswer(verdict.balances).text() : []),
    ],
    exit: EXIT.ok,
  };
}
