import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';

export interface Options {
  /** How long things go wrong; what they left undone is done afterwards. */
  readonly minutes: number;
  readonly mailboxes: number;
  /** Says when what goes wrong; two runs with the same one differ only by what the machine does in between. */
  readonly seed: string;
  readonly json: boolean;
  readonly write: boolean;
}

export const USAGE = `npm run soak -- [--minutes N] [--mailboxes N] [--seed TEXT] [--json] [--write]

  --minutes N    how long workers, database, servers and network fail (10)
  --mailboxes N  half from tenant to tenant, half from IMAP to IMAP (200 for each minute, 2000 at most)
  --seed TEXT    repeats what went wrong in a run (random, and told)
  --json         the last line is {"objects":…,"kills":…,"lost":…,"duplicated":…,"unbalanced":…,"licensesWrong":…}
  --write        puts the figures into docs/reliability.md`;

const MOST_MAILBOXES = 2_000;
const EACH_MINUTE = 200;

/** @throws Error in words, for a person */
export function parseOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      minutes: { type: 'string', default: '10' },
      mailboxes: { type: 'string' },
      seed: { type: 'string' },
      json: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    process.exit(0);
  }
  const minutes = count('minutes', values.minutes, 1);
  return {
    minutes,
    mailboxes:
      values.mailboxes === undefined
        ? Math.min(MOST_MAILBOXES, EACH_MINUTE * minutes)
        : count('mailboxes', values.mailboxes, 2),
    seed: values.seed ?? randomBytes(4).toString('hex'),
    json: values.json,
    write: values.write,
  };
}

function count(name: string, text: string, least: number): number {
  if (/^[1-9]\d{0,4}$/.test(text) && Number(text) >= least) return Number(text);
  throw new Error(`--${name} wants a whole number from ${least} on, not “${text}”`);
}
