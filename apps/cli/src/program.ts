import { Command } from 'commander';
import { commandGroups } from './commands/index.ts';
import { EXIT_HELP } from './exit-codes.ts';
import { VERSION } from './version.ts';

export function buildProgram(): Command {
  const program = new Command('sterna')
    .description('Migrates mailboxes and proves it: nothing lost, nothing duplicated, every object accounted for.')
    .version(VERSION, '-V, --version')
    .option('--json', 'print one line of JSON on stdout instead of text')
    .option(
      '--server <url>',
      'Sterna server (default: STERNA_URL, else the one you signed in to, else http://127.0.0.1:7420)',
    )
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false })
    .showSuggestionAfterError(true)
    .exitOverride()
    // Usage errors are told in our own two lines, by `main`.
    .configureOutput({ outputError: () => {} })
    .addHelpText('after', `\n${EXIT_HELP}`);
  for (const register of commandGroups) register(program);
  return program;
}
