import { formatFolderPath } from '@sterna/core';
import type { NoteRow } from '@sterna/store';

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
