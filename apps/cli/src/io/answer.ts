import { EXIT, type ExitCode } from '../exit-codes.ts';
import { type Column, renderFields, renderTable } from './table.ts';

/** What a command found or did, told once: as one line of JSON with `--json`, else as text. */
export interface Answer {
  readonly data: unknown;
  readonly text: () => readonly string[];
  readonly exit?: ExitCode;
}

export const listAnswer = <Row>(rows: readonly Row[], columns: readonly Column<Row>[], none: string): Answer => ({
  data: rows,
  text: () => (rows.length === 0 ? [none] : renderTable(rows, columns)),
});

export const fieldsAnswer = (
  data: unknown,
  fields: readonly (readonly [string, string | number | undefined])[],
): Answer => ({
  data,
  text: () => renderFields(fields),
});

export const doneAnswer = (data: unknown, ...lines: readonly string[]): Answer => ({ data, text: () => lines });

/** A document (CSV, report) goes to stdout, or a file, as it is. */
export const textAnswer = (text: string): Answer => ({ data: text, text: () => [text.replace(/\n$/, '')] });

export const withExit = (answer: Answer, exit: ExitCode): Answer => ({ ...answer, exit });

export const exitOf = (answer: Answer | undefined): ExitCode => answer?.exit ?? EXIT.ok;
