import type { AccessBooks } from '@sterna/core';
import type { CopyForecast, CopyHooks, CopyResult } from '@sterna/server/copy';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { type Answer, doneAnswer, withExit } from './answer.ts';
import { booksSentence, booksTable } from './books-table.ts';
import { type ProgressLine, progressLine } from './progress-line.ts';
import { formatBytes, formatSeconds, printable } from './table.ts';
import type { Terminal } from './terminal.ts';
import { verbCounts } from './views.ts';

/** Failures listed as text; `--json` has all of them. */
const MOST_LISTED = 20;

/** Runs a copy under a person's eyes: progress, waits, Ctrl-C, and the books in the end. */
export const followCopy = async (
  terminal: Terminal,
  run: (hooks: CopyHooks) => Promise<CopyResult>,
): Promise<Answer> => {
  const result = await followed(terminal, run);
  return withExit(describe(result), exitCode(result));
};

/** As `followCopy`, of one that writes nothing. */
export async function followForecast(
  terminal: Terminal,
  run: (hooks: CopyHooks) => Promise<CopyForecast>,
): Promise<Answer> {
  const { books, ...found } = await followed(terminal, run);
  return doneAnswer(
    { ...found, books: books.total },
    ...booksTable(foldersOf(books), books.total),
    '',
    `Nothing was written. A copy would: ${verbCounts(found.objects)}; ${formatBytes(found.bytes)}; ` +
      `new folders: ${found.containers}. This took ${formatSeconds(found.seconds)}.`,
  );
}

async function followed<T>(terminal: Terminal, run: (hooks: CopyHooks) => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const onSignal = (): void => {
    // The second Ctrl-C doesn't wait: what is in flight is settled by the next run, as after a crash.
    if (stop.signal.aborted) process.exit(EXIT.interrupted);
    terminal.say('Stopping; what is in flight is settled first. Ctrl-C again ends at once.');
    stop.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  let line: ProgressLine | undefined;
  try {
    return await run({
      signal: stop.signal,
      onStart: ({ kind, resumed }) => {
        line?.end();
        if (resumed) terminal.say(`Going on with the interrupted ${kind} pass.`);
        line = progressLine(terminal, kind);
      },
      onProgress: (progress) => line?.update(progress),
      onPause: (detail, until) => line?.say(`Waiting until ${until.toISOString()}: ${printable(detail)}`),
      onNotice: (text) => terminal.say(text),
    });
  } finally {
    line?.end();
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
  }
}

function exitCode(result: CopyResult): ExitCode {
  if (!result.balanced) return EXIT.unbalanced;
  const { access = { waiting: 0, failed: 0 } } = result;
  if (result.failed + result.uncertain + access.waiting + access.failed > 0) return EXIT.someFailed;
  return result.verify !== undefined && !result.verify.ok ? EXIT.unbalanced : EXIT.ok;
}

const foldersOf = ({ containers }: Pick<CopyResult, 'containers'>) =>
  containers.map(({ container: folder, kind, books, excluded }) => ({ folder, kind, books, excluded }));

function describe(result: CopyResult): Answer {
  const { containers, ...line } = result;
  const failures = result.failures.slice(0, MOST_LISTED).map((failure) => {
    const what = [failure.folder === '' ? '/' : failure.folder, failure.subject ?? failure.id]
      .filter((part) => part !== undefined)
      .join(': ');
    return printable(
      `${failure.kind}: ${what}: ${failure.reason}${failure.fix === undefined ? '' : ` Fix: ${failure.fix}`}`,
    );
  });
  const more = result.failures.length - failures.length;
  return doneAnswer(
    line,
    ...booksTable(foldersOf(result), result),
    '',
    `${result.pass} pass: ${booksSentence(result)}; ${result.balanced ? 'the books balance' : 'THE BOOKS DO NOT BALANCE'}; ` +
      `${formatBytes(result.bytes)} in ${formatSeconds(result.seconds)}`,
    ...(result.access === undefined ? [] : [accessSentence(result.access)]),
    ...failures,
    ...(more > 0 ? [`… and ${more} more (see --json)`] : []),
    ...(result.verify === undefined ? [] : [verifySentence(result.verify)]),
  );
}

export const accessSentence = ({ applied, unchanged, waiting, failed, notKept }: AccessBooks): string =>
  notKept === true
    ? 'rights: not kept, the target has none'
    : `rights: ${applied} applied, ${unchanged} unchanged, ${waiting} waiting, ${failed} failed`;

export function verifySentence(found: NonNullable<CopyResult['verify']>): string {
  return (
    `verify: ${found.source} in the source, ${found.target} in the target; ${found.identical} identical, ` +
    (found.rewritten > 0 ? `${found.rewritten} rewritten with the same meaning, ` : '') +
    (found.adapted > 0 ? `${found.adapted} adapted as told, ` : '') +
    (found.uncompared > 0 ? `${found.uncompared} gone from the source and not compared, ` : '') +
    `${found.missing} missing, ${found.duplicated} duplicated, ${found.different} different, ${found.extra} extra, ` +
    `${found.notMigrated} not migrated: ${found.ok ? 'ok' : 'NOT OK'}`
  );
}
