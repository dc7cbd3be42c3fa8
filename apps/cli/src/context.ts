import type { Command } from 'commander';
import type { ExitCode } from './exit-codes.ts';
import type { Answer } from './io/answer.ts';
import { Terminal } from './io/terminal.ts';

/** Options that every command takes. */
export interface GlobalOptions {
  readonly json?: boolean;
  readonly server?: string;
}

export interface CommandContext<Options> {
  readonly options: Options & GlobalOptions;
  readonly terminal: Terminal;
}

/** Where the chosen command leaves its exit code for `main`. */
export interface Outcome {
  exit: ExitCode | undefined;
}
const outcomes = new WeakMap<Command, Outcome>();

export function attachOutcome(program: Command, outcome: Outcome): void {
  outcomes.set(program, outcome);
}

function outcomeOf(command: Command): Outcome {
  for (let at: Command | null = command; at !== null; at = at.parent) {
    const outcome = outcomes.get(at);
    if (outcome !== undefined) return outcome;
  }
  throw new Error('command outside of the program');
}

/**
 * What a command does: gets its arguments and options, returns what to show. Errors are thrown, and told in one
 * place, so that no command prints its own.
 */
export function handle<Args extends readonly unknown[], Options extends object>(
  command: Command,
  run: (context: CommandContext<Options>, ...args: Args) => Promise<Answer | undefined>,
): void {
  command.action(async (...given: unknown[]) => {
    const args = given.slice(0, -2) as unknown as Args;
    const options = command.optsWithGlobals() as Options & GlobalOptions;
    const terminal = new Terminal({ json: options.json === true });
    const outcome = outcomeOf(command);
    try {
      outcome.exit = terminal.answer(await run({ options, terminal }, ...args));
    } catch (thrown) {
      outcome.exit = terminal.fail(thrown);
    }
  });
}
