import { SternaError } from './errors.ts';

/** A record of a CSV, with the line it starts on (1 is the first; a quoted field may span several). */
export interface CsvRecord {
  readonly line: number;
  readonly fields: readonly string[];
}

/** One thing wrong with a CSV. */
export interface CsvProblem {
  readonly line: number;
  readonly column: string | undefined;
  /** Stable: `csv-duplicate`, `csv-bad-value` … */
  readonly code: string;
  readonly message: string;
  readonly fix: string | undefined;
}

const csvError = (code: string, message: string, fix: string, line?: number): SternaError =>
  new SternaError('config', code, message, { fix, ...(line === undefined ? {} : { line }) });

/**
 * UTF-8 bytes as text, with or without a byte order mark.
 *
 * @throws SternaError config `csv-encoding`, naming the line for a stray byte, or UTF-16 and how to save it otherwise
 */
export function decodeCsv(bytes: Uint8Array): string {
  const utf16 =
    (bytes[0] === 0xff && bytes[1] === 0xfe) ||
    (bytes[0] === 0xfe && bytes[1] === 0xff) ||
    // Without a mark: ASCII text has a zero in every second byte.
    (bytes.length >= 4 && (bytes[0] === 0) !== (bytes[1] === 0) && (bytes[2] === 0) !== (bytes[3] === 0));
  const fix = 'Save it as "CSV UTF-8" (Excel: Save As, CSV UTF-8).';
  if (utf16) throw csvError('csv-encoding', 'This file is UTF-16 ("Unicode text" in Excel), not UTF-8.', fix);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw csvError('csv-encoding', 'This file is not UTF-8.', fix, lineOfBadByte(bytes));
  }
}

/** Lines decode one by one: a line feed is never part of a longer UTF-8 sequence. */
function lineOfBadByte(bytes: Uint8Array): number {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let line = 1;
  let start = 0;
  while (start < bytes.length) {
    const lf = bytes.indexOf(10, start);
    const end = lf === -1 ? bytes.length : lf;
    try {
      decoder.decode(bytes.subarray(start, end));
    } catch {
      return line;
    }
    line += 1;
    start = end + 1;
  }
  return line;
}

/** What separates the fields, by the first line: a comma, Excel's semicolon in many countries, or a tab. */
export function csvDelimiter(text: string): ',' | ';' | '\t' {
  const counts = { ',': 0, ';': 0, '\t': 0 };
  let quoted = false;
  for (const char of text) {
    if (char === '"') quoted = !quoted;
    else if (!quoted && (char === '\n' || char === '\r')) break;
    else if (!quoted && char in counts) counts[char as ',' | ';' | '\t'] += 1;
  }
  if (counts['\t'] > counts[','] && counts['\t'] > counts[';']) return '\t';
  return counts[';'] > counts[','] ? ';' : ',';
}

/**
 * RFC 4180 with the delimiter found by `csvDelimiter`; CRLF, LF or CR ends a line; blank lines are left out. Excel's
 * first line `sep=;` is obeyed.
 *
 * @throws SternaError config `csv-quote`, with the line where the quote opened
 */
export function parseCsv(input: string): readonly CsvRecord[] {
  const text = input.startsWith('\ufeff') ? input.slice(1) : input;
  const told = /^sep=(.)\r?\n/i.exec(text);
  const delimiter = told?.[1] ?? csvDelimiter(text);
  const records: CsvRecord[] = [];
  let line = told === null ? 1 : 2;
  let at = told === null ? 0 : told[0].length;
  let startLine = line;
  let fields: string[] = [];

  const endRecord = (): void => {
    if (fields.length > 1 || fields[0]?.trim() !== '') records.push({ line: startLine, fields });
    fields = [];
    startLine = line;
  };

  while (at < text.length) {
    let field: string;
    if (text[at] === '"') {
      const opened = line;
      field = '';
      at += 1;
      for (;;) {
        const close = text.indexOf('"', at);
        if (close === -1)
          throw csvError(
            'csv-quote',
            'A quoted field never ends.',
            'Close the quote; a quote inside a field is doubled ("").',
            opened,
          );
        const part = text.slice(at, close);
        line += countLineEnds(part);
        field += part;
        at = close + 1;
        if (text[at] !== '"') break;
        field += '"';
        at += 1;
      }
      const next = text[at];
      if (next !== undefined && next !== delimiter && next !== '\n' && next !== '\r')
        throw csvError(
          'csv-quote',
          'Text follows a closing quote.',
          'Double a quote that belongs to the field (""), and quote the whole field.',
          line,
        );
    } else {
      const start = at;
      while (at < text.length && text[at] !== delimiter && text[at] !== '\n' && text[at] !== '\r') at += 1;
      field = text.slice(start, at);
    }
    fields.push(field);
    const end = text[at];
    if (end === delimiter) {
      at += 1;
      // A delimiter at the very end leaves an empty last field.
      if (at === text.length || text[at] === '\n' || text[at] === '\r') fields.push('');
      else continue;
    }
    if (text[at] === '\r' && text[at + 1] === '\n') at += 2;
    else at += 1;
    line += 1;
    endRecord();
  }
  if (fields.length > 0) endRecord();
  return records;
}

const countLineEnds = (text: string): number => text.match(/\r\n|\n|\r/g)?.length ?? 0;

/**
 * RFC 4180 text: commas, CRLF, quotes where needed. A field that a spreadsheet would run as a formula gets an
 * apostrophe in front (addresses from outside may begin with `=`); `readCell` takes it off again.
 */
export function formatCsv(rows: readonly (readonly (string | number | boolean | undefined)[])[]): string {
  return rows.map((row) => `${row.map(formatField).join(',')}\r\n`).join('');
}

function formatField(value: string | number | boolean | undefined): string {
  if (typeof value !== 'string') return value === undefined ? '' : String(value);
  const safe = /^'*[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",;\t\r\n]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export const readCell = (text: string): string => (/^'+[=+\-@\t\r]/.test(text) ? text.slice(1) : text);
