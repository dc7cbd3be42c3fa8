import { SternaError } from '@sterna/core';
import type { Command } from 'commander';
import { handle } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { type Answer, doneAnswer, withExit } from '../io/answer.ts';
import { readInput } from '../io/files.ts';
import { DEFAULT_DATA_DIR } from './serve.ts';

interface VerifyOptions {
  readonly key?: string;
  readonly ledger?: string;
}

export function registerReport(program: Command): void {
  const report = program.command('report').description('Signed reports, verified without trusting a server.');

  const verify = report
    .command('verify')
    .summary('signed by whom, changed since, and does the license ledger still reach it?')
    .description('Verifies a report (JSON of `sterna project report`, `sterna entry report`) without the server.')
    .argument('<FILE>', '- for stdin')
    .option('--key <file>', 'public key of the installation (`sterna report key`)')
    .option('--ledger <file>', 'export of the license ledger, which has to reach what the report signed');
  handle<[string], VerifyOptions>(verify, async ({ options }, file) => {
    const { verifyReportFile } = await import('@sterna/server/ledger');
    const { key, ledger } = options;
    const report = await readInput(file);
    const expected = {
      ...(key === undefined ? {} : { key: (await readInput(key)).toString('utf8').trim() }),
      ...(ledger === undefined ? {} : { ledger: await readInput(ledger) }),
    };
    let proof: ReturnType<typeof verifyReportFile>;
    try {
      proof = verifyReportFile(report, expected);
    } catch (thrown) {
      return findingAnswer(file, thrown);
    }
    const { seq, hash } = proof.ledger;
    return doneAnswer(
      { ok: true, ...proof, keyGiven: key !== undefined, ledgerReached: ledger !== undefined },
      `${file}: the signature holds; signed at ${proof.signedAt}, of organization ${proof.organization}.`,
      ...(key === undefined ? [`By the key that it names itself: ${proof.key}. Whose it is, --key says.`] : []),
      `Head of the license ledger by then: event ${seq}, ${hash}.`,
      ledger === undefined ? 'Add --ledger to see whether the ledger still reaches it.' : 'The ledger reaches it.',
    );
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

/** What a verification is for: the files could be read, and don't prove what they should. */
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
