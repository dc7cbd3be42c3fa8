import { addBooks, type Books, balances, EMPTY_BOOKS, formatCsv, formatFolderPath, OBJECT_STATES } from '@sterna/core';
import {
  effortOf,
  entriesOfProject,
  type NoteRow,
  notesOf,
  type PassRow,
  passesOf,
  projectById,
  totalsOf,
} from '@sterna/store';
import { found, readLimit, requireScope } from './access.ts';
import type { Actor, Context } from './context.ts';
import { listedEntry } from './entries.ts';
import { type EntryView, entryView, licenseState } from './entry-view.ts';
import { type PassView, passView } from './passes.ts';

/** One object that needs words: failed, uncertain, skipped, changed in transit (`fidelity`), suspect, gone. */
export interface ReportNote {
  readonly kind: string;
  readonly pass: number;
  readonly folder: string | undefined;
  readonly objectId: string | undefined;
  readonly subject: string | undefined;
  readonly code: string;
  readonly reason: string;
  readonly fix: string | undefined;
  readonly at: Date;
}

export interface EntryReport {
  readonly entry: EntryView;
  /** Everything the source held, each object once, as the ledger stands now. */
  readonly books: Books;
  readonly balanced: boolean;
  readonly bytes: number;
  readonly passes: readonly PassView[];
  readonly notes: readonly ReportNote[];
  /** More notes exist than were returned. */
  readonly truncated: boolean;
}

export interface ProjectReport {
  readonly project: { readonly id: number; readonly name: string };
  readonly books: Books;
  readonly balanced: boolean;
  readonly entries: readonly {
    readonly entryId: number;
    readonly sourceAddress: string;
    readonly targetAddress: string;
    readonly batch: string | undefined;
    readonly status: string;
    readonly passes: number;
    readonly books: Books;
    readonly bytes: number;
    readonly seconds: number;
    readonly license: string | undefined;
  }[];
}

const FAILURES = ['failure', 'uncertain'] as const;
/** Rows of a CSV are read in pages of this many. */
const PAGE = 5_000;

export const reportNote = (row: NoteRow): ReportNote => ({
  kind: row.kind,
  pass: row.pass,
  folder: row.folder === null ? undefined : formatFolderPath(row.folder),
  objectId: row.src_id ?? undefined,
  subject: row.subject ?? undefined,
  code: row.code,
  reason: row.text,
  fix: row.fix ?? undefined,
  at: row.at,
});

/** @param input.limit notes: 1 to 10,000, default 1,000 */
export async function entryReport(
  context: Context,
  actor: Actor,
  input: { entryId: number; limit?: number | undefined },
): Promise<EntryReport> {
  requireScope(actor, 'read');
  const limit = readLimit(input.limit, 1_000, 10_000);
  const row = await listedEntry(context.db, actor, input.entryId);
  const passes = await passesOf(context.db, row.id);
  const totals = found((await totalsOf(context.db, [row.id])).get(row.id), 'entry', row.id);
  const notes = await notesOf(context.db, [row.id], { limit: limit + 1 });
  return {
    entry: entryView(row, await licenseState(context.db, actor.organizationId), passes.at(-1)),
    books: totals.books,
    balanced: balances(totals.books) && passes.every(isBalanced),
    bytes: totals.bytes,
    passes: passes.map(passView),
    notes: notes.slice(0, limit).map(reportNote),
    truncated: notes.length > limit,
  };
}

/** Passes without books (audits, those that never ran) don't unbalance anything. */
const isBalanced = (pass: PassRow): boolean => pass.books === null || balances(pass.books as Books);

const BOOK_COLUMNS = ['Seen', ...OBJECT_STATES.map((state) => state[0]?.toUpperCase() + state.slice(1))];
const bookCells = (books: Books | undefined): (number | undefined)[] => [
  books?.seen,
  ...OBJECT_STATES.map((state) => books?.[state]),
];
const NOTE_COLUMNS = ['Kind', 'Pass', 'Folder', 'Object', 'Subject', 'Code', 'Reason', 'Fix', 'At'];
const noteCells = (note: ReportNote): (string | number | undefined)[] => [
  note.kind,
  note.pass,
  note.folder,
  note.objectId,
  note.subject,
  note.code,
  note.reason,
  note.fix,
  note.at.toISOString(),
];

/** One line per note (`notes`) or per pass (`passes`). */
export async function entryReportCsv(
  context: Context,
  actor: Actor,
  input: { entryId: number; what?: 'notes' | 'passes' | undefined },
): Promise<string> {
  requireScope(actor, 'read');
  const row = await listedEntry(context.db, actor, input.entryId);
  if (input.what === 'passes') {
    const passes = (await passesOf(context.db, row.id)).map(passView);
    return formatCsv([
      ['Pass', 'Kind', 'Status', 'RequestedBy', 'Started', 'Ended', 'Seconds', ...BOOK_COLUMNS],
      ...passes.map((pass) => [
        pass.number,
        pass.kind,
        pass.status,
        pass.requestedBy,
        pass.startedAt?.toISOString(),
        pass.endedAt?.toISOString(),
        pass.activeSeconds,
        ...bookCells(pass.books),
      ]),
    ]);
  }
  let csv = formatCsv([NOTE_COLUMNS]);
  for await (const notes of allNotes(context, [row.id], undefined))
    csv += formatCsv(notes.map((note) => noteCells(reportNote(note))));
  return csv;
}

async function* allNotes(
  context: Context,
  entryIds: readonly number[],
  kinds: readonly string[] | undefined,
): AsyncGenerator<readonly NoteRow[]> {
  let after = 0;
  for (;;) {
    const notes = await notesOf(context.db, entryIds, { kinds, after, limit: PAGE });
    if (notes.length > 0) yield notes;
    if (notes.length < PAGE) return;
    after = notes.at(-1)?.id ?? after;
  }
}

export async function projectReport(
  context: Context,
  actor: Actor,
  input: { projectId: number },
): Promise<ProjectReport> {
  requireScope(actor, 'read');
  const project = found(
    await projectById(context.db, actor.organizationId, input.projectId),
    'project',
    input.projectId,
  );
  const rows = await entriesOfProject(context.db, project.id);
  const ids = rows.map((row) => row.id);
  const totals = await totalsOf(context.db, ids);
  const effort = await effortOf(context.db, ids);
  const licenses = await licenseState(context.db, actor.organizationId);
  const entries = rows.map((row) => ({
    entryId: row.id,
    sourceAddress: row.source_address,
    targetAddress: row.target_address,
    batch: row.batch ?? undefined,
    status: row.status,
    passes: effort.get(row.id)?.passes ?? 0,
    books: totals.get(row.id)?.books ?? EMPTY_BOOKS,
    bytes: totals.get(row.id)?.bytes ?? 0,
    seconds: effort.get(row.id)?.seconds ?? 0,
    license: licenses.burnedOf(row.id)?.id,
  }));
  const books = entries.reduce((sum, entry) => addBooks(sum, entry.books), EMPTY_BOOKS);
  const unbalanced = [...effort.values()].some((one) => !one.books.every(balances));
  return { project: { id: project.id, name: project.name }, books, balanced: balances(books) && !unbalanced, entries };
}

/** One line per entry (`entries`) or one per failed or uncertain object of any entry (`failures`). */
export async function projectReportCsv(
  context: Context,
  actor: Actor,
  input: { projectId: number; what?: 'entries' | 'failures' | undefined },
): Promise<string> {
  const report = await projectReport(context, actor, input);
  if (input.what === 'failures') {
    const entryOf = new Map(report.entries.map((entry) => [entry.entryId, entry]));
    let csv = formatCsv([['Source', 'Target', ...NOTE_COLUMNS]]);
    for await (const notes of allNotes(context, [...entryOf.keys()], FAILURES))
      csv += formatCsv(
        notes.map((note) => {
          const entry = entryOf.get(note.entry_id);
          return [entry?.sourceAddress, entry?.targetAddress, ...noteCells(reportNote(note))];
        }),
      );
    return csv;
  }
  return formatCsv([
    ['Source', 'Target', 'Batch', 'Status', 'License', 'Passes', 'Seconds', 'Bytes', ...BOOK_COLUMNS],
    ...report.entries.map((entry) => [
      entry.sourceAddress,
      entry.targetAddress,
      entry.batch,
      entry.status,
      entry.license,
      entry.passes,
      entry.seconds,
      entry.bytes,
      ...bookCells(entry.books),
    ]),
  ]);
}
