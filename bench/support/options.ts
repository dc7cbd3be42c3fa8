import { parseArgs } from 'node:util';

export interface Options {
  readonly runs: number;
  readonly messages: number;
  /** Of the ledger that grows; undefined: as many as it has by default. */
  readonly rows: number | undefined;
  readonly quick: boolean;
  readonly only: ReadonlySet<string> | undefined;
}

export const USAGE = `npm run bench -- [--runs N] [--messages N] [--rows N] [--only NAME[,NAME…]] [--quick]

  --runs N      measured rounds of each comparison, medians are shown (5; 1 with --quick)
  --messages N  size of the mailbox that is copied (10000; 2000 with --quick)
  --rows N      of the ledger that grows (5000000; 200000 with --quick)
  --only NAME   initial, many, delta, dav-radicale, dav-cyrus, drives, microsoft365, microsoft365-crowd, google, google-quotas, memory,
                crashes, workers, ledger, ledger-growth, dashboard, dashboards
  --quick       small mailboxes: shows that it works, not what it can; writes no document`;

/** @throws Error in words, for a person */
export function parseOptions(args: readonly string[], names: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      runs: { type: 'string' },
      messages: { type: 'string' },
      rows: { type: 'string' },
      only: { type: 'string' },
      quick: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    process.exit(0);
  }
  const count = (text: string | undefined, otherwise: number, name: string): number => {
    if (text === undefined) return otherwise;
    if (!/^[1-9]\d{0,7}$/.test(text)) throw new Error(`--${name} wants a whole number from 1 on, not “${text}”`);
    return Number(text);
  };
  const only = values.only === undefined ? undefined : new Set(values.only.split(',').map((name) => name.trim()));
  for (const name of only ?? [])
    if (!names.includes(name)) throw new Error(`--only knows ${names.join(', ')}, not “${name}”`);
  return {
    runs: count(values.runs, values.quick ? 1 : 5, 'runs'),
    messages: count(values.messages, values.quick ? 2_000 : 10_000, 'messages'),
    rows: values.rows === undefined ? undefined : count(values.rows, 0, 'rows'),
    quick: values.quick,
    only,
  };
}
