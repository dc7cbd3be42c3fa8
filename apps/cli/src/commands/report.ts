import { SternaError } from '@sterna/core';
import type { VerifiedReport } from '@sterna/server/ledger';
import { type Command, Option } from 'commander';
import { type GlobalOptions, handle } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { type Answer, doneAnswer, withExit } from '../io/answer.ts';
import { readInput } from '../io/files.ts';
import { connect } from '../remote/connect.ts';
import { DEFAULT_DATA_DIR } from './serve.ts';

interface VerifyOptions {
  readonly key?: string;
  readonly ledger?: string;
  readonly database: boolean;
  readonly data: string;
}

export function registerReport(program: Command): void {
  const report = program.command('report').description('Signed reports, verified.');

  const verify = report
    .command('verify')
    .summary('signed by whom, changed since, and does the license ledger still reach it?')
    .description(
      'Verifies a report (JSON of `sterna project report`, `sterna entry report`): by files alone, or against a running ' +
        'server (--server), or against the database of this machine (--database).',
    )
    .argument('<FILE>', '- for stdin')
    .option('--key <file>', 'public key of the installation (`sterna report key`)')
    .option('--ledger <file>', 'export of the license ledger, which has to reach what the report signed')
    .addOption(
      new Option('--database', 'by the key file and the database of the server on this machine')
        .default(false)
        .conflicts(['key', 'ledger']),
    )
    .option('--data <dir>', 'data folder, for --database (or DATABASE_URL)', DEFAULT_DATA_DIR);
  handle<[string], VerifyOptions>(verify, async ({ options }, file) => {
    const report = await readInput(file);
    try {
      return provedAnswer(file, await verified(report, options), options);
    } catch (thrown) {
      return findingAnswer(file, thrown);
    }
  });

  const key = report
    .command('key')
    .description('The public key that the reports of the server on this machine are signed with.')
    .option('--data <dir>', 'data folder of the server', DEFAULT_DATA_DIR);
  handle<[], { data: string }>(key, async ({ options }) => {
    const { reportKey } = await import('@sterna/server/ledger');
    const publicKey = await reportKey(options.data);
    return doneAnswer({ publicKey }, publicKey);
  });
}

async function verified(report: Uint8Array, options: VerifyOptions & GlobalOptions): Promise<VerifiedReport> {
  const { verifyReportFile, verifyReportInDatabase } = await import('@sterna/server/ledger');
  if (options.database && options.server !== undefined)
    throw new SternaError('config', 'option-conflict', '--database and --server are two places to ask.', {
      fix: 'Leave one of them out.',
      field: '--database',
    });
  if (options.database)
    return verifyReportInDatabase(report, {
      dataDir: options.data,
      databaseUrl: process.env.DATABASE_URL || undefined,
    });
  // What no file says is asked of the server, if one is named; whether it holds is found out here.
  const isAsked = options.key === undefined || options.ledger === undefined;
  const server = isAsked && options.server !== undefined ? await connect(options) : undefined;
  const key = options.key === undefined ? undefined : (await readInput(options.key)).toString('utf8').trim();
  return verifyReportFile(report, {
    key: key ?? (await server?.getReportKey())?.key,
    ledger: options.ledger === undefined ? await ledgerOf(server) : await readInput(options.ledger),
  });
}

const ledgerOf = async (server: Awaited<ReturnType<typeof connect>> | undefined): Promise<Uint8Array | undefined> =>
  server === undefined ? undefined : Buffer.from(JSON.stringify(await server.exportLedger()));

function provedAnswer(
  file: string,
  { proof, ledgerEvents }: VerifiedReport,
  { key, database, server }: VerifyOptions & GlobalOptions,
): Answer {
  const { seq, hash } = proof.ledger;
  const keyGiven = key !== undefined || database || server !== undefined;
  const reached = ledgerEvents !== undefined;
  return doneAnswer(
    { ok: true, ...proof, keyGiven, ledgerReached: reached, ...(reached ? { ledgerEvents } : {}) },
    `${file}: the signature holds; signed at ${proof.signedAt}, of organization ${proof.organization}.`,
    ...(keyGiven ? [] : [`By the key that it names itself: ${proof.key}. Whose it is, --key says.`]),
    `Head of the license ledger by then: event ${seq}, ${hash}.`,
    reached
      ? `The ledger reaches it${ledgerEvents > seq ? `, and has gone on to event ${ledgerEvents} since` : ' and ends there'}.`
      : 'Add --ledger, --server or --database to see whether the ledger still reaches it.',
  );
}

/** What a verification is for: the report could be read, and isn't proved. */
const FINDINGS: ReadonlySet<string> = new Set([
  'report-falsified',
  'report-other-key',
  'report-other-organization',
  'report-beyond-ledger',
  'report-not-in-ledger',
  'ledger-broken',
]);

function findingAnswer(file: string, thrown: unknown): Answer {
  if (!(thrown instanceof SternaError) || !FINDINGS.has(thrown.code)) throw thrown;
  const { code, message, fix } = thrown;
  return withExit(
    doneAnswer({ ok: false, code, words: message }, `${file}: NOT PROVED (${code}): ${message}`, ...(fix ? [fix] : [])),
    EXIT.unbalanced,
  );
}
