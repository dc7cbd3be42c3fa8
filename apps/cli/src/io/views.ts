import type { PassView, ResponseOf } from '@sterna/api-contract';
import { SternaError } from '@sterna/core';
import { EXIT, type ExitCode, exitCodeOf } from '../exit-codes.ts';
import { type Answer, fieldsAnswer, listAnswer, withExit } from './answer.ts';
import { booksSentence, booksTable } from './books-table.ts';
import { preprocessLines } from './preprocess-lines.ts';
import { type Column, formatSeconds, printable, renderFields, renderTable } from './table.ts';

/** How each kind of thing looks as a table or as fields: said once, used by every command that shows it. */

type Entry = ResponseOf<'getEntry'>;
type Plan = ResponseOf<'planEntry'>;
type RemigrationPlan = ResponseOf<'planRemigration'>;
type Remigration = ResponseOf<'getRemigration'>;
type Balance = ResponseOf<'getBalances'>['items'][number];
type AuditEvent = ResponseOf<'listAudit'>['items'][number];
type LicenseEvent = ResponseOf<'listLicenseEvents'>['items'][number];
type Note = ResponseOf<'entryReport'>['notes'][number];

export const entryColumns: readonly Column<Entry>[] = [
  { title: 'id', value: (entry) => entry.id, align: 'right' },
  { title: 'source', value: (entry) => entry.sourceAddress },
  { title: 'target', value: (entry) => entry.targetAddress },
  { title: 'batch', value: (entry) => entry.batch },
  { title: 'license', value: licenseOf },
  { title: 'status', value: (entry) => entry.status },
  { title: 'migrated', value: (entry) => entry.lastPass?.books?.migrated, align: 'right' },
  { title: 'failed', value: (entry) => entry.failures, align: 'right' },
  { title: 'detail', value: (entry) => entry.statusDetail },
];

function licenseOf(entry: Entry): string {
  const best = entry.licenses[0];
  if (best === undefined) return '';
  return `${best.tier === 'trial' ? 'trial ' : ''}${best.type}${best.burned ? ' (burned)' : ''}`;
}

export const entryAnswer = (entry: Entry): Answer =>
  fieldsAnswer(entry, [
    ['id', entry.id],
    ['project', entry.projectId],
    ['type', entry.itemType],
    ['source', entry.sourceAddress],
    ['target', entry.targetAddress],
    ['name', entry.displayName],
    ['batch', entry.batch],
    ['status', entry.status],
    ['detail', entry.statusDetail],
    ['resumes', entry.resumeAt],
    ['license', licenseOf(entry)],
    [
      'last pass',
      entry.lastPass === undefined ? '' : `${entry.lastPass.kind} ${entry.lastPass.id}: ${entry.lastPass.status}`,
    ],
    ['books', entry.lastPass?.books === undefined ? '' : booksSentence(entry.lastPass.books)],
    ['replaces', entry.replacesEntryId],
    ['deleted', entry.archivedAt],
  ]);

export const passColumns: readonly Column<PassView>[] = [
  { title: 'id', value: (pass) => pass.id, align: 'right' },
  { title: 'entry', value: (pass) => pass.entryId, align: 'right' },
  { title: 'no', value: (pass) => pass.number, align: 'right' },
  { title: 'kind', value: (pass) => pass.kind },
  { title: 'status', value: (pass) => pass.status },
  { title: 'started', value: (pass) => pass.startedAt },
  { title: 'seconds', value: (pass) => Math.round(pass.activeSeconds * 10) / 10, align: 'right' },
  { title: 'books', value: (pass) => (pass.books === undefined ? '' : booksSentence(pass.books)) },
];

export function passAnswer(pass: PassView): Answer {
  return {
    data: pass,
    text: () => {
      const error = pass.error as { message?: string; fix?: string } | null | undefined;
      return [
        ...(pass.books === undefined ? [] : [...booksTable(pass.folders ?? [], pass.books), '']),
        ...preprocessLines(pass).flatMap((line, at, all) => (at === all.length - 1 ? [line, ''] : [line])),
        ...renderFields([
          ['pass', `${pass.id} (${pass.kind}, number ${pass.number} of entry ${pass.entryId})`],
          ['status', pass.status],
          ['resumes', pass.resumeAt],
          ['took', formatSeconds(pass.activeSeconds)],
          ['undone', pass.undoneBy === undefined ? '' : `by the undo with number ${pass.undoneBy} of the entry`],
          [
            'books',
            pass.books === undefined
              ? ''
              : `${booksSentence(pass.books)}${pass.books.balanced ? '' : ' - THEY DO NOT BALANCE'}`,
          ],
          [
            'result',
            pass.books !== undefined || pass.result === undefined || pass.result === null
              ? ''
              : resultWords(pass.result),
          ],
          ['error', error?.message],
          ['fix', error?.fix],
        ]),
      ];
    },
    exit: passExit(pass),
  };
}

/** Counts of an audit, verify, undo or preprocess, without its lists. */
function resultWords(result: unknown): string {
  return Object.entries(result as Record<string, unknown>)
    .flatMap(([key, value]) => {
      if (typeof value !== 'object') return [`${key} ${String(value)}`];
      if (isNames(value)) return [`${key} ${value.length === 0 ? 'nothing' : value.join(', ')}`];
      return isCounts(value) ? [`${key} (${resultWords(value)})`] : [];
    })
    .join(', ');
}

/** What a finish gave back, and what it couldn't. */
const isNames = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((one) => typeof one === 'string');

const isCounts = (value: object | null): boolean =>
  value !== null && Object.values(value).length > 0 && Object.values(value).every((one) => typeof one === 'number');

/** How a command ends that waited for this pass. */
export function passExit(pass: PassView): ExitCode {
  if (pass.books !== undefined && !pass.books.balanced) return EXIT.unbalanced;
  switch (pass.status) {
    case 'completed':
    case 'queued':
    case 'running':
    case 'pending':
      return EXIT.ok;
    case 'completed with failures':
      return pass.kind === 'verify' ? EXIT.unbalanced : EXIT.someFailed;
    case 'stopped':
      return EXIT.interrupted;
    default: {
      const error = pass.error as { class?: SternaError['class']; code?: string; message?: string } | null | undefined;
      const code = exitCodeOf(new SternaError(error?.class ?? 'object', error?.code ?? '', error?.message ?? ''));
      return code === EXIT.auth || code === EXIT.unreachable ? code : EXIT.unbalanced;
    }
  }
}

export const balanceColumns: readonly Column<Balance>[] = [
  { title: 'type', value: (row) => row.type },
  { title: 'tier', value: (row) => row.tier },
  { title: 'granted', value: (row) => row.granted, align: 'right' },
  { title: 'available', value: (row) => row.available, align: 'right' },
  { title: 'assigned', value: (row) => row.assigned, align: 'right' },
  { title: 'burned', value: (row) => row.burned, align: 'right' },
];

/** Types that nobody was ever granted are left out of the table. */
export const balanceAnswer = (rows: readonly Balance[]): Answer => ({
  ...listAnswer(
    rows.filter((row) => row.granted > 0),
    balanceColumns,
    'No license was granted yet.',
  ),
  data: rows,
});

export const licenseEventColumns: readonly Column<LicenseEvent>[] = [
  { title: 'seq', value: (event) => event.seq, align: 'right' },
  { title: 'at', value: (event) => event.at },
  { title: 'kind', value: (event) => event.kind },
  { title: 'license', value: (event) => event.license },
  { title: 'entry', value: (event) => event.entry, align: 'right' },
  { title: 'data', value: (event) => licenseData(event.data) },
  { title: 'actor', value: (event) => event.actor },
  { title: 'hash', value: (event) => event.hash.slice(0, 12) },
];

export const auditColumns: readonly Column<AuditEvent>[] = [
  { title: 'seq', value: (event) => event.seq, align: 'right' },
  { title: 'at', value: (event) => event.at },
  { title: 'actor', value: (event) => event.actor },
  { title: 'action', value: (event) => event.action },
  { title: 'subject', value: (event) => event.subject },
  { title: 'data', value: (event) => JSON.stringify(event.data ?? {}) },
];

function licenseData(data: unknown): string {
  const { type, tier, quantity, reason, note } = (data ?? {}) as Record<string, string | number | undefined>;
  return [quantity, type, tier, reason, note].filter((part) => part !== undefined && part !== '').join(' ');
}

const checklist: readonly Column<Plan['checklist'][number]>[] = [
  { title: 'state', value: (line) => line.state },
  { title: 'check', value: (line) => line.name },
  { title: 'evidence', value: (line) => line.evidence },
  { title: 'fix', value: (line) => line.fix },
];

const estimateWords = (estimate: Plan['estimate']): string =>
  [
    estimate.seconds === undefined ? 'unknown' : `about ${formatSeconds(estimate.seconds)}`,
    estimate.p90Seconds === undefined ? '' : `(p90 ${formatSeconds(estimate.p90Seconds)})`,
    estimate.objects === undefined ? '' : `for ${estimate.objects} objects`,
    estimate.basis === '' ? '' : `(${estimate.basis})`,
  ]
    .filter((part) => part !== '')
    .join(' ');

type DryRun = ResponseOf<'getDryRun'>;
type DryRunObject = ResponseOf<'listDryRunObjects'>['items'][number];

export const dryRunColumns: readonly Column<DryRunObject>[] = [
  { title: 'would', value: (row) => row.verb },
  { title: 'kind', value: (row) => row.kind },
  { title: 'folder', value: (row) => row.folder.join('/') },
  { title: 'object', value: (row) => row.notes.find(({ subject }) => subject !== null)?.subject ?? row.id },
  { title: 'into', value: (row) => row.targetFolder?.join('/') },
  {
    title: 'why',
    value: (row) =>
      [row.reason === 'none' ? '' : row.reason, ...row.notes.map(({ text }) => text)]
        .filter((part) => part !== '')
        .join(' '),
  },
];

/** `create 2, overwrite 1` */
export const verbCounts = (objects: DryRun['objects']): string =>
  Object.entries(objects)
    .map(([verb, count]) => `${verb} ${count}`)
    .join(', ');

export const dryRunAnswer = (found: DryRun): Answer => ({
  data: found,
  text: () => [
    ...renderFields([
      ['would', verbCounts(found.objects)],
      ['new folders', String(found.containers)],
      ['time', estimateWords(found.estimate)],
      ['license', found.license.words],
      ['unmapped', found.unmappedCount === 0 ? 'nobody' : `${found.unmappedCount}; add them to the mapping table`],
    ]),
    ...found.unmapped.map(
      ({ principal, occurrences, places }) =>
        `  ${printable(principal)}: ${occurrences} times, such as in ${printable(places.join(', '))}`,
    ),
  ],
});

export const planAnswer = (plan: Plan): Answer => ({
  data: plan,
  text: () => [
    ...renderFields([
      ['a start would be', plan.kind],
      ['license', plan.license.words],
      ['time', estimateWords(plan.estimate)],
    ]),
    ...plan.drift.words.map((line) => `changed: ${printable(line)}`),
    ...plan.warnings.map((line) => `warning: ${printable(line)}`),
    '',
    ...renderTable(plan.checklist, checklist),
    ...(plan.refusal === undefined
      ? []
      : [
          '',
          `A start would be refused: ${plan.refusal.message}`,
          ...(plan.refusal.fix === undefined ? [] : [`Fix: ${plan.refusal.fix}`]),
        ]),
  ],
});

export const remigrationPlanAnswer = (plan: RemigrationPlan): Answer => ({
  data: plan,
  text: () => [
    ...renderFields([
      ['would a delta do', `${plan.wouldDeltaDo.answer}: ${plan.wouldDeltaDo.reason}`],
      ['license', plan.license.words],
      ['target now', plan.target.words],
      ['duplicates', plan.duplicates.words],
      ['source changed', plan.sourceChanged.words],
      ['time', estimateWords(plan.estimate)],
    ]),
    ...plan.drift.words.map((line) => `changed: ${printable(line)}`),
    ...plan.warnings.map((line) => `warning: ${printable(line)}`),
    '',
    ...renderTable(plan.checklist, checklist),
  ],
});

export const remigrationAnswer = (remigration: Remigration): Answer =>
  fieldsAnswer(remigration, [
    ['remigration', remigration.id],
    ['entry', `${remigration.entryId}${remigration.newEntryId === undefined ? '' : ` → ${remigration.newEntryId}`}`],
    ['reason', remigration.reason],
    ['step', remigration.step],
    ['next', remigration.next],
    [
      'waits for',
      remigration.waitingFor === undefined
        ? ''
        : `pass ${remigration.waitingFor.passId} (${remigration.waitingFor.kind}, ${remigration.waitingFor.status})`,
    ],
    ['problem', remigration.problem],
    [
      'backup',
      remigration.backup === undefined
        ? ''
        : 'path' in remigration.backup
          ? remigration.backup.path
          : `refused: ${remigration.backup.refused}`,
    ],
    ['to be removed', remigration.frozen === undefined ? '' : `${remigration.frozen.objects} objects`],
    ...remigration.steps.map((step) => [step.step, `${step.when} ${step.who} ${step.why}`] as const),
  ]);

export const remigrationColumns: readonly Column<Remigration>[] = [
  { title: 'id', value: (row) => row.id, align: 'right' },
  { title: 'entry', value: (row) => row.entryId, align: 'right' },
  { title: 'new entry', value: (row) => row.newEntryId, align: 'right' },
  { title: 'step', value: (row) => row.step },
  { title: 'next', value: (row) => row.next },
];

export const noteColumns: readonly Column<Note>[] = [
  { title: 'pass', value: (note) => note.pass, align: 'right' },
  { title: 'kind', value: (note) => note.kind },
  { title: 'code', value: (note) => note.code },
  { title: 'folder', value: (note) => note.folder },
  { title: 'object', value: (note) => note.subject ?? note.objectId },
  { title: 'reason', value: (note) => note.reason },
  { title: 'fix', value: (note) => note.fix },
];

export const checkAnswer = (check: ResponseOf<'checkSystem'>): Answer =>
  withExit(
    {
      ...listAnswer(
        check.lines,
        [
          { title: 'ok', value: (line) => (line.ok ? 'ok' : 'NO') },
          { title: 'check', value: (line) => line.name },
          { title: 'evidence', value: (line) => line.evidence },
          { title: 'fix', value: (line) => line.fix },
        ],
        'Nothing was checked.',
      ),
      data: check,
    },
    check.ok ? EXIT.ok : EXIT.unbalanced,
  );

/** An import tells every problem; with any, it failed as far as scripts are concerned. */
export function importAnswer(result: {
  imported: number;
  problems: readonly { line: number; column?: string | undefined; message: string; fix?: string | undefined }[];
}): Answer {
  const answer: Answer = {
    data: result,
    text: () => [
      ...result.problems.map((problem) =>
        printable(
          `line ${problem.line}${problem.column === undefined ? '' : `, ${problem.column}`}: ${problem.message}` +
            `${problem.fix === undefined ? '' : ` Fix: ${problem.fix}`}`,
        ),
      ),
      `${result.imported} imported${result.problems.length === 0 ? '' : `, ${result.problems.length} problems`}.`,
    ],
  };
  return result.problems.length === 0 ? answer : withExit(answer, EXIT.usage);
}
