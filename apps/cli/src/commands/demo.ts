import type { Command } from 'commander';
import { handle } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { doneAnswer, withExit } from '../io/answer.ts';
import { readNumber } from '../io/numbers.ts';
import { endSignal } from './serve.ts';

interface DemoOptions {
  readonly once: boolean;
  readonly port: string;
  readonly data?: string;
  readonly messages: string;
}

export function registerDemo(program: Command): void {
  const demo = program
    .command('demo')
    .summary('see it work: a sample mailbox migrates, changes, and migrates again')
    .description(
      'Makes a mailbox of awkward mail and a server of its own, migrates it, runs a delta pass and a remigration, and ' +
        'shows the books of each and the license ledger. On a terminal the server stays until Ctrl-C.',
    )
    .option('--once', 'end when done, even on a terminal', false)
    .option('--port <number>', 'port of the server; 0 takes any free one', '0')
    .option('--data <dir>', 'folder to work in (default: one below the temporary folder)')
    .option('--messages <number>', 'size of the sample mailbox', '200');
  handle<[], DemoOptions>(demo, async ({ options, terminal }) => {
    const { runDemo } = await import('../demo/run-demo.ts');
    const stays = !options.once && process.stdout.isTTY === true && !terminal.json;
    const ended = endSignal();
    const demo = await runDemo({
      ended,
      base: options.data,
      port: readNumber('--port', options.port, 0, 65_535),
      messages: readNumber('--messages', options.messages, 10, 100_000),
      terminal,
      out: (line) => {
        if (!terminal.json) process.stdout.write(`${line}\n`);
      },
    });
    try {
      if (stays) {
        for (const line of demo.whatNext) process.stdout.write(`${line}\n`);
        process.stdout.write('\nThe server stays until Ctrl-C.\n');
        await ended;
      }
    } finally {
      await demo.close();
    }
    return withExit(doneAnswer(demo.result, ...(stays ? [] : demo.whatNextOnce)), demo.ok ? EXIT.ok : EXIT.unexpected);
  });
}
