import type { GoldenResult, Observation } from '@sterna/connector-suite';

export interface LiveTest {
  readonly suite: string;
  readonly name: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  /** First lines of what failed. */
  readonly message?: string;
}

export interface LiveReport {
  readonly system: string;
  readonly address: string;
  readonly startedAt: string;
  readonly seconds: number;
  readonly tests: readonly LiveTest[];
  readonly golden: readonly Omit<GoldenResult, 'kind'>[];
  readonly behaviours: readonly (Omit<Observation, 'kind'> & { readonly held: boolean })[];
}

/** What vitest's JSON reporter writes, as far as it is used. */
interface VitestResults {
  readonly testResults: readonly {
    readonly assertionResults: readonly {
      readonly ancestorTitles: readonly string[];
      readonly title: string;
      readonly status: string;
      readonly failureMessages?: readonly string[];
    }[];
    readonly message?: string;
    readonly name: string;
    readonly status: string;
  }[];
}

export function reportOf(of: {
  readonly system: string;
  readonly address: string;
  readonly startedAt: Date;
  readonly endedAt: Date;
  /** JSON. */
  readonly tests: string;
  /** A line of JSON each. */
  readonly entries: string;
  /** None of them gets into the report, whatever a failed test quotes. */
  readonly secrets: readonly string[];
}): LiveReport {
  const clean = (text: string): string =>
    of.secrets.reduce((left, secret) => left.replaceAll(secret, '…').replaceAll(encodeURIComponent(secret), '…'), text);
  const entries = clean(of.entries)
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as GoldenResult | Observation);
  const { testResults } = JSON.parse(clean(of.tests)) as VitestResults;
  const tests = testResults.flatMap((file): LiveTest[] =>
    file.assertionResults.length === 0
      ? [
          {
            suite: file.name.replace(/^.*\//, ''),
            name: 'it runs',
            outcome: 'failed',
            message: firstLines(file.message ?? ''),
          },
        ]
      : file.assertionResults.map(({ ancestorTitles, title, status, failureMessages = [] }) => ({
          suite: ancestorTitles.join(' › '),
          name: title,
          outcome: status === 'passed' ? 'passed' : status === 'failed' ? 'failed' : 'skipped',
          ...(failureMessages.length === 0 ? {} : { message: firstLines(failureMessages[0] ?? '') }),
        })),
  );
  return {
    system: of.system,
    address: of.address,
    startedAt: of.startedAt.toISOString(),
    seconds: Math.round((of.endedAt.getTime() - of.startedAt.getTime()) / 1_000),
    tests,
    golden: entries.flatMap((one) => (one.kind === 'golden' ? [without(one)] : [])),
    behaviours: entries.flatMap((one) =>
      one.kind === 'behaviour' ? [{ ...without(one), held: one.observed === one.assumed }] : [],
    ),
  };
}

function without<T extends { readonly kind: string }>({ kind: _, ...rest }: T): Omit<T, 'kind'> {
  return rest;
}

const firstLines = (text: string): string => text.split('\n').slice(0, 3).join('\n').slice(0, 600);

/** For people to read. */
export function tablesOf({ tests, golden, behaviours }: LiveReport): string {
  const count = (outcome: LiveTest['outcome']): number => tests.filter((one) => one.outcome === outcome).length;
  return [
    `Tests: ${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped.`,
    ...tests.flatMap(({ suite, name, outcome, message = '' }) =>
      outcome === 'failed' ? [`  failed: ${[suite, name].filter(Boolean).join(' › ')}: ${message.split('\n')[0]}`] : [],
    ),
    ...(golden.length === 0 ? [] : ['', table(['content', 'written', 'same', 'told', 'notes'], golden.map(goldenRow))]),
    ...golden.flatMap(({ content, others }) => others.map((one) => `  ${content}: ${one}`)),
    ...(behaviours.length === 0
      ? []
      : [
          '',
          table(
            ['held', 'what isn’t certain', 'the simulator', 'this service'],
            behaviours.map((one) => [one.held ? 'yes' : 'NO', one.question, one.assumed, one.observed]),
          ),
        ]),
  ].join('\n');
}

const goldenRow = ({ content, written, same, told, notes }: Omit<GoldenResult, 'kind'>): string[] => [
  content,
  String(written),
  String(same),
  String(told),
  notes.join(', '),
];

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((name, at) => Math.max(name.length, ...rows.map((row) => (row[at] ?? '').length)));
  return [head, widths.map((width) => '-'.repeat(width)), ...rows]
    .map((row) =>
      row
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
