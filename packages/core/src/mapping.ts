import { type CsvProblem, decodeCsv, formatCsv, parseCsv, readCell } from './csv-text.ts';
import { SternaError } from './errors.ts';

/** A row of the mapping table: who someone is at the target. */
export interface MappingRow {
  readonly kind: MappingKind;
  /** An address; for `domain` a domain name. */
  readonly source: string;
  readonly target: string;
}
export const MAPPING_KINDS = ['user', 'group', 'domain'] as const;
export type MappingKind = (typeof MAPPING_KINDS)[number];

/** A domain is mapped as a whole: `old.example`, with or without `@` before it. */
export const isDomainName = (text: string): boolean => /^@?[^\s@/]+$/.test(text.trim());

const fold = (text: string): string => text.trim().toLowerCase();

/** `target` is undefined for who is mapped nowhere. */
export type MappingLookup = (address: string) => string | undefined;

/**
 * Users and groups by their whole address, without case; then domains: the longest that the address's domain equals
 * or is below. `old.example → new.example` makes `a@eu.old.example` into `a@eu.new.example`.
 */
export function mappingLookup(rows: readonly MappingRow[]): MappingLookup {
  const exact = new Map<string, string>();
  const domains = new Map<string, string>();
  for (const row of rows)
    (row.kind === 'domain' ? domains : exact).set(
      fold(row.source).replace(/^@/, ''),
      row.target.trim().replace(/^@/, ''),
    );
  return (address) => {
    const folded = fold(address);
    const found = exact.get(folded);
    if (found !== undefined) return found;
    const at = address.trim().lastIndexOf('@');
    if (at <= 0) return undefined;
    const local = address.trim().slice(0, at);
    const labels = folded.slice(folded.lastIndexOf('@') + 1).split('.');
    for (let skip = 0; skip < labels.length; skip += 1) {
      const domain = domains.get(labels.slice(skip).join('.'));
      if (domain !== undefined) return `${local}@${[...labels.slice(0, skip), domain].join('.')}`;
    }
    return undefined;
  };
}

export interface UnmappedPrincipal {
  readonly principal: string;
  readonly occurrences: number;
  /** The first few places, in words. */
  readonly places: readonly string[];
}

const PLACES_KEPT = 5;

/** Names each principal that is mapped nowhere once, with where it occurs. */
export class UnmappedCollector {
  readonly #lookup: MappingLookup;
  readonly #found = new Map<string, { principal: string; occurrences: number; places: string[] }>();

  constructor(lookup: MappingLookup) {
    this.#lookup = lookup;
  }

  /** The target of a principal; where there is none it is noted with the place. */
  resolve(principal: string, place: string): string | undefined {
    const target = this.#lookup(principal);
    if (target !== undefined) return target;
    const key = fold(principal);
    const known = this.#found.get(key);
    if (known === undefined) this.#found.set(key, { principal: principal.trim(), occurrences: 1, places: [place] });
    else {
      known.occurrences += 1;
      if (known.places.length < PLACES_KEPT && !known.places.includes(place)) known.places.push(place);
    }
    return undefined;
  }

  /** Most frequent first. */
  list(): readonly UnmappedPrincipal[] {
    return [...this.#found.values()].sort(
      (a, b) => b.occurrences - a.occurrences || (a.principal < b.principal ? -1 : 1),
    );
  }
}

const COLUMNS = { source: 'Source', target: 'Target', kind: 'Kind' } as const;

/**
 * Columns Source, Target and, if not all are users, Kind. Problems are collected, each with its line and column.
 *
 * @throws SternaError config `csv-*` where the file can't be read as a whole
 */
export function readMapping(bytes: Uint8Array): { rows: readonly MappingRow[]; problems: readonly CsvProblem[] } {
  const [header, ...records] = parseCsv(decodeCsv(bytes));
  if (header === undefined)
    throw new SternaError('config', 'csv-empty', 'The file is empty.', {
      fix: 'Its first line names the columns: Source,Target,Kind.',
    });
  const names = header.fields.map(fold);
  for (const [index, name] of names.entries())
    if (!Object.values(COLUMNS).some((known) => known.toLowerCase() === name))
      throw new SternaError(
        'config',
        'csv-unknown-column',
        `There is no column ${header.fields[index]?.trim() || '(without a name)'}.`,
        {
          line: header.line,
          field: header.fields[index] ?? '',
          fix: 'The columns are Source, Target and Kind.',
        },
      );
  for (const needed of [COLUMNS.source, COLUMNS.target])
    if (!names.includes(needed.toLowerCase()))
      throw new SternaError('config', 'csv-missing-column', `The column ${needed} is missing.`, {
        line: header.line,
        field: needed,
        fix: 'The columns are Source, Target and Kind.',
      });
  const rows: MappingRow[] = [];
  const problems: CsvProblem[] = [];
  const seen = new Map<string, number>();
  for (const record of records) {
    const cell = (column: string): string => readCell(record.fields[names.indexOf(column.toLowerCase())]?.trim() ?? '');
    const kind = fold(names.includes('kind') ? cell('Kind') : '') || 'user';
    const row = { kind: kind as MappingKind, source: cell('Source'), target: cell('Target') };
    const before = problems.length;
    const problem = (column: string, code: string, message: string, fix: string): void => {
      problems.push({ line: record.line, column, code, message, fix });
    };
    if (record.fields.length > names.length)
      problem(
        '',
        'csv-too-many-fields',
        `The line has ${record.fields.length} fields, the header ${names.length}.`,
        'Quote fields that hold the separator.',
      );
    if (!MAPPING_KINDS.includes(row.kind))
      problem('Kind', 'csv-bad-value', `"${kind}" is no kind.`, 'Write user, group or domain.');
    for (const [column, value] of [
      ['Source', row.source],
      ['Target', row.target],
    ] as const)
      if (value === '')
        problem(column, 'csv-bad-value', `${column} is empty.`, 'Give both addresses, or delete the line.');
      else if (row.kind === 'domain' && !isDomainName(value))
        problem(column, 'csv-bad-value', `"${value}" is no domain.`, 'Write it like old.example, or make it a user.');
    const first = seen.get(fold(row.source));
    if (first !== undefined && row.source !== '')
      problem(
        'Source',
        'csv-duplicate',
        `${row.source} is mapped in line ${first} already.`,
        'Keep one of the two lines.',
      );
    seen.set(fold(row.source), first ?? record.line);
    if (problems.length === before) rows.push(row);
  }
  return { rows, problems };
}

export const formatMapping = (rows: readonly MappingRow[]): string =>
  formatCsv([['Source', 'Target', 'Kind'], ...rows.map((row) => [row.source, row.target, row.kind])]);
