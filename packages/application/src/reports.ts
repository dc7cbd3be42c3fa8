import type { Books } from '@sterna/core';
import type { Actor, Context } from './context.ts';
import type { EntryView } from './entries.ts';
import { notImplemented } from './not-implemented.ts';
import type { PassView } from './passes.ts';

/** One object that needs words: failed, uncertain, skipped, filtered, changed in transit (`fidelity`), suspect. */
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

export async function entryReport(
  _context: Context,
  _actor: Actor,
  _input: { entryId: number; limit?: number | undefined },
): Promise<EntryReport> {
  return notImplemented('entryReport');
}

/** One line per note (`notes`) or per pass (`passes`). */
export async function entryReportCsv(
  _context: Context,
  _actor: Actor,
  _input: { entryId: number; what?: 'notes' | 'passes' | undefined },
): Promise<string> {
  return notImplemented('entryReportCsv');
}

export async function projectReport(
  _context: Context,
  _actor: Actor,
  _input: { projectId: number },
): Promise<ProjectReport> {
  return notImplemented('projectReport');
}

/** One line per entry (`entries`) or one per failed or uncertain object of any entry (`failures`). */
export async function projectReportCsv(
  _context: Context,
  _actor: Actor,
  _input: { projectId: number; what?: 'entries' | 'failures' | undefined },
): Promise<string> {
  return notImplemented('projectReportCsv');
}
