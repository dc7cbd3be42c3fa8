import { type Command, Option } from 'commander';
import { handle } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { doneAnswer, withExit } from '../io/answer.ts';
import { readNumber } from '../io/numbers.ts';
import { openBrowser } from '../io/open-browser.ts';
import { waitForEnter } from '../io/wait-for-enter.ts';
import { endSignal } from './serve.ts';

const SOURCES = ['microsoft365', 'google'] as const;
const SIZES = ['small', 'medium', 'large'] as const;

interface DemoOptions {
  readonly once: boolean;
  readonly from: string;
  readonly port: string;
  readonly data?: string;
  readonly people: string;
  readonly size: string;
}

export function registerDemo(program: Command): void {
  const demo = program
    .command('demo')
    .summary('see it work: ten people move to a Microsoft 365 tenant, from another one or from Google')
    .description(
      'Starts two tenants of a Microsoft 365 simulator, or one and a domain of a Google Workspace simulator, and a server ' +
        'of its own, migrates mailboxes and drives between them, runs delta passes and a remigration, and shows the books of each and the license ledger. On a terminal it opens the dashboard, where it can be watched, ' +
        'and the server stays until Ctrl-C.',
    )
    .addOption(new Option('--from <system>', 'what people leave').choices(SOURCES).default('microsoft365'))
    .option('--once', 'end when done, even on a terminal', false)
    .option('--port <number>', 'port of the server; 0 takes any free one', '0')
    .option('--data <dir>', 'folder to work in (default: one below the temporary folder)')
    .option('--people <number>', 'how many people move, each with a mailbox and a drive', '10')
    .addOption(new Option('--size <size>', 'of the mailboxes and drives').choices(SIZES).default('small'));
  handle<[], DemoOptions>(demo, async ({ options, terminal }) => {
    const { runDemo } = await import('../demo/run-demo.ts');
    const stays = !options.once && process.stdout.isTTY === true && !terminal.json;
    const ended = endSignal();
    const write = (line: string): void => void process.stdout.write(`${line}\n`);
    const demo = await runDemo({
      ended,
      base: options.data,
      from: options.from as (typeof SOURCES)[number],
      port: readNumber('--port', options.port, 0, 65_535),
      people: readNumber('--people', options.people, 1, 10),
      size: options.size as (typeof SIZES)[number],
      terminal,
      ...(stays ? { ready: (dashboard) => showDashboard(dashboard, write, ended) } : {}),
      out: (line) => {
        if (!terminal.json) write(line);
      },
    });
    try {
      if (stays) {
        for (const line of demo.whatNext) write(line);
        write('\nThe server stays until Ctrl-C.');
        await ended;
      }
    } finally {
      await demo.close();
    }
    return withExit(doneAnswer(demo.result, ...(stays ? [] : demo.whatNextOnce)), demo.ok ? EXIT.ok : EXIT.unexpected);
  });
}

/** How long the story waits for somebody to sign in to the dashboard. */
const WAIT_SECONDS = 60;

async function showDashboard(
  dashboard: { readonly url: string; readonly user: string; readonly password: string },
  write: (line: string) => void,
  ended: Promise<void>,
): Promise<void> {
  write('');
  write(`The dashboard: ${dashboard.url}/   user ${dashboard.user}   password ${dashboard.password}`);
  openBrowser(`${dashboard.url}/`);
  write(`Sign in to watch it live, then press Enter here (it starts by itself in ${WAIT_SECONDS} s).`);
  await waitForEnter(WAIT_SECONDS, ended);
}
