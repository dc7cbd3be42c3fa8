import { addBooks, type Books, balances, EMPTY_BOOKS, formatCsv, OBJECT_STATES } from '@sterna/core';
import { effortOf, entriesOfProject, type NoteRow, notesOf, type PassRow, passesOf, totalsOf } from '@sterna/store';
import { found, readLimit, requireSomewhere } from './access.ts';
import type { Actor, Context } from './context.ts';
import { type CutoverBatch, cutoverOf } from './cutover.ts';
import { type EntryView, entryViews, licenseState } from './entry-view.ts';
import { type PassView, passView } from './passes.ts';
import { type ReportEntry, reportFailures, reportRows } from './project-report.ts';
import { listedEntry, reachProject } from './reach.ts';
import { type ReportNote, reportNote } from './report-note.ts';

export { type ReportNote, reportNote } from './report-note.ts';

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
  readonly entries: readonly ReportEntry[];
  /** Checklist of each batch: who ticked what and when, and what the passes say. */
  readonly cutover: readonly CutoverBatch[];
}

/** Rows of a CSV are read in pages of this many. */
const PAGE = 5_000;
const FAILURES_PAGE = 500;

/** @param input.limit notes: 1 to 10,000, default 1,000 */
export async function entryReport(
  context: Context,
  actor: Actor,
  input: { entryId: number; limit?: number | undefined },
): Promise<EntryReport> {
  requireSomewhere(actor, 'read');
  const limit = readLimit(input.limit, 1_000, 10_000);
  const row = await listedEntry(context.db, actor, 'read', input.entryId);
  const passes = await passesOf(context.db, row.id);
  const totals = found((await totalsOf(context.db, [row.id])).get(row.id), 'entry', row.id);
  const notes = await notesOf(context.db, [row.id], { limit: limit + 1 });
  const [entry] = await entryViews(context.db, [row], await licenseState(context.db, actor.organizationId));
  return {
    entry: entry as EntryView,
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
  requireSomewhere(actor, 'read');
  const row = await listedEntry(context.db, actor, 'read', input.entryId);
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
  for await (const notes of allNotes(context, row.id))
    csv += formatCsv(notes.map((note) => noteCells(reportNote(note))));
  return csv;
}

async function* allNotes(context: Context, entryId: number): AsyncGenerator<readonly NoteRow[]> {
  let after = 0;
  for (;;) {
    const notes = await notesOf(context.db, [entryId], { after, limit: PAGE });
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
  requireSomewhere(actor, 'read');
  const project = await reachProject(context.db, actor, 'read', input.projectId);
  const rows = await entriesOfProject(context.db, project.id);
  const ids = rows.map((row) => row.id);
  const effort = await effortOf(context.db, ids);
  const entries = await reportRows(context, actor, rows, effort);
  const books = entries.reduce((sum, entry) => addBooks(sum, entry.books), EMPTY_BOOKS);
  const unbalanced = [...effort.values()].some((one) => !one.books.every(balances));
  return {
    project: { id: project.id, name: project.name },
    books,
    balanced: balances(books) && !unbalanced,
    entries,
    cutover: await cutoverOf(context.db, project.id),
  };
}

/** One line per entry (`entries`), or one per object of any entry that is failed or uncertain now (`failures`). */
export async function projectReportCsv(
  context: Context,
  actor: Actor,
  input: { projectId: number; what?: 'entries' | 'failures' | undefined },
): Promise<string> {
  if (input.what === 'failures') {
    let csv = formatCsv([['Source', 'Target', ...NOTE_COLUMNS]]);
    for (let after: string | undefined, first = true; first || after !== undefined; first = false) {
      const page = await reportFailures(context, actor, { projectId: input.projectId, after, limit: FAILURES_PAGE });
      csv += formatCsv(page.items.map((one) => [one.sourceAddress, one.targetAddress, ...noteCells(one)]));
      after = page.next;
    }
    return csv;
  }
  const report = await projectReport(context, actor, input);
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
