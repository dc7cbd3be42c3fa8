import { booksSentence } from '../io/books-table.ts';
import { formatBytes, formatSeconds, printable, renderFields } from '../io/table.ts';
import { isSound, type RehearsalReport } from './report.ts';

/** Notes and pauses of a rehearsal that are told one by one; `--json` has all. */
const MOST = 15;

/** The report for people: what stood in, what became of everything, what it would take. */
export function reportLines(report: RehearsalReport): string[] {
  return [
    ...about(report),
    ...section('What preprocess could not make', unprepared(report)),
    ...section('What became of each object', books(report)),
    ...section('Failed or uncertain', failures(report)),
    ...section('What people would be told', notes(report)),
    ...section('People of the user list that the mapping table leads nowhere', unmapped(report)),
    ...section('Pauses', pauses(report)),
    ...section('Licenses that the project would burn', licenses(report)),
    ...section('The whole project, at its real sizes', project(report)),
    ...section('Crashes and outages', troubles(report)),
    ...section('Lost and duplicated', verdict(report)),
  ];
}

const section = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : ['', title, '-'.repeat(title.length), ...lines];

function about({ project, standIns, entries, seed }: RehearsalReport): string[] {
  const all = Object.entries(entries.all).map(([itemType, n]) => `${n} × ${itemType}`);
  return [
    ...renderFields([
      ['project', project.name],
      ['source', standIns.source],
      ['target', standIns.target],
      ['entries', `${entries.rehearsed} of ${all.join(', ')}`],
      ['seed', seed],
    ]),
    ...entries.leftOut.map(({ itemType, entries: n, reason }) => `Left out: ${n} × ${itemType}. ${reason}`),
  ];
}

const unprepared = ({ unprepared: list }: RehearsalReport): string[] => [
  ...list
    .slice(0, MOST)
    .map(
      ({ source, what, outcome, reason, fix }) =>
        `${printable(source)}: ${outcome}: ${printable(what)}${[reason, fix].map((one) => (one === undefined ? '' : ` ${printable(one)}`)).join('')}`,
    ),
  ...more(list.length - MOST),
];

const books = ({ items, access }: RehearsalReport): string[] => {
  const { inPlace, waiting, failed } = access;
  return [
    ...items.map(({ itemType, entries, books }) => `${entries} × ${itemType}: ${booksSentence(books)}`),
    ...(inPlace + waiting + failed === 0 ? [] : [`rights: ${inPlace} in place, ${waiting} waiting, ${failed} failed`]),
  ];
};

const failures = ({ failures: list, failedPasses }: RehearsalReport): string[] => [
  ...list.map(
    ({ itemType, state, objects, code, reason, fix }) =>
      `${objects} ${state} (${itemType}, ${code}): ${printable(reason)}${fix === undefined ? '' : ` ${printable(fix)}`}`,
  ),
  ...failedPasses.map(
    ({ source, kind, reason, fix }) =>
      `The ${kind} pass of ${printable(source)} did not complete: ${printable(reason)}${fix === undefined ? '' : ` ${printable(fix)}`}`,
  ),
];

const notes = ({ notes: list }: RehearsalReport): string[] => [
  ...list.slice(0, MOST).map(({ objects, code, reason }) => `${objects} × ${code}: ${printable(reason)}`),
  ...more(list.length - MOST),
];

const unmapped = ({ unmapped: { count, people } }: RehearsalReport): string[] => [
  ...people.slice(0, MOST).map(printable),
  ...more(count - Math.min(MOST, people.length)),
];

const pauses = ({ pauses: list }: RehearsalReport): string[] => [
  ...list
    .slice(0, MOST)
    .map(
      ({ whose, kind, reason, seconds, passes }) =>
        `${formatSeconds(seconds)}, ${passes} at a time (${kind}${whose === undefined ? '' : `, ${printable(whose)}`}): ${printable(reason)}`,
    ),
  ...more(list.length - MOST),
];

const licenses = ({ licenses: list }: RehearsalReport): string[] =>
  list.map(
    ({ type, burns, available, short }) =>
      `${burns} × ${type}, ${available} available${short > 0 ? `: ${short} short` : ''}`,
  );

const project = ({ estimate }: RehearsalReport): string[] => [
  ...renderFields([
    ['entries', estimate.entries],
    ['objects', estimate.objects.toLocaleString('en-US')],
    ['size', formatBytes(estimate.bytes)],
    [
      'at least',
      `${formatSeconds(estimate.atLeastSeconds)}${estimate.bound === undefined ? '' : ` (${estimate.bound})`}`,
    ],
    ['p50', formatSeconds(estimate.p50Seconds)],
    ['p90', formatSeconds(estimate.p90Seconds)],
  ]),
  estimate.basis,
];

const troubles = ({ troubles: { kills, storms } }: RehearsalReport): string[] => [
  `${kills} × worker killed at work (SIGKILL)`,
  ...Object.entries(storms).map(([name, times]) => `${times} × ${name}`),
];

function verdict(report: RehearsalReport): string[] {
  const { lost, duplicated, unbalanced, verify, findings, seconds } = report;
  return [
    `By the stand-ins themselves: ${lost} lost, ${duplicated} duplicated; ${unbalanced} passes with books that don’t balance.`,
    `By verify: ${Object.entries(verify)
      .map(([figure, n]) => `${n} ${figure}`)
      .join(', ')}.`,
    ...findings.slice(0, MOST).map(printable),
    ...more(findings.length - MOST),
    `${isSound(report) ? 'Everything arrived once' : 'SOMETHING IS WRONG'}, in ${formatSeconds(seconds)}. Nothing was asked of the real systems, and nothing is written down.`,
  ];
}

const more = (n: number): string[] => (n > 0 ? [`… and ${n} more`] : []);
