import { SternaError } from '@sterna/core';
import { CommanderError } from 'commander';
import { attachOutcome, type Outcome } from './context.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { Terminal } from './io/terminal.ts';
import { buildProgram } from './program.ts';

/** Runs one command line and says how it ended. Nothing here or below calls `process.exit` but signal handlers. */
export async function main(argv: readonly string[]): Promise<ExitCode> {
  // `sterna … | head` closes the pipe: that's no error of ours.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(EXIT.ok);
  });
  const program = buildProgram();
  const outcome: Outcome = { exit: undefined };
  attachOutcome(program, outcome);
  try {
    await program.parseAsync(argv, { from: 'user' });
    return outcome.exit ?? EXIT.ok;
  } catch (thrown) {
    const terminal = new Terminal({ json: argv.includes('--json') });
    if (!(thrown instanceof CommanderError)) return terminal.fail(thrown);
    if (thrown.exitCode === 0) return EXIT.ok;
    // `sterna project` alone: commander has printed the help to stderr.
    if (thrown.code === 'commander.help') return EXIT.usage;
    return terminal.fail(usageError(thrown, argv));
  }
}

function usageError(error: CommanderError, argv: readonly string[]): SternaError {
  // What is one word too many may be a secret: it is not repeated.
  const [what = '', ...hints] = error.message
    .replace(/^error: /, '')
    .replace(/( but got \d+): .*/s, '$1')
    .split('\n');
  const command = argv.find((word) => !word.startsWith('-'));
  const known = command !== undefined && error.code !== 'commander.unknownCommand';
  const hint = hints.join(' ').replace(/[()]/g, '').trim();
  return new SternaError('config', 'usage', `${what.charAt(0).toUpperCase()}${what.slice(1)}.`.replace('..', '.'), {
    fix: `${hint === '' ? '' : `${hint} `}See \`sterna ${known ? `${command} ` : ''}--help\`.`,
  });
}
